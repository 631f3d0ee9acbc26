/**
 * Where a page's islands ask for what they draw: its server, or, in an exported page, the page
 * itself.
 *
 * @module
 */

/** Answers a request for a path, as `fetch` does. */
export type Ask = (path: string, options?: { readonly signal?: AbortSignal }) => Promise<Response>;

let answer: Ask = (path, options) => fetch(path, options);

/** Asks whoever answers this page. */
export function ask(path: string, options?: { readonly signal?: AbortSignal }): Promise<Response> {
  return answer(path, options);
}

/** Why a request failed, in words: `fetch` says by an error of its own that nobody answered. */
export function reasonOf(error: Error): string {
  return error instanceof TypeError ? "The server does not answer." : error.message;
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

/** Keeps a query in the page's address; a page that was opened as a file has none to keep it in. */
export function keepQuery(query: string): void {
  if (location.protocol === "file:") return;
  history.replaceState(history.state, "", query === "" ? location.pathname : `?${query}`);
}

/** Keeps something beside the page's address: who comes back to the page, or loads it again, has it. */
export function keepBeside(name: string, value: unknown): void {
  history.replaceState({ ...history.state as object | null, [name]: value }, "");
}

/** What was kept beside the page's address under a name; undefined where nothing was. */
export function keptBeside(name: string): unknown {
  return (history.state as Readonly<Record<string, unknown>> | null)?.[name];
}
