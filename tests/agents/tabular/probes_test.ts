/**
 * Every method over tables on worlds whose action values are known: an end bootstrapped from, a
 * truncation taken for an end, or a transition that crosses a reset gives another number.
 */
import { ok, strictEqual } from "node:assert";
import { defineEnvironment } from "../../../lab/core/define_environment.ts";
import type { EnvironmentDefinition } from "../../../lab/core/environment.ts";
import { Discrete } from "../../../lab/core/space.ts";
import { actionValuesOf, learners, trainerOf, trainThrough } from "./laboratory.ts";

const common = { observationSpace: new Discrete(4, 7), actionSpace: new Discrete(2, 3) };

/** Two steps, reward 1 at the end whatever the actions: Q = γ, 1. Spaces that start at 7 and 3. */
const discounts: EnvironmentDefinition = defineEnvironment({
  ...common,
  id: "TableDiscount-v0",
  reset: () => 0,
  step: (state: number) => ({ state: state + 1, reward: state, terminated: state === 1 }),
  observe: (state) => state + 7,
});

/** Reward 1 for ever, cut off after 5 steps: Q = 1 / (1 − γ). */
const endless: EnvironmentDefinition = defineEnvironment({
  ...common,
  id: "TableTruncation-v0",
  timeLimit: 5,
  reset: () => 0,
  step: (state: number) => ({ state, reward: 1, terminated: false }),
  observe: (state) => state + 7,
});

/** The same without a limit of its own. */
const unlimited: EnvironmentDefinition = { ...endless, timeLimit: undefined };

/**
 * Half of the episodes start at 0 and are cut at 2, half start at 2 and terminate at 3 with reward
 * 10: Q = γ² 10, γ 10, 10. Who bootstraps from the next episode's first state finds less or more.
 */
const resets: EnvironmentDefinition = defineEnvironment({
  ...common,
  id: "TableReset-v0",
  timeLimit: 2,
  reset: (random) => random.integers(2) === 0 ? 0 : 2,
  step: (state: number) => ({
    state: state + 1,
    reward: state === 2 ? 10 : 0,
    terminated: state === 2,
  }),
  observe: (state) => state + 7,
});

/** One step from 0 to 1, where nothing is ever known, that action 1 alone is paid for. */
const cut: EnvironmentDefinition = defineEnvironment({
  ...common,
  id: "TableCut-v0",
  timeLimit: 1,
  reset: () => 0,
  step: (_: number, action) => ({ state: 1, reward: action - 3, terminated: false }),
  observe: (state) => state + 7,
});

const quick = { gamma: 0.5, explorationFinal: 0.5, explorationFraction: 0.1 };

for (const agent of learners) {
  const rate = agent === "monte-carlo"
    ? { learningRate: 0.1, learningRateFinal: 0.1 }
    : { learningRate: 0.2, learningRateFinal: 0.05 };
  const expectValues = async (
    world: EnvironmentDefinition,
    expected: readonly (number | undefined)[],
    fields: object = {},
  ) => {
    const trainer = await trainerOf(agent, world, { ...quick, ...rate, ...fields });
    await trainThrough(trainer);
    const values = await actionValuesOf(trainer);
    expected.forEach((value, i) =>
      ok(value === undefined || Math.abs(values[i] - value) < 0.05, `${i}: ${values}`)
    );
  };

  Deno.test(`${agent} discounts, and does not bootstrap from a terminal state`, () =>
    expectValues(discounts, [0.5, 0.5, 1, 1, 0, 0, 0, 0]));

  Deno.test(`${agent} bootstraps where a time limit cuts an episode`, () =>
    expectValues(endless, [2, 2, 0, 0, 0, 0, 0, 0]));

  Deno.test(`${agent} bootstraps where its own limit cuts an episode`, () =>
    expectValues(unlimited, [2, 2, 0, 0, 0, 0, 0, 0], { episodeLimit: 3 }));

  Deno.test(`${agent} bootstraps from the final state, not from the next episode's first`, () =>
    expectValues(resets, [2.5, 2.5, 5, 5, 10, 10, 0, 0]));

  Deno.test(`${agent} begins an episode with an action for its own state, not for where a limit cut the last`, async () => {
    const greedy = { ...quick, ...rate, explorationFinal: 0 };
    const trainer = await trainerOf(agent, cut, greedy);
    let mean: number | undefined;
    while (trainer.progress.environmentSteps < trainer.budget.total) {
      mean = (await trainer.iterate()).metrics["rollout/episode_return_mean"];
    }
    strictEqual(mean, 1);
  });
}
