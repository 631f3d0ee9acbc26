/**
 * AddRenderObservation: shows the world's picture instead of its numbers.
 *
 * @module
 */
import type { Environment, Outcome } from "../../lab/core/environment.ts";
import { InputError } from "../../lab/core/errors.ts";
import { checkOptions } from "../../lab/core/options.ts";
import { type PixelOptions, pixelView } from "./pixels.ts";
import { transformObservation } from "./transform_observation.ts";

/**
 * Observations are the scene's pixels as a Box [height, width, channels] in [0, 1]. Stack them with
 * `frameStack`. `stepInto` writes them into the caller's array.
 *
 * @throws InputError where the world draws no scene, or a size is no whole number ≥ 1.
 */
export function renderObservation(env: Environment, options: PixelOptions = {}): Environment {
  checkOptions<PixelOptions>(`wrap ${env.id} with renderObservation`, options, {
    ...{ width: true, height: true, grey: true },
  });
  if (env.scene === undefined) {
    throw new InputError(`Cannot wrap ${env.id} with renderObservation as it draws no scene`);
  }
  const { space, write } = pixelView(options);
  const wrapped = transformObservation(env, () => {
    const out = new Float32Array(space.flatSize);
    write(env.scene!(), 0, out, 0);
    return out;
  }, space);
  const outcome: Outcome = { reward: 0, terminated: false, truncated: false };
  return {
    ...wrapped,
    stepInto(action, out, offset) {
      const { reward, terminated, truncated } = env.step(action);
      write(env.scene!(), 0, out, offset);
      return Object.assign(outcome, { reward, terminated, truncated });
    },
  };
}
