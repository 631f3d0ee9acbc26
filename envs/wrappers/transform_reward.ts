/**
 * TransformReward: rewards by a function of the world's reward.
 *
 * @module
 */
import type { Environment } from "../../lab/core/environment.ts";
import { wrap } from "./wrapper.ts";

/** Every reward goes through `transform`. */
export function transformReward(
  env: Environment,
  transform: (reward: number) => number,
): Environment {
  return wrap(env, {
    changesRewards: true,
    step(action) {
      const result = env.step(action);
      return { ...result, reward: transform(result.reward) };
    },
  });
}
