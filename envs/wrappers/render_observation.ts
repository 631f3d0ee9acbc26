/**
 * AddRenderObservation: shows the world's picture instead of its numbers.
 *
 * @module
 */
import type { Environment } from "../../lab/core/environment.ts";
import { InputError } from "../../lab/core/errors.ts";
import { renderRaster } from "../../lab/core/render_raster.ts";
import { Box } from "../../lab/core/space.ts";
import { transformObservation } from "./transform_observation.ts";

/**
 * Observations are the scene's pixels as a Box [height, width, channels] in [0, 1]: the drawing
 * that the browser shows, rasterised without a browser. Grey by Rec. 709 luma.
 *
 * @throws InputError where the world draws no scene.
 */
export function renderObservation(
  env: Environment,
  { width = 84, height = 84, grey = false }: { width?: number; height?: number; grey?: boolean } =
    {},
): Environment {
  if (env.scene === undefined) {
    throw new InputError(`Cannot wrap ${env.id} with renderObservation as it draws no scene`);
  }
  const channels = grey ? 1 : 3;
  return transformObservation(env, () => {
    const { pixels } = renderRaster(env.scene!(), { width, height });
    if (!grey) return Float32Array.from(pixels, (value) => value / 255);
    const luma = (i: number) =>
      (0.2126 * pixels[i] + 0.7152 * pixels[i + 1] + 0.0722 * pixels[i + 2]) / 255;
    return Float32Array.from({ length: width * height }, (_, i) => luma(3 * i));
  }, new Box({ low: 0, high: 1, shape: [height, width, channels] }));
}
