import { ok, strictEqual, throws } from "node:assert";
import { constant, cosine, exponential, linear } from "../../../lab/compute/schedules.ts";

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
  ok(Math.abs(cosine(1, 0)(0.25) - (1 + Math.SQRT1_2) / 2) < 1e-15);
  ok(Math.abs(exponential(1, 0.01)(0.5) - 0.1) < 1e-15);
});

Deno.test("schedules refuse what has no meaning", () => {
  throws(() => linear(1, 0, 0), { name: "InputError", message: /\(0, 1\]: 0/ });
  throws(() => exponential(1, 0), { name: "InputError", message: /1 to 0/ });
});
