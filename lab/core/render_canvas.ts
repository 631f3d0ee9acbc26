/**
 * Draws a scene on a browser's canvas.
 *
 * @module
 */
import type { Scene, Shape } from "./scene.ts";

/** What is needed of a canvas's 2D context, also of one that is off the screen. */
export type Context2d =
  & Pick<
    CanvasRenderingContext2D,
    | "beginPath"
    | "closePath"
    | "ellipse"
    | "fillRect"
    | "fillStyle"
    | "fillText"
    | "font"
    | "lineCap"
    | "lineJoin"
    | "lineTo"
    | "lineWidth"
    | "moveTo"
    | "strokeStyle"
    | "textAlign"
    | "textBaseline"
  >
  & { fill(rule: CanvasFillRule): void; stroke(): void };

/**
 * Draws the scene over `width` × `height` units of the context, as large as its proportions allow,
 * in the middle; the background fills what is left.
 */
export function drawScene(context: Context2d, scene: Scene, width: number, height: number): void {
  const [left, bottom, right, top] = scene.view;
  const scale = Math.min(width / (right - left), height / (top - bottom));
  const marginX = (width - (right - left) * scale) / 2;
  const marginY = (height - (top - bottom) * scale) / 2;
  const x = (value: number) => marginX + (value - left) * scale;
  const y = (value: number) => marginY + (top - value) * scale;
  context.fillStyle = scene.background;
  context.fillRect(0, 0, width, height);
  context.lineCap = "round";
  context.lineJoin = "round";
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (const shape of scene.shapes) drawShape(context, shape, scale, x, y);
}

function drawShape(
  context: Context2d,
  shape: Shape,
  scale: number,
  x: (value: number) => number,
  y: (value: number) => number,
): void {
  context.fillStyle = shape.kind === "line" || shape.kind === "text" ? shape.color : shape.fill;
  context.beginPath();
  switch (shape.kind) {
    case "line":
    case "polygon":
      shape.points.forEach(([px, py], i) =>
        i === 0 ? context.moveTo(x(px), y(py)) : context.lineTo(x(px), y(py))
      );
      if (shape.kind === "polygon") {
        context.closePath();
        context.fill("evenodd");
      } else {
        context.strokeStyle = shape.color;
        context.lineWidth = shape.width * scale;
        context.stroke();
      }
      break;
    case "circle": {
      const [radius, turn] = [shape.radius * scale, 2 * Math.PI];
      context.ellipse(x(shape.center[0]), y(shape.center[1]), radius, radius, 0, 0, turn);
      context.fill("nonzero");
      break;
    }
    case "text":
      context.font = `${shape.size * scale}px sans-serif`;
      context.fillText(shape.text, x(shape.at[0]), y(shape.at[1]));
  }
}
