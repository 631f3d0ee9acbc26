/**
 * A chart as an SVG document: what the screen shows, in lines that stay sharp at any size.
 *
 * @module
 */
import { escaped } from "../lab/core/markup.ts";
import { roundNumbers } from "../lab/core/round_numbers.ts";
import { dashOf } from "./components/palette.ts";
import { isOnAxis, isSingle, type Line } from "./lines.ts";
import { logLabels, logTicks, tickLabels, unitOf } from "./ticks.ts";

/** A chart as it is drawn. */
export interface DrawnChart {
  readonly title: string;
  readonly xLabel: string;
  readonly lines: readonly Line[];
  readonly levels: readonly { readonly y: number; readonly label: string }[];
  /** The y axis is logarithmic. */
  readonly log?: boolean;
  /** The x axis is: all lines stand above 0. */
  readonly logX?: boolean;
  /** What is shown of each axis. */
  readonly x: readonly [low: number, high: number];
  readonly y: readonly [low: number, high: number];
  /** Colours as CSS has them; `line`: by a line's index into the palette. */
  readonly colors: {
    readonly paper: string;
    readonly ink: string;
    readonly soft: string;
    readonly grid: string;
    readonly line: (color: number) => string;
  };
}

const [WIDTH, HEIGHT] = [720, 360];
/** The frame of the lines. */
const [LEFT, RIGHT, TOP, BOTTOM] = [68, 700, 36, 316];
/** Pixels of a row of the legend, and letters of one. */
const [ROW, LETTERS] = [18, 100];
/** Of an axis, at most. */
const MARKS = 7;

/** The document. */
export function svgOf(
  { title, xLabel, lines, levels, log = false, logX = false, x, y, colors }: DrawnChart,
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
    ...ticksOf(x, logX).map(({ value, label }) => {
      const at = across(value);
      const name = text(at, BOTTOM + 18, label, colors.soft, "middle");
      return `<path d="M${at} ${TOP}V${BOTTOM}"/>${name}`;
    }),
    ...ticksOf(y, log).map(({ value, label }) => {
      const at = up(value);
      const name = text(LEFT - 8, at + 4, label, colors.soft, "end");
      return `<path d="M${LEFT} ${at}H${RIGHT}"/>${name}`;
    }),
  ];
  const drawn = lines.flatMap((line) => {
    const color = colors.line(line.color);
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
    if (isSingle(line)) {
      return [
        ...bands,
        ...runs.map(([{ x, values }]) =>
          `<circle cx="${across(x)}" cy="${up(values[0])}" r="4" fill="${color}"/>`
        ),
      ];
    }
    const way = runs.map((run) =>
      `M${cornered(run, line.step).map(([x, y]) => `${across(x)} ${up(y)}`).join("L")}`
    ).join("");
    const style = line.faint
      ? `stroke-width="1" opacity="0.4"`
      : `stroke-width="2" stroke-dasharray="${dashOf(line.color).join(" ") || "none"}"`;
    return [...bands, `<path d="${way}" fill="none" stroke="${color}" ${style}/>`];
  });
  const held = levels.filter(({ y: value }) => value >= y[0] && value <= y[1]).map((level) => {
    const at = up(level.y);
    const name = text(LEFT + 6, at - 4, level.label, colors.soft, "start");
    return `<path d="M${LEFT} ${at}H${RIGHT}" stroke="${colors.soft}" ` +
      `stroke-dasharray="2 3"/>${name}`;
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
    ...drawn,
    "</g>",
    ...legend,
    "</svg>\n",
  ].join("\n");
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
