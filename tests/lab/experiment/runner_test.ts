import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { streamOf } from "../../../lab/core/random.ts";
import { ownTimings, type Progress } from "../../../lab/core/metrics.ts";
import type { Report, Trainer } from "../../../lab/core/trainer.ts";
import {
  type RunCheckpoint,
  type RunnerOptions,
  type RunReport,
  runTrainer,
} from "../../../lab/experiment/runner.ts";
import { type CallbackContext, defineCallbacks } from "../../../lab/experiment/callbacks.ts";
import { toyTrainer } from "./toy_registries.ts";

const defaults: RunnerOptions = {
  seed: 1,
  evaluation: { every: 40, episodes: 5 },
  checkpoint: { everyIterations: 0, everySeconds: Infinity },
  stop: null,
  bestBy: null,
};

async function run(trainer: Trainer, options: Partial<RunnerOptions> = {}) {
  const reports: RunReport[] = [];
  const checkpoints: RunCheckpoint[] = [];
  const ending = await runTrainer(trainer, { ...defaults, ...options }, {
    report: (report) => void reports.push(report),
    checkpoint: (checkpoint) => void checkpoints.push(checkpoint),
  });
  return { ending, reports, checkpoints };
}

/** Everything reported but the clock's part: names, iterations, values. */
const withoutClock = (reports: readonly RunReport[]) =>
  reports.map(({ kind, progress, metrics }) => [
    kind,
    progress.iterations,
    Object.entries(metrics).filter(([name]) => !name.startsWith("timing/")),
  ]);
const kindsAt = (checkpoints: readonly RunCheckpoint[]) =>
  checkpoints.map(({ kind, progress }) => `${kind} ${progress.iterations}`);

Deno.test("evaluations come when progress crosses a multiple, and once at the end", async () => {
  const evaluations = async (perIteration: number, every: number, total: number) => {
    const trainer = toyTrainer({ perIteration }, total);
    await run(trainer, { evaluation: { every } });
    return trainer.calls.filter((call) => call.startsWith("evaluate")).map((call) =>
      Number(call.split(" ")[1])
    );
  };
  deepStrictEqual(await evaluations(10, 40, 200), [4, 8, 12, 16, 20]);
  deepStrictEqual(await evaluations(30, 40, 200), [2, 3, 4, 6, 7]);
  deepStrictEqual(await evaluations(10, 90, 200), [9, 18, 20]);
  deepStrictEqual(await evaluations(10, 1000, 55), [6]);
  deepStrictEqual(await evaluations(100, 10, 200), [1, 2]);
});

Deno.test("the stop rule counts evaluations in a row and ends as stopped", async () => {
  const trainer = toyTrainer({}, 200);
  const { ending, checkpoints } = await run(trainer, {
    stop: { metric: "evaluation/share", atLeast: 0.5, times: 2 },
  });
  strictEqual(ending.status, "stopped");
  strictEqual(ending.message, "evaluation/share ≥ 0.5 2 times in a row");
  strictEqual(ending.progress.iterations, 16);
  deepStrictEqual(kindsAt(checkpoints), ["final 16"]);
});

Deno.test("a rule by what falls ends a run where that is low enough, and not before", async () => {
  const trainer = toyTrainer({}, 200);
  let left = 5;
  trainer.evaluate = () => Promise.resolve({ metrics: { "evaluation/m": left-- } });
  const { ending, reports } = await run(trainer, {
    stop: { metric: "evaluation/m", atMost: 3, times: 2 },
  });
  deepStrictEqual([ending.status, ending.message], [
    "stopped",
    "evaluation/m ≤ 3 2 times in a row",
  ]);
  const seen = reports.flatMap(({ metrics }) => metrics["evaluation/m"] ?? []);
  deepStrictEqual(seen, [5, 4, 3, 2]);
});

Deno.test("what ended by a rule is scored afresh, on a stream that no evaluation draws from", async () => {
  const trainer = toyTrainer({}, 200);
  const drawn: number[] = [];
  trainer.evaluate = ({ random, episodes }) => {
    drawn.push(random.random());
    strictEqual(episodes, 5);
    return Promise.resolve({ metrics: { "evaluation/m": drawn.length, "judge/n": 7 } });
  };
  const stop = { metric: "evaluation/m", atLeast: 2, times: 1 };
  const { ending, reports, checkpoints } = await run(trainer, { stop });
  const evaluations = reports.filter(({ kind }) => kind === "evaluation");
  deepStrictEqual(evaluations.map(({ metrics }) => metrics["evaluation/m"]), [1, 2, undefined]);
  deepStrictEqual(evaluations[2].metrics, { "score/m": 3 });
  deepStrictEqual(evaluations[2].progress, ending.progress);
  deepStrictEqual(
    drawn,
    ["evaluation/0", "evaluation/1", "score"].map((name) => streamOf(1, name).random()),
  );
  // Killed after its final checkpoint, it is not scored twice.
  const { snapshot, runner } = checkpoints.at(-1)!;
  await trainer.restore(snapshot);
  deepStrictEqual((await run(trainer, { stop, state: runner })).reports, []);
});

Deno.test("whichever checkpoint of its end a run goes on from, it is scored once", async () => {
  const options = {
    stop: { metric: "evaluation/share", atLeast: 0.5, times: 1 },
    bestBy: { metric: "evaluation/share", goal: "maximize" },
  } as const;
  const { checkpoints } = await run(toyTrainer({}, 200), options);
  const ofEnd = checkpoints.filter(({ progress }) => progress.iterations === 12);
  deepStrictEqual(kindsAt(ofEnd), ["best 12", "final 12"]);
  for (const { snapshot, runner } of ofEnd) {
    const trainer = toyTrainer({}, 200);
    await trainer.restore(snapshot);
    const rest = await run(trainer, { ...options, state: runner });
    deepStrictEqual([rest.reports, kindsAt(rest.checkpoints)], [[], ["final 12"]]);
  }
});

Deno.test("what uses its whole budget is judged by its last evaluation, rule or not", async () => {
  for (const stop of [null, { metric: "evaluation/share", atLeast: 9, times: 1 }]) {
    const { reports } = await run(toyTrainer({}, 200), { stop });
    ok(!reports.some(({ metrics }) => Object.keys(metrics).some((name) => /^score/.test(name))));
  }
});

Deno.test("a run that its callbacks stop says what stopped it first", async () => {
  const callbacks = defineCallbacks({
    state: () => ({}),
    onIteration: ({ progress }) => ({ stop: progress.iterations === 3 ? "enough" : undefined }),
    onEvaluation: () => ({ stop: "seen" }),
  });
  const { ending, reports } = await run(toyTrainer({}, 200), { callbacks });
  deepStrictEqual([ending.status, ending.message], ["stopped", "enough"]);
  // What a callback has waited for is high by choice, too.
  const { metrics } = reports.findLast(({ kind }) => kind === "evaluation")!;
  ok("score/share" in metrics, Object.keys(metrics).join());
});

Deno.test("a callback that writes into the metrics it sees changes nothing of what is reported", async () => {
  const rewrite = ({ metrics }: CallbackContext) => {
    for (const name in metrics) (metrics as Record<string, number>)[name] = 1e9;
    (metrics as Record<string, number>).made_up = 1;
  };
  const callbacks = defineCallbacks({ onIteration: rewrite, onEvaluation: rewrite });
  const untouched = await run(toyTrainer({}, 200), {});
  const { ending, reports } = await run(toyTrainer({}, 200), { callbacks });
  deepStrictEqual(ending.status, untouched.ending.status);
  const steady = (all: typeof reports) =>
    all.map(({ metrics }) =>
      Object.entries(metrics).filter(([name]) => !name.startsWith("timing/"))
    );
  deepStrictEqual(steady(reports), steady(untouched.reports));
});

Deno.test("what a callback stopped goes on under a larger budget, and under the same one does not", async () => {
  const callbacks = defineCallbacks({
    onIteration: ({ progress }) => ({ stop: progress.iterations === 3 ? "enough" : undefined }),
  });
  const { checkpoints } = await run(toyTrainer({}, 200), { callbacks });
  const { snapshot, runner: state } = checkpoints.at(-1)!;
  for (const [total, expected] of [[200, ["stopped", 3]], [250, ["completed", 25]]] as const) {
    const trainer = toyTrainer({}, total);
    await trainer.restore(snapshot);
    const { ending } = await run(trainer, { callbacks, state });
    deepStrictEqual([ending.status, ending.progress.iterations], expected);
  }
});

Deno.test("a callback's stream is another one by iteration, kind and name, and the same in another run", async () => {
  const drawn = async () => {
    const numbers: number[] = [];
    const draw = ({ stream }: CallbackContext) => {
      numbers.push(stream("noise").random(), stream("other").random());
    };
    const callbacks = defineCallbacks({ onIteration: draw, onEvaluation: draw });
    await run(toyTrainer({}, 200), { callbacks });
    return numbers;
  };
  const numbers = await drawn();
  ok(numbers.length > 40);
  strictEqual(new Set(numbers).size, numbers.length);
  deepStrictEqual(await drawn(), numbers);
});

Deno.test("a stop rule by a series that no evaluation has is said once, with the nearest one", async () => {
  const { reports } = await run(toyTrainer({}, 200), {
    stop: { metric: "evaluation/shares", atLeast: 0.5, times: 1 },
  });
  const warnings = reports.flatMap(({ events }) => events)
    .filter(({ level }) => level === "warning");
  deepStrictEqual(warnings.map(({ message }) => message), [
    'no evaluation has evaluation/shares (did you mean "evaluation/share"?)',
  ]);
});

Deno.test("a best checkpoint by a series that no evaluation has is refused at the first one", async () => {
  const by = (metric: string) => ({ bestBy: { metric, goal: "maximize" } as const });
  const trainer = toyTrainer({}, 200);
  await rejects(run(trainer, by("evaluation/shares")), {
    name: "InputError",
    message:
      /^Cannot choose the best checkpoint as there is no evaluated series "evaluation\/shares"/,
  });
  strictEqual(trainer.progress.iterations, 4);
  // It may be one of the callbacks, later, or one that the trainer has no value of yet.
  const callbacks = defineCallbacks({
    onEvaluation: ({ progress: { iterations } }) =>
      iterations > 4 ? { metrics: { "own/late": iterations } } : {},
  });
  const { checkpoints, reports } = await run(toyTrainer({}, 80), { ...by("own/late"), callbacks });
  deepStrictEqual(kindsAt(checkpoints), ["best 8", "final 8"]);
  ok(reports.some(({ events }) => events.some(({ message }) => /has own\/late/.test(message))));
  const pending = toyTrainer({}, 80);
  const evaluate = pending.evaluate.bind(pending);
  pending.evaluate = async (how) => {
    const { metrics } = await evaluate(how);
    return pending.progress.iterations > 4
      ? { metrics: { ...metrics, "validation/late": 1 } }
      : { metrics, pending: ["validation/late"] };
  };
  const late = await run(pending, by("validation/late"));
  deepStrictEqual(kindsAt(late.checkpoints), ["best 8", "final 8"]);
  // An agent that has no returns is judged by none.
  const silent = toyTrainer({}, 80);
  silent.evaluate = () => Promise.resolve({ metrics: {} });
  const { ending } = await run(silent, by("evaluation/return_mean"));
  strictEqual(ending.status, "completed");
});

Deno.test("a stop count begins anew after an evaluation below the threshold", async () => {
  const trainer = toyTrainer({}, 200);
  let calls = 0;
  trainer.evaluate = () => Promise.resolve({ metrics: { m: [1, 0, 1, 1, 1][calls++] } });
  const { ending } = await run(trainer, { stop: { metric: "m", atLeast: 1, times: 2 } });
  deepStrictEqual([ending.status, ending.progress.iterations], ["stopped", 16]);
});

Deno.test("a run goes on from any checkpoint to the same numbers", async () => {
  const options = {
    checkpoint: { everyIterations: 1, everySeconds: Infinity },
    bestBy: { metric: "evaluation/return_mean", goal: "maximize" },
    stop: { metric: "evaluation/share", atLeast: 0.5, times: 2 },
  } as const;
  const whole = await run(toyTrainer({}, 200), options);
  strictEqual(whole.ending.progress.iterations, 16);
  for (const { kind, progress, snapshot, runner } of whole.checkpoints) {
    const trainer = toyTrainer({}, 200);
    await trainer.restore(snapshot);
    const rest = await run(trainer, { ...options, state: runner });
    const after = whole.reports.filter((one) => one.progress.iterations > progress.iterations);
    deepStrictEqual(
      withoutClock(rest.reports),
      withoutClock(after),
      `${kind} ${progress.iterations}`,
    );
    deepStrictEqual(
      rest.checkpoints.at(-1)!.snapshot,
      whole.checkpoints.at(-1)!.snapshot,
      `${kind} ${progress.iterations}`,
    );
    strictEqual(rest.ending.status, "stopped");
    ok(rest.ending.wallSeconds >= runner.wallSeconds);
  }
});

Deno.test("checkpoints come by iteration, by time, at the best evaluation and at the end", async () => {
  const byIteration = await run(toyTrainer({}, 100), {
    checkpoint: { everyIterations: 3, everySeconds: Infinity },
  });
  deepStrictEqual(kindsAt(byIteration.checkpoints), ["last 3", "last 6", "last 9", "final 10"]);
  const byTime = await run(toyTrainer({}, 30), {
    checkpoint: { everyIterations: 0, everySeconds: 1e-9 },
  });
  deepStrictEqual(kindsAt(byTime.checkpoints), ["last 1", "last 2", "final 3"]);
  const best = (goal: "maximize" | "minimize") =>
    run(toyTrainer({}, 100), { bestBy: { metric: "evaluation/share", goal } });
  deepStrictEqual(kindsAt((await best("maximize")).checkpoints), [
    "best 4",
    "best 8",
    "best 10",
    "final 10",
  ]);
  const { checkpoints } = await best("minimize");
  deepStrictEqual(kindsAt(checkpoints), ["best 4", "final 10"]);
  strictEqual(checkpoints[0].score, 0.4);
});

Deno.test("an interruption ends after the iteration with a checkpoint", async () => {
  const trainer = toyTrainer({}, 200);
  const { ending, checkpoints } = await run(trainer, {
    interrupted: () => trainer.progress.iterations === 5,
  });
  deepStrictEqual([ending.status, ending.progress.iterations], ["interrupted", 5]);
  deepStrictEqual(kindsAt(checkpoints), ["last 5"]);
});

Deno.test("a NaN loss ends as diverged with the metric and a checkpoint from before", async () => {
  const { ending, checkpoints, reports } = await run(toyTrainer({ lossNaNAt: 7 }, 200));
  strictEqual(ending.status, "diverged");
  strictEqual(ending.message, "diverged at iteration 7: losses/toy is NaN");
  ok(Number.isNaN(reports.at(-1)!.metrics["losses/toy"]));
  deepStrictEqual(kindsAt(checkpoints), ["diverged 4"]);
});

Deno.test("what is lent goes with every checkpoint but the one from before a divergence", async () => {
  const lent = { rows: { shape: [1], dtype: "float32", values: new Float32Array(1) } } as const;
  const lending = (trainer: Trainer) => {
    const snapshot = trainer.snapshot.bind(trainer);
    trainer.snapshot = async () => ({ ...await snapshot(), lent });
    return trainer;
  };
  const { checkpoints } = await run(lending(toyTrainer({}, 80)), {
    bestBy: { metric: "evaluation/share", goal: "maximize" },
    checkpoint: { everyIterations: 5, everySeconds: Infinity },
  });
  deepStrictEqual(kindsAt(checkpoints), ["best 4", "last 5", "best 8", "final 8"]);
  ok(checkpoints.every(({ snapshot }) => snapshot.lent === lent));
  const diverged = await run(lending(toyTrainer({ lossNaNAt: 7 }, 200)));
  deepStrictEqual(diverged.checkpoints.map(({ snapshot }) => snapshot.lent), [undefined]);
});

Deno.test("returns that do not vary are no divergence", async () => {
  const trainer = toyTrainer({}, 20);
  const iterate = trainer.iterate.bind(trainer);
  trainer.iterate = async () => {
    const { metrics } = await iterate();
    return { metrics: { ...metrics, "losses/explained_variance": NaN } };
  };
  strictEqual((await run(trainer)).ending.status, "completed");
});

Deno.test("an infinite parameter ends as diverged with its name", async () => {
  const { ending, checkpoints } = await run(toyTrainer({ weightInfAt: 6 }, 200));
  strictEqual(ending.message, "diverged at iteration 8: parameter policy/weights has NaN");
  deepStrictEqual(kindsAt(checkpoints), ["diverged 4"]);
  ok(checkpoints[0].snapshot.parameters["policy/weights"].values.every(Number.isFinite));
  const early = await run(toyTrainer({ weightInfAt: 1 }, 20));
  deepStrictEqual(kindsAt(early.checkpoints), ["diverged 0"]);
});

Deno.test("when a run ends as diverged is no matter of its checkpoints, by the clock or not", async () => {
  for (
    const checkpoint of [
      { everyIterations: 1, everySeconds: Infinity },
      { everyIterations: 0, everySeconds: 1e-9 },
    ]
  ) {
    const { ending, checkpoints } = await run(toyTrainer({ weightInfAt: 6 }, 200), { checkpoint });
    strictEqual(ending.message, "diverged at iteration 8: parameter policy/weights has NaN");
    strictEqual(kindsAt(checkpoints).at(-1), "diverged 5");
  }
  const trainer = toyTrainer({ weightInfAt: 6 }, 200);
  const { ending, checkpoints } = await run(trainer, {
    interrupted: () => trainer.progress.iterations === 7,
  });
  deepStrictEqual([ending.status, kindsAt(checkpoints)], ["interrupted", ["last 4"]]);
});

Deno.test("an evaluation that gives no finite figure to judge by ends as diverged with it", async () => {
  const bestBy = { metric: "evaluation/share", goal: "maximize" } as const;
  for (const share of [NaN, Infinity]) {
    const trainer = toyTrainer({}, 200);
    const evaluate = trainer.evaluate.bind(trainer);
    trainer.evaluate = async (options) => {
      const { metrics } = await evaluate(options);
      const late = trainer.progress.iterations > 4;
      return { metrics: { ...metrics, ...late && { "evaluation/share": share } } };
    };
    const { ending, checkpoints, reports } = await run(trainer, { bestBy });
    strictEqual(ending.message, `diverged at iteration 8: evaluation/share is ${share}`);
    strictEqual(reports.at(-1)!.metrics["evaluation/share"], share);
    deepStrictEqual(kindsAt(checkpoints), ["best 4", "diverged 4"]);
  }
});

Deno.test("rates are reported under timing alone", async () => {
  const { reports } = await run(toyTrainer({}, 40));
  const names = Object.keys(reports[0].metrics).filter((name) => name.startsWith("timing/"));
  deepStrictEqual(names.sort(), [
    "timing/environment_steps_per_second",
    "timing/gradient_steps_per_second",
    "timing/iteration_seconds",
  ]);
  match(Object.keys(reports.at(-1)!.metrics).join(), /timing\/evaluation_seconds/);
  for (const { metrics } of reports) {
    for (const name in metrics) strictEqual(ownTimings.has(name), name.startsWith("timing/"), name);
  }
});

Deno.test("evaluation k draws from the stream evaluation/k, whatever came before it", async () => {
  const values = async (seed: number, iterations: number) => {
    const drawn: number[] = [];
    const trainer = toyTrainer({}, iterations * 10);
    trainer.evaluate = ({ random }) => {
      drawn.push(random.random());
      return Promise.resolve({ metrics: {} });
    };
    await run(trainer, { seed, evaluation: { every: 10 } });
    return drawn;
  };
  const long = await values(1, 8);
  deepStrictEqual(await values(1, 3), long.slice(0, 3));
  deepStrictEqual(long, long.map((_, k) => streamOf(1, `evaluation/${k}`).random()));
  strictEqual(new Set([...long, ...await values(2, 8)]).size, 16);
});

Deno.test("a final checkpoint that fails later fails the run", () =>
  rejects(
    runTrainer(toyTrainer({}, 20), defaults, {
      report: () => {},
      checkpoint: async ({ kind }) => {
        await Promise.resolve();
        if (kind === "final") throw new Error("no space");
      },
    }),
    /no space/,
  ));

Deno.test("iterations and evaluations are timed from their beginning to their end", async () => {
  let now = 5000;
  const clock = Object.getOwnPropertyDescriptor(performance, "now");
  Object.defineProperty(performance, "now", { value: () => now, configurable: true });
  try {
    const trainer = toyTrainer({}, 40);
    const [iterate, evaluate] = [trainer.iterate.bind(trainer), trainer.evaluate.bind(trainer)];
    const slow = Object.assign(trainer, {
      iterate: () => {
        now += 2000;
        return iterate();
      },
      evaluate: (options: Parameters<typeof evaluate>[0]) => {
        now += 500;
        return evaluate(options);
      },
    });
    const { reports } = await run(slow, { evaluation: { every: 20 } });
    const timing = reports.map(({ kind, metrics, wallSeconds }) => [
      kind,
      wallSeconds,
      Object.fromEntries(
        Object.entries(metrics).filter(([name]) => /_per_second$|_seconds$/.test(name)),
      ),
    ]);
    const rates = reports[0].progress;
    const iteration = {
      "timing/iteration_seconds": 2,
      "timing/environment_steps_per_second": rates.environmentSteps / 2,
      ...rates.gradientSteps > 0 &&
        { "timing/gradient_steps_per_second": rates.gradientSteps / 2 },
      ...rates.examples > 0 && { "timing/examples_per_second": rates.examples / 2 },
    };
    const evaluation = { "timing/evaluation_seconds": 0.5 };
    deepStrictEqual(timing, [
      ["iteration", 2, iteration],
      ["iteration", 4, iteration],
      ["evaluation", 4.5, evaluation],
      ["iteration", 6.5, iteration],
      ["iteration", 8.5, iteration],
      ["evaluation", 9, evaluation],
    ]);
  } finally {
    if (clock === undefined) delete (performance as { now?: unknown }).now;
    else Object.defineProperty(performance, "now", clock);
  }
});

/** A toy trainer whose iterations go otherwise. */
function changed(change: (trainer: ReturnType<typeof toyTrainer>, report: Report) => unknown) {
  const trainer = toyTrainer({}, 2000);
  const iterate = trainer.iterate.bind(trainer);
  trainer.iterate = async () => change(trainer, await iterate()) as Report;
  return trainer;
}

Deno.test("what iterate and evaluate return is held to the contract", async () => {
  const reports: [report: unknown, message: RegExp][] = [
    [undefined, /^Cannot go on as iterate must return \{ metrics \}: undefined$/],
    [{}, /^Cannot go on as the metrics of iterate must be numbers by name: undefined$/],
    [{ metrics: [1] }, /^Cannot go on as the metrics of iterate must be numbers by name: \[1\]$/],
    [{ metrics: {}, event: [] }, /what iterate returns as there is no field "event" .*"events"/],
    [{ metrics: { "losses/x": "abc" } }, /^Cannot log losses\/x as .* must be a number: string$/],
    [{ metrics: { x: Float32Array.of(1) } }, /^Cannot log x as .* a number: Float32Array$/],
    [{ metrics: { x: undefined } }, /^Cannot log x as a metric must be a number: undefined$/],
    ...["evaluation/return_mean", "validation/x", "score/x"].map((name): [unknown, RegExp] => [
      { metrics: { [name]: 500 } },
      new RegExp(`^Cannot log ${name} after an iteration as its points are those of evaluations$`),
    ]),
  ];
  for (const [report, message] of reports) {
    await rejects(run(changed(() => report)), { name: "InputError", message });
  }
  const trainer = toyTrainer({}, 200);
  trainer.evaluate = () => Promise.resolve({ metrics: { "evaluation/m": null } } as never);
  await rejects(run(trainer), {
    name: "InputError",
    message: "Cannot log evaluation/m as a metric must be a number: null",
  });
});

Deno.test("iterations rise, and the budget is spent: an iteration that forgets it is an error", async () => {
  const forgetful = (change: (progress: Progress, iterations: number) => void) => {
    let iterations = 0;
    return changed((trainer, report) => {
      change(trainer.progress, ++iterations);
      return report;
    });
  };
  await rejects(run(forgetful((progress) => void (progress.iterations = 0))), {
    name: "InputError",
    message: "Cannot go on as iterate must raise progress.iterations: 0 after 0",
  });
  await rejects(run(forgetful((progress) => void (progress.environmentSteps = 10))), {
    name: "InputError",
    message: "Cannot go on as iterate must raise progress.environmentSteps, which the budget " +
      "counts: 10 for 100 iterations",
  });
  await rejects(run(forgetful((progress) => void (progress.environmentSteps += 0.5))), {
    name: "InputError",
    message: "Cannot go on as environmentSteps must be a whole number ≥ 0: 10.5",
  });
  await rejects(
    run(forgetful((progress) => void Object.assign(progress, { environmentStep: 10 }))),
    /Cannot go on as there is no count "environmentStep" \(did you mean "environmentSteps"\?\)/,
  );
  const filling = forgetful((progress, iterations) => {
    if (iterations % 100 !== 0) progress.environmentSteps -= 10;
  });
  strictEqual((await run(filling)).ending.progress.iterations, 20_000);
});

Deno.test("where a trainer throws as a parameter is no number, the run has diverged", async () => {
  const throwing = (weightInfAt: number) => {
    const trainer = toyTrainer({ weightInfAt }, 200);
    const iterate = trainer.iterate.bind(trainer);
    trainer.iterate = async () => {
      const report = await iterate();
      if (trainer.progress.iterations === 3) throw new RangeError("cannot draw");
      return report;
    };
    return run(trainer);
  };
  await rejects(throwing(0), { name: "RangeError", message: "cannot draw" });
  const { ending, checkpoints } = await throwing(3);
  deepStrictEqual([ending.status, ending.message], [
    "diverged",
    "diverged at iteration 3: parameter policy/weights has Infinity",
  ]);
  deepStrictEqual(kindsAt(checkpoints), ["diverged 0"]);
});
