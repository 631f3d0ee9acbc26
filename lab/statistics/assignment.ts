/**
 * The linear assignment problem: which column each row takes so that what they pay adds up to least.
 *
 * @module
 */

/** Each phase of the auction has a raise of this share of the one before. */
const RAISE = 1 / 5;
/** The raise of the last phase, as a share of the costs' range. */
const LAST_RAISE = 1e-5;

/**
 * The column of each row in a one-to-one assignment of least total cost, up to the rounding of sums as
 * large as the largest cost: an auction finds prices under which nearly every row has a column of its own
 * (Bertsekas 1988, doi 10.1007/BF02186476), and shortest augmenting paths over these prices do the rest
 * (Jonker & Volgenant 1987, doi 10.1007/BF02278710; the form of Crouse 2016, doi
 * 10.1109/TAES.2016.140952). O(n³) at worst; of costs that are spread evenly over their range, as squared
 * distances are, much less.
 *
 * @param costs c(i, j), [n, n], finite.
 * @param n Rows, and columns.
 * @returns [n], a permutation; of several of equal cost one that depends on the costs alone.
 * @throws RangeError where a cost is not finite.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert";
 * import { assignment } from "./assignment.ts";
 * deepStrictEqual([...assignment([4, 1, 3, 2, 0, 5, 3, 2, 2], 3)], [1, 0, 2]); // 1 + 2 + 2
 * ```
 */
export function assignment(costs: ArrayLike<number>, n: number): Int32Array {
  for (let i = 0; i < n * n; i++) {
    if (!Number.isFinite(costs[i])) throw new RangeError(`A cost must be finite: ${costs[i]}`);
  }
  const columnOf = new Int32Array(n).fill(-1);
  const rowOf = new Int32Array(n).fill(-1);
  const columnPrices = auctioned(costs, n);
  const rowPrices = new Float64Array(n);
  for (let row = 0; row < n; row++) {
    let least = Infinity;
    let nearest = 0;
    for (let j = 0; j < n; j++) {
      const cost = costs[n * row + j] - columnPrices[j];
      if (cost >= least) continue;
      least = cost;
      nearest = j;
    }
    rowPrices[row] = least;
    if (rowOf[nearest] !== -1) continue;
    rowOf[nearest] = row;
    columnOf[row] = nearest;
  }
  const distances = new Float64Array(n);
  const before = new Int32Array(n);
  const waiting = new Int32Array(n);
  for (let start = 0; start < n; start++) {
    if (columnOf[start] !== -1) continue;
    // Dijkstra's search from the free row to the nearest free column, by reduced costs.
    distances.fill(Infinity);
    for (let j = 0; j < n; j++) waiting[j] = j;
    let [left, row, nearest, free] = [n, start, 0, -1];
    while (free === -1) {
      let at = 0;
      let least = Infinity;
      const way = nearest - rowPrices[row];
      for (let k = 0; k < left; k++) {
        const j = waiting[k];
        const distance = way + costs[n * row + j] - columnPrices[j];
        if (distance < distances[j]) {
          distances[j] = distance;
          before[j] = row;
        }
        if (distances[j] < least || (distances[j] === least && rowOf[j] === -1)) {
          least = distances[j];
          at = k;
        }
      }
      nearest = least;
      const column = waiting[at];
      // Reached columns stand behind those that wait.
      waiting[at] = waiting[--left];
      waiting[left] = column;
      if (rowOf[column] === -1) free = column;
      else row = rowOf[column];
    }
    rowPrices[start] += nearest;
    for (let k = left; k < n; k++) {
      const column = waiting[k];
      if (column === free) continue;
      rowPrices[rowOf[column]] += nearest - distances[column];
      columnPrices[column] -= nearest - distances[column];
    }
    for (let column = free;;) {
      const row = rowOf[column] = before[column];
      const next = columnOf[row];
      columnOf[row] = column;
      if (row === start) break;
      column = next;
    }
  }
  return columnOf;
}

/**
 * Prices of the columns, 0 or below, by an auction: a row without a column bids for the one that is
 * cheapest to it and raises its price until it is dearer than the row's second choice by `raise`, which
 * puts the row out that had it. Phase by phase the raise falls, and the prices stay.
 *
 * @returns [n]; c(i, j) − price is what column j costs row i.
 */
function auctioned(costs: ArrayLike<number>, n: number): Float64Array {
  const prices = new Float64Array(n);
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < n * n; i++) {
    low = Math.min(low, costs[i]);
    high = Math.max(high, costs[i]);
  }
  const range = high - low;
  if (n < 2 || range === 0) return prices;
  const rowOf = new Int32Array(n);
  const queue = new Int32Array(n);
  for (let raise = RAISE * range; raise > RAISE * LAST_RAISE * range; raise *= RAISE) {
    rowOf.fill(-1);
    for (let i = 0; i < n; i++) queue[i] = i;
    for (let waiting = n; waiting > 0;) {
      const row = queue[--waiting];
      let [least, second, at] = [Infinity, Infinity, 0];
      for (let j = 0; j < n; j++) {
        const cost = costs[n * row + j] - prices[j];
        if (cost >= second) continue;
        if (cost < least) {
          second = least;
          least = cost;
          at = j;
        } else second = cost;
      }
      prices[at] -= second - least + raise;
      if (rowOf[at] !== -1) queue[waiting++] = rowOf[at];
      rowOf[at] = row;
    }
  }
  return prices;
}

/**
 * W₂² between two sets of points, each as often as the others: the mean of ‖x_i − y_π(i)‖² under the
 * best π. Exact; NaN where a coordinate is not finite.
 *
 * @param x [n, D]
 * @param y [n, D]
 */
export function squaredWasserstein(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  dimensions: number,
): number {
  const n = x.length / dimensions;
  const costs = squaredDistances(x, y, dimensions);
  if (!costs.every(Number.isFinite)) return NaN;
  const columns = assignment(costs, n);
  return columns.reduce((sum, column, row) => sum + costs[n * row + column], 0) / n;
}

/** ‖x_i − y_j‖² of points [n, D] and [m, D], [n, m]. */
export function squaredDistances(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  dimensions: number,
): Float64Array {
  const [n, m] = [x.length / dimensions, y.length / dimensions];
  const distances = new Float64Array(n * m);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      let sum = 0;
      for (let d = 0; d < dimensions; d++) {
        const way = x[dimensions * i + d] - y[dimensions * j + d];
        sum += way * way;
      }
      distances[m * i + j] = sum;
    }
  }
  return distances;
}
