import { deepStrictEqual, ok, strictEqual } from "node:assert";
import {
  boundsOf,
  CELLS,
  decodePlane,
  encodePlane,
  gridOf,
  planeArtifacts,
} from "../../models/plane.ts";

const [nan, values] = [Float32Array.of(NaN, -Infinity, 0.123456), Float32Array.of(0, -1, 4, 3)];
const test = { count: 2, values };
const samples = {
  kind: "points",
  count: 600,
  dimensions: 2,
  values: new Float32Array(1200),
} as const;

Deno.test("a plane's text gives its numbers again, and NaN where they were not finite", () => {
  const surface = { bounds: boundsOf(values), values: nan };
  const read = decodePlane(encodePlane({ samples: Float32Array.of(0.12345, -2), surface }));
  deepStrictEqual(read, {
    samples: Float32Array.of(0.123, -2),
    surface: { bounds: surface.bounds, values: Float32Array.of(NaN, NaN, 0.1235) },
  });
  deepStrictEqual(decodePlane(encodePlane({})), {});
});

Deno.test("a model of points in the plane leaves samples and the score of each cell", async () => {
  const score = (points: Float32Array) =>
    Promise.resolve(points.filter((_, i) => i % 2 === 0).map((x, i) => x - 10 * points[2 * i + 1]));
  const of = { kind: "points", shape: [2], test } as const;
  const [{ name, ...kept }, ...others] = await planeArtifacts({ score }, of, samples);
  deepStrictEqual([name, others], ["plane", []]);
  ok("text" in kept);
  const { samples: drawn, surface } = decodePlane(kept.text);
  strictEqual(drawn!.length, 1000);
  const { bounds, values } = surface!;
  deepStrictEqual(bounds, boundsOf(test.values));
  const points = gridOf(bounds);
  strictEqual(values.length, CELLS * CELLS);
  for (const i of [0, CELLS - 1, CELLS * CELLS - 1]) {
    const expected = points[2 * i] - 10 * points[2 * i + 1];
    ok(Math.abs(values[i] - expected) < 1e-3 * Math.abs(expected), `${i}`);
  }
});

Deno.test("of other data, and of a model without samples and score, there is none", async () => {
  const none = { score: undefined };
  deepStrictEqual(await planeArtifacts(none, { kind: "points", shape: [3], test }, samples), []);
  deepStrictEqual(await planeArtifacts(none, { kind: "images", shape: [2], test }, samples), []);
  deepStrictEqual(await planeArtifacts(none, { kind: "points", shape: [2], test }, undefined), []);
});
