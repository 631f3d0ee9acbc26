/**
 * Every agent on worlds whose right answer is known: a wrong discount, a truncation taken for an
 * end, an end bootstrapped from or a transition that crosses a reset gives another number.
 */
import { ok } from "node:assert";
import { defineEnvironment } from "../../lab/core/define_environment.ts";
import type { EnvironmentDefinition } from "../../lab/core/environment.ts";
import { defaultRng } from "../../lab/core/random.ts";
import { Box, Discrete } from "../../lab/core/space.ts";
import { identity } from "../../envs/identity.ts";
import {
  creditProbe,
  discountProbe,
  policyProbe,
  truncationProbe,
  valueProbe,
} from "../../envs/probes.ts";
import {
  discreteAgents,
  dqnFlags,
  knownFields,
  subjectOf,
  trainThrough,
  valuesOf,
} from "./laboratory.ts";
import { resetProbe } from "./reset_probe.ts";

/** Settings for agents that have none of their own below. */
const unlisted = {
  environments: 8,
  rolloutLength: 4,
  learningRate: 5e-3,
  annealLearningRate: false,
  entropyCoefficient: 0,
  hiddenSizes: [32],
};

/** Settings that learn a probe in a second. */
const quick: Record<string, object> = {
  ...Object.fromEntries(discreteAgents.map((agent) => [agent, knownFields(agent, unlisted)])),
  dqn: {
    environments: 4,
    learningRate: 3e-3,
    learningStarts: 100,
    batchSize: 32,
    trainEvery: 16,
    gradientStepsPerTrain: 8,
    targetUpdateEvery: 32,
    explorationFraction: 0.5,
    hiddenSizes: [32],
  },
  reinforce: { environments: 16, learningRate: 1e-2, chunkSize: 64, hiddenSizes: [32] },
  a2c: {
    environments: 8,
    rolloutLength: 4,
    learningRate: 5e-3,
    optimizer: "adam",
    hiddenSizes: [32],
  },
  ppo: {
    environments: 8,
    rolloutLength: 16,
    minibatchSize: 64,
    learningRate: 5e-3,
    annealLearningRate: false,
    hiddenSizes: [32],
    clipValueLoss: false,
  },
  "recurrent-ppo": {
    environments: 8,
    rolloutLength: 16,
    sequenceLength: 8,
    minibatchSize: 64,
    epochs: 4,
    learningRate: 5e-3,
    recurrentSize: 16,
    hiddenSizes: [16],
  },
  a3c: {
    environments: 8,
    rolloutLength: 4,
    learningRate: 5e-3,
    annealLearningRate: false,
    optimizer: "adam",
    entropyCoefficient: 0,
    hiddenSizes: [32],
  },
  impala: {
    actors: 3,
    environments: 8,
    rolloutLength: 4,
    learningRate: 5e-3,
    annealLearningRate: false,
    optimizer: "adam",
    entropyCoefficient: 0,
    hiddenSizes: [32],
  },
};

const budgets: Record<string, number> = {
  dqn: 2000,
  reinforce: 16_000,
  a2c: 6400,
  ppo: 5120,
  a3c: 12_800,
  impala: 12_800,
  "recurrent-ppo": 7680,
};

/**
 * Two kinds of episodes, each cut off after four steps: one shows 1 and pays 2 a step for ever, the
 * other shows −1 and pays nothing. Values are 2 / (1 − γ) and 0 only where the final observation of
 * the episode that was cut is bootstrapped from, with what a policy remembers of that episode.
 */
function twoKindsProbe(): EnvironmentDefinition<number, Float32Array, number> {
  return defineEnvironment({
    id: "TwoKindsProbe-v0",
    observationSpace: new Box({ low: -1, high: 1, shape: [1] }),
    actionSpace: new Discrete(2),
    timeLimit: 4,
    reset: (random) => random.integers(2) === 0 ? -1 : 1,
    step: (state: number) => ({ state, reward: state + 1, terminated: false }),
    observe: (state) => Float32Array.of(state),
  });
}

/** How an agent with some fields fares in a world. */
function learner(agent: string, flags: object = {}, budget = budgets[agent] ?? 12_800) {
  const learn = async (world: EnvironmentDefinition, fields: object = {}) => {
    const all = { ...quick[agent], ...flags, ...fields };
    const subject = await subjectOf(agent, world, all, { budget });
    await trainThrough(subject.trainer);
    return subject;
  };
  return {
    async expectValues(
      world: EnvironmentDefinition,
      gamma: number,
      expected: readonly (readonly [observation: number, value: number])[],
      tolerance: number,
    ) {
      const subject = await learn(world, { gamma });
      const seen = expected.map(([observation]) => [observation]);
      const network = agent === "dqn" ? { ...quick[agent], ...flags } : {};
      const values = await valuesOf(subject, seen, network);
      subject.trainer.dispose();
      expected.forEach(([observation, value], i) =>
        ok(
          Math.abs(values[i] - value) < tolerance,
          `${agent}: V(${observation}) is ${values[i]}, not ${value}`,
        )
      );
    },
    async expectReturn(world: EnvironmentDefinition, atLeast: number) {
      const subject = await learn(world);
      const { metrics } = await subject.trainer.evaluate({ random: defaultRng(5), episodes: 20 });
      subject.trainer.dispose();
      ok(metrics["evaluation/return_mean"] >= atLeast, `${agent}: ${JSON.stringify(metrics)}`);
    },
  };
}

const learners = [
  ...discreteAgents.map((agent) => ({ name: agent, ...learner(agent) })),
  ...Object.entries(dqnFlags).map(([flag, fields]) => ({
    name: `dqn, ${flag},`,
    // Noise alone explores little where one action soon looks best: more random ones come first.
    ...flag === "rainbow"
      ? learner("dqn", { learningStarts: 1000, ...fields }, 4000)
      : learner("dqn", fields),
  })),
];

for (const { name, expectValues, expectReturn } of learners) {
  Deno.test(`${name} learns a constant value`, () =>
    expectValues(valueProbe(), 0.9, [[0, 1]], 0.05));

  Deno.test(`${name} discounts, and does not bootstrap from a terminal state`, () =>
    expectValues(discountProbe(), 0.5, [[0, 0.5], [1, 1]], 0.1));

  Deno.test(`${name} bootstraps where a time limit cuts an episode`, () =>
    expectValues(truncationProbe(), 0.5, [[1, 2]], 0.1));

  // A policy with memory distinguishes the end of a long episode from the start of a short one.
  if (name !== "recurrent-ppo") {
    Deno.test(`${name} bootstraps from the final observation, not from the next episode's`, () =>
      expectValues(resetProbe(), 0.5, [[1, 10], [0, 5], [-1, 2.5]], 0.7));
  }

  Deno.test(`${name} bootstraps within the episode that was cut`, async () => {
    await expectValues(twoKindsProbe(), 0.8, [[1, 10]], 1);
    await expectValues(twoKindsProbe(), 0.8, [[-1, 0]], 1);
  });

  Deno.test(`${name} chooses by what it sees`, () => expectReturn(policyProbe(), 1));

  Deno.test(`${name} gives credit back in time`, () => expectReturn(creditProbe(), 1));

  Deno.test(`${name} repeats the symbol that it sees`, () => expectReturn(identity(), 19));
}

Deno.test("reinforce without a baseline gives credit back in time", async () => {
  const fields = { ...quick.reinforce, baseline: "none" };
  const { trainer } = await subjectOf("reinforce", creditProbe(), fields, { budget: 8000 });
  await trainThrough(trainer);
  ok(
    Object.keys((await trainer.snapshot()).parameters).every((name) => name.startsWith("policy/")),
  );
  const { metrics } = await trainer.evaluate({ random: defaultRng(5), episodes: 20 });
  trainer.dispose();
  ok(metrics["evaluation/return_mean"] === 1, JSON.stringify(metrics));
});

Deno.test("reinforce's constant baseline takes the batch's mean from the returns", async () => {
  // Without standardising: a constant return of 1 has weights 0, and so moves no policy.
  const moved = async (baseline: string) => {
    const fields = { ...quick.reinforce, baseline, normalizeReturns: false };
    const { trainer } = await subjectOf("reinforce", valueProbe(), fields);
    const before = (await trainer.snapshot()).parameters["policy/1/bias"].values;
    for (let i = 0; i < 3; i++) await trainer.iterate();
    const after = (await trainer.snapshot()).parameters["policy/1/bias"].values;
    trainer.dispose();
    return after.some((value, i) => value !== before[i]);
  };
  ok(!await moved("mean"));
  ok(await moved("none"));
});

/** Actions of other kinds, their order and scale as the world's. */
for (
  const [agent, space, fields, atLeast] of [
    ["ppo", "multi-discrete", {}, 19],
    ["ppo", "box", {}, 18],
    ["ppo", "box", { stateDependentNoise: true, noiseEvery: 4, initialLogStd: -1 }, 18],
    ["ppo", "discrete", { surrogate: "kl-penalty", targetDivergence: 0.02 }, 19],
    ["ppo", "discrete", { targetKl: 0.05, epochs: 20 }, 19],
    ["ppo", "discrete", { separateNetworks: false, orthogonalInitialization: false }, 19],
    ["a2c", "multi-discrete", {}, 19],
    ["a2c", "box", { initialLogStd: -1 }, 18],
  ] as const
) {
  Deno.test(`${agent} repeats ${space} symbols: ${JSON.stringify(fields)}`, async () => {
    const { trainer } = await subjectOf(agent, identity({ space }), {
      ...quick[agent],
      gamma: 0,
      ...fields,
    }, { budget: 20_000 });
    await trainThrough(trainer);
    const { metrics } = await trainer.evaluate({ random: defaultRng(5), episodes: 20 });
    trainer.dispose();
    ok(metrics["evaluation/return_mean"] >= atLeast, JSON.stringify(metrics));
  });
}

Deno.test("double dqn with a soft target learns the discounted values", async () => {
  const fields = {
    ...quick.dqn,
    doubleQ: true,
    targetRate: 0.3,
    targetUpdateEvery: 16,
    loss: "mse",
    gamma: 0.5,
  };
  const subject = await subjectOf("dqn", discountProbe(), fields, { budget: 3000 });
  await trainThrough(subject.trainer);
  const [start, end] = await valuesOf(subject, [[0], [1]]);
  subject.trainer.dispose();
  ok(Math.abs(start - 0.5) < 0.1 && Math.abs(end - 1) < 0.1, `${start}, ${end}`);
});
