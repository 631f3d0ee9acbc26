import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { makeEnv } from "../../envs/mod.ts";
import golden from "../golden/gymnasium/CartPole-v1.json" with { type: "json" };

Deno.test("CartPole-v1 goes exactly the way of Gymnasium's, draws of reset included", () => {
  // Golden: gymnasium.make("CartPole-v1"), reset(seed), then the listed actions; float32 values.
  for (const episode of golden.episodes) {
    const env = makeEnv("CartPole-v1");
    const { observation } = env.reset({ seed: episode.seed });
    deepStrictEqual([...observation], episode.observations[0]);
    episode.actions.forEach((action, t) => {
      const result = env.step(action);
      deepStrictEqual([...result.observation], episode.observations[t + 1], `step ${t + 1}`);
      strictEqual(result.reward, episode.rewards[t]);
      strictEqual(result.terminated, episode.terminated[t]);
      strictEqual(result.truncated, episode.truncated[t]);
    });
  }
  strictEqual(makeEnv("CartPole-v1").timeLimit, golden.time_limit);
  strictEqual(makeEnv("CartPole-v1").rewardThreshold, golden.reward_threshold);
});

Deno.test("Sutton and Barto's reward is 0 and −1 for the step at which the pole falls", () => {
  const env = makeEnv("CartPole-v1", { suttonBartoReward: true });
  env.reset({ seed: 1 });
  const rewards: number[] = [];
  while (true) {
    const { reward, terminated } = env.step(1);
    rewards.push(reward);
    if (terminated) break;
  }
  deepStrictEqual(rewards, [...Array(rewards.length - 1).fill(0), -1]);
});

Deno.test("the observation of a fallen pole still lies in the observation space", () => {
  const env = makeEnv("CartPole-v1");
  for (let seed = 0; seed < 20; seed++) {
    env.reset({ seed });
    let result;
    do result = env.step(seed % 2); while (!result.terminated);
    ok(env.observationSpace.contains(result.observation));
  }
});

Deno.test("wrong ids, options and values of options are refused by name", () => {
  throws(() => makeEnv("CartPole-v2"), /no environment "CartPole-v2" \(did you mean "CartPole-v1"/);
  throws(
    () => makeEnv("CartPole-v1", { suttonBartoRevard: true }),
    /no option "suttonBartoRevard" \(did you mean "suttonBartoReward"/,
  );
  throws(() => makeEnv("CartPole-v1", { suttonBartoReward: 3 }), {
    name: "InputError",
    message: /suttonBartoReward.*: 3$/,
  });
});
