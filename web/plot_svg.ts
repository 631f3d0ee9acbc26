/**
 * A chart as an SVG document: what the screen shows, in lines that stay sharp at any size.
 *
 * @module
 */
import { escaped } from "../lab/core/markup.ts";
import { roundNumbers } from "../lab/core/round_numbers.ts";
import { dashOf, formOf } from "./components/palette.ts";
import type { Moment } from "./components/plot_options.ts";
import { BESIDE, END, MARK, placesOf } from "./components/single_points.ts";
import { brokenPlaces, isOnAxis, isSingle, type Line } from "./lines.ts";
import { logLabels, logTicks, tickLabels, unitOf } from "./ticks.ts";

/** A chart as it is drawn. */
export interface DrawnChart {
  readonly title: string;
  readonly xLabel: string;
  readonly lines: readonly Line[];
  readonly levels: readonly { readonly y: number; readonly label: string }[];
  readonly moments: readonly Moment[];
  /** The y axis is logarithmic. */
  readonly log?: boolean;
  /** The x axis is: all lines stand above 0. */
  readonly logX?: boolean;
  /** It counts: between whole numbers it has no ticks. */
  readonly counts?: boolean;
  /** What is shown of each axis. */
  readonly x: readonly [low: number, high: number];
  readonly y: readonly [low: number, high: number];
  /** Colours as CSS has them; `line`: by a line's index into the palette. */
  readonly colors: {
    readonly paper: string;
    readonly ink: string;
    readonly soft: string;
    readonly grid: string;
    readonly bad: string;
    readonly line: (color: number) => string;
    readonly moment: (kind: Moment["kind"]) => string;
  };
}

const [WIDTH, HEIGHT] = [720, 360];
/** The frame of the lines. */
const [LEFT, RIGHT, TOP, BOTTOM] = [68, 700, 36, 316];
/** Pixels of a row of the legend, and letters of one. */
const [ROW, LETTERS] = [18, 100];
/** Half the width of a cross. */
const ARM = 3.5;
/** Of an axis, at most. */
const MARKS = 7;

/** The document. */
export function svgOf(
  { title, xLabel, lines, levels, moments, log = false, logX = false, counts, x, y, colors }:
    DrawnChart,
): string {
  const unitX = unitOf(logX);
  const [start, end] = x.map(unitX);
  const across = (value: number) =>
    round(LEFT + (RIGHT - LEFT) * (unitX(value) - start) / (end - start));
  // Of a band that reaches to 0 the lower edge is the foot of a logarithmic axis.
  const unit = (value: number) => log ? Math.log10(Math.max(value, y[0])) : value;
  const [foot, head] = y.map(unit);
  const up = (value: number) =>
    round(BOTTOM - (BOTTOM - TOP) * (unit(value) - foot) / (head - foot));
  const ticksOf = (ends: readonly [low: number, high: number], log: boolean) => {
    const places = log ? logTicks(...ends, MARKS) : roundNumbers(...ends, MARKS);
    const labels = log ? logLabels(places) : tickLabels(places);
    return places.map((value, i) => ({ value, label: labels[i] }));
  };
  const grid = [
    ...ticksOf(x, logX).filter(({ value }) => !counts || Number.isInteger(value)).map(
      ({ value, label }) => {
        const at = across(value);
        const name = text(at, BOTTOM + 18, label, colors.soft, "middle");
        return `<path d="M${at} ${TOP}V${BOTTOM}"/>${name}`;
      },
    ),
    ...ticksOf(y, log).map(({ value, label }) => {
      const at = up(value);
      const name = text(LEFT - 8, at + 4, label, colors.soft, "end");
      return `<path d="M${LEFT} ${at}H${RIGHT}"/>${name}`;
    }),
  ];
  const places = placesOf(lines, across, [LEFT, RIGHT], 1);
  const drawn = lines.flatMap((line) => {
    const color = colors.line(line.color);
    if (isSingle(line)) return singlePoint(line, log, color, places.get(line.color), across, up);
    const bands = line.low === undefined ? [] : runsOf(line.x, [line.low, line.high!])
      .map((run) => {
        const edge = (of: number) => run.map(({ x, values }) => `${across(x)} ${up(values[of])}`);
        const outline = [...edge(0), ...edge(1).reverse()].join("L");
        return `<path d="M${outline}Z" fill="${color}" opacity="${line.quiet ? 0.06 : 0.16}"/>`;
      });
    const runs = runsOf(
      line.x,
      [line.y.map((value) => isOnAxis(value, log) ? value : "NaN")],
    );
    const lone = runs.filter(({ length }) => length === 1).map(([{ x, values: [y] }]) =>
      `<circle cx="${across(x)}" cy="${up(y)}" r="${line.faint ? 1.5 : 2.5}" fill="${color}"` +
      `${line.faint ? ' opacity="0.4"' : ""}/>`
    );
    const way = runs.map((run) =>
      `M${cornered(run, line.step).map(([x, y]) => `${across(x)} ${up(y)}`).join("L")}`
    ).join("");
    const style = line.faint
      ? `stroke-width="1" opacity="0.4"`
      : `stroke-width="2" stroke-dasharray="${dashOf(line.color).join(" ") || "none"}"`;
    return [...bands, `<path d="${way}" fill="none" stroke="${color}" ${style}/>`, ...lone];
  });
  const held = levels.filter(({ y: value }) => value >= y[0] && value <= y[1]).map((level) => {
    const at = up(level.y);
    const name = text(LEFT + 6, at - 4, level.label, colors.soft, "start");
    return `<path d="M${LEFT} ${at}H${RIGHT}" stroke="${colors.soft}" ` +
      `stroke-dasharray="2 3"/>${name}`;
  });
  const crosses = lines.flatMap(brokenPlaces).filter((place) => place >= x[0] && place <= x[1])
    .map((place) => {
      const [left, top] = [round(across(place) - ARM), BOTTOM - 3 * ARM];
      const [wide, back] = [2 * ARM, -2 * ARM];
      return `<path d="M${left} ${top}l${wide} ${wide}m${back} 0l${wide} ${back}" fill="none" ` +
        `stroke="${colors.bad}" stroke-width="2"/>`;
    });
  const flags = moments.filter(({ x: at }) => at >= x[0] && at <= x[1]).map(({ x: at, kind }) => {
    const [color, place] = [colors.moment(kind), across(at)];
    return `<path d="M${place} ${TOP}V${BOTTOM}" stroke="${color}" ` +
      (kind === "chosen" ? `stroke-width="1.5"/>` : `stroke-dasharray="1 3"/>`) +
      `<path d="M${round(place - 4)} ${TOP}h8l-4 6z" fill="${color}"/>`;
  });
  const told = lines.filter(({ faint }) => !faint);
  const legend = told.map(({ label, color }, i) => {
    const at = BOTTOM + 44 + ROW * i;
    return `<path d="M${LEFT} ${at - 4}h24" stroke="${colors.line(color)}" stroke-width="2" ` +
      `stroke-dasharray="${dashOf(color).join(" ") || "none"}"/>` +
      text(LEFT + 32, at, label, colors.ink, "start");
  });
  const height = HEIGHT + ROW * told.length;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" ` +
    `width="${WIDTH}" height="${height}" font-family="system-ui, sans-serif" font-size="12">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="100%" height="100%" fill="${colors.paper}"/>`,
    text(LEFT, 22, title, colors.ink, "start", 'font-size="14" font-weight="600"'),
    text(RIGHT, height - 8, xLabel, colors.soft, "end"),
    `<clipPath id="frame"><path d="M${LEFT} ${TOP}H${RIGHT}V${BOTTOM}H${LEFT}Z"/></clipPath>`,
    `<g stroke="${colors.grid}">`,
    ...grid,
    `</g><g clip-path="url(#frame)">`,
    ...held,
    ...flags,
    ...drawn,
    ...crosses,
    "</g>",
    ...legend,
    "</svg>\n",
  ].join("\n");
}

/** A mark with its interval, or a seed of one beside it, small and pale; nothing where it has no place. */
function singlePoint(
  { x: [own], y: [value], low, high, color: index, faint }: Line,
  log: boolean,
  color: string,
  place: number | undefined,
  across: (x: number) => number,
  up: (y: number) => number,
): string[] {
  if (!isOnAxis(value, log) || place === undefined && !faint) return [];
  const y = up(value);
  if (faint) {
    const x = place === undefined ? across(own) : round(place - BESIDE);
    return [`<circle cx="${x}" cy="${y}" r="2" fill="${color}" opacity="0.6"/>`];
  }
  const x = round(place!);
  const ends = [low?.[0], high?.[0]].filter((end) => typeof end === "number").map(up);
  const interval = ends.length < 2 ? [] : [
    `<path d="M${x} ${ends[0]}V${ends[1]}${
      ends.map((end) => `M${x - END} ${end}h${2 * END}`).join("")
    }" fill="none" stroke="${color}" stroke-width="1.5"/>`,
  ];
  const form = `<path d="${formOf(index)}" transform="translate(${x} ${y}) scale(${MARK})" `;
  return [...interval, `${form}fill="${color}"/>`];
}

/** The points that a line goes through, of a step its corners, too. */
function cornered(
  run: readonly { readonly x: number; readonly values: readonly number[] }[],
  step: Line["step"],
): (readonly [x: number, y: number])[] {
  return run.flatMap(({ x, values: [y] }, i) => {
    if (i === 0 || step === undefined) return [[x, y] as const];
    const { x: before, values: [held] } = run[i - 1];
    return [step === "after" ? [x, held] as const : [before, y] as const, [x, y] as const];
  });
}

/** Points one after the other, without those at which a value is not finite. */
function runsOf(x: Line["x"], columns: readonly Line["y"][]) {
  const runs: { readonly x: number; readonly values: readonly number[] }[][] = [];
  let isOpen = false;
  x.forEach((at, i) => {
    const values = columns.map((column) => column[i]);
    const isWhole = values.every((value) => typeof value === "number");
    if (isWhole && !isOpen) runs.push([]);
    if (isWhole) runs.at(-1)!.push({ x: at, values: values as number[] });
    isOpen = isWhole;
  });
  return runs;
}

function text(
  x: number,
  y: number,
  words: string,
  color: string,
  anchor: "start" | "middle" | "end",
  more = "",
): string {
  const letters = [...words]; // whole ones: half of a pair is no text that a picture can be made of
  const short = letters.length > LETTERS ? `${letters.slice(0, LETTERS - 1).join("")}…` : words;
  return `<text x="${x}" y="${y}" fill="${color}" stroke="none" text-anchor="${anchor}" ${more}>` +
    `${escaped(short)}</text>`;
}

/** To a tenth of a pixel. */
function round(pixels: number): number {
  return Math.round(10 * pixels) / 10;
}
