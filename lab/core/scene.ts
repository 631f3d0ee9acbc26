/**
 * Scenes: a drawing as plain data in world units. The terminal, SVG, PNG and the browser's canvas
 * all draw from it.
 *
 * @module
 */

/** A colour as `#rrggbb`. */
export type Color = `#${string}`;

/** Whether a value is a colour that can be drawn, `#rrggbb`. */
export function isColor(value: unknown): value is Color {
  return typeof value === "string" && /^#[0-9a-f]{6}$/i.test(value);
}

/** One mark of a scene; later marks cover earlier ones. Lengths and positions in world units. */
export type Shape =
  | {
    /** Drawn through the points in order, with round ends and corners. */
    readonly kind: "line";
    readonly points: readonly (readonly [number, number])[];
    readonly color: Color;
    readonly width: number;
  }
  | {
    /** Closed, filled by the even-odd rule. */
    readonly kind: "polygon";
    readonly points: readonly (readonly [number, number])[];
    readonly fill: Color;
  }
  | {
    readonly kind: "circle";
    readonly center: readonly [number, number];
    readonly radius: number;
    readonly fill: Color;
  }
  | {
    /** One line, centred on `at`; `size` is the height of the font. */
    readonly kind: "text";
    readonly at: readonly [number, number];
    readonly text: string;
    readonly size: number;
    readonly color: Color;
  };

/** A drawing. The y axis points up. */
export interface Scene {
  /** World rectangle shown: [left, bottom, right, top]. */
  readonly view: readonly [number, number, number, number];
  /** Shown where no shape is. */
  readonly background: Color;
  /** From the rearmost to the foremost. */
  readonly shapes: readonly Shape[];
}
