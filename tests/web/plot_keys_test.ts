import { deepStrictEqual, strictEqual } from "node:assert";
import { type Asked, askedBy, type Pressed, type Seen } from "../../web/components/plot_keys.ts";

const places = Array.from({ length: 31 }, (_, i) => 10 * i);
const whole = { from: 0, to: 300 };

/** What a key asks for of a chart over 0 to 300 with a point at every ten. */
function asks(key: string, more: Partial<Pressed & Seen> = {}): Asked | undefined {
  const { shiftKey = false, ctrlKey = false, altKey = false, metaKey = false, ...seen } = more;
  const pressed = { key, shiftKey, ctrlKey, altKey, metaKey };
  return askedBy(pressed, { places, x: null, shown: whole, whole, ...seen });
}

/** Where a key puts the cursor. */
function goes(key: string, x: number | null, more: Partial<Pressed & Seen> = {}): number {
  const asked = asks(key, { x, ...more });
  if (asked?.act !== "point") throw new Error(`${key} asks for ${JSON.stringify(asked)}`);
  return asked.x;
}

Deno.test("arrows go from point to point, with Shift ten at once, and not beyond the ends", () => {
  deepStrictEqual([goes("ArrowRight", null), goes("ArrowLeft", null)], [0, 300]);
  deepStrictEqual([goes("ArrowRight", 20), goes("ArrowLeft", 20)], [30, 10]);
  // From between two points to the next one either way.
  deepStrictEqual([goes("ArrowRight", 29), goes("ArrowLeft", 21)], [30, 20]);
  deepStrictEqual([goes("ArrowRight", 300), goes("ArrowLeft", 0)], [300, 0]);
  // From beyond the points back to them.
  deepStrictEqual([goes("ArrowRight", -5), goes("ArrowLeft", 305)], [0, 300]);
  const far = { shiftKey: true };
  deepStrictEqual([goes("ArrowRight", 20, far), goes("ArrowLeft", 150, far)], [120, 50]);
  deepStrictEqual([goes("ArrowRight", 250, far), goes("ArrowLeft", 50, far)], [300, 0]);
  deepStrictEqual([goes("Home", 150), goes("End", 150)], [0, 300]);
});

Deno.test("an arrow beyond the last point that is shown moves a zoom along by a half", () => {
  const shown = { from: 100, to: 200 };
  const own = places.filter((place) => place >= 100 && place <= 200);
  const zoomed = { shown, places: own, isZoomed: true };
  deepStrictEqual(asks("ArrowRight", { ...zoomed, x: 200 }), {
    ...{ act: "zoom", range: { from: 150, to: 250 } },
  });
  deepStrictEqual(asks("ArrowLeft", { ...zoomed, x: 100, shiftKey: true }), {
    ...{ act: "zoom", range: { from: 50, to: 150 } },
  });
  strictEqual(goes("ArrowRight", 190, zoomed), 200);
  // From beyond the points back to them first.
  strictEqual(goes("ArrowRight", 205, zoomed), 200);
  // No farther than the lines go, nor, where that is not known, than to where a half is empty.
  const end = { ...zoomed, shown: { from: 200, to: 300 }, places: [200, 250, 300] };
  strictEqual(goes("ArrowRight", 300, end), 300);
  const empty = { ...zoomed, whole: undefined, places: [100, 140] };
  strictEqual(goes("ArrowRight", 140, empty), 140);
  strictEqual(asks("ArrowRight", { ...empty, x: 160, places: [100, 160] })?.act, "zoom");
  strictEqual(goes("ArrowLeft", 190, { ...empty, places: [190] }), 190);
});

Deno.test("plus and minus halve and double what is shown, about the cursor or the middle", () => {
  deepStrictEqual(asks("+"), { act: "zoom", range: { from: 75, to: 225 } });
  deepStrictEqual(asks("=", { x: 100 }), { act: "zoom", range: { from: 50, to: 200 } });
  const shown = { from: 50, to: 100 };
  deepStrictEqual(asks("-", { shown }), { act: "zoom", range: { from: 25, to: 125 } });
  deepStrictEqual(asks("_", { shown, x: 50 }), { act: "zoom", range: { from: 50, to: 150 } });
  // Out of all there is nothing.
  deepStrictEqual(asks("-", { shown: { from: 50, to: 250 } }), { act: "zoom", range: undefined });
});

Deno.test("on a logarithmic axis the middle is that of the powers of ten", () => {
  const shown = { from: 1, to: 10_000 };
  deepStrictEqual(asks("+", { shown, whole: shown, logX: true }), {
    ...{ act: "zoom", range: { from: 10, to: 1000 } },
  });
});

Deno.test("Enter takes the place of the cursor, Escape gives all back, other keys are others'", () => {
  deepStrictEqual(asks("Enter", { x: 30 }), { act: "pick", x: 30 });
  strictEqual(asks("Enter"), undefined);
  deepStrictEqual(asks("Escape"), { act: "reset" });
  for (const key of ["a", "Tab", " ", "ArrowUp"]) strictEqual(asks(key), undefined);
  for (const held of ["ctrlKey", "altKey", "metaKey"]) {
    strictEqual(asks("ArrowRight", { [held]: true }), undefined);
  }
  // Where a zoom shows no point there is none to go to, and the way back is open.
  for (const key of ["ArrowRight", "ArrowLeft", "Home", "End"]) {
    strictEqual(asks(key, { places: [] }), undefined);
  }
  deepStrictEqual(asks("Escape", { places: [] }), { act: "reset" });
  strictEqual(asks("-", { places: [] })?.act, "zoom");
});
