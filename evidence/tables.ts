/**
 * The tables "obtained and reference" of the documentation, made from the results files.
 *
 * @module
 */
import { LabError } from "../lab/core/errors.ts";
import type { ExperimentDefinition } from "../lab/experiment/definition.ts";
import { iqm } from "../lab/statistics/mod.ts";
import { scoresOf, type SeedResult } from "./results.ts";
import { type Bar, type EvidenceRow, type Verdict, verdictOf } from "./row.ts";

/** A row with its experiment and what was measured of it. */
export interface MeasuredRow {
  readonly row: EvidenceRow;
  readonly definition: ExperimentDefinition;
  /** By ascending seed; fewer than the row asks for where it is not measured whole. */
  readonly runs: readonly SeedResult[];
}

const columns = [
  "experiment",
  "seeds",
  "budget",
  "obtained: IQM [95 %]",
  "lowest, highest",
  "best evaluation",
  "goal",
  "seeds there",
  "steps to the goal",
  "seconds a seed",
  "reference",
];

/** The text between a page's markers. */
export function resultsText(measured: readonly MeasuredRow[]): string {
  const lines = [columns, columns.map(() => "---"), ...measured.map(cells)]
    .map((cells) => `| ${cells.join(" | ")} |`);
  return `${lines.join("\n")}\n\n${origins(measured)}`;
}

/**
 * A page with the table of its rows between `<!-- results -->` and `<!-- /results -->`.
 *
 * @throws LabError where the page has no such markers.
 */
export function withResults(page: string, name: string, measured: readonly MeasuredRow[]): string {
  const [begin, end] = ["<!-- results -->\n", "<!-- /results -->"];
  const from = page.indexOf(begin), to = page.indexOf(end);
  if (from < 0 || to < from) {
    throw new LabError(`Cannot write the results into ${name} as it must hold ${begin}${end}`);
  }
  return `${page.slice(0, from + begin.length)}${resultsText(measured)}\n${page.slice(to)}`;
}

/** A row for people, in one line. */
export function summaryOf({ row, runs }: MeasuredRow): string {
  if (runs.length === 0) return `${row.experiment}: not measured yet`;
  const verdict = verdictOf(row, scoresOf(runs));
  const missing = runs.length < row.seeds ? `, ${row.seeds - runs.length} seeds missing` : "";
  return `${row.experiment}: IQM ${obtained(verdict, runs)}, goal ` +
    `${goalOf(row.bar)}: ${verdict.reached ? "reached" : "falls short"} ` +
    `(${verdict.reaching} of ${runs.length} seeds${missing})`;
}

function cells({ row, definition, runs }: MeasuredRow): string[] {
  const { budget, stop } = definition;
  const name = `\`${row.experiment}\``;
  const planned = `${budget.toLocaleString("en")}${stop === undefined ? "" : ", stops early"}`;
  const each = row.seeds > 1 && row.bar.seeds ? `, ${row.bar.seeds} seeds` : "";
  const goal = `${goalOf(row.bar)}${each}`;
  if (runs.length === 0) {
    const seeds = row.seeds === 1 ? "1" : `1–${row.seeds}`;
    return [name, seeds, planned, "not measured yet", "", "", goal, "", "", "", row.reference];
  }
  const scores = scoresOf(runs);
  const verdict = verdictOf(row, scores);
  const bests = runs.map(({ best }) => best).filter((best) => best !== null);
  return [
    name,
    seedsOf(row, runs),
    planned,
    obtained(verdict, runs),
    scores.length === 1 ? "" : `${figure(Math.min(...scores))}, ${figure(Math.max(...scores))}`,
    bests.length < runs.length ? "" : figure(iqm(bests)),
    `${goal}: ${verdict.reached ? "reached" : "**falls short**"}`,
    `${verdict.reaching} of ${runs.length}`,
    stepsOf(row, runs),
    figure(runs.reduce((sum, { wallSeconds }) => sum + wallSeconds, 0) / runs.length, 2),
    row.reference,
  ];
}

function goalOf({ atLeast, atMost }: Bar): string {
  if (atLeast === undefined) return `≤ ${atMost}`;
  return atMost === undefined ? `≥ ${atLeast}` : `${atLeast} … ${atMost}`;
}

/** The IQM with its interval; one seed has none. */
function obtained({ iqm, interval }: Verdict, runs: readonly SeedResult[]): string {
  if (runs.length === 1) return figure(iqm);
  return `${figure(iqm)} [${figure(interval.low)}, ${figure(interval.high)}]`;
}

/** `1–10`; what is missing or diverged is said. */
function seedsOf(row: EvidenceRow, runs: readonly SeedResult[]): string {
  const found = runs.map(({ seed }) => seed);
  const whole = runs.length === row.seeds;
  const named = whole ? (row.seeds === 1 ? "1" : `1–${row.seeds}`) : `${found} of ${row.seeds}`;
  const diverged = runs.filter(({ status }) => status === "diverged").map(({ seed }) => seed);
  return diverged.length === 0 ? named : `${named}; diverged: ${diverged}`;
}

/** The range over seeds; nothing where no series is judged. */
function stepsOf(row: EvidenceRow, runs: readonly SeedResult[]): string {
  if (row.score !== undefined || row.bar.atLeast === undefined) return "";
  const steps = runs.map(({ stepsToGoal }) => stepsToGoal).filter((count) => count !== null);
  const never = runs.length - steps.length;
  if (steps.length === 0) return "never";
  const [low, high] = [Math.min(...steps), Math.max(...steps)]
    .map((count) => count.toLocaleString("en"));
  return `${low === high ? low : `${low}–${high}`}${never === 0 ? "" : `; ${never} never`}`;
}

/** What the figures were measured on, in one line; nothing before the first. */
function origins(measured: readonly MeasuredRow[]): string {
  const machines = new Set(
    measured.flatMap(({ runs }) =>
      runs.map(({ machine, deno, backend, threads }) =>
        `${machine}, Deno ${deno}, backend \`${backend}\`, ` +
        `${threads} ${threads === 1 ? "thread" : "threads"} a run`
      )
    ),
  );
  return machines.size === 0 ? "" : `Measured with \`deno task docs:results\` on ` +
    `${
      [...machines].join("; ")
    }; commits and dates stand in [docs/results](../results/README.md).\n`;
}

/** Five digits at most, thousands apart; zeros at the end fall away. */
function figure(value: number, digits = 5): string {
  if (Number.isNaN(value)) return "none";
  return Number(value.toPrecision(digits)).toLocaleString("en", { maximumFractionDigits: 6 });
}
