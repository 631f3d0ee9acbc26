/**
 * What pages and interfaces read from a URL's query.
 *
 * @module
 */
import { didYouMean, InputError, unknownName } from "../lab/core/errors.ts";
import { shortened } from "../lab/core/printable.ts";
import { axes, type Axis, type Scales } from "./axes.ts";
import { MOST_GROUPS, USUAL_GROUPS } from "./comparison_size.ts";
import type { Range } from "./curves.ts";

/** One line about names in a query that a page does not know; undefined where it knows all of them. */
export function passedOver(query: URLSearchParams, known: readonly string[]): string | undefined {
  const unknown = [...new Set(query.keys())].filter((name) => !known.includes(name));
  if (unknown.length === 0) return undefined;
  const each = unknown.map((name) => `"${shortened(name)}"${didYouMean(name, known, 1)}`);
  return `Passed over in the address, as this page does not know it: ${each.join(", ")}.`;
}

/** `axis=environmentSteps`; `fallback` where it is not given. */
export function axisFrom(query: URLSearchParams, fallback: Axis): Axis {
  const asked = query.get("axis") ?? fallback;
  const found = axes.find(({ key }) => key === asked);
  if (found === undefined) {
    throw unknownName("show the curve", "x axis", asked, axes.map(({ key }) => key));
  }
  return found.key;
}

/** A number of the query within a range; `fallback` where it is not given. */
export function numberFrom(
  query: URLSearchParams,
  name: string,
  { low, high, fallback }: { low: number; high: number; fallback: number },
): number {
  const text = query.get(name);
  if (text === null) return fallback;
  const value = Number(text);
  if (text.trim() === "" || !(value >= low && value <= high)) {
    throw new InputError(`Cannot show it as ${name} must be from ${low} to ${high}: ${text}`);
  }
  return value;
}

/** `groups=100`, of a comparison at most; undefined where it is not given. */
export function groupsFrom(query: URLSearchParams): number | undefined {
  if (!query.has("groups")) return undefined;
  const range = { low: 1, high: MOST_GROUPS, fallback: USUAL_GROUPS };
  return Math.floor(numberFrom(query, "groups", range));
}

/** `smoothing=0.05`, a share of the x range. */
export function smoothingFrom(query: URLSearchParams): number {
  return numberFrom(query, "smoothing", { low: 0, high: 1, fallback: 0 });
}

/** `scale=log`, and `xscale=log` of the x axis: whether it is logarithmic. */
export function logFrom(query: URLSearchParams, axis: "x" | "y"): boolean {
  const asked = query.get(axis === "x" ? "xscale" : "scale") ?? "linear";
  if (asked === "log" || asked === "linear") return asked === "log";
  throw unknownName("show the curve", `${axis} axis`, asked, ["linear", "log"]);
}

/** `outliers=ignored`: whether the y axis fits the middle of what is drawn. */
export function trimmedFrom(query: URLSearchParams): boolean {
  const asked = query.get("outliers") ?? "shown";
  if (asked === "shown" || asked === "ignored") return asked === "ignored";
  throw unknownName("show the curve", "place for outliers", asked, ["shown", "ignored"]);
}

/** Puts into a query how axes lie, for {@linkcode logFrom} and {@linkcode trimmedFrom}. */
export function keepScales(query: URLSearchParams, { log, logX, trimmed }: Partial<Scales>): void {
  if (log) query.set("scale", "log");
  if (logX) query.set("xscale", "log");
  if (trimmed) query.set("outliers", "ignored");
}

/** `from=1000&to=2000` in units of the x axis; undefined where neither is given: all of it. */
export function rangeFrom(query: URLSearchParams): Range | undefined {
  if (!query.has("from") && !query.has("to")) return undefined;
  const end = (name: string, fallback: number) =>
    numberFrom(query, name, { low: -Infinity, high: Infinity, fallback });
  return { from: end("from", -Infinity), to: end("to", Infinity) };
}

/** {@linkcode rangeFrom} of a page, whose zoom has two ends. */
export function zoomFrom(query: URLSearchParams): Range | undefined {
  const range = rangeFrom(query);
  for (const [end, x] of Object.entries(range ?? {})) {
    if (!Number.isFinite(x)) {
      throw new InputError(`Cannot zoom as "from" and "to" must both be given: ${end} is not`);
    }
  }
  return range;
}
