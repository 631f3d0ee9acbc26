/**
 * The planners and the exact measure, on worlds whose values are known.
 */
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { expectedReturns } from "../../../agents/tabular/evaluation.ts";
import { remainingError } from "../../../agents/tabular/planning.ts";
import { FORBIDDEN } from "../../../agents/distributions/actions.ts";
import { makeEnv } from "../../../envs/mod.ts";
import { defineEnvironment } from "../../../lab/core/define_environment.ts";
import type { TransitionTable } from "../../../lab/core/environment.ts";
import { defaultRng } from "../../../lab/core/random.ts";
import { Discrete } from "../../../lab/core/space.ts";
import { actionValuesOf, trainerOf, trainThrough } from "./laboratory.ts";

const windy = { mapName: "windy", stepCost: 1, goalReward: 0 };

async function plan(agent: string, id: string, options: object, gamma: number) {
  const trainer = await trainerOf(agent, () => makeEnv(id, options), { gamma }, {
    budget: 100_000,
  });
  await trainThrough(trainer);
  return { trainer, q: await actionValuesOf(trainer) };
}

for (
  const [id, options] of [
    ["FrozenLake-v1", {}],
    ["FrozenLake8x8-v1", {}],
    ["CliffWalkingSlippery-v1", {}],
    ["Taxi-v4", {}],
    ["GridWorld-v0", windy],
  ] as const
) {
  Deno.test(`the planners agree to 1e-10 in ${id}`, async () => {
    const { q: one } = await plan("value-iteration", id, options, 0.99);
    const { q: other } = await plan("policy-iteration", id, options, 0.99);
    one.forEach((value, i) => ok(Math.abs(value - other[i]) <= 1e-10, `${i}: ${value}`));
    ok(one.some((value) => value !== 0));
  });
}

// reinforcement-learning-targets.md, section 2d: computed in NumPy from Gymnasium's tables.
for (
  const [id, gamma, state, value] of [
    ["FrozenLake-v1", 0.99, 0, 0.542026],
    ["FrozenLake-v1", 0.999, 0, 0.785533],
    ["FrozenLake-v1", 1, 0, 14 / 17],
    ["FrozenLake8x8-v1", 0.99, 0, 0.414640],
    ["CliffWalking-v1", 1, 36, -13],
    ["CliffWalking-v1", 0.99, 36, -12.247898],
    ["CliffWalkingSlippery-v1", 1, 36, -64.709176],
  ] as const
) {
  Deno.test(`value iteration finds ${value.toFixed(6)} in ${id} with γ = ${gamma}`, async () => {
    const { q } = await plan("value-iteration", id, {}, gamma);
    const actions = 4;
    const best = Math.max(...q.slice(state * actions, (state + 1) * actions));
    ok(Math.abs(best - value) < 1e-6, `${best}`);
  });
}

Deno.test("value iteration solves a chain: 0.81, 0.9, 1", async () => {
  const chain = defineEnvironment({
    id: "Chain-v0",
    observationSpace: new Discrete(4),
    actionSpace: new Discrete(1),
    reset: () => 0,
    step: (s: number) => ({ state: s + 1, reward: s === 2 ? 1 : 0, terminated: s === 2 }),
    observe: (s) => s,
    transitions: () => [
      ...[0, 1, 2].map((s) => [[{
        probability: 1,
        state: s + 1,
        reward: s === 2 ? 1 : 0,
        terminated: s === 2,
      }]]),
      [[]],
    ],
  });
  for (const agent of ["value-iteration", "policy-iteration"]) {
    const trainer = await trainerOf(agent, chain, { gamma: 0.9 });
    await trainThrough(trainer);
    const values = (await actionValuesOf(trainer)).map((value) => Number(value.toFixed(12)));
    strictEqual(`${values}`, "0.81,0.9,1,0");
  }
});

/** A walk to the right end of five cells, in whose first there is no way to the left. */
const walk = defineEnvironment({
  id: "Walk-v0",
  observationSpace: new Discrete(5),
  actionSpace: new Discrete(2),
  timeLimit: 20,
  reset: () => 0,
  step(cell: number, action: number) {
    const next = Math.max(0, cell + 2 * action - 1);
    return { state: next, reward: -1, terminated: next === 4 };
  },
  observe: (cell) => cell,
  actionMask: (cell) => [cell === 0 ? 0 : 1, 1],
  transitions() {
    const one = (state: number) => [
      { probability: 1, state, reward: -1, terminated: state === 4 },
    ];
    return [[[], one(1)], [one(0), one(2)], [one(1), one(3)], [one(2), one(4)], [[], []]];
  },
});

for (const agent of ["value-iteration", "policy-iteration"]) {
  Deno.test(`${agent} takes no action that cannot be taken, however much others cost`, async () => {
    const trainer = await trainerOf(agent, walk, { gamma: 0.5 });
    await trainThrough(trainer);
    const values = await actionValuesOf(trainer);
    deepStrictEqual(values, [FORBIDDEN, -1.875, -1.9375, -1.75, -1.875, -1.5, -1.75, -1, 0, 0]);
    const { metrics } = await trainer.evaluate({ random: defaultRng(1), episodes: 2 });
    strictEqual(metrics["evaluation/return_mean"], -4);
    strictEqual(metrics["evaluation/exact_return_mean"], -4);
  });

  Deno.test(`${agent} ends within its tolerance, where an action is hardly better too`, async () => {
    const tables = [[0, 0.019], [0.019, 0], [0, 0.0002, 0.0009]];
    for (const rewards of tables) {
      const lazy = defineEnvironment({
        ...walk,
        observationSpace: new Discrete(1),
        actionSpace: new Discrete(rewards.length),
        step: (_, action) => ({ state: 0, reward: rewards[action], terminated: false }),
        actionMask: undefined,
        transitions: () => [
          rewards.map((reward) => [{ probability: 1, state: 0, reward, terminated: false }]),
        ],
      });
      for (const tolerance of [0.1, 0.01]) {
        const trainer = await trainerOf(agent, lazy, { gamma: 0.99, tolerance });
        const { events } = await trainer.iterate();
        if (events!.length === 0) await trainThrough(trainer);
        const best = Math.max(...rewards) / (1 - 0.99);
        for (const [action, value] of (await actionValuesOf(trainer)).entries()) {
          const away = Math.abs(value - (rewards[action] + 0.99 * best));
          ok(away <= tolerance, `${rewards} within ${tolerance}: ${away} of action ${action}`);
        }
      }
    }
  });
}

Deno.test("no table is planned on, or taken as the measure of a policy, that is none", async () => {
  const to = (change: object) => ({
    ...{ probability: 1, state: 1, reward: 0, terminated: false },
    ...change,
  });
  const wrong = [
    [[[to({})], []], /state 1 has 0 lists of transitions, but there are 2 actions/],
    [[[to({ state: 7 })], []], /in state 0 action 0 leads to the unknown state 7/],
    [[[to({ probability: 0.5 })], []], /action 0 has probabilities that add up to 0.5/],
    [[[to({ reward: NaN })], []], /action 0 has the reward NaN/],
  ] as const;
  for (const [row, message] of wrong) {
    const rest = /1 has 0 lists/.test(`${message}`) ? [] : [[], []];
    const world = {
      ...walk,
      observationSpace: new Discrete(2),
      transitions: () => [row, rest] as unknown as TransitionTable,
    };
    for (const agent of ["value-iteration", "policy-iteration"]) {
      await rejects(() => trainerOf(agent, world), message);
    }
    const trainer = await trainerOf("q-learning", world);
    await rejects(async () => await trainer.evaluate({ random: defaultRng(1) }), message);
  }
});

Deno.test("the greedy policy's return within 100 steps is exact", async () => {
  const { trainer } = await plan("value-iteration", "FrozenLake-v1", {}, 0.99);
  const { metrics } = await trainer.evaluate({ random: defaultRng(1), episodes: 2000 });
  ok(Math.abs(metrics["evaluation/exact_return_mean"] - 0.740165) < 1e-6);
  ok(Math.abs(metrics["evaluation/return_mean"] - 0.740165) < 0.03, JSON.stringify(metrics));
});

Deno.test("a longer horizon counts more steps, an ended episode none", () => {
  const one = (state: number, terminated: boolean) => [
    { probability: 1, state, reward: 1, terminated },
  ];
  const table = [[one(0, false)], [one(0, true)], [[]]];
  strictEqual(`${expectedReturns(table, [0, 0, 0], 7)}`, "7,1,0");
});

Deno.test("a planner says when it has converged, and its budget is then made", async () => {
  const trainer = await trainerOf("value-iteration", () => makeEnv("CliffWalking-v1"), {
    gamma: 1,
  }, { budget: 50_000 });
  const { events, metrics } = await trainer.iterate();
  ok(/^converged after \d\d sweeps$/.test(events![0].message), events![0].message);
  strictEqual(metrics["losses/bellman_residual"], 0);
  strictEqual(trainer.progress.gradientSteps, 50_000);
});

Deno.test("after a sweep values are at most γ/(1 − γ) of its change away, without γ the change", () => {
  const away = [[0.2, 0.5], [1, 0.75], [3, 0.25], [5, 0], [0.3, 1]]
    .map(([change, gamma]) => remainingError(change, gamma));
  deepStrictEqual(away, [0.2, 3, 1, 0, 0.3]);
});

Deno.test("a planner's budget ends it before it has converged", async () => {
  const world = () => makeEnv("FrozenLake8x8-v1");
  for (const agent of ["value-iteration", "policy-iteration"]) {
    const trainer = await trainerOf(agent, world, {}, { budget: 7 });
    const { events } = await trainer.iterate();
    strictEqual(trainer.progress.gradientSteps, 7);
    strictEqual(events!.length, 0);
    await rejects(() => trainer.iterate(), /budget of 7 updates is spent/);
  }
});

Deno.test("a planner refuses a world without a table, and γ = 1 where it finds no end", async () => {
  await rejects(
    () => trainerOf("value-iteration", () => makeEnv("Bandit-v0")),
    /Cannot plan with value-iteration in Bandit-v0 as it takes a world with a transition table/,
  );
  await rejects(
    () => trainerOf("policy-iteration", () => makeEnv("FrozenLake-v1"), { gamma: 1 }),
    /gamma must be below 1: 1/,
  );
});

Deno.test("Dyna-Q finds the shortest way through a maze before Q-learning finds any", async () => {
  const options = { mapName: "dyna-maze", stepCost: 1, goalReward: 0, timeLimit: 2000 };
  const fields = { gamma: 1, explorationInitial: 0.1, explorationFinal: 0.1 };
  const returnOf = async (agent: string, seed: number) => {
    const world = () => makeEnv("GridWorld-v0", options);
    const trainer = await trainerOf(agent, world, fields, { budget: 1000, seed });
    await trainThrough(trainer);
    const { metrics } = await trainer.evaluate({ random: defaultRng(1), episodes: 1 });
    return metrics["evaluation/exact_return_mean"];
  };
  for (let seed = 1; seed <= 5; seed++) {
    strictEqual(await returnOf("dyna-q", seed), -14);
    strictEqual(await returnOf("q-learning", seed), -2000);
  }
});
