/**
 * RecordEpisode: keeps the drawings of the present episode.
 *
 * @module
 */
import type { Environment } from "../../lab/core/environment.ts";
import { InputError } from "../../lab/core/errors.ts";
import type { Scene } from "../../lab/core/scene.ts";
import { requireCount, wrap } from "./wrapper.ts";

/**
 * Keeps a scene of the start and of every step since, at most `most` of them. Frames are no part
 * of the snapshot: a restored episode is recorded from there on.
 *
 * @throws InputError where the world draws no scene, or `most` is no whole number ≥ 1.
 */
export function recordEpisode(
  env: Environment,
  most = 10_000,
): Environment & { readonly frames: readonly Scene[] } {
  if (env.scene === undefined) {
    throw new InputError(`Cannot wrap ${env.id} with recordEpisode as it draws no scene`);
  }
  requireCount(env, "recordEpisode", "most", most);
  const frames: Scene[] = [];
  /** Before an episode there is nothing to draw. */
  let hasBegun = false;
  const record = () => {
    if (frames.length < most) frames.push(env.scene!());
  };
  const wrapped = wrap(env, {
    reset(options) {
      const result = env.reset(options);
      hasBegun = true;
      frames.length = 0;
      record();
      return result;
    },
    step(action) {
      const result = env.step(action);
      record();
      return result;
    },
    snapshot: () => hasBegun,
    restore(own) {
      hasBegun = own !== false;
      frames.length = 0;
      if (hasBegun) record();
    },
  });
  return Object.assign(wrapped, { frames });
}
