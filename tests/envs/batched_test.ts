import { deepStrictEqual, notStrictEqual, ok, strictEqual, throws } from "node:assert";
import * as fc from "fast-check";
import { cosine, cosines, sine, sines } from "../../lab/core/sine.ts";
import { makeEnv, makeVectorEnv } from "../../envs/mod.ts";
import { hideVelocity } from "../../envs/wrappers/mod.ts";
import { BatchedEnvironment, vectorOf } from "../../lab/core/batched.ts";
import { defaultRng, type Generator } from "../../lab/core/random.ts";
import type { Box, Discrete } from "../../lab/core/space.ts";
import {
  type Autoreset,
  type Vector,
  VectorEnvironment,
  type VectorStep,
} from "../../lab/core/vector.ts";

const map = "S.a.O\n.~>1.\n.#A.G\nS1..~";
const worlds: readonly (readonly [id: string, options: object])[] = [
  ["CartPole-v1", {}],
  ["CartPole-v1", { suttonBartoReward: true }],
  ["MountainCar-v0", {}],
  ["MountainCar-v0", { goalVelocity: 0.01 }],
  ["Acrobot-v1", {}],
  ["Acrobot-v1", { bookOrNips: "nips", torqueNoiseMax: 0.5 }],
  ["Pendulum-v1", {}],
  ["Pendulum-v1", { g: 9.81 }],
  ["GridWorld-v0", { mapName: "empty-3x3", timeLimit: 20 }],
  ["GridWorld-v0", { map, slip: 0.2, timeLimit: 50 }],
  ["GridWorld-v0", { map, pitEnds: false, observation: "coordinates", timeLimit: 30 }],
  ["GridWorld-v0", { map, diagonal: true, observation: "one-hot", timeLimit: 30 }],
  ["GridWorld-v0", { mapName: "windy", windNoise: true, timeLimit: 40 }],
  ["GridWorld-v0", { map, observation: "window", timeLimit: 9 }],
  ["GridWorld-v0", { map, observation: "image", timeLimit: 9 }],
  ["FrozenLake-v1", {}],
  ["FrozenLake-v1", { isSlippery: false, desc: ["SFFS", "FHFG"] }],
  ["FrozenLake8x8-v1", { successRate: 0.9, rewardSchedule: [10, -1, -0.1] }],
  ["CliffWalking-v1", {}],
  ["CliffWalkingSlippery-v1", {}],
  ["Taxi-v4", {}],
  ["Taxi-v4", { isRainy: true, ficklePassenger: true, fickleProbability: 0.9 }],
  ["CartPolePixels-v0", { size: 8, frames: 3, suttonBartoReward: true }],
  ["CartPolePixels-v0", { size: 8, frames: 2, grey: false }],
  ["GridWorldPixels-v0", { map, size: 9, slip: 0.2, timeLimit: 12 }],
];
const modes = ["same-step", "next-step", "disabled"] as const;

function pair(id: string, options: object, count: number, autoreset: Autoreset) {
  const batched = makeVectorEnv(id, { count, mode: autoreset, options });
  ok(batched instanceof BatchedEnvironment);
  const singles = new VectorEnvironment(() => makeEnv(id, options), count, { autoreset });
  return [batched, singles] as const;
}

/** One action for each row; a Box's values stand side by side. */
function draw(vector: Vector, random: Generator): Int32Array | Float32Array {
  const { id, actionSpace, count } = vector;
  if (id.startsWith("CliffWalking")) {
    // Whoever walks there by chance falls again and again: up, right along the cliff, down.
    return Int32Array.from({ length: count }, (_, i) => {
      const cell = vector.observations.subarray(48 * i, 48 * (i + 1)).indexOf(1);
      if (random.random() < 0.2) return random.integers(4);
      return cell === 36 ? 0 : cell % 12 === 11 ? 2 : 1;
    });
  }
  if (id.startsWith("MountainCar")) {
    // Whoever drives the way that he rolls gets to the wall, to the greatest speed and to the goal.
    return Int32Array.from({ length: count }, (_, i) => {
      if (random.random() < 0.1) return random.integers(3);
      return vector.observations[2 * i + 1] < 0 ? 0 : 2;
    });
  }
  if (actionSpace.kind === "discrete") {
    const { n } = actionSpace as Discrete;
    return Int32Array.from({ length: count }, () => random.integers(n));
  }
  const [high] = (actionSpace as Box).high;
  // Now and then beyond the bounds, where Pendulum clips.
  return Float32Array.from({ length: count }, () => random.uniform(-1.5 * high, 1.5 * high));
}

/** Compares bits; rows of `finalObservations` only where they are valid. */
function equal(shown: VectorStep, expected: VectorStep, size: number): void {
  deepStrictEqual(shown.rewards, expected.rewards);
  deepStrictEqual(shown.terminated, expected.terminated);
  deepStrictEqual(shown.truncated, expected.truncated);
  deepStrictEqual(shown.started, expected.started);
  deepStrictEqual(shown.observations, expected.observations);
  expected.terminated.forEach((terminated, i) => {
    if (terminated === 0 && expected.truncated[i] === 0) return;
    const row = (step: VectorStep) => step.finalObservations.subarray(i * size, (i + 1) * size);
    deepStrictEqual(row(shown), row(expected));
  });
}

for (const [id, options] of worlds) {
  for (const mode of modes) {
    const name = `${id} ${JSON.stringify(options).replaceAll("\\n", "/")}, ${mode}`;
    Deno.test(`a batch equals its environments one by one: ${name}`, () => {
      const [batched, singles] = pair(id, options, 5, mode);
      const size = batched.observationSize;
      const random = defaultRng(3);
      deepStrictEqual(batched.reset({ seed: 11 }), singles.reset({ seed: 11 }));
      let ends = 0;
      const length = id.includes("Pixels") ? 400 : 2000;
      for (let t = 0; t < length; t++) {
        const actions = draw(batched, random);
        const expected = singles.step(actions);
        equal(batched.step(actions), expected, size);
        const ended = expected.terminated.map((flag, i) => flag | expected.truncated[i]);
        ends += ended.reduce((sum, flag) => sum + flag, 0);
        if (mode === "disabled" && ended.includes(1)) {
          deepStrictEqual(batched.reset({ mask: ended }), singles.reset({ mask: ended }));
        }
        if (t % 900 === 150) {
          const [seeds, mask] = [[5, 6, 7, 8, 2n ** 70n + BigInt(t)], [0, 1, 1, 0, 1]];
          deepStrictEqual(batched.reset({ seeds, mask }), singles.reset({ seeds, mask }));
        }
      }
      ok(ends > 4, `${ends} ends`);
      deepStrictEqual(batched.snapshot(), singles.snapshot());
    });
  }

  Deno.test(
    `snapshots of a batch and of its environments are one: ${id} ${
      JSON.stringify(options).replaceAll("\\n", "/")
    }`,
    () => {
      fc.assert(
        fc.property(
          fc.nat({ max: 250 }),
          fc.constantFrom("same-step", "next-step" as const),
          fc.nat(),
          (before, mode, seed) => {
            const [batched, singles] = pair(id, options, 3, mode);
            const random = defaultRng(seed);
            batched.reset({ seed });
            for (let t = 0; t < before; t++) batched.step(draw(batched, random));
            const kept = JSON.parse(JSON.stringify(batched.snapshot()));
            const [other] = pair(id, options, 3, mode);
            // Something else happened in it before.
            other.reset({ seed: seed + 1 });
            other.step(draw(other, defaultRng(1)));
            other.restore(kept);
            singles.restore(kept);
            deepStrictEqual(other.observations, batched.observations);
            for (let t = 0; t < 60; t++) {
              const actions = draw(batched, random);
              const expected = batched.step(actions);
              equal(other.step(actions), expected, batched.observationSize);
              equal(singles.step(actions), expected, batched.observationSize);
            }
          },
        ),
        { seed: 1, numRuns: 6 },
      );
    },
  );
}

Deno.test("sines and cosines over columns are those one by one", () => {
  const angles = Float64Array.from({ length: 2000 }, (_, i) => (i - 1000) * 0.0371);
  const out = new Float64Array(2000).fill(9);
  sines(angles, out, 3, 1990);
  deepStrictEqual(out.subarray(3, 1990), angles.map(sine).subarray(3, 1990));
  strictEqual(out[2], 9);
  strictEqual(out[1990], 9);
  cosines(angles, angles, 0, 2000);
  strictEqual(angles[0], cosine(-37.1));
});

Deno.test("environments of one kind and options stand in a batch, others one by one", () => {
  const make = (options: object) => makeEnv("CartPole-v1", options);
  const [plain, other] = [{}, { suttonBartoReward: true }];
  const mode = { autoreset: "same-step" } as const;
  ok(vectorOf(() => make(plain), 2, mode) instanceof BatchedEnvironment);
  ok(vectorOf((i) => make([plain, other][i]), 2, mode) instanceof VectorEnvironment);
  ok(vectorOf(() => hideVelocity(make(plain)), 2, mode) instanceof VectorEnvironment);
  ok(makeVectorEnv("Blackjack-v1", { count: 2 }) instanceof VectorEnvironment);
  throws(
    () => new BatchedEnvironment(makeEnv("Blackjack-v1"), 2, mode),
    /Blackjack-v1.*batch form/,
  );
});

Deno.test("a batch refuses what its environments refuse, in the same words", () => {
  for (const [id, options] of [worlds[0], worlds[6], worlds[8]]) {
    for (const mode of modes) {
      const messageOf = (vector: Vector, actions: ArrayLike<unknown>) => {
        try {
          vector.step(actions);
        } catch (error) {
          return (error as Error).message;
        }
        return "none";
      };
      const [batched, singles] = pair(id, options, 2, mode);
      const both = (actions: ArrayLike<unknown>, isRefused = true) => {
        const expected = messageOf(singles, actions);
        strictEqual(messageOf(batched, actions), expected);
        if (isRefused) notStrictEqual(expected, "none");
        batched.reset({ seed: 1 });
        singles.reset({ seed: 1 });
      };
      both([0, 0]);
      both([0]);
      both([]);
      both(new Float32Array([NaN, 0]));
      both(Int32Array.of(-1, 0));
      both(Int32Array.of(8, 0));
      const box = (value: number) => new Float32Array([value]);
      both([box(0), box(Infinity)]);
      both([box(0), new Float32Array(2)]);
      both(new Float32Array(3));
      for (const garbage of [NaN, 0.5, "0", null, undefined, 1n, {}, [0], -0, true]) {
        both([garbage, garbage], !Object.is(garbage, -0));
      }
    }
  }
});

Deno.test("without autoreset a batch names the end that was passed", () => {
  const vector = makeVectorEnv("GridWorld-v0", {
    count: 2,
    mode: "disabled",
    options: { map: "SG", timeLimit: 2 },
  });
  throws(() => vector.step([1, 1]), /no episode was started.*: 1$/);
  vector.reset();
  vector.step([1, 3]);
  throws(() => vector.step([3, 1]), /terminated at step 1, call reset first: 3$/);
  vector.reset({ mask: [1, 0] });
  strictEqual(vector.step(Int32Array.of(3, 3)).truncated[1], 1);
  throws(() => vector.step(Int32Array.of(3, 3)), /truncated at step 2/);
});

Deno.test("a row of a batch whose next step is a reset may take any action", () => {
  const env = makeEnv("Taxi-v4");
  const actionMask = env.actionMask!;
  /** Allows nothing in the states where episodes end. */
  let isOver = false;
  const masked = { ...env, batch: env.batch, timeLimit: 1 };
  const vector = new BatchedEnvironment(
    { ...masked, actionMask: (state) => isOver ? new Uint8Array(6) : actionMask(state) },
    2,
    { autoreset: "next-step" },
  );
  throws(() => vector.actionMasks!(), {
    name: "InputError",
    message: "Cannot read the action mask of Taxi-v4 as no episode was started: call reset first",
  });
  vector.reset({ seed: 1 });
  const first = [...vector.actionMasks!()];
  ok(first.includes(0));
  vector.step([0, 0]);
  isOver = true;
  deepStrictEqual([...vector.actionMasks!()], Array(12).fill(1));
  vector.step([0, 0]);
  throws(() => vector.actionMasks!(), /its mask must allow one at least/);
});

Deno.test("a batch refuses wrong counts and foreign snapshots", () => {
  throws(() => makeVectorEnv("CartPole-v1", { count: 1.5 }), /count.*: 1.5/);
  const vector = makeVectorEnv("CartPole-v1", { count: 2 });
  throws(() => vector.reset({ seed: -1 }), /-1/);
  throws(() => vector.reset({ seeds: [1] }), /: 1 seeds/);
  throws(
    () => vector.restore(makeVectorEnv("CartPole-v1", { count: 3 }).snapshot()!),
    /3 environments/,
  );
  const kept = vector.snapshot() as { environments: { phase: string }[] };
  kept.environments[0].phase = "asleep";
  throws(() => vector.restore(kept as never), /no snapshot of an environment/);
});

// Where sines are taken, V8 boxes numbers between functions that it happens not to inline; how much
// stays on the heap of those worlds is measured by `deno task bench batches`.
for (const [id, options] of worlds.filter(([id]) => /Lake|Cliff|Taxi|GridWorld-/.test(id))) {
  if (/window|image/.test(JSON.stringify(options))) continue; // drawn anew for every row
  Deno.test(`a batch allocates nothing while it is stepped: ${id} ${JSON.stringify(options)}`, () => {
    const count = 1024;
    const vector = makeVectorEnv(id, { count, mode: "same-step", options });
    vector.reset({ seed: 1 });
    const random = defaultRng(1);
    const actions = Array.from({ length: 8 }, () => draw(vector, random));
    // 16 bytes a row would be 0.3 MB a round; a round in which the collector runs says nothing.
    const grown = () => {
      const growth = Array.from({ length: 21 }, () => {
        const before = Deno.memoryUsage().heapUsed;
        for (let t = 0; t < 20; t++) vector.step(actions[t % 8]);
        return (Deno.memoryUsage().heapUsed - before) / 1e6;
      });
      return growth.sort((a, b) => a - b)[10];
    };
    // Code that the engine has not optimized yet boxes its numbers: that takes its time.
    let least = Infinity;
    for (let attempt = 0; attempt < 60 && least >= 0.1; attempt++) least = Math.min(least, grown());
    ok(least < 0.1, `${least} MB in ${20 * count} steps`);
  });
}
