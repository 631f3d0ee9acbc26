/**
 * Tables in the pages that the evidence writes.
 *
 * @module
 */

/** A table of cells that are Markdown themselves. */
export function markdownTable(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  return [titles, titles.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}
