/**
 * Maps of the frozen lake: the named ones, the random ones, and the check of a given one.
 *
 * @module
 */
import { InputError } from "../lab/core/errors.ts";
import { defaultRng, type Seed } from "../lab/core/random.ts";

/** Gymnasium's maps by name: `S` start, `F` frozen, `H` hole, `G` goal. */
export const frozenLakeMaps = {
  "4x4": ["SFFF", "FHFH", "FFFH", "HFFG"],
  "8x8": [
    "SFFFFFFF",
    "FFFFFFFF",
    "FFFHFFFF",
    "FFFFFHFF",
    "FFFHFFFF",
    "FHHFFFHF",
    "FHFFHFHF",
    "FFFHFFFG",
  ],
} as const;

/** Whether a goal can be reached from the cell without entering a hole. */
function hasWay(map: readonly string[], row: number, column: number): boolean {
  const columns = map[0].length;
  const seen = new Set([row * columns + column]);
  for (const cell of seen) {
    const [i, j] = [Math.floor(cell / columns), cell % columns];
    if (map[i][j] === "G") return true;
    for (const [k, l] of [[i + 1, j], [i, j + 1], [i - 1, j], [i, j - 1]]) {
      const symbol = map[k]?.[l];
      if (symbol !== undefined && symbol !== "H") seen.add(k * columns + l);
    }
  }
  return false;
}

/** Draws after which no solvable map is expected any more. */
const mostDraws = 10_000;

/**
 * A random map of `size` × `size` with a way from the top left to the bottom right, each other
 * cell frozen with the probability `p`: Gymnasium's `generate_random_map(size, p, seed)`, draw by
 * draw.
 *
 * @throws InputError where size or p is out of range, or 10,000 draws hold no solvable map.
 *
 * @example
 * ```ts
 * import { generateRandomMap } from "./frozen_lake_map.ts";
 * import { deepStrictEqual } from "node:assert";
 * deepStrictEqual(generateRandomMap(4, 0.8, 1), ["SHFH", "FFHF", "FFFF", "FFFG"]);
 * ```
 */
export function generateRandomMap(size = 8, p = 0.8, seed: Seed = 0): string[] {
  if (!Number.isInteger(size) || size < 2 || !(p >= 0 && p <= 1)) {
    throw new InputError(
      `Cannot make a random map as its size must be a whole number ≥ 2 and the probability of ` +
        `ice lie in [0, 1]: size ${size}, probability ${p}`,
    );
  }
  const random = defaultRng(seed);
  for (let draw = 0; draw < mostDraws; draw++) {
    const cells = [...random.choice(2, size * size, { p: [p, 1 - p] })].map((i) => "FH"[i]);
    cells[0] = "S";
    cells[size * size - 1] = "G";
    const map = Array.from(
      { length: size },
      (_, row) => cells.slice(row * size, (row + 1) * size).join(""),
    );
    if (hasWay(map, 0, 0)) return map;
  }
  throw new InputError(
    `Cannot make a random map as none of ${mostDraws} had a way to the goal: ` +
      `size ${size}, probability of ice ${p}`,
  );
}

/**
 * Checks a map given as lines and returns it.
 *
 * @throws InputError for lines of different length, an unknown symbol, no start, no goal, or a
 * start without a way to a goal.
 */
export function checkMap(map: readonly string[]): readonly string[] {
  const columns = map[0].length;
  map.forEach((line, row) => {
    if (line.length !== columns || columns === 0) {
      throw new InputError(
        `Cannot read the map as all lines must be as long as the first and not empty: ` +
          `line 1 has ${columns} cells, line ${row + 1} has ${line.length}`,
      );
    }
    const wrong = line.search(/[^SFHG]/);
    if (wrong >= 0) {
      throw new InputError(
        `Cannot read the map as its symbols must be S F H G: ` +
          `${JSON.stringify(line[wrong])} in line ${row + 1}, column ${wrong + 1}`,
      );
    }
  });
  for (const [symbol, name] of [["S", "start"], ["G", "goal"]]) {
    if (!map.some((line) => line.includes(symbol))) {
      throw new InputError(`Cannot read the map as it must have a ${name}: no cell is ${symbol}`);
    }
  }
  map.forEach((line, row) => {
    for (let column = 0; column < columns; column++) {
      if (line[column] === "S" && !hasWay(map, row, column)) {
        throw new InputError(
          `Cannot read the map as every start must have a way to a goal: ` +
            `the start in line ${row + 1}, column ${column + 1} has none`,
        );
      }
    }
  });
  return map;
}
