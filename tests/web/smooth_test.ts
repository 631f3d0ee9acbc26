import { deepStrictEqual, ok, strictEqual } from "node:assert";
import fc from "fast-check";
import { smooth } from "../../web/smooth.ts";

const values = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), {
  minLength: 2,
  maxLength: 40,
});
const shares = fc.double({ min: 0.001, max: 1, noNaN: true });
const line = (length: number) => Float64Array.from({ length }, (_, i) => i);

Deno.test("smoothing is the weighted mean of what came before", () => {
  // Width 0.5 · 2 = 1: weights e⁻², e⁻¹, 1.
  const [a, b] = [Math.exp(-1), Math.exp(-2)];
  const smoothed = smooth([0, 1, 2], [3, 6, 12], 0.5);
  ok(Math.abs(smoothed[1] - (3 * a + 6) / (a + 1)) < 1e-12);
  ok(Math.abs(smoothed[2] - (3 * b + 6 * a + 12) / (b + a + 1)) < 1e-12);
});

Deno.test("smoothing stays within the values so far and begins with the first", () => {
  fc.assert(
    fc.property(values, shares, (y, share) => {
      const smoothed = smooth(line(y.length), y, share);
      strictEqual(smoothed[0], y[0]);
      smoothed.forEach((value, i) => {
        const past = y.slice(0, i + 1);
        ok(value >= Math.min(...past) - 1e-9 && value <= Math.max(...past) + 1e-9);
      });
    }),
    { examples: [[[-0, 0, 0], 0.001]] },
  );
});

Deno.test("smoothing does not depend on where x begins", () => {
  deepStrictEqual(smooth([1000, 1001, 1002], [0, 1, 2], 0.5), smooth([0, 1, 2], [0, 1, 2], 0.5));
});

Deno.test("values that are not finite stay, and count for no other", () => {
  const smoothed = smooth([0, 1, 2, 3], [5, NaN, Infinity, 5], 0.5);
  deepStrictEqual([...smoothed], [5, NaN, Infinity, 5]);
});

Deno.test("no smoothing and a single point change nothing", () => {
  deepStrictEqual([...smooth([0, 1], [1, 2], 0)], [1, 2]);
  deepStrictEqual([...smooth([4], [7], 0.5)], [7]);
  deepStrictEqual([...smooth([], [], 0.5)], []);
});
