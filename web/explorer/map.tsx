/** A plane of codes: examples where they are encoded to, and a point that is dragged. @module */
import type { VNode } from "preact";
import { useRef } from "preact/hooks";
import type { Bounds } from "../../models/plane.ts";
import { usePainted } from "../components/painted.ts";
import { paletteSize } from "../components/palette.ts";
import { colorOf } from "../theme.ts";
import type { Examples } from "../examples.ts";
import { cleared, paintTicks } from "./paint.ts";
import { hundredths } from "../format.ts";

/** The map. Drag over it to move the point. */
export function CodeMap(
  { bounds, axes, codes, examples, code, move }: {
    bounds: Bounds;
    axes: readonly [number, number];
    /** Of the examples [count, Z]; undefined: the model encodes nothing. */
    codes: Float32Array | undefined;
    examples: Examples;
    code: Float32Array;
    move: (x: number, y: number) => void;
  },
): VNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  const held = useRef(false);
  const { x, y } = bounds;
  usePainted(canvas, (canvas) => {
    const paper = cleared(canvas);
    const { context, width, height } = paper;
    const place = (a: number, b: number) =>
      [width * (a - x[0]) / (x[1] - x[0]), height * (1 - (b - y[0]) / (y[1] - y[0]))] as const;
    const { labels, names, count } = examples;
    if (codes !== undefined) {
      const wide = code.length;
      context.font = `${10 * devicePixelRatio}px system-ui, sans-serif`;
      context.textAlign = "center";
      context.textBaseline = "middle";
      const colors = Array.from({ length: paletteSize }, (_, i) => colorOf(`--series-${i}`, 0.85));
      for (let i = 0; i < count; i++) {
        const label = labels?.[i] ?? 0;
        context.fillStyle = colors[label % paletteSize];
        const at = place(codes[i * wide + axes[0]], codes[i * wide + axes[1]]);
        context.fillText(labels === undefined ? "·" : names[label] ?? String(label), ...at);
      }
    }
    paintTicks(paper, bounds);
    const [px, py] = place(code[axes[0]], code[axes[1]]);
    context.strokeStyle = colorOf("--accent");
    context.fillStyle = colorOf("--card");
    context.lineWidth = 3 * devicePixelRatio;
    context.beginPath();
    context.arc(px, py, 7 * devicePixelRatio, 0, 7);
    context.fill();
    context.stroke();
  });
  const follow = (event: PointerEvent) => {
    const box = canvas.current!.getBoundingClientRect();
    move(
      x[0] + (x[1] - x[0]) * (event.clientX - box.left) / box.width,
      y[1] - (y[1] - y[0]) * (event.clientY - box.top) / box.height,
    );
  };
  return (
    <canvas
      ref={canvas}
      class="code-map handled"
      role="img"
      aria-label={`Codes over coordinates ${axes[0] + 1} and ${axes[1] + 1}; the point is at ${
        hundredths(code[axes[0]])
      }, ${hundredths(code[axes[1]])}`}
      onPointerDown={(event) => {
        held.current = true;
        (event.currentTarget as HTMLCanvasElement).setPointerCapture(event.pointerId);
        follow(event);
      }}
      onPointerMove={(event) => held.current && follow(event)}
      onPointerUp={() => held.current = false}
      onPointerCancel={() => held.current = false}
    />
  );
}
