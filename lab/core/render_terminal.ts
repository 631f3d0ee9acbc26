/**
 * Draws a scene, or a picture, in a terminal: half blocks in 24-bit colour, or plain ASCII.
 *
 * @module
 */
import { checkOptions } from "./options.ts";
import { lumaOf, renderRaster, rgbOf } from "./render_raster.ts";
import type { Raster } from "./picture.ts";
import type { Scene, Shape } from "./scene.ts";

/** How a scene or a picture is drawn in a terminal. */
export interface TerminalOptions {
  /** Most characters a line; 80 where left out. */
  readonly columns?: number;
  /** Most lines; 24 where left out. */
  readonly rows?: number;
  /** `color`: half blocks with 24-bit colours. `ascii`: letters and marks only, no colours. */
  readonly mode?: "color" | "ascii";
}

/** From the background's brightness to the one furthest from it. */
const ramp = " .:-=+*#%@";

type Text = Extract<Shape, { kind: "text" }>;

/** Letters of the scene's texts by "row,column". */
function letters(scene: Scene, columns: number, rows: number): Map<string, [string, Text]> {
  const [left, bottom, right, top] = scene.view;
  const placed = new Map<string, [string, Text]>();
  for (const shape of scene.shapes) {
    if (shape.kind !== "text") continue;
    const row = Math.floor((top - shape.at[1]) / (top - bottom) * rows);
    const middle = (shape.at[0] - left) / (right - left) * columns;
    const characters = [...shape.text];
    const first = Math.round(middle - characters.length / 2);
    characters.forEach((letter, i) => placed.set(`${row},${first + i}`, [letter, shape]));
  }
  return placed;
}

/** Red, green and blue of the upper (0) or lower (1) half of a character's cell. */
function half(raster: Raster, row: number, column: number, part: 0 | 1): number[] {
  const start = ((2 * row + part) * raster.width + column) * 3;
  return [...raster.pixels.subarray(start, start + 3)];
}

const mean = (a: readonly number[], b: readonly number[]) =>
  a.map((value, i) => Math.round((value + b[i]) / 2));

/**
 * The lines of a scene, joined by line breaks, without one at the end. The picture keeps its
 * proportions (a character is twice as high as wide) and fits into `columns` × `rows`.
 *
 * @throws InputError where an option is none.
 */
export function renderTerminal(scene: Scene, options: TerminalOptions = {}): string {
  const [left, bottom, right, top] = scene.view;
  const [columns, rows] = fitted((right - left) / (top - bottom), options);
  const raster = renderRaster(scene, { width: columns, height: 2 * rows, texts: false });
  const ground = lumaOf(rgbOf(scene.background));
  return linesOf(raster, ground, options.mode, letters(scene, columns, rows));
}

/**
 * The lines of a picture, as those of a scene: each half of a character has the mean colour of what
 * it covers, where a picture is transparent as if on black. It is shrunk to fit, never enlarged.
 * Letters stand for how far it is from black, or from white, whichever most of it is nearer to.
 *
 * @throws InputError where an option is none.
 */
export function renderPictureTerminal(picture: Raster, options: TerminalOptions = {}): string {
  const { width, height } = picture;
  const [columns, rows] = fitted(width / height, options, width);
  const small = shrunk(picture, columns, 2 * rows);
  const brightness = small.pixels.reduce((sum, value) => sum + value, 0) / small.pixels.length;
  return linesOf(small, brightness < 128 ? 0 : 255, options.mode);
}

/**
 * Columns and rows of the largest picture of these proportions that fits, no wider than `widest`.
 *
 * @throws InputError where an option is none.
 */
function fitted(
  aspect: number,
  options: TerminalOptions,
  widest = Infinity,
): [columns: number, rows: number] {
  checkOptions<TerminalOptions>("draw for a terminal", options, {
    ...{ columns: true, rows: true, mode: ["color", "ascii"] },
  });
  const { columns: across = 80, rows: down = 24 } = options;
  const columns = Math.max(1, Math.floor(Math.min(across, 2 * down * aspect, widest)));
  return [columns, Math.max(1, Math.min(down, Math.round(columns / aspect / 2)))];
}

/** A picture in so many pixels, red, green and blue: each is the mean of those that it covers. */
function shrunk(
  { width, height, channels, pixels }: Raster,
  columns: number,
  rows: number,
): Raster {
  const small = new Uint8Array(columns * rows * 3);
  const from = (index: number, of: number, size: number) => Math.floor(index * size / of);
  for (let row = 0; row < rows; row++) {
    const top = from(row, rows, height);
    const bottom = Math.max(top + 1, from(row + 1, rows, height));
    for (let column = 0; column < columns; column++) {
      const left = from(column, columns, width);
      const right = Math.max(left + 1, from(column + 1, columns, width));
      const sums = [0, 0, 0];
      for (let y = top; y < bottom; y++) {
        for (let x = left; x < right; x++) {
          const at = (y * width + x) * channels;
          const opacity = channels === 4 ? pixels[at + 3] / 255 : 1;
          for (let c = 0; c < 3; c++) sums[c] += opacity * pixels[at + (channels === 1 ? 0 : c)];
        }
      }
      const count = (bottom - top) * (right - left);
      small.set(sums.map((sum) => Math.round(sum / count)), (row * columns + column) * 3);
    }
  }
  return { width: columns, height: rows, channels: 3, pixels: small };
}

type Placed = ReturnType<typeof letters>;

/** A line for each two rows of red, green and blue; of ASCII on a ground of this brightness. */
function linesOf(
  raster: Raster,
  ground: number,
  mode: TerminalOptions["mode"],
  placed: Placed = new Map(),
): string {
  const draw = mode === "ascii" ? asciiLine : colorLine;
  const rows = raster.height / 2;
  return Array.from({ length: rows }, (_, row) => draw(raster, ground, placed, row)).join("\n");
}

function colorLine(raster: Raster, _: number, placed: Placed, row: number): string {
  let [line, before] = ["", ""];
  for (let column = 0; column < raster.width; column++) {
    const [upper, lower] = [half(raster, row, column, 0), half(raster, row, column, 1)];
    const [letter, text] = placed.get(`${row},${column}`) ?? [];
    const isPlain = text === undefined && upper.every((value, i) => value === lower[i]);
    const front = text === undefined ? upper : rgbOf(text.color);
    const back = text === undefined ? lower : mean(upper, lower);
    const colors = isPlain
      ? `\x1b[48;2;${back.join(";")}m`
      : `\x1b[38;2;${front.join(";")};48;2;${back.join(";")}m`;
    if (colors !== before) line += colors;
    line += letter ?? (isPlain ? " " : "▀");
    before = colors;
  }
  return `${line}\x1b[0m`;
}

function asciiLine(raster: Raster, ground: number, placed: Placed, row: number): string {
  const most = Math.max(ground, 255 - ground);
  let line = "";
  for (let column = 0; column < raster.width; column++) {
    const [upper, lower] = [half(raster, row, column, 0), half(raster, row, column, 1)];
    const contrast = Math.max(
      Math.abs(lumaOf(upper) - ground),
      Math.abs(lumaOf(lower) - ground),
    ) / most;
    line += placed.get(`${row},${column}`)?.[0] ??
      ramp[Math.min(ramp.length - 1, Math.floor(contrast * ramp.length))];
  }
  return line.trimEnd();
}
