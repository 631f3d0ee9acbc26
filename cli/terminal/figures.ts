/**
 * The figure of a run that a person wants to see first, in a word.
 *
 * @module
 */
import type { Metrics } from "../../lab/core/metrics.ts";
import { headlineMetric, headlines } from "../../lab/experiment/comparison.ts";
import { metricLabel } from "../../lab/experiment/metric_label.ts";
import {
  randomWords,
  type ReturnScale,
  type ScaleReturn,
} from "../../lab/experiment/return_scale.ts";
import { count, figure, figureBeside } from "./format.ts";

/**
 * `return 487.2`; empty where nothing is known yet.
 *
 * @param markOf What a figure of a metric is held against; undefined: nothing.
 */
export function headline(
  metrics: Metrics,
  markOf: (metric: string) => number | undefined = () => undefined,
): string {
  const metric = headlineMetric(Object.keys(metrics));
  if (metric === undefined) return "";
  return `${metricLabel(metric)} ${figureBeside(metrics[metric], markOf(metric))}`;
}

const SHOWN = 4;

/**
 * `energy distance 0.07 (real -0.02), recognised 0.85 (real 0.96), …`: the evaluated figures that say
 * most, with what real examples get beside each.
 */
export function evaluatedFigures(metrics: Metrics): string {
  const group = "evaluation/";
  const rank = (name: string) => headlines.indexOf(group + name) >>> 0;
  const names = Object.keys(metrics).filter((name) => name.startsWith(group))
    .map((name) => name.slice(group.length)).sort((a, b) => rank(a) - rank(b));
  const shown = names.slice(0, SHOWN).map((name) => {
    const ceiling = metrics[`ceiling/${name}`];
    const real = ceiling === undefined ? "" : ` (real ${figure(ceiling)})`;
    return `${metricLabel(group + name)} ${figure(metrics[group + name])}${real}`;
  });
  return [...shown, ...names.length > SHOWN ? ["…"] : []].join(", ");
}

/** `CartPole-v1: random actions return 22.3 ± 11.0, solved at 475`; empty where neither is known. */
export function scaleLine({ id, random, masked, threshold }: ReturnScale): string {
  const marks = [
    ...(random === undefined ? [] : [`${randomWords({ masked })} return ${returned(random)}`]),
    ...(threshold === undefined ? [] : [`solved at ${threshold}`]),
  ];
  return marks.length === 0 ? "" : `${id}: ${marks.join(", ")}`;
}

/** `22.3 ± 11.0`, and what it is where evaluations cut episodes. */
function returned({ cut, ...whole }: ScaleReturn): string {
  const of = ({ mean, deviation }: typeof whole) => `${figure(mean)} ± ${figure(deviation)}`;
  return cut === undefined
    ? of(whole)
    : `${of(whole)} (${of(cut)} where episodes are cut after ${count(cut.after)} steps)`;
}

/** What returns are worth, a line a world; empty where nothing is known. */
export function scaleLines(scales: readonly ReturnScale[]): string {
  return scales.map(scaleLine).filter((line) => line !== "").join("\n");
}
