/** One example of a model. @module */
import type { VNode } from "preact";
import { useRef } from "preact/hooks";
import { usePainted } from "../components/painted.ts";
import { paint } from "./paint.ts";

/** The drawing. */
export function Picture(
  { values, shape, label, size = "small" }: {
    values: ArrayLike<number>;
    shape: readonly number[];
    label: string;
    size?: "small" | "large";
  },
): VNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  usePainted(canvas, (canvas) => paint(canvas, values, shape));
  return <canvas ref={canvas} class={`picture ${size}`} role="img" aria-label={label} />;
}
