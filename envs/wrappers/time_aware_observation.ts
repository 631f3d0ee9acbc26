/**
 * TimeAwareObservation: shows how much of the time limit is gone, too.
 *
 * @module
 */
import type { Environment } from "../../lab/core/environment.ts";
import { InputError } from "../../lab/core/errors.ts";
import { checkOptions } from "../../lab/core/options.ts";
import { Box } from "../../lab/core/space.ts";
import { flattenObservation } from "./flatten_observation.ts";
import { wrap } from "./wrapper.ts";

/**
 * Appends the steps since the start of the episode to the flat observation.
 *
 * @param options `normalizeTime` (false): as a share of the time limit.
 * @throws InputError where the world has no time limit.
 */
export function timeAwareObservation(
  env: Environment,
  options: { normalizeTime?: boolean } = {},
): Environment {
  checkOptions<typeof options>(`wrap ${env.id} with timeAwareObservation`, options, {
    normalizeTime: true,
  });
  const limit = env.timeLimit;
  if (limit === undefined) {
    throw new InputError(
      `Cannot wrap ${env.id} with timeAwareObservation as it has no time limit: wrap it with ` +
        `timeLimit first`,
    );
  }
  const flat = flattenObservation(env);
  const { low, high } = flat.observationSpace as Box;
  const unit = options.normalizeTime ? limit : 1;
  let elapsed = 0;
  const show = (observation: Float32Array) => {
    const shown = new Float32Array(observation.length + 1);
    shown.set(observation);
    shown[observation.length] = elapsed / unit;
    return shown;
  };
  return wrap(flat, {
    observationSpace: new Box({ low: [...low, 0], high: [...high, limit / unit] }),
    reset(options) {
      const { observation, info } = flat.reset(options);
      elapsed = 0;
      return { observation: show(observation), info };
    },
    step(action) {
      const result = flat.step(action);
      elapsed++;
      return { ...result, observation: show(result.observation) };
    },
    snapshot: () => elapsed,
    restore: (own) => elapsed = own as number,
  });
}
