/**
 * Draws a scene as pixels. Text is left out: there is no font here.
 *
 * @module
 */
import type { Raster } from "./picture.ts";
import type { Color, Scene, Shape } from "./scene.ts";

/** Samples of a pixel along each axis; their mean smooths the edges. */
const samples = 3;

/** Lines are drawn at least as wide, in pixels, so that a small picture still shows them. */
const leastLineWidth = 0.5;

type Point = readonly [number, number];
type Drawn = Exclude<Shape, { kind: "text" }>;

/** Red, green and blue of a colour, 0 … 255. */
export function rgbOf(color: Color): [red: number, green: number, blue: number] {
  const value = parseInt(color.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

function distanceToSegment(x: number, y: number, [ax, ay]: Point, [bx, by]: Point): number {
  const [dx, dy] = [bx - ax, by - ay];
  const squared = dx * dx + dy * dy;
  const along = squared === 0 ? 0 : ((x - ax) * dx + (y - ay) * dy) / squared;
  const t = Math.min(1, Math.max(0, along));
  return Math.hypot(x - ax - t * dx, y - ay - t * dy);
}

/** Even-odd rule: whether a ray to the right crosses an odd number of edges. */
function insidePolygon(x: number, y: number, points: readonly Point[]): boolean {
  let inside = false;
  for (let i = 0; i < points.length; i++) {
    const [ax, ay] = points[i];
    const [bx, by] = points[(i + 1) % points.length];
    if ((ay > y) !== (by > y) && x < ax + (y - ay) / (by - ay) * (bx - ax)) inside = !inside;
  }
  return inside;
}

function covers(shape: Drawn, reach: number, x: number, y: number): boolean {
  switch (shape.kind) {
    case "line":
      return shape.points.slice(1).some((point, i) =>
        distanceToSegment(x, y, shape.points[i], point) <= reach
      );
    case "polygon":
      return insidePolygon(x, y, shape.points);
    case "circle":
      return Math.hypot(x - shape.center[0], y - shape.center[1]) <= reach;
  }
}

/**
 * The scene in RGB, stretched over `width` × `height` pixels, three by three samples a pixel.
 * Shapes of kind `text` are left out.
 */
export function renderRaster(
  scene: Scene,
  { width, height }: { width: number; height: number },
): Raster {
  const [left, bottom, right, top] = scene.view;
  const [columns, rows] = [width * samples, height * samples];
  const [stepX, stepY] = [(right - left) / columns, (top - bottom) / rows];
  const fine = new Uint8Array(columns * rows * 3);
  const background = rgbOf(scene.background);
  for (let i = 0; i < fine.length; i++) fine[i] = background[i % 3];
  for (const shape of scene.shapes) {
    if (shape.kind === "text") continue;
    const reach = shape.kind === "line"
      ? Math.max(shape.width, leastLineWidth * samples * stepY) / 2
      : shape.kind === "circle"
      ? shape.radius
      : 0;
    const points = shape.kind === "circle" ? [shape.center] : shape.points;
    const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
    const clamp = (value: number, most: number) => Math.min(most, Math.max(0, value));
    const firstColumn = clamp(Math.floor((Math.min(...xs) - reach - left) / stepX), columns);
    const endColumn = clamp(Math.ceil((Math.max(...xs) + reach - left) / stepX), columns);
    const firstRow = clamp(Math.floor((top - Math.max(...ys) - reach) / stepY), rows);
    const endRow = clamp(Math.ceil((top - Math.min(...ys) + reach) / stepY), rows);
    const color = rgbOf(shape.kind === "line" ? shape.color : shape.fill);
    for (let row = firstRow; row < endRow; row++) {
      for (let column = firstColumn; column < endColumn; column++) {
        if (!covers(shape, reach, left + (column + 0.5) * stepX, top - (row + 0.5) * stepY)) {
          continue;
        }
        fine.set(color, (row * columns + column) * 3);
      }
    }
  }
  return { width, height, channels: 3, pixels: shrink(fine, width, height) };
}

/** The mean of each pixel's samples. */
function shrink(fine: Uint8Array, width: number, height: number): Uint8Array {
  const pixels = new Uint8Array(width * height * 3);
  const stride = width * samples * 3;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        for (let i = 0; i < samples; i++) {
          for (let j = 0; j < samples; j++) {
            sum += fine[(row * samples + i) * stride + (column * samples + j) * 3 + channel];
          }
        }
        pixels[(row * width + column) * 3 + channel] = Math.round(sum / (samples * samples));
      }
    }
  }
  return pixels;
}
