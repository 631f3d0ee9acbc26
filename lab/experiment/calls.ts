/**
 * The calls that an error came from, as its event has them.
 *
 * @module
 */

/**
 * The calls behind an error's message, the innermost first: `at step (world.ts:4:66)`; none where the event
 * is of another error.
 */
export function callsBehind(message: string, event: string): string[] {
  if (message === "" || !event.startsWith(`${message} at `)) return [];
  return event.slice(message.length).split(/ (?=at )/).filter((call) => call !== "");
}
