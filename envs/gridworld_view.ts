/**
 * What a grid world shows: observations of a state, and its drawing.
 *
 * @module
 */
import { observeInto } from "../lab/core/define_environment.ts";
import type { Observe } from "../lab/core/environment.ts";
import type { Scene } from "../lab/core/scene.ts";
import { rgbOf } from "../lab/core/render_raster.ts";
import { Box, Discrete, type Space } from "../lab/core/space.ts";
import { colors } from "./colors.ts";
import { cellCenter, type CellMark, drawGrid, withAgent } from "./grid_scene.ts";
import type { GridMap } from "./gridworld_map.ts";
import { isClosed, keysOf, stateCount } from "./gridworld_moves.ts";

/** How the agent's state is shown. */
export const observationKinds = ["index", "coordinates", "one-hot", "window", "image"] as const;

/** A space of observations and the function that shows a state in it. */
export interface View {
  readonly space: Space;
  readonly observe: Observe<number, number | Float32Array>;
}

/** What a cell holds where keys are held: a key that was taken is gone, an unlocked door open. */
function symbolAt(map: GridMap, cell: number, keys: number): string {
  const symbol = map.cells[cell];
  const key = map.keys.indexOf(symbol.toLowerCase());
  return key >= 0 && ((keys >> key) & 1) === 1 ? "." : symbol;
}

/** Kinds of cells that the window distinguishes, one channel each. */
const channels = [/#/, /G/, /O/, /~/, /[\^>v<]/, /[a-f]/, /[A-F]/, /[1-9]/];

function windowView(map: GridMap, radius: number): View {
  const width = 2 * radius + 1;
  const shape = [width, width, channels.length];
  return {
    space: new Box({ low: 0, high: 1, shape }),
    observe(state) {
      const out = new Float32Array(width * width * channels.length);
      const cell = state % map.cells.length;
      const [row, column] = [Math.floor(cell / map.columns), cell % map.columns];
      for (let i = 0; i < width * width; i++) {
        const y = row + Math.floor(i / width) - radius;
        const x = column + i % width - radius;
        const isInside = y >= 0 && y < map.rows && x >= 0 && x < map.columns;
        const symbol = isInside ? symbolAt(map, y * map.columns + x, keysOf(map, state)) : "#";
        const channel = channels.findIndex((kind) => kind.test(symbol));
        if (channel >= 0) out[i * channels.length + channel] = 1;
      }
      return out;
    },
  };
}

function imageView(map: GridMap): View {
  return {
    space: new Box({ low: 0, high: 1, shape: [map.rows, map.columns, 3] }),
    observe(state) {
      const agent = state % map.cells.length;
      const pixels = map.cells.flatMap((_, cell) =>
        rgbOf(
          cell === agent
            ? colors.agent
            : markOf(map, cell, keysOf(map, state))?.fill ?? colors.paper,
        )
      );
      return Float32Array.from(pixels, (value) => value / 255);
    },
  };
}

/** The view of a kind; `radius` is the window's. */
export function viewOf(
  map: GridMap,
  kind: typeof observationKinds[number],
  radius: number,
): View {
  const { rows, columns, keys } = map;
  const size = map.cells.length;
  const writeKeys = (state: number, out: Float32Array, offset: number) => {
    for (let i = 0; i < keys.length; i++) out[offset + i] = (keysOf(map, state) >> i) & 1;
  };
  switch (kind) {
    case "index":
      return { space: new Discrete(stateCount(map)), observe: (state) => state };
    case "window":
      return windowView(map, radius);
    case "image":
      return imageView(map);
  }
  const length = (kind === "one-hot" ? size : 2) + keys.length;
  const write = (state: number, out: Float32Array, offset: number) => {
    const cell = state % size;
    if (kind === "one-hot") {
      out.fill(0, offset, offset + size);
      out[offset + cell] = 1;
    } else {
      out[offset] = Math.floor(cell / columns) / Math.max(1, rows - 1);
      out[offset + 1] = cell % columns / Math.max(1, columns - 1);
    }
    writeKeys(state, out, offset + length - keys.length);
  };
  return {
    space: new Box({ low: 0, high: 1, shape: [length] }),
    observe: observeInto(length, write),
  };
}

function markOf(map: GridMap, cell: number, keys: number): CellMark | undefined {
  const symbol = symbolAt(map, cell, keys);
  if (symbol === "#") return { fill: colors.body, solid: true };
  if (symbol === "S") return { fill: colors.start };
  if (symbol === "G") return { fill: colors.goal, text: "G" };
  if (symbol === "O") return { fill: colors.danger, text: "O" };
  if (symbol === "~") return { fill: colors.ice };
  if (symbol !== ".") {
    return { fill: isClosed(map, symbol, keys) ? colors.rod : colors.joint, text: symbol };
  }
  const wind = map.wind[cell % map.columns];
  return wind === 0 ? undefined : { text: wind > 0 ? "↑" : "↓", color: colors.ground };
}

/** What draws a state. What stands around the agent is drawn once for each set of keys. */
export function drawingOf(map: GridMap): (state: number) => Scene {
  const { rows, columns, cells } = map;
  const grounds = new Map<number, Scene>();
  return (state) => {
    const keys = keysOf(map, state);
    let ground = grounds.get(keys);
    if (ground === undefined) {
      ground = drawGrid(rows, columns, (cell) => markOf(map, cell, keys), undefined);
      grounds.set(keys, ground);
    }
    return withAgent(ground, cellCenter(rows, columns, state % cells.length));
  };
}
