/**
 * ClipReward: keeps rewards between two bounds.
 *
 * @module
 */
import type { Environment } from "../../lab/core/environment.ts";
import { InputError } from "../../lab/core/errors.ts";
import { transformReward } from "./transform_reward.ts";

/** Clips rewards to `least` … `most`. @throws InputError where `least` is above `most`. */
export function clipReward(env: Environment, least = -Infinity, most = Infinity): Environment {
  if (!(least <= most)) {
    throw new InputError(
      `Cannot wrap ${env.id} with clipReward as least must be ≤ most: ${least}, ${most}`,
    );
  }
  return transformReward(env, (reward) => Math.min(most, Math.max(least, reward)));
}
