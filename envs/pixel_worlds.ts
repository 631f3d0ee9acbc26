/**
 * CartPolePixels-v0 and GridWorldPixels-v0: the same worlds, seen as pixels.
 *
 * ## Description
 * CartPole-v1 and GridWorld-v0 as they are, except that the agent is shown what a person sees: the
 * drawing of the world ([scene](../rendering.md)), rasterised. One drawing shows no velocity, so that
 * the last few are shown together, as V. Mnih et al. (2015), "Human-level control through deep
 * reinforcement learning", Nature 518, do.
 *
 * ## Action space
 * That of the world: `Discrete(2)`, and `Discrete(4)` or `Discrete(8)`.
 *
 * ## Observation space
 * `Box` [size, size, channels × frames] of float32 in [0, 1], each a whole number of 255ths. Rows
 * come from the top, channels last, as TensorFlow.js convolves them: grey is one channel (Rec. 709
 * luma), else red, green, blue; the oldest frame's channels first. Before there are enough drawings,
 * the first one is repeated. The view is stretched over the square.
 *
 * ## Rewards
 * Those of the world.
 *
 * ## Starting state
 * That of the world.
 *
 * ## End of episode
 * That of the world: `CartPolePixels-v0` is truncated after 500 steps and solved at a mean return of
 * 475, `GridWorldPixels-v0` is truncated after `timeLimit` steps.
 *
 * ## Arguments
 * - `size` (default 84): pixels in a row and rows, 8 to 256; 64 and 84 are usual.
 * - `grey` (true): one channel instead of red, green and blue.
 * - `frames` (4; 1 for `GridWorldPixels-v0`, whose drawing shows everything): drawings that are shown
 *   together, 1 to 16.
 * - Those of the world, but not how it shows its state (`observation`, `windowRadius`).
 *
 * ## Version history
 * - v0: first version.
 *
 * @module
 */
import * as z from "zod";
import type { Batch, EnvironmentDefinition } from "../lab/core/environment.ts";
import { CartPoleBatch } from "./batched/cartpole.ts";
import { gridWorldBatch } from "./batched/gridworld.ts";
import { PixelBatch } from "./batched/pixels.ts";
import { cartPole, cartPoleConfiguration, type CartPoleOptions } from "./cartpole.ts";
import { gridWorld, gridWorldConfiguration, type GridWorldOptions } from "./gridworld.ts";
import { type FrameOptions, pixels, pixelView } from "./wrappers/pixels.ts";

/** How a world is seen. */
interface SeenOptions {
  /** Pixels in a row, and rows. */
  readonly size: number;
  /** One channel instead of red, green and blue. */
  readonly grey: boolean;
  /** Drawings that are shown together. */
  readonly frames: number;
}

/** Options of CartPolePixels-v0. */
type CartPolePixelsOptions = CartPoleOptions & SeenOptions;

/** Options of GridWorldPixels-v0. */
type GridWorldPixelsOptions =
  & Omit<GridWorldOptions, "observation" | "windowRadius">
  & SeenOptions;

/** The fields of a world's options with those of how it is seen; `frames` is their default. */
function seen(
  world: z.ZodType,
  frames: number,
  without: Record<string, true> = {},
): z.ZodObject {
  return (world as z.ZodObject).omit(without).extend({
    size: z.int().min(8).max(256).default(84).describe("pixels in a row, and rows"),
    grey: z.boolean().default(true).describe("one channel instead of red, green and blue"),
    frames: z.int().min(1).max(16).default(frames).describe(
      "last drawings that are shown together, as channels",
    ),
  });
}

/** Checks the options of CartPolePixels-v0 and fills in the defaults. */
export const cartPolePixelsConfiguration = seen(cartPoleConfiguration, 4) as unknown as z.ZodType<
  CartPolePixelsOptions
>;

/** Checks the options of GridWorldPixels-v0 and fills in the defaults. */
export const gridWorldPixelsConfiguration = seen(gridWorldConfiguration, 1, {
  observation: true,
  windowRadius: true,
}) as unknown as z.ZodType<GridWorldPixelsOptions>;

const viewed = ({ size, grey, frames }: SeenOptions): Required<FrameOptions> => ({
  width: size,
  height: size,
  grey,
  frames,
});

/** The parts of the grid that is drawn, whatever it would show by itself. */
const drawn = (options: GridWorldPixelsOptions): GridWorldOptions => ({
  ...options,
  observation: "index",
  windowRadius: 1,
});

/** CartPolePixels-v0 with its options. The state is the list of the states that are shown. */
export function cartPolePixels(options: CartPolePixelsOptions): EnvironmentDefinition {
  return { ...pixels(cartPole(options), viewed(options)), id: "CartPolePixels-v0" };
}

/** GridWorldPixels-v0 with its options. The state is the list of the states that are shown. */
export function gridWorldPixels(options: GridWorldPixelsOptions): EnvironmentDefinition {
  return { ...pixels(gridWorld(drawn(options)), viewed(options)), id: "GridWorldPixels-v0" };
}

/** `count` carts with their poles, seen as pixels. */
export function cartPolePixelsBatch(options: CartPolePixelsOptions, count: number): Batch {
  const { scene } = cartPole(options);
  return new PixelBatch(
    new CartPoleBatch(options, count),
    scene!,
    pixelView(viewed(options)),
    count,
  );
}

/** `count` walkers on one map, seen as pixels. */
export function gridWorldPixelsBatch(options: GridWorldPixelsOptions, count: number): Batch {
  const { scene } = gridWorld(drawn(options));
  const worlds = gridWorldBatch(drawn(options), count);
  return new PixelBatch(worlds, scene!, pixelView(viewed(options)), count);
}
