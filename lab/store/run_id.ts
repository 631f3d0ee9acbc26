/**
 * Run ids: six letters and digits that sort by creation. They count the seconds since 2025 in base
 * 32, and go on from the newest id where a second holds several runs, so that no randomness is
 * needed.
 *
 * @module
 */

/** Crockford's digits: no i, l, o, u, so that no id reads `latest` or is misread. */
const DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";
const LENGTH = 6;
const EPOCH_MILLISECONDS = Date.UTC(2025, 0, 1);

/** From here on, in the year 2059, no id holds the seconds. */
const END_MILLISECONDS = EPOCH_MILLISECONDS + 1000 * (runNumberOf("z".repeat(LENGTH)) + 1);

/**
 * The number of the next run, given the newest one's so far and the time. A clock that is set to a time
 * that no id holds counts for nothing: ids would begin again below those that there are.
 */
export function nextRunNumber(newest: number, now: number): number {
  const time = now < END_MILLISECONDS ? now : EPOCH_MILLISECONDS;
  return Math.max(newest + 1, Math.floor((time - EPOCH_MILLISECONDS) / 1000));
}

/** The number of a run's id. */
export function runNumberOf(id: string): number {
  return [...id].reduce((number, digit) => 32 * number + DIGITS.indexOf(digit), 0);
}

/** The id of a run's number (0 … 32⁶ − 1). */
export function runIdOf(number: number): string {
  let id = "";
  for (let rest = number; id.length < LENGTH; rest = Math.floor(rest / 32)) {
    id = DIGITS[rest % 32] + id;
  }
  return id;
}
