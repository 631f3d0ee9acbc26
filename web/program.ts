/**
 * What a person types before a command.
 *
 * @module
 */

/** The command line of a store that is a folder. */
export const PROGRAM = "deno task -q experiment";

/** The same with the permission to reach a PostgreSQL store. */
export const FLEET_PROGRAM = "deno task -q experiment:fleet";
