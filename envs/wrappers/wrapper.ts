/**
 * What every wrapper is made with: an environment that differs from another one in some parts.
 *
 * @module
 */
import type { Environment } from "../../lab/core/environment.ts";
import { InputError } from "../../lab/core/errors.ts";
import { isRecord, show } from "../../lab/core/plain.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import { Box } from "../../lab/core/space.ts";

/** The parts in which a wrapper differs; the rest is the wrapped environment's. */
interface WrapperParts
  extends Partial<Pick<Environment, "observationSpace" | "actionSpace" | "timeLimit">> {
  /** Instead of the wrapped one's. */
  readonly reset?: Environment["reset"];
  /** Instead of the wrapped one's. */
  readonly step?: Environment["step"];
  /** Whether rewards are others than the wrapped one's, and tell neither its goal nor its threshold. */
  readonly changesRewards?: boolean;
  /** The world as a table; left out: a wrapped world has none. */
  readonly transitions?: Environment["transitions"];
  /** The wrapper's own state, which travels with the wrapped one's snapshot. */
  readonly snapshot?: () => Json;
  /** Takes the wrapper's own state back. */
  readonly restore?: (own: Json) => void;
}

/**
 * An environment that differs from `env` in `parts`. It can be snapshot where `env` can. An action
 * outside of a changed action space throws an `InputError`.
 */
export function wrap(env: Environment, parts: WrapperParts): Environment {
  const { actionSpace } = parts;
  const step = parts.step ?? ((action) => env.step(action));
  const isResumable = env.snapshot !== undefined && env.restore !== undefined;
  return {
    id: env.id,
    observationSpace: parts.observationSpace ?? env.observationSpace,
    actionSpace: actionSpace ?? env.actionSpace,
    clipsActions: actionSpace === undefined ? env.clipsActions : undefined,
    timeLimit: parts.timeLimit ?? env.timeLimit,
    rewardThreshold: parts.changesRewards ? undefined : env.rewardThreshold,
    goal: parts.changesRewards && env.goal === "rewarded" ? undefined : env.goal,
    reset: parts.reset ?? ((options) => env.reset(options)),
    step(action) {
      if (actionSpace !== undefined && !actionSpace.contains(action)) {
        throw new InputError(
          `Cannot step ${env.id} as the action must lie in ${actionSpace}: ${show(action)}`,
        );
      }
      return step(action);
    },
    ...parts.transitions && { transitions: parts.transitions },
    ...env.actionMask && actionSpace === undefined && { actionMask: () => env.actionMask!() },
    ...env.scene && { scene: () => env.scene!() },
    ...env.close && { close: () => env.close!() },
    ...isResumable && {
      snapshot: () => ({ inner: env.snapshot!(), own: parts.snapshot?.() ?? null }),
      restore(snapshot: Json) {
        if (!isRecord(snapshot) || !Object.hasOwn(snapshot, "inner")) {
          throw new InputError(
            `Cannot restore ${env.id} as this is no snapshot of a wrapped environment: ` +
              show(snapshot),
          );
        }
        const { inner, own } = snapshot as { inner: Json; own: Json };
        env.restore!(inner);
        parts.restore?.(own);
      },
    },
  };
}

/** Throws an `InputError` unless a number that a wrapper is given is whole and ≥ 1. */
export function requireCount(env: Environment, wrapper: string, name: string, given: number): void {
  if (Number.isInteger(given) && given >= 1) return;
  throw new InputError(
    `Cannot wrap ${env.id} with ${wrapper} as ${name} must be a whole number ≥ 1: ${show(given)}`,
  );
}

/** The space as a Box. Throws an `InputError` that says what could be done where it is none. */
export function boxOf(env: Environment, part: "observation" | "action", wrapper: string): Box {
  const space = part === "observation" ? env.observationSpace : env.actionSpace;
  if (space instanceof Box) return space;
  const hint = part === "observation" ? ", so wrap it with flattenObservation first" : "";
  throw new InputError(
    `Cannot wrap ${env.id} with ${wrapper} as its ${part} space must be a Box${hint}: ${space}`,
  );
}
