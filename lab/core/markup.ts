/**
 * Text in SVG and HTML, tables in Markdown.
 *
 * @module
 */

/** Text that stands for itself between two tags; not for the value of an attribute. */
export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** What stands above the cells of a column. */
export interface Heading {
  readonly title: string;
  /** Left where it is left out. */
  readonly align?: "right";
}

/** A table in Markdown, of cells that are Markdown themselves. */
export function markdownTable(
  headings: readonly (string | Heading)[],
  rows: readonly (readonly string[])[],
): string {
  const columns = headings.map((each) => typeof each === "string" ? { title: each } : each);
  const rules = columns.map(({ align }: Heading) => align === "right" ? "---:" : "---");
  return [columns.map(({ title }) => title), rules, ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}
