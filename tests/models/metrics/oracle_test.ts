/** How texts that a model draws stand beside the distribution of their data, by numbers made for it. */
import { deepStrictEqual, ok } from "node:assert";
import type { Dataset } from "../../../lab/core/dataset.ts";
import type { Look } from "../../../models/model.ts";
import { oracleMeasures } from "../../../models/metrics/oracle.ts";

const length = 4;
/** Texts of four tokens: all alike in the test split, of five different runs as they are drawn. */
const dataset = {
  ...{ kind: "text", shape: [length] },
  test: { count: 3, values: Float32Array.of(0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1) },
  logDensity: (values: Float32Array) =>
    Float64Array.from({ length: values.length / length }, (_, i) => -8 - values[length * i]),
} as unknown as Dataset;
const drawn = Float32Array.of(0, 1, 1, 1, 4, 1, 1, 2, 2, 1, 0, 0);

Deno.test("likelihoods are told a token, runs as a share of all, of as many texts as are tested", async () => {
  const asked: unknown[] = [];
  const look = {
    dataset,
    measured: { "evaluation/negative_log_likelihood": 20 },
    draw: (...given: unknown[]) => {
      asked.push(given);
      return Promise.resolve({ values: drawn });
    },
  } as unknown as Look;
  const measures = await oracleMeasures(look);
  deepStrictEqual(asked, [[3, {}]]);
  const expected = {
    "evaluation/nll_test": 20 / 4,
    // 011 111, 411 112, 210 100: six runs, all of them different; 010 101 three times.
    "evaluation/distinct_trigrams": 1,
    "ceiling/distinct_trigrams": 2 / 6,
    "evaluation/nll_oracle": (8 + 12 + 10) / 3 / 4,
    "ceiling/nll_oracle": 8 / 4,
  };
  deepStrictEqual(Object.keys(measures), Object.keys(expected));
  for (const [name, value] of Object.entries(expected)) {
    ok(Math.abs(measures[name] - value) < 1e-12, `${name}: ${measures[name]}`);
  }
  const { logDensity: _, ...unknown } = dataset;
  deepStrictEqual(Object.keys(await oracleMeasures({ ...look, dataset: unknown })), [
    ...Object.keys(expected).slice(0, 3),
  ]);
});
