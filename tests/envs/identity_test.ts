/** What is paid for doing what is shown, by the kind of what is. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { makeEnv } from "../../envs/mod.ts";
import type { Environment } from "../../lab/core/environment.ts";

/** The reward of an action that is made of what is shown. */
function paid(environment: Environment, act: (shown: unknown) => unknown): number {
  const { observation } = environment.reset({ seed: 3 });
  return environment.step(act(observation)).reward;
}

Deno.test("a symbol pays 1 where it is the one that is shown, else nothing", () => {
  const env = makeEnv("Identity-v0", { actions: 5 });
  strictEqual(`${env.actionSpace}`, "Discrete(5)");
  strictEqual(paid(env, (shown) => shown), 1);
  strictEqual(paid(env, (shown) => ((shown as number) + 1) % 5), 0);
});

Deno.test("several symbols pay the share of them that is right", () => {
  const env = makeEnv("Identity-v0", { space: "multi-discrete", actions: 3, dimensions: 4 });
  strictEqual(`${env.actionSpace}`, `${env.observationSpace}`);
  const wrong = (count: number) => (shown: unknown) =>
    (shown as Int32Array).map((symbol, i) => i < count ? (symbol + 1) % 3 : symbol);
  deepStrictEqual([0, 1, 3, 4].map((count) => paid(env, wrong(count))), [1, 0.75, 0.25, 0]);
});

Deno.test("numbers pay 1 less how far they are off on average", () => {
  const env = makeEnv("Identity-v0", { space: "box", dimensions: 2 });
  strictEqual(paid(env, (shown) => shown), 1);
  const off = (by: readonly number[]) => (shown: unknown) =>
    // Towards the middle, so that it stays between the bounds.
    (shown as Float32Array).map((value, i) => value - Math.sign(value) * by[i]);
  ok(Math.abs(paid(env, off([0.25, 0])) - 0.875) < 1e-6);
  ok(Math.abs(paid(env, off([0.5, 0.25])) - 0.625) < 1e-6);
});
