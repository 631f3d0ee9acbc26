/**
 * Text in SVG and HTML.
 *
 * @module
 */

/** Text that stands for itself between two tags; not for the value of an attribute. */
export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
