import { notStrictEqual, strictEqual } from "node:assert";
import { digestOf } from "../../../lab/experiment/digest.ts";

const determined = { experiment: "e", version: 1, configuration: {}, seed: "1", backend: "b" };

Deno.test("the digest of a view is that of its own numbers", () => {
  const digest = (values: Float64Array) =>
    digestOf(determined, [{ name: "a", iterations: Float64Array.of(1, 2), values }], {});
  const whole = Float64Array.of(9, 1, 2, 9);
  strictEqual(digest(whole.subarray(1, 3)), digest(Float64Array.of(1, 2)));
  notStrictEqual(digest(whole.subarray(1, 3)), digest(whole.subarray(0, 2)));
});

Deno.test("a digest does not depend on the order in which series and parameters came, on clocks or checkpoints", () => {
  const series = ["b", "a/c", "a", "timing/wall"].map((name, i) => ({
    name,
    iterations: Float64Array.of(1, 2),
    values: Float64Array.of(i, 2 * i),
  }));
  const tensor = (value: number) =>
    ({ shape: [1], dtype: "float32", values: Float32Array.of(value) }) as const;
  const expected = digestOf(determined, series, { w: tensor(1), v: tensor(2) });
  strictEqual(digestOf(determined, series.toReversed(), { v: tensor(2), w: tensor(1) }), expected);
  strictEqual(
    digestOf(
      { ...determined, configuration: { checkpoint: { everyIterations: 3 } } },
      [series[2], series[0], series[1]],
      { w: tensor(1), v: tensor(2) },
    ),
    expected,
  );
  // Of all else it does.
  const others = [
    digestOf({ ...determined, seed: "2" }, series, { w: tensor(1), v: tensor(2) }),
    digestOf(determined, series.slice(1), { w: tensor(1), v: tensor(2) }),
    digestOf(determined, series, { w: tensor(2), v: tensor(1) }),
    digestOf(determined, series, { w: { ...tensor(1), shape: [] }, v: tensor(2) }),
    digestOf(determined, series.map((each) => ({ ...each, iterations: each.values })), {
      w: tensor(1),
      v: tensor(2),
    }),
  ];
  strictEqual(new Set([expected, ...others]).size, 6);
});
