/**
 * Maps of what a policy is worth in a world of cells, where it goes, and where it was: exact values
 * from the world's own table.
 *
 * @module
 */
import type { Environment, TransitionTable } from "../lab/core/environment.ts";
import type { Color, Scene, Shape } from "../lab/core/scene.ts";
import type { Json } from "../lab/core/snapshot.ts";
import { Discrete } from "../lab/core/space.ts";
import type { Actor } from "./episodes.ts";

/** A grid whose states are its cells, row by row from the top left. */
export interface Grid {
  readonly rows: number;
  readonly columns: number;
  readonly table: TransitionTable;
}

/** The grid of a world; undefined where its states are no cells, or it has no table. */
export function gridOf(environment: Environment): Grid | undefined {
  const table = environment.transitions?.();
  const scene = table && environment.scene?.();
  if (table === undefined || scene === undefined) return undefined;
  const [left, bottom, columns, rows] = scene.view;
  const { observationSpace: seen, actionSpace: done } = environment;
  const isOfCells = left === 0 && bottom === 0 && rows * columns === table.length &&
    seen instanceof Discrete && seen.n === table.length && seen.start === 0 &&
    done instanceof Discrete && done.start === 0;
  return isOfCells ? { rows, columns, table } : undefined;
}

/**
 * What an actor does in each state [S], within the world's action masks where it keeps to them.
 *
 * @param place A world of its own that has begun: it is put into each state.
 */
export function actionsIn(
  table: TransitionTable,
  actor: Pick<Actor, "act" | "masked">,
  place: Environment,
): Int32Array {
  const begun = place.snapshot?.() as { readonly [key: string]: Json } | undefined;
  const isMasked = actor.masked && place.actionMask !== undefined &&
    typeof begun?.state === "number";
  return Int32Array.from(table, (_, state) => {
    if (!isMasked) return actor.act(state) as number;
    place.restore!({ ...begun, state });
    return actor.act(state, { actionMask: place.actionMask!() }) as number;
  });
}

/** Sweeps after which a value that still changes, as a share of itself, has no end to go to. */
const SWEEPS = 10_000;
const PRECISION = 1e-9;
const STILL = 1e-6;

/**
 * What each state is worth under a policy: v(s) = Σ p (r + γ v(s′)), Sutton and Barto (2018),
 * equation 4.4, by sweeps in place until no value changes by 10⁻⁹. Terminal states are worth 0; NaN
 * where the sum does not settle, as without a discount where the policy comes to no end.
 *
 * @param actions The policy's action in each state [S].
 * @param gamma γ in [0, 1].
 */
export function policyValues(
  table: TransitionTable,
  actions: ArrayLike<number>,
  gamma: number,
): Float64Array {
  const values = new Float64Array(table.length);
  const changes = new Float64Array(table.length);
  for (let sweep = 0, change = 1; change > PRECISION && sweep < SWEEPS; sweep++) {
    change = 0;
    table.forEach((row, state) => {
      let value = 0;
      for (const { probability, state: next, reward, terminated } of row[actions[state]] ?? []) {
        value += probability * (reward + (terminated ? 0 : gamma * values[next]));
      }
      changes[state] = Math.abs(value - values[state]);
      change = Math.max(change, changes[state]);
      values[state] = value;
    });
  }
  return values.map((value, state) =>
    changes[state] > STILL * Math.max(1, Math.abs(value)) ? NaN : value
  );
}

/** The state of the cell at a point of the drawing; undefined: the point lies outside. */
export function stateAt(
  { rows, columns }: Grid,
  [x, y]: readonly [x: number, y: number],
): number | undefined {
  const [row, column] = [rows - 1 - Math.floor(y), Math.floor(x)];
  const isInside = row >= 0 && row < rows && column >= 0 && column < columns;
  return isInside ? row * columns + column : undefined;
}

/** Whether nothing follows in a state: no action leads out of it. */
export function isTerminal(table: TransitionTable, state: number): boolean {
  return table[state].every((ways) => ways.every(({ state: next }) => next === state));
}

/** Where actions of these names go, in cells to the right and up. */
const headings: Readonly<Record<string, readonly [right: number, up: number]>> = {
  "up": [0, 1],
  "down": [0, -1],
  "left": [-1, 0],
  "right": [1, 0],
};

/**
 * Where an action means to go, as a direction of length 1: ice may lead elsewhere. Undefined where
 * its name is no direction.
 */
export function headingOf(name: string): readonly [right: number, up: number] | undefined {
  const parts = name.split(" ").map((part) => headings[part]);
  if (parts.includes(undefined!)) return undefined;
  const [right, up] = [0, 1].map((i) => parts.reduce((sum, part) => sum + part[i], 0));
  const length = Math.hypot(right, up);
  return [right / length, up / length];
}

/** The colours of the lowest and of the highest figure. */
export const tints: readonly [lowest: Color, highest: Color] = ["#f7f6f2", "#3b7cc4"];

/** A colour between two, at a share 0 … 1. */
export function mixed(from: Color, to: Color, share: number): Color {
  const channel = (color: Color, i: number) => parseInt(color.slice(1 + 2 * i, 3 + 2 * i), 16);
  const parts = [0, 1, 2].map((i) => {
    const value = channel(from, i) + share * (channel(to, i) - channel(from, i));
    return Math.round(value).toString(16).padStart(2, "0");
  });
  return `#${parts.join("")}`;
}

/**
 * The scene with each cell tinted by its figure, from the lowest to the highest, and an arrow where
 * the policy goes. What stands above the grid, the agent, stays on top.
 *
 * @param figures Of each state; NaN leaves its cell as it is.
 * @param goes The name of the action that the policy takes in a state; left out: no arrows.
 */
export function mapped(
  scene: Scene,
  grid: Grid,
  figures: ArrayLike<number>,
  goes?: (state: number) => string,
): Scene {
  const { rows, columns, table } = grid;
  const states = [...table.keys()].filter((state) => !isTerminal(table, state));
  const shown = states.filter((state) => Number.isFinite(figures[state]));
  const low = Math.min(...shown.map((state) => figures[state]));
  const high = Math.max(...shown.map((state) => figures[state]));
  const marks: Shape[] = [];
  for (const state of states) {
    const [x, y] = [state % columns + 0.5, rows - Math.floor(state / columns) - 0.5];
    const share = Number.isNaN(figures[state])
      ? NaN
      : high > low
      ? (figures[state] - low) / (high - low)
      : 0;
    if (Number.isFinite(share)) {
      const reach = 0.47;
      const points = [[-1, -1], [1, -1], [1, 1], [-1, 1]]
        .map(([i, j]) => [x + i * reach, y + j * reach] as const);
      marks.push({ kind: "polygon", points, fill: mixed(...tints, share) });
    }
    const heading = goes && headingOf(goes(state));
    if (heading !== undefined) marks.push(...arrow(x, y, heading, share > 0.6));
  }
  const { shapes } = scene;
  return { ...scene, shapes: [...shapes.slice(0, -1), ...marks, ...shapes.slice(-1)] };
}

/** An arrow over a cell in a direction of length 1. */
function arrow(
  x: number,
  y: number,
  [dx, dy]: readonly [number, number],
  onDeep: boolean,
): Shape[] {
  const color: Color = onDeep ? "#ffffff" : "#2b3440";
  const at = (along: number, across: number) =>
    [x + along * dx - across * dy, y + along * dy + across * dx] as const;
  return [
    { kind: "line", points: [at(-0.25, 0), at(0.25, 0)], color, width: 0.05 },
    { kind: "line", points: [at(0.1, 0.13), at(0.25, 0), at(0.1, -0.13)], color, width: 0.05 },
  ];
}
