/**
 * The filter of runs, as people type it on the pages.
 *
 * @module
 */
import type { RunFacts } from "./summary.ts";

/**
 * Whether every word of `filter` stands in the run's text; `seed=1` and the like must hold exactly.
 * Quotes keep words together: `tag="second try"`.
 */
export function matches(run: RunFacts, filter: string): boolean {
  const words = (filter.toLowerCase().match(/(?:"[^"]*"|[^\s"])+/g) ?? []).map(unquoted);
  if (words.length === 0) return true;
  const { id, name, experiment, method, world, seed, status, backend, tags } = run;
  const text = [id, name, experiment, method, world, status, backend, ...tags].join(" ")
    .toLowerCase();
  const fields = [
    ...Object.entries({ id, name, experiment, seed, status, backend }),
    ...["agent", "model"].map((key) => [key, method]),
    ...["environment", "dataset"].map((key) => [key, world]),
    ...tags.map((tag) => ["tag", tag]),
  ].map(([key, value]) => unquoted(`${key}=${value}`.toLowerCase()));
  return words.every((word) => word.includes("=") ? fields.includes(word) : text.includes(word));
}

function unquoted(text: string): string {
  return text.replaceAll('"', "");
}

/** The word of a filter that asks for a value: `tag=first`, `tag="second try"`. */
export function term(key: string, value: string): string {
  const plain = unquoted(value);
  return /\s/.test(plain) ? `${key}="${plain}"` : `${key}=${plain}`;
}
