/**
 * Text maps of grid worlds: the named ones, and the parser that says what is wrong with another.
 *
 * @module
 */
import { InputError } from "../lab/core/errors.ts";

/** A parsed map. Cells are counted row by row from the top left: index = row × columns + column. */
export interface GridMap {
  /** Lines of the map. */
  readonly rows: number;
  /** Cells a line. */
  readonly columns: number;
  /** One of `#`, `S`, `G`, `O`, `.` for each cell. */
  readonly cells: readonly string[];
  /** Cells in which an episode may start. */
  readonly starts: readonly number[];
}

/** Row and column changes of the actions up, right, down and left. */
export const moves = [[-1, 0], [0, 1], [1, 0], [0, -1]] as const;

/** Maps by name. */
export const namedMaps = {
  /** Sixty-four free cells, start and goal in opposite corners. */
  "empty-8x8": `
S.......
........
........
........
........
........
........
.......G
`,
  /** R. S. Sutton, D. Precup, S. Singh (1999), figure 2: four rooms with a hallway between each. */
  "four-rooms": `
#############
#S....#.....#
#.....#.....#
#...........#
#.....#.....#
#.....#.....#
##.####.....#
#.....###.###
#.....#.....#
#.....#.....#
#...........#
#.....#....G#
#############
`,
  /** Sutton and Barto (2018), example 6.6; here the cliff ends the episode. */
  "cliff": `
............
............
............
SOOOOOOOOOOG
`,
  /** Sutton and Barto (2018), figure 8.2. */
  "dyna-maze": `
.......#G
..#....#.
S.#....#.
..#......
.....#...
.........
`,
} as const;

/** The cell that a move from `cell` leads to: `cell` itself before a wall or the border. */
export function neighbor(map: GridMap, cell: number, action: number): number {
  const row = Math.floor(cell / map.columns) + moves[action][0];
  const column = cell % map.columns + moves[action][1];
  if (row < 0 || row >= map.rows || column < 0 || column >= map.columns) return cell;
  const next = row * map.columns + column;
  return map.cells[next] === "#" ? cell : next;
}

/** Whether an episode ends in `cell`. */
export function isTerminal(map: GridMap, cell: number): boolean {
  return map.cells[cell] === "G" || map.cells[cell] === "O";
}

/** Cells that can be reached from the cells `from`, which are among them. */
function reachable(map: GridMap, from: readonly number[]): Set<number> {
  const seen = new Set(from);
  for (const cell of seen) {
    if (isTerminal(map, cell)) continue;
    for (let action = 0; action < moves.length; action++) seen.add(neighbor(map, cell, action));
  }
  return seen;
}

/** "line 2, column 5", counted from 1. */
function place(map: GridMap, cell: number): string {
  return `line ${Math.floor(cell / map.columns) + 1}, column ${cell % map.columns + 1}`;
}

/**
 * Parses a text map. One line break before the first and after the last line is left out.
 *
 * Symbols: `#` wall, `S` start (one or more, drawn uniformly), `G` goal, `O` pit, `.` or a space
 * free.
 *
 * @throws InputError for lines of different length, an unknown symbol, a map without start or
 * goal, a start from which no goal and a goal to which no start has a way.
 */
export function parseMap(text: string): GridMap {
  const lines = text.replaceAll("\r", "").replace(/^\n/, "").replace(/\n$/, "").split("\n");
  const columns = lines[0].length;
  const cells: string[] = [];
  lines.forEach((line, row) => {
    if (line.length !== columns || columns === 0) {
      throw new InputError(
        `Cannot read the map as all lines must be as long as the first and not empty: ` +
          `line 1 has ${columns} cells, line ${row + 1} has ${line.length}`,
      );
    }
    for (let column = 0; column < columns; column++) {
      const symbol = line[column];
      if (!"#SGO. ".includes(symbol)) {
        throw new InputError(
          `Cannot read the map as its symbols must be # S G O . or a space: ` +
            `${JSON.stringify(symbol)} in line ${row + 1}, column ${column + 1}`,
        );
      }
      cells.push(symbol === " " ? "." : symbol);
    }
  });
  const indices = (symbol: string) =>
    cells.flatMap((candidate, cell) => candidate === symbol ? [cell] : []);
  const map = { rows: lines.length, columns, cells, starts: indices("S") };
  checkWays(map, indices("G"));
  return map;
}

function checkWays(map: GridMap, goals: readonly number[]): void {
  if (map.starts.length === 0) {
    throw new InputError("Cannot read the map as it must have a start: no cell is S");
  }
  if (goals.length === 0) {
    throw new InputError("Cannot read the map as it must have a goal: no cell is G");
  }
  for (const start of map.starts) {
    const ways = reachable(map, [start]);
    if (!goals.some((goal) => ways.has(goal))) {
      throw new InputError(
        `Cannot read the map as every start must have a way to a goal: ` +
          `the start in ${place(map, start)} has none`,
      );
    }
  }
  const ways = reachable(map, map.starts);
  const closed = goals.find((goal) => !ways.has(goal));
  if (closed !== undefined) {
    throw new InputError(
      `Cannot read the map as every goal must be reachable from a start: ` +
        `the goal in ${place(map, closed)} is not`,
    );
  }
}
