/**
 * What a model makes of the plane while it trains, as numbers: samples, and the surface of its score.
 * A text an evaluation, so that a page shows training again without a model.
 *
 * @module
 */
import type { Dataset } from "../lab/core/dataset.ts";
import type { Artifact, Samples } from "../lab/core/picture.ts";
import type { Trainer } from "../lab/core/trainer.ts";

/** What the artifact is called. */
export const PLANE = "plane";

/** Cells of a surface along each axis. */
export const CELLS = 40;

/** Samples that are kept of those that an evaluation shows. */
const KEPT = 500;

/** Room around the data, as a share of it. */
const MARGIN = 0.2;

/** A stretch of the plane. */
export interface Bounds {
  readonly x: readonly [low: number, high: number];
  readonly y: readonly [low: number, high: number];
}

/** What a model made of the plane. */
export interface Plane {
  /** [count, 2]; undefined where the model draws none. */
  readonly samples?: Float32Array;
  /** The score at {@linkcode gridOf} the bounds; undefined where the model has none. */
  readonly surface?: { readonly bounds: Bounds; readonly values: Float32Array };
}

/** The stretch that holds points [count, 2], with a margin of a share of it. */
export function boundsOf(points: Float32Array, margin: number = MARGIN): Bounds {
  const axis = (of: number): [number, number] => {
    let [low, high] = [Infinity, -Infinity];
    for (let i = of; i < points.length; i += 2) {
      low = Math.min(low, points[i]);
      high = Math.max(high, points[i]);
    }
    const room = margin * (high - low || 1);
    return [low - room, high + room];
  };
  return { x: axis(0), y: axis(1) };
}

/** The centres of cells × cells over a stretch, row by row from the top: [cells², 2]. */
export function gridOf({ x, y }: Bounds, cells: number = CELLS): Float32Array {
  const points = new Float32Array(2 * cells * cells);
  for (let i = 0; i < cells * cells; i++) {
    const [column, row] = [i % cells, Math.floor(i / cells)];
    points[2 * i] = x[0] + (x[1] - x[0]) * (column + 0.5) / cells;
    points[2 * i + 1] = y[1] - (y[1] - y[0]) * (row + 0.5) / cells;
  }
  return points;
}

/**
 * The artifact of a model of points in the plane; none of other models.
 *
 * @param trainer `score`: left out where it hangs on labels.
 * @param samples From the same noise at each evaluation.
 */
export async function planeArtifacts(
  { score }: Pick<Trainer, "score">,
  { kind, shape, test }: Pick<Dataset, "kind" | "shape" | "test">,
  samples: Samples | undefined,
): Promise<Artifact[]> {
  if (kind !== "points" || shape[0] !== 2 || (score ?? samples) === undefined) return [];
  const bounds = boundsOf(test.values);
  const text = encodePlane({
    ...samples && { samples: samples.values.subarray(0, 2 * KEPT) },
    ...score && { surface: { bounds, values: await score(gridOf(bounds)) } },
  });
  return [{ name: PLANE, text }];
}

/** As JSON; samples to a thousandth, scores to four digits, what is not finite as null. */
export function encodePlane({ samples, surface }: Plane): string {
  return JSON.stringify({
    ...samples && { samples: Array.from(samples, (value) => Number(value.toFixed(3))) },
    ...surface && {
      bounds: surface.bounds,
      surface: Array.from(surface.values, (value) => Number(value.toPrecision(4))),
    },
  });
}

/** Of such a text. @throws SyntaxError where it is none. */
export function decodePlane(text: string): Plane {
  const { samples, bounds, surface } = JSON.parse(text);
  const numbers = (values: readonly (number | null)[]) =>
    Float32Array.from(values, (value) => value ?? NaN);
  return {
    ...samples && { samples: numbers(samples) },
    ...surface && { surface: { bounds, values: numbers(surface) } },
  };
}
