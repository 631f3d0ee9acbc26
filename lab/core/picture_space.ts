/**
 * Which spaces show pictures, and where their rows, columns and channels are.
 *
 * @module
 */
import type { Box, Space } from "./space.ts";

/** Pixels in both directions from which on a Box without an axis of channels is taken for a picture. */
const CLEARLY = 32;
/** Pixels in both directions that the smallest kernels need. */
const LEAST = 3;

/** How a Box holds a picture. */
export interface PictureLayout {
  readonly height: number;
  readonly width: number;
  /** The product of all other axes: colours, frames. */
  readonly channels: number;
  /** The Box's axes in the order rows, columns, all others. */
  readonly axes: readonly number[];
}

/**
 * How a Box of three or four axes is a picture or a stack of them: rows and columns are the two
 * neighbouring axes of which the shorter one is longest, the first ones among equals. So [84, 84, 4],
 * [4, 84, 84] and [4, 84, 84, 3] all are pictures of 84 × 84. Undefined for other spaces, and below
 * 3 × 3 pixels.
 */
export function pictureLayout(space: Space): PictureLayout | undefined {
  if (space.kind !== "box") return undefined;
  const { shape } = space as unknown as Box;
  if (shape.length !== 3 && shape.length !== 4) return undefined;
  const least = (axis: number) => Math.min(shape[axis], shape[axis + 1]);
  let row = 0;
  for (let axis = 1; axis + 1 < shape.length; axis++) if (least(axis) > least(row)) row = axis;
  if (least(row) < LEAST) return undefined;
  const others = [...shape.keys()].filter((axis) => axis !== row && axis !== row + 1);
  return {
    height: shape[row],
    width: shape[row + 1],
    channels: others.reduce((product, axis) => product * shape[axis], 1),
    axes: [row, row + 1, ...others],
  };
}

/** Whether a Box is surely a picture although no axis says so: [84, 84]. */
export function isFlatPicture(space: Space): boolean {
  const { shape = [] } = space as Partial<Box>;
  return shape.length === 2 && Math.min(...shape) >= CLEARLY;
}
