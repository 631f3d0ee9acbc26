import { strictEqual } from "node:assert";
import { environmentOf } from "../../lab/core/define_environment.ts";
import type { Environment } from "../../lab/core/environment.ts";
import {
  creditProbe,
  discountProbe,
  identity,
  policyProbe,
  truncationProbe,
  valueProbe,
} from "./identity.ts";

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
