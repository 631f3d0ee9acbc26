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
