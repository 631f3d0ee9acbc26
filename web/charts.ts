/**
 * Which series of a run stand in one chart, and which charts stand in front.
 *
 * @module
 */
import { TRAINING_RETURN } from "../lab/core/metrics.ts";

/** A series drawn beside a chart's own. */
export interface Companion {
  readonly name: string;
  readonly label: string;
}

/** A chart of one figure. */
export interface Chart {
  /** The series that it is of. */
  readonly name: string;
  /** The series of its standard deviation, drawn as a band. */
  readonly deviation?: string;
  readonly beside: readonly Companion[];
}

/** The charts of a run's page. */
export interface Arrangement {
  /** The figure that the run is judged by; undefined: there is no series yet. */
  readonly hero: Chart | undefined;
  /** At most {@linkcode SMALL} that say most of how it trains. */
  readonly small: readonly Chart[];
  /** The others, by the part of their names before the slash. */
  readonly sections: readonly { readonly name: string; readonly charts: readonly Chart[] }[];
}

/** Charts in front beside the hero. */
const SMALL = 4;

const partOf = (name: string) => name.slice(0, Math.max(0, name.indexOf("/")));

/** What the series of a mean's standard deviation is called; undefined where a name is no mean's. */
export function deviationOf(name: string): string | undefined {
  return name.endsWith("_mean") ? name.replace(/_mean$/, "_std") : undefined;
}

/**
 * One chart a figure: mean and deviation as a line with a band, the IQM beside the mean, the
 * validation split and what real examples get beside the evaluation.
 */
export function chartsOf(names: readonly string[]): Chart[] {
  const present = new Set(names);
  const taken = new Set<string>();
  const found: Chart[] = [];
  const take = (name: string) => present.has(name) && !taken.has(name) ? name : undefined;
  const beside = (chart: string): Companion[] => {
    const figure = chart.slice(chart.indexOf("/") + 1);
    const others: Companion[] = [
      { name: chart.replace(/_mean$/, "_iqm"), label: "IQM" },
      { name: `validation/${figure}`, label: "validation" },
      { name: `ceiling/${figure}`, label: "real examples" },
    ];
    return others.filter(({ name }) =>
      name !== chart && take(name) !== undefined &&
      (name.endsWith("_iqm") || chart.startsWith("evaluation/"))
    );
  };
  // Those that others go beside come first: a ceiling stands alone only where nothing is under it.
  const leading = names.toSorted((a, b) => rankOf(a) - rankOf(b));
  for (const name of leading) {
    if (taken.has(name)) continue;
    taken.add(name);
    const spread = deviationOf(name);
    const deviation = spread && take(spread);
    const companions = beside(name);
    for (const other of companions) taken.add(other.name);
    if (deviation !== undefined) taken.add(deviation);
    found.push({ name, beside: companions, ...(deviation === undefined ? {} : { deviation }) });
  }
  const place = new Map(names.map((name, i) => [name, i]));
  return found.sort((a, b) => place.get(a.name)! - place.get(b.name)!);
}

/** Means before what goes with them, evaluations before what stands beside them. */
function rankOf(name: string): number {
  if (/_(std|iqm)$/.test(name)) return 2;
  return /^(validation|ceiling)\//.test(name) ? 1 : 0;
}

/**
 * The charts of a run.
 *
 * @param names Of its series, the one that it is judged by first.
 * @param telling Names of series that a reader looks at first, in that order.
 */
export function arranged(names: readonly string[], telling: readonly string[]): Arrangement {
  const [first, ...others] = chartsOf(names);
  if (first === undefined) return { hero: undefined, small: [], sections: [] };
  const training = others.find(({ name }) => name === TRAINING_RETURN);
  const returns = training !== undefined && first.name.includes("return");
  const hero = returns
    ? { ...first, beside: [...first.beside, { name: TRAINING_RETURN, label: "training" }] }
    : first;
  const left = others.filter((chart) => !(returns && chart === training));
  const place = ({ name }: Chart) => {
    const index = telling.indexOf(name);
    return index < 0 ? Infinity : index;
  };
  const small = left
    .filter(({ name }) => name.startsWith("losses/") || telling.includes(name))
    .sort((a, b) => Number(isLoss(b)) - Number(isLoss(a)) || place(a) - place(b) || 0)
    .slice(0, SMALL);
  const rest = Map.groupBy(
    left.filter((chart) => !small.includes(chart)),
    ({ name }) => partOf(name),
  );
  const sections = [...rest].map(([name, charts]) => ({ name, charts }));
  return { hero, small, sections };
}

const isLoss = ({ name }: Chart) => name.startsWith("losses/");
