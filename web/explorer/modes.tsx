/** Handles on the modes of the data, which are dragged or moved by arrow keys. @module */
import type { ComponentChildren, VNode } from "preact";
import { useRef } from "preact/hooks";
import type { Bounds } from "../../models/plane.ts";
import type { Mode, Shifts } from "../modes.ts";
import { hundredths } from "../format.ts";

/** One press of an arrow key, as a share of the plane; with Shift five of them. */
const STEP = 0.02;
/** The share of the plane along its edge where no handle comes, which is about as wide as half of one. */
const EDGE = 0.05;

/** The plane with a handle on each mode. */
export function Modes(
  { modes, bounds: { x, y }, shifts, move, children }: {
    /** Where they were drawn. */
    modes: readonly Mode[];
    bounds: Bounds;
    shifts: Shifts;
    move: (shifts: Shifts) => void;
    /** The plane. */
    children: ComponentChildren;
  },
): VNode {
  const plane = useRef<HTMLDivElement>(null);
  /** The handle that is held, and how far from its middle. */
  const held = useRef<{ label: number; x: number; y: number } | null>(null);
  const [width, height] = [x[1] - x[0], y[1] - y[0]];
  const within = (value: number, [low, high]: Bounds["x"]) => {
    const room = EDGE * (high - low);
    return Math.min(high - room, Math.max(low + room, value));
  };
  const placeOf = (mode: Mode) => {
    const [right, up] = shifts[mode.label] ?? [0, 0];
    return { x: mode.x + right, y: mode.y + up };
  };
  /** Moves a mode so that its handle is there, which does not leave the plane. */
  const put = (mode: Mode, at: { x: number; y: number }) =>
    move({ ...shifts, [mode.label]: [within(at.x, x) - mode.x, within(at.y, y) - mode.y] });
  const pointed = ({ clientX, clientY }: PointerEvent) => {
    const box = plane.current!.getBoundingClientRect();
    return {
      x: x[0] + width * (clientX - box.left) / box.width,
      y: y[1] - height * (clientY - box.top) / box.height,
    };
  };
  return (
    <div class="modes" ref={plane}>
      {children}
      {modes.map((mode) => {
        const at = placeOf(mode);
        return (
          <button
            key={mode.label}
            type="button"
            class="mode handled"
            aria-label={`Mode ${mode.label + 1}, at ${hundredths(at.x)}, ${
              hundredths(at.y)
            }: drag it, or move it by arrow keys`}
            style={{
              left: `${100 * (at.x - x[0]) / width}%`,
              top: `${100 * (y[1] - at.y) / height}%`,
            }}
            onPointerDown={(event) => {
              event.currentTarget.setPointerCapture(event.pointerId);
              const from = pointed(event);
              held.current = { label: mode.label, x: at.x - from.x, y: at.y - from.y };
            }}
            onPointerMove={(event) => {
              if (held.current?.label !== mode.label) return;
              const to = pointed(event);
              put(mode, { x: to.x + held.current.x, y: to.y + held.current.y });
            }}
            onPointerUp={() => held.current = null}
            onPointerCancel={() => held.current = null}
            onKeyDown={(event) => {
              const [right, up] = ({
                ArrowLeft: [-1, 0],
                ArrowRight: [1, 0],
                ArrowDown: [0, -1],
                ArrowUp: [0, 1],
              } as Readonly<Record<string, Shifts[number]>>)[event.key] ?? [0, 0];
              if (right === 0 && up === 0) return;
              event.preventDefault();
              const step = STEP * (event.shiftKey ? 5 : 1);
              put(mode, { x: at.x + step * width * right, y: at.y + step * height * up });
            }}
          />
        );
      })}
    </div>
  );
}
