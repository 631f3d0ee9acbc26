/**
 * Numbers, times and tables as people read them.
 *
 * @module
 */
import Table from "cli-table3";
import stringWidth from "string-width";
import { besideMark, sideOf } from "../../lab/experiment/beside.ts";
import { type Io, styled } from "./io.ts";

/** `12,345`; `–` for what is not known. */
export function count(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  return Math.round(value).toLocaleString("en-US");
}

/** `3,000`, `100k`, `2.5M`: a count as `--budget` takes it, where there is little room. */
export function briefly(value: number): string {
  // From 999,995 on two digits behind the point would make 1,000k of it.
  const [size, letter] = value < 10_000 ? [1, ""] : value < 999_995 ? [1e3, "k"] : [1e6, "M"];
  return `${(value / size).toLocaleString("en-US", { maximumFractionDigits: 2 })}${letter}`;
}

/** A figure with about four significant digits; NaN and infinities by their names. */
export function figure(value: number | null | undefined): string {
  return withDigits(value, 0);
}

function withDigits(value: number | null | undefined, more: number): string {
  if (value === null || value === undefined) return "–";
  if (!Number.isFinite(value)) return String(value).replace("Infinity", "∞");
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) return value.toExponential(2 + more);
  if (size >= 1000) return value.toFixed(more);
  if (size >= 10) return value.toFixed(1 + more);
  const text = value.toPrecision(3 + more);
  // A zero at its end stands for what is rounded: 0.900 is not 0.9.
  return isRounded(text, value) ? text : String(Number(text));
}

/**
 * A {@linkcode figure} with as many digits as its precision has at least: 3.081 beside an error of 0.004, not
 * 3.08. Of several values, as those of an interval, each is called with the same.
 *
 * @param precision A standard error, say, or half an interval; 0 and less, or no number: as it is.
 */
export function figureTo(value: number, precision: number): string {
  const texts = Array.from({ length: MORE_DIGITS + 1 }, (_, more) => withDigits(value, more));
  if (!(precision > 0)) return texts[0];
  return texts.find((text) => unitOf(text) <= precision) ?? texts[MORE_DIGITS];
}

/** Digits that a figure has more than others for its precision, at most. */
const MORE_DIGITS = 4;

/** What its last digit counts; 0 of a text that says all. */
function unitOf(text: string): number {
  const [, decimals = "", exponent = "0"] = /^-?\d+(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(text) ?? [];
  return Number(`1e${Number(exponent) - decimals.length}`);
}

/** Whether a text says less than its value, but for what 32 bits round. */
function isRounded(text: string, value: number): boolean {
  return Math.abs(Number(text) - value) > 1e-6 * Math.abs(value);
}

/**
 * A {@linkcode figure} that is on the side of a mark that its value is on; undefined: there is none.
 */
export function figureBeside(value: number | null | undefined, mark: number | undefined): string {
  if (mark === undefined || typeof value !== "number") return figure(value);
  return besideMark(value, sideOf(mark), (more) => withDigits(value, more));
}

/** Seconds as `0:07`, `12:34` or `1:02:03`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "–";
  const whole = Math.max(0, Math.round(seconds));
  const pad = (part: number) => String(part).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes}:${pad(whole % 60)}`
    : `${Math.floor(minutes / 60)}:${pad(minutes % 60)}:${pad(whole % 60)}`;
}

/** Expected seconds as `45 s`, `3 min` or, from a hundred minutes on, `2 h`. */
export function roughly(seconds: number): string {
  const [whole, minutes] = [Math.round(seconds), Math.round(seconds / 60)];
  if (whole < 120) return `${whole} s`;
  return minutes < 100 ? `${minutes} min` : `${Math.round(seconds / 3600)} h`;
}

/** Bytes as `12 kB`. */
export function bytes(size: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  const shown = () => size.toFixed(unit === 0 ? 0 : 1);
  while (Number(shown()) >= 1000 && unit < units.length - 1) [size, unit] = [size / 1000, unit + 1];
  return `${shown()} ${units[unit]}`;
}

/** `1 run`, `2 runs`. */
export function plural(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? "" : "s"}`;
}

/** `1 picture`, `the first 100 of 300 pictures`. */
export function pictures(shown: number, all: number): string {
  return shown < all
    ? `the first ${count(shown)} of ${plural(all, "picture")}`
    : plural(all, "picture");
}

/** A column of a table. */
export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
  /** Wrapped where the table is too wide; of several the widest first. */
  readonly flexible?: boolean;
  /** Left out where the table is too wide still; the least first. */
  readonly optional?: number;
  /** In a flexible column: words that are too long are cut off, not broken, so that a row is one line. */
  readonly cut?: boolean;
}

const noBorders = {
  "top": "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  "bottom": "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  "left": "",
  "left-mid": "",
  "mid": "",
  "mid-mid": "",
  "right": "",
  "right-mid": "",
  "middle": "  ",
};

/**
 * Columns that `line` takes on a terminal, without its colours: two for an emoji and for most
 * characters of East Asia.
 */
export function width(line: string): number {
  return stringWidth(line);
}

/** `text` in at most so many columns, the end left out where it is longer. */
export function clipped(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  const [start] = chunks(text, columns - 1);
  return columns < 1 ? "" : `${width(start) < columns ? start : ""}…`;
}

/** `text` with spaces behind it, or in front of it, so that it takes so many columns. */
export function padded(text: string, columns: number, align: "left" | "right" = "left"): string {
  const spaces = " ".repeat(Math.max(0, columns - width(text)));
  return align === "left" ? text + spaces : spaces + text;
}

/** Lines of whole words, at most `columns` wide but for longer words. */
export function wrapped(text: string, columns: number): string[] {
  const lines = [""];
  for (const word of text.split(/\s+/)) {
    const line = lines[lines.length - 1];
    if (line !== "" && width(line) + 1 + width(word) > columns) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines;
}

/** The head of a page: a name, and what it is beside it where there is room, else below. */
export function heading(name: string, summary: string | undefined, io: Io): string {
  const title = styled(io.color.out, "bold", name);
  if (summary === undefined) return title;
  return width(name) + 2 + width(summary) <= io.columns()
    ? `${title}  ${summary}`
    : [title, ...wrapped(summary, io.columns())].join("\n");
}

/** After a sign that is not a number's own. */
const BREAKS = /(?<=(?<!\d)[=,/.-]|[=,/.-](?!\d))/;

/** `text` with its words that are longer than `columns` cut into lines, at a sign where there is one. */
function brokenWords(text: string, columns: number): string {
  const broken = (word: string) => {
    if (width(word) <= columns || word.includes("\x1b")) return word;
    const lines = [""];
    for (const part of word.split(BREAKS).flatMap((each) => chunks(each, columns))) {
      if (width(lines.at(-1)!) + width(part) > columns) lines.push(part);
      else lines.push(lines.pop() + part);
    }
    return lines.join("\n");
  };
  return text.split(" ").map(broken).join(" ");
}

const characters = new Intl.Segmenter();

/** `text` in pieces of at most so many columns, none of them within what is seen as one character. */
export function chunks(text: string, columns: number): string[] {
  const pieces: string[] = [];
  let room = 0;
  for (const { segment } of characters.segment(text)) {
    const taken = width(segment);
    if (pieces.length === 0 || taken > room) {
      pieces.push("");
      room = columns;
    }
    pieces[pieces.length - 1] += segment;
    room -= taken;
  }
  return pieces;
}

/** Columns that a wrapped column keeps where others have room to give. */
const LEAST = 16;
/** Columns that one keeps where there is no room else. */
const LEAST_OF_ALL = 8;

/**
 * A table without lines; the header is dim. Where it does not fit, flexible columns wrap; then optional
 * ones are left out; then all that stand on the left wrap.
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  io: Io,
): string {
  const natural = columns.map((column, i) =>
    Math.max(
      ...[column.title, ...rows.map((row) => row[i])].flatMap((cell) =>
        cell.split("\n").map(width)
      ),
    )
  );
  const room = io.columns();
  const flexible = columns.map((column) => column.flexible === true);
  let shown = [...columns.keys()];
  const fitted = (least: number, wraps: readonly boolean[]) =>
    fittedWidths(natural, shown, { wraps, least, room });
  let widths = fitted(LEAST, flexible);
  const leaving = shown.filter((i) => columns[i].optional !== undefined)
    .sort((a, b) => columns[b].optional! - columns[a].optional!);
  while (totalOf(widths, shown) > room && leaving.length > 0) {
    const least = leaving.pop();
    shown = shown.filter((i) => i !== least);
    widths = fitted(LEAST, flexible);
  }
  const wraps = totalOf(widths, shown) <= room
    ? flexible
    : columns.map(({ align }) => align !== "right");
  if (wraps !== flexible) widths = fitted(LEAST_OF_ALL, wraps);
  const drawn = new Table({
    head: shown.map((i) => styled(io.color.out, "dim", columns[i].title)),
    colAligns: shown.map((i) => columns[i].align ?? "left"),
    colWidths: shown.map((i) => widths[i]),
    wordWrap: true,
    chars: noBorders,
    style: { "head": [], "border": [], "padding-left": 0, "padding-right": 0 },
  });
  drawn.push(
    ...rows.map((row) =>
      shown.map((i) => wraps[i] && !columns[i].cut ? brokenWords(row[i], widths[i]) : row[i])
    ),
  );
  return drawn.toString().split("\n").map((line) => line.trimEnd()).join("\n");
}

/** Columns that a table takes with the space between its columns. */
function totalOf(widths: readonly number[], shown: readonly number[]): number {
  return shown.reduce((sum, i) => sum + widths[i], 0) + 2 * (shown.length - 1);
}

/** Widths with which a table fits, as far as the columns that wrap can give. */
function fittedWidths(
  natural: readonly number[],
  shown: readonly number[],
  { wraps, least, room }: {
    readonly wraps: readonly boolean[];
    readonly least: number;
    readonly room: number;
  },
): number[] {
  const widths = [...natural];
  for (let excess = totalOf(widths, shown) - room; excess > 0; excess--) {
    const [widest] = shown.filter((i) => wraps[i]).sort((a, b) => widths[b] - widths[a]);
    if (widest === undefined || widths[widest] <= least) break;
    widths[widest]--;
  }
  return widths;
}
