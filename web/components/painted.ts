/** Canvases that are drawn by hand. @module */
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { onThemeChange } from "../theme.ts";

/**
 * Paints a canvas after every drawing of its component, and anew where the page becomes light or dark, or
 * the canvas larger or smaller.
 */
export function usePainted(
  canvas: RefObject<HTMLCanvasElement>,
  paint: (canvas: HTMLCanvasElement) => void,
): void {
  const latest = useRef(paint);
  latest.current = paint;
  useEffect(() => paint(canvas.current!));
  useEffect(() => {
    const again = () => canvas.current !== null && latest.current(canvas.current);
    const observer = new ResizeObserver(again);
    observer.observe(canvas.current!);
    const forgetTheme = onThemeChange(again);
    return () => {
      observer.disconnect();
      forgetTheme();
    };
  }, []);
}
