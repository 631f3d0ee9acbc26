/**
 * The drawing of a grid of cells with an agent in it.
 *
 * @module
 */
import type { Color, Scene, Shape } from "../lab/core/scene.ts";
import { colors } from "./colors.ts";

/** What a cell shows. */
export interface CellMark {
  /** Colour of the cell. */
  readonly fill?: Color;
  /** Whether the cell joins with its neighbours, like a wall's; else the grid stays visible. */
  readonly solid?: boolean;
  /** Letters in the middle. */
  readonly text?: string;
  /** Colour of the letters. Default white. */
  readonly color?: Color;
}

/** Centre of a cell, counted row by row from the top left, in world units of one cell. */
export function cellCenter(rows: number, columns: number, cell: number): [number, number] {
  return [cell % columns + 0.5, rows - Math.floor(cell / columns) - 0.5];
}

/** A square of the half width `reach` around a point. */
export function square([x, y]: readonly [number, number], reach: number, fill: Color): Shape {
  const corners = [[-1, -1], [1, -1], [1, 1], [-1, 1]] as const;
  return {
    kind: "polygon",
    points: corners.map(([i, j]) => [x + i * reach, y + j * reach] as const),
    fill,
  };
}

/**
 * A grid of `rows` × `columns`: the lines, the marks of the cells, what `above` holds, the agent.
 * Lines come first, so that solid cells join into one.
 */
export function drawGrid(
  rows: number,
  columns: number,
  mark: (cell: number) => CellMark | undefined,
  agent: number | undefined,
  above: readonly Shape[] = [],
): Scene {
  const line = (...points: [number, number][]): Shape => ({
    kind: "line",
    points,
    color: colors.grid,
    width: 0.03,
  });
  const shapes: Shape[] = [
    ...Array.from({ length: columns + 1 }, (_, column) => line([column, 0], [column, rows])),
    ...Array.from({ length: rows + 1 }, (_, row) => line([0, row], [columns, row])),
  ];
  for (let cell = 0; cell < rows * columns; cell++) {
    const { fill, solid, text, color = colors.mark } = mark(cell) ?? {};
    const center = cellCenter(rows, columns, cell);
    if (fill !== undefined) shapes.push(square(center, solid ? 0.51 : 0.485, fill));
    if (text !== undefined) shapes.push({ kind: "text", at: center, text, size: 0.6, color });
  }
  shapes.push(...above);
  if (agent !== undefined) {
    const center = cellCenter(rows, columns, agent);
    shapes.push({ kind: "circle", center, radius: 0.34, fill: colors.agent });
  }
  return { view: [0, 0, columns, rows], background: colors.paper, shapes };
}
