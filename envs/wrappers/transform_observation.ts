/**
 * TransformObservation: shows a function of what the world shows.
 *
 * @module
 */
import type { Environment } from "../../lab/core/environment.ts";
import type { Space } from "../../lab/core/space.ts";
import { wrap } from "./wrapper.ts";

/**
 * Every observation goes through `transform`, which must return a new one in `space`. Left out, the
 * space stays.
 */
export function transformObservation(
  env: Environment,
  // deno-lint-ignore no-explicit-any
  transform: (observation: any) => unknown,
  space: Space = env.observationSpace,
): Environment {
  return wrap(env, {
    observationSpace: space,
    reset(options) {
      const { observation, info } = env.reset(options);
      return { observation: transform(observation), info };
    },
    step(action) {
      const result = env.step(action);
      return { ...result, observation: transform(result.observation) };
    },
  });
}
