/**
 * Examples as drawings on canvases.
 *
 * @module
 */
import { roundNumbers } from "../../lab/core/round_numbers.ts";
import type { Bounds } from "../../models/plane.ts";
import { colorOf } from "../theme.ts";
import { tickLabels } from "../ticks.ts";

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

/** Ticks of an axis, at most. */
const TICKS = 6;

/** Marks the left and the lower edge of a stretch of the plane with its numbers, over what is drawn. */
export function paintTicks(
  { context, width, height }: ReturnType<typeof cleared>,
  { x, y }: Bounds,
): void {
  const unit = devicePixelRatio;
  context.font = `${11 * unit}px system-ui, sans-serif`;
  context.fillStyle = colorOf("--soft");
  context.strokeStyle = colorOf("--grid");
  context.lineWidth = 3 * unit;
  const mark = (label: string, left: number, top: number) => {
    context.strokeText(label, left, top);
    context.fillText(label, left, top);
  };
  const ticksOf = ([low, high]: readonly [number, number]) => {
    const ticks = roundNumbers(low, high, TICKS);
    const labels = tickLabels(ticks);
    return ticks.map((tick, i) => ({ label: labels[i], at: (tick - low) / (high - low) }));
  };
  // Those that would lie in a corner or be cut off are left out.
  context.textAlign = "center";
  context.textBaseline = "bottom";
  for (const { label, at } of ticksOf(x)) {
    const left = Math.round(width * at);
    if (left < 40 * unit || left > width - 14 * unit) continue;
    context.fillRect(left, height - 4 * unit, unit, 4 * unit);
    mark(label, left, height - 5 * unit);
  }
  context.textAlign = "left";
  context.textBaseline = "middle";
  for (const { label, at } of ticksOf(y)) {
    const top = Math.round(height * (1 - at));
    if (top < 10 * unit || top > height - 20 * unit) continue;
    context.fillRect(0, top, 4 * unit, unit);
    mark(label, 7 * unit, top);
  }
}
