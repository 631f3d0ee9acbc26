/** Images with fewer pixels, whole blocks of them seen as one. @module */

/**
 * Images as the means of blocks of pixels, [count, H/block · W/block · C].
 *
 * @param values [count, H·W·C]
 * @param block Pixels each way, which divide the sides.
 */
export function blockMeans(
  values: Float32Array,
  [, width, channels]: readonly number[],
  block: number,
): Float32Array {
  const area = block * block;
  const across = width / block;
  const sums = new Float64Array(values.length / area);
  for (const [i, value] of values.entries()) {
    const channel = i % channels;
    const x = Math.floor(i / channels) % width;
    // Rows of all images, one below the other: no block reaches into the next image.
    const y = Math.floor(i / (channels * width));
    sums[(Math.floor(y / block) * across + Math.floor(x / block)) * channels + channel] += value;
  }
  return Float32Array.from(sums, (sum) => sum / area);
}
