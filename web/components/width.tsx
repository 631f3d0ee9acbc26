/** The edge of a column, which is dragged. @module */
import type { VNode } from "preact";
import { useRef } from "preact/hooks";
import { WIDEST } from "../runs_query.ts";

/** Pixels of one press of an arrow key. */
const STEP = 16;

/**
 * The right edge of the head that it stands in: dragged, or moved by arrow keys, it says how wide the
 * column is to be, and whether that is its end; a double click, null: as wide as what it holds.
 */
export function Width(
  { label, pixels, change }: {
    label: string;
    /** As it is; undefined: as wide as what it holds. */
    pixels: number | undefined;
    change: (pixels: number | null, ended: boolean) => void;
  },
): VNode {
  const grip = useRef<HTMLSpanElement>(null);
  const from = useRef<{ x: number; width: number } | null>(null);
  const own = () => grip.current!.parentElement!.getBoundingClientRect().width;
  const drag = (x: number, ended: boolean) => {
    if (from.current !== null) change(from.current.width + x - from.current.x, ended);
  };
  return (
    <span
      ref={grip}
      class="grip"
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={`Width of ${label}`}
      aria-valuemin={0}
      aria-valuemax={WIDEST}
      aria-valuenow={pixels ?? 0}
      aria-valuetext={pixels === undefined ? "as wide as what it holds" : `${pixels} pixels`}
      onPointerDown={(event) => {
        event.preventDefault();
        grip.current!.setPointerCapture(event.pointerId);
        from.current = { x: event.clientX, width: own() };
      }}
      onPointerMove={({ clientX }) => drag(clientX, false)}
      onPointerUp={({ clientX }) => {
        // A click alone, of two of which a double click is made, changes nothing.
        if (from.current?.x !== clientX) drag(clientX, true);
        from.current = null;
      }}
      onPointerCancel={() => from.current = null}
      onDblClick={() => change(null, true)}
      onKeyDown={(event) => {
        const step = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
        if (step !== undefined) change(own() + step, true);
      }}
    />
  );
}
