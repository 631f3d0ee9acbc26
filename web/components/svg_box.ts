/** The box of a drawing over settings or trials, with room for its labels. @module */
import type { Scale } from "../scales.ts";

/** Units of such a drawing. */
export const [WIDTH, HEIGHT] = [640, 300];

/** What a letter takes of a line, and a line of the height, on a phone, where letters are large. */
const LETTER = 11;
export const LINE = 20;
/** What a row of labels below a box takes, where these are large. */
export const ROW = 24;
/** What a letter takes where a drawing is as large on a phone as elsewhere. */
const SMALL_LETTER = 7;
/** Room before the box at least, and between labels and what is beside them. */
const [LEAST, BESIDE] = [64, 10];

/** Where the marks lie. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** A box whose labels at the left are seen whole. */
export function boxBeside(labels: readonly string[]): Box {
  const longest = Math.max(0, ...labels.map(({ length }) => length));
  return {
    left: Math.max(LEAST, BESIDE + LETTER * longest),
    right: WIDTH - 20,
    top: 14,
    bottom: HEIGHT - 40,
  };
}

/** A box of upright axes, whose labels at the right of the last one are seen whole. */
export function boxOfAxes(labels: readonly string[]): Box {
  const { left, right, ...heights } = boxBeside(labels);
  return { left: WIDTH - right, right: WIDTH - left, ...heights };
}

/** How many letters stand between two upright axes that lie so far apart. */
export function lettersBetween(distance: number): number {
  return Math.floor((distance - BESIDE) / SMALL_LETTER);
}

/** A label of so many letters at most. */
export function shortened(label: string, letters: number): string {
  return label.length <= letters ? label : `${label.slice(0, letters - 1)}…`;
}

type Tick = Scale["ticks"][number];

/** The ticks of an upright axis whose labels do not overlap: both ends, and as many between as fit. */
export function ticksUp(ticks: readonly Tick[], { top, bottom }: Box): Tick[] {
  return apart(ticks, () => LINE / (bottom - top));
}

/** The ticks along a box whose labels, of so many letters at most, do not overlap. */
export function ticksAlong(ticks: readonly Tick[], { left, right }: Box, letters: number): Tick[] {
  const half = ({ label }: Tick) => LETTER * Math.min(letters, label.length) / 2;
  return apart(ticks, (a, b) => (half(a) + half(b) + BESIDE) / (right - left));
}

/** Letters of a category below an axis, at least: with fewer none is told from another. */
const FEWEST = 6;
/** Rows of categories below an axis, at most. */
const ROWS = 2;

/** A category below an axis. */
export interface Category {
  readonly name: string;
  /** Its name, shortened where there is no room for all of it. */
  readonly label: string;
  /** The middle of its label: within the drawing, be its place at the end of the axis. */
  readonly x: number;
  readonly row: number;
}

/** All categories along a box, in two rows at most; none where they are too many to be read. */
export function categoriesAlong(
  ticks: readonly Tick[],
  { left, right }: Box,
): Category[] | undefined {
  const longest = Math.max(FEWEST, ...ticks.map(({ label }) => label.length));
  for (let letters = longest; letters >= FEWEST; letters--) {
    const placed = ticks.map(({ at, label: name }) => {
      const label = shortened(name, letters);
      const half = LETTER * label.length / 2;
      const x = Math.min(WIDTH - half, Math.max(half, left + at * (right - left)));
      return { name, label, x, anchor: "middle" as const };
    });
    const rows = rowsOf(placed);
    if (rows.every((row) => row < ROWS)) {
      return placed.map(({ name, label, x }, i) => ({ name, label, x, row: rows[i] }));
    }
  }
  return undefined;
}

/** A label at a place of a line: it begins there, ends there, or has it in its middle. */
export interface Placed {
  readonly label: string;
  readonly x: number;
  readonly anchor: "start" | "middle" | "end";
}

/** The row of each label, from 0 on, the first in which it lies over none before it. */
export function rowsOf(labels: readonly Placed[]): number[] {
  const ends: number[] = [];
  return labels.map(({ label, x, anchor }) => {
    const length = LETTER * label.length;
    const from = x - length * { start: 0, middle: 0.5, end: 1 }[anchor];
    const fits = ends.findIndex((end) => end + BESIDE <= from);
    const row = fits < 0 ? ends.length : fits;
    ends[row] = from + length;
    return row;
  });
}

/** Ascending ticks without those that are nearer to another one than `gap` says: the ends stay. */
function apart(ticks: readonly Tick[], gap: (a: Tick, b: Tick) => number): Tick[] {
  const fits = (a: Tick, b: Tick) => b.at - a.at >= gap(a, b);
  const [first, ...others] = ticks;
  const last = others.pop();
  if (last === undefined) return [...ticks];
  const kept = [first];
  for (const tick of others) if (fits(kept.at(-1)!, tick) && fits(tick, last)) kept.push(tick);
  return kept.length > 1 || fits(first, last) ? [...kept, last] : kept;
}
