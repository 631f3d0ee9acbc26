/** Potential-based shaping: it changes no best action, and it saves steps where goals are far. */
import { ok } from "node:assert";
import fc from "fast-check";
import { potentialShaping } from "../../../envs/wrappers/mod.ts";
import { defineEnvironment, environmentOf } from "../../../lab/core/define_environment.ts";
import type { TransitionTable } from "../../../lab/core/environment.ts";
import { defaultRng } from "../../../lab/core/random.ts";
import { Discrete } from "../../../lab/core/space.ts";
import { actionValuesOf, trainerOf, trainThrough } from "./laboratory.ts";

/** A world with random transitions and rewards, the last state terminal. */
function randomWorld(seed: number, states: number, actions: number) {
  const random = defaultRng(seed);
  const table: TransitionTable = Array.from(
    { length: states },
    (_, state) =>
      state === states - 1 ? Array.from({ length: actions }, () => []) : Array.from(
        { length: actions },
        () => {
          const weights = Array.from({ length: states }, () => random.random() ** 3);
          const total = weights.reduce((sum, weight) => sum + weight, 0);
          return weights.map((weight, next) => ({
            probability: weight / total,
            state: next,
            reward: random.standardNormal(),
            terminated: next === states - 1,
          }));
        },
      ),
  );
  return environmentOf(defineEnvironment({
    id: "Random-v0",
    observationSpace: new Discrete(states),
    actionSpace: new Discrete(actions),
    timeLimit: 100,
    reset: () => 0,
    step: (_state: number) => ({ state: 0, reward: 0, terminated: false }),
    observe: (state) => state,
    transitions: () => table,
  }));
}

Deno.test("shaping by any potential subtracts it from the best action values", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.integer({ min: 2, max: 6 }),
      fc.integer({ min: 1, max: 4 }),
      fc.double({ min: 0, max: 0.95, noNaN: true }),
      async (seed, states, actions, gamma) => {
        const random = defaultRng(seed);
        const potential = Array.from({ length: states }, () => random.normal(0, 5));
        const plan = async (shaped: boolean) => {
          const plain = randomWorld(seed, states, actions);
          const trainer = await trainerOf(
            "value-iteration",
            () => shaped ? potentialShaping(plain, (state) => potential[state], gamma) : plain,
            { gamma },
            { budget: 100_000 },
          );
          await trainThrough(trainer);
          return await actionValuesOf(trainer);
        };
        const [plain, shaped] = [await plan(false), await plan(true)];
        for (let state = 0; state < states - 1; state++) {
          for (let action = 0; action < actions; action++) {
            const i = state * actions + action;
            ok(Math.abs(plain[i] - potential[state] - shaped[i]) < 1e-8, `state ${state}`);
          }
        }
      },
    ),
    { numRuns: 60, seed: 1 },
  );
});
