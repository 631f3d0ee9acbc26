/** The loop that off-policy agents share: what it normalises, renews and begins anew. */
import { deepStrictEqual, notDeepStrictEqual, ok } from "node:assert";
import { makeEnv } from "../../../envs/mod.ts";
import { defineEnvironment } from "../../../lab/core/define_environment.ts";
import { Box, Discrete } from "../../../lab/core/space.ts";
import {
  definitions,
  discreteAgents,
  hasReplay,
  knownFields,
  subjectOf,
  trainThrough,
  valuesOf,
} from "../laboratory.ts";

Deno.test("next observations of a batch are normalised as the first ones are", async () => {
  // Two states, shown as 100 and 110: V = γ and 1.
  const world = defineEnvironment({
    id: "Far-v0",
    observationSpace: new Box({ low: 0, high: 1000, shape: [1] }),
    actionSpace: new Discrete(2),
    reset: () => 0,
    step: (s: number) => ({ state: s + 1, reward: s === 1 ? 1 : 0, terminated: s === 1 }),
    observe: (s) => Float32Array.of(100 + 10 * s),
  });
  const network = { hiddenSizes: [32] };
  const subject = await subjectOf("dqn", world, {
    ...{ learningStarts: 200, batchSize: 32, bufferSize: 2000, trainEvery: 4 },
    ...{ targetUpdateEvery: 50, learningRate: 3e-3, gamma: 0.5, normalizeObservations: true },
    ...network,
  }, { budget: 4000 });
  await trainThrough(subject.trainer);
  const [first, second] = await valuesOf(subject, [[-1], [1]], network);
  subject.trainer.dispose();
  ok(Math.abs(first - 0.5) < 0.1 && Math.abs(second - 1) < 0.1, `${first}, ${second}`);
});

Deno.test("the target is renewed where the steps of three environments cross a multiple", async () => {
  const { trainer } = await subjectOf("dqn", () => makeEnv("CartPole-v1"), {
    ...{ learningStarts: 12, batchSize: 12, bufferSize: 2000, hiddenSizes: [16] },
    ...{
      environments: 3,
      trainEvery: 3,
      targetUpdateEvery: 250,
      targetRate: 1,
      learningRate: 0.01,
    },
  });
  const before = await trainer.snapshot();
  const name = Object.keys(before.state).find((each) => each.startsWith("target/"))!;
  await trainer.iterate(); // 258 steps: no step count is 250.
  const after = await trainer.snapshot();
  trainer.dispose();
  notDeepStrictEqual(after.state[name].values, before.state[name].values);
});

Deno.test("noise that goes on from step to step begins anew with each episode", async () => {
  const world = defineEnvironment({
    id: "Still-v0",
    observationSpace: new Box({ low: -1, high: 1, shape: [1] }),
    actionSpace: new Box({ low: -1, high: 1, shape: [1] }),
    timeLimit: 4,
    reset: () => 0,
    step: (s: number) => ({ state: s, reward: 0, terminated: false }),
    observe: (s) => Float32Array.of(s),
  });
  const { trainer } = await subjectOf("td3", world, {
    ...{ learningStarts: 10, batchSize: 4, bufferSize: 500, hiddenSizes: [8] },
    noise: "ornstein-uhlenbeck",
  });
  await trainer.iterate(); // 128 steps: an episode has just ended.
  const { resumables } = (await trainer.snapshot()).values as {
    resumables: Record<string, unknown>;
  };
  trainer.dispose();
  deepStrictEqual(resumables.processes, [0]);
});

for (const agent of Object.keys(definitions).filter(hasReplay)) {
  /** Two steps to a reward of 100: V = 100γ and 100, and 100/σ where σ is that of the returns. */
  const world = defineEnvironment<number, Float32Array, unknown>({
    id: "Paid-v0",
    observationSpace: new Box({ low: -1, high: 1, shape: [1] }),
    actionSpace: discreteAgents.includes(agent)
      ? new Discrete(2)
      : new Box({ low: -1, high: 1, shape: [1] }),
    reset: () => -1,
    step: (s: number) => ({ state: 1, reward: s === 1 ? 100 : 0, terminated: s === 1 }),
    observe: (s) => Float32Array.of(s),
  });
  const fields = {
    ...{ learningStarts: 200, batchSize: 32, bufferSize: 2000, learningRate: 3e-3, gamma: 0.5 },
    ...{ normalizeRewards: true, annealLearningRate: true, priorityExponent: 0.5 },
    ...knownFields(agent, {
      ...{ targetUpdateEvery: 25, trainEvery: 1, loss: "mse", maximumGradientNorm: 100 },
      ...{ automaticTemperature: false, temperature: 0 },
    }),
    hiddenSizes: [32],
  };

  for (const rewardSteps of [1, 3]) {
    Deno.test(`${agent}: values of normalised rewards over ${rewardSteps} steps`, async () => {
      const options = { budget: 1500 };
      const subject = await subjectOf(agent, world, { ...fields, rewardSteps }, options);
      await trainThrough(subject.trainer);
      const [first, second] = await valuesOf(subject, [[-1], [1]], { hiddenSizes: [32] });
      subject.trainer.dispose();
      // Returns that run along: 0 and 100 in turn.
      ok(Math.abs(second - 2) < 0.2 && Math.abs(first - 1) < 0.2, `${first}, ${second}`);
    });
  }

  Deno.test(`${agent}: what rewards are divided by stays as it is from the first learning on`, async () => {
    const { trainer } = await subjectOf(agent, world, fields, { budget: 1500 });
    const moments = async () =>
      ((await trainer.snapshot()).values as { resumables: { rewards: unknown } }).resumables
        .rewards;
    while (trainer.progress.gradientSteps === 0) await trainer.iterate();
    const first = await moments();
    await trainer.iterate();
    deepStrictEqual(await moments(), first);
    trainer.dispose();
  });
}

Deno.test("examples are those of all gradient steps, several at each training", async () => {
  const { trainer } = await subjectOf("dqn", () => makeEnv("CartPole-v1"), {
    ...{ learningStarts: 20, batchSize: 12, bufferSize: 500, hiddenSizes: [4] },
    ...{ trainEvery: 8, gradientStepsPerTrain: 3 },
  });
  await trainer.iterate();
  const { environmentSteps, gradientSteps, examples } = trainer.progress;
  trainer.dispose();
  // Trainings after 24, 32, … 256 steps.
  deepStrictEqual([environmentSteps, gradientSteps, examples], [256, 3 * 30, 3 * 30 * 12]);
});
