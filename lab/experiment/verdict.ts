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
export type Verdict = "solved" | "learning" | "no better than random" | "diverged";

/** Episodes that the mean return of training is taken over. */
const TRAINING_EPISODES = 100;
/** Standard errors of random play's mean that a return must exceed to be better. */
const ERRORS = 2;

/**
 * The verdict on a mean return. Better than random is what exceeds the mean of random actions by two
 * standard errors of a mean of as many episodes. An untrained network may by chance hold a policy that
 * does so; that something was learned shows in training, too, whose last episodes must exceed that mean
 * as well.
 *
 * @param episodes That the mean was taken over.
 * @param training The mean return of training's last hundred episodes, where it is known.
 * @returns undefined where neither mark of the scale decides.
 */
export function verdictOfReturn(
  value: number,
  { random, threshold }: Pick<ReturnScale, "random" | "threshold">,
  episodes: number,
  training = Infinity,
): Verdict | undefined {
  if (!Number.isFinite(value)) return "diverged";
  if (threshold !== undefined && isSolved(value, threshold)) return "solved";
  if (random === undefined) return undefined;
  const { mean, deviation } = evaluatedRandom(random);
  const bar = (count: number) => mean + ERRORS * deviation / Math.sqrt(Math.max(1, count));
  const isBetter = value > bar(episodes) && training > bar(TRAINING_EPISODES);
  return isBetter ? "learning" : "no better than random";
}

/** What runs of one configuration returned in training's last episodes: their IQM; undefined: unknown. */
export function trainingOf(
  store: Pick<StoreReader, "lastMetrics">,
  runs: readonly Pick<Run, "id">[],
): number | undefined {
  const known = runs.flatMap(({ id }) => store.lastMetrics(id)[TRAINING_RETURN] ?? []);
  return known.length === 0 ? undefined : interquartileMean(known);
}

/** Judges runs by the worlds of a registry, each world looked up once. */
export class Judge {
  readonly #registries: Pick<Registries, "environments">;
  readonly #scales = new Map<string, ReturnScale | undefined>();

  /** Takes thresholds and random returns from the registered environments. */
  constructor(registries: Pick<Registries, "environments">) {
    this.#registries = registries;
  }

  /**
   * The verdict on a run: diverged where its status, a loss or its return says so, else by its
   * return.
   *
   * @param metrics Last value of each series.
   * @returns undefined where nothing can be said, as of models and own worlds, or where no
   * evaluation is known.
   */
  run(
    { status, manifest }: Pick<Run, "status" | "manifest">,
    metrics: Metrics,
  ): Verdict | undefined {
    if (status === "diverged" || badLoss(metrics) !== undefined) return "diverged";
    const { configuration } = manifest.determined;
    return this.figure(configuration, RETURN, metrics[RETURN], metrics[TRAINING_RETURN]);
  }

  /**
   * The verdict on a figure of runs of one configuration; undefined where it is no return.
   *
   * @param training Of the same runs, the returns of training.
   */
  figure(
    configuration: { readonly [key: string]: Json },
    metric: string | undefined,
    value: number | undefined,
    training?: number,
  ): Verdict | undefined {
    if (metric !== RETURN || value === undefined) return undefined;
    const scale = this.#scaleOf(configuration);
    const { episodes } = (configuration.evaluation ?? {}) as { episodes?: Json };
    return scale &&
      verdictOfReturn(value, scale, typeof episodes === "number" ? episodes : 1, training);
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
