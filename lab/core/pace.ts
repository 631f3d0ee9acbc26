/**
 * How fast a world is shown to a person.
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
