/**
 * Pruners: which trials are not worth their whole budget. Each is a pure function of what the trials
 * have shown at the same rungs, places of the budget that they all pass.
 *
 * Median: Golovin et al. (2017), "Google Vizier", section 3.2.2. ASHA: Li et al. (2020), "A system for
 * massively parallel hyperparameter tuning", algorithm 2, in its form that stops trials in place of
 * pausing them. Hyperband: Li et al. (2018), algorithm 1, its brackets taken in turn.
 *
 * Differs from the papers: the median is of what the others have at the rung, those among them that were
 * ended included, not of the means of what they had up to there; Hyperband's brackets decide as ASHA does,
 * trial by trial.
 *
 * @module
 */
/**
 * What a trial has shown: its loss at each rung so far, the lower the better; undefined at rungs that it
 * passed before it was first looked at, where it is neither judged nor counted.
 */
export type Curve = readonly (number | undefined)[];

/** ASHA's. */
const REDUCTION = 4;

/** How a pruner is set. */
export interface PrunerOptions {
  /** Of the trials at a rung the best part in so many goes on (ASHA, Hyperband). Default {@linkcode REDUCTION}. */
  readonly reduction?: number;
  /** Trials that run in full before the first is ended (median). Default 5. */
  readonly startup?: number;
}

/** Name of a pruner. */
export type PrunerName = "none" | "median" | "asha" | "hyperband";

/** Whether trial `trial` ends at its last rung, by the curves of all trials so far. */
type Pruner = (
  curves: readonly Curve[],
  trial: number,
  rungs: number,
  options: PrunerOptions,
) => boolean;

/** Worst where it is no finite number, and where there is none. */
function lossAt(curve: Curve, rung: number): number {
  const loss = curve[rung] ?? NaN;
  return Number.isFinite(loss) ? loss : Infinity;
}

/** The curves of trials that have a loss at a rung. */
function countedAt(curves: readonly Curve[], rung: number): Curve[] {
  return curves.filter((curve) => curve[rung] !== undefined);
}

/** All pruners, by name. */
export const pruners = {
  none: () => false,
  /** Worse at its best than the median of the others' at this rung. */
  median: (curves, trial, rungs, { startup = 5 }) => {
    const rung = curves[trial].length - 1;
    const all = curves.filter((_, i) => i !== trial);
    if (curves[trial][rung] === undefined) return false;
    if (all.filter((curve) => curve.length === rungs).length < startup) return false;
    const others = countedAt(all, rung).map((curve) => lossAt(curve, rung)).sort((a, b) => a - b);
    const middle = others.length >> 1;
    const median = others.length % 2 === 1
      ? others[middle]
      : (others[middle - 1] + others[middle]) / 2;
    const best = Math.min(...curves[trial].map((_, i) => lossAt(curves[trial], i)));
    return best > median;
  },
  asha: (curves, trial, rungs, { reduction = REDUCTION }) =>
    isHalved(curves, trial, reduction, risen(rungs, reduction)),
  hyperband: (curves, trial, rungs, { reduction = REDUCTION }) => {
    const halvings = fallen(rungs, reduction);
    const bracket = bracketOf(trial, halvings.length, reduction);
    const alike = curves.map((curve, i) =>
      bracketOf(i, halvings.length, reduction) === bracket ? curve : []
    );
    return isHalved(alike, trial, reduction, halvings.slice(bracket));
  },
} as const satisfies Record<PrunerName, Pruner>;

/** Names of the pruners. */
export const prunerNames = Object.keys(pruners) as PrunerName[];

/** Rungs below which a pruner ends no trial; of `none` it makes no difference. */
export const fewestRungs: Readonly<Record<PrunerName, number>> = {
  none: 0,
  median: 2,
  asha: 2,
  hyperband: REDUCTION,
};

/** The rungs, counted from 1, after which a part goes on: 1, η, η² … below the last one. */
function risen(rungs: number, reduction: number): number[] {
  const at: number[] = [];
  for (let rung = 1; rung < rungs; rung = Math.ceil(rung * reduction)) at.push(rung);
  return at;
}

/** The same from the last one, R, down: … R / η², R / η. */
function fallen(rungs: number, reduction: number): number[] {
  const at: number[] = [];
  for (let rung = rungs / reduction; rung >= 1; rung /= reduction) at.unshift(Math.ceil(rung));
  return at;
}

/** Whether a trial stands at one of the halvings, and is not of the best 1 / η there. */
function isHalved(
  curves: readonly Curve[],
  trial: number,
  reduction: number,
  halvings: readonly number[],
): boolean {
  const rung = curves[trial].length - 1;
  if (!halvings.includes(rung + 1) || curves[trial][rung] === undefined) return false;
  const mine = lossAt(curves[trial], rung);
  const reached = countedAt(curves, rung);
  const better = reached.filter((curve) => lossAt(curve, rung) < mine).length;
  return better >= Math.max(1, Math.floor(reached.length / reduction));
}

/**
 * The bracket of a trial: the first halves `most` times, each next one begins a halving later, the last
 * never halves. One that halves s times has ⌈(most + 1) / (s + 1) · ηˢ⌉ trials, so that all cost about as
 * much.
 */
function bracketOf(trial: number, most: number, reduction: number): number {
  const sizes: number[] = [];
  for (let times = 0, best = 1; times <= most; times++, best *= reduction) {
    sizes.unshift(Math.ceil((most + 1) * best / (times + 1)));
  }
  let place = trial % sizes.reduce((sum, size) => sum + size);
  return sizes.findIndex((size) => (place -= size) < 0);
}
