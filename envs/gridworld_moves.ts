/**
 * How one moves over a grid map: walls, ice, wind, one-way cells, keys, doors, teleporters.
 *
 * A state is the agent's cell + cells × the keys held, as bits in the order of the map's letters.
 *
 * @module
 */
import { InputError } from "../lab/core/errors.ts";
import { type GridMap, placeOf } from "./gridworld_map.ts";

/** Row and column changes of up, right, down, left, then of the diagonals clockwise from up right. */
export const moves = [
  [-1, 0],
  [0, 1],
  [1, 0],
  [0, -1],
  [-1, 1],
  [1, 1],
  [1, -1],
  [-1, -1],
] as const;

/** The moves that leave to the left and to the right of each. */
export const sides = [[3, 1], [0, 2], [1, 3], [2, 0], [7, 5], [4, 6], [5, 7], [6, 4]] as const;

const oneWay = "^>v<";

/** Whether an episode ends in `cell`, pits that lead back included. */
export function isTerminal(map: GridMap, cell: number): boolean {
  return map.cells[cell] === "G" || map.cells[cell] === "O";
}

/** The number of states. */
export function stateCount(map: GridMap): number {
  return map.cells.length << map.keys.length;
}

/** Bits of the keys that are held in a state. */
export function keysOf(map: GridMap, state: number): number {
  return Math.floor(state / map.cells.length);
}

/** Whether the symbol is a door whose key is missing. */
export function isClosed(map: GridMap, symbol: string, keys: number): boolean {
  if (!/[A-F]/.test(symbol)) return false;
  return ((keys >> map.keys.indexOf(symbol.toLowerCase())) & 1) === 0;
}

/** The neighbouring cell that a move leads to, −1 where it is not possible. */
function neighbor(map: GridMap, cell: number, direction: number, keys: number): number {
  const row = Math.floor(cell / map.columns) + moves[direction][0];
  const column = cell % map.columns + moves[direction][1];
  if (row < 0 || row >= map.rows || column < 0 || column >= map.columns) return -1;
  const next = row * map.columns + column;
  const [from, to] = [map.cells[cell], map.cells[next]];
  if (to === "#" || isClosed(map, to, keys)) return -1;
  const isAgainst = (symbol: string) =>
    oneWay.includes(symbol) && oneWay.indexOf(symbol) !== direction;
  return isAgainst(from) || isAgainst(to) ? -1 : next;
}

/** The state after one push in a direction, over ice and through a teleporter. */
function push(map: GridMap, state: number, direction: number): number {
  let cell = state % map.cells.length;
  let keys = keysOf(map, state);
  do {
    const next = neighbor(map, cell, direction, keys);
    if (next < 0) break;
    cell = next;
    const key = map.keys.indexOf(map.cells[cell]);
    if (key >= 0) keys |= 1 << key;
  } while (map.cells[cell] === "~");
  // Left standing on a teleporter, one stays: only entering it leads to its partner.
  const entered = cell !== state % map.cells.length && map.partners[cell] >= 0;
  return keys * map.cells.length + (entered ? map.partners[cell] : cell);
}

/**
 * The state after a move in a direction and `wind` pushes up (negative: down). A move that is not
 * possible stays; the wind carries over goals and pits.
 */
export function arrive(map: GridMap, state: number, direction: number, wind: number): number {
  let next = push(map, state, direction);
  for (let i = 0; i < Math.abs(wind); i++) {
    next = push(map, next, wind > 0 ? 0 : 2);
  }
  return next;
}

/** The winds that may blow in a state's column. */
export function windsOf(map: GridMap, state: number, isNoisy: boolean): number[] {
  const wind = map.wind[state % map.cells.length % map.columns];
  return isNoisy && wind !== 0 ? [wind - 1, wind, wind + 1] : [wind];
}

/** Cells that can be reached from the cells `from`, which are among them. */
function reachable(
  map: GridMap,
  from: readonly number[],
  actions: number,
  isNoisy: boolean,
): Set<number> {
  const seen = new Set(from);
  for (const state of seen) {
    if (isTerminal(map, state % map.cells.length)) continue;
    for (const wind of windsOf(map, state, isNoisy)) {
      for (let action = 0; action < actions; action++) {
        seen.add(arrive(map, state, action, wind));
      }
    }
  }
  return new Set([...seen].map((state) => state % map.cells.length));
}

/**
 * Makes sure that the world can be solved.
 *
 * @throws InputError where a start has no way to a goal, or a goal none from a start.
 */
export function checkWays(map: GridMap, actions: number, isNoisy: boolean): void {
  for (const start of map.starts) {
    const ways = reachable(map, [start], actions, isNoisy);
    if (!map.goals.some((goal) => ways.has(goal))) {
      throw new InputError(
        `Cannot read the map as every start must have a way to a goal: ` +
          `the start in ${placeOf(map, start)} has none`,
      );
    }
  }
  const ways = reachable(map, map.starts, actions, isNoisy);
  const closed = map.goals.find((goal) => !ways.has(goal));
  if (closed !== undefined) {
    throw new InputError(
      `Cannot read the map as every goal must be reachable from a start: ` +
        `the goal in ${placeOf(map, closed)} is not`,
    );
  }
}
