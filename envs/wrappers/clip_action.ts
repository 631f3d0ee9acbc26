/**
 * ClipAction: takes any numbers as an action and clips them to the world's bounds.
 *
 * @module
 */
import type { Environment } from "../../lab/core/environment.ts";
import { Box } from "../../lab/core/space.ts";
import { transformAction } from "./transform_action.ts";
import { boxOf } from "./wrapper.ts";

/** Clips actions to the bounds of the Box. The action space becomes unbounded. */
export function clipAction(env: Environment): Environment {
  const { low, high, shape } = boxOf(env, "action", "clipAction");
  return transformAction(
    env,
    (action: Float32Array) => action.map((value, i) => Math.min(high[i], Math.max(low[i], value))),
    new Box({ low: -Infinity, high: Infinity, shape }),
  );
}
