/** Vectors in workers: the bits of the same vector in one thread. */
import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert";
import { makeEnv, makeVectorEnv, type VectorOptions } from "../../envs/mod.ts";
import { WorkerVector } from "../../envs/workers/vector.ts";
import { show } from "../../lab/core/plain.ts";
import { defaultRng } from "../../lab/core/random.ts";
import type { Vector, VectorStep } from "../../lab/core/vector.ts";
import "./slow_world.ts";

const module = new URL("./slow_world.ts", import.meta.url).href;

/** The same vector in two workers and in this thread. */
function withBoth(
  id: string,
  options: VectorOptions,
  examine: (workers: Vector, here: Vector) => void,
): void {
  const workers = makeVectorEnv(id, { ...options, workers: 2, module });
  try {
    ok(workers instanceof WorkerVector);
    examine(workers, makeVectorEnv(id, options));
  } finally {
    workers.close();
  }
}

/** What a step shows, as arrays of one's own; final observations only where they are valid. */
function shown(step: VectorStep, size: number) {
  const ended = step.terminated.map((terminated, i) => terminated | step.truncated[i]);
  return [
    step.observations,
    step.rewards,
    step.terminated,
    step.truncated,
    step.started,
    step.finalObservations.map((value, i) => ended[Math.floor(i / size)] === 1 ? value : 0),
  ].map((column) => [...column]);
}

const kinds = [
  ["CartPole-v1", {}],
  ["Pendulum-v1", {}],
  ["Taxi-v4", { ficklePassenger: true }],
  ["Identity-v0", { space: "multi-discrete" }],
  ["MountainCarContinuous-v0", {}],
  ["SlowCartPole-v0", {}],
] as const;

for (const [id, options] of kinds) {
  for (const mode of ["same-step", "next-step", "disabled"] as const) {
    Deno.test(`workers show what one thread shows: ${id}, ${mode}`, () => {
      withBoth(id, { count: 5, mode, options }, (workers, here) => {
        const size = here.observationSize;
        const random = defaultRng(1);
        const draw = () => Array.from({ length: 5 }, () => here.actionSpace.sample(random));
        deepStrictEqual([...workers.reset({ seed: 7 })], [...here.reset({ seed: 7 })]);
        let kept;
        for (let t = 0; t < 300; t++) {
          const actions = draw();
          deepStrictEqual(workers.actionMasks?.(), here.actionMasks?.());
          const expected = here.step(actions);
          deepStrictEqual(shown(workers.step(actions), size), shown(expected, size));
          if (mode === "disabled") {
            const mask = expected.terminated.map((flag, i) => flag | expected.truncated[i]);
            deepStrictEqual([...workers.reset({ mask })], [...here.reset({ mask })]);
          }
          if (t === 150) {
            const seeds = [1, 2n ** 80n, 3, 4, 5];
            deepStrictEqual([...workers.reset({ seeds })], [...here.reset({ seeds })]);
          }
          if (t === 200) {
            kept = here.snapshot()!;
            deepStrictEqual(workers.snapshot(), kept);
          }
        }
        workers.restore(kept!);
        here.restore(kept!);
        deepStrictEqual([...workers.observations], [...here.observations]);
        for (let t = 0; t < 50; t++) {
          const actions = draw();
          const expected = shown(here.step(actions), size);
          deepStrictEqual(shown(workers.step(actions), size), expected);
          if (mode === "disabled") {
            workers.reset();
            here.reset();
          }
        }
      });
    });
  }
}

Deno.test("the action of a row that starts anew is ignored, after a restore, too", () => {
  const options = { map: "SG", timeLimit: 2 };
  withBoth("GridWorld-v0", { count: 2, mode: "next-step", options }, (workers, here) => {
    for (const vector of [workers, here]) {
      vector.reset({ seed: 1 });
      strictEqual(vector.step([1, 3]).terminated[0], 1);
    }
    const kept = workers.snapshot()!;
    for (const vector of [workers, here]) {
      deepStrictEqual([...vector.step([NaN, 3]).started], [1, 0]);
      throws(() => vector.step([NaN, 3]), { name: "InputError", message: /: NaN$/ });
      vector.restore(kept);
      deepStrictEqual([...vector.step(["rest", 3]).started], [1, 0]);
    }
  });
});

Deno.test("a row that ended and was reset since has its next action looked at and taken", () => {
  withBoth("GridWorld-v0", { count: 2, mode: "next-step", options: { map: "SG" } }, (...both) => {
    for (const vector of both) {
      vector.reset({ seed: 1 });
      strictEqual(vector.step([1, 3]).terminated[0], 1);
      vector.reset({ mask: [1, 0] });
      throws(() => vector.step([NaN, 3]), { name: "InputError", message: /: NaN$/ });
      const { terminated, started } = vector.step([1, 3]);
      deepStrictEqual([[...terminated], [...started]], [[1, 0], [0, 0]]);
    }
  });
});

Deno.test("actions of a Box may stand side by side", () => {
  withBoth("Pendulum-v1", { count: 3, mode: "same-step" }, (workers, here) => {
    workers.reset({ seed: 1 });
    here.reset({ seed: 1 });
    const actions = Float32Array.of(0.5, -3, 1);
    deepStrictEqual([...workers.step(actions).rewards], [...here.step(actions).rewards]);
  });
});

Deno.test("workers refuse what one thread refuses, in the same words", () => {
  withBoth("CartPole-v1", { count: 3, mode: "disabled" }, (workers, here) => {
    const messageOf = (act: () => unknown) => {
      try {
        act();
      } catch (error) {
        return `${(error as Error).name}: ${(error as Error).message}`;
      }
      return "none";
    };
    const both = (act: (vector: Vector) => unknown) => {
      const expected = messageOf(() => act(here));
      ok(expected.startsWith("InputError"), expected);
      strictEqual(messageOf(() => act(workers)), expected);
    };
    both((vector) => vector.step([0, 1, 0]));
    workers.reset({ seed: 1 });
    here.reset({ seed: 1 });
    for (const garbage of [NaN, 0.5, 2, "0", null, undefined, 1n, {}]) {
      both((vector) => vector.step([0, garbage, 0]));
    }
    both((vector) => vector.step([0]));
    both((vector) => vector.reset({ seeds: [1] }));
    both((vector) => vector.reset({ mask: [1] }));
    both((vector) => vector.restore(makeVectorEnv("CartPole-v1", { count: 2 }).snapshot()!));
    throws(() => workers.reset({ seeds: [1, -1, 2] }), /seed must be a whole number ≥ 0: -1/);
    // Nothing of that has moved an environment.
    deepStrictEqual([...workers.step([0, 1, 0]).observations], [
      ...here.step([0, 1, 0]).observations,
    ]);
  });
});

Deno.test("an environment that fails in a worker is named with its cause, and can be reset", () => {
  withBoth("BreakingCartPole-v0", { count: 4, mode: "same-step" }, (workers) => {
    workers.reset({ seed: 1 });
    throws(() => {
      for (let t = 0; t < 100; t++) workers.step([0, 0, 0, 0]);
    }, {
      name: "LabError",
      message:
        /Cannot step BreakingCartPole-v0 in a worker \(rows \d to \d\).*TypeError: the pole is/,
    });
    workers.reset({ seed: 1 });
    workers.step([0, 1, 0, 1]);
  });
});

Deno.test("a world that would end its worker's thread is named at once", () => {
  for (const by of ["exit", "close"]) {
    const id = "LeavingCartPole-v0";
    const vector = makeVectorEnv(id, { count: 2, workers: 2, module, options: { by } });
    vector.reset({ seed: 1 });
    throws(() => vector.step([0, 1]), {
      name: "LabError",
      message: new RegExp(`a world must not end its thread: ${by}\\(\\) was called$`),
    });
    vector.close();
  }
});

Deno.test("what workers cannot do is said when they are made", () => {
  const make = (options: Partial<VectorOptions>, id = "SlowCartPole-v0") =>
    makeVectorEnv(id, { count: 2, workers: 2, module, ...options });
  throws(() => make({ module: undefined }), /SlowCartPole-v0.*needs `module`/);
  throws(() => make({ module: "file:///none.ts" }), { name: "LabError", message: /none\.ts/ });
  throws(() => make({ workers: 1.5 }), /whole number ≥ 1 of them: 1.5/);
  throws(() => make({ workers: -1 }), /whole number ≥ 1 of them: -1/);
  throws(() => make({ count: 0 }), /count must be a whole number ≥ 1: 0/);
  throws(() => make({}, "Nowhere-v0"), /Nowhere-v0/);
});

Deno.test("no more workers than environments, and none after close", () => {
  const vector = makeVectorEnv("CartPole-v1", { count: 2, workers: 8 }) as WorkerVector;
  strictEqual(vector.workers, 2);
  strictEqual(`${vector.observationSpace}`, `${makeEnv("CartPole-v1").observationSpace}`);
  vector.close();
  vector.close();
  throws(
    () => vector.reset(),
    /Cannot reset CartPole-v1 as its workers must run: they were closed/,
  );
});

Deno.test("a worker that does not answer in time is named, and all are ended", () => {
  const vector = makeVectorEnv("SlowCartPole-v0", {
    count: 2,
    workers: 2,
    module,
    // Long after the half second, but not for ever: Deno ends no thread in the midst of a step.
    options: { seconds: 3 },
    answerSeconds: 0.5,
  });
  vector.reset({ seed: 1 });
  throws(() => vector.step([0, 1]), {
    name: "LabError",
    message: "Cannot step SlowCartPole-v0 in workers as they must answer within 0.5 s: " +
      "worker 1 did not, and all were ended",
  });
  throws(() => vector.reset(), /its workers must run: they were closed/);
});

for (
  const [how, says] of [
    ["late", /^Cannot step SlowCartPole-v0 in workers as they must answer within 0\.5 s: /],
    [
      "start",
      /^Cannot start CrowdedCartPole-v0 in a worker .*TypeError: a thread has room for two/,
    ],
    ["close", /^Cannot close UnclosedCartPole-v0 in a worker .*TypeError: the door is stuck/],
  ] as const
) {
  Deno.test(`a program ends though its workers were ended before their time: ${how}`, async () => {
    const program = new URL("./ended_workers.ts", import.meta.url).href;
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-check", "--allow-read", program, how],
      signal: AbortSignal.timeout(30_000),
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    match(text(stdout), says);
    deepStrictEqual([text(stderr), code], ["", 0]);
  });
}

Deno.test("the environment that tells the spaces is closed, whether workers start or not", () => {
  const closed = () => makeEnv("UnclosedCartPole-v0").scene!().view[2];
  const before = closed();
  const make = (options: Partial<VectorOptions>) =>
    makeVectorEnv("UnclosedCartPole-v0", { count: 2, workers: 2, module, ...options });
  const vector = make({});
  strictEqual(closed(), before + 1);
  throws(() => vector.close(), { name: "LabError" });
  throws(() => make({ answerSeconds: 0 }), { name: "InputError" });
  strictEqual(closed(), before + 2);
});

Deno.test("workers have some time to answer", () => {
  for (const answerSeconds of [0, -1, NaN, "1", null]) {
    throws(
      () => makeVectorEnv("CartPole-v1", { count: 2, workers: 2, answerSeconds } as VectorOptions),
      {
        name: "InputError",
        message: "Cannot step CartPole-v1 in workers as answerSeconds must be a number above 0: " +
          show(answerSeconds),
      },
    );
  }
  makeVectorEnv("CartPole-v1", { count: 2, workers: 2, answerSeconds: Infinity }).close();
});

Deno.test("workers take masks and seeds as one thread does, and refuse the same", () => {
  const messageOf = (vector: Vector, options: object) => {
    try {
      vector.reset(options);
    } catch (error) {
      return (error as Error).message;
    }
  };
  for (const id of ["CartPole-v1", "Blackjack-v1"]) {
    withBoth(id, { count: 3 }, (workers, here) => {
      for (const vector of [workers, here]) vector.reset({ seed: 1 });
      const mask = [true, false, true];
      deepStrictEqual([...workers.reset({ seed: 5, mask })], [...here.reset({ seed: 5, mask })]);
      for (
        const wrong of [
          ...[{ mask: [1, 2, 0] }, { mask: [1, "1", 0] }, { seed: null }, { seed: "7" }],
          ...[{ seeds: [1, null, 2] }, { seeds: [1, 2, -1] }, { seed: 2 ** 53 - 1 }],
        ]
      ) {
        const message = messageOf(here, wrong);
        ok(message, JSON.stringify(wrong));
        strictEqual(messageOf(workers, wrong), message);
      }
      deepStrictEqual([...workers.observations], [...here.observations]);
    });
  }
});

Deno.test("in workers, too, a row whose next step is a reset may take any action", () => {
  withBoth("LimitedCartPole-v0", { count: 3 }, (workers, here) => {
    for (const vector of [workers, here]) {
      throws(() => vector.actionMasks!(), {
        name: "InputError",
        message: /no episode was started/,
      });
      vector.reset({ seed: 1 });
      deepStrictEqual([...vector.actionMasks!()], [1, 0, 1, 0, 1, 0]);
      vector.step([0, 0, 0]);
      deepStrictEqual([...vector.actionMasks!()], [1, 1, 1, 1, 1, 1]);
      deepStrictEqual([...vector.step([0, 0, 0]).started], [1, 1, 1]);
    }
  });
});

Deno.test("where a thread may not wait, the environments are stepped in it, and it says so", () => {
  const [wait, warn] = [Atomics.wait, console.warn];
  const lines: string[] = [];
  try {
    Atomics.wait = (() => {
      throw new TypeError("Atomics.wait cannot be called in this context");
    }) as typeof Atomics.wait;
    console.warn = (line: string) => lines.push(line);
    const vector = makeVectorEnv("CartPole-v1", { count: 2, workers: 2 });
    ok(!(vector instanceof WorkerVector));
    deepStrictEqual(lines, [
      "CartPole-v1 is stepped in this thread, as it may not wait for 2 workers",
    ]);
  } finally {
    [Atomics.wait, console.warn] = [wait, warn];
  }
});
