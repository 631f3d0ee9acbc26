/** The mark of a single point: colour and form. @module */
import type { VNode } from "preact";
import { paletteSize } from "./palette.ts";

/** Forms about a centre, of about the same area. */
const forms = [
  "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z",
  "M-3.6 -3.6h7.2v7.2h-7.2z",
  "M0 -4.8l4.6 8.2h-9.2z",
  "M0 -5l5 5l-5 5l-5 -5z",
  "M0 4.8l4.6 -8.2h-9.2z",
  "M-4.5 -1.6h3v-3h3v3h3v3h-3v3h-3v-3h-3z",
];

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
      d={forms[color % forms.length]}
      transform={`translate(${x.toFixed(1)} ${y.toFixed(1)})`}
    >
      <title>{title}</title>
    </path>
  );
}
