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

/** Tells of the x that is clicked or tapped: uPlot leaves no click behind that ends a drag. */
export function followClick(
  plot: uPlot,
  pick: { readonly current: ((x: number) => void) | undefined },
): void {
  plot.over.addEventListener("click", (event) => pick.current?.(xAt(plot, event)));
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
 * With Ctrl, as two fingers on a pad, the wheel zooms about the pointer; without, it scrolls the
 * page. The points of a stretch are asked for once the wheel is at rest.
 */
export function followWheel(
  plot: uPlot,
  zoom: { readonly current: (range: Range | undefined) => void },
  whole: { readonly current: Range | undefined },
  log = false,
): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  plot.over.addEventListener("wheel", (event) => {
    const { min, max } = plot.scales.x;
    if (!event.ctrlKey || min === undefined || max === undefined) return;
    event.preventDefault();
    const factor = Math.exp(Math.max(-NOTCH, Math.min(NOTCH, event.deltaY)) / TURN);
    const range = stretched({ from: min, to: max }, xAt(plot, event), factor, whole.current, log);
    const { from, to } = range ?? whole.current!;
    plot.setScale("x", { min: from, max: to });
    clearTimeout(timer);
    timer = setTimeout(() => zoom.current(range), REST);
  }, { passive: false });
}
