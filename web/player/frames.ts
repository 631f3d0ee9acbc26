/**
 * Work that goes on while the page stays alive: some of it a frame.
 *
 * @module
 */
import type { Signal } from "@preact/signals";

/** Milliseconds that the steps of one frame may take. */
const FRAME = 12;

/**
 * Calls `step` so many times, some a frame, and `show` after each; returns what ends it. A step that
 * cannot be made ends it, too, and `fail` is told why.
 */
export function inFrames(
  total: number,
  step: () => void,
  show: () => void,
  fail: (error: Error) => void,
): () => void {
  let made = 0;
  let frame = requestAnimationFrame(function turn() {
    const started = performance.now();
    try {
      do step(); while (++made < total && performance.now() - started < FRAME);
    } catch (error) {
      return fail(error as Error);
    }
    show();
    if (made < total) frame = requestAnimationFrame(turn);
  });
  return () => cancelAnimationFrame(frame);
}

/**
 * Calls `step` at `pace` a second and `show` once a frame, until the returned function is called.
 * At an infinite pace it steps for as long as a frame may take, and `rate` tells how many a second
 * that is.
 */
export function animate(
  pace: number,
  step: () => void,
  show: () => void,
  rate: Signal<number>,
): () => void {
  let due = 0;
  let before = performance.now();
  let counted = { from: before, steps: 0 };
  let frame = requestAnimationFrame(function turn(now) {
    due = pace === Infinity ? Infinity : due + Math.min(now - before, 250) * pace / 1000;
    before = now;
    const started = performance.now();
    if (due >= 1) {
      for (; due >= 1; due--) {
        step();
        counted.steps++;
        if (performance.now() - started > FRAME) due = 1;
      }
      show();
    }
    if (now - counted.from > 500) {
      rate.value = Math.round(1000 * counted.steps / (now - counted.from));
      counted = { from: now, steps: 0 };
    }
    frame = requestAnimationFrame(turn);
  });
  return () => cancelAnimationFrame(frame);
}
