/**
 * How fast a world is shown to a person, and when it steps by a person's keys.
 *
 * @module
 */
import type { Environment } from "./environment.ts";

/** Steps a second of a world that goes on while nobody acts, and of one that waits for a move. */
export const [LIVE_PACE, TURN_PACE] = [25, 4];

/** Most steps a second: a GIF's shortest frame is 20 ms. */
export const MOST_PACE = 50;

/** Whether a world goes on while nobody acts: where it has no states to count, mostly physics. */
export function isLive({ observationSpace, transitions }: Environment): boolean {
  return observationSpace.kind === "box" && transitions === undefined;
}

/**
 * A person's moves, by keys: a world that waits steps once a key, one that goes on by itself begins
 * with an episode's first key and keeps to the last one.
 *
 * @example
 * ```ts
 * import { Moves } from "./pace.ts";
 * import { deepStrictEqual } from "node:assert";
 * const moves = new Moves(true);
 * const before = moves.goesOn(1);
 * const isStep = moves.take("left", 1);
 * // A world that goes on by itself is stepped by its clock, and waits again in the next episode.
 * deepStrictEqual([before, isStep, moves.goesOn(1), moves.goesOn(2)], [false, false, true, false]);
 * ```
 */
export class Moves {
  #action: unknown;
  #episode: number | undefined;

  /** @param isLive Whether the world goes on while nobody acts. */
  constructor(readonly isLive: boolean) {}

  /** Takes the action of a key in an episode; returns whether the world steps by it at once. */
  take(action: unknown, episode: number): boolean {
    this.#action = action;
    this.#episode = episode;
    return !this.isLive;
  }

  /** Of the last key; undefined: none came. */
  get action(): unknown {
    return this.#action;
  }

  /** Whether a key has come in this episode. */
  hasBegun(episode: number): boolean {
    return this.#episode === episode;
  }

  /** Whether the world goes on in this episode by itself. */
  goesOn(episode: number): boolean {
    return this.isLive && this.hasBegun(episode);
  }
}
