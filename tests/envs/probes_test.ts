import { ok, strictEqual } from "node:assert";
import { environmentOf } from "../../lab/core/define_environment.ts";
import type { Environment } from "../../lab/core/environment.ts";
import { identity } from "../../envs/identity.ts";
import {
  creditProbe,
  discountProbe,
  policyProbe,
  truncationProbe,
  valueProbe,
} from "../../envs/probes.ts";

/** Return and length of one episode under `policy`. */
function play(env: Environment, policy: (observation: unknown) => number, seed = 0) {
  let { observation } = env.reset({ seed });
  let [episodeReturn, length] = [0, 0];
  while (true) {
    const result = env.step(policy(observation));
    observation = result.observation;
    episodeReturn += result.reward;
    length++;
    if (result.terminated || result.truncated) return { episodeReturn, length, ...result };
  }
}

Deno.test("the identity world rewards the action equal to the observation", () => {
  const env = environmentOf(identity({ actions: 3, timeLimit: 7 }));
  strictEqual(play(env, (symbol) => symbol as number).episodeReturn, 7);
  strictEqual(play(env, (symbol) => ((symbol as number) + 1) % 3).episodeReturn, 0);
});

Deno.test("what is shown may be several symbols or numbers", () => {
  for (const space of ["multi-discrete", "box"] as const) {
    const env = environmentOf(identity({ space, dimensions: 3 }));
    let { observation } = env.reset({ seed: 1 });
    let episodeReturn = 0;
    for (let ended = false; !ended;) {
      const result = env.step(observation);
      observation = result.observation;
      episodeReturn += result.reward;
      ended = result.truncated;
    }
    strictEqual(episodeReturn, 20);
  }
  const env = environmentOf(identity({ space: "multi-discrete", dimensions: 2 }));
  const [first, second] = env.reset({ seed: 2 }).observation as Int32Array;
  strictEqual(env.step(Int32Array.of(first, (second + 1) % 4)).reward, 0.5);
});

Deno.test("numbers are rewarded by their mean distance, on either side", () => {
  const env = environmentOf(identity({ space: "box", dimensions: 2 }));
  for (const sign of [-1, 1]) {
    const [first, second] = env.reset({ seed: 3 }).observation as Float32Array;
    const { reward } = env.step(Float32Array.of(first / 2, sign * second));
    const expected = 1 - (Math.abs(first) / 2 + (sign < 0 ? 2 * Math.abs(second) : 0)) / 2;
    ok(Math.abs(reward - expected) < 1e-6);
  }
});

Deno.test("the probe worlds end as their closed forms say", () => {
  const first = (observation: unknown) => (observation as Float32Array)[0];
  strictEqual(play(environmentOf(valueProbe()), () => 0).episodeReturn, 1);
  for (const seed of [0, 1, 2, 3]) {
    const env = environmentOf(policyProbe());
    strictEqual(play(env, (o) => first(o) > 0 ? 1 : 0, seed).episodeReturn, 1);
    strictEqual(play(env, (o) => first(o) > 0 ? 0 : 1, seed).episodeReturn, -1);
  }
  const discount = play(environmentOf(discountProbe()), () => 0);
  strictEqual(discount.episodeReturn, 1);
  strictEqual(discount.length, 2);
  const truncation = play(environmentOf(truncationProbe()), () => 0);
  strictEqual(truncation.truncated, true);
  strictEqual(truncation.terminated, false);
  strictEqual(truncation.episodeReturn, 5);
  const credit = environmentOf(creditProbe());
  strictEqual(play(credit, (o) => first(o) === 0 ? 1 : 0).episodeReturn, 1);
  strictEqual(play(credit, (o) => first(o) === 0 ? 0 : 1).episodeReturn, -1);
});
