import { deepStrictEqual, ok } from "node:assert";
import { boundsOf, gridOf } from "../../models/plane.ts";
import { gradientOf, nearest, spreadsOf, widest } from "../../web/explorer/latent.ts";

Deno.test("a map has the two coordinates that vary most", () => {
  deepStrictEqual(widest(Float32Array.of(0, 5, 1, 0, -5, 3, 0, 5, -9), 3), [1, 2]);
  deepStrictEqual(widest(Float32Array.of(9, 0, 1, -9, 0, 2), 3), [0, 2]);
});

Deno.test("each coordinate has its own moments, a constant one no variance, and wide codes no wait", () => {
  deepStrictEqual(spreadsOf(Float32Array.of(1, 0.1, 3, 0.1, 8, 0.1), 2), [
    { mean: 4, variance: 26 / 3 },
    { mean: Math.fround(0.1), variance: 0 },
  ]);
  // What a pass over all codes for each of their numbers takes a minute for.
  const width = 4096;
  const codes = new Float32Array(500 * width);
  const start = performance.now();
  spreadsOf(codes, width);
  ok(performance.now() - start < 5000);
});

Deno.test("neighbours are those with the nearest codes", () => {
  const codes = Float32Array.of(0, 0, 3, 4, 1, 0);
  deepStrictEqual(nearest(codes, Float32Array.of(1, 1), 2), [2, 0]);
});

Deno.test("a plane's gradient is the same everywhere but at the rim", () => {
  const bounds = boundsOf(Float32Array.of(-1, 0, 3, 2), 0);
  deepStrictEqual(bounds, { x: [-1, 3], y: [0, 2] });
  const cells = 5;
  const points = gridOf(bounds, cells);
  ok(points[1] > points[points.length - 1], "the first row is the top");
  const surface = Float32Array.from(
    { length: 25 },
    (_, i) => 2 * points[2 * i] - points[2 * i + 1],
  );
  const gradient = gradientOf(surface, bounds, cells);
  for (let row = 0; row < cells; row++) {
    for (let column = 0; column < cells; column++) {
      const i = 2 * (row * cells + column);
      const isRim = [row, column].some((at) => at === 0 || at === cells - 1);
      const [wantedX, wantedY] = isRim ? [0, 0] : [2, -1];
      ok(Math.abs(gradient[i] - wantedX) < 1e-5 && Math.abs(gradient[i + 1] - wantedY) < 1e-5);
    }
  }
});
