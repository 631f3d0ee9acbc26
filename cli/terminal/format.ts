/**
 * Numbers, times and tables as people read them.
 *
 * @module
 */
import Table from "cli-table3";
import { type Io, styled } from "./io.ts";

/** `12,345`; `–` for what is not known. */
export function count(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  return Math.round(value).toLocaleString("en-US");
}

/** `3,000`, `100k`, `2.5M`: a count as `--budget` takes it, where there is little room. */
export function briefly(value: number): string {
  const [size, letter] = value < 10_000 ? [1, ""] : value < 1e6 ? [1e3, "k"] : [1e6, "M"];
  return `${(value / size).toLocaleString("en-US", { maximumFractionDigits: 2 })}${letter}`;
}

/** A figure with about four significant digits; NaN and infinities by their names. */
export function figure(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  if (!Number.isFinite(value)) return String(value).replace("Infinity", "∞");
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) return value.toExponential(2);
  if (size >= 1000) return value.toFixed(0);
  return size >= 10 ? value.toFixed(1) : String(Number(value.toPrecision(3)));
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
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 6000 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

/** Bytes as `12 kB`. */
export function bytes(size: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) [size, unit] = [size / 1000, unit + 1];
  return `${unit === 0 ? size : size.toFixed(1)} ${units[unit]}`;
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
  /** The column that is wrapped where the table is too wide; at most one. */
  readonly flexible?: boolean;
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

/** Columns that `line` takes on a terminal, without its colours. */
export function width(line: string): number {
  // deno-lint-ignore no-control-regex
  return [...line.replace(/\x1b\[[0-9;]*m/g, "")].length;
}

/** `text` in at most so many columns, the end left out where it is longer. */
export function clipped(text: string, columns: number): string {
  const characters = [...text];
  return characters.length <= columns ? text : `${characters.slice(0, columns - 1).join("")}…`;
}

/** Lines of whole words, at most `columns` wide but for longer words. */
export function wrapped(text: string, columns: number): string[] {
  const lines = [""];
  for (const word of text.split(/\s+/)) {
    const line = lines[lines.length - 1];
    if (line !== "" && line.length + 1 + word.length > columns) lines.push(word);
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
      if (lines.at(-1)!.length + part.length > columns) lines.push(part);
      else lines.push(lines.pop() + part);
    }
    return lines.join("\n");
  };
  return text.split(" ").map(broken).join(" ");
}

function chunks(text: string, size: number): string[] {
  const characters = [...text];
  const count = Math.ceil(characters.length / size);
  return Array.from(
    { length: count },
    (_, i) => characters.slice(i * size, (i + 1) * size).join(""),
  );
}

/**
 * A table without lines; the header is dim. Where it does not fit, the flexible column wraps.
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  io: Io,
): string {
  const widths = columns.map((column, i) =>
    Math.max(
      ...[column.title, ...rows.map((row) => row[i])].flatMap((cell) =>
        cell.split("\n").map(width)
      ),
    )
  );
  const flexible = columns.findIndex((column) => column.flexible);
  const total = widths.reduce((sum, each) => sum + each, 0) + 2 * (columns.length - 1);
  if (flexible >= 0 && total > io.columns()) {
    widths[flexible] = Math.max(16, widths[flexible] - (total - io.columns()));
  }
  const drawn = new Table({
    head: columns.map((column) => styled(io.color.out, "dim", column.title)),
    colAligns: columns.map((column) => column.align ?? "left"),
    colWidths: widths,
    wordWrap: true,
    chars: noBorders,
    style: { "head": [], "border": [], "padding-left": 0, "padding-right": 0 },
  });
  drawn.push(
    ...rows.map((row) =>
      row.map((cell, i) => i === flexible && !columns[i].cut ? brokenWords(cell, widths[i]) : cell)
    ),
  );
  return drawn.toString().split("\n").map((line) => line.trimEnd()).join("\n");
}
