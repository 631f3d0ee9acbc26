/**
 * TransformAction: takes other actions than the world does.
 *
 * @module
 */
import type { Environment } from "../../lab/core/environment.ts";
import type { Space } from "../../lab/core/space.ts";
import { wrap } from "./wrapper.ts";

/** Every action, one of `space`, goes through `transform`, which must return one of the world's. */
export function transformAction(
  env: Environment,
  // deno-lint-ignore no-explicit-any
  transform: (action: any) => unknown,
  space: Space = env.actionSpace,
): Environment {
  return wrap(env, { actionSpace: space, step: (action) => env.step(transform(action)) });
}
