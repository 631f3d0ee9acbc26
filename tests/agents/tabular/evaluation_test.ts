/** The measure of a table's greedy policy in a world whose states and actions do not count from 0. */
import { deepStrictEqual, match, rejects, strictEqual, throws } from "node:assert";
import { loadPolicy } from "../../../agents/policy.ts";
import { expectedReturns, TableEvaluator } from "../../../agents/tabular/evaluation.ts";
import { defineEnvironment, environmentOf } from "../../../lab/core/define_environment.ts";
import type { Environment, Transition } from "../../../lab/core/environment.ts";
import { defaultRng } from "../../../lab/core/random.ts";
import { Discrete } from "../../../lab/core/space.ts";
import { trainerOf } from "./laboratory.ts";

/**
 * Three states that are shown as 5, 6 and 7, of which the middle one is begun in. The first action, −1,
 * stays there for 1, the second leads to the last state, which ends the episode, for 3.
 */
function shifted({ timeLimit, isKnown = true }: { timeLimit?: number; isKnown?: boolean } = {}) {
  const stay = (state: number): Transition[] => [
    { probability: 1, state, reward: 1, terminated: false },
  ];
  const leave: Transition[] = [{ probability: 1, state: 2, reward: 3, terminated: true }];
  return (): Environment =>
    environmentOf(defineEnvironment({
      id: "Shifted-v0",
      observationSpace: new Discrete(3, 5),
      actionSpace: new Discrete(2, -1),
      goal: "rewarded",
      ...timeLimit !== undefined && { timeLimit },
      reset: () => 1,
      step: (state: number, action: number) => ({
        state: action === -1 ? state : 2,
        reward: action === -1 ? 1 : 3,
        terminated: action === 0,
      }),
      observe: (state) => 5 + state,
      ...isKnown && { transitions: () => [0, 1, 2].map((state) => [stay(state), leave]) },
    })) as Environment;
}

/** Values by which the first action is taken in the middle state, or the second, and the other elsewhere. */
const staying = Float64Array.of(0, 1, 1, 0, 0, 1);
const leaving = Float64Array.of(1, 0, 0, 1, 1, 0);

const measured = (makeEnvironment: () => Environment, q: Float64Array, episodeLimit = 0) =>
  new TableEvaluator("test", makeEnvironment, q, episodeLimit)
    .evaluate({ random: defaultRng(1), episodes: 4 });

Deno.test("states and actions are counted from where their spaces begin", () => {
  const evaluator = new TableEvaluator("test", shifted(), leaving, 0);
  deepStrictEqual([5, 6, 7].map((observation) => evaluator.act(observation)), [-1, 0, -1]);
  const policy = loadPolicy(evaluator.export({ agent: "test" }));
  deepStrictEqual([5, 6, 7].map((observation) => policy.act(observation)), [-1, 0, -1]);
  deepStrictEqual(policy.about, { agent: "test" });
  for (const wrong of [4, 8, 1]) {
    throws(() => evaluator.act(wrong), /^InputError: Cannot act as the observation must lie in /);
  }
  deepStrictEqual(measured(shifted(), leaving), {
    metrics: {
      "evaluation/return_mean": 3,
      "evaluation/return_std": 0,
      "evaluation/return_iqm": 3,
      "evaluation/length_mean": 1,
      "evaluation/success_rate": 1,
      "evaluation/exact_return_mean": 3,
    },
    events: [],
  });
});

Deno.test("an episode lasts as long as its world lets it, else as the agent, else ten thousand steps", () => {
  for (
    const [timeLimit, episodeLimit, length] of [
      [7, 0, 7],
      [7, 4, 7],
      [4, 9, 4],
      [undefined, 9, 9],
      [undefined, 0, 10_000],
    ] as const
  ) {
    const { metrics, events } = measured(shifted({ timeLimit }), staying, episodeLimit);
    strictEqual(metrics["evaluation/length_mean"], length);
    strictEqual(metrics["evaluation/return_mean"], length);
    strictEqual(metrics["evaluation/exact_return_mean"], length);
    strictEqual(metrics["evaluation/success_rate"], 0);
    strictEqual(events!.length, timeLimit === undefined ? 1 : 0);
    if (timeLimit !== undefined) continue;
    match(events![0].message, new RegExp(`^4 of 4 .* had no end after ${length} steps`));
  }
});

Deno.test("nothing is said exactly of a world that does not tell its transitions", () => {
  const { metrics } = measured(shifted({ isKnown: false }), leaving);
  strictEqual(metrics["evaluation/return_mean"], 3);
  strictEqual("evaluation/exact_return_mean" in metrics, false);
});

Deno.test("what a policy expects weighs each outcome by its probability, within the horizon", () => {
  const table = [
    [[
      { probability: 0.25, state: 0, reward: 2, terminated: false },
      { probability: 0.75, state: 1, reward: 4, terminated: true },
    ], []],
    [[], [{ probability: 1, state: 0, reward: -1, terminated: false }]],
  ];
  deepStrictEqual([...expectedReturns(table, [0, 1], 0)], [0, 0]);
  deepStrictEqual([...expectedReturns(table, [0, 1], 1)], [3.5, -1]);
  deepStrictEqual([...expectedReturns(table, [0, 1], 2)], [3.5 + 3.5 / 4, 2.5]);
});

Deno.test("agents that learn tables find what pays in such a world, and draw no action of it", async () => {
  for (const agent of ["q-learning", "sarsa", "dyna-q", "monte-carlo"]) {
    const trainer = await trainerOf(agent, shifted(), { episodeLimit: 2 }, { budget: 600 });
    await trainer.iterate();
    // Two stays are worth 2, to leave at once 3, and a stay before it 4.
    const { metrics } = await trainer.evaluate({ random: defaultRng(1), episodes: 2 });
    strictEqual(await trainer.act!(6), metrics["evaluation/length_mean"] === 1 ? 0 : -1);
    await rejects(trainer.act!(1), /must lie in Discrete\(3, start=5\)/);
    await rejects(
      trainer.evaluate({ random: defaultRng(1), episodes: 2, stochastic: true }),
      /^InputError: Cannot draw actions as the policy must have probabilities/,
    );
    trainer.dispose();
  }
});
