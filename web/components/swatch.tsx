/** The mark of a line: its colour and its dash. @module */
import type { VNode } from "preact";
import { dashOf, paletteSize } from "./palette.ts";

/** A short piece of the line. */
export function Swatch({ color }: { color: number }): VNode {
  return (
    <svg
      class={`swatch series-${color % paletteSize}`}
      width="22"
      height="8"
      aria-hidden="true"
    >
      <line x1="0" y1="4" x2="22" y2="4" stroke-dasharray={dashOf(color).join(" ")} />
    </svg>
  );
}
