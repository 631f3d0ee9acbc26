/**
 * Text maps of grid worlds: the named ones, and the parser that says what is wrong with another.
 *
 * @module
 */
import { InputError } from "../lab/core/errors.ts";
import { defaultRng } from "../lab/core/random.ts";

/** A parsed map. Cells are counted row by row from the top left: index = row × columns + column. */
export interface GridMap {
  /** Lines of the map. */
  readonly rows: number;
  /** Cells a line. */
  readonly columns: number;
  /** The symbol of each cell; a space is a `.`. */
  readonly cells: readonly string[];
  /** Cells in which an episode may start. */
  readonly starts: readonly number[];
  /** Cells that are to be reached, in reading order. */
  readonly goals: readonly number[];
  /** Letters of the map's keys, in alphabetical order. */
  readonly keys: string;
  /** The other cell of a teleporter's pair, −1 elsewhere. */
  readonly partners: Int32Array;
  /** Cells that the wind pushes up, by column. */
  readonly wind: readonly number[];
}

/** Symbols of a map, and what they stand for. */
export const symbols: Readonly<Record<string, string>> = {
  "#": "wall",
  "S": "start",
  "G": "goal",
  "O": "pit",
  ".": "free",
  "~": "ice",
  "^": "one way up",
  ">": "one way right",
  "v": "one way down",
  "<": "one way left",
  "a-f": "keys",
  "A-F": "doors",
  "1-9": "teleporters in pairs",
};

/** Maps by name. `empty-NxN` and `maze` are made on demand. */
export const namedMaps = {
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
  /** Sutton and Barto (2018), example 6.5; with the wind of its columns. */
  "windy": `
..........
..........
..........
S......G..
..........
..........
..........
`,
  /** Sutton and Barto (2018), example 6.6; there a fall leads back to the start (`pitEnds`). */
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
  /** The key lies in the room of the start, the goal behind the door. */
  "key-door": `
#########
#S..#...#
#...#...#
#...A...#
#a..#..G#
#########
`,
} as const;

/** The wind of the maps that have one. */
const namedWinds: Readonly<Record<string, readonly number[]>> = {
  "windy": [0, 0, 0, 1, 1, 1, 2, 2, 1, 0],
};

/** The names of maps that `mapOfName` knows, `empty-NxN` for any N from 2 to 99. */
export const mapNames: readonly string[] = [...Object.keys(namedMaps), "maze", "empty-NxN"];

const emptyName = /^empty-([1-9]\d?)x([1-9]\d?)$/;

/** Whether a map has this name. */
export function isMapName(name: string): boolean {
  return name === "maze" || Object.hasOwn(namedMaps, name) ||
    (emptyName.test(name) && name !== "empty-1x1");
}

/** Free cells with the start and the goal in opposite corners. */
function emptyMap(rows: number, columns: number): string {
  const cells = Array<string>(rows * columns).fill(".");
  cells[0] = "S";
  cells[cells.length - 1] = "G";
  return Array.from(
    { length: rows },
    (_, row) => cells.slice(row * columns, (row + 1) * columns).join(""),
  ).join("\n");
}

/**
 * A perfect maze of `size` × `size` rooms with walls between them, (2 size + 1)² cells: exactly one
 * way between any two rooms, found by a depth-first walk from the start.
 */
function mazeMap(size: number, seed: number): string {
  const random = defaultRng(seed);
  const width = 2 * size + 1;
  const cells = Array<string>(width * width).fill("#");
  const place = (room: number) => (2 * Math.floor(room / size) + 1) * width + 2 * (room % size) + 1;
  const neighbors = (room: number) => [
    ...(room >= size ? [room - size] : []),
    ...(room % size < size - 1 ? [room + 1] : []),
    ...(room < size * (size - 1) ? [room + size] : []),
    ...(room % size > 0 ? [room - 1] : []),
  ];
  const way = [0];
  cells[place(0)] = ".";
  while (way.length > 0) {
    const room = way[way.length - 1];
    const closed = neighbors(room).filter((next) => cells[place(next)] === "#");
    if (closed.length === 0) {
      way.pop();
      continue;
    }
    const next = closed[random.integers(closed.length)];
    cells[(place(room) + place(next)) / 2] = ".";
    cells[place(next)] = ".";
    way.push(next);
  }
  cells[place(0)] = "S";
  cells[place(size * size - 1)] = "G";
  return Array.from(
    { length: width },
    (_, row) => cells.slice(row * width, (row + 1) * width).join(""),
  ).join("\n");
}

/** The text and the wind of a map by its name; `size` and `seed` are a maze's. */
export function mapOfName(
  name: string,
  size: number,
  seed: number,
): { text: string; wind: readonly number[] } {
  const wind = namedWinds[name] ?? [];
  if (name === "maze") return { text: mazeMap(size, seed), wind };
  const empty = emptyName.exec(name);
  if (empty !== null) return { text: emptyMap(Number(empty[1]), Number(empty[2])), wind };
  return { text: namedMaps[name as keyof typeof namedMaps], wind };
}

/** "line 2, column 5", counted from 1. */
export function placeOf(map: { readonly columns: number }, cell: number): string {
  return `line ${Math.floor(cell / map.columns) + 1}, column ${cell % map.columns + 1}`;
}

function readCells(text: string): { rows: number; columns: number; cells: string[] } {
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
      if (!/[#SGO. ~^>v<a-fA-F1-9]/.test(symbol)) {
        throw new InputError(
          `Cannot read the map as its symbols must be ${Object.keys(symbols).join(" ")} or a ` +
            `space: ${JSON.stringify(symbol)} in line ${row + 1}, column ${column + 1}`,
        );
      }
      cells.push(symbol === " " ? "." : symbol);
    }
  });
  return { rows: lines.length, columns, cells };
}

/** The other cell of each teleporter. */
function pairTeleporters(cells: readonly string[], columns: number): Int32Array {
  const partners = new Int32Array(cells.length).fill(-1);
  for (const digit of new Set(cells.filter((symbol) => /[1-9]/.test(symbol)))) {
    const pair = cells.flatMap((symbol, cell) => symbol === digit ? [cell] : []);
    if (pair.length !== 2) {
      throw new InputError(
        `Cannot read the map as teleporters must come in pairs: ${pair.length} cells are ` +
          `${digit}, the first in ${placeOf({ columns }, pair[0])}`,
      );
    }
    [partners[pair[0]], partners[pair[1]]] = [pair[1], pair[0]];
  }
  return partners;
}

/**
 * Parses a text map. One line break before the first and after the last line is left out.
 *
 * Symbols: `#` wall, `S` start (one or more, drawn uniformly), `G` goal, `O` pit, `.` or a space
 * free, `~` ice, `^ > v <` one-way cells, `a`–`f` keys, `A`–`F` doors, `1`–`9` teleporters.
 *
 * @throws InputError for lines of different length, an unknown symbol, a map without start or
 * goal, a door without key, a teleporter without partner, or a wind for another number of columns.
 */
export function parseMap(text: string, wind: readonly number[] = []): GridMap {
  const { rows, columns, cells } = readCells(text);
  const indices = (symbol: string) =>
    cells.flatMap((candidate, cell) => candidate === symbol ? [cell] : []);
  const [starts, goals] = [indices("S"), indices("G")];
  if (starts.length === 0) {
    throw new InputError("Cannot read the map as it must have a start: no cell is S");
  }
  if (goals.length === 0) {
    throw new InputError("Cannot read the map as it must have a goal: no cell is G");
  }
  const keys = [...new Set(cells.filter((symbol) => /[a-f]/.test(symbol)))].sort().join("");
  const locked = cells.findIndex((symbol) =>
    /[A-F]/.test(symbol) && !keys.includes(symbol.toLowerCase())
  );
  if (locked >= 0) {
    throw new InputError(
      `Cannot read the map as every door must have a key: there is no ` +
        `${cells[locked].toLowerCase()} for the door in ${placeOf({ columns }, locked)}`,
    );
  }
  if (wind.length !== 0 && wind.length !== columns) {
    throw new InputError(
      `Cannot use the wind as each of the map's ${columns} columns must have one: ${wind.length}`,
    );
  }
  const partners = pairTeleporters(cells, columns);
  const blowing = wind.length === 0 ? Array<number>(columns).fill(0) : wind;
  return { rows, columns, cells, starts, goals, keys, partners, wind: blowing };
}
