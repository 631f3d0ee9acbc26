/**
 * What samples of text are measured by.
 *
 * @module
 */

/** Tokens that are counted together. */
const LENGTH = 3;

/** How often each run of three tokens occurs in texts [count, T], as shares of all. */
function runShares(values: Float32Array, length: number): Map<string, number> {
  const shares = new Map<string, number>();
  const runs = Math.max(1, length - LENGTH + 1) * (values.length / length);
  for (let start = 0; start < values.length; start += length) {
    for (let t = 0; t + LENGTH <= length; t++) {
      const run = values.subarray(start + t, start + t + LENGTH).join(" ");
      shares.set(run, (shares.get(run) ?? 0) + 1 / runs);
    }
  }
  return shares;
}

/**
 * Diversity: different runs of three tokens in texts, as a share of all runs, 0 … 1. It falls with the
 * number of texts: only as many may be compared.
 *
 * @param values [count, length]
 * @param length T
 */
export function distinctTrigrams(values: Float32Array, length: number): number {
  const runs = Math.max(1, length - LENGTH + 1) * (values.length / length);
  return runShares(values, length).size / runs;
}

/**
 * Total variation between how often runs of three tokens occur in texts and in others, 0 … 1: half the
 * sum of the differences of their shares.
 *
 * @param length T, of both.
 */
export function trigramDistance(
  values: Float32Array,
  others: Float32Array,
  length: number,
): number {
  const [a, b] = [runShares(values, length), runShares(others, length)];
  let sum = 0;
  for (const run of new Set([...a.keys(), ...b.keys()])) {
    sum += Math.abs((a.get(run) ?? 0) - (b.get(run) ?? 0));
  }
  return sum / 2;
}
