/**
 * PassiveEnvChecker: looks at everything that a world returns, while it is used.
 *
 * @module
 */
import type { Environment } from "../../lab/core/environment.ts";
import { isRecord } from "../../lab/core/plain.ts";
import { InputError } from "../../lab/core/errors.ts";
import { wrap } from "./wrapper.ts";

/**
 * Throws an `InputError` as soon as a result breaks the contract: an observation outside of its
 * space, a reward that is no finite number, an end that is neither true nor false, an info that is
 * no plain object.
 */
export function passiveEnvChecker(env: Environment): Environment {
  const demand = (holds: boolean, requirement: string, given: unknown) => {
    if (holds) return;
    throw new InputError(`Cannot go on with ${env.id} as ${requirement}: ${given}`);
  };
  const look = ({ observation, info }: { observation: unknown; info: unknown }, call: string) => {
    const space = env.observationSpace;
    const shown = ArrayBuffer.isView(observation)
      ? `${observation.constructor.name}(${observation})`
      : observation;
    demand(space.contains(observation), `the observation of ${call} must lie in ${space}`, shown);
    demand(isRecord(info), `the info of ${call} must be an object`, info);
  };
  return wrap(env, {
    reset(options) {
      const result = env.reset(options);
      look(result, "reset");
      return result;
    },
    step(action) {
      const result = env.step(action);
      look(result, "step");
      demand(Number.isFinite(result.reward), "the reward must be a finite number", result.reward);
      for (const name of ["terminated", "truncated"] as const) {
        demand(typeof result[name] === "boolean", `${name} must be true or false`, result[name]);
      }
      return result;
    },
  });
}
