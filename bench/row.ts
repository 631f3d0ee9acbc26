/**
 * Rows: one measured figure each, and what it stands beside.
 *
 * @module
 */
import { figure } from "../cli/terminal/format.ts";
import { markdownTable } from "../lab/core/markup.ts";

/** A line of the table. */
export interface Row {
  /** What was measured. */
  readonly name: string;
  /** The figure; null where it could not be measured: `against` says why. */
  readonly value: number | null;
  /** For example `ms`; more is better where it ends in `/s`. */
  readonly unit: string;
  /** What the figure stands beside: a reference measured in the same run, or a target. */
  readonly against: string | null;
  /** Its name alone. */
  readonly beside: string | null;
  /** How many times better than that: above 1 is faster, smaller or as asked for. */
  readonly ratio: number | null;
  /** The ratio to reach; null: none is asked for. */
  readonly reach: number | null;
}

/** What a row stands beside. */
interface Reference {
  /** For example `stock tfjs-wasm`. */
  readonly name: string;
  /** In the row's unit. */
  readonly value: number;
  /** The ratio to reach, where one is asked for. */
  readonly reach?: number;
}

/** What a table of rows shows. */
export const columns = [
  { title: "name", flexible: true },
  { title: "value", align: "right" },
  { title: "unit" },
  { title: "against" },
  { title: "ratio", align: "right" },
] as const;

/** A row, with its ratio to a reference. */
export function row(name: string, value: number, unit: string, reference?: Reference): Row {
  if (reference === undefined) {
    return { name, value, unit, against: null, beside: null, ratio: null, reach: null };
  }
  const { reach } = reference;
  const against = `${reference.name} ${figure(reference.value)} ${unit}` +
    (reach === undefined ? "" : `; to reach: ${figure(reach)} ×`);
  const [more, less] = unit.endsWith("/s") ? [value, reference.value] : [reference.value, value];
  // Equal zeros are as good as each other.
  const ratio = more === less ? 1 : more / less;
  return { name, value, unit, against, beside: reference.name, ratio, reach: reach ?? null };
}

/** A row that stands beside a target. */
export function targetRow(name: string, value: number, unit: string, target: number): Row {
  const reference = { name: unit.endsWith("/s") ? "at least" : "at most", value: target };
  return { ...row(name, value, unit, reference), reach: 1 };
}

/** A row without a figure. */
export function missingRow(name: string, unit: string, why: string): Row {
  return { name, value: null, unit, against: why, beside: null, ratio: null, reach: null };
}

/** The one document that `--json` prints. */
export function rowsDocument(rows: readonly Row[]): string {
  return JSON.stringify({
    rows: rows.map(({ name, value, unit, against, ratio }) => ({
      name,
      value,
      unit,
      against,
      ratio,
    })),
  });
}

/** The columns of a table, as text. */
export function cells({ name, value, unit, against, ratio }: Row): string[] {
  return [
    name,
    figure(value),
    unit,
    against ?? "",
    ratio === null ? "" : `${figure(ratio)} ×`,
  ];
}

/** The rows as a Markdown table. */
export function tableOfRows(rows: readonly Row[]): string {
  return markdownTable(columns, rows.map(cells));
}
