/**
 * Rewards for progress that change no optimal policy.
 *
 * @module
 */

/** What of an outcome decides its shaped reward. */
interface Outcome {
  readonly reward: number;
  readonly terminated: boolean;
}

/**
 * `outcome` with γ Φ(next) − Φ(before) added to its reward, and Φ = 0 where it ends the episode: A. Y.
 * Ng, D. Harada, S. Russell (1999), "Policy invariance under reward transformations", theorem 1.
 *
 * @param before Φ of the state that the action was taken in.
 * @param next Φ of the state that it leads to; asked for where that is not terminal.
 * @param gamma γ, the agent's own discount factor.
 */
export function shapedOutcome<Kind extends Outcome>(
  outcome: Kind,
  before: number,
  next: () => number,
  gamma: number,
): Kind {
  const after = outcome.terminated ? 0 : next();
  return { ...outcome, reward: outcome.reward + gamma * after - before };
}
