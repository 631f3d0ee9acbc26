/**
 * How TensorFlow.js resizes an axis of an image: what each element is made of.
 *
 * @module
 */

/** How the elements of both axes lie to each other, as the attributes of the kernels name it. */
interface Modes {
  readonly alignCorners?: unknown;
  readonly halfPixelCenters?: unknown;
}

/** Of each element of a resized axis, where it lies in the axis before: fractional. */
function positions(before: number, after: number, modes: Modes): number[] {
  const { alignCorners, halfPixelCenters } = modes;
  const ratio = alignCorners && after > 1 ? (before - 1) / (after - 1) : before / after;
  return Array.from({ length: after }, (_, i) => ratio * (halfPixelCenters ? i + 0.5 : i));
}

/** Of each element of a resized axis, the nearest one before. */
export function nearestElements(before: number, after: number, modes: Modes): number[] {
  const rounded = modes.alignCorners ? Math.round : Math.floor;
  return positions(before, after, modes).map((at) => Math.min(before - 1, rounded(at)));
}

/**
 * The share that each element of the axis before has in each of the resized one where these are
 * interpolated linearly: a matrix [after, before], row by row.
 */
export function linearShares(before: number, after: number, modes: Modes): Float32Array {
  const shares = new Float32Array(after * before);
  positions(before, after, modes).forEach((position, i) => {
    const at = position - (modes.halfPixelCenters ? 0.5 : 0);
    const low = Math.max(0, Math.floor(at));
    const high = Math.min(before - 1, Math.ceil(at));
    shares[i * before + low] += 1 - (at - low);
    shares[i * before + high] += at - low;
  });
  return shares;
}
