/** The mark of a single point: colour and form. @module */
import type { VNode } from "preact";
import { formOf, paletteSize } from "./palette.ts";

/** The mark of a group's colour at a place. */
export function Marker(
  { color, strength, x, y, title }: {
    color: number;
    strength?: number;
    x: number;
    y: number;
    title: string;
  },
): VNode {
  return (
    <path
      class={`marker series-${color % paletteSize}`}
      opacity={strength}
      d={formOf(color)}
      transform={`translate(${x.toFixed(1)} ${y.toFixed(1)})`}
    >
      <title>{title}</title>
    </path>
  );
}
