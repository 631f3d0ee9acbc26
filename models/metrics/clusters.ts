/**
 * Groups of codes: k-means, how well they are apart, and how well they fit known classes.
 *
 * @module
 */
import type { Generator } from "../../lab/core/random.ts";

/** Passes after which k-means ends where it has not settled, unless it is told. */
const PASSES = 100;

function squaredDistance(
  a: ArrayLike<number>,
  i: number,
  b: ArrayLike<number>,
  j: number,
  width: number,
): number {
  let sum = 0;
  for (let z = 0; z < width; z++) {
    const way = a[i * width + z] - b[j * width + z];
    sum += way * way;
  }
  return sum;
}

/** The cluster of each row, by the squared distances [count, k] of rows to centres. */
type Assignment = (distances: Float64Array, k: number) => Int32Array;

/** Each row to the nearest centre. */
const nearest: Assignment = (distances, k) =>
  Int32Array.from({ length: distances.length / k }, (_, i) => {
    let best = 0;
    for (let c = 1; c < k; c++) {
      if (distances[i * k + c] < distances[i * k + best]) best = c;
    }
    return best;
  });

/**
 * The places of numbers ≥ 0, the least first, of equal ones the first: sorted byte by byte, as bits of floats
 * without a sign are ordered like the floats.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert";
 * deepStrictEqual([...ascending(Float64Array.of(2, 0.5, 2, 0))], [3, 1, 0, 2]);
 * ```
 */
export function ascending(values: Float64Array): Uint32Array {
  const count = values.length;
  let from = { numbers: values.slice(), places: new Uint32Array(count) };
  let to = { numbers: new Float64Array(count), places: new Uint32Array(count) };
  for (let place = 0; place < count; place++) from.places[place] = place;
  for (let byte = 0; byte < 8; byte++) {
    const { numbers, places } = from;
    const bytes = new Uint8Array(numbers.buffer);
    const next = new Uint32Array(257);
    for (let i = byte; i < bytes.length; i += 8) next[bytes[i] + 1]++;
    for (let value = 0; value < 255; value++) next[value + 1] += next[value];
    for (let i = 0; i < count; i++) {
      const at = next[bytes[i * 8 + byte]]++;
      to.numbers[at] = numbers[i];
      to.places[at] = places[i];
    }
    [from, to] = [to, from];
  }
  return from.places;
}

/** Pairs of a row and a centre, the nearest first: a row to the first one that is not full. */
const evenly: Assignment = (distances, k) => {
  const count = distances.length / k;
  const clusters = new Int32Array(count).fill(-1);
  // Sizes differ by one at most: `larger` clusters may take one more.
  let larger = count % k;
  const room = new Int32Array(k).fill(Math.floor(count / k));
  for (const pair of ascending(distances)) {
    const [i, c] = [Math.floor(pair / k), pair % k];
    if (clusters[i] >= 0 || room[c] < 0 || (room[c] === 0 && larger === 0)) continue;
    if (room[c] === 0) larger--;
    room[c]--;
    clusters[i] = c;
  }
  return clusters;
};

/** How {@linkcode kMeans} goes on. */
export interface KMeansOptions {
  /** Whether clusters are of one size, or of one row more (Lloyd's passes then need not settle). */
  readonly even?: boolean;
  /** Passes after which it ends where it has not settled; default 100. */
  readonly passes?: number;
}

/**
 * k-means: Lloyd's passes from centres drawn by k-means++ (Arthur & Vassilvitskii 2007), until no row
 * changes its cluster.
 *
 * @param values [count, width]
 * @param k Clusters, at most as many as rows.
 * @returns The cluster of each row, and the centres [k, width].
 */
export function kMeans(
  values: ArrayLike<number>,
  count: number,
  k: number,
  random: Generator,
  { even = false, passes = PASSES }: KMeansOptions = {},
): { readonly clusters: Int32Array; readonly centers: Float64Array } {
  const width = values.length / count;
  const centers = seeded(values, count, k, random);
  const assign = even ? evenly : nearest;
  const distances = new Float64Array(count * k);
  let clusters: Int32Array = new Int32Array(count).fill(-1);
  for (let pass = 0; pass < passes; pass++) {
    for (let i = 0; i < count; i++) {
      for (let c = 0; c < k; c++) {
        distances[i * k + c] = squaredDistance(values, i, centers, c, width);
      }
    }
    const before = clusters;
    clusters = assign(distances, k);
    if (clusters.every((cluster, i) => cluster === before[i])) break;
    const sizes = new Float64Array(k);
    const sums = new Float64Array(k * width);
    for (let i = 0; i < count; i++) {
      sizes[clusters[i]]++;
      for (let z = 0; z < width; z++) sums[clusters[i] * width + z] += values[i * width + z];
    }
    // A cluster that lost all its rows stays where it was.
    sums.forEach((sum, j) => {
      const size = sizes[Math.floor(j / width)];
      if (size > 0) centers[j] = sum / size;
    });
  }
  return { clusters, centers };
}

/** Centres [k, width] by k-means++: rows, each drawn by its squared distance to those before it. */
function seeded(
  values: ArrayLike<number>,
  count: number,
  k: number,
  random: Generator,
): Float64Array {
  const width = values.length / count;
  const centers = new Float64Array(k * width);
  const nearest = new Float64Array(count).fill(Infinity);
  for (let c = 0; c < k; c++) {
    const total = nearest.reduce((sum, distance) => sum + distance, 0);
    let left = random.random() * (c === 0 ? count : total);
    let row = 0;
    while (row < count - 1 && (left -= c === 0 ? 1 : nearest[row]) >= 0) row++;
    for (let z = 0; z < width; z++) centers[c * width + z] = values[row * width + z];
    for (let i = 0; i < count; i++) {
      nearest[i] = Math.min(nearest[i], squaredDistance(values, i, centers, c, width));
    }
  }
  return centers;
}

/**
 * The mean silhouette (Rousseeuw 1987): (b − a) / max(a, b) with a the mean distance to the others of a
 * row's cluster, b the least mean distance to another cluster; 0 where a = b, and of a row alone in its
 * cluster.
 *
 * @param values [count, width]
 * @param clusters [count]
 * @returns [−1, 1]; 1: tight and far apart.
 */
export function silhouette(values: ArrayLike<number>, clusters: ArrayLike<number>): number {
  const count = clusters.length;
  const width = values.length / count;
  const k = 1 + Array.from(clusters).reduce((most, cluster) => Math.max(most, cluster), 0);
  const sizes = new Float64Array(k);
  for (let i = 0; i < count; i++) sizes[clusters[i]]++;
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const own = clusters[i];
    if (sizes[own] === 1) continue;
    const distances = new Float64Array(k);
    for (let j = 0; j < count; j++) {
      distances[clusters[j]] += Math.sqrt(squaredDistance(values, i, values, j, width));
    }
    const within = distances[own] / (sizes[own] - 1);
    let between = Infinity;
    for (let c = 0; c < k; c++) {
      if (c !== own && sizes[c] > 0) between = Math.min(between, distances[c] / sizes[c]);
    }
    if (between === Infinity || between === within) continue;
    sum += (between - within) / Math.max(within, between);
  }
  return sum / count;
}

/**
 * The share of rows whose class is the most frequent one of their cluster. It grows with the number of
 * clusters.
 *
 * @param clusters [count]
 * @param labels [count]
 */
export function purity(clusters: ArrayLike<number>, labels: ArrayLike<number>): number {
  const counts = new Map<number, Map<number, number>>();
  for (let i = 0; i < clusters.length; i++) {
    const own = counts.get(clusters[i]) ?? new Map<number, number>();
    counts.set(clusters[i], own.set(labels[i], (own.get(labels[i]) ?? 0) + 1));
  }
  const most = [...counts.values()].map((own) => Math.max(...own.values()));
  return most.reduce((sum, each) => sum + each, 0) / clusters.length;
}
