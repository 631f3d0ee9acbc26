/**
 * StickyAction: sometimes repeats the last action instead of taking the new one.
 *
 * @module
 */
import type { Environment } from "../../lab/core/environment.ts";
import { InputError } from "../../lab/core/errors.ts";
import { type Generator, streamOf } from "../../lab/core/random.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import { wrap } from "./wrapper.ts";

/**
 * With `probability` the world takes the action that it took last, but for the first of an episode
 * (M. C. Machado et al., 2018, "Revisiting the Arcade Learning Environment", section 5). Other than
 * in Gymnasium the draws come from a stream of their own, so that the world's stay as they are.
 */
export function stickyAction(env: Environment, probability: number): Environment {
  if (!(probability >= 0 && probability < 1)) {
    throw new InputError(
      `Cannot wrap ${env.id} with stickyAction as its probability must lie in [0, 1): ` +
        `${probability}`,
    );
  }
  const random: Generator = streamOf(0, "sticky-action");
  let last: unknown;
  return wrap(env, {
    reset(options) {
      const result = env.reset(options);
      if (options?.seed !== undefined) {
        random.restore(streamOf(options.seed, "sticky-action").snapshot());
      }
      last = undefined;
      return result;
    },
    step(action) {
      const isSticky = last !== undefined && random.random() < probability;
      const taken = isSticky ? last : copyOf(action);
      const result = env.step(taken);
      last = taken;
      return result;
    },
    snapshot: () => ({ random: random.snapshot(), last: plainOf(last) }),
    restore(own) {
      const kept = own as { random: Json; last: Json };
      random.restore(kept.random);
      last = actionOf(env, kept.last);
    },
  });
}

/** An action that stays as it is when the caller's array takes the next one. */
function copyOf(action: unknown): unknown {
  return ArrayBuffer.isView(action) ? (action as Float32Array | Int32Array).slice() : action;
}

function plainOf(action: unknown): Json {
  if (action === undefined) return null;
  return ArrayBuffer.isView(action) ? [...action as unknown as Iterable<number>] : action as Json;
}

function actionOf(env: Environment, plain: Json): unknown {
  if (plain === null) return undefined;
  if (env.actionSpace.kind === "box") return Float32Array.from(plain as number[]);
  return env.actionSpace.kind === "multi-discrete" ? Int32Array.from(plain as number[]) : plain;
}
