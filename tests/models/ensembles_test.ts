import { deepStrictEqual, ok } from "node:assert";
import fc from "fast-check";
import { reconstructionErrors } from "../../models/anomalies.ts";
import { ensembleOf } from "../../models/ensembles.ts";

const meanOf = (values: ArrayLike<number>) =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

Deno.test("members' error is that of their mean and the mean of their squared deviations", () => {
  // 0, 1/4 and 1/2 by hand: the mean is 1/4, the deviation √(1/24).
  const { mean, deviation } = ensembleOf([0, 0.25, 0.5].map((each) => Float32Array.of(each)));
  deepStrictEqual([...mean, ...deviation], [0.25, Math.fround(Math.sqrt(1 / 24))]);
  deepStrictEqual(ensembleOf([Float32Array.of(0.3)]).deviation, Float32Array.of(0));
  const values = fc.float32Array({ minLength: 6, maxLength: 6, min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.array(values, { minLength: 1, maxLength: 5 }), values, (members, original) => {
      const { mean, deviation } = ensembleOf(members);
      const errorOf = (made: Float32Array) => meanOf(reconstructionErrors(original, made, 2));
      const alone = meanOf(members.map(errorOf));
      const together = errorOf(mean) + meanOf([...deviation].map((each) => each ** 2));
      ok(Math.abs(alone - together) < 1e-6, `${alone} and ${together}`);
    }),
  );
});
