/**
 * Keys on a chart: from point to point, in and out, and back.
 *
 * @module
 */
import type { Range } from "../curves.ts";
import { shifted, stretched } from "./plot_hands.ts";

/** What keys a chart answers to, as `aria-keyshortcuts` has them. */
export const KEYS =
  "ArrowLeft ArrowRight Shift+ArrowLeft Shift+ArrowRight Home End Plus - Enter Escape";

/** Points that an arrow goes with Shift; how many times as long a stretch is that one key zooms out to. */
const [FAR, FACTOR] = [10, 2];
/** Of a stretch, how far an arrow beyond its last point moves it along. */
const ALONG = 0.5;

/** A key as it was pressed. */
export type Pressed = Pick<KeyboardEvent, "key" | "shiftKey" | "ctrlKey" | "altKey" | "metaKey">;

/** What a chart shows as a key is pressed. */
export interface Seen {
  /** Where its lines have points, in order. */
  readonly places: readonly number[];
  /** Where the cursor is; null: nowhere. */
  readonly x: number | null;
  readonly shown: Range;
  /** Where the lines begin and end; undefined: not known. */
  readonly whole: Range | undefined;
  /** The x axis is logarithmic. */
  readonly logX?: boolean;
  /** Not all of it is shown. */
  readonly isZoomed?: boolean;
}

/** What a key asks for. */
export type Asked =
  | { readonly act: "point"; readonly x: number }
  | { readonly act: "zoom"; readonly range: Range | undefined }
  | { readonly act: "pick"; readonly x: number }
  | { readonly act: "reset" };

/** The place so many places on, or back; from nowhere the first one, or the last; undefined: there is none. */
function stepped(places: readonly number[], x: number | null, by: number): number | undefined {
  const last = places.length - 1;
  if (x === null) return places[by > 0 ? 0 : last];
  const after = places.findIndex((place) => place >= x);
  const from = by < 0
    ? (after < 0 ? last + 1 : after)
    : places.findLastIndex((place) => place <= x);
  return places[Math.max(0, Math.min(last, from + by))];
}

/** What a key asks of a chart; undefined: nothing, it is somebody else's. */
export function askedBy(
  { key, shiftKey, ctrlKey, altKey, metaKey }: Pressed,
  { places, x, shown, whole, logX = false, isZoomed = false }: Seen,
): Asked | undefined {
  if (ctrlKey || altKey || metaKey) return undefined;
  const point = (x: number | undefined): Asked | undefined =>
    x === undefined ? undefined : { act: "point", x };
  const zoom = (factor: number): Asked => {
    const { from, to } = shown;
    const about = x ?? (logX ? Math.sqrt(from * to) : (from + to) / 2);
    return { act: "zoom", range: stretched(shown, about, factor, whole, logX) };
  };
  const arrow = (way: 1 | -1): Asked | undefined => {
    const next = stepped(places, x, shiftKey ? way * FAR : way);
    if (!isZoomed || x === null || next !== x) return point(next);
    const range = shifted(shown, way * ALONG, whole, logX);
    // What comes behind is not known: a stretch whose half is empty goes no farther.
    const isBeyond = way > 0 ? x < range.from : x > range.to;
    return isBeyond || range.from === shown.from ? point(next) : { act: "zoom", range };
  };
  switch (key) {
    case "ArrowRight":
      return arrow(1);
    case "ArrowLeft":
      return arrow(-1);
    case "Home":
      return point(places[0]);
    case "End":
      return point(places.at(-1));
    case "+":
    case "=":
      return zoom(1 / FACTOR);
    case "-":
    case "_":
      return zoom(FACTOR);
    case "Enter":
      return x === null ? undefined : { act: "pick", x };
    case "Escape":
      return { act: "reset" };
    default:
      return undefined;
  }
}
