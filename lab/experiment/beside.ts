/**
 * Digits of a figure that stands beside what it is held against.
 *
 * @module
 */

/** Digits that a figure beside a mark has more than others, at most. */
const MORE_DIGITS = 7;

/**
 * A figure with as many digits as tell how its value stands to what is beside it: 474.96 beside a mark of
 * 475, not 475.0.
 *
 * @param standing How a value stands: on which side of a mark, say, or whether it is within a bar.
 * @param written The value with so many digits more than usual; thousands may be apart by commas.
 */
export function besideMark(
  value: number,
  standing: (value: number) => unknown,
  written: (more: number) => string,
): string {
  const texts = Array.from({ length: MORE_DIGITS + 1 }, (_, more) => written(more));
  const told = texts.find((text) => standing(Number(text.replaceAll(",", ""))) === standing(value));
  // A rounding away from the mark no figure tells.
  return told ?? texts[0];
}

/** On which side of a mark a value is. */
export function sideOf(mark: number): (value: number) => number {
  return (value) => Math.sign(value - mark);
}
