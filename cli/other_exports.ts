/**
 * What a file imports of "reverie" that it does not have, and what other libraries' names are called here.
 *
 * Sources: Gymnasium's spaces and environments, Stable-Baselines3's callbacks.
 *
 * @module
 */

/** By the other name: what does that here. */
const otherExports: Readonly<Record<string, string>> = {
  Dict: "a Tuple of spaces, whose parts have no names",
  MultiBinary: "a MultiDiscrete of twos",
  Env: "defineEnvironment",
  BaseCallback: "defineCallbacks",
};

/** The engine's words for an import of a name that a module of the lab does not export. */
const LACKED =
  /it must import: SyntaxError: The requested module '(reverie(?:\/\w+)?)' does not provide an export named '([^']+)'(?: at file:\S+)?/;

/** A line on a file that cannot be loaded, in the lab's words where it lacks an export of the lab's. */
export function withLackedExport(line: string): string {
  return line.replace(LACKED, (_, module: string, name: string) => {
    const here = Object.hasOwn(otherExports, name) ? `: here that is ${otherExports[name]}` : "";
    return `${module} exports no ${name}${here}`;
  });
}
