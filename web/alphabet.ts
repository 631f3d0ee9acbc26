/**
 * The order of names and values: words by the alphabet, numbers by size, also those within words.
 *
 * @module
 */

/** Words and the numbers between them, in turn; a number alone stands between two empty words. */
export type SortKey = readonly (string | number | bigint)[];

/** A number as configurations are written: after a letter or a number a minus is none of it. */
const NUMBER = /((?:(?<![\w.)\]])-)?\d+(?:\.\d+)?(?:e[+-]?\d+)?)/i;

const alphabet = new Intl.Collator("en");

/** What a value is sorted by: made once for each, as comparing takes many looks. */
export function sortKeyOf(value: string | number | bigint): SortKey {
  if (typeof value !== "string") return ["", value, ""];
  return value.split(NUMBER).map((part, i) => i % 2 === 0 ? part : Number(part));
}

/** Which of two comes first: below 0 the one, above 0 the other. */
export function bySortKey(one: SortKey, other: SortKey): number {
  for (let i = 0; i < Math.min(one.length, other.length); i++) {
    const [x, y] = [one[i], other[i]];
    const order = i % 2 === 0
      ? alphabet.compare(String(x), String(y))
      : Number(x > y) - Number(x < y);
    if (order !== 0) return order;
  }
  return one.length - other.length;
}
