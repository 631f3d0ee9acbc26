/** DQN's flags as the trainer wires them: what each changes, what it leaves alone, what is refused. */
import { deepStrictEqual, notDeepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { environmentOf } from "../../lab/core/define_environment.ts";
import { defaultRng } from "../../lab/core/random.ts";
import type { Snapshot } from "../../lab/core/snapshot.ts";
import { makeEnv } from "../../envs/mod.ts";
import { truncationProbe } from "../../envs/probes.ts";
import { forgetful, subjectOf } from "./laboratory.ts";

const cartPole = () => makeEnv("CartPole-v1");

const small = {
  learningStarts: 64,
  batchSize: 16,
  bufferSize: 2000,
  trainEvery: 8,
  hiddenSizes: [16],
};

/** The snapshot and metrics of some iterations of 256 steps. */
async function trained(fields: object, iterations = 2, budget = 10_000) {
  const { trainer } = await subjectOf("dqn", cartPole, { ...small, ...fields }, { budget });
  const metrics = [];
  for (let i = 0; i < iterations; i++) metrics.push((await trainer.iterate()).metrics);
  const snapshot = await trainer.snapshot();
  trainer.dispose();
  return { metrics, snapshot, parameters: snapshot.parameters };
}

Deno.test("each flag changes what is learned", async () => {
  const fast = { learningRate: 0.01 };
  const plain = await trained(fast);
  for (
    const fields of [
      { doubleQ: true },
      { rewardSteps: 2 },
      { priorityExponent: 0.1 },
      { annealLearningRate: true },
      { loss: "mse" },
    ]
  ) {
    const other = await trained({ ...fast, ...fields });
    notDeepStrictEqual(other.parameters, plain.parameters, JSON.stringify(fields));
  }
  strictEqual("advantage/0/kernel" in (await trained({ duelling: true })).parameters, true);
  deepStrictEqual((await trained({ quantiles: 3 })).parameters["q/1/kernel"].shape, [16, 6]);
});

Deno.test("the exponent β is of no effect while rows are drawn uniformly", async () => {
  const [one, other] = [
    await trained({ priorityExponent: 0, importanceExponent: 0.1 }),
    await trained({ priorityExponent: 0, importanceExponent: 1 }),
  ];
  deepStrictEqual(one, other);
});

Deno.test("β rises to 1 with the budget, the learning rate falls to 0", async () => {
  const { metrics } = await trained({ priorityExponent: 0.5, annealLearningRate: true }, 4, 1024);
  metrics.forEach((each, i) => {
    const spent = (i + 1) / 4;
    ok(Math.abs(each["schedule/beta"] - (0.4 + 0.6 * spent)) < 1e-12);
    ok(Math.abs(each["schedule/learning_rate"] - 1e-4 * (1 - spent)) < 1e-16);
  });
  ok(!("schedule/beta" in (await trained({})).metrics[0]));
});

Deno.test("the importance weights lower the loss of what is drawn often", async () => {
  // β from 0 on weighs nothing at first, 1 weighs all the time: same draws, another loss.
  const [none, full] = [
    await trained({ priorityExponent: 1, importanceExponent: 0, learningStarts: 200 }, 1, 100_000),
    await trained({ priorityExponent: 1, importanceExponent: 1, learningStarts: 200 }, 1, 100_000),
  ];
  ok(full.metrics[0]["losses/value"] < none.metrics[0]["losses/value"]);
});

Deno.test("without deviation a noisy trainer acts as its plain network does", async () => {
  const evaluation = async (fields: object) => {
    const { trainer } = await subjectOf("dqn", cartPole, { ...small, ...fields });
    const { metrics } = await trainer.evaluate({ random: defaultRng(1), episodes: 5 });
    trainer.dispose();
    return metrics;
  };
  deepStrictEqual(await evaluation({ noisy: true, noiseScale: 0 }), await evaluation({}));
});

Deno.test("a noisy trainer does not explore by ε, draws its own noise and learns deviations", async () => {
  const { metrics, parameters, snapshot } = await trained({ noisy: true });
  ok(metrics.every((each) => each["schedule/epsilon"] === 0));
  ok("noise" in (snapshot.values as { resumables: object }).resumables);
  const { values } = parameters["sigma/q/0/kernel"];
  ok(new Set(values).size > values.length / 2, "every deviation goes its own way");
});

Deno.test("observations are normalised by the moments of the random steps, and by no others", async () => {
  const fields = { ...small, learningStarts: 256, normalizeObservations: true, environments: 8 };
  const { trainer } = await subjectOf("dqn", cartPole, fields);
  await trainer.iterate();
  const first = await trainer.snapshot();
  await trainer.iterate();
  const second = await trainer.snapshot();
  const momentsOf = ({ values }: Snapshot) =>
    (values as { resumables: { normalizer: { mean: number[]; variance: number[] } } }).resumables
      .normalizer;
  const moments = momentsOf(first);
  deepStrictEqual(momentsOf(second), moments);

  // The replay keeps observations as they are: its first 256 are those that were measured.
  const { values, shape } = first.lent!["replay/observations"];
  deepStrictEqual(shape, [256, 4]);
  for (let d = 0; d < 4; d++) {
    const column = Array.from({ length: 256 }, (_, row) => values[row * 4 + d]);
    const mean = column.reduce((sum, x) => sum + x, 0) / 256;
    const variance = column.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 256;
    ok(Math.abs(moments.mean[d] - mean) < 1e-6);
    ok(Math.abs(moments.variance[d] / variance - 1) < 1e-3);
  }
  trainer.dispose();
});

Deno.test("windows longer than the way to the first training wait for their first transition", async () => {
  const fields = { learningStarts: 0, rewardSteps: 20, trainEvery: 4 };
  const { trainer } = await subjectOf("dqn", truncationProbe(), { ...small, ...fields });
  await trainer.iterate();
  ok(trainer.progress.gradientSteps >= 62);
  trainer.dispose();
});

Deno.test("open windows end where the environment cannot be kept", async () => {
  const world = () => forgetful(environmentOf(truncationProbe()));
  const { trainer } = await subjectOf("dqn", world, { ...small, rewardSteps: 4 });
  const open = (snapshot: Snapshot) =>
    (snapshot.values as { replay: { windows: { open: number[] } } }).replay.windows.open;
  await trainer.iterate();
  const snapshot = await trainer.snapshot();
  ok(open(snapshot)[0] > 0);
  await trainer.restore(snapshot);
  deepStrictEqual(open(await trainer.snapshot()), [0]);
  trainer.dispose();
});

for (
  const [fields, message] of [
    [{ bufferSize: 10, batchSize: 16 }, /bufferSize must be at least the batchSize of 16: 10$/],
    [{ quantiles: 5, loss: "mse" }, /the loss of 5 quantiles must be huber: mse$/],
    [{ learningStarts: 10_000 }, /learningStarts must be below the budget of 10000 .*: 10000$/],
    [{ environments: 3, trainEvery: 8 }, /trainEvery must be a multiple of the 3 environments: 8$/],
    [{ normalizeObservations: true, learningStarts: 0 }, /learningStarts must be above 0 .*: 0$/],
    [{ gamma: 1.01 }, /gamma/],
    [{ gamma: -0.1 }, /gamma/],
    [{ rewardSteps: 0 }, /rewardSteps/],
    [{ priorityExponent: 1.5 }, /priorityExponent/],
    [{ importanceExponent: -1 }, /importanceExponent/],
    [{ noiseScale: -1 }, /noiseScale/],
    [{ quantiles: 1.5 }, /quantiles/],
  ] as const
) {
  Deno.test(`dqn refuses ${JSON.stringify(fields)}`, () =>
    rejects(async () => {
      const { trainer } = await subjectOf("dqn", cartPole, { ...small, ...fields });
      trainer.dispose();
    }, message));
}

Deno.test("ε falls within its fraction of the budget", async () => {
  const exploration = {
    explorationInitial: 1,
    explorationFinal: 0,
    explorationFraction: 0.5,
  };
  const { metrics } = await trained(exploration, 3, 1024);
  deepStrictEqual(metrics.map((each) => each["schedule/epsilon"]), [0.5, 0, 0]);
});
