/**
 * Which of a run's many figures a person wants to see first.
 *
 * @module
 */
import type { Metrics } from "../core/metrics.ts";
import { figure } from "./format.ts";

/** Headline figures in the order of interest, with the word that a person reads. */
const headlines: readonly (readonly [metric: string, label: string])[] = [
  ["evaluation/return_mean", "return"],
  ["evaluation/accuracy", "accuracy"],
  ["evaluation/negative_elbo", "−ELBO"],
  ["evaluation/modes", "modes"],
  ["evaluation/reconstruction", "reconstruction"],
  ["rollout/episode_return_mean", "rollout"],
  ["losses/elbo", "ELBO"],
  ["losses/reconstruction", "reconstruction"],
  ["losses/critic", "critic"],
  ["losses/loss", "loss"],
];

/** The headline figure's series among `names`; undefined where there is none. */
export function headlineMetric(names: Iterable<string>): string | undefined {
  const known = new Set(names);
  return headlines.find(([metric]) => known.has(metric))?.[0] ??
    [...known].find((name) => name.startsWith("evaluation/")) ??
    [...known].find((name) => name.startsWith("losses/"));
}

/** `return 487.2`; empty where nothing is known yet. */
export function headline(metrics: Metrics): string {
  const metric = headlineMetric(Object.keys(metrics));
  return metric === undefined ? "" : `${metricLabel(metric)} ${figure(metrics[metric])}`;
}

/** The word for a metric: `return` for `evaluation/return_mean`. */
export function metricLabel(metric: string): string {
  return headlines.find(([name]) => name === metric)?.[1] ??
    metric.slice(metric.indexOf("/") + 1).replaceAll("_", " ");
}
