/**
 * Worked numbers, and that one method reduces to another.
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { doubleQLearning, doubleQTarget } from "../../../agents/tabular/double_q_learning.ts";
import { dynaQ, dynaQMethod, TableModel } from "../../../agents/tabular/dyna_q.ts";
import { expectedSarsa, expectedSarsaMethod } from "../../../agents/tabular/expected_sarsa.ts";
import { monteCarlo, monteCarloMethod } from "../../../agents/tabular/monte_carlo.ts";
import { nStepSarsa, nStepSarsaMethod } from "../../../agents/tabular/n_step_sarsa.ts";
import { qLambda, qLambdaMethod } from "../../../agents/tabular/q_lambda.ts";
import { qLearning, qLearningMethod, qTarget } from "../../../agents/tabular/q_learning.ts";
import { sarsaLambda, sarsaLambdaMethod } from "../../../agents/tabular/sarsa_lambda.ts";
import { sarsa, sarsaMethod } from "../../../agents/tabular/sarsa.ts";
import type { TabularMethod, TabularSetup } from "../../../agents/tabular/tabular_trainer.ts";
import { makeEnv } from "../../../envs/mod.ts";
import type { AgentDefinition } from "../../../lab/compute/definitions.ts";
import { defaultRng } from "../../../lab/core/random.ts";
import {
  actionValuesOf,
  randomEpisodes,
  trainerOf,
  trainThrough,
  transitionOf,
} from "./laboratory.ts";

const [states, actions] = [5, 3];

/** A method with some action values to begin with. */
function methodOf<C>(
  { configuration }: AgentDefinition<C>,
  make: (setup: TabularSetup<C>) => TabularMethod,
  fields: object,
  shape = { states, actions },
): TabularMethod {
  const method = make({
    ...shape,
    configuration: configuration.parse(fields),
    random: defaultRng(1),
  });
  const values = defaultRng(2);
  for (let i = 0; i < method.q.length; i++) method.q[i] = values.standardNormal();
  return method;
}

/** Two methods learn the same table, bit for bit, from the same transitions. */
function learnsLike(one: TabularMethod, other: TabularMethod, tolerance = 0): void {
  for (const transition of randomEpisodes(defaultRng(3), 200, states, actions)) {
    one.learn({ ...transition });
    other.learn({ ...transition });
  }
  one.q.forEach((value, i) => ok(Math.abs(value - other.q[i]) <= tolerance, `${i}: ${value}`));
  ok(one.q.some((value, i) => value !== methodOf(sarsa, sarsaMethod, {}).q[i]));
}

/** One step from Q = 0.5 towards r = 1, next Q = [0.8, 0.9], γ = 0.99, α = 0.1. */
function oneStep<C>(
  definition: AgentDefinition<C>,
  make: (setup: TabularSetup<C>) => TabularMethod,
  fields: object,
  ended: { terminated?: boolean; truncated?: boolean } = {},
): number {
  const method = methodOf(definition, make, { gamma: 0.99, ...fields }, { states: 2, actions: 2 });
  method.q.set([0.5, 0, 0.8, 0.9]);
  const nextAction = ended.terminated ? -1 : 0;
  method.learn(transitionOf({ reward: 1, nextState: 1, nextAction, ...ended }));
  return Number(method.q[0].toFixed(12));
}

Deno.test("one step of each method gives the number worked out by hand", () => {
  strictEqual(oneStep(qLearning, qLearningMethod, {}), 0.6391);
  strictEqual(oneStep(sarsa, sarsaMethod, {}), 0.6292);
  strictEqual(oneStep(expectedSarsa, expectedSarsaMethod, { explorationInitial: 0.1 }), 0.638605);
});

Deno.test("a terminal state is worth nothing, a truncated one what its values say", () => {
  for (const ended of [{ terminated: true }, { truncated: true }]) {
    const fields = { explorationInitial: 0.1 };
    const expected = "terminated" in ended ? [0.55, 0.55, 0.55] : [0.6391, 0.6292, 0.638605];
    deepStrictEqual([
      oneStep(qLearning, qLearningMethod, {}, ended),
      oneStep(sarsa, sarsaMethod, {}, ended),
      oneStep(expectedSarsa, expectedSarsaMethod, fields, ended),
    ], expected);
  }
});

Deno.test("double Q-learning with equal tables has Q-learning's target", () => {
  const table = Float64Array.of(0, 0, 0.8, 0.9);
  const transition = transitionOf({ reward: 1, nextState: 1 });
  strictEqual(doubleQTarget(transition, table, table, 2, 0.99), 1.891);
  strictEqual(qTarget(transition, table, 2, 0.99), 1.891);
});

Deno.test("n-step Sarsa with n = 1 is Sarsa", () =>
  learnsLike(
    methodOf(nStepSarsa, nStepSarsaMethod, { rewardSteps: 1 }),
    methodOf(sarsa, sarsaMethod, {}),
  ));

Deno.test("Sarsa(λ) with λ = 0 is Sarsa", () => {
  for (const traces of ["accumulating", "replacing"]) {
    learnsLike(
      methodOf(sarsaLambda, sarsaLambdaMethod, { lambda: 0, traces }),
      methodOf(sarsa, sarsaMethod, {}),
    );
  }
});

Deno.test("Q(λ) with λ = 0 is Q-learning", () =>
  learnsLike(
    methodOf(qLambda, qLambdaMethod, { lambda: 0 }),
    methodOf(qLearning, qLearningMethod, {}),
  ));

Deno.test("Sarsa(λ) with λ = 1, offline, moves by α · Σ (G − Q) over every visit", () => {
  const gamma = 0.9;
  const fields = { lambda: 1, offline: true, traces: "accumulating", gamma };
  const method = methodOf(sarsaLambda, sarsaLambdaMethod, fields);
  const before = method.q.slice();
  const pairs = [[0, 1], [2, 0], [0, 1], [4, 2]];
  const rewards = [1, -2, 3, 0.5];
  pairs.forEach(([state, action], t) => {
    const [nextState, nextAction] = pairs[t + 1] ?? [3, -1];
    const terminated = t === pairs.length - 1;
    method.learn(
      transitionOf({ state, action, reward: rewards[t], nextState, nextAction, terminated }),
    );
  });
  const expected = before.slice();
  pairs.forEach(([state, action], t) => {
    const index = state * actions + action;
    const follows = rewards.slice(t).reduceRight((sum, reward) => reward + gamma * sum, 0);
    expected[index] += 0.1 * (follows - before[index]);
  });
  expected.forEach((value, i) => ok(Math.abs(value - method.q[i]) < 1e-12, `${i}`));
});

Deno.test("n-step Sarsa beyond an episode's end is Monte Carlo where no pair comes twice", () => {
  const fields = { gamma: 0.9, learningRateFinal: 0.1 };
  const sarsaN = methodOf(nStepSarsa, nStepSarsaMethod, { ...fields, rewardSteps: 100 });
  const definition = monteCarlo;
  const carlo = monteCarloMethod({
    states,
    actions,
    configuration: definition.configuration.parse({
      gamma: 0.9,
      learningRate: 0.1,
      learningRateFinal: 0.1,
    }),
    random: defaultRng(1),
  });
  carlo.q.set(sarsaN.q);
  const before = carlo.q.slice();
  [0, 1, 2, 3].forEach((state) => {
    const terminated = state === 3;
    const transition = transitionOf({
      state,
      action: state % actions,
      reward: state - 1,
      nextState: state + 1,
      nextAction: terminated ? -1 : (state + 1) % actions,
      terminated,
    });
    sarsaN.learn(transition);
    carlo.learn(transition);
  });
  carlo.q.forEach((value, i) => ok(Math.abs(value - sarsaN.q[i]) < 1e-12, `${i}`));
  ok(carlo.q.some((value, i) => value !== before[i]));
});

Deno.test("Monte Carlo counts a pair's first visit in an episode only, and means over episodes", () => {
  const shape = { states: 1, actions: 1 };
  const method = methodOf(monteCarlo, monteCarloMethod, { learningRate: 0 }, shape);
  const episode = (rewards: number[]) =>
    rewards.forEach((reward, t) =>
      method.learn(transitionOf({ reward, terminated: t === rewards.length - 1 }))
    );
  episode([1, 2, 3]);
  strictEqual(method.q[0].toFixed(12), (1 + 0.99 * 2 + 0.99 ** 2 * 3).toFixed(12));
  episode([4]);
  strictEqual(method.q[0].toFixed(12), ((1 + 0.99 * 2 + 0.99 ** 2 * 3 + 4) / 2).toFixed(12));
});

Deno.test("watkins's traces end where an action was not greedy", () => {
  const run = (nextAction: number) => {
    const method = methodOf(qLambda, qLambdaMethod, { lambda: 1, gamma: 1 }, {
      states: 3,
      actions: 2,
    });
    method.q.set([0, 0, 0, 1, 0, 0]);
    method.learn(transitionOf({ nextState: 1, nextAction }));
    method.learn(
      transitionOf({ state: 1, action: nextAction, reward: 10, nextState: 2, terminated: true }),
    );
    return Number(method.q[0].toFixed(12));
  };
  strictEqual(run(1), 1); // 0.1 · (1 − 0) at first, then 0.1 · (10 − 1) along the trace
  strictEqual(run(0), 0.1);
});

Deno.test("Dyna-Q plans backwards through what it has seen", () => {
  const method = methodOf(dynaQ, dynaQMethod, { gamma: 0.9, planningUpdates: 10 }, {
    states: 4,
    actions: 1,
  });
  method.q.fill(0);
  for (const state of [0, 1]) method.learn(transitionOf({ state, nextState: state + 1 }));
  method.learn(transitionOf({ state: 2, reward: 1, nextState: 3, terminated: true }));
  deepStrictEqual([...method.q].map((value) => Number(value.toFixed(12))), [0.81, 0.9, 1, 0]);
});

Deno.test("a model expects by its counts, also after a restore", () => {
  const model = new TableModel(3, 2);
  const q = Float64Array.of(0, 0, 2, 4, 0, 0);
  for (const reward of [1, 2, 3]) model.add(0, reward, 1, false);
  model.add(0, 10, 2, true);
  strictEqual(model.expected(0, q, 0.5), (3 * (2 + 0.5 * 4) + 10) / 4);
  const other = new TableModel(3, 2);
  other.restore(model.snapshot());
  strictEqual(other.expected(0, q, 0.5), 5.5);
  deepStrictEqual([other.before(1), other.before(2), other.pairs], [[0], [], [0]]);
  // What it had learned is forgotten.
  other.add(3, 1, 2, false);
  other.restore(model.snapshot());
  deepStrictEqual([other.before(1), other.before(2), other.pairs], [[0], [], [0]]);
});

for (
  const [agent, fields, same] of [
    ["expected-sarsa", { explorationInitial: 0, explorationFinal: 0 }, "ε = 0"],
    ["dyna-q", { planningUpdates: 0 }, "no planning"],
  ] as const
) {
  Deno.test(`${agent} with ${same} is q-learning, bit for bit`, async () => {
    const common = same === "ε = 0" ? fields : {};
    const train = async (name: string, own: object) => {
      const trainer = await trainerOf(name, () => makeEnv("Taxi-v4"), own);
      await trainThrough(trainer);
      return await actionValuesOf(trainer);
    };
    deepStrictEqual(await train(agent, fields), await train("q-learning", common));
  });
}

Deno.test("double Q-learning acts by the mean of its tables, also after a warm start", async () => {
  const trainer = await trainerOf("double-q-learning", () => makeEnv("Taxi-v4"));
  const snapshot = await trainer.snapshot();
  snapshot.parameters["first/table"].values[3] = 2;
  snapshot.parameters["second/table"].values[4] = 3;
  await trainer.restore(snapshot);
  strictEqual(await trainer.act!(0), 4);
  strictEqual(doubleQLearning.name, "double-q-learning");
});

Deno.test("Monte Carlo that goes on in mid-episode still learns from the first visit", () => {
  // One pair, visited three times: what follows its first visit is 1 + 2 + 4.
  const make = () =>
    methodOf(monteCarlo, monteCarloMethod, { gamma: 1, learningRate: 0 }, {
      states: 1,
      actions: 1,
    });
  const first = make();
  for (const reward of [1, 2]) first.learn(transitionOf({ reward }));
  const resumed = make();
  resumed.restore!(JSON.parse(JSON.stringify(first.snapshot!())));
  resumed.learn(transitionOf({ reward: 4, terminated: true }));
  strictEqual(resumed.q[0], 7);
});
