/**
 * TimeLimit: truncates episodes after a number of steps.
 *
 * @module
 */
import type { Environment } from "../../lab/core/environment.ts";
import { InputError } from "../../lab/core/errors.ts";
import { show } from "../../lab/core/plain.ts";
import { wrap } from "./wrapper.ts";

/** Truncates after `limit` steps, or where the world itself does. */
export function timeLimit(env: Environment, limit: number): Environment {
  if (!Number.isInteger(limit) || limit < 1) {
    throw new InputError(
      `Cannot wrap ${env.id} with timeLimit as it must be a whole number ≥ 1: ${limit}`,
    );
  }
  let elapsed = 0;
  return wrap(env, {
    timeLimit: Math.min(limit, env.timeLimit ?? Infinity),
    transitions: env.transitions && (() => env.transitions!()),
    reset(options) {
      const result = env.reset(options);
      elapsed = 0;
      return result;
    },
    step(action) {
      if (elapsed >= limit) {
        throw new InputError(
          `Cannot step ${env.id} as its episode was truncated at step ${limit}, call reset ` +
            `first: ${show(action)}`,
        );
      }
      const result = env.step(action);
      elapsed++;
      return { ...result, truncated: result.truncated || elapsed >= limit };
    },
    snapshot: () => elapsed,
    restore: (own) => elapsed = own as number,
  });
}
