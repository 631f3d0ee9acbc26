/**
 * NormalizeReward: scales rewards so that discounted returns have a variance of about 1.
 *
 * @module
 */
import type { Environment } from "../../lab/core/environment.ts";
import { InputError } from "../../lab/core/errors.ts";
import { checkOptions } from "../../lab/core/options.ts";
import { RunningMoments } from "../../lab/core/running_moments.ts";
import { wrap } from "./wrapper.ts";

/**
 * reward ÷ √(variance + epsilon) with the variance of the running discounted sum of rewards
 * R ← γ R (1 − terminated) + reward. The sum goes on over truncated episodes, as Gymnasium's. The
 * moments are part of the snapshot; where `updateRunningMean` is false they stay as they are.
 */
export function normalizeReward(
  env: Environment,
  options: { gamma?: number; epsilon?: number } = {},
): Environment & { updateRunningMean: boolean } {
  checkOptions<typeof options>(`wrap ${env.id} with normalizeReward`, options, {
    ...{ gamma: true, epsilon: true },
  });
  const { gamma = 0.99, epsilon = 1e-8 } = options;
  if (!(gamma >= 0 && gamma <= 1) || !(epsilon > 0)) {
    throw new InputError(
      `Cannot wrap ${env.id} with normalizeReward as gamma must lie in [0, 1] and epsilon be ` +
        `above 0: ${gamma}, ${epsilon}`,
    );
  }
  const moments = new RunningMoments(1);
  let discounted = 0;
  const wrapped = Object.assign(
    wrap(env, {
      changesRewards: true,
      step(action) {
        const result = env.step(action);
        discounted = discounted * gamma * (result.terminated ? 0 : 1) + result.reward;
        if (wrapped.updateRunningMean) moments.update([discounted]);
        return { ...result, reward: result.reward / Math.sqrt(moments.variance[0] + epsilon) };
      },
      snapshot: () => ({ moments: moments.snapshot(), discounted }),
      restore(own) {
        const kept = own as { moments: object; discounted: number };
        moments.restore(kept.moments as never);
        discounted = kept.discounted;
      },
    }),
    { updateRunningMean: true },
  );
  return wrapped;
}
