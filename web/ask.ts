/**
 * Where a page's islands ask for what they draw: its server, or, in an exported page, the page
 * itself.
 *
 * @module
 */

import { Rate } from "./rate.ts";

/** Answers a request for a path, as `fetch` does. */
export type Ask = (path: string, options?: { readonly signal?: AbortSignal }) => Promise<Response>;

let answer: Ask = (path, options) => fetch(path, options);

/** Asks whoever answers this page. */
export function ask(path: string, options?: { readonly signal?: AbortSignal }): Promise<Response> {
  return answer(path, options);
}

/** What is said where nobody answers. */
export const NO_ANSWER = "The server does not answer.";

/** Why a request failed, in words: `fetch` says by an error of its own that nobody answered. */
export function reasonOf(error: Error): string {
  return error instanceof TypeError ? NO_ANSWER : error.message;
}

/** Whether an error says that a script did not come, in the words of one of the browsers. */
export function isMissingScript(error: unknown): boolean {
  return error instanceof TypeError &&
    /dynamically imported module|importing a module script/i.test(error.message);
}

/**
 * From now on `other` answers this page.
 *
 * @returns Who did until now.
 */
export function answeredBy(other: Ask): Ask {
  const before = answer;
  answer = other;
  return before;
}

/** Changes of an address: WebKit takes a hundred in half a minute, and throws at the next one. */
const changes = new Rate(80, 30_000);
/** Milliseconds after which one that was too many is tried again. */
const AGAIN = 500;
/** Changes that wait for their turn, the newest of each kind. */
const waiting = new Map<string, () => void>();
let timer: ReturnType<typeof setTimeout> | undefined;

/** Makes a change as soon as it can be made. */
function changeSoon(kind: string, change: () => void): void {
  waiting.set(kind, change);
  if (timer === undefined) changeNow();
}

function changeNow(): void {
  timer = undefined;
  for (const [kind, change] of waiting) {
    if (!changes.take()) {
      timer = setTimeout(changeNow, AGAIN);
      addEventListener("pagehide", changeAll, { once: true });
      return;
    }
    waiting.delete(kind);
    change();
  }
}

/** The last ones of a page, for which there is room. */
function changeAll(): void {
  for (const change of waiting.values()) change();
  waiting.clear();
}

/** Keeps a query in the page's address; a page that was opened as a file has none to keep it in. */
export function keepQuery(query: string): void {
  if (location.protocol === "file:") return;
  changeSoon("query", () => {
    history.replaceState(history.state, "", query === "" ? location.pathname : `?${query}`);
  });
}

/** Keeps something beside the page's address: who comes back to the page, or loads it again, has it. */
export function keepBeside(name: string, value: unknown): void {
  changeSoon(`beside ${name}`, () => {
    history.replaceState({ ...history.state as object | null, [name]: value }, "");
  });
}

/** What was kept beside the page's address under a name; undefined where nothing was. */
export function keptBeside(name: string): unknown {
  return (history.state as Readonly<Record<string, unknown>> | null)?.[name];
}
