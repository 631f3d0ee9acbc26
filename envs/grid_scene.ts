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
 * Bars over neighbouring solid cells of one colour, along rows and along columns: cell by cell they
 * would leave seams where a border falls inside of a pixel.
 */
function solidBars(
  rows: number,
  columns: number,
  solidAt: (row: number, column: number) => Color | undefined,
): Shape[] {
  const bars: Shape[] = [];
  const bar = (left: number, upper: number, right: number, lower: number, fill: Color) => {
    const [top, bottom] = [rows - upper, rows - lower];
    const points = [[left, bottom], [right, bottom], [right, top], [left, top]] as const;
    bars.push({ kind: "polygon", points, fill });
  };
  for (let row = 0; row < rows; row++) {
    for (let column = 0, end = 0; column < columns; column = end) {
      const fill = solidAt(row, column);
      for (end = column + 1; end < columns && solidAt(row, end) === fill;) end++;
      if (fill !== undefined) bar(column, row, end, row + 1, fill);
    }
  }
  for (let column = 0; column < columns; column++) {
    for (let row = 0, end = 0; row < rows; row = end) {
      const fill = solidAt(row, column);
      for (end = row + 1; end < rows && solidAt(end, column) === fill;) end++;
      if (fill !== undefined && end > row + 1) bar(column, row, column + 1, end, fill);
    }
  }
  return bars;
}

/**
 * A grid of `rows` × `columns`: the lines, the marks of the cells, what `above` holds, the agent.
 * Lines come first, so that solid cells cover them.
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
  const marks = Array.from({ length: rows * columns }, (_, cell) => mark(cell) ?? {});
  const solidAt = (row: number, column: number) => {
    const { fill, solid } = marks[row * columns + column];
    return solid ? fill : undefined;
  };
  shapes.push(...solidBars(rows, columns, solidAt));
  for (let cell = 0; cell < rows * columns; cell++) {
    const { fill, solid, text, color = colors.mark } = marks[cell];
    const center = cellCenter(rows, columns, cell);
    if (fill !== undefined && !solid) shapes.push(square(center, 0.485, fill));
    if (text !== undefined) shapes.push({ kind: "text", at: center, text, size: 0.6, color });
  }
  shapes.push(...above);
  const ground: Scene = { view: [0, 0, columns, rows], background: colors.paper, shapes };
  return agent === undefined ? ground : withAgent(ground, cellCenter(rows, columns, agent));
}

/** The scene of a grid with an agent in it. */
export function withAgent(ground: Scene, center: readonly [number, number]): Scene {
  const agent: Shape = { kind: "circle", center, radius: 0.34, fill: colors.agent };
  return { ...ground, shapes: [...ground.shapes, agent] };
}
