/**
 * Several episodes on one seed, a step at a time.
 *
 * @module
 */
import type { Moves } from "../lab/core/pace.ts";
import type { Episodes } from "./episodes.ts";

/**
 * Steps those whose episode goes on; where all have ended, the next one begins in all of them, on
 * one seed.
 */
export function stepTogether(players: readonly Episodes[]): void {
  const going = players.filter(({ standing }) => standing.end === null);
  for (const each of going) each.step();
  if (going.length === 0) beginTogether(players, players[0].standing.seed + 1);
}

/**
 * Whether the clock steps them while a person is among them: a world that waits for the person's key
 * is not stepped, nor does the next episode begin without one.
 */
export function isDue(players: readonly Episodes[], person: Episodes, moves: Moves): boolean {
  const { episode, end } = person.standing;
  if (end === null) return moves.goesOn(episode);
  return players.some(({ standing }) => standing.end === null);
}

/**
 * A person's key among them: a step of all where the world waits for it; where all have ended, the
 * next episode. Returns whether they were stepped.
 */
export function stepByKey(
  players: readonly Episodes[],
  person: Episodes,
  moves: Moves,
  action: unknown,
): boolean {
  const { episode, end } = person.standing;
  const isStep = moves.take(action, episode) && end === null;
  const haveEnded = players.every(({ standing }) => standing.end !== null);
  if (isStep || haveEnded) stepTogether(players);
  return isStep;
}

/** Takes all of them to a step of theirs, to its last one whose episode was shorter. */
export function goTogether(players: readonly Episodes[], step: number): void {
  for (const each of players) each.goTo(step);
}

/** One step ahead: through those that were made again, then as {@linkcode stepTogether} does. */
export function stepAhead(players: readonly Episodes[]): void {
  if (players.every(({ standing, length }) => standing.steps === length)) {
    return stepTogether(players);
  }
  for (const each of players) {
    const { steps, end } = each.standing;
    if (steps < each.length) each.goTo(steps + 1);
    else if (end === null) each.step();
  }
}

/** Begins an episode of a seed in all of them. */
export function beginTogether(players: readonly Episodes[], seed: number): void {
  for (const each of players) each.begin(seed);
}

/** Takes those that are furthest one step back; false where all of them stand at the beginning. */
export function stepBack(players: readonly Episodes[]): boolean {
  const furthest = Math.max(...players.map(({ standing }) => standing.steps));
  const last = players.filter(({ standing }) => standing.steps === furthest);
  for (const each of last) each.goTo(furthest - 1);
  return last.some(({ standing }) => standing.steps < furthest);
}
