/**
 * RescaleAction: takes actions between other bounds than the world's.
 *
 * @module
 */
import type { Environment } from "../../lab/core/environment.ts";
import { InputError } from "../../lab/core/errors.ts";
import { Box } from "../../lab/core/space.ts";
import { transformAction } from "./transform_action.ts";
import { boxOf } from "./wrapper.ts";

/**
 * Actions between `least` and `most` are stretched to the world's bounds.
 *
 * @throws InputError where the bounds are not finite or `least` is not below `most`.
 */
export function rescaleAction(env: Environment, least = -1, most = 1): Environment {
  const { low, high, shape } = boxOf(env, "action", "rescaleAction");
  const isFinite = [...low, ...high, least, most].every(Number.isFinite);
  if (!isFinite || least >= most) {
    throw new InputError(
      `Cannot wrap ${env.id} with rescaleAction as all bounds must be finite and the least below ` +
        `the most: ${least}, ${most} for ${env.actionSpace}`,
    );
  }
  return transformAction(
    env,
    (action: Float32Array) =>
      action.map((value, i) => {
        const stretched = low[i] + (value - least) * ((high[i] - low[i]) / (most - least));
        return Math.min(high[i], Math.max(low[i], stretched));
      }),
    new Box({ low: least, high: most, shape }),
  );
}
