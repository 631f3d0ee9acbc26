/**
 * Agents over suites of worlds, as Agarwal et al. (2021) compare them: scores between what random
 * actions return and the best that others obtained, their IQM and optimality gap with intervals,
 * performance profiles, and how soon they come there.
 *
 * @module
 */
import { suiteTitles, withSpread } from "../cli/terminal/comparison_table.ts";
import type { EnvironmentEntry } from "../lab/core/registry.ts";
import {
  bootstrapInterval,
  iqm,
  performanceProfile,
  performanceProfileIntervals,
  type Scores,
} from "../lab/statistics/mod.ts";
import { type Bounded, normalized, suiteFigures } from "../lab/statistics/suite.ts";
import type { Chart } from "../lab/core/chart.ts";
import { markdownTable } from "../lab/core/markup.ts";
import { fourDigits } from "../lab/experiment/verdict.ts";
import { referenceFor } from "./references.ts";
import { scoresOf, type SeedResult } from "./results.ts";
import { type SameData, sameDataText } from "./model_comparison.ts";
import { besideOthers, judged, type MeasuredRow, obtained, spentBeside } from "./tables.ts";

/** Worlds that agents are compared on together. */
export interface Suite {
  readonly name: string;
  readonly title: string;
  /** Each with what rows of it are called before the agent's name. */
  readonly worlds: readonly { readonly id: string; readonly prefix: string }[];
}

/** Gymnasium's classic control, by the kind of its actions. */
export const suites: readonly Suite[] = [
  {
    name: "discrete",
    title: "Classic control with discrete actions",
    worlds: [
      { id: "CartPole-v1", prefix: "cartpole" },
      { id: "Acrobot-v1", prefix: "acrobot" },
      { id: "MountainCar-v0", prefix: "mountaincar" },
    ],
  },
  {
    name: "continuous",
    title: "Classic control with continuous actions",
    worlds: [
      { id: "Pendulum-v1", prefix: "pendulum" },
      { id: "MountainCarContinuous-v0", prefix: "mountaincarcontinuous" },
    ],
  },
];

/** Where on the way curves are read, in shares of the budget. */
const PLACES = Array.from({ length: 11 }, (_, i) => i / 10);
/** Normalised scores that profiles are read at. */
const THRESHOLDS = Array.from({ length: 51 }, (_, i) => i / 40);

/** An agent on all worlds of a suite. */
export interface SuiteScores {
  readonly agent: string;
  /** Normalised, [worlds][seeds]; NaN of a seed that diverged. */
  readonly scores: Scores;
  /** The same at each share of the budget, [places][worlds][seeds]. */
  readonly curve: readonly Scores[];
  /** What was measured, [worlds]. */
  readonly rows: readonly MeasuredRow[];
}

/** What a suite's rows say, and which agents lack some of theirs. */
export interface SuiteComparison {
  readonly suite: Suite;
  readonly agents: readonly SuiteScores[];
  readonly unmeasured: readonly string[];
  /** Return that is 0, and that is 1, by world. */
  readonly scale: readonly { readonly id: string; readonly zero: number; readonly one: number }[];
}

/** Compares the agents that have a row in every world of a suite. */
export function compareSuite(
  suite: Suite,
  rows: readonly MeasuredRow[],
  environments: readonly Pick<EnvironmentEntry, "id" | "randomReturn">[],
): SuiteComparison {
  const scale = suite.worlds.map(({ id, prefix }) => ({
    id,
    zero: environments.find((entry) => entry.id === id)!.randomReturn!.mean,
    one: Math.max(
      ...rows.filter(({ row }) => row.experiment.startsWith(`${prefix}-`))
        .map(({ row, references }) =>
          referenceFor(row, typeof references === "object" ? references : undefined)?.value ??
            -Infinity
        ),
    ),
  }));
  const [{ prefix: first }] = suite.worlds;
  const named = (prefix: string, agent: string) =>
    rows.find(({ row }) => row.experiment === `${prefix}-${agent}`);
  const candidates = rows.flatMap(({ row: { experiment } }) =>
    experiment.startsWith(`${first}-`) ? [experiment.slice(first.length + 1)] : []
  ).filter((agent) => suite.worlds.every(({ prefix }) => named(prefix, agent) !== undefined));
  const of = (agent: string) => suite.worlds.map(({ prefix }) => named(prefix, agent)!);
  const isWhole = ({ row, runs }: MeasuredRow) => runs.length === row.seeds;
  const measured = candidates.filter((agent) => of(agent).every(isWhole));
  return {
    suite,
    scale,
    unmeasured: candidates.filter((agent) => !measured.includes(agent)),
    agents: measured.map((agent) => ({
      agent,
      rows: of(agent),
      scores: of(agent).map(({ runs }, world) =>
        scoresOf(runs).map((score) => normalized(score, scale[world]))
      ),
      curve: PLACES.map((share) =>
        of(agent).map(({ runs, definition }, world) =>
          runs.map((run) => {
            const value = valueAt(run, share, definition.budget);
            return value === undefined ? 0 : normalized(value ?? NaN, scale[world]);
          })
        )
      ),
    })),
  };
}

/**
 * The evaluation nearest to a share of the budget, less than half a place away, as evaluations come with the
 * end of a rollout; else the latest before it, which of a run that ended before is its last one. At the
 * start there is none.
 */
function valueAt(
  { evaluations }: SeedResult,
  share: number,
  budget: number,
): number | null | undefined {
  if (share === 0) return undefined;
  const away = ([spent]: SeedResult["evaluations"][number]) => Math.abs(spent - share * budget);
  const [near] = evaluations.filter((each) => away(each) < budget / (PLACES.length - 1) / 2)
    .toSorted((a, b) => away(a) - away(b));
  return (near ?? evaluations.findLast(([spent]) => spent <= share * budget))?.[1];
}

/** The table of a suite. */
function suiteTable({ suite, agents, unmeasured, scale }: SuiteComparison): string {
  const rows = agents.map(({ agent, scores }) => {
    const { seeds, iqm, gap } = suiteFigures(scores);
    const bounded = ({ value, spread }: Bounded) => withSpread(value, spread, figure);
    return [`\`${agent}\``, `${seeds}`, bounded(iqm), bounded(gap)];
  });
  const missing = unmeasured.map((agent) => [`\`${agent}\``, "", "to be measured", ""]);
  const table = markdownTable(suiteTitles, [...rows, ...missing]);
  const marks = scale.map(({ id, zero, one }) =>
    `${id} ${fourDigits(zero)} and ${fourDigits(one)}`
  );
  const pictures = drawnOf(agents).length === 0 ? "" : `
![Performance profiles](images/profile-${suite.name}.svg)

![Scores on the way](images/curve-${suite.name}.svg)
`;
  return `## ${suite.title}

${table}

0 and 1 are: ${marks.join("; ")}.
${pictures}
${worldsTable(suite, agents)}
`;
}

/** Each agent in each world of a suite. */
function worldsTable({ worlds }: Suite, agents: readonly SuiteScores[]): string {
  const lines = worlds.flatMap(({ id }, world) =>
    agents.map(({ agent, rows, scores }) => [
      id,
      `\`${agent}\``,
      obtained(judged(rows[world])),
      figure(iqm([scores[world]])),
      ...spentBeside(rows[world].runs, undefined),
    ])
  );
  return markdownTable(
    ["world", "agent", "obtained: IQM [95 %]", "normalised", "steps", "core-seconds"],
    lines,
  );
}

/** Two decimals. */
function figure(value: number): string {
  return Number.isNaN(value) ? "none" : value.toFixed(2);
}

/** The agents that charts draw: those of which no seed diverged. */
function drawnOf(agents: readonly SuiteScores[]): SuiteScores[] {
  return agents.filter(({ scores }) =>
    scores.every((world) => Array.from(world).every(Number.isFinite))
  );
}

/** Share of all runs above each normalised score. */
export function profileChart({ agents }: SuiteComparison): Chart {
  return {
    xLabel: "normalised score τ",
    yLabel: "share of runs above τ",
    lines: drawnOf(agents).map(({ agent, scores }) => {
      const bounds = performanceProfileIntervals(scores, THRESHOLDS);
      return {
        name: agent,
        x: THRESHOLDS,
        y: Array.from(performanceProfile(scores, THRESHOLDS)),
        low: bounds.map(({ low }) => low),
        high: bounds.map(({ high }) => high),
      };
    }),
  };
}

/** IQM of the normalised scores over shares of the budget. */
export function curveChart({ agents }: SuiteComparison): Chart {
  return {
    xLabel: "share of the budget",
    yLabel: "IQM of normalised scores",
    lines: drawnOf(agents).map(({ agent, curve }) => {
      const bounds = curve.map((scores) => bootstrapInterval(scores, iqm, { repeats: 2000 }));
      return {
        name: agent,
        x: PLACES,
        y: curve.map((scores) => iqm(scores)),
        low: bounds.map(({ low }) => low),
        high: bounds.map(({ high }) => high),
      };
    }),
  };
}

/** The page. */
export function comparisonPage(
  comparisons: readonly SuiteComparison[],
  rows: readonly MeasuredRow[],
  sameData: readonly SameData[],
): string {
  return `# Agents over worlds, models on the same data, and rows beside other libraries

Every agent with a row in each world of a suite, by the scores of [its rows](../CONTRIBUTING.md#evidence). A score is normalised: 0 is what random actions return, 1 the best reference of the world's rows. IQM is the mean of the middle half of all seeds in all worlds, which weigh alike whatever their seeds, the optimality gap what the scores lack to 1 on average; intervals are stratified bootstraps over seeds (Agarwal et al. 2021, arXiv 2108.13264). A profile shows which share of the runs lies above a score, the curves what evaluations show on the way (before the first one: 0). Core-seconds are those of a seed of average length, by the seeds that had the machine to themselves. Written by \`deno task docs:results\`.

${comparisons.map(suiteTable).join("\n")}
## Beside other libraries

Every row that another library was trained on, with the same preset or the same arrays, on the same seeds and scored in the same way (\`deno task docs:references\`). P is how probable it is that a seed of ours is better than one of theirs; where all pairs of seeds say the same, they are counted in place of an interval. Core-seconds of ours are with evaluations, which judge the samples of models too; of theirs they are of training without, where they were measured on the same machine.

${besideOthers(rows)}

## Models on the same data

Rows of two models or more that were trained on the same data set, by their samples: the IQM over seeds, the first figure with its interval, by which the rows are in order. Less is better of FID, energy distance and likelihoods (nats, −log p(x) and its bound −ELBO; "given the class" they are −log p(x∣class), and compare with no other), more of the others. The first line is what real examples get by the same measure. What each family costs and where it fails: [family by family](models/README.md).

${sameDataText(sameData)}`;
}
