/** A model of points in the plane: data, samples, the surface of its score, the field that samples follow. @module */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { LoadedModel } from "../../models/model_file.ts";
import { samplingStream } from "../../models/sampling_stream.ts";
import { type Bounds, boundsOf, CELLS, gridOf, type Plane } from "../../models/plane.ts";
import { modesOf, moved, type Shifts } from "../modes.ts";
import { usePainted } from "../components/painted.ts";
import { Playback } from "../components/playback.tsx";
import type { Examples } from "../examples.ts";
import { colorOf } from "../theme.ts";
import { LabelChoice } from "./label.tsx";
import { gradientOf } from "./latent.ts";
import { Modes } from "./modes.tsx";
import { cleared, paintTicks } from "./paint.ts";

/** Every so many cells have an arrow. */
const ARROW = 3;
/** Milliseconds in which samples go their way, and at most for a step of it. */
const [WAY, SLOWEST] = [5000, 300];
/** What a moment of a field is told by, in words. */
const WORDS: Readonly<Record<string, string>> = { time: "time", sigma: "noise σ" };
/** Samples that are drawn; lines of codes along each axis, and points of a line. */
const [SAMPLES, LINES, POINTS] = [500, 13, 49];
/** Codes from −REACH to REACH are drawn as lines. */
const REACH = 2;

/** The modes of the data in a reader's hand. */
export interface Held {
  /** How far they were moved. */
  readonly shifts: Shifts;
  /** Moves them; left out: they are not moved any more. */
  readonly move?: (shifts: Shifts) => void;
}

/** The plane. */
export function PointsExplorer(
  { model, examples, plane, held: { shifts, move } = { shifts: {} } }: {
    model: LoadedModel;
    /** As they were drawn. */
    examples: Examples;
    /** What is shown in place of what the model makes. */
    plane: Plane | undefined;
    held?: Held;
  },
): VNode {
  const seed = useSignal(1);
  const hasPlane = model.decode !== undefined && model.codeSize === 2;
  const shown = useSignal({ data: true, samples: true, surface: true, arrows: true, codes: false });
  const label = useSignal(0);
  const canvas = useRef<HTMLCanvasElement>(null);
  const bounds = useMemo(() => boundsOf(examples.values), [examples]);
  const points = useMemo(() => moved(examples, shifts), [examples, shifts]);
  const modes = useMemo(() => move === undefined ? [] : modesOf(examples), [
    examples,
    move === undefined,
  ]);
  const labels = (count: number) =>
    model.classes > 0 ? new Uint8Array(count).fill(label.value) : undefined;
  const surface = useMemo(
    () => {
      if (plane !== undefined) return plane.surface;
      const values = model.score?.(gridOf(bounds), labels(CELLS * CELLS));
      return values && { bounds, values };
    },
    [model, plane, bounds, label.value],
  );
  const field = plane === undefined ? model.field : undefined;
  const way = useMemo(
    () =>
      plane !== undefined
        ? plane.samples && [plane.samples]
        : wayOf(model, seed.value, model.classes > 0 ? label.value : undefined),
    [model, plane, seed.value, label.value],
  );
  // Beside the moments of its steps there is one at which samples have arrived.
  const last = field === undefined ? 0 : field.moments.length - (field.ofSteps ? 0 : 1);
  const moment = useSignal(Infinity);
  const at = Math.min(moment.value, last);
  const samples = way?.at(field?.ofSteps ? at : -1);
  const arrows = useMemo(() => {
    if (surface !== undefined) return gradientAt(surface);
    if (field === undefined) return undefined;
    const places = placesOf(gridOf(bounds));
    const step = Math.min(at, field.moments.length - 1);
    return { places, ways: field.at(step, places, labels(places.length / 2)) };
  }, [surface, field, bounds, label.value, at]);
  const lines = useMemo(
    () =>
      hasPlane && plane === undefined
        ? model.decode!(codeLines(), labels(2 * LINES * POINTS))
        : undefined,
    [model, plane, label.value],
  );
  usePainted(canvas, (canvas) => {
    const drawing = { canvas, bounds };
    const { data, codes } = shown.value;
    const plot = plotter(drawing);
    if (surface !== undefined && shown.value.surface) plot.surface(surface);
    if (arrows !== undefined && shown.value.arrows) plot.arrows(arrows);
    if (lines !== undefined && codes) plot.lines(lines);
    if (samples !== undefined && shown.value.samples) plot.dots(samples, "--series-1", 2.4);
    if (data) plot.dots(points, "--ink", 1.5);
    plot.ticks();
  });
  const choices = [
    { key: "data", title: "Data", has: true },
    { key: "samples", title: "Samples", has: samples !== undefined },
    { key: "surface", title: "Surface of its score", has: surface !== undefined },
    {
      key: "arrows",
      title: surface !== undefined ? "Its gradient" : "Where samples go",
      has: arrows !== undefined,
    },
    { key: "codes", title: "Its codes as a net", has: hasPlane },
  ] as const;
  return (
    <div class="explore points">
      <figure>
        <Modes modes={modes} bounds={bounds} shifts={shifts} move={(next) => move?.(next)}>
          <canvas
            ref={canvas}
            class="plane"
            role="img"
            aria-label={`Data, samples, and ${
              field === undefined
                ? "the surface of the model's score"
                : "the field that samples follow"
            }`}
          />
        </Modes>
        {field !== undefined && (
          <Way
            steps={last}
            at={at}
            told={at === field.moments.length
              ? "samples"
              : `${WORDS[field.by] ?? field.by} ${Number(field.moments[at].toPrecision(3))}`}
            go={(step) => moment.value = step}
          />
        )}
      </figure>
      <div>
        {choices.filter(({ has }) => has).map(({ key, title }) => (
          <label key={key} class="line">
            <input
              type="checkbox"
              checked={shown.value[key]}
              disabled={key === "codes" && plane !== undefined}
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
            disabled={plane !== undefined}
            onClick={() => seed.value += 1}
          >
            New samples
          </button>
        )}
        {modes.length > 0 && (
          <>
            <p class="note">Drag a mode of the data: training goes on with it there.</p>
            <button
              type="button"
              class="button plain"
              disabled={Object.keys(shifts).length === 0}
              onClick={() => move!({})}
            >
              Put the modes back
            </button>
          </>
        )}
      </div>
    </div>
  );
}

/** Samples on their way: x before each of the steps that a field is of, and where they arrive. */
function wayOf(
  { sample, field }: LoadedModel,
  seed: number,
  label: number | undefined,
): readonly Float32Array[] | undefined {
  const way: Float32Array[] = [];
  const watch = (step: number, x: Float32Array, first: number) => {
    (way[step] ??= new Float32Array(2 * SAMPLES)).set(x, 2 * first);
  };
  const drawn = sample?.({
    ...{ count: SAMPLES, random: samplingStream(seed), label },
    ...field?.ofSteps && { watch },
  });
  return drawn && [...way, drawn.values];
}

/** A slider over the moments of a field, and a button that lets samples go their way. */
function Way(
  { steps, at, told, go }: {
    /** The last moment; the first is 0. */
    steps: number;
    at: number;
    /** What the moment is called. */
    told: string;
    go: (moment: number) => void;
  },
): VNode {
  const playing = useSignal(false);
  const place = useRef(at);
  place.current = at;
  useEffect(() => {
    if (!playing.value) return;
    const timer = setInterval(() => {
      if (place.current === steps) playing.value = false;
      else go(place.current + 1);
    }, Math.min(SLOWEST, WAY / steps));
    return () => clearInterval(timer);
  }, [playing.value, steps]);
  return (
    <Playback
      playing={playing.value}
      toggle={() => {
        if (!playing.value && at === steps) go(0);
        playing.value = !playing.value;
      }}
      play="Play the way of the samples"
      stop="Stop the samples"
      moment="Moment of the field"
      told={told}
      last={steps}
      at={at}
      go={go}
    >
      <output>{told}</output>
    </Playback>
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

/** The surface of a score over a stretch of the plane. */
type Surface = NonNullable<Plane["surface"]>;

/** Arrows: where they begin, and which way they go, [count, 2] each. */
interface Arrows {
  readonly places: Float32Array;
  readonly ways: Float32Array;
}

/** The rows [count, 2] of a grid that have an arrow. */
function placesOf(grid: Float32Array): Float32Array {
  const places: number[] = [];
  for (let row = 2; row < CELLS; row += ARROW) {
    for (let column = 2; column < CELLS; column += ARROW) {
      const i = 2 * (row * CELLS + column);
      places.push(grid[i], grid[i + 1]);
    }
  }
  return Float32Array.from(places);
}

/** The gradient of a surface as arrows. */
function gradientAt({ bounds, values }: Surface): Arrows {
  const ways = placesOf(gradientOf(values, bounds, CELLS));
  return { places: placesOf(gridOf(bounds)), ways };
}

function plotter({ canvas, bounds }: { canvas: HTMLCanvasElement; bounds: Bounds }) {
  const paper = cleared(canvas);
  const { context, width, height } = paper;
  const { x, y } = bounds;
  const place = (a: number, b: number) =>
    [width * (a - x[0]) / (x[1] - x[0]), height * (1 - (b - y[0]) / (y[1] - y[0]))] as const;
  return {
    dots(points: Float32Array, color: string, radius: number) {
      context.fillStyle = colorOf(color, 0.8);
      for (let i = 0; 2 * i < points.length; i++) {
        context.beginPath();
        context.arc(...place(points[2 * i], points[2 * i + 1]), radius * devicePixelRatio, 0, 7);
        context.fill();
      }
    },
    surface({ bounds, values }: Surface) {
      const sorted = values.filter(Number.isFinite).sort();
      const [low, high] = [sorted[0], sorted.at(-1)!];
      const cells = document.createElement("canvas");
      [cells.width, cells.height] = [CELLS, CELLS];
      const each = cells.getContext("2d")!;
      const steps = Array.from({ length: 24 }, (_, i) => colorOf("--accent", 0.55 * i / 23));
      values.forEach((value, i) => {
        if (!Number.isFinite(value)) return;
        each.fillStyle = steps[Math.round(23 * (value - low) / (high - low || 1))];
        each.fillRect(i % CELLS, Math.floor(i / CELLS), 1, 1);
      });
      const [left, top] = place(bounds.x[0], bounds.y[1]);
      const [right, bottom] = place(bounds.x[1], bounds.y[0]);
      context.imageSmoothingQuality = "high";
      context.drawImage(cells, left, top, right - left, bottom - top);
    },
    arrows({ places, ways }: Arrows) {
      const [perX, perY] = [width / (x[1] - x[0]), height / (y[1] - y[0])];
      const steps = Array.from(
        ways,
        (part, i) => Number.isFinite(part) ? part * (i % 2 === 0 ? perX : -perY) : 0,
      );
      const longest = steps.reduce((most, step) => Math.max(most, Math.abs(step)), 1e-9);
      const reach = 0.9 * ARROW * width / CELLS / longest;
      context.strokeStyle = context.fillStyle = colorOf("--ink", 0.7);
      context.lineWidth = devicePixelRatio;
      for (let i = 0; i < places.length; i += 2) {
        const [from, down] = place(places[i], places[i + 1]);
        const [to, end] = [from + steps[i] * reach, down + steps[i + 1] * reach];
        context.beginPath();
        context.moveTo(from, down);
        context.lineTo(to, end);
        context.stroke();
        context.fillRect(to - devicePixelRatio, end - devicePixelRatio, 3, 3);
      }
    },
    ticks: () => paintTicks(paper, bounds),
    lines(points: Float32Array) {
      context.strokeStyle = colorOf("--series-2", 0.8);
      context.lineWidth = devicePixelRatio;
      for (let line = 0; line < 2 * LINES; line++) {
        context.beginPath();
        for (let i = 2 * line * POINTS; i < 2 * (line + 1) * POINTS; i += 2) {
          context.lineTo(...place(points[i], points[i + 1]));
        }
        context.stroke();
      }
    },
  };
}
