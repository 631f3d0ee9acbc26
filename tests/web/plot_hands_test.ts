import { deepStrictEqual, strictEqual } from "node:assert";
import { stretched } from "../../web/components/plot_hands.ts";

Deno.test("a stretch grows and shrinks about the pointer, within what the lines have", () => {
  const whole = { from: 0, to: 1000 };
  deepStrictEqual(stretched(whole, 250, 0.5, whole), { from: 125, to: 625 });
  deepStrictEqual(stretched({ from: 125, to: 625 }, 250, 0.2, whole), { from: 225, to: 325 });
  deepStrictEqual(stretched({ from: 100, to: 300 }, 300, 3, whole), { from: 0, to: 300 });
  strictEqual(stretched({ from: 125, to: 625 }, 250, 2, whole), undefined);
  strictEqual(stretched({ from: 125, to: 625 }, 250, 9, whole), undefined);
});

Deno.test("a stretch of lines whose end is not known grows as asked, not before the beginning", () => {
  deepStrictEqual(stretched({ from: 100, to: 200 }, 150, 4, undefined), { from: 0, to: 350 });
});
