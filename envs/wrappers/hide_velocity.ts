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

/** Elements of a world's own observation, and those of them that are velocities. */
const worlds: Readonly<Record<string, { elements: number; velocities: readonly number[] }>> = {
  "CartPole-v1": { elements: 4, velocities: [1, 3] },
  "MountainCar-v0": { elements: 2, velocities: [1] },
  "MountainCarContinuous-v0": { elements: 2, velocities: [1] },
  "Acrobot-v1": { elements: 6, velocities: [4, 5] },
  "Pendulum-v1": { elements: 3, velocities: [2] },
};

/** The velocities of a world that shows its own observation; undefined of another one. */
function velocitiesOf({ id, observationSpace }: Environment): readonly number[] | undefined {
  const world = worlds[id];
  return world?.elements === observationSpace.flatSize ? world.velocities : undefined;
}

/**
 * Leaves elements out of the observation.
 *
 * @param hidden Their indices. Default: the velocities of a classic control world.
 * @throws InputError where no indices are given and the world is another one, or shows more than its
 * own observation (so that `frameStack` goes around this), or an index is wrong.
 */
export function hideVelocity(
  env: Environment,
  hidden: readonly number[] | undefined = velocitiesOf(env),
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
