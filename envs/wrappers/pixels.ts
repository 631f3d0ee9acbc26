/**
 * Worlds seen as pixels: the drawing that the browser shows, rasterised without a browser.
 *
 * @module
 */
import type { EnvironmentDefinition } from "../../lab/core/environment.ts";
import { InputError } from "../../lab/core/errors.ts";
import { Rasterizer } from "../../lab/core/render_raster.ts";
import type { Scene } from "../../lab/core/scene.ts";
import { Box } from "../../lab/core/space.ts";

/** How a world is seen. */
export interface PixelOptions {
  /** Pixels in a row. Default 84. */
  readonly width?: number;
  /** Rows. Default 84. */
  readonly height?: number;
  /** One channel (Rec. 709 luma) instead of red, green and blue. Default false. */
  readonly grey?: boolean;
}

/** A scene as an observation. */
export interface PixelView {
  /** [height, width, channels] in [0, 1]. */
  readonly space: Box;
  /** Writes the pixels of a scene into `out` from `offset` on. */
  write(scene: Scene, out: Float32Array, offset: number): void;
}

/** A byte as a share of 255. */
const shares = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

/**
 * Draws scenes as observations: float32 values k / 255, so that a byte a value keeps them. The view
 * is stretched over the picture, as resized frames of Gymnasium are. Nothing is allocated a frame.
 *
 * @throws InputError where a size is no whole number ≥ 1.
 */
export function pixelView({ width = 84, height = 84, grey = false }: PixelOptions = {}): PixelView {
  const rasterizer = new Rasterizer(width, height, grey ? 1 : 3);
  const { pixels, channels } = rasterizer;
  return {
    space: new Box({ low: 0, high: 1, shape: [height, width, channels] }),
    write(scene, out, offset) {
      rasterizer.draw(scene);
      for (let i = 0; i < pixels.length; i++) out[offset + i] = shares[pixels[i]];
    },
  };
}

/**
 * The same world seen as pixels, to be named in an experiment: a Box [height, width, channels] in
 * [0, 1]. With `frames` above 1 the last drawings are shown together, the oldest first, as a Box
 * [frames, height, width, channels]; before there are as many, the first one is repeated. The state
 * is the list of the states that are shown, so that snapshots hold no pixels.
 *
 * @throws InputError where the world draws no scene, or `frames` is no whole number ≥ 1.
 *
 * @example
 * ```ts
 * import { environmentOf } from "../../lab/core/define_environment.ts";
 * import { cartPole } from "../cartpole.ts";
 * import { pixels } from "./pixels.ts";
 * import { strictEqual } from "node:assert";
 *
 * const world = pixels(cartPole({ suttonBartoReward: false }), { grey: true, frames: 4 });
 * const { observation } = environmentOf(world).reset({ seed: 7 });
 * strictEqual(observation.length, 4 * 84 * 84);
 * ```
 */
export function pixels<State, Action>(
  definition: EnvironmentDefinition<State, unknown, Action>,
  { frames = 1, ...options }: PixelOptions & { readonly frames?: number } = {},
): EnvironmentDefinition<readonly State[], Float32Array, Action> {
  const { scene } = definition;
  if (scene === undefined) {
    throw new InputError(`Cannot see ${definition.id} as pixels as it draws no scene`);
  }
  if (!Number.isInteger(frames) || frames < 1) {
    throw new InputError(
      `Cannot see ${definition.id} as pixels as frames must be a whole number ≥ 1: ${frames}`,
    );
  }
  const { space, write } = pixelView(options);
  const shape = frames === 1 ? space.shape : [frames, ...space.shape];
  const last = (states: readonly State[]) => states[states.length - 1];
  const observeInto = (states: readonly State[], out: Float32Array, offset: number) =>
    states.forEach((state, i) => write(scene(state), out, offset + i * space.flatSize));
  return {
    ...definition,
    observationSpace: new Box({ low: 0, high: 1, shape }),
    reset(random, resetOptions) {
      const state = definition.reset(random, resetOptions);
      return Array.from({ length: frames }, () => state);
    },
    step(states, action, random) {
      const next = definition.step(last(states), action, random);
      return { ...next, state: [...states.slice(1), next.state] };
    },
    startInfo: (states) => definition.startInfo?.(last(states)) ?? {},
    observe(states) {
      const out = new Float32Array(frames * space.flatSize);
      observeInto(states, out, 0);
      return out;
    },
    observeInto,
    scene: (states) => scene(last(states)),
  };
}
