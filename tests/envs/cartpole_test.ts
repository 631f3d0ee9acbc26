import { deepStrictEqual, ok, throws } from "node:assert";
import { makeEnv } from "../../envs/mod.ts";

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

Deno.test("wrong options of reset are refused by name", () => {
  const env = makeEnv("CartPole-v1");
  throws(() => env.reset({ options: { lo: 1 } }), /no reset option "lo".*known are low, high/);
  throws(() => env.reset({ options: { low: 1 } }), /low must be ≤ high: 1, 0\.05/);
  throws(() => env.reset({ options: { low: NaN } }), /low must be a finite number: NaN/);
  throws(() => makeEnv("Taxi-v4").reset({ options: { low: 1 } }), /known are none/);
});
