/** How far samples are from the data by optimal transport, on a line where it is a matter of sorting. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import type { Dataset } from "../../../lab/core/dataset.ts";
import type { Samples } from "../../../lab/core/picture.ts";
import type { SamplingSettings } from "../../../lab/core/trainer.ts";
import type { Look } from "../../../models/model.ts";
import {
  squaredTransport,
  transportFloor,
  transportMetrics,
} from "../../../models/metrics/transport.ts";

const split = (...values: number[]) => ({
  count: values.length,
  values: Float32Array.from(values),
});
const near = (actual: number, expected: number) =>
  ok(Math.abs(actual - expected) < 1e-6, `${actual}, not ${expected}`);

Deno.test("the mean squared way is that of sorted numbers, over as many as all three have", () => {
  const data = { test: split(0, 10, 20), validation: split(1, 2, 3) };
  near(squaredTransport(Float32Array.of(21, 2, 10), data), (4 + 0 + 1) / 3);
  // The first ones of each, where some have more.
  near(squaredTransport(Float32Array.of(21, 2, 10, 500), data), (4 + 0 + 1) / 3);
  near(squaredTransport(Float32Array.of(11, 2), data), (4 + 1) / 2);
  near(
    squaredTransport(Float32Array.of(11, 2, 90), { ...data, validation: split(1, 2) }),
    (4 + 1) / 2,
  );
  near(squaredTransport(Float32Array.of(11, 2, 90), { ...data, test: split(10, 0) }), (4 + 1) / 2);
});

Deno.test("samples stand beside those of another number of steps, and what fresh data get", async () => {
  const dataset = {
    ...{ kind: "points", shape: [1], test: split(0, 10), validation: split(1, 13) },
  } as unknown as Dataset;
  const asked: [number, SamplingSettings][] = [];
  const look = {
    dataset,
    samples: { kind: "points", count: 2, dimensions: 1, values: Float32Array.of(2, 10) } as Samples,
    draw: (count: number, settings: SamplingSettings) => {
      asked.push([count, settings]);
      return Promise.resolve({ values: Float32Array.of(4, 10) } as Samples);
    },
  } as unknown as Look;
  const metrics = transportMetrics("few_steps", 7);
  deepStrictEqual(await metrics(look), {
    "evaluation/squared_wasserstein": 2,
    "evaluation/squared_wasserstein_few_steps": 8,
    "ceiling/squared_wasserstein": 5,
  });
  deepStrictEqual(asked, [[2, { samplerSteps: 7 }]]);
  // The floor is of the data set, and computed once.
  dataset.validation.values[0] = 100;
  strictEqual(transportFloor(dataset), 5);
  deepStrictEqual(await metrics({ ...look, dataset: { ...dataset, kind: "images" } }), {});
  strictEqual(asked.length, 1);
});
