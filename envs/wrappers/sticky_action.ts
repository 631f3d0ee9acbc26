/**
 * StickyAction: sometimes repeats the last action instead of taking the new one.
 *
 * @module
 */
import type { Environment } from "../../lab/core/environment.ts";
import { InputError } from "../../lab/core/errors.ts";
import { type Generator, streamOf } from "../../lab/core/random.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import type { Space, Tuple } from "../../lab/core/space.ts";
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
      last = actionOf(env.actionSpace, kept.last);
    },
  });
}

/** An action that stays as it is when the caller's array takes the next one. */
function copyOf(action: unknown): unknown {
  if (Array.isArray(action)) return action.map(copyOf);
  return ArrayBuffer.isView(action) ? (action as Float32Array | Int32Array).slice() : action;
}

function plainOf(action: unknown): Json {
  if (action === undefined) return null;
  if (Array.isArray(action)) return action.map(plainOf);
  return ArrayBuffer.isView(action) ? [...action as unknown as Iterable<number>] : action as Json;
}

function actionOf(space: Space, plain: Json): unknown {
  if (plain === null) return undefined;
  if (space.kind === "tuple") {
    const { spaces } = space as unknown as Tuple;
    return spaces.map((part, i) => actionOf(part, (plain as Json[])[i]));
  }
  if (space.kind === "box") return Float32Array.from(plain as number[]);
  return space.kind === "multi-discrete" ? Int32Array.from(plain as number[]) : plain;
}
