/**
 * A comparison as tables for people, and as a part of the JSON document.
 *
 * @module
 */
import { RETURN } from "../../lab/core/metrics.ts";
import { isLost, seedsText } from "../../lab/experiment/comparison.ts";
import type { Comparison, Group, Pair } from "../comparison.ts";
import { metricLabel } from "../../lab/experiment/metric_label.ts";
import { scaleLines } from "./figures.ts";
import type { ReturnScale } from "../../lab/experiment/return_scale.ts";
import type { Spread } from "../../lab/statistics/mod.ts";
import { detectableText, NEVER, testText } from "../../lab/statistics/p_value.ts";
import {
  type Column,
  count,
  duration,
  figure,
  figureBeside,
  figureTo,
  table,
  wrapped,
} from "./format.ts";
import { directionOf } from "../../lab/experiment/metric_direction.ts";
import { type SuiteComparison, suiteLine } from "../../lab/experiment/suite.ts";
import { type Io, styled } from "./io.ts";
import { shownVerdict } from "./runs_table.ts";

/**
 * `487.2 [481.0, 495.5]`, of five to nine seeds with `rough` behind it; of fewer the lowest and the
 * highest, `487.2 (480.1 … 496.3)`; a single seed alone.
 *
 * @param show Default: with the digits in which the bounds differ.
 */
export function withSpread(
  value: number,
  spread: Spread | null,
  show: (value: number) => string = (each) => figureTo(each, precisionOf(spread)),
): string {
  if (spread === null) return show(value);
  const [low, high] = [show(spread.low), show(spread.high)];
  if (spread.kind === "lowest and highest") return `${show(value)} (${low} … ${high})`;
  return `${show(value)} [${low}, ${high}]${spread.kind === "interval" ? "" : " rough"}`;
}

/** Half of what lies between the bounds of a figure, which its digits are to tell; 0 where there are none. */
function precisionOf(spread: Spread | null): number {
  return spread === null ? 0 : (spread.high - spread.low) / 2;
}

/** `IQM [95 %]`; of groups of few seeds `IQM (lowest … highest)`. */
export function iqmTitle(groups: readonly Pick<Group, "spread">[]): string {
  const few = groups.some(({ spread }) => spread?.kind === "lowest and highest");
  const more = groups.some(({ spread }) => spread !== null && spread.kind !== "lowest and highest");
  return `IQM${more || !few ? " [95 %]" : ""}${few ? " (lowest … highest)" : ""}`;
}

/** Whether each seed of a group has the figure that it is judged by. */
function isWhole({ runs, metric, lacking }: Group): boolean {
  return metric !== undefined && lacking.length === 0 && !runs.some(isLost);
}

/** What a group's figures are held against; undefined: nothing. */
export function markOf({ metric, threshold }: Group): number | undefined {
  return metric === RETURN ? threshold?.value : undefined;
}

/** A group's IQM with its spread; `none` where a seed has no figure. */
export function iqmCell(group: Group): string {
  if (!isWhole(group)) return "none";
  const mark = markOf(group);
  return withSpread(group.iqm, group.spread, (value) => {
    const [beside, precise] = [
      figureBeside(value, mark),
      figureTo(value, precisionOf(group.spread)),
    ];
    return beside.length > precise.length ? beside : precise;
  });
}

/** A group's mean and median, as two cells. */
export function middleCells(group: Group): [string, string] {
  if (!isWhole(group)) return ["none", "none"];
  const shown = (value: number) => figureTo(value, precisionOf(group.spread));
  return [shown(group.mean), shown(group.median)];
}

/** Of what stands of a pair: how often, p, and the difference that is seen. */
export function pairTitles(pairs: readonly Pair[]): string[] {
  const hasSpread = pairs.some(({ spread }) => spread !== null);
  return [
    `P(a > b)${hasSpread ? " [95 %]" : ""}`,
    pairs.length > 1 ? "p (Holm)" : "p",
    "told apart beyond",
  ];
}

/** P(a > b) with its spread. */
export function probabilityCell({ probability, spread }: Pair): string {
  if (Number.isNaN(probability)) return "–";
  return withSpread(probability, spread, (value) => value.toFixed(2));
}

/** Says of which metrics of the pairs less is better; empty where of none. */
export function lessLine(pairs: readonly Pair[]): string {
  const metrics = new Set(pairs.flatMap(({ first: { metric } }) => metric ?? []));
  const labels = [...metrics].filter((metric) => directionOf(metric) === "down").map(metricLabel);
  if (labels.length === 0) return "";
  return `Of ${labels.join(", ")} less is better: a low P(a > b) speaks for a.`;
}

/** Says what `never` means where a pair is told apart by no difference; empty where none is. */
export function neverLine(pairs: readonly Pair[]): string {
  if (!pairs.some((pair) => detectableText(pair, figure) === NEVER)) return "";
  return `${NEVER}: p of so few seeds does not get below 0.05 in so many tests, however far apart the ` +
    "means are; more seeds are needed.";
}

/** Environment steps, time and seeds to a group's threshold, as three cells. */
export function thresholdCells({ threshold, runs }: Group): [string, string, string] {
  if (threshold === null) return ["–", "–", "–"];
  const { environmentSteps, wallSeconds, reached } = threshold;
  return [
    environmentSteps === null ? "–" : count(environmentSteps),
    wallSeconds === null ? "–" : duration(wallSeconds),
    reached === null ? "–" : `${reached} of ${runs.length}`,
  ];
}

/** Titles of {@linkcode suiteRows}. */
export const suiteTitles = ["agent", "fewest seeds a world", "IQM [95 %]", "optimality gap [95 %]"];

/** A row an agent, the best first. */
export function suiteRows({ agents }: SuiteComparison): string[][] {
  return agents.map(({ agent, seeds, iqm, gap }) => [
    ...[agent, String(seeds)],
    ...[iqm, gap].map(({ value, spread }) =>
      Number.isNaN(value) ? "none" : withSpread(value, spread)
    ),
  ]);
}

/** The tables of a comparison: figures, thresholds, pairs. */
export function comparisonTables(
  { groups, pairs, scales, suite, notes }: Comparison,
  io: Io,
): string {
  const parts = [figures(groups, io)];
  const agents = groups.filter((group) => group.threshold !== null);
  if (agents.length > 0) parts.push(thresholds(agents, io));
  const worth = scaleLines(scales);
  if (worth !== "") parts.push(worth);
  if (suite !== undefined) {
    const columns = suiteTitles.map((title, i): Column => ({
      ...{ title, align: i === 0 ? "left" : "right" },
    }));
    parts.push(table(columns, suiteRows(suite), io));
    parts.push(wrapped(suiteLine(suite), io.columns()).join("\n"));
  }
  if (pairs.length > 0) {
    parts.push(table(
      [
        { title: "a", flexible: true },
        { title: "b", flexible: true },
        ...pairTitles(pairs).map((title): Column => ({ title, align: "right" })),
      ],
      pairs.map((pair) => [
        pair.first.label,
        pair.second.label,
        probabilityCell(pair),
        testText(pair),
        detectableText(pair, figure),
      ]),
      io,
    ));
    const less = lessLine(pairs);
    if (less !== "") parts.push(wrapped(less, io.columns()).join("\n"));
    const seen = pairs.some(({ detectable }) => !Number.isNaN(detectable))
      ? "With so many seeds a lesser difference of means than in the last column is seen " +
        "less than four times in five (at p < 0.05)."
      : "";
    for (const line of [seen, neverLine(pairs)].filter((line) => line !== "")) {
      parts.push(wrapped(line, io.columns()).join("\n"));
    }
  }
  if (notes.length > 0) {
    const lines = notes.flatMap((note) => wrapped(note, io.columns()));
    parts.push(lines.map((line) => styled(io.color.out, "dim", line)).join("\n"));
  }
  return parts.join("\n\n");
}

function figures(groups: readonly Group[], io: Io): string {
  const judged = groups.some(({ verdict }) => verdict !== undefined);
  const columns: Column[] = [
    { title: "experiment", flexible: true },
    { title: "seeds", align: "right" },
    { title: "figure" },
    { title: iqmTitle(groups), align: "right" },
    ...(judged ? [{ title: "verdict" }] : []),
    { title: "mean", align: "right", optional: 1 },
    { title: "median", align: "right", optional: 2 },
  ];
  return table(
    columns,
    groups.map((group) => [
      group.label,
      seedsText(group.runs, group.lacking.length),
      group.metric === undefined ? "–" : metricLabel(group.metric),
      iqmCell(group),
      ...(judged ? [shownVerdict(group.verdict, io)] : []),
      ...middleCells(group),
    ]),
    io,
  );
}

function thresholds(groups: readonly Group[], io: Io): string {
  const values = new Set(groups.map((group) => group.threshold!.value));
  const one = values.size === 1 ? [...values][0] : undefined;
  return table(
    [
      { title: "experiment", flexible: true },
      ...(one === undefined ? [{ title: "return", align: "right" } as const] : []),
      { title: `steps to ${one ?? "it"}`, align: "right" },
      { title: "time", align: "right" },
      { title: "at the end" },
      { title: "steps/s", align: "right" },
    ],
    groups.map((group) => [
      group.label,
      ...(one === undefined ? [figure(group.threshold!.value)] : []),
      ...thresholdCells(group),
      count(group.speed),
    ]),
    io,
  );
}

/** What returns are worth in a world, as JSON. */
export function scaleDocument(
  { id, random, masked, threshold }: ReturnScale,
): Record<string, unknown> {
  return {
    id,
    random_return: random ?? null,
    ...masked && { random_actions: "allowed" },
    reward_threshold: threshold ?? null,
  };
}

/** The comparison as JSON: field names as in the document of runs. */
export function comparisonDocument(
  { groups, pairs, scales, suite, notes }: Comparison,
): Record<string, unknown> {
  return {
    groups: groups.map((group) => ({
      label: group.label,
      experiment: group.experiment,
      config: group.configuration,
      runs: group.runs.map((run) => run.id),
      metric: group.metric ?? null,
      values: group.values.map(orNull),
      n: group.values.length,
      finished: group.runs.filter((run) => !isLost(run)).length,
      diverged: group.runs.filter(({ status }) => status === "diverged").length,
      failed: group.runs.filter(({ status }) => status === "failed").length,
      lacking: group.lacking.length,
      iqm: orNull(group.iqm),
      interval: ends(group.spread),
      rough: group.spread?.kind === "rough interval",
      verdict: group.verdict ?? null,
      mean: orNull(group.mean),
      median: orNull(group.median),
      threshold: group.threshold === null ? null : {
        value: group.threshold.value,
        reached: group.threshold.reached,
        environment_steps: group.threshold.environmentSteps,
        wall_seconds: group.threshold.wallSeconds,
      },
    })),
    pairs: pairs.map(({ first, second, probability, spread, p, ofRanks, detectable, common }) => ({
      first: first.label,
      second: second.label,
      probability: orNull(probability),
      interval: ends(spread),
      rough: spread?.kind === "rough interval",
      p: orNull(p),
      ...ofRanks && { of_ranks: true },
      detectable: orNull(detectable),
      ...common !== undefined && { common_seeds: common },
    })),
    environments: scales.map(scaleDocument),
    suite: suite === undefined ? null : {
      worlds: suite.worlds,
      agents: suite.agents.map(({ agent, seeds, iqm, gap }) => ({
        ...{ agent, seeds, iqm: orNull(iqm.value), interval: ends(iqm.spread) },
        ...{ optimality_gap: orNull(gap.value), gap_interval: ends(gap.spread) },
      })),
    },
    notes,
  };
}

/** An interval's; null where there is none, as of few seeds, whose values say it all. */
function ends(spread: Spread | null): readonly (number | null)[] | null {
  if (spread === null || spread.kind === "lowest and highest") return null;
  return [orNull(spread.low), orNull(spread.high)];
}

function orNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
