import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import {
  constant,
  cosine,
  exponential,
  learningRateSchedule,
  linear,
} from "../../../lab/compute/schedules.ts";

Deno.test("schedules begin and end where they say and stay there", () => {
  for (const schedule of [linear(3, 0.5), cosine(3, 0.5), exponential(3, 0.5)]) {
    for (const [progress, value] of [[-1, 3], [0, 3], [1, 0.5], [2, 0.5]]) {
      ok(Math.abs(schedule(progress) - value) < 1e-15, `${schedule(progress)} at ${progress}`);
    }
  }
  strictEqual(constant(0.1)(0.7), 0.1);
});

Deno.test("schedules pass half-way where their formula says", () => {
  strictEqual(linear(1, 0)(0.25), 0.75);
  strictEqual(linear(1, 0.05, 0.5)(0.25), 0.525);
  deepStrictEqual([0.5, 0.75, 1].map(linear(1, 0.25, 0.5)), [0.25, 0.25, 0.25]);
  ok(Math.abs(cosine(1, 0)(0.25) - (1 + Math.SQRT1_2) / 2) < 1e-15);
  ok(Math.abs(cosine(3, 1)(0.75) - (2 - Math.SQRT1_2)) < 1e-15);
  ok(Math.abs(exponential(1, 0.01)(0.5) - 0.1) < 1e-15);
  ok(Math.abs(exponential(2, 32)(0.25) - 4) < 1e-14);
});

Deno.test("a learning rate falls to 0 on a straight line where it is annealed, and else stays", () => {
  const rates = (annealLearningRate: boolean) =>
    [0, 0.25, 1].map(learningRateSchedule({ learningRate: 0.5, annealLearningRate }));
  deepStrictEqual(rates(true), [0.5, 0.375, 0]);
  deepStrictEqual(rates(false), [0.5, 0.5, 0.5]);
});

Deno.test("schedules refuse what has no meaning", () => {
  throws(() => linear(1, 0, 0), { name: "InputError", message: /\(0, 1\]: 0/ });
  for (const fraction of [-0.5, 1.01, NaN]) throws(() => linear(1, 0, fraction), /\(0, 1\]/);
  strictEqual(linear(1, 0, 1)(1), 0);
  for (const [start, end] of [[1, 0], [0, 1], [-1, 1], [1, NaN]]) {
    throws(() => exponential(start, end), {
      name: "InputError",
      message: `Cannot make an exponential schedule as both ends must be > 0: ${start} to ${end}`,
    });
  }
});
