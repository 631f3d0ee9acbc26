/**
 * HideVelocity: shows positions only, so that one has to remember.
 *
 * @module
 */
import type { Environment } from "../../lab/core/environment.ts";
import { InputError } from "../../lab/core/errors.ts";
import { Box } from "../../lab/core/space.ts";
import { transformObservation } from "./transform_observation.ts";
import { boxOf } from "./wrapper.ts";

/** Elements of the observation that are velocities. */
const velocities: Readonly<Record<string, readonly number[]>> = {
  "CartPole-v1": [1, 3],
  "MountainCar-v0": [1],
  "MountainCarContinuous-v0": [1],
  "Acrobot-v1": [4, 5],
  "Pendulum-v1": [2],
};

/**
 * Leaves elements out of the observation.
 *
 * @param hidden Their indices. Default: the velocities of a classic control world.
 * @throws InputError where the world is another one and no indices are given, or an index is wrong.
 */
export function hideVelocity(
  env: Environment,
  hidden: readonly number[] | undefined = velocities[env.id],
): Environment {
  const { low, high, flatSize } = boxOf(env, "observation", "hideVelocity");
  const isValid = hidden?.every((i) => Number.isInteger(i) && i >= 0 && i < flatSize);
  if (hidden === undefined || !isValid || new Set(hidden).size >= flatSize) {
    throw new InputError(
      `Cannot wrap ${env.id} with hideVelocity as it needs indices of some of the ${flatSize} ` +
        `elements: ${hidden}`,
    );
  }
  const keep = (values: Float32Array) => values.filter((_, i) => !hidden.includes(i));
  return transformObservation(env, keep, new Box({ low: keep(low), high: keep(high) }));
}
