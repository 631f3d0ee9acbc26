/**
 * PotentialShaping: rewards for progress that change no optimal policy.
 *
 * @module
 */
import type { Environment } from "../../lab/core/environment.ts";
import { InputError } from "../../lab/core/errors.ts";
import { Discrete } from "../../lab/core/space.ts";
import { shapedOutcome } from "../shaped_outcome.ts";
import { wrap } from "./wrapper.ts";

/**
 * Adds γ Φ(next) − Φ(before) to the reward, with Φ = 0 for terminal states (`shapedOutcome`). Action
 * values are those without shaping minus Φ (A. Y. Ng, D. Harada, S. Russell (1999), corollary 2), so
 * that the best actions stay the best. A world with a transition table that shows the state's index
 * has a shaped table.
 *
 * @param potential Φ, of an observation.
 * @param gamma The agent's own discount factor.
 * @throws InputError where gamma is not in [0, 1] or a potential is not finite.
 */
export function potentialShaping(
  env: Environment,
  // deno-lint-ignore no-explicit-any
  potential: (observation: any) => number,
  gamma: number,
): Environment {
  if (!(gamma >= 0 && gamma <= 1)) {
    throw new InputError(
      `Cannot wrap ${env.id} with potentialShaping as gamma must lie in [0, 1]: ${gamma}`,
    );
  }
  const check = (value: number) => {
    if (Number.isFinite(value)) return value;
    throw new InputError(`Cannot shape ${env.id} as the potential must be finite: ${value}`);
  };
  let before = 0;
  const { observationSpace } = env;
  const isTable = env.transitions !== undefined && observationSpace instanceof Discrete &&
    observationSpace.start === 0;
  return wrap(env, {
    changesRewards: true,
    ...isTable && {
      transitions: () =>
        env.transitions!().map((actions, state) =>
          actions.map((transitions) =>
            transitions.map((transition) => {
              const next = () => check(potential(transition.state));
              return shapedOutcome(transition, check(potential(state)), next, gamma);
            })
          )
        ),
    },
    reset(options) {
      const result = env.reset(options);
      before = check(potential(result.observation));
      return result;
    },
    step(action) {
      const result = env.step(action);
      const next = () => before = check(potential(result.observation));
      return shapedOutcome(result, before, next, gamma);
    },
    snapshot: () => before,
    restore: (own) => before = own as number,
  });
}
