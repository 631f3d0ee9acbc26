/** Which episodes an evaluation plays. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { makeEnv } from "../../../envs/mod.ts";
import { normalizeObservation, normalizeReward } from "../../../envs/wrappers/mod.ts";
import { Evaluator } from "../../../agents/trainers/evaluation.ts";
import { worldShape } from "../../../agents/worlds/world.ts";
import { defineEnvironment, environmentOf } from "../../../lab/core/define_environment.ts";
import type { EnvironmentDefinition } from "../../../lab/core/environment.ts";
import { defaultRng } from "../../../lab/core/random.ts";
import { Box, Discrete } from "../../../lab/core/space.ts";
import { subjectOf } from "../laboratory.ts";
import { trainerOf } from "../tabular/laboratory.ts";

async function evaluated(world: EnvironmentDefinition, episodes: number) {
  const { trainer } = await subjectOf("dqn", world, { bufferSize: 2000, hiddenSizes: [4] });
  const { metrics } = await trainer.evaluate({ random: defaultRng(1), episodes });
  trainer.dispose();
  return metrics;
}

const spaces = {
  observationSpace: new Box({ low: 0, high: 100, shape: [1] }),
  actionSpace: new Discrete(2),
};

Deno.test("an evaluation's environments begin differently", async () => {
  const metrics = await evaluated(
    defineEnvironment({
      id: "Draw-v0",
      ...spaces,
      reset: (random) => random.random(),
      step: (s: number) => ({ state: s, reward: s, terminated: true }),
      observe: (s) => Float32Array.of(s),
    }),
    20,
  );
  ok(metrics["evaluation/return_std"] > 0.1, JSON.stringify(metrics));
});

Deno.test("what a world keeps over its episodes is left to the next evaluation by none", async () => {
  const [cartPole, cliff] = ["CartPole-v1", "CliffWalking-v1"].map((id) => () => makeEnv(id));
  const small = { bufferSize: 2000, hiddenSizes: [4] };
  const trainers = [
    (await subjectOf("dqn", () => normalizeObservation(cartPole()), small)).trainer,
    (await subjectOf("dqn", () => normalizeReward(cartPole()), small)).trainer,
    await trainerOf("q-learning", () => normalizeReward(cliff())),
  ];
  for (const trainer of trainers) {
    const evaluate = () => trainer.evaluate({ random: defaultRng(1), episodes: 3 });
    deepStrictEqual(await evaluate(), await evaluate());
    trainer.dispose();
  }
});

Deno.test("every environment plays its share of an evaluation, be its episodes short or long", async () => {
  const length = (draw: number) => draw < 0.5 ? 1 : 40;
  const metrics = await evaluated(
    defineEnvironment({
      id: "Lengths-v0",
      ...spaces,
      reset: (random) => length(random.random()),
      step: (s: number) => ({ state: s - 1, reward: 1, terminated: s <= 1 }),
      observe: (s) => Float32Array.of(s),
    }),
    150,
  );
  // 100 environments, the first 50 of which play two episodes.
  const seeds = defaultRng(1);
  let sum = 0;
  for (let n = 0; n < 100; n++) {
    const random = defaultRng(seeds.integers(2 ** 32));
    for (let k = 0; k < (n < 50 ? 2 : 1); k++) sum += length(random.random());
  }
  strictEqual(metrics["evaluation/return_mean"], sum / 150);
});

Deno.test("an episode goes on to its world's own limit, however late that is", async () => {
  const timeLimit = 10_001;
  const metrics = await evaluated(
    defineEnvironment({
      id: "Late-v0",
      ...spaces,
      timeLimit,
      reset: () => 0,
      step: (s: number) => ({
        state: s + 1,
        reward: s + 1 === timeLimit ? 1 : 0,
        terminated: false,
      }),
      observe: (s) => Float32Array.of(s / timeLimit),
    }),
    1,
  );
  deepStrictEqual([metrics["evaluation/return_mean"], metrics["evaluation/length_mean"]], [
    1,
    timeLimit,
  ]);
});

Deno.test("an episode that is cut gives way to a new one, which begins with cleared memory", async () => {
  const world = () =>
    environmentOf(defineEnvironment({
      id: "Endless-v0",
      ...spaces,
      reset: () => 0,
      step: (s: number) => ({ state: s + 1, reward: s, terminated: false }),
      observe: (s) => Float32Array.of(s),
    }));
  const seen: number[][] = [];
  const evaluator = new Evaluator({
    shape: worldShape("test", world(), ["discrete"]),
    makeEnvironment: world,
    actors: () => ({
      act(observations, started, actions) {
        seen.push([observations[0], started[0], observations[1], started[1]]);
        actions.fill(0);
        return Promise.resolve();
      },
    }),
    longest: 3,
  });
  const { metrics } = await evaluator.evaluate({ random: defaultRng(1), episodes: 102 });
  // Rewards 0, 1 and 2, in the second episodes of the first two environments too.
  deepStrictEqual([metrics["evaluation/return_mean"], metrics["evaluation/return_std"]], [3, 0]);
  deepStrictEqual(seen.map(([observation]) => observation), [0, 1, 2, 0, 1, 2]);
  deepStrictEqual(seen.map(([, started]) => started), [1, 0, 0, 1, 0, 0]);
});
