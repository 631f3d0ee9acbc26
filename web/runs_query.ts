/**
 * What a page asks of the table of runs, and what it is answered.
 *
 * @module
 */
import { InputError } from "../lab/core/errors.ts";
import { printable } from "../lab/core/printable.ts";
import type { Spread } from "../lab/statistics/mod.ts";
import type { RunSummary } from "./summary.ts";

/** What is asked for. */
export interface TableRequest {
  readonly filter: string;
  /** Keys of `--where`; empty: the metrics that the found runs are judged by, of many `figure`. */
  readonly columns: readonly string[];
  readonly sort: string;
  readonly descending: boolean;
  /** The key whose values make the groups, `configuration` for all but the seed; empty: none. */
  readonly group: string;
  readonly offset: number;
  readonly limit: number;
  /** Pixels of columns that were drawn wider or narrower, by their key. */
  readonly widths: Readonly<Record<string, number>>;
}

/** A column is no narrower and no wider than these, in pixels. */
export const [NARROWEST, WIDEST] = [48, 1200];

/** A column beside those that every table has. */
export interface TableColumn {
  readonly key: string;
  /** Which way is better; null: it is not known, or there is none. */
  readonly better: "up" | "down" | null;
  /** Whether its figures are moments, in milliseconds since 1970. */
  readonly isMoment?: boolean;
}

/** A cell: a number, or text as it stands; null where there is none. */
export type Cell = number | string | null;

/** A metric over the runs of a group. */
export interface GroupCell {
  readonly iqm: Cell;
  /** How far the IQM is known; null of a single seed. */
  readonly spread: Spread | null;
  /** Of each seed that has a finite one. */
  readonly values: readonly number[];
  /** In the column of figures: the metrics that its runs are judged by; of several there is no IQM. */
  readonly metrics?: readonly string[];
  /** How many seeds have a figure, where some diverged, failed or lack it: there is no IQM then. */
  readonly lost?: string;
}

/** A run in the table. */
export interface TableRow {
  readonly row: RunSummary;
  /** What tells it from the others of its experiment on the page, beside the seed: `learningRate=0.003`. */
  readonly apart: readonly string[];
  readonly cells: readonly Cell[];
}

/** A group in the table. */
export interface TableGroup {
  readonly label: string;
  /** How it reads, where that is another: a number is short. */
  readonly name?: string;
  readonly runs: readonly string[];
  readonly cells: readonly GroupCell[];
}

/** The table. */
export interface TableAnswer {
  /** What it was made for. */
  readonly filter: string;
  readonly group: string;
  /** Runs in the store, those that are found, and the rows that they make. */
  readonly total: number;
  readonly found: number;
  readonly length: number;
  /** Where the rows begin: on the last page where there are no longer as many as asked for. */
  readonly offset: number;
  /** Found runs that are left out, as they are archived and the filter does not name that tag. */
  readonly archived: number;
  /** Runs in the store's trash, where that is known. */
  readonly trashed?: number;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly TableRow[];
  readonly groups: readonly TableGroup[];
  /** Keys that may be columns, sorted by or grouped by. */
  readonly keys: readonly string[];
}

/** Rows of a page unless another number is asked for. */
const USUAL_LIMIT = 100;

/** The key that groups are sorted by where it is that of no column: what they are called. */
export const LABEL = "label";

/** What grouping by another key, or by none, changes: single runs have no label to be sorted by. */
export function groupedBy(
  group: string,
  { sort }: Pick<TableRequest, "sort">,
): Partial<TableRequest> {
  return group === "" && sort === LABEL ? { group, sort: "started", descending: true } : { group };
}

/** What an address of the table may ask for. */
export const TABLE_KEYS = ["filter", "columns", "sort", "group", "offset", "limit", "widths"];

/** The request that a URL's query makes: `sort=-key` is descending. */
export function tableRequestOf(query: URLSearchParams): TableRequest {
  const sort = query.get("sort") ?? "-started";
  const whole = (name: string, fallback: number, least: number, most: number) => {
    const value = Number(query.get(name) ?? fallback);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InputError(
      `Cannot show the runs as ${name} must be a whole number from ${least} to ${most}: ${
        query.get(name)
      }`,
    );
  };
  return {
    filter: query.get("filter") ?? "",
    columns: (query.get("columns") ?? "").split(",").map(fromList).filter((key) =>
      key !== "" && printable(key) === key
    ),
    sort: sort.replace(/^-/, ""),
    descending: sort.startsWith("-"),
    group: query.get("group") ?? "",
    offset: whole("offset", 0, 0, 1e9),
    limit: whole("limit", USUAL_LIMIT, 1, 500),
    widths: widthsIn(query.get("widths") ?? ""),
  };
}

/** `name:240,evaluation/return_mean:120`; what is no width is left out. */
function widthsIn(text: string): Record<string, number> {
  const parts = text.split(",").map((part) => /^(.+):(\d{1,5})$/.exec(part));
  const widths = parts.flatMap((found): [string, number][] =>
    found === null || printable(found[1]) !== found[1]
      ? []
      : [[fromList(found[1]), widthOf(Number(found[2]))]]
  );
  return Object.fromEntries(widths);
}

/** A key as it stands in a list with commas. */
function inList(key: string): string {
  return key.replaceAll("%", "%25").replaceAll(",", "%2C");
}

function fromList(text: string): string {
  return text.replaceAll("%2C", ",").replaceAll("%25", "%");
}

/** A width that a column may have, in whole pixels. */
export function widthOf(pixels: number): number {
  return Math.round(Math.max(NARROWEST, Math.min(WIDEST, pixels)));
}

/**
 * The style of a table whose columns, in this order, have these widths; the first column holds what
 * chooses rows.
 */
export function styleOf(
  keys: readonly string[],
  widths: Readonly<Record<string, number>>,
): string {
  const rules = keys.flatMap((key, i) => {
    const width = Object.hasOwn(widths, key) ? `${widths[key]}px` : undefined;
    return width === undefined ? [] : [
      `.runs :is(thead, tbody) :is(th, td):nth-child(${i + 2}) ` +
      `{ min-width: ${width}; max-width: ${width}; width: ${width} }`,
    ];
  });
  // On phones rows are cards.
  return `@media (min-width: 721px) { ${rules.join(" ")} }`;
}

/** The query that makes a request; what is usual is left out. */
export function queryOf(request: TableRequest): URLSearchParams {
  const query = new URLSearchParams();
  const { filter, columns, sort, descending, group, offset, limit, widths } = request;
  if (filter !== "") query.set("filter", filter);
  if (columns.length > 0) query.set("columns", columns.map(inList).join(","));
  if (sort !== "started" || !descending) query.set("sort", `${descending ? "-" : ""}${sort}`);
  if (group !== "") query.set("group", group);
  if (offset > 0) query.set("offset", String(offset));
  if (limit !== USUAL_LIMIT) query.set("limit", String(limit));
  const sized = Object.entries(widths).map(([key, width]) => `${inList(key)}:${width}`);
  if (sized.length > 0) query.set("widths", sized.join(","));
  return query;
}
