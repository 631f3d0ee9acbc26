/** What the policy would do elsewhere: a map over two numbers of what it sees. @module */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useMemo, useRef } from "preact/hooks";
import type { Box } from "../../lab/core/space.ts";
import { usePainted } from "../components/painted.ts";
import { paletteSize } from "../components/palette.ts";
import type { Episodes } from "../episodes.ts";
import { cleared } from "../explorer/paint.ts";
import { figure } from "../format.ts";
import { observationNames } from "../observation_names.ts";
import { type PolicyMap, policyMap, type Range, rangesOf, tintsOf } from "../policy_map.ts";
import { extremes, WORTH_COLOR } from "../strip.ts";
import { colorOf } from "../theme.ts";
import { opened } from "./world.ts";

/** What the map is told. */
export interface PolicyMapProps {
  readonly episodes: Episodes;
  /** Of the policy. */
  readonly bytes: Uint8Array;
  readonly agent: string;
  /** What actions are called. */
  readonly names: readonly string[];
  /** Whether it learned within the world's action masks, which are known here and now alone. */
  readonly isMasked: boolean;
  /** Changes with every frame. */
  readonly frame: number;
}

/** The map, behind a line that opens it. */
export function PolicyMapView(props: PolicyMapProps): VNode {
  const isOpen = useSignal(false);
  return (
    <details onToggle={(event) => isOpen.value = event.currentTarget.open}>
      <summary>What it would do elsewhere: a map over two numbers that it sees</summary>
      {isOpen.value && <OpenMap {...props} />}
    </details>
  );
}

function OpenMap({ episodes, bytes, agent, names, isMasked }: PolicyMapProps): VNode {
  const space = episodes.environment.observationSpace as Box;
  const numbers = observationNames(episodes.environment.id, space.flatSize);
  const across = useSignal(0);
  const up = useSignal(1);
  const chosen = useSignal<number | "best" | "worth">("best");
  const policy = useMemo(() => opened(bytes), [bytes]);
  const canvas = useRef<HTMLCanvasElement>(null);
  const seen = episodes.seen as readonly Float32Array[];
  const at = seen.at(-1)!;
  const all = rangesOf(space, seen);
  const axes = [across.value, up.value] as const;
  const ranges = [all[axes[0]], all[axes[1]]] as const;
  const others = at.filter((_, i) => !axes.includes(i)).join();
  const whole = useMemo(
    () => policyMap(policy, at, axes, ranges, agent),
    [policy, others, ...axes, ...ranges.flat()],
  );
  const isWorth = chosen.value === "worth" && whole.worths !== undefined;
  const map = isWorth ? whole.worths! : whole;
  const shown = chosen.value === "worth" ? "best" : chosen.value;
  usePainted(canvas, (canvas) => {
    draw(canvas, map, shown);
    drawPath(canvas, seen.map((each) => [each[axes[0]], each[axes[1]]]), ranges);
  });
  const actions = whole.rows[0].length;
  const nameOf = (action: number) => names[action] ?? `action ${action}`;
  const axis = (title: string, chosen: typeof across, other: number) => (
    <label>
      {title}{" "}
      <select
        value={chosen.value}
        onChange={({ currentTarget }) => chosen.value = Number(currentTarget.value)}
      >
        {numbers.map((name, i) => (
          <option key={i} value={i} selected={i === chosen.value} disabled={i === other}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <div class="policy-map">
      <div class="toolbar">
        {axis("Across", across, up.value)}
        {axis("Up", up, across.value)}
        {(whole.kind !== "actions" || actions > 1 || whole.worths !== undefined) && (
          <label>
            Colour{" "}
            <select
              value={chosen.value === "best" && whole.kind === "actions" ? 0 : chosen.value}
              onChange={({ currentTarget: { value } }) =>
                chosen.value = value === "best" || value === "worth" ? value : Number(value)}
            >
              {whole.kind !== "actions" && <option value="best">the best action</option>}
              {whole.worths !== undefined && <option value="worth">what its critic expects</option>}
              {Array.from(
                { length: actions },
                (_, i) => <option key={i} value={i}>{nameOf(i)}</option>,
              )}
            </select>
          </label>
        )}
      </div>
      <div class="sides">
        <small>{figure(ranges[1][1])}</small>
        <small>{figure(ranges[1][0])}</small>
        <canvas
          ref={canvas}
          role="img"
          aria-label={`${numbers[axes[0]]} and ${numbers[axes[1]]}`}
        />
        <small>{figure(ranges[0][0])}</small>
        <small>{figure(ranges[0][1])}</small>
      </div>
      <Legend map={map} shown={shown} nameOf={nameOf} />
      <p class="note">
        All other numbers are as they are now (the ring); the line is the episode so far.
        {isMasked &&
          " What the world forbids elsewhere is not known: here the policy chooses among all actions."}
      </p>
    </div>
  );
}

const titles = {
  probabilities: "Probability of",
  values: "Worth (Q) of",
  actions: "Action",
  worths: "Worth from there on, discounted:",
} as const;

function Legend(
  { map: { kind, rows }, shown, nameOf }: {
    map: PolicyMap;
    shown: number | "best";
    nameOf: (action: number) => string;
  },
): VNode {
  const chosen = rows.map((row) =>
    shown === "best" ? kind === "actions" ? row[0] : Math.max(...row) : row[shown]
  );
  const [least, most] = extremes(chosen).map((value) => figure(Number(value.toPrecision(3))));
  const key = (series: number, text: string) => (
    <span key={series} class={`series-${series % paletteSize} key`}>{text}</span>
  );
  return (
    <p class="legend">
      {titles[kind]} {kind === "actions"
        ? [key(0, least), key(1, most)]
        : kind === "worths"
        ? key(WORTH_COLOR, "expected")
        : shown === "best"
        ? rows[0].map((_, action) => key(action, nameOf(action)))
        : key(shown, nameOf(shown))}
      {kind !== "actions" && <span>from {least} (faint) to {most}</span>}
    </p>
  );
}

function draw(canvas: HTMLCanvasElement, map: PolicyMap, shown: number | "best"): void {
  const { context, width, height } = cleared(canvas);
  const { cells } = map;
  const [w, h] = [width / cells, height / cells];
  tintsOf(map, shown).forEach(({ series, strength }, cell) => {
    context.fillStyle = colorOf(`--series-${series % paletteSize}`, strength);
    const [column, row] = [cell % cells, cells - 1 - Math.floor(cell / cells)];
    // Whole pixels: transparent cells that overlap would show seams.
    const [left, top] = [Math.round(column * w), Math.round(row * h)];
    context.fillRect(
      left,
      top,
      Math.round((column + 1) * w) - left,
      Math.round((row + 1) * h) - top,
    );
  });
}

/** The way through the map, and where it stands. */
function drawPath(
  canvas: HTMLCanvasElement,
  path: readonly (readonly number[])[],
  [x, y]: readonly [Range, Range],
): void {
  const context = canvas.getContext("2d")!;
  const place = ([across, up]: readonly number[]) =>
    [
      canvas.width * (across - x[0]) / (x[1] - x[0]),
      canvas.height * (1 - (up - y[0]) / (y[1] - y[0])),
    ] as const;
  context.strokeStyle = colorOf("--ink");
  context.lineWidth = devicePixelRatio;
  context.beginPath();
  for (const point of path) context.lineTo(...place(point));
  context.stroke();
  context.lineWidth = 2 * devicePixelRatio;
  context.beginPath();
  context.arc(...place(path.at(-1)!), 6 * devicePixelRatio, 0, 7);
  context.stroke();
}
