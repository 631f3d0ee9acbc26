/**
 * Examples as drawings on canvases.
 *
 * @module
 */
import { colorOf } from "../theme.ts";

/** Draws an example: an image pixel by pixel, a sequence as a line. */
export function paint(
  canvas: HTMLCanvasElement,
  values: ArrayLike<number>,
  shape: readonly number[],
): void {
  if (shape.length === 3) paintImage(canvas, values, shape);
  else paintLine(canvas, values);
}

function paintImage(
  canvas: HTMLCanvasElement,
  values: ArrayLike<number>,
  [height, width, channels]: readonly number[],
): void {
  Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d")!;
  const image = context.createImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) {
      image.data[4 * i + c] = 255 * values[i * channels + Math.min(c, channels - 1)];
    }
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

function paintLine(canvas: HTMLCanvasElement, values: ArrayLike<number>): void {
  const [width, height] = [280, 140];
  Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d")!;
  const all = Array.from(values);
  const [low, high] = [Math.min(...all, -1), Math.max(...all, 1)];
  context.strokeStyle = colorOf("--accent");
  context.lineWidth = 2;
  context.beginPath();
  all.forEach((value, i) =>
    context.lineTo(width * i / (all.length - 1), height * (1 - (value - low) / (high - low)))
  );
  context.stroke();
}

/** A canvas at the screen's own resolution, cleared; returns its context and its size in pixels. */
export function cleared(canvas: HTMLCanvasElement): {
  context: CanvasRenderingContext2D;
  width: number;
  height: number;
} {
  const [width, height] = [canvas.clientWidth, canvas.clientHeight].map((length) =>
    Math.max(1, Math.round(length * devicePixelRatio))
  );
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d")!;
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}
