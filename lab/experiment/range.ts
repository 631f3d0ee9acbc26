/**
 * The learning-rate range test: one short run whose learning rate rises from iteration to iteration,
 * by a constant ratio, until learning breaks.
 *
 * Smith, "Cyclical Learning Rates for Training Neural Networks" (2017, arXiv 1506.01186), section
 * 3.3. Differs from the paper: the rate rises exponentially, not linearly, as its order of magnitude
 * is what is looked for; agents are judged by their return; and a rate is suggested, a tenth of the
 * best one as Gugger, "How Do You Find A Good Learning Rate" (2018), does it.
 *
 * @module
 */
import type { BackendChoice } from "../compute/backend_choice.ts";
import type { RaisedRate } from "../compute/raised_rate.ts";
import { exponential } from "../compute/schedules.ts";
import { InputError, unknownName } from "../core/errors.ts";
import { badLoss, type Metrics } from "../core/metrics.ts";
import { type Seed, streamOf } from "../core/random.ts";
import { headlineMetric } from "./comparison.ts";
import { type Objective, objectiveIn } from "./objective.ts";
import type { ExperimentDefinition } from "./definition.ts";
import type { Registries } from "./registries.ts";
import { resolve } from "./resolve.ts";
import { openSession } from "./session.ts";

/** How a range test goes. */
export interface RangeOptions {
  /** The lowest rate, > 0; default 1e-5. */
  readonly from?: number;
  /** The highest rate, > from; default 1. */
  readonly to?: number;
  /** Rates in all, ≥ 10; fewer where the budget holds fewer iterations that learn. Default 100. */
  readonly iterations?: number;
  /** Agents: episodes of the greedy policy after each iteration, ≥ 1; default 10. */
  readonly episodes?: number;
  /**
   * The series to judge by, `max:METRIC` or `min:METRIC` where it is not known which way is better;
   * default: an agent's mean return, else the headline of an iteration.
   */
  readonly metric?: string;
  /** Default 1. */
  readonly seed?: Seed;
  /** Default `auto`. */
  readonly backend?: BackendChoice;
  /** Total budget instead of the definition's: in the trainer's unit, or as text with its own
   * (`100k-steps`). */
  readonly budget?: number | string;
  /** Overrides by path, as on the command line: `["agent.gamma", "0.98"]`. */
  readonly set?: readonly (readonly [path: string, value: string])[];
  /** Called after every iteration that learns, with its rate and its number among how many. */
  readonly onPoint?: (learningRate: number, point: number, points: number) => void;
  /** Ends the test after the iteration in which it is aborted, the first that learns at the earliest. */
  readonly signal?: AbortSignal;
}

/** What one rate gave. */
export interface RangePoint {
  readonly learningRate: number;
  /** The metric of the iteration; NaN or infinite where learning broke. */
  readonly value: number;
  /** Mean of the values at rates from half to twice this one. */
  readonly smoothed: number;
}

/** What a range test found. */
export interface RangeResult {
  readonly metric: string;
  readonly goal: "maximize" | "minimize";
  /** By ascending rate. */
  readonly points: readonly RangePoint[];
  /** The point whose smoothed value is best. */
  readonly best: RangePoint;
  /** A tenth of the best point's rate; undefined where the best is the first or the last one. */
  readonly suggestion?: number;
  /** Path of the configuration's rate: `agent.learningRate` or `model.learningRate`. */
  readonly field: string;
  /** The rate at which a loss was not finite, where it ended at one. */
  readonly brokeAt?: number;
  /** `wasm`, …. */
  readonly backend: string;
}

/** What a suggestion is, for people. */
export const rangeRule = "a tenth of the rate at which the smoothed metric is best";

/** Rates below which nothing can be seen. */
const FEWEST = 10;

/**
 * Tests the range of learning rates of an experiment's agent or model. Nothing is stored; the same
 * options give the same numbers.
 *
 * @throws InputError where the definition or an option is wrong, the budget holds fewer than ten
 *   iterations that learn, or the trainer takes no gradient step in this thread (methods over
 *   tables, A3C with several workers).
 */
export async function rangeTest(
  definition: ExperimentDefinition,
  options: RangeOptions & { readonly registries: Registries },
): Promise<RangeResult> {
  const { from = 1e-5, to = 1, iterations = 100, registries, signal, onPoint } = options;
  const { seed = 1, backend = "auto", episodes = 10 } = options;
  if (!(from > 0 && to > from && Number.isFinite(to))) {
    throw new InputError(`Cannot raise the rate as 0 < from < to must hold: ${from} to ${to}`);
  }
  if (!(Number.isInteger(iterations) && iterations >= FEWEST)) {
    throw new InputError(
      `Cannot raise the rate as iterations must be a whole number ≥ ${FEWEST}: ${iterations}`,
    );
  }
  if (options.metric !== undefined) objectiveOf(options.metric);
  const { configuration } = await resolve(definition, registries, options);
  const job = { experiment: definition.name, module: "", configuration, seed: `${seed}`, backend };
  const rate: RaisedRate = { value: undefined, taken: 0 };
  const session = await openSession(job, registries, { definition, rate });
  const { trainer } = session;
  const { unit, total } = trainer.budget;
  const schedule = exponential(from, to);
  /** Of agents the same episodes each time, as what a rollout reports looks back on earlier rates. */
  const evaluated = async (): Promise<Metrics> => {
    if (configuration.agent === undefined) return {};
    const random = streamOf(seed, "evaluation/0");
    return (await trainer.evaluate({ random, episodes })).metrics;
  };
  const seen: Seen[] = [];
  let points = iterations;
  let brokeAt: number | undefined;
  const isOver = () =>
    seen.length === points || trainer.progress[unit] >= total || brokeAt !== undefined ||
    (seen.length > 0 && signal?.aborted);
  try {
    while (!isOver()) {
      const before = { spent: trainer.progress[unit], taken: rate.taken };
      rate.value = schedule(seen.length / (points - 1));
      const { metrics } = await trainer.iterate();
      if (rate.taken === before.taken) continue;
      if (seen.length === 0) {
        // The first iteration that learns says how many the budget holds.
        points = pointsWithin(total - before.spent, trainer.progress[unit] - before.spent, points);
      }
      if (badLoss(metrics) !== undefined) brokeAt = rate.value;
      const judgement = brokeAt === undefined ? await evaluated() : {};
      seen.push({ learningRate: rate.value, metrics: { ...metrics, ...judgement } });
      onPoint?.(rate.value, seen.length, points);
    }
  } finally {
    session.dispose();
  }
  if (seen.length === 0) {
    throw new InputError(
      `Cannot raise the rate of "${definition.name}" as its trainer must take gradient steps in ` +
        `this thread, which methods over tables do not: it took none in a budget of ${total}`,
    );
  }
  return {
    ...judged(seen, options.metric, brokeAt),
    field: `${configuration.agent === undefined ? "model" : "agent"}.learningRate`,
    ...brokeAt === undefined ? {} : { brokeAt },
    backend: session.backend,
  };
}

/** A rate and what its iteration reported. */
interface Seen {
  readonly learningRate: number;
  readonly metrics: Metrics;
}

/** How many rates a budget has room for, at most `wanted`. */
function pointsWithin(budget: number, cost: number, wanted: number): number {
  const points = Math.min(wanted, Math.floor(budget / cost));
  if (points >= FEWEST) return points;
  throw new InputError(
    `Cannot raise the rate as the budget must hold ${FEWEST} iterations that learn: ${points} of ` +
      `${cost} in ${budget}`,
  );
}

/** What the range is judged by: a loss is to fall, also where it has no scale. */
function objectiveOf(text: string): Objective {
  const otherwise = (metric: string) => metric.startsWith("losses/") ? "minimize" : undefined;
  return objectiveIn(text, { action: "judge the range", otherwise });
}

/** The range by one metric, which is NaN where learning broke before it was measured. */
function judged(
  seen: readonly Seen[],
  wanted: string | undefined,
  brokeAt: number | undefined,
): Pick<RangeResult, "metric" | "goal" | "points" | "best" | "suggestion"> {
  const names = new Set(seen.flatMap(({ metrics }) => Object.keys(metrics)));
  const { metric, goal } = objectiveOf(wanted ?? headlineMetric(names) ?? "losses/…");
  if (!names.has(metric)) throw unknownName("judge the range", "series", metric, names);
  const values = seen.flatMap(({ learningRate, metrics }) =>
    metric in metrics || learningRate === brokeAt
      ? [{ learningRate, value: metrics[metric] ?? NaN }]
      : []
  );
  const points = values.map((point) => ({ ...point, smoothed: smoothedAt(point, values) }));
  /** What is not finite is worse than everything. */
  const gain = ({ smoothed }: RangePoint) =>
    !Number.isFinite(smoothed) ? -Infinity : goal === "maximize" ? smoothed : -smoothed;
  const best = points.reduce((best, point) => gain(point) > gain(best) ? point : best);
  const isInside = best !== points[0] && best !== points.at(-1);
  return {
    ...{ metric, goal, points, best },
    ...isInside ? { suggestion: best.learningRate / 10 } : {},
  };
}

/** Mean of the values at rates from half to twice a point's; of equal ones these, which rounding keeps. */
function smoothedAt(
  { learningRate }: { readonly learningRate: number },
  values: readonly { readonly learningRate: number; readonly value: number }[],
): number {
  const near = values.filter((other) =>
    other.learningRate >= learningRate / 2 && other.learningRate <= 2 * learningRate
  );
  const [{ value: first }] = near;
  if (near.every(({ value }) => value === first)) return first;
  return near.reduce((sum, { value }) => sum + value, 0) / near.length;
}
