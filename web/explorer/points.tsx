/** A model of points in the plane: data, samples, the surface of its score. @module */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { defaultRng } from "../../lab/core/random.ts";
import type { LoadedModel } from "../../models/model_file.ts";
import type { Examples } from "../examples.ts";
import { colorOf } from "../theme.ts";
import { LabelChoice } from "./label.tsx";
import { type Bounds, boundsOf, gradientOf, gridOf } from "./latent.ts";
import { cleared } from "./paint.ts";

/** Cells of the surface along each axis; every so many of them has an arrow. */
const [CELLS, ARROW] = [60, 5];
/** Samples that are drawn; lines of codes along each axis, and points of a line. */
const [SAMPLES, LINES, POINTS] = [500, 13, 49];
/** Codes from −REACH to REACH are drawn as lines. */
const REACH = 2;

/** The plane. */
export function PointsExplorer(
  { model, examples }: { model: LoadedModel; examples: Examples },
): VNode {
  const seed = useSignal(1);
  const hasPlane = model.decode !== undefined && model.codeSize === 2;
  const shown = useSignal({ data: true, samples: true, surface: true, arrows: true, codes: false });
  const label = useSignal(0);
  const canvas = useRef<HTMLCanvasElement>(null);
  const bounds = useMemo(() => boundsOf(examples.values, 0.2), [examples]);
  const labels = (count: number) =>
    model.classes > 0 ? new Uint8Array(count).fill(label.value) : undefined;
  const surface = useMemo(
    () => model.score?.(gridOf(bounds, CELLS), labels(CELLS * CELLS)),
    [model, bounds, label.value],
  );
  const samples = useMemo(
    () =>
      model.sample?.({
        count: SAMPLES,
        random: defaultRng(seed.value),
        ...model.classes > 0 && { label: label.value },
      }).values,
    [model, seed.value, label.value],
  );
  const lines = useMemo(
    () => hasPlane ? model.decode!(codeLines(), labels(2 * LINES * POINTS)) : undefined,
    [model, label.value],
  );
  useEffect(() => {
    const drawing = { canvas: canvas.current!, bounds };
    const { data, codes, arrows } = shown.value;
    const plot = plotter(drawing);
    if (surface !== undefined && shown.value.surface) plot.surface(surface);
    if (surface !== undefined && arrows) plot.arrows(gradientOf(surface, bounds, CELLS));
    if (lines !== undefined && codes) plot.lines(lines);
    if (samples !== undefined && shown.value.samples) plot.dots(samples, "--series-1", 2.4);
    if (data) plot.dots(examples.values, "--ink", 1.5);
  });
  const choices = [
    { key: "data", title: "Data", has: true },
    { key: "samples", title: "Samples", has: samples !== undefined },
    { key: "surface", title: "Surface of its score", has: surface !== undefined },
    { key: "arrows", title: "Its gradient", has: surface !== undefined },
    { key: "codes", title: "Its codes as a net", has: hasPlane },
  ] as const;
  return (
    <div class="explore points">
      <canvas
        ref={canvas}
        class="plane"
        role="img"
        aria-label="Data, samples, and the surface of the model's score"
      />
      <div>
        {choices.filter(({ has }) => has).map(({ key, title }) => (
          <label key={key} class="line">
            <input
              type="checkbox"
              checked={shown.value[key]}
              onChange={({ currentTarget }) =>
                shown.value = { ...shown.value, [key]: currentTarget.checked }}
            />{" "}
            {title}
          </label>
        ))}
        <LabelChoice model={model} examples={examples} label={label} />
        {model.sample !== undefined && (
          <button
            type="button"
            class="button"
            onClick={() => seed.value += 1}
          >
            New samples
          </button>
        )}
      </div>
    </div>
  );
}

/** Codes on lines along both axes: [2 · LINES · POINTS, 2], line by line. */
function codeLines(): Float32Array {
  const codes = new Float32Array(4 * LINES * POINTS);
  for (let i = 0; i < 2 * LINES * POINTS; i++) {
    const [line, point] = [Math.floor(i / POINTS), i % POINTS];
    const fixed = REACH * (2 * (line % LINES) / (LINES - 1) - 1);
    const along = REACH * (2 * point / (POINTS - 1) - 1);
    codes[2 * i] = line < LINES ? along : fixed;
    codes[2 * i + 1] = line < LINES ? fixed : along;
  }
  return codes;
}

function plotter({ canvas, bounds: { x, y } }: { canvas: HTMLCanvasElement; bounds: Bounds }) {
  const { context, width, height } = cleared(canvas);
  const place = (points: Float32Array, i: number) =>
    [
      width * (points[2 * i] - x[0]) / (x[1] - x[0]),
      height * (1 - (points[2 * i + 1] - y[0]) / (y[1] - y[0])),
    ] as const;
  return {
    dots(points: Float32Array, color: string, radius: number) {
      context.fillStyle = colorOf(color, 0.8);
      for (let i = 0; 2 * i < points.length; i++) {
        context.beginPath();
        context.arc(...place(points, i), radius * devicePixelRatio, 0, 7);
        context.fill();
      }
    },
    surface(values: Float32Array) {
      const sorted = Float32Array.from(values).sort();
      const [low, high] = [sorted[0], sorted.at(-1)!];
      const [w, h] = [width / CELLS, height / CELLS];
      const steps = Array.from({ length: 24 }, (_, i) => colorOf("--accent", 0.55 * i / 23));
      values.forEach((value, i) => {
        context.fillStyle = steps[Math.round(23 * (value - low) / (high - low || 1))];
        // Whole pixels: transparent cells that overlap would show seams.
        const [left, top] = [Math.round((i % CELLS) * w), Math.round(Math.floor(i / CELLS) * h)];
        const right = Math.round((i % CELLS + 1) * w);
        const bottom = Math.round((Math.floor(i / CELLS) + 1) * h);
        context.fillRect(left, top, right - left, bottom - top);
      });
    },
    arrows(gradient: Float32Array) {
      const longest = gradient.reduce((most, part) => Math.max(most, Math.abs(part)), 1e-9);
      const reach = 0.9 * ARROW * width / CELLS / longest;
      context.strokeStyle = colorOf("--ink", 0.7);
      context.lineWidth = devicePixelRatio;
      const centre = (cell: number, length: number) => (cell + 0.5) * length / CELLS;
      for (let row = 2; row < CELLS; row += ARROW) {
        for (let column = 2; column < CELLS; column += ARROW) {
          const i = 2 * (row * CELLS + column);
          const [from, down] = [centre(column, width), centre(row, height)];
          const [to, end] = [from + gradient[i] * reach, down - gradient[i + 1] * reach];
          context.beginPath();
          context.moveTo(from, down);
          context.lineTo(to, end);
          context.stroke();
          context.fillStyle = context.strokeStyle;
          context.fillRect(to - devicePixelRatio, end - devicePixelRatio, 3, 3);
        }
      }
    },
    lines(points: Float32Array) {
      context.strokeStyle = colorOf("--series-2", 0.8);
      context.lineWidth = devicePixelRatio;
      for (let line = 0; line < 2 * LINES; line++) {
        context.beginPath();
        for (let i = 0; i < POINTS; i++) context.lineTo(...place(points, line * POINTS + i));
        context.stroke();
      }
    },
  };
}
