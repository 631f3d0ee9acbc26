/**
 * What fields that are chosen when samples are drawn make of the samples of one stored run: how far they
 * follow their class, fidelity, against how many kinds they are of, diversity (Ho & Salimans 2022, arXiv
 * 2207.12598, figure 4); and what a number of steps is worth.
 *
 * @module
 */
import { figure } from "../cli/terminal/format.ts";
import type { Chart } from "../lab/core/chart.ts";
import { markdownTable } from "../lab/core/markup.ts";

/** A field, the values of it that are compared, and what is measured of samples at each. */
export interface Trade {
  /** The option of `score`, without its dashes. */
  readonly option: string;
  readonly values: readonly number[];
  /** What `score` is asked for. */
  readonly metrics: readonly string[];
  /** The figures that are shown, by their name in what it answers. */
  readonly shown: Readonly<Record<string, string>>;
}

/** No class, as it was learned, and beyond it; figures are shares, fidelity before diversity. */
const guidance: Trade = {
  option: "guidance",
  values: [0, 0.5, 1, 1.5, 2, 3, 4, 6],
  metrics: ["asked-class", "likeness"],
  shown: {
    asked_class: "asked class",
    precision: "precision",
    recall: "recall",
    coverage: "coverage",
  },
};

/** From as few as anybody would take to more than are worth their time. */
const steps: Trade = {
  option: "steps",
  values: [3, 5, 10, 20, 50, 100],
  metrics: ["fid", "recognised", "likeness"],
  shown: {
    fid_glyphs: "FID",
    recognised: "recognised",
    energy_distance: "energy distance",
    precision: "precision",
    recall: "recall",
  },
};

/** What can be compared, by its name on the command line. */
export const trades: Readonly<Record<string, Trade>> = { guidance, steps };

/** What `score --json` says of the samples at a value. */
export interface Scored {
  readonly value: number;
  readonly scores: readonly { readonly name: string; readonly value: number }[];
}

function figureOf({ option }: Trade, { value, scores }: Scored, name: string): number {
  const found = scores.find((score) => score.name === name);
  if (found === undefined) throw new Error(`no ${name} at ${option} ${value}`);
  return found.value;
}

/** Each figure over the field. */
export function tradeChart(trade: Trade, scored: readonly Scored[]): Chart {
  return {
    xLabel: trade.option,
    yLabel: "share",
    lines: Object.entries(trade.shown).map(([name, label]) => ({
      name: label,
      x: scored.map(({ value }) => value),
      y: scored.map((each) => figureOf(trade, each, name)),
    })),
  };
}

/** The same as a table of Markdown. */
export function tradeTable(trade: Trade, scored: readonly Scored[]): string {
  return markdownTable(
    [trade.option, ...Object.values(trade.shown)],
    scored.map((each) => [
      `${each.value}`,
      ...Object.keys(trade.shown).map((name) => figure(figureOf(trade, each, name))),
    ]),
  );
}
