/**
 * Draws a scene as pixels with smooth edges.
 *
 * @module
 */
import { InputError } from "./errors.ts";
import { checkOptions } from "./options.ts";
import type { Raster } from "./picture.ts";
import { show } from "./plain.ts";
import { Coverage } from "./render_coverage.ts";
import { capHeight, layOut, strokeWidth } from "./render_font.ts";
import { type Color, isColor, type Scene, type Shape } from "./scene.ts";

/** Lines are drawn at least as wide, in pixels, so that a small picture still shows them. */
const leastLineWidth = 0.75;

/** Red, green and blue of a colour, 0 … 255. @throws InputError where it is not `#rrggbb`. */
export function rgbOf(color: Color): [red: number, green: number, blue: number] {
  if (!isColor(color)) {
    throw new InputError(`Cannot draw a colour as it must be #rrggbb: ${show(color)}`);
  }
  const value = parseInt(color.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** Rec. 709 luma of red, green and blue, in their unit. */
export function lumaOf([red, green, blue]: readonly number[]): number {
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/**
 * Draws scenes over and over into the same pixels. A view with other proportions than the picture
 * is stretched over it. Nothing is allocated for a frame whose colours and outlines are no more
 * than those before.
 */
export class Rasterizer {
  /** Pixels in a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** 1: grey by Rec. 709 luma. 3: red, green, blue. */
  readonly channels: 1 | 3;
  /** [height, width, channels], top row first. The next drawing overwrites it. */
  readonly pixels: Uint8Array;
  readonly #coverage: Coverage;
  readonly #colors = new Map<Color, readonly number[]>();
  #points = new Float64Array(64);

  /** A picture of these sizes. @throws InputError where one is no whole number from 1 to 16,384. */
  constructor(width: number, height: number, channels: 1 | 3 = 3) {
    for (const size of [width, height]) {
      if (!(Number.isInteger(size) && size >= 1 && size <= 16_384)) {
        throw new InputError(
          `Cannot draw a picture as its width and height must be whole numbers from 1 to 16384: ` +
            `${width} × ${height}`,
        );
      }
    }
    this.width = width;
    this.height = height;
    this.channels = channels;
    this.pixels = new Uint8Array(width * height * channels);
    this.#coverage = new Coverage(width, height);
  }

  /** Draws `scene` into `pixels`. Without `texts`, shapes of the kind `text` are left out. */
  draw(scene: Scene, texts = true): void {
    const ground = this.#colorOf(scene.background);
    this.pixels.set(ground);
    for (let filled = ground.length; filled < this.pixels.length; filled *= 2) {
      this.pixels.copyWithin(filled, 0, filled);
    }
    const [left, bottom, right, top] = scene.view;
    const [scaleX, scaleY] = [this.width / (right - left), this.height / (top - bottom)];
    for (const shape of scene.shapes) {
      switch (shape.kind) {
        case "polygon":
          for (const [x, y] of shape.points) {
            this.#coverage.add((x - left) * scaleX, (top - y) * scaleY);
          }
          this.#coverage.close();
          this.#coverage.fill(this.pixels, this.#colorOf(shape.fill), "even-odd");
          break;
        case "line":
          for (let i = 0; i < shape.points.length; i++) {
            const [x, y] = shape.points[i];
            this.#place(i, (x - left) * scaleX, (top - y) * scaleY);
          }
          this.#stroke(shape.points.length, shape.width * scaleX, shape.width * scaleY);
          this.#coverage.fill(this.pixels, this.#colorOf(shape.color), "nonzero");
          break;
        case "circle": {
          const [x, y] = shape.center;
          this.#coverage.addEllipse(
            (x - left) * scaleX,
            (top - y) * scaleY,
            Math.max(leastLineWidth / 2, shape.radius * scaleX),
            Math.max(leastLineWidth / 2, shape.radius * scaleY),
          );
          this.#coverage.fill(this.pixels, this.#colorOf(shape.fill), "nonzero");
          break;
        }
        case "text":
          if (texts) this.#write(shape, scene.view, scaleX, scaleY);
      }
    }
  }

  #write(
    { text, at, size, color }: Extract<Shape, { kind: "text" }>,
    [left, , , top]: Scene["view"],
    scaleX: number,
    scaleY: number,
  ): void {
    const { strokes, width } = layOut(text);
    const startX = at[0] - width * size / 2;
    const startY = at[1] - capHeight * size / 2;
    for (const stroke of strokes) {
      for (let i = 0; i < stroke.length; i++) {
        const x = startX + stroke[i][0] * size;
        const y = startY + stroke[i][1] * size;
        this.#place(i, (x - left) * scaleX, (top - y) * scaleY);
      }
      this.#stroke(stroke.length, strokeWidth * size * scaleX, strokeWidth * size * scaleY);
    }
    this.#coverage.fill(this.pixels, this.#colorOf(color), "nonzero");
  }

  #place(index: number, x: number, y: number): void {
    if (2 * index + 2 > this.#points.length) {
      const grown = new Float64Array(2 * this.#points.length);
      grown.set(this.#points);
      this.#points = grown;
    }
    this.#points[2 * index] = x;
    this.#points[2 * index + 1] = y;
  }

  #stroke(count: number, widthX: number, widthY: number): void {
    this.#coverage.addStroke(
      this.#points,
      2 * count,
      Math.max(leastLineWidth, widthX) / 2,
      Math.max(leastLineWidth, widthY) / 2,
    );
  }

  /** The bytes of a colour, one a channel. */
  #colorOf(color: Color): readonly number[] {
    let known = this.#colors.get(color);
    if (known === undefined) {
      if (this.#colors.size >= 1024) this.#colors.clear();
      const rgb = rgbOf(color);
      known = this.channels === 3 ? rgb : [Math.round(lumaOf(rgb))];
      this.#colors.set(color, known);
    }
    return known;
  }
}

/**
 * The scene in RGB, stretched over `width` × `height` pixels; the height follows from the view
 * where it is left out.
 *
 * @throws InputError where a size is no whole number from 1 to 16,384.
 *
 * @example
 * ```ts
 * import { renderRaster } from "./render_raster.ts";
 * import { deepStrictEqual } from "node:assert";
 *
 * const { height, pixels } = renderRaster({
 *   view: [0, 0, 2, 1],
 *   background: "#ffffff",
 *   shapes: [{ kind: "polygon", points: [[0, 0], [1, 0], [1, 1], [0, 1]], fill: "#ff0000" }],
 * }, { width: 2 });
 * deepStrictEqual([height, ...pixels], [1, 255, 0, 0, 255, 255, 255]);
 * ```
 */
export function renderRaster(
  scene: Scene,
  options: { width: number; height?: number; texts?: boolean },
): Raster {
  checkOptions<typeof options>("draw as pixels", options, {
    ...{ width: true, height: true, texts: true },
  });
  const { width, height, texts } = options;
  const [left, bottom, right, top] = scene.view;
  const rows = height ?? Math.max(1, Math.round(width * (top - bottom) / (right - left)));
  const rasterizer = new Rasterizer(width, rows);
  rasterizer.draw(scene, texts);
  return { width, height: rows, channels: 3, pixels: rasterizer.pixels };
}
