import { deepStrictEqual, ok } from "node:assert";
import { readResults } from "../../evidence/results.ts";
import { experiments } from "../../experiments/mod.ts";

const chosen = experiments.filter(({ inQuickStart }) => inQuickStart);

Deno.test("the quick start trains its own six presets", () => {
  deepStrictEqual(chosen.map(({ name }) => name).sort(), [
    "cartpole-a2c-quick",
    "cartpole-dqn-quick",
    "cartpole-ppo-quick",
    "cartpole-reinforce-quick",
    "glyphs-vae-mixture-quick",
    "ring-wgan-gp-quick",
  ]);
});

Deno.test("a seed of the quick start takes no longer than it says, as measured in docs/results", async () => {
  const folder = decodeURIComponent(new URL("../../docs/results", import.meta.url).pathname);
  let measured = 0;
  for (const { name, expectedSeconds } of chosen) {
    const results = await readResults(folder, name);
    if (results === undefined) continue;
    const known = results.runs.filter(({ seconds }) => seconds !== null);
    if (known.length === 0) continue; // measured beside other work
    const slowest = Math.max(...known.map(({ wallSeconds }) => wallSeconds));
    ok(slowest <= expectedSeconds, `${name}: ${slowest} s measured, ${expectedSeconds} s expected`);
    measured += 1;
  }
  ok(measured >= 4);
});
