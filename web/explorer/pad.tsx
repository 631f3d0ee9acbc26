/** A pad to draw an example on. @module */
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** Pixels of the pad for one of the example's, and the width of its pen in the example's. */
const [SCALE, PEN] = [8, 2.4];

/** Draw with pointer or finger: `drawn` is told of the example's pixels [H·W], 0 … 1. */
export function Pad(
  { shape: [height, width], drawn }: {
    shape: readonly number[];
    drawn: (values: Float32Array) => void;
  },
): VNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  const last = useRef<{ x: number; y: number } | null>(null);
  const clear = () => {
    const context = canvas.current!.getContext("2d")!;
    context.fillStyle = "#000";
    context.fillRect(0, 0, canvas.current!.width, canvas.current!.height);
  };
  useEffect(clear, []);
  const point = (event: PointerEvent) => {
    const box = canvas.current!.getBoundingClientRect();
    return {
      x: SCALE * width * (event.clientX - box.left) / box.width,
      y: SCALE * height * (event.clientY - box.top) / box.height,
    };
  };
  const stroke = (event: PointerEvent) => {
    if (last.current === null) return;
    const next = point(event);
    const context = canvas.current!.getContext("2d")!;
    Object.assign(context, { strokeStyle: "#fff", lineWidth: PEN * SCALE, lineCap: "round" });
    context.beginPath();
    context.moveTo(last.current.x, last.current.y);
    context.lineTo(next.x, next.y);
    context.stroke();
    last.current = next;
    drawn(pixelsOf(canvas.current!, width, height));
  };
  return (
    <figure class="pad">
      <canvas
        ref={canvas}
        width={SCALE * width}
        height={SCALE * height}
        class="picture large handled"
        role="img"
        aria-label="Draw here with a pointer or a finger"
        onPointerDown={(event) => {
          (event.currentTarget as HTMLCanvasElement).setPointerCapture(event.pointerId);
          last.current = point(event);
          stroke(event);
        }}
        onPointerMove={stroke}
        onPointerUp={() => last.current = null}
        onPointerCancel={() => last.current = null}
      />
      <figcaption>
        Draw here <button type="button" class="quiet" onClick={clear}>Clear</button>
      </figcaption>
    </figure>
  );
}

/** The drawing in the example's own pixels. */
function pixelsOf(canvas: HTMLCanvasElement, width: number, height: number): Float32Array {
  const small = new OffscreenCanvas(width, height);
  const context = small.getContext("2d", { willReadFrequently: true })!;
  context.imageSmoothingQuality = "high";
  context.drawImage(canvas, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  return Float32Array.from({ length: width * height }, (_, i) => data[4 * i] / 255);
}
