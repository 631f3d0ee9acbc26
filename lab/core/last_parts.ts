/**
 * Short names of fields.
 *
 * @module
 */

/** The last parts of dotted paths, as many as tell them apart. */
export function lastParts(paths: readonly string[]): string[] {
  return paths.map((path) => {
    const parts = path.split(".");
    for (let count = 1; count < parts.length; count++) {
      const name = parts.slice(-count).join(".");
      if (paths.filter((each) => each === name || each.endsWith(`.${name}`)).length === 1) {
        return name;
      }
    }
    return path;
  });
}
