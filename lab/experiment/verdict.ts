/**
 * What a run's figures say in a word: between what random actions return in its world and what
 * counts as solved there.
 *
 * @module
 */
import { badLoss, type Metrics, RETURN, TRAINING_RETURN } from "../core/metrics.ts";
import type { Json } from "../core/snapshot.ts";
import { interquartileMean } from "../core/interquartile_mean.ts";
import type { Run, StoreReader } from "../store/store.ts";
import type { Registries } from "./registries.ts";
import {
  evaluatedRandom,
  isSolved,
  type ReturnScale,
  returnScale,
  scaleKey,
} from "./return_scale.ts";

/** What may be said of a run. */
export type Verdict =
  | "solved"
  | "learning"
  | "training no better than random"
  | "no better than random"
  | "diverged";

/** Why what a run ended with is no result: a loss of it, or its return, is no finite number. */
export function badEnd(metrics: Metrics): string | undefined {
  const bad = badLoss(metrics);
  if (bad !== undefined || Number.isFinite(metrics[RETURN] ?? 0)) return bad;
  return `${RETURN} is ${metrics[RETURN]}`;
}

/** A verdict, and why. */
export interface Judgement {
  readonly verdict: Verdict;
  /** As a clause, where it is no good one; left out where the run's status is the reason. */
  readonly reason?: string;
}

/** What training's last episodes returned: null where none was finished, undefined where it is unknown. */
export type TrainingReturn =
  | { readonly mean: number; readonly episodes: number }
  | null
  | undefined;

/** The mean length of the episodes that {@linkcode TRAINING_RETURN} is of. */
export const TRAINING_LENGTH = "rollout/episode_length_mean";
/** Episodes that the mean return of training is taken over, at most. */
const TRAINING_EPISODES = 100;
/** Standard errors of random play's mean that a return must exceed to be better. */
const ERRORS = 2;

/** What a mean return of so many episodes must exceed to be better than that of random actions. */
function barOf(random: NonNullable<ReturnScale["random"]>, episodes: number): number {
  const { mean, deviation } = evaluatedRandom(random);
  return mean + ERRORS * deviation / Math.sqrt(Math.max(1, episodes));
}

/**
 * The verdict on a mean return. Better than random is what exceeds the mean of random actions by two
 * standard errors of a mean of as many episodes. An untrained network may by chance hold a policy that
 * does so; that something was learned shows in training, too, whose last episodes must exceed that mean
 * as well.
 *
 * @param episodes That the mean was taken over.
 * @param training Of training's last episodes, a hundred of them or as many as it finished.
 * @returns undefined where neither mark of the scale decides, or nothing is known of training that should
 * be.
 */
export function verdictOfReturn(
  value: number,
  { random, threshold }: Pick<ReturnScale, "random" | "threshold">,
  episodes: number,
  training?: TrainingReturn,
): Verdict | undefined {
  if (!Number.isFinite(value)) return "diverged";
  if (threshold !== undefined && isSolved(value, threshold)) return "solved";
  if (random === undefined) return undefined;
  if (!(value > barOf(random, episodes))) return "no better than random";
  if (training === null) return undefined;
  return training === undefined || training.mean > barOf(random, training.episodes)
    ? "learning"
    : "training no better than random";
}

/** What says whether a run plays episodes while it trains. */
type Acting = Pick<Run, "manifest" | "environmentSteps">;

/** What training's last episodes returned, from the last value of each series of a run. */
function trainingOfRun(
  { manifest, environmentSteps }: Acting,
  metrics: Metrics,
): TrainingReturn {
  // A planner plays none, and a program of a user's own may not say what it played.
  const acts = "agent" in manifest.determined.configuration && environmentSteps > 0;
  const { [TRAINING_RETURN]: mean, [TRAINING_LENGTH]: length } = metrics;
  if (mean === undefined) return acts ? null : undefined;
  const finished = length > 0 ? Math.floor(environmentSteps / length) : TRAINING_EPISODES;
  return { mean, episodes: Math.min(TRAINING_EPISODES, Math.max(1, finished)) };
}

/**
 * What runs of one configuration returned in training's last episodes: the IQM over those that say it, and
 * the episodes of the one with the fewest.
 */
export function trainingOf(
  store: Pick<StoreReader, "lastMetrics">,
  runs: readonly (Pick<Run, "id"> & Acting)[],
): TrainingReturn {
  const returns = runs.map((run) => trainingOfRun(run, store.lastMetrics(run.id)));
  const known = returns.filter((each) => each !== null && each !== undefined);
  if (known.length === 0) return returns.includes(null) ? null : undefined;
  return {
    mean: interquartileMean(known.map(({ mean }) => mean)),
    episodes: Math.min(...known.map(({ episodes }) => episodes)),
  };
}

/** `52.3`: a figure to four digits, without zeros at its end. */
export function fourDigits(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** That a run diverged, where its last values or its status say so. */
function divergence({ status }: Pick<Run, "status">, metrics: Metrics): Judgement | undefined {
  const reason = badEnd(metrics);
  if (reason !== undefined) return { verdict: "diverged", reason };
  return status === "diverged" ? { verdict: "diverged" } : undefined;
}

/** Judges runs by the worlds of a registry, each world looked up once. */
export class Judge {
  readonly #registries: Pick<Registries, "environments">;
  readonly #scales = new Map<string, ReturnScale | undefined>();

  /** Takes thresholds and random returns from the registered environments. */
  constructor(registries: Pick<Registries, "environments">) {
    this.#registries = registries;
  }

  /** The verdict of {@linkcode judged}. */
  run(run: Pick<Run, "status"> & Acting, metrics: Metrics): Verdict | undefined {
    return this.judged(run, metrics)?.verdict;
  }

  /**
   * What a run is worth: it diverged where its status, a loss or its return says so, else its return
   * decides.
   *
   * @param metrics Last value of each series.
   * @returns undefined where nothing can be said, as of models and own worlds, or where no
   * evaluation is known.
   */
  judged(run: Pick<Run, "status"> & Acting, metrics: Metrics): Judgement | undefined {
    const diverged = divergence(run, metrics);
    if (diverged !== undefined) return diverged;
    const { configuration } = run.manifest.determined;
    const training = trainingOfRun(run, metrics);
    return this.judgedFigure(configuration, RETURN, metrics[RETURN], training);
  }

  /**
   * What runs of one configuration are worth together: they diverged where one of them did, else a figure of
   * all decides.
   *
   * @param value undefined where one of them has none.
   */
  group(
    store: Pick<StoreReader, "lastMetrics">,
    runs: readonly (Pick<Run, "id" | "status"> & Acting)[],
    metric: string | undefined,
    value: number | undefined,
  ): Judgement | undefined {
    for (const run of runs) {
      const diverged = divergence(run, store.lastMetrics(run.id));
      if (diverged === undefined) continue;
      const { reason } = diverged;
      const { seed } = run.manifest.determined;
      return { ...diverged, ...reason !== undefined && { reason: `of seed ${seed} ${reason}` } };
    }
    const { configuration } = runs[0].manifest.determined;
    return this.judgedFigure(configuration, metric, value, trainingOf(store, runs));
  }

  /** The verdict of {@linkcode judgedFigure}. */
  figure(
    configuration: { readonly [key: string]: Json },
    metric: string | undefined,
    value: number | undefined,
    training?: TrainingReturn,
  ): Verdict | undefined {
    return this.judgedFigure(configuration, metric, value, training)?.verdict;
  }

  /**
   * What a figure of runs of one configuration is worth; undefined where it is no return.
   *
   * @param training Of the same runs.
   */
  judgedFigure(
    configuration: { readonly [key: string]: Json },
    metric: string | undefined,
    value: number | undefined,
    training?: TrainingReturn,
  ): Judgement | undefined {
    if (metric !== RETURN || value === undefined) return undefined;
    const scale = this.#scaleOf(configuration);
    if (scale === undefined) return undefined;
    const { episodes: asked } = (configuration.evaluation ?? {}) as { episodes?: Json };
    const episodes = typeof asked === "number" ? asked : 1;
    const verdict = verdictOfReturn(value, scale, episodes, training);
    if (verdict === undefined || verdict === "solved" || verdict === "learning") {
      return verdict && { verdict };
    }
    if (verdict === "diverged") return { verdict, reason: `${RETURN} is ${value}` };
    // The others are held against random actions.
    return { verdict, reason: reasonOf(value, scale.random!, episodes, training) };
  }

  /** The return at which the world of a configuration counts as solved; undefined of another metric. */
  mark(
    configuration: { readonly [key: string]: Json },
    metric: string | undefined,
  ): number | undefined {
    return metric === RETURN ? this.#scaleOf(configuration)?.threshold : undefined;
  }

  #scaleOf(configuration: { readonly [key: string]: Json }): ReturnScale | undefined {
    const key = scaleKey(configuration, this.#registries);
    if (!this.#scales.has(key)) this.#scales.set(key, returnScale(configuration, this.#registries));
    return this.#scales.get(key);
  }
}

/** The figures for which a return is no better than that of random actions. */
function reasonOf(
  value: number,
  random: NonNullable<ReturnScale["random"]>,
  episodes: number,
  training: TrainingReturn,
): string {
  const told = (figure: number, count: number) =>
    `${fourDigits(figure)} (better than random above ${fourDigits(barOf(random, count))})`;
  const last = training?.episodes === 1
    ? "episode returns"
    : `${training?.episodes} episodes return`;
  const trained = training
    ? `training's last ${last} ${told(training.mean, training.episodes)}, `
    : "";
  return `the return is ${told(value, episodes)}, ${trained}random actions return ` +
    fourDigits(evaluatedRandom(random).mean);
}
