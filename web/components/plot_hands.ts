/**
 * A click, a finger and a wheel on a chart: uPlot itself follows what the mouse drags alone.
 *
 * @module
 */
import type uPlot from "uplot";
import type { Range } from "../curves.ts";
import { standingAt, unitOf } from "../ticks.ts";

/** Pixels that a finger moves before it chooses a stretch: less is a tap. */
const STILL = 8;
/** Pixels that a wheel turns to make the stretch e times as long, and those of one notch at most. */
const [TURN, NOTCH] = [400, 120];
/** Milliseconds after which a wheel has come to rest. */
const REST = 150;

/**
 * The stretch `factor` times as long as the one that is shown, `x` where it stands; undefined: all.
 *
 * @param whole Where the lines begin and end; undefined: not known.
 * @param log The axis is logarithmic.
 */
export function stretched(
  { from, to }: Range,
  x: number,
  factor: number,
  whole: Range | undefined,
  log = false,
): Range | undefined {
  const unit = unitOf(log);
  const along = (end: number) => standingAt(log)(unit(x) + (unit(end) - unit(x)) * factor);
  const low = Math.max(whole?.from ?? 0, along(from));
  const high = Math.min(whole?.to ?? Infinity, along(to));
  if (whole !== undefined && low <= whole.from && high >= whole.to) return undefined;
  return { from: Number(low.toPrecision(7)), to: Number(high.toPrecision(7)) };
}

/**
 * A stretch as long as the one that is shown, `by` of its length further on, no farther than the lines go.
 *
 * @param whole Where the lines begin and end; undefined: not known.
 * @param log The axis is logarithmic.
 */
export function shifted(
  { from, to }: Range,
  by: number,
  whole: Range | undefined,
  log = false,
): Range {
  const unit = unitOf(log);
  const [start, end] = [unit(from), unit(to)];
  const back = Math.min(0, unit(whole?.from ?? 0) - start);
  const on = Math.max(0, unit(whole?.to ?? Infinity) - end);
  const way = Math.max(back, Math.min(on, by * (end - start)));
  const place = (at: number) => Number(standingAt(log)(at + way).toPrecision(7));
  return way === 0 ? { from, to } : { from: place(start), to: place(end) };
}

/** What moves the stretch that a chart shows. */
export interface Stretching {
  readonly zoom: { readonly current: (range: Range | undefined) => void };
  /** The stretch that is shown, also before it is asked for; undefined: all is. */
  readonly shown: { current: Range | undefined };
  /** Where the lines begin and end; undefined: not known. */
  readonly whole: { readonly current: Range | undefined };
  /** The axis is logarithmic. */
  readonly log: boolean;
}

/** Shows a stretch at once, before its points are asked for; undefined: all. */
export function showAtOnce(
  plot: uPlot,
  { shown, whole }: Pick<Stretching, "shown" | "whole">,
  range: Range | undefined,
): void {
  shown.current = range;
  const { from, to } = range ?? whole.current ?? {};
  if (from !== undefined && to !== undefined) plot.setScale("x", { min: from, max: to });
}

/**
 * What a mouse that goes down on a zoomed chart begins: with Shift it drags the stretch along; without
 * `select` chooses another.
 */
export function draggedAlong(
  plot: uPlot,
  { zoom, shown, whole, log }: Stretching,
  select: (event: MouseEvent) => unknown,
): (event: MouseEvent) => null {
  return (down) => {
    const { min, max } = plot.scales.x;
    const isZoomed = shown.current !== undefined && min !== undefined && max !== undefined;
    if (!down.shiftKey || !isZoomed || down.button !== 0) {
      select(down);
      return null;
    }
    const first = { from: min, to: max };
    const { width } = plot.over.getBoundingClientRect();
    let range = first;
    const move = ({ clientX }: MouseEvent) => {
      range = shifted(first, (down.clientX - clientX) / width, whole.current, log);
      showAtOnce(plot, { shown, whole }, range);
    };
    const up = () => {
      removeEventListener("mousemove", move);
      removeEventListener("mouseup", up);
      if (range.from !== first.from) zoom.current(range);
    };
    addEventListener("mousemove", move);
    addEventListener("mouseup", up);
    return null;
  };
}

/** Tells of the x that is clicked or tapped: uPlot leaves no click behind that ends a drag. */
export function followClick(
  plot: uPlot,
  pick: { readonly current: ((x: number) => void) | undefined },
): void {
  plot.over.addEventListener("click", (event) => {
    if (!event.shiftKey) pick.current?.(xAt(plot, event));
  });
}

/** The x under a pointer. */
function xAt(plot: uPlot, { clientX }: MouseEvent): number {
  return plot.posToVal(clientX - plot.over.getBoundingClientRect().left, "x");
}

/** A finger that goes along the x axis chooses a stretch of it; up and down it scrolls the page. */
export function followFinger(plot: uPlot): void {
  const { over } = plot;
  let start: number | undefined;
  const placeOf = ({ clientX }: PointerEvent) => {
    const { left, width } = over.getBoundingClientRect();
    return Math.min(width, Math.max(0, clientX - left));
  };
  const select = (from: number, to: number, isOver: boolean) =>
    plot.setSelect({
      left: Math.min(from, to),
      top: 0,
      width: Math.abs(to - from),
      height: over.clientHeight,
    }, isOver);
  over.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch" && event.isPrimary) start = placeOf(event);
  });
  over.addEventListener("pointermove", (event) => {
    if (start === undefined || !event.isPrimary) return;
    plot.setCursor({ left: placeOf(event), top: 0 });
    select(start, placeOf(event), false);
  });
  over.addEventListener("pointerup", (event) => {
    if (start === undefined || !event.isPrimary) return;
    const [from, to] = [start, placeOf(event)];
    start = undefined;
    if (Math.abs(to - from) < STILL) select(0, 0, false);
    else select(from, to, true);
  });
  over.addEventListener("pointercancel", () => {
    start = undefined;
    select(0, 0, false);
  });
}

/**
 * With Ctrl, as two fingers on a pad, the wheel zooms about the pointer; sideways it moves a stretch along;
 * else it scrolls the page. The points of a stretch are asked for once the wheel is at rest.
 */
export function followWheel(plot: uPlot, { zoom, shown, whole, log }: Stretching): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const zoomed = (before: Range, event: WheelEvent) => {
    const factor = Math.exp(Math.max(-NOTCH, Math.min(NOTCH, event.deltaY)) / TURN);
    return stretched(before, xAt(plot, event), factor, whole.current, log);
  };
  plot.over.addEventListener("wheel", (event) => {
    const { min, max } = plot.scales.x;
    const { ctrlKey, deltaX, deltaY } = event;
    const isAlong = !ctrlKey && shown.current !== undefined && Math.abs(deltaX) > Math.abs(deltaY);
    if (!ctrlKey && !isAlong || min === undefined || max === undefined) return;
    event.preventDefault();
    const before = { from: min, to: max };
    const { width } = plot.over.getBoundingClientRect();
    const range = isAlong
      ? shifted(before, deltaX / width, whole.current, log)
      : zoomed(before, event);
    showAtOnce(plot, { shown, whole }, range);
    clearTimeout(timer);
    timer = setTimeout(() => zoom.current(range), REST);
  }, { passive: false });
}
