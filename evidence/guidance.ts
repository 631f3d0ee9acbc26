/**
 * What guidance trades: how far the samples of one stored run follow their class, fidelity, against how
 * many kinds they are of, diversity (Ho & Salimans 2022, arXiv 2207.12598, figure 4).
 *
 * @module
 */
import type { Chart } from "../lab/core/chart.ts";
import { figure } from "../cli/terminal/format.ts";
import { markdownTable } from "./markdown.ts";

/** Scales that are drawn: no class, as it was learned, and beyond it. */
export const scales: readonly number[] = [0, 0.5, 1, 1.5, 2, 3, 4, 6];

/** What `score --json` says of the samples at a scale. */
export interface Guided {
  readonly scale: number;
  readonly scores: readonly { readonly name: string; readonly value: number }[];
}

/** Figures that are shares, so that they fit one axis: fidelity, then diversity. */
const shares = {
  asked_class: "asked class",
  precision: "precision",
  recall: "recall",
  coverage: "coverage",
} as const;

function valueOf({ scale, scores }: Guided, name: string): number {
  const found = scores.find((score) => score.name === name);
  if (found === undefined) throw new Error(`no ${name} at guidance ${scale}`);
  return found.value;
}

/** Each share over the scale. */
export function guidanceChart(guided: readonly Guided[]): Chart {
  return {
    xLabel: "guidance",
    yLabel: "share",
    lines: Object.entries(shares).map(([name, label]) => ({
      name: label,
      x: guided.map(({ scale }) => scale),
      y: guided.map((each) => valueOf(each, name)),
    })),
  };
}

/** The same as a table of Markdown. */
export function guidanceTable(guided: readonly Guided[]): string {
  return markdownTable(
    ["guidance", ...Object.values(shares)],
    guided.map((each) => [
      `${each.scale}`,
      ...Object.keys(shares).map((name) => figure(valueOf(each, name))),
    ]),
  );
}
