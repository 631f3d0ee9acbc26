/**
 * Distributions in which flows begin.
 *
 * @module
 */
import type { Generator } from "../../lab/core/random.ts";
import type { Distribution } from "../../lab/compute/workspace.ts";

/** Eight Gaussians: radius 4, deviation 0.5, all divided by √2 (Grathwohl et al. 2019, `toy_data.py`). */
const RING = { radius: 4 * Math.SQRT1_2, deviation: 0.5 * Math.SQRT1_2 };
const HALF = Math.SQRT1_2;
/** The unit circle at k·45°, x and y interleaved. */
// deno-fmt-ignore
const CIRCLE = [1, 0, HALF, HALF, 0, 1, -HALF, HALF, -1, 0, -HALF, -HALF, 0, -1, HALF, -HALF];

/** Points of the ring [n, 2] into a view. */
function ring(random: Generator, points: Float32Array): void {
  for (let i = 0; i < points.length; i += 2) {
    const mode = random.integers(8);
    for (const axis of [0, 1]) {
      const center = RING.radius * CIRCLE[2 * mode + axis];
      points[i + axis] = center + RING.deviation * random.standardNormal();
    }
  }
}

/** By the names that configurations have for them. */
export const sources = { normal: "normal", ring } satisfies Record<string, Distribution>;
