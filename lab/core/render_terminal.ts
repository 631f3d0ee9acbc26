/**
 * Draws a scene in a terminal: half blocks in 24-bit colour, or plain ASCII.
 *
 * @module
 */
import { checkOptions } from "./options.ts";
import { lumaOf, renderRaster, rgbOf } from "./render_raster.ts";
import type { Raster } from "./picture.ts";
import type { Scene, Shape } from "./scene.ts";

/** How a scene is drawn in a terminal. */
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
  checkOptions<TerminalOptions>("draw for a terminal", options, {
    ...{ columns: true, rows: true, mode: ["color", "ascii"] },
  });
  const [left, bottom, right, top] = scene.view;
  const aspect = (right - left) / (top - bottom);
  const columns = Math.max(
    1,
    Math.floor(Math.min(options.columns ?? 80, 2 * (options.rows ?? 24) * aspect)),
  );
  const rows = Math.max(1, Math.min(options.rows ?? 24, Math.round(columns / aspect / 2)));
  const raster = renderRaster(scene, { width: columns, height: 2 * rows, texts: false });
  const placed = letters(scene, columns, rows);
  const draw = options.mode === "ascii" ? asciiLine : colorLine;
  return Array.from({ length: rows }, (_, row) => draw(scene, raster, placed, row)).join("\n");
}

type Placed = ReturnType<typeof letters>;

function colorLine(_: Scene, raster: Raster, placed: Placed, row: number): string {
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

function asciiLine(scene: Scene, raster: Raster, placed: Placed, row: number): string {
  const ground = lumaOf(rgbOf(scene.background));
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
