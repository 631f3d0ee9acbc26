/**
 * Scenes on a page's canvases.
 *
 * @module
 */
import { drawScene } from "../lab/core/render_canvas.ts";
import type { Scene } from "../lab/core/scene.ts";
import { darkened } from "./dark_scene.ts";
import { isDark } from "./theme.ts";

/** Draws at the screen's own resolution, as light or dark as the page. */
export function paintScene(canvas: HTMLCanvasElement, scene: Scene): void {
  const [left, bottom, right, top] = scene.view;
  canvas.style.aspectRatio = String((right - left) / (top - bottom));
  const [width, height] = [canvas.clientWidth, canvas.clientHeight].map((length) =>
    Math.round(length * devicePixelRatio)
  );
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  drawScene(canvas.getContext("2d")!, isDark() ? darkened(scene) : scene, width, height);
}
