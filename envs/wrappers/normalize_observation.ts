/**
 * NormalizeObservation: shows observations centred and scaled by what was seen so far.
 *
 * @module
 */
import type { Environment } from "../../lab/core/environment.ts";
import { InputError } from "../../lab/core/errors.ts";
import { show } from "../../lab/core/plain.ts";
import { Box } from "../../lab/core/space.ts";
import { RunningMoments } from "../../lab/core/running_moments.ts";
import { boxOf, wrap } from "./wrapper.ts";

/**
 * (observation − mean) ÷ √(variance + epsilon), element by element, with the moments of all
 * observations so far, this one included. The moments are part of the snapshot; where
 * `updateRunningMean` is false they stay as they are.
 *
 * @throws InputError where the observations are no Box, or epsilon is not above 0.
 */
export function normalizeObservation(
  env: Environment,
  epsilon = 1e-8,
): Environment & { updateRunningMean: boolean } {
  const { shape, flatSize } = boxOf(env, "observation", "normalizeObservation");
  if (!(typeof epsilon === "number" && epsilon > 0)) {
    throw new InputError(
      `Cannot wrap ${env.id} with normalizeObservation as epsilon must be above 0: ${
        show(epsilon)
      }`,
    );
  }
  const moments = new RunningMoments(flatSize);
  const normalize = (observation: Float32Array) => {
    if (wrapped.updateRunningMean) moments.update(observation);
    return observation.map((value, i) =>
      (value - moments.mean[i]) / Math.sqrt(moments.variance[i] + epsilon)
    );
  };
  const wrapped = Object.assign(
    wrap(env, {
      observationSpace: new Box({ low: -Infinity, high: Infinity, shape }),
      reset(options) {
        const { observation, info } = env.reset(options);
        return { observation: normalize(observation), info };
      },
      step(action) {
        const result = env.step(action);
        return { ...result, observation: normalize(result.observation) };
      },
      snapshot: () => moments.snapshot(),
      restore: (own) => moments.restore(own),
    }),
    { updateRunningMean: true },
  );
  return wrapped;
}
