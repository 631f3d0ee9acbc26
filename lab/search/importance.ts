/**
 * Which fields of a sweep matter: a forest of regression trees (Breiman 2001) learns the loss from
 * the place of a trial; a field is worth as much as the forest's error rises, on the trials that a tree
 * has not seen, where that field's places are dealt out anew among them (section 10 there). Differs from
 * the paper: a field that a condition leaves out lies in the middle of its places, and is dealt out among
 * the trials that have it, as whether a trial has it is the condition's doing; and a forest that foresees
 * no more than it would of chance alone says nothing.
 *
 * @module
 */
import type { Generator } from "../core/random.ts";
import { placesOf, type Space } from "./space.ts";
import type { Outcome } from "./tpe.ts";

/** Trees of the forest. */
const TREES = 100;
/** A leaf has so many trials at least. */
const LEAF = 2;
/**
 * A forest must foresee more than this share of what losses differ by, over the number of trials: of losses
 * that no field says anything of some 5 in 100 forests do, of 2 to 6 fields and 10 to 40 trials.
 */
const CHANCE = 3;

/** A node that splits, or what a leaf says. */
type Tree =
  | { readonly axis: number; readonly at: number; readonly below: Tree; readonly above: Tree }
  | number;

/**
 * The share of each field, by path, in what all of them say of the loss; they sum to 1, or are all 0
 * where the fields say nothing that could not be chance. Trials without a finite loss are left out. Losses are ranked first, as
 * one that broke would outweigh all others.
 */
export function importances(
  space: Space,
  outcomes: readonly Outcome[],
  random: Generator,
): Map<string, number> {
  const finite = outcomes.filter(({ loss }) => Number.isFinite(loss));
  const had = finite.map(({ point }) => placesOf(space, point));
  const middles = space.map((_, axis) => middleOf(had.map((place) => place[axis])));
  const places = had.map((place) => place.map((at, axis) => Number.isNaN(at) ? middles[axis] : at));
  const losses = ranksOf(finite.map(({ loss }) => loss));
  const rises = new Float64Array(space.length);
  const sums = new Float64Array(losses.length);
  const trees = new Float64Array(losses.length);
  for (let t = 0; t < TREES; t++) {
    const drawn = finite.map(() => random.integers(0, finite.length));
    const sorted = space.map((_, axis) =>
      drawn.toSorted((a, b) => places[a][axis] - places[b][axis])
    );
    const tree = grown(places, losses, drawn, sorted, random);
    const seen = new Set(drawn);
    const unseen = [...finite.keys()].filter((i) => !seen.has(i));
    const said = unseen.map((i) => valueAt(tree, places[i]));
    const errors = unseen.map((i, k) => square(said[k] - losses[i]));
    unseen.forEach((i, k) => {
      sums[i] += said[k];
      trees[i]++;
    });
    for (let axis = 0; axis < space.length; axis++) {
      const dealt = [...unseen.keys()].filter((k) => !Number.isNaN(had[unseen[k]][axis]));
      const order = random.permutation(dealt.length);
      dealt.forEach((k, n) => {
        const i = unseen[k];
        const other = places[i].with(axis, places[unseen[dealt[order[n]]]][axis]);
        rises[axis] += square(valueAt(tree, other) - losses[i]) - errors[k];
      });
    }
  }
  const foreseen = sums.map((sum, i) => sum / trees[i]); // NaN of one that each tree has seen
  const isChance = shareForeseen(losses, foreseen) <= CHANCE / losses.length;
  const worth = rises.map((rise) => isChance ? 0 : Math.max(0, rise));
  const sum = worth.reduce((total, each) => total + each, 0);
  return new Map(space.map(({ path }, axis) => [path, sum === 0 ? 0 : worth[axis] / sum]));
}

const square = (x: number) => x * x;

/**
 * The share of the squared error that is foreseen: 1 less the error of what is foreseen over that of the mean
 * of the others.
 */
function shareForeseen(losses: Float64Array, foreseen: Float64Array): number {
  const total = losses.reduce((sum, loss) => sum + loss, 0);
  let [error, usual] = [0, 0];
  losses.forEach((loss, i) => {
    if (Number.isNaN(foreseen[i])) return;
    error += square(foreseen[i] - loss);
    usual += square((total - loss) / (losses.length - 1) - loss);
  });
  return 1 - error / usual;
}

/** The middle of the places that there are, 0 where there is none. */
function middleOf(places: readonly number[]): number {
  const sorted = places.filter((at) => !Number.isNaN(at)).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** Ranks from 0 to 1; equal values share the middle of theirs. */
function ranksOf(values: readonly number[]): Float64Array {
  return Float64Array.from(values, (value) => {
    const below = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return (below + (equal - 1) / 2) / Math.max(1, values.length - 1);
  });
}

/** The sum of squared distances from their mean of the first k values, at k. */
function spreadsOf(values: readonly number[]): Float64Array {
  const spreads = new Float64Array(values.length + 1);
  let [sum, squares] = [0, 0];
  values.forEach((value, i) => {
    sum += value;
    squares += square(value);
    spreads[i + 1] = squares - sum * sum / (i + 1);
  });
  return spreads;
}

/** A tree over some trials; `sorted`: these by their places on each axis. */
function grown(
  places: readonly Float64Array[],
  losses: Float64Array,
  members: readonly number[],
  sorted: readonly (readonly number[])[],
  random: Generator,
): Tree {
  const mean = members.reduce((sum, i) => sum + losses[i], 0) / members.length;
  if (members.length < 2 * LEAF) return mean;
  let best: { axis: number; at: number; left: number } | undefined;
  const axes = [...random.permutation(places[0].length)]; // of equal splits not always the first
  for (const axis of axes) {
    const order = sorted[axis];
    const below = spreadsOf(order.map((i) => losses[i]));
    const above = spreadsOf(order.map((i) => losses[i]).reverse());
    for (let k = LEAF; k <= order.length - LEAF; k++) {
      const [low, high] = [places[order[k - 1]][axis], places[order[k]][axis]];
      if (low === high) continue;
      const left = below[k] + above[order.length - k];
      if (best === undefined || left < best.left - 1e-12) {
        best = { axis, at: (low + high) / 2, left };
      }
    }
  }
  if (best === undefined) return mean;
  const { axis, at } = best;
  const branch = (isBelow: boolean) => {
    const sideOf = (some: readonly number[]) =>
      some.filter((i) => (places[i][axis] < at) === isBelow);
    return grown(places, losses, sideOf(members), sorted.map(sideOf), random);
  };
  return { axis, at, below: branch(true), above: branch(false) };
}

function valueAt(tree: Tree, place: Float64Array): number {
  let node = tree;
  while (typeof node !== "number") node = place[node.axis] < node.at ? node.below : node.above;
  return node;
}
