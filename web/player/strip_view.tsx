/** What the policy made of each step, drawn along the episode. @module */
import type { VNode } from "preact";
import { useRef } from "preact/hooks";
import { usePainted } from "../components/painted.ts";
import { paletteSize } from "../components/palette.ts";
import { figure } from "../format.ts";
import { colorOf } from "../theme.ts";
import type { Strip } from "../strip.ts";

const titles = {
  probabilities: "Probability of each action",
  values: "What each action is worth (Q)",
  actions: "Action",
  worths: "Worth from here on, discounted",
} as const;

/** The strip; `at` is the step that the episode stands at, `color` that of its first line. */
export function StripView(
  { strip, at, names, color = 0 }: {
    strip: Strip;
    at: number;
    names: readonly string[];
    color?: number;
  },
): VNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  usePainted(canvas, (canvas) => draw(canvas, strip, at, color));
  const { kind, range } = strip;
  const now = strip.rows[Math.min(at, strip.rows.length) - 1] ?? [];
  return (
    <figure class="strip">
      <figcaption>
        {titles[kind]}
        {now.map((value, i) => (
          <span key={i} class={`series-${(color + i) % paletteSize} key`}>
            {names[i] ?? i} <b>{wordsOf(value)}</b>
          </span>
        ))}
        {kind !== "probabilities" && (
          <span class="range">
            {range.map((end) => figure(end)).join(" … ")}
          </span>
        )}
      </figcaption>
      <canvas ref={canvas} aria-hidden="true" />
    </figure>
  );
}

function wordsOf(value: number): string {
  return value === -Infinity ? "forbidden" : figure(value);
}

function draw(
  canvas: HTMLCanvasElement,
  { kind, rows, range: [low, high] }: Strip,
  at: number,
  color: number,
) {
  const [width, height] = [canvas.clientWidth, canvas.clientHeight].map((length) =>
    Math.round(length * devicePixelRatio)
  );
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d")!;
  context.clearRect(0, 0, width, height);
  const step = width / Math.max(rows.length, 50);
  const lines = Math.max(0, ...rows.map((row) => row?.length ?? 0));
  const colors = Array.from(
    { length: lines },
    (_, i) => colorOf(`--series-${(color + i) % paletteSize}`),
  );
  if (kind === "probabilities") {
    rows.forEach((row, t) => {
      let from = 0;
      row?.forEach((share, i) => {
        context.fillStyle = colors[i];
        context.fillRect(t * step, height * (1 - from - share), step + 0.5, height * share);
        from += share;
      });
    });
  } else {
    context.lineWidth = 1.5 * devicePixelRatio;
    const y = (value: number) => (height - 4) * (1 - (value - low) / (high - low)) + 2;
    for (let i = 0; i < lines; i++) {
      context.strokeStyle = colors[i];
      context.beginPath();
      rows.forEach((row, t) => {
        if (Number.isFinite(row?.[i])) context.lineTo((t + 0.5) * step, y(row![i]));
      });
      context.stroke();
    }
  }
  context.fillStyle = colorOf("--ink");
  context.fillRect(at * step - devicePixelRatio, 0, 2 * devicePixelRatio, height);
}
