/**
 * Lines of a single point, as what is measured once at the end: a mark with its interval each, side
 * by side where all share one place, and at their own where something else tells places apart.
 *
 * @module
 */
import type uPlot from "uplot";
import { isOnAxis, isSingle, type Line } from "../lines.ts";
import { colorOf } from "../theme.ts";
import { spread } from "./line_names.ts";
import { formOf, paletteSize } from "./palette.ts";

/** Pixels from a mark to its neighbour. */
const BETWEEN = 110;
/** Pixels from a mark to its seeds; half the width of an interval's ends. */
export const [BESIDE, END] = [9, 5];
/** Times as large as its form a mark is. */
export const MARK = 1.3;

/** The one x that all lines have, seeds left aside; undefined where there are several. */
export function onlyPlace(lines: readonly Line[]): number | undefined {
  const [first, ...others] = lines.filter((line) => !line.faint);
  const isOnly = first !== undefined && isSingle(first) &&
    others.every((line) => isSingle(line) && line.x[0] === first.x[0]);
  return isOnly ? first.x[0] : undefined;
}

/** Where the marks of lines stand, by the lines' colours; those out of sight are left out. */
export function placesOf(
  lines: readonly Line[],
  toPixel: (x: number) => number,
  [left, right]: readonly [number, number],
  ratio: number,
): Map<number, number> {
  const marked = lines
    .map((line) => ({ line, at: toPixel(line.x[0]) }))
    .filter(({ line, at }) => !line.faint && isSingle(line) && at >= left - 1 && at <= right + 1);
  const own = marked.map(({ at }) => at);
  const gap = Math.min(BETWEEN * ratio, (right - left) / (marked.length + 1));
  const places = onlyPlace(lines) === undefined
    ? own
    : spread(own, gap, left + gap / 2, right - gap / 2);
  return new Map(marked.map(({ line }, i) => [line.color, places[i]]));
}

/** Draws them; the single seeds of one stand beside it. */
export function drawSinglePoints(plot: uPlot, lines: readonly Line[], log: boolean): void {
  const { ctx, bbox: { left, width } } = plot;
  const ratio = devicePixelRatio;
  const toPixel = (x: number) => plot.valToPos(x, "x", true);
  const places = placesOf(lines, toPixel, [left, left + width], ratio);
  const height = (value: number | string) =>
    typeof value === "number" ? plot.valToPos(value, "y", true) : NaN;
  ctx.save();
  for (const line of lines.filter(isSingle)) {
    const { color, y: [value], low, high, faint, x: [own] } = line;
    const place = places.get(color);
    const y = isOnAxis(value, log) ? height(value) : NaN;
    if (Number.isNaN(y) || place === undefined && !faint) continue;
    const x = place === undefined ? toPixel(own) : faint ? place - BESIDE * ratio : place;
    const property = `--series-${color % paletteSize}`;
    ctx.fillStyle = ctx.strokeStyle = colorOf(property, faint ? 0.6 : 1);
    if (faint) {
      ctx.beginPath();
      ctx.arc(x, y, 2 * ratio, 0, 2 * Math.PI);
      ctx.fill();
      continue;
    }
    if (low && high) drawInterval(ctx, x, [height(low[0]), height(high[0])], ratio);
    ctx.save();
    ctx.translate(x, y);
    ctx.scale(MARK * ratio, MARK * ratio);
    ctx.fill(new Path2D(formOf(color)));
    ctx.restore();
  }
  ctx.restore();
}

function drawInterval(
  ctx: CanvasRenderingContext2D,
  x: number,
  ends: readonly number[],
  ratio: number,
): void {
  ctx.lineWidth = 1.5 * ratio;
  ctx.setLineDash([]);
  ctx.beginPath();
  ctx.moveTo(x, ends[0]);
  ctx.lineTo(x, ends[1]);
  for (const y of ends) {
    ctx.moveTo(x - END * ratio, y);
    ctx.lineTo(x + END * ratio, y);
  }
  ctx.stroke();
}
