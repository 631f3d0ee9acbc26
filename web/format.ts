/**
 * How figures read, on the server and in the browser.
 *
 * @module
 */
import type { Spread } from "../lab/statistics/mod.ts";
import { printable } from "../lab/core/printable.ts";
import { besideMark, sideOf } from "../lab/experiment/beside.ts";

/**
 * A figure in four significant digits (three beside a power of ten), or all of a whole one; text (NaN,
 * Infinity) as it is.
 */
export function figure(value: number | string | null | undefined): string {
  if (value === null || value === undefined) return "–";
  return typeof value === "string" ? value : withDigits(value, 0);
}

/** Names of which some are numbers: these are short, unless two would be the same by that. */
export function shortNumbers(names: readonly (string | number)[]): string[] {
  const short = names.map((name) => figure(name));
  const counts = Map.groupBy(short, (name) => name);
  return names.map((name, i) => counts.get(short[i])!.length > 1 ? String(name) : short[i]);
}

/** The same on the side of each mark that its value is on; null: there is none. */
export function figureBeside(
  value: number | string | null | undefined,
  ...marks: readonly (number | null | undefined)[]
): string {
  if (typeof value !== "number") return figure(value);
  const sides = marks.filter((mark) => typeof mark === "number").map(sideOf);
  const standing = (each: number) => sides.map((side) => side(each)).join();
  return besideMark(value, standing, (more) => withDigits(value, more));
}

function withDigits(value: number, more: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e7 || size < 1e-3)) {
    return value.toExponential(2 + more).replace(/\.?0+e/, "e");
  }
  const digits = more + (size >= 1e3 ? Math.ceil(Math.log10(size)) : 4);
  // By the value that there is, as the command line rounds: 385.45 is less in 64 bits.
  return Number(value.toPrecision(digits)).toLocaleString("en", {
    maximumSignificantDigits: digits,
  });
}

const remarks = {
  "interval": "",
  "lowest and highest": ", extremes",
  "rough interval": ", rough",
} as const;

/** `481 … 496`, and what it is where it is no interval to rely on, each beside a mark where there is one. */
export function boundsText({ low, high, kind }: Spread, mark?: number | null): string {
  return `${figureBeside(low, mark)} … ${figureBeside(high, mark)}${remarks[kind]}`;
}

/** A count with a short suffix: 1.2k, 3.4M. */
export function count(value: number): string {
  return value.toLocaleString("en", { notation: "compact", maximumFractionDigits: 1 });
}

/** A moment of training: `iteration 1,240`, or that there was none yet. */
export function momentWords(iteration: number): string {
  return iteration === 0 ? "untrained" : `iteration ${iteration.toLocaleString("en")}`;
}

/** Seconds as `7.3 s`, `12 s`, `2 min 5 s`, `1 h 3 min`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return seconds < 9.95 ? `${seconds.toFixed(1)} s` : `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A moment in milliseconds, to the minute: `2026-11-20 08:15 UTC`. */
export function instant(moment: number): string {
  return `${new Date(moment).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** A moment relative to `now`, both in milliseconds. */
export function ago(moment: number, now: number): string {
  const seconds = Math.max(0, (now - moment) / 1000);
  if (seconds < 60) return "just now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${new Date(moment).toISOString().slice(0, 10)} UTC`;
}

/** What a table of words says of one; nothing of what every object has. */
function named(table: Readonly<Record<string, string>>, word: string): string | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined;
}

/** Words that a metric's name shortens. */
const words: Readonly<Record<string, string>> = {
  kl: "KL",
  elbo: "ELBO",
  iqm: "IQM",
  std: "deviation",
  td: "TD",
  q: "Q",
  min: "least",
  max: "most",
  fid: "FID",
  mb: "MB",
};

/** A name's parts as words: `approximate_kl` → `approximate KL`. */
function inWords(name: string): string {
  return printable(name.split(/[_ ]/).map((word) => named(words, word) ?? word).join(" "));
}

/** A metric's name for people: `evaluation/return_mean` → `evaluation return mean`. */
export function metricTitle(name: string): string {
  return inWords(name.replace("/", " "));
}

/** What a series is of, in words, without its part: `losses/approximate_kl` → `approximate KL`. */
export function metricWords(name: string): string {
  const own = name.slice(name.indexOf("/") + 1).replace(/(?<=.)_mean$/, "");
  return inWords(own);
}

/** The part of a metric's name before the slash. */
export function partOf(name: string): string {
  return printable(name.slice(0, Math.max(0, name.indexOf("/"))));
}

const sections: Readonly<Record<string, string>> = {
  score: "Score of what was learned",
  rollout: "Training episodes",
  schedule: "Schedules",
  ceiling: "Real examples",
  gradients: "Gradient norms",
  timing: "Speed and memory",
  "": "Others",
};

/** The head of a part of the metrics. */
export function sectionTitle(part: string): string {
  return named(sections, part) ?? printable(part.charAt(0).toUpperCase() + part.slice(1));
}

/** A place, to a hundredth; one that is next to 0 has no sign. */
export function hundredths(place: number): string {
  return (Math.abs(place) < 0.005 ? 0 : place).toFixed(2);
}
