import { deepStrictEqual, ok } from "node:assert";
import { experiments } from "../../experiments/mod.ts";

Deno.test("the quick start trains its own six presets, in about a minute on two cores", async () => {
  const chosen = experiments.filter(({ inQuickStart }) => inQuickStart);
  deepStrictEqual(chosen.map(({ name }) => name).sort(), [
    "cartpole-a2c-quick",
    "cartpole-dqn-quick",
    "cartpole-ppo-quick",
    "cartpole-reinforce-quick",
    "glyphs-vae-quick",
    "ring-wgan-gp-quick",
  ]);
  const definitions = await Promise.all(chosen.map((entry) => entry.load()));
  const seconds = definitions.reduce(
    (sum, { expectedSeconds = 0, seeds = 1 }) => sum + expectedSeconds * seeds,
    0,
  );
  ok(seconds / 2 <= 60, `${seconds} s on one core`);
});
