/** Noise on continuous actions: its formula in numbers, and whose state begins anew. */
import { deepStrictEqual } from "node:assert";
import { ActionNoise, ornsteinUhlenbeck } from "../../../agents/exploration/noise.ts";
import { defaultRng, type Generator } from "../../../lab/core/random.ts";

const settings = {
  ...{ noise: "ornstein-uhlenbeck", noiseStd: 0.5, noiseTheta: 0.25, noiseInterval: 0.25 } as const,
};
/** Draws the same every time. */
const drawing = (epsilon: number) =>
  Object.assign(defaultRng(1), { standardNormal: () => epsilon }) as Generator;

Deno.test("Ornstein-Uhlenbeck noise goes back to 0 by θ dt and away by σ √dt", () => {
  // 0.5 − 0.25 · 0.5 · 0.25 + 0.5 · 0.5 · −1
  deepStrictEqual(ornsteinUhlenbeck(0.5, 0.25, 0.5, 0.25, -1), 0.21875);
});

Deno.test("an episode that ends begins its own noise anew, and no other", () => {
  const noise = new ActionNoise(settings, 2, 3);
  const states = () => noise.snapshot() as number[];
  noise.perturb(new Float32Array(6), drawing(1));
  deepStrictEqual(states(), Array(6).fill(0.25));
  noise.restart(1);
  deepStrictEqual(states(), [0.25, 0.25, 0.25, 0, 0, 0]);
  noise.perturb(new Float32Array(6), drawing(0));
  deepStrictEqual(states(), [0.234375, 0.234375, 0.234375, 0, 0, 0]);
  noise.abandon();
  deepStrictEqual(states(), Array(6).fill(0));
});

Deno.test("perturbed actions stay within −1 and 1", () => {
  const noise = new ActionNoise({ ...settings, noise: "gaussian" }, 1, 3);
  const actions = Float32Array.of(-0.75, 0, 0.75);
  noise.perturb(actions, drawing(1));
  deepStrictEqual([...actions], [-0.25, 0.5, 1]);
});
