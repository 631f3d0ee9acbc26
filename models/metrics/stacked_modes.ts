/**
 * How many combinations of classes images show whose channels are images of their own: stacked digits.
 *
 * @module
 */
import { power } from "../../lab/core/elementary.ts";
import type { Judge } from "../judge.ts";
import { reverseKl } from "./mode_coverage.ts";

/** The images of one channel, [count, H·W], of images [count, H, W, C]. */
export function channelOf(values: Float32Array, channels: number, channel: number): Float32Array {
  return Float32Array.from(
    { length: values.length / channels },
    (_, i) => values[i * channels + channel],
  );
}

/**
 * Modes that some image shows, and the KL of the modes' shares from equal ones, in nats.
 *
 * @param named The class of each image's channel, [C][count].
 * @param classes Of a channel; there are classesᶜ modes.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert";
 * const { modes, reverseKl } = stackedModes([[0, 1, 0], [1, 1, 1]], 2);
 * deepStrictEqual([modes, reverseKl.toFixed(4)], [2, "0.7498"]);
 * ```
 */
export function stackedModes(
  named: readonly ArrayLike<number>[],
  classes: number,
): { readonly modes: number; readonly reverseKl: number } {
  const counts = new Float64Array(power(classes, named.length));
  for (let i = 0; i < named[0].length; i++) {
    counts[named.reduce((mode, channel) => mode * classes + channel[i], 0)]++;
  }
  const shares = counts.map((count) => count / named[0].length);
  return {
    modes: shares.reduce((modes, share) => modes + (share > 0 ? 1 : 0), 0),
    reverseKl: reverseKl(shares, shares.map(() => 1)),
  };
}

/**
 * The same of images, whose channels a judge names.
 *
 * @param values [count, H, W, channels]
 */
export async function modesOfStacks(
  values: Float32Array,
  judge: Judge,
  { channels, classes }: { readonly channels: number; readonly classes: number },
): Promise<ReturnType<typeof stackedModes>> {
  const named: number[][] = [];
  for (let channel = 0; channel < channels; channel++) {
    const probabilities = await judge.probabilities(channelOf(values, channels, channel));
    named.push(Array.from({ length: probabilities.length / classes }, (_, i) => {
      const row = probabilities.subarray(i * classes, (i + 1) * classes);
      return row.indexOf(Math.max(...row));
    }));
  }
  return stackedModes(named, classes);
}
