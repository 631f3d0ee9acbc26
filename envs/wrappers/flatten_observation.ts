/**
 * FlattenObservation: shows any observation as one row of numbers.
 *
 * @module
 */
import type { Environment } from "../../lab/core/environment.ts";
import { Box } from "../../lab/core/space.ts";
import { transformObservation } from "./transform_observation.ts";

/**
 * Observations in their flat form: Discrete one-hot, a Box row by row, a Tuple's parts one after
 * the other.
 */
export function flattenObservation(env: Environment): Environment {
  const { observationSpace: space } = env;
  const flat = space instanceof Box ? new Box({ low: space.low, high: space.high }) : new Box({
    low: space.kind === "tuple" ? -Infinity : 0,
    high: space.kind === "tuple" ? Infinity : 1,
    shape: [space.flatSize],
  });
  return transformObservation(env, (observation) => {
    const out = new Float32Array(space.flatSize);
    space.flatten(observation, out);
    return out;
  }, flat);
}
