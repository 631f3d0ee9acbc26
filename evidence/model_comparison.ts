/**
 * Models of every family on the same data: rows that draw, side by side, by what is measured of each
 * of them and of real examples.
 *
 * @module
 */
import { unitIn } from "../cli/catalogue.ts";
import { withSpread } from "../cli/terminal/comparison_table.ts";
import { amountOf } from "../lab/core/budget.ts";
import type { BudgetUnit } from "../lab/core/trainer.ts";
import type { ExperimentDefinition } from "../lab/experiment/definition.ts";
import { metricLabel } from "../lab/experiment/metric_label.ts";
import { namedPart } from "../lab/experiment/own.ts";
import { registries } from "../registries.ts";
import { figureSpread, iqm } from "../lab/statistics/mod.ts";
import { markdownTable } from "../lab/core/markup.ts";
import type { SeedResult } from "./results.ts";
import { figure, type MeasuredRow } from "./tables.ts";

/** Figures that tables show where two rows have them; the first ones may order a table. */
const COMPARED = [
  "fid_glyphs",
  "fid_glyphs_binarized",
  "energy_distance",
  "negative_log_likelihood",
  "negative_elbo",
  "recognised",
  "stacked_modes",
  "modes",
  "high_quality",
  "precision",
  "recall",
  "coverage",
];

/** Those of the density that a model gives an example. */
const LIKELIHOODS = ["negative_log_likelihood", "negative_elbo"];

/** Rows of two models or more that were trained on the same data. */
export interface SameData {
  /** The data set's name and fields: `glyphs-binarized`, `{"train":50000}`. */
  readonly name: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /** Names of figures, as in {@linkcode COMPARED}; the first one, of which less is better, orders the rows. */
  readonly figures: readonly string[];
  /** Best first, each with what its budget counts. */
  readonly rows: readonly (MeasuredRow & { readonly unit: BudgetUnit })[];
}

/** Groups the rows whose samples were held against real examples by their data. */
export function onSameData(rows: readonly MeasuredRow[]): SameData[] {
  const drawing = rows.flatMap(({ definition, ...row }) =>
    "model" in definition && row.runs.some(({ figures }) => figures?.["ceiling/energy_distance"])
      ? [{
        ...row,
        definition,
        unit: unitIn(registries, "models", namedPart(definition.model).name),
      }]
      : []
  );
  const groups = Map.groupBy(
    drawing,
    ({ definition: { dataset } }) => JSON.stringify(Object.entries(namedPart(dataset)).sort()),
  );
  return [...groups.values()].flatMap((group): SameData[] => {
    const models = new Set(group.map(({ definition: { model } }) => namedPart(model).name));
    if (models.size < 2) return [];
    const isKnown = (name: string) => ({ runs }: MeasuredRow) =>
      !Number.isNaN(obtained(runs, name));
    const figures = COMPARED.filter((name) => group.filter(isKnown(name)).length > 1);
    // A row with a seed that diverged has none of them.
    const whole = group.filter(({ runs }) => runs.every(({ score }) => score !== null));
    const first = figures.find((name) => whole.every(isKnown(name))) ?? "energy_distance";
    const { name, ...fields } = namedPart(group[0].definition.dataset);
    return [{
      name,
      fields,
      figures: [first, ...figures.filter((name) => name !== first)],
      rows: group.toSorted((a, b) => rankOf(a, first) - rankOf(b, first)),
    }];
  });
}

/** A table for each data set, under its name. */
export function sameDataText(groups: readonly SameData[]): string {
  return groups.map(({ name, fields, figures, rows }) => {
    const [first, ...others] = figures;
    const titles = figures.map((each) => metricLabel(`evaluation/${each}`));
    const real = figures.map((each) =>
      rows.map(({ runs }) => ofReal(runs, each)).find((value) => value !== undefined)
    );
    const lines = rows.map(({ row, runs, unit, definition }) => [
      `\`${row.experiment}\``,
      pageLink(row.page),
      `${runs.length}`,
      amountOf(runs[0].steps, unit),
      withSpread(obtained(runs, first), figureSpread(valuesOf(runs, first)), shown) +
      givenOf(definition, first),
      ...others.map((each) => {
        const value = shown(obtained(runs, each));
        return value === "" ? value : value + givenOf(definition, each);
      }),
    ]);
    const table = markdownTable(
      ["row", "page", "seeds", "budget", ...titles],
      [["real data", "", "", "", ...real.map((value) => shown(value ?? NaN))], ...lines],
    );
    const more = Object.entries(fields).map(([field, value]) => `, \`${field}\` ${value}`);
    return `### \`${name}\`${more.join("")}\n\n${table}\n`;
  }).join("\n");
}

/** `[diffusion](models/diffusion.md)` of `docs/models/diffusion.md`. */
function pageLink(page: string): string {
  const [, name] = /([^/]+)\.md$/.exec(page)!;
  return `[${name}](${page.replace("docs/", "")})`;
}

/** What a likelihood is given: models that are told the class have none of the example alone. */
function givenOf(definition: ExperimentDefinition, name: string): string {
  const isTold = "model" in definition &&
    namedPart(definition.model).name.startsWith("conditional-");
  return isTold && LIKELIHOODS.includes(name) ? " given the class" : "";
}

/** A figure of each seed; NaN of one that lacks it, and of one that diverged after it had it. */
function valuesOf(runs: readonly SeedResult[], name: string): number[] {
  return runs.map(({ score, figures }) =>
    (score === null ? undefined : figures?.[`evaluation/${name}`]) ?? NaN
  );
}

/** By which rows stand: last where a seed has no figure. */
function rankOf({ runs }: MeasuredRow, name: string): number {
  const value = obtained(runs, name);
  return Number.isNaN(value) ? Number.MAX_VALUE : value;
}

/** IQM over seeds; NaN where one has no figure. */
function obtained(runs: readonly SeedResult[], name: string): number {
  return iqm(valuesOf(runs, name));
}

/** What real examples get, the same with every seed. */
function ofReal(runs: readonly SeedResult[], name: string): number | undefined {
  return runs[0].figures?.[`ceiling/${name}`];
}

/** Three digits; empty where nothing is known. */
function shown(value: number): string {
  return Number.isNaN(value) ? "" : figure(value, 3);
}
