/**
 * What a person types to have a command reach a store.
 *
 * @module
 */
import { quoted } from "../lab/core/shell.ts";
import { isPostgres } from "../lab/store/scheme.ts";

/** The command line of a store that is a folder. */
export const PROGRAM = "deno task -q experiment";

/** The same with the permission to reach a PostgreSQL store. */
export const FLEET_PROGRAM = "deno task -q experiment:fleet";

/** A command that fills an empty store within seconds. */
export const EXAMPLE = "run cartpole-ppo-quick";

/** How commands reach a store. */
export interface Program {
  /** What they begin with. */
  readonly name: string;
  /** Where it lies; left out: where a command looks by itself. */
  readonly store?: string;
}

/** A command as it is typed for a store. */
export function commandIn({ name, store }: Program, words: string): string {
  return `${name} ${words}${storeFlag(store)}`;
}

/**
 * What a proposed command line needs to reach the same store: ` --store runs2`, or nothing. Where a
 * store's files lie is kept there.
 */
export function storeFlag(given: string | undefined): string {
  if (given === undefined) return "";
  const store = isPostgres(given) ? given.replace(/[?&]files=.*$/s, "") : given;
  const isPlain = /^[\p{L}\p{N}_@%+=:,./~-]+$/u.test(store);
  return ` --store ${isPlain ? store : quoted(store)}`;
}
