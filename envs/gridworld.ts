/**
 * GridWorld-v0: walk over a map of cells to a goal.
 *
 * ## Description
 * The agent stands in one cell of a grid and moves to a neighbouring one, around walls and pits,
 * until it reaches a goal. The map is text: `#` is a wall, `S` a start, `G` a goal, `O` a pit, `.`
 * or a space a free cell.
 *
 * ## Action space
 * `Discrete(4)`: 0 up, 1 right, 2 down, 3 left. A move into a wall or over the border stays where
 * it is.
 *
 * ## Observation space
 * The agent's cell, counted row by row from the top left (row × columns + column), as
 * - `index`: `Discrete(rows × columns)`,
 * - `coordinates`: `Box` of row ÷ (rows − 1) and column ÷ (columns − 1), each in [0, 1],
 * - `one-hot`: `Box` of rows × columns values, 1 at the cell, 0 elsewhere.
 *
 * ## Rewards
 * −`stepCost` for every step; `goalReward` more for the one into a goal, `pitReward` more for the
 * one into a pit.
 *
 * ## Starting state
 * One of the map's starts, each as likely as the others.
 *
 * ## End of episode
 * Terminated in a goal or a pit. Truncated after `timeLimit` steps.
 *
 * ## Arguments
 * - `map` (default empty): the text of a map, taken instead of a named one.
 * - `mapName` (default `empty-8x8`): `empty-8x8`, `four-rooms`, `cliff` or `dyna-maze`.
 * - `stepCost` (0.01), `goalReward` (1), `pitReward` (−1).
 * - `slip` (0): probability that a move goes to one of the two sides instead, each as likely.
 * - `observation` (`index`): `index`, `coordinates` or `one-hot`.
 * - `timeLimit` (200).
 *
 * ## Version history
 * - v0: first version.
 *
 * @module
 */
import * as z from "zod";
import { defineEnvironment } from "../lab/core/define_environment.ts";
import type { EnvironmentDefinition } from "../lab/core/environment.ts";
import type { Color, Scene, Shape } from "../lab/core/scene.ts";
import { Box, Discrete, type Space } from "../lab/core/space.ts";
import { type GridMap, isTerminal, moves, namedMaps, neighbor, parseMap } from "./gridworld_map.ts";

/** Options of GridWorld-v0. */
export interface GridWorldOptions {
  /** The text of a map, taken instead of `mapName` where it is not empty. */
  readonly map: string;
  /** A map of the lab. */
  readonly mapName: keyof typeof namedMaps;
  /** Taken from the reward of every step. */
  readonly stepCost: number;
  /** Reward of reaching a goal. */
  readonly goalReward: number;
  /** Reward of falling into a pit. */
  readonly pitReward: number;
  /** Probability that a move goes to one of the two sides instead. */
  readonly slip: number;
  /** How the agent's cell is shown. */
  readonly observation: "index" | "coordinates" | "one-hot";
  /** Steps after which an episode is truncated. */
  readonly timeLimit: number;
}

/** Checks the options of GridWorld-v0 and fills in the defaults. */
export const gridWorldConfiguration: z.ZodType<GridWorldOptions> = z.strictObject({
  map: z.string().default("").describe(
    "text of a map (# wall, S start, G goal, O pit, . free), taken instead of mapName",
  ),
  mapName: z.enum(["empty-8x8", "four-rooms", "cliff", "dyna-maze"]).default("empty-8x8")
    .describe("a map of the lab"),
  stepCost: z.number().default(0.01).describe("taken from the reward of every step"),
  goalReward: z.number().default(1).describe("reward of reaching a goal"),
  pitReward: z.number().default(-1).describe("reward of falling into a pit"),
  slip: z.number().min(0).max(1).default(0).describe(
    "probability that a move goes to one of the two sides instead",
  ),
  observation: z.enum(["index", "coordinates", "one-hot"]).default("index").describe(
    "how the agent's cell is shown",
  ),
  timeLimit: z.int().min(1).default(200).describe("steps after which an episode is truncated"),
});

/** One way in which an action may turn out. */
export interface Transition {
  /** In (0, 1]. */
  readonly probability: number;
  /** The next cell. */
  readonly state: number;
  /** Step cost, goal and pit together. */
  readonly reward: number;
  /** Whether the next cell is a goal or a pit. */
  readonly terminated: boolean;
}

function mapOf(options: Pick<GridWorldOptions, "map" | "mapName">): GridMap {
  return parseMap(options.map === "" ? namedMaps[options.mapName] : options.map);
}

/** What happens where the move `direction` is made from `cell`. */
function arrive(map: GridMap, options: GridWorldOptions, cell: number, direction: number) {
  const state = neighbor(map, cell, direction);
  const symbol = map.cells[state];
  const extra = symbol === "G" ? options.goalReward : symbol === "O" ? options.pitReward : 0;
  return { state, reward: extra - options.stepCost, terminated: isTerminal(map, state) };
}

/**
 * The world as data: `table[cell][action]` lists the ways in which the action may turn out, their
 * probabilities adding up to 1. Walls, goals and pits, from which nothing goes on, have none.
 */
export function gridWorldTransitions(options: GridWorldOptions): Transition[][][] {
  const map = mapOf(options);
  const { slip } = options;
  return map.cells.map((symbol, cell) =>
    moves.map((_, action) => {
      if (symbol === "#" || isTerminal(map, cell)) return [];
      const turns = [[action, 1 - slip], [(action + 3) % 4, slip / 2], [
        (action + 1) % 4,
        slip / 2,
      ]];
      return turns.filter(([, probability]) => probability > 0).map(([direction, probability]) => ({
        probability,
        ...arrive(map, options, cell, direction),
      }));
    })
  );
}

/** The space of observations and the function that shows a cell in it. */
function view(map: GridMap, kind: GridWorldOptions["observation"]): {
  space: Space;
  observe: (cell: number) => number | Float32Array;
} {
  const { rows, columns } = map;
  const size = rows * columns;
  if (kind === "index") return { space: new Discrete(size), observe: (cell) => cell };
  if (kind === "coordinates") {
    return {
      space: new Box({ low: 0, high: 1, shape: [2] }),
      observe: (cell) =>
        Float32Array.of(
          Math.floor(cell / columns) / Math.max(1, rows - 1),
          cell % columns / Math.max(1, columns - 1),
        ),
    };
  }
  return {
    space: new Box({ low: 0, high: 1, shape: [size] }),
    observe(cell) {
      const row = new Float32Array(size);
      row[cell] = 1;
      return row;
    },
  };
}

/** GridWorld-v0 with its options. The state is the agent's cell. */
export function gridWorld(
  options: GridWorldOptions,
): EnvironmentDefinition<number, unknown, number> {
  const map = mapOf(options);
  const { space, observe } = view(map, options.observation);
  return defineEnvironment({
    id: "GridWorld-v0",
    summary: "Walk over a map to a goal",
    observationSpace: space,
    actionSpace: new Discrete(4),
    timeLimit: options.timeLimit,
    reset: (random) => map.starts[random.integers(map.starts.length)],
    step(cell: number, action: number, random) {
      let direction = action;
      if (options.slip > 0) {
        const turn = random.random();
        if (turn < options.slip) direction = (action + (turn < options.slip / 2 ? 3 : 1)) % 4;
      }
      return arrive(map, options, cell, direction);
    },
    observe,
    scene: (cell) => draw(map, cell),
  });
}

const colors: Record<"free" | "line" | "wall" | "S" | "G" | "O" | "mark" | "agent", Color> = {
  free: "#f7f6f2",
  line: "#dfe1e5",
  wall: "#2b3440",
  S: "#cfd9ea",
  G: "#58a55c",
  O: "#b5473c",
  mark: "#ffffff",
  agent: "#2f5fd0",
};

/** Gridlines first, so that walls join into one; goals and pits leave them visible. */
function draw(map: GridMap, agent: number): Scene {
  const { rows, columns, cells } = map;
  const line = (...points: [number, number][]): Shape => ({
    kind: "line",
    points,
    color: colors.line,
    width: 0.03,
  });
  const shapes: Shape[] = [
    ...Array.from({ length: columns + 1 }, (_, column) => line([column, 0], [column, rows])),
    ...Array.from({ length: rows + 1 }, (_, row) => line([0, row], [columns, row])),
  ];
  const center = (cell: number) =>
    [cell % columns + 0.5, rows - Math.floor(cell / columns) - 0.5] as const;
  cells.forEach((symbol, cell) => {
    if (symbol === ".") return;
    const [x, y] = center(cell);
    const reach = symbol === "#" ? 0.51 : 0.485;
    shapes.push({
      kind: "polygon",
      points: [[-1, -1], [1, -1], [1, 1], [-1, 1]].map(([i, j]) => [x + i * reach, y + j * reach]),
      fill: symbol === "#" ? colors.wall : colors[symbol as "S" | "G" | "O"],
    });
    if (symbol === "G" || symbol === "O") {
      shapes.push({ kind: "text", at: center(cell), text: symbol, size: 0.6, color: colors.mark });
    }
  });
  shapes.push({ kind: "circle", center: center(agent), radius: 0.34, fill: colors.agent });
  return { view: [0, 0, columns, rows], background: colors.free, shapes };
}
