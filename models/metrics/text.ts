/**
 * What samples of text are measured by.
 *
 * @module
 */

/** Tokens that are counted together; of shorter texts all. */
const LENGTH = 3;

/** How many runs of three tokens texts [count, T] have, and how often each occurs, as shares of all. */
function runsOf(values: Float32Array, length: number) {
  const shares = new Map<string, number>();
  const tokens = Math.min(LENGTH, length);
  const runs = (length - tokens + 1) * (values.length / length);
  for (let start = 0; start < values.length; start += length) {
    for (let t = 0; t + tokens <= length; t++) {
      const run = values.subarray(start + t, start + t + tokens).join(" ");
      shares.set(run, (shares.get(run) ?? 0) + 1 / runs);
    }
  }
  return { shares, runs };
}

/**
 * Diversity: different runs of three tokens in texts, as a share of all runs, 0 … 1. It falls with the
 * number of texts: only as many may be compared.
 *
 * @param values [count, length]
 * @param length T
 */
export function distinctTrigrams(values: Float32Array, length: number): number {
  const { shares, runs } = runsOf(values, length);
  return shares.size / runs;
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
  const [a, b] = [values, others].map((texts) => runsOf(texts, length).shares);
  let sum = 0;
  for (const run of new Set([...a.keys(), ...b.keys()])) {
    sum += Math.abs((a.get(run) ?? 0) - (b.get(run) ?? 0));
  }
  return sum / 2;
}
