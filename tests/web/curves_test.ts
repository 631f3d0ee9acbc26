import { deepStrictEqual, ok, strictEqual } from "node:assert";
import fc from "fast-check";
import { binned, drawn, indicesOf, type SeedCurve } from "../../web/curves.ts";

const ended = (x: number[], y: number[]): SeedCurve => ({ x, y, goesOn: false });

Deno.test("where seeds have few coordinates each is a bin, and the mean begins where all have", () => {
  const { x, seeds } = binned([
    ended([1, 2, 3, 4], [10, 20, 30, 40]),
    ended([3, 4, 8], [7, 9, 11]),
  ]);
  deepStrictEqual(x, [3, 4, 8]);
  // The first one has ended at 4: its last value stays.
  deepStrictEqual(seeds, [[30, 40, 40], [7, 9, 11]]);
});

Deno.test("a seed without a point at a coordinate is read between its neighbours", () => {
  const { x, seeds } = binned([ended([0, 4], [0, 8]), ended([0, 1, 4], [5, 5, 5])]);
  deepStrictEqual([x, seeds[0]], [[0, 1, 4], [0, 2, 8]]);
});

Deno.test("points of one coordinate count together", () => {
  const { x, seeds } = binned([ended([0, 0, 0, 1], [1, 2, 6, 4])]);
  deepStrictEqual([x, seeds[0]], [[0, 1], [3, 4]]);
});

Deno.test("the mean ends where the first seed still goes on", () => {
  const goesOn = { x: [1, 2], y: [1, 2], goesOn: true };
  deepStrictEqual(binned([ended([1, 2, 3], [1, 2, 3]), goesOn]).x, [1, 2]);
  deepStrictEqual(binned([ended([5, 6], [1, 2]), goesOn]), { x: [], seeds: [[], []] });
});

Deno.test("a NaN makes its bin NaN and no other", () => {
  const length = 1200;
  const y = Array.from({ length }, (_, i) => i === 600 ? NaN : 1);
  const { seeds: [means] } = binned([ended(y.map((_, i) => i), y)]);
  strictEqual(means.length, 120);
  deepStrictEqual(means.map(Number.isNaN).filter((each) => each).length, 1);
});

/** A fraction: exact arithmetic for what floating point is compared with. */
class Fraction {
  constructor(readonly top: bigint, readonly bottom: bigint) {}
  static of = (value: number) => new Fraction(BigInt(value), 1n);
  plus({ top, bottom }: Fraction) {
    return new Fraction(this.top * bottom + top * this.bottom, this.bottom * bottom);
  }
  over = (count: number) => new Fraction(this.top, this.bottom * BigInt(count));
  /** To 15 digits. */
  get value() {
    return Number((this.top * 10n ** 15n) / this.bottom) / 1e15;
  }
}

Deno.test("bins hold the exact mean of all points between their edges", () => {
  const points = fc.array(fc.integer({ min: -1000, max: 1000 }), {
    minLength: 240,
    maxLength: 400,
  });
  fc.assert(
    fc.property(points, points, (first, second) => {
      // Edges at whole numbers and a half, no point upon them: 120 bins of width `each`.
      const each = 2;
      const curves = [first, second].map((y) => {
        const x = y.map((_, i) => i < 240 ? i + 0.5 : 239.5);
        x[0] = 0;
        x[x.length - 1] = 240;
        return ended(x, y);
      });
      const { x, seeds } = binned(curves);
      strictEqual(x.length, 120);
      curves.forEach((curve, seed) =>
        x.forEach((place, bin) => {
          const low = each * bin;
          const within = Array.from(curve.y).filter((_, i) =>
            curve.x[i] <= low + each && (curve.x[i] > low || i === 0 && bin === 0)
          );
          const sum = within.reduce((sum, y) => sum.plus(Fraction.of(y)), Fraction.of(0));
          strictEqual(place, low + each / 2);
          ok(Math.abs(seeds[seed][bin] - sum.over(within.length).value) < 1e-12);
        })
      );
    }),
    { numRuns: 20 },
  );
});

Deno.test("a long noisy series keeps its mean, though its extremes alone would move it", () => {
  // One point in a hundred is 1000, the others 0: the mean is 10, that of lowest and highest 500.
  const x = Array.from({ length: 12_000 }, (_, i) => i + 1);
  const { seeds: [means] } = binned([ended(x, x.map((i) => i % 100 === 0 ? 1000 : 0))]);
  deepStrictEqual(means, Array(120).fill(10));
});

Deno.test("a drawn line keeps its first and last point and its extremes", () => {
  const x = Array.from({ length: 1001 }, (_, i) => i + 1);
  const line = drawn({ x, y: x.map((i) => i === 500 ? 9 : i === 700 ? -9 : 1 / i) }, 100);
  ok(line.x.length <= 110, String(line.x.length));
  deepStrictEqual([line.x[0], line.x.at(-1)], [1, 1001]);
  ok(line.y.includes(9) && line.y.includes(-9));
  deepStrictEqual(drawn({ x: [1, 2], y: [3, 4] }, 100), { x: [1, 2], y: [3, 4] });
});

Deno.test("on a logarithmic axis what is drawn is even there: early points are as many as late ones", () => {
  const x = Array.from({ length: 100_000 }, (_, i) => i);
  const y = x.map((i) => i === 77_777 ? 9 : i === 33 ? -9 : 1 / (i + 1));
  const line = drawn({ x, y }, 1000, undefined, true);
  ok(line.x.length > 400 && line.x.length <= 1250, String(line.x.length));
  // 0 has no place there; the first hundred are all there, and each of the later decades has as many.
  deepStrictEqual(line.x.slice(0, 50), x.slice(0, 50));
  const inDecade = [3, 4].map((power) => line.x.filter((x) => Math.floor(Math.log10(x)) === power));
  for (const { length } of inDecade) ok(length > 150 && length < 250, String(length));
  ok(line.y.includes(9) && line.y.includes(-9) && line.x.at(-1) === 99_999);
  // Few points, and those of one place.
  deepStrictEqual(drawn({ x: [1, 2], y: [3, 4] }, 100, undefined, true).x, [1, 2]);
  strictEqual(drawn({ x: Array(200).fill(5), y: x }, 100, undefined, true).x.length, 4);
  const zoomed = drawn({ x, y }, 100, { from: 1000, to: 2000 }, true);
  deepStrictEqual([zoomed.x[0], zoomed.x.at(-1)], [999, 2001]);
});

Deno.test("a mean on a logarithmic axis has its bins even there, from the first place above 0", () => {
  const x = Array.from({ length: 100_000 }, (_, i) => i);
  const other = x.map((i) => i + 0.5);
  const { x: places, seeds: [means, others] } = binned(
    [ended(x, x), ended(other, other)],
    undefined,
    true,
  );
  strictEqual(places.length, 120);
  // From 0.5, where the second begins, to 99,999.5.
  const step = 10 ** ((Math.log10(99_999.5) - Math.log10(0.5)) / 120);
  ok(Math.abs(places[0] - 0.5 * Math.sqrt(step)) < 1e-9, String(places[0]));
  places.slice(1).forEach((place, i) => ok(Math.abs(place / places[i] / step - 1) < 1e-9));
  // Each bin's mean is that of its points; between points the value at its place.
  for (const each of [means, others]) {
    each.forEach((mean, i) => ok(Math.abs(mean / places[i] - 1) < 0.5, `${mean} at ${places[i]}`));
  }
  const fromZero = binned([ended(x, x)], undefined, true);
  ok(fromZero.x[0] > 1 && fromZero.x[0] < 1.06);
  strictEqual(fromZero.seeds[0][0], 1);
  const zoomed = binned([ended(x, x)], { from: 1000, to: 2000 }, true);
  ok(zoomed.x[0] > 999 && zoomed.x[0] < 1005);
  // Few coordinates are bins of their own.
  deepStrictEqual(binned([ended([1, 10, 20], [1, 2, 3])], undefined, true).x, [1, 10, 20]);
});

Deno.test("a range takes the points in it and one neighbour on either side", () => {
  const x = [0, 10, 20, 30, 40];
  deepStrictEqual(indicesOf(x, { from: 12, to: 28 }), [1, 4]);
  deepStrictEqual(indicesOf(x, { from: 10, to: 20 }), [0, 4]);
  deepStrictEqual(indicesOf(x, { from: -5, to: 100 }), [0, 5]);
  deepStrictEqual(indicesOf(x, { from: 50, to: 60 }), [4, 5]);
  deepStrictEqual(drawn({ x, y: [5, 6, 7, 8, 9] }, 100, { from: 15, to: 25 }), {
    x: [10, 20, 30],
    y: [6, 7, 8],
  });
});

Deno.test("a zoomed mean reaches to the evaluations beside its range", () => {
  const x = [0, 10, 20, 30, 40];
  deepStrictEqual(binned([ended(x, x)], { from: 12, to: 28 }).x, [10, 20, 30]);
});

Deno.test("a zoomed mean has its bins within the range", () => {
  const length = 12_000;
  const x = Array.from({ length }, (_, i) => i);
  const { x: places, seeds: [means] } = binned([ended(x, x)], { from: 6000, to: 6600 });
  strictEqual(places.length, 120);
  ok(places[0] > 5998 && places.at(-1)! < 6602);
  means.forEach((mean, i) => ok(Math.abs(mean - places[i]) < 3, `${mean} at ${places[i]}`));
});
