/** Which episodes an evaluation plays. */
import { ok, strictEqual } from "node:assert";
import { defineEnvironment } from "../../../lab/core/define_environment.ts";
import type { EnvironmentDefinition } from "../../../lab/core/environment.ts";
import { defaultRng } from "../../../lab/core/random.ts";
import { Box, Discrete } from "../../../lab/core/space.ts";
import { subjectOf } from "../laboratory.ts";

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
