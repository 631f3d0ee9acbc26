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

Deno.test("a stretch holds the points with a fifth of it around, of one place a fifth of 1", () => {
  const near = (found: readonly number[], expected: readonly number[]) =>
    expected.forEach((value, i) => ok(Math.abs(found[i] - value) < 1e-6, `${found}`));
  const { x, y } = boundsOf(Float32Array.of(4, -1, 0, 1, 1, 7));
  near(x, [-0.8, 4.8]);
  near(y, [-2.6, 8.6]);
  const place = boundsOf(Float32Array.of(3, -2, 3, -2));
  near(place.x, [2.8, 3.2]);
  near(place.y, [-2.2, -1.8]);
  near(boundsOf(values, 0.5).x, [-2, 6]);
});

Deno.test("cells are told by their centres, row by row from the top", () => {
  const points = gridOf({ x: [0, 4], y: [10, 18] }, 2);
  deepStrictEqual([...points], [1, 16, 3, 16, 1, 12, 3, 12]);
  strictEqual(gridOf({ x: [0, 1], y: [0, 1] }).length, 2 * 40 * 40);
});

Deno.test("a model that draws samples alone leaves no surface, and one with a score alone no samples", async () => {
  const of = { kind: "points", shape: [2], test } as const;
  const kept = async (score: undefined | (() => Promise<Float32Array>), drawn?: typeof samples) => {
    const [artifact] = await planeArtifacts({ score }, of, drawn);
    return Object.keys(decodePlane("text" in artifact ? artifact.text : ""));
  };
  deepStrictEqual(await kept(undefined, samples), ["samples"]);
  const flat = () => Promise.resolve(new Float32Array(CELLS * CELLS));
  deepStrictEqual(await kept(flat), ["surface"]);
});
