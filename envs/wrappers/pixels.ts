/**
 * Worlds seen as pixels: the drawing that the browser shows, rasterised without a browser.
 *
 * @module
 */
import { observeInto } from "../../lab/core/define_environment.ts";
import type { EnvironmentDefinition } from "../../lab/core/environment.ts";
import { InputError } from "../../lab/core/errors.ts";
import { checkOptions } from "../../lab/core/options.ts";
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

/** How a world is seen that shows its last drawings together. */
export interface FrameOptions extends PixelOptions {
  /** Drawings that are shown together, in channels of their own. Default 1. */
  readonly frames?: number;
}

/** Scenes as an observation. */
export interface PixelView {
  /** [height, width, channels × frames] in [0, 1], the channels of the oldest frame first. */
  readonly space: Box;
  /** Drawings that are shown together. */
  readonly frames: number;
  /** Writes a scene as the frame `frame`, 0 the oldest, into the observation at `offset`. */
  write(scene: Scene, frame: number, out: Float32Array, offset: number): void;
  /** Writes a scene as the newest frame into the observation at `offset`, dropping the oldest. */
  push(scene: Scene, out: Float32Array, offset: number): void;
}

/** A byte as a share of 255. */
const shares = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

/**
 * Draws scenes as observations: float32 values k / 255, so that a byte a value keeps them. The view
 * is stretched over the picture, as resized frames of Gymnasium are. Nothing is allocated a frame.
 *
 * @throws InputError where a size or `frames` is no whole number ≥ 1, or an option is none.
 */
export function pixelView(options: FrameOptions = {}): PixelView {
  checkOptions<FrameOptions>("show pixels", options, {
    ...{ width: true, height: true, grey: true, frames: true },
  });
  const { width = 84, height = 84, grey = false, frames = 1 } = options;
  if (!Number.isInteger(frames) || frames < 1) {
    throw new InputError(`Cannot show pixels as frames must be a whole number ≥ 1: ${frames}`);
  }
  const rasterizer = new Rasterizer(width, height, grey ? 1 : 3);
  const { pixels, channels } = rasterizer;
  const stride = channels * frames;
  const space = new Box({ low: 0, high: 1, shape: [height, width, stride] });
  const write = (scene: Scene, frame: number, out: Float32Array, offset: number) => {
    rasterizer.draw(scene);
    if (frames === 1) {
      for (let i = 0; i < pixels.length; i++) out[offset + i] = shares[pixels[i]];
      return;
    }
    for (let channel = 0; channel < channels; channel++) {
      let at = offset + frame * channels + channel;
      for (let i = channel; i < pixels.length; i += channels, at += stride) {
        out[at] = shares[pixels[i]];
      }
    }
  };
  const push = (scene: Scene, out: Float32Array, offset: number) => {
    // Moves each pixel's frames by one, and into its last one what `write` covers.
    if (frames > 1) out.copyWithin(offset, offset + channels, offset + space.flatSize);
    write(scene, frames - 1, out, offset);
  };
  return { space, frames, write, push };
}

/**
 * The same world seen as pixels, to be named in an experiment: a Box [height, width, channels] in
 * [0, 1]. With `frames` above 1 the last drawings are shown together, as a Box [height, width,
 * channels × frames] with the oldest's channels first; before there are as many, the first one is
 * repeated. The state is the list of the states that are shown, so that snapshots hold no pixels.
 *
 * @throws InputError where the world draws no scene, or a size or `frames` is no whole number ≥ 1.
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
 * strictEqual(`${world.observationSpace}`, "Box(0, 1, [84, 84, 4])");
 * strictEqual(observation.length, 84 * 84 * 4);
 * ```
 */
export function pixels<State, Action>(
  definition: EnvironmentDefinition<State, unknown, Action>,
  options: FrameOptions = {},
): EnvironmentDefinition<readonly State[], Float32Array, Action> {
  const { scene } = definition;
  if (scene === undefined) {
    throw new InputError(`Cannot see ${definition.id} as pixels as it draws no scene`);
  }
  const { space, frames, write } = pixelView(options);
  const last = (states: readonly State[]) => states[states.length - 1];
  return {
    ...definition,
    observationSpace: space,
    reset(random, resetOptions) {
      const state = definition.reset(random, resetOptions);
      return Array.from({ length: frames }, () => state);
    },
    step(states, action, random) {
      const next = definition.step(last(states), action, random);
      return { ...next, state: [...states.slice(1), next.state] };
    },
    startInfo: (states) => definition.startInfo?.(last(states)) ?? {},
    observe: observeInto(
      space.flatSize,
      (states, out, offset) =>
        states.forEach((state, frame) => write(scene(state), frame, out, offset)),
    ),
    actionMask: definition.actionMask && ((states) => definition.actionMask!(last(states))),
    scene: (states) => scene(last(states)),
  };
}
