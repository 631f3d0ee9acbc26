/**
 * The tables "obtained and reference" of the documentation, made from the results files.
 *
 * @module
 */
import { LabError } from "../lab/core/errors.ts";
import { besideMark } from "../lab/experiment/beside.ts";
import { withSpread } from "../cli/terminal/comparison_table.ts";
import { plural } from "../cli/terminal/format.ts";
import { metricLabel } from "../lab/experiment/metric_label.ts";
import type { ExperimentDefinition } from "../lab/experiment/definition.ts";
import { figureSpread, type Improvement, improvementOf, iqm } from "../lab/statistics/mod.ts";
import { isMeasured, referenceFor, type References, referenceScores } from "./references.ts";
import { meanSeconds, scoresOf, type SeedResult, spentAtGoal } from "./results.ts";
import { markdownTable } from "../lab/core/markup.ts";
import {
  type Bar,
  type EvidenceRow,
  judgingSeeds,
  referenceSeeds,
  threadsOf,
  type Verdict,
  verdictOf,
  within,
} from "./row.ts";

/** A row with its experiment and what was measured of it. */
export interface MeasuredRow {
  readonly row: EvidenceRow;
  readonly definition: ExperimentDefinition;
  /** By ascending seed; fewer than the row asks for where it is not measured whole. */
  readonly runs: readonly SeedResult[];
  /** Whether the code that the runs went through is another one by now. */
  readonly toVerify: boolean;
  /** What was measured of its peer; a sentence where it has none. */
  readonly references: References | string | undefined;
  /** Whether the script that the peer was trained by is another one by now. */
  readonly theirsToMeasureAgain?: boolean;
}

const columns = [
  "experiment",
  "seeds",
  "obtained: IQM [95 %]",
  "lowest, highest",
  "best kept",
  "goal",
  "seeds there",
  "reference",
  "P(ours > theirs) [95 %]",
  "trained on: ours, theirs",
  "to the goal",
  "core-seconds: ours, theirs",
];

/** The text between a page's markers. */
export function resultsText(measured: readonly MeasuredRow[]): string {
  const further = measured.some(({ row }) => row.figures !== undefined);
  const titles = further ? [...columns, "further figures (of real data)"] : columns;
  const rows = measured.map((one) => further ? [...cells(one), furtherOf(one)] : cells(one));
  return [
    ...shortOf(measured),
    markdownTable(titles, rows),
    ...pairsOf(measured),
    origins(measured),
  ].join("\n\n");
}

/** Which rows fall short, with how many of their seeds, in a line before the table; empty where none does. */
function shortOf(measured: readonly MeasuredRow[]): string[] {
  const short = measured.flatMap((one) => {
    const { row, runs } = one;
    const verdict = judged(one);
    if (runs.length < row.seeds || !isJudged(verdict) || verdict.reached) return [];
    return `\`${row.experiment}\` with ${row.seeds - verdict.reaching} of ${row.seeds} seeds`;
  });
  return short.length === 0 ? [] : [`Short of their goals: ${short.join(", ")}.`];
}

/** Rows beside those of the page that they are to be better than; empty where there are none. */
function pairsOf(measured: readonly MeasuredRow[]): string[] {
  const rows = measured.flatMap((one) =>
    (one.row.betterThan ?? []).map((than) =>
      pairCells(one, measured.find(({ row }) => row.experiment === than)!)
    )
  );
  if (rows.length === 0) return [];
  const titles = ["seed by seed", "better than", "seeds", "by: IQM [95 %]", "interval above 0"];
  return [markdownTable(titles, rows)];
}

function pairCells({ row, runs }: MeasuredRow, than: MeasuredRow): string[] {
  const theirs = new Map(than.runs.map(({ seed, score }) => [seed, score ?? NaN]));
  const gains = runs.filter(({ seed }) => theirs.has(seed)).map(({ seed, score }) => {
    const more = (score ?? NaN) - theirs.get(seed)!;
    return row.better === "less" ? -more : more;
  });
  const names = [row, than.row].map(({ experiment }) => `\`${experiment}\``);
  const all = Math.min(row.seeds, than.row.seeds);
  if (gains.length === 0) return [...names, "", "to be measured", ""];
  const spread = figureSpread(gains);
  const isShown = spread !== null && spread.low > 0;
  return [
    ...names,
    `${gains.length} of ${all}`,
    withSpread(iqm(gains), spread, figure),
    gains.length < all ? "unfinished" : isShown ? "yes" : "**no**",
  ];
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

/** What a row's scores say of it; its reference is the one measured here where it is whole. */
export function judged({ row, runs, references }: MeasuredRow): Verdict {
  return verdictOf(row, referenceFor(row, measuredBy(references)), scoresOf(runs));
}

/** A row for people, in one line. */
export function summaryOf(measured: MeasuredRow): string {
  const { row, runs } = measured;
  if (runs.length === 0) return `${row.experiment}: to be measured`;
  const verdict = judged(measured);
  const missing = runs.length < row.seeds ? `, ${row.seeds - runs.length} seeds missing` : "";
  const figures = `${row.experiment}: IQM ${obtained(verdict)}`;
  const words = wordsOf(measured, verdict);
  if (!isJudged(verdict)) {
    return `${figures}${words === "" ? "" : `: ${words}`} (${runs.length} seeds${missing})`;
  }
  return `${figures}, goal ${goalOf(verdict.bar)}: ${words} ` +
    `(${verdict.reaching} of ${runs.length} seeds${missing})`;
}

function cells(measured: MeasuredRow): string[] {
  const { row, definition, runs, references } = measured;
  const name = `\`${row.experiment}\``;
  const peer = measuredBy(references);
  const verdict = judged(measured);
  const goal = goalOf(verdict.bar);
  const theirs = referenceCell(row, peer);
  if (runs.length === 0) {
    const budget = definition.budget.toLocaleString("en");
    return [
      name,
      seedsOf(row, runs),
      "to be measured",
      "",
      "",
      goal,
      "",
      theirs,
      betterOf(row, [], references),
      budget,
      "",
      "",
    ];
  }
  const scores = scoresOf(runs);
  const bests = runs.map(({ best }) => best).filter((best) => best !== null);
  const [steps, seconds] = spentBeside(runs, peer);
  return [
    name,
    seedsOf(row, runs),
    obtained(verdict),
    scores.length === 1 ? "" : `${figure(Math.min(...scores))}, ${figure(Math.max(...scores))}`,
    bests.length < runs.length ? "" : figure(iqm(bests)),
    [goal, wordsOf(measured, verdict)].filter((part) => part !== "").join(": "),
    isJudged(verdict) ? `${verdict.reaching} of ${runs.length}` : "",
    theirs,
    betterOf(row, scores, references),
    steps,
    isJudged(verdict) ? spentOf(row, verdict.bar, runs) : "",
    seconds,
  ];
}

function measuredBy(references: MeasuredRow["references"]): References | undefined {
  return typeof references === "string" ? undefined : references;
}

/** Whether there is anything that the scores are held against. */
function isJudged({ bar }: Verdict): boolean {
  return bar.atLeast !== undefined || bar.atMost !== undefined;
}

/** `reached, narrow`, `**falls short**, below`, `unfinished`, and whether that is to be verified. */
function wordsOf(
  { row, runs, toVerify, theirsToMeasureAgain = false }: MeasuredRow,
  verdict: Verdict,
): string {
  const { reached, narrow, below } = verdict;
  const short = runs.length < row.seeds ? "unfinished" : "**falls short**";
  return [
    ...isJudged(verdict) ? [reached ? "reached" : short] : [],
    ...narrow ? ["narrow"] : [],
    ...below ? ["below"] : [],
    ...toVerify ? ["to verify"] : [],
    ...theirsToMeasureAgain ? ["theirs to measure again"] : [],
  ].join(", ");
}

/** `recall 0.91 (0.97)`: IQM over seeds, none where one lacks it, and what real examples get by the same measure. */
function furtherOf({ row: { figures = [] }, runs }: MeasuredRow): string {
  const known = (name: string) => runs.flatMap(({ figures }) => figures?.[name] ?? []);
  const middle = (values: readonly number[]) =>
    values.length === 0 ? undefined : figure(iqm(values), 3);
  return figures.flatMap((metric) => {
    const values = known(metric);
    // A seed that diverged, or lacks the figure, has no part in an IQM of the others.
    const isWhole = values.length === runs.length && runs.every(({ score }) => score !== null);
    const obtained = middle(isWhole ? values : values.map(() => NaN));
    const real = metric.startsWith("evaluation/")
      ? middle(known(metric.replace("evaluation/", "ceiling/")))
      : undefined;
    if (obtained === undefined) return [];
    return `${metricLabel(metric)} ${obtained}${real === undefined ? "" : ` (${real})`}`;
  }).join(", ");
}

function goalOf({ atLeast, atMost }: Bar): string {
  if (atLeast === undefined && atMost === undefined) return "none yet";
  if (atLeast === undefined) return `≤ ${figure(atMost!)}`;
  return atMost === undefined ? `≥ ${figure(atLeast)}` : `${figure(atLeast)} … ${figure(atMost)}`;
}

/** What is known of others, and the threshold that stands beside what was measured of them all. */
function referenceCell(row: EvidenceRow, peer: References | undefined): string {
  const theirs = theirsOf(row, peer);
  const { reference } = row;
  const stands = reference?.margin === 0 && peer !== undefined && isMeasured(row, peer) &&
    referenceFor(row, peer) === reference;
  return stands ? `${theirs}; ${reference.source}` : theirs;
}

/** Scores of others measured here, as far as they go, else what they say. */
function theirsOf(row: EvidenceRow, peer: References | undefined): string {
  if (peer === undefined || peer.runs.length === 0) return row.reference?.source ?? "";
  const scores = referenceScores(peer);
  const asked = referenceSeeds(row).length;
  const seeds = isMeasured(row, peer)
    ? asked < row.seeds ? `, ${asked} seeds` : ""
    : `, ${scores.length} of ${asked} seeds`;
  return `${withSpread(iqm(scores), figureSpread(scores), figure)} ${peer.peer}${seeds}`;
}

/**
 * How probable it is that a seed here is better than one of the peer, where one that diverged is worse
 * than any that did not; undefined where a side lacks.
 */
function improvementOver(
  { better = "more" }: EvidenceRow,
  scores: readonly number[],
  peer: References | undefined,
): CountedImprovement | undefined {
  if (scores.length === 0 || peer === undefined || peer.runs.length === 0) return undefined;
  const worst = better === "less" ? Infinity : -Infinity;
  const [ours, theirs] = [scores, referenceScores(peer)]
    .map((each) => each.map((score) => Number.isNaN(score) ? worst : score));
  const improvement = better === "less" ? improvementOf(theirs, ours) : improvementOf(ours, theirs);
  return { ...improvement, pairs: ours.length * theirs.length };
}

/** With the pairs of seeds that it was counted over. */
type CountedImprovement = Improvement & { readonly pairs: number };

/**
 * `0.60 [0.40, 0.80]`. Where all pairs say the same, so does every resample, and an interval of no width
 * would claim what few seeds cannot show: `1.00 (25 of 25 pairs)`.
 */
function probable({ probability, spread, pairs }: CountedImprovement): string {
  const shown = (value: number) => value.toFixed(2);
  if (spread === null || spread.low < spread.high) return withSpread(probability, spread, shown);
  const counted = probability === 0.5
    ? `${pairs} ties`
    : `${probability * pairs} of ${pairs} pairs`;
  return `${shown(probability)} (${counted})`;
}

/**
 * Every row that has a peer's measured scores beside it, and how probable it is that ours are better; on
 * average over those of which all seeds are measured.
 */
export function besideOthers(measured: readonly MeasuredRow[]): string {
  const found = measured.flatMap((one) => {
    const peer = measuredBy(one.references);
    const improvement = improvementOver(one.row, scoresOf(one.runs), peer);
    return improvement === undefined ? [] : [{ ...one, peer: peer!, improvement }];
  });
  const titles = ["row", "ours", "theirs", "P(ours > theirs) [95 %]", "steps", "core-seconds"];
  const rows = found.map(({ row, runs, peer, improvement }) => [
    `\`${row.experiment}\``,
    withSpread(iqm(scoresOf(runs)), figureSpread(scoresOf(runs)), figure),
    theirsOf(row, peer),
    probable(improvement),
    ...spentBeside(runs, peer),
  ]);
  const whole = found.filter(({ row, peer }) => isMeasured(row, peer));
  const over = (which: string, kind: typeof found) => {
    const middle = meanOf(kind.map(({ improvement }) => improvement.probability));
    return `${middle?.toFixed(2) ?? "–"} over ${plural(kind.length, "row")} of ${which}`;
  };
  const [agents, models] = [true, false].map((isAgent) =>
    whole.filter(({ definition }) => ("agent" in definition) === isAgent)
  );
  return `${markdownTable(titles, rows)}

The mean of P, ties counted half: ${over("agents", agents)}, ${over("models", models)}, ${
    over("both", whole)
  }; a row of which they lack seeds is in none. PyTorch's loops begin with weights as PyTorch draws them. Of ours the WGAN-GPs do, too; the other models begin with He's kernels, without which an autoencoder has the loop's error ([applications](models/applications.md)).`;
}

/** Steps, and core-seconds: `ours, theirs`, these where both were measured on one machine. */
export function spentBeside(
  runs: readonly SeedResult[],
  peer: References | undefined,
): [string, string] {
  const scored = peer?.runs ?? [];
  const pair = (ours: number | undefined, theirs: number | undefined, digits: number) =>
    besideEachOther(scored.length === 0 ? [ours] : [ours, theirs], digits);
  const timed = [...runs, ...scored].filter(({ seconds }) => seconds !== null);
  const isOneMachine = new Set(timed.map(({ machine }) => machine)).size === 1;
  return [
    pair(meanOf(runs.map(({ steps }) => steps)), meanOf(scored.map(({ steps }) => steps)), 0),
    pair(meanSeconds(runs), isOneMachine ? meanSeconds(scored) : undefined, 2),
  ];
}

/** The same as text, or why it is not known. */
function betterOf(
  row: EvidenceRow,
  scores: readonly number[],
  peer: MeasuredRow["references"],
): string {
  if (typeof peer === "string") return "no peer";
  if (scores.length === 0) return "";
  const improvement = improvementOver(row, scores, peer);
  if (improvement === undefined) return "not measured";
  return probable(improvement);
}

/** `101–110`; what is missing or diverged is said. */
function seedsOf(row: EvidenceRow, runs: readonly SeedResult[]): string {
  const asked = judgingSeeds(row);
  const all = asked.length === 1 ? `${asked[0]}` : `${asked[0]}–${asked.at(-1)}`;
  const found = runs.map(({ seed }) => seed);
  const named = found.length === 0 || found.length === asked.length ? all : `${found} of ${all}`;
  const diverged = runs.filter(({ status }) => status === "diverged").map(({ seed }) => seed);
  return diverged.length === 0 ? named : `${named}; diverged: ${diverged}`;
}

/** What was spent until an evaluation lay within the bar: the range over seeds. */
function spentOf(row: EvidenceRow, bar: Bar, runs: readonly SeedResult[]): string {
  if (row.score !== undefined || row.better === "less") return "";
  const spent = runs.map((run) => spentAtGoal(run, bar)).filter((amount) => amount !== null);
  const never = runs.length - spent.length;
  if (spent.length === 0) return "never";
  const [low, high] = [Math.min(...spent), Math.max(...spent)]
    .map((count) => count.toLocaleString("en"));
  return `${low === high ? low : `${low}–${high}`}${never === 0 ? "" : `; ${never} never`}`;
}

function meanOf(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) /
    values.length;
}

/** `ours, theirs`; a dash for one that is not known, nothing where none is. */
function besideEachOther(known: readonly (number | undefined)[], digits: number): string {
  if (known.every((value) => value === undefined)) return "";
  return known.map((value) =>
    value === undefined
      ? "–"
      : digits === 0
      ? Math.round(value).toLocaleString("en")
      : figure(value, digits)
  ).join(", ");
}

/** What the figures were measured on, in one line; nothing before the first. */
function origins(measured: readonly MeasuredRow[]): string {
  const machines = new Set(
    measured.flatMap(({ runs }) =>
      runs.map(({ machine, deno, backend }) => `${machine}, Deno ${deno}, backend \`${backend}\``)
    ),
  );
  const versions = new Set(
    measured.flatMap(({ references }) =>
      (measuredBy(references)?.runs ?? []).map(({ versions }) =>
        Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(", ")
      )
    ),
  );
  if (machines.size === 0) return "";
  return `Measured with \`deno task docs:results\` on ${
    [...machines].join("; ")
  }, one thread a run${threaded(measured)}; ` +
    "commits and dates stand in [docs/results](../results/README.md). " +
    "`deno task docs:results ROW --verify` trains one seed of a row again and compares digests, " +
    "`--again` all of them." +
    (versions.size === 0
      ? "\n"
      : ` Theirs with \`deno task docs:references\`: ${
        [...versions].join("; ")
      }; core-seconds of ` +
        "theirs are of training, of ours with evaluations, and stand beside each other where both " +
        "were measured on one machine.\n");
}

/** Of rows whose agents train in several threads, what is to be said of them. */
function threaded(measured: readonly MeasuredRow[]): string {
  const names = measured.flatMap(({ definition, row }) => {
    const threads = threadsOf(definition);
    return threads > 1 ? [`${threads} of \`${row.experiment}\``] : [];
  });
  return names.length === 0 ? "" : `, but ${names.join(", ")}`;
}

/** Five digits unless said, thousands apart; zeros at the end fall away. */
export function figure(value: number, digits = 5): string {
  if (Number.isNaN(value)) return "none";
  return Number(value.toPrecision(digits)).toLocaleString("en", {
    maximumFractionDigits: Math.max(6, digits),
  });
}

/** The IQM with its spread, each with as many digits as say whether it lies within the bar. */
export function obtained({ iqm, spread, bar }: Verdict): string {
  const isWithin = (value: number) => within(bar, value);
  return withSpread(
    iqm,
    spread,
    (value) => besideMark(value, isWithin, (more) => figure(value, 5 + more)),
  );
}
