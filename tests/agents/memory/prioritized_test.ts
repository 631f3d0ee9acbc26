/** Golden values: NumPy 2.4.6; the draws are `(np.arange(6) + default_rng(7).random(6)) * total / 6`. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { Priorities } from "../../../agents/memory/prioritized.ts";
import { defaultRng } from "../../../lab/core/random.ts";

/** Rows 0 to 3 with TD errors 0.5, −2, 0.1 and 1. */
function four(exponent: number): Priorities {
  const priorities = new Priorities(8, exponent);
  for (let row = 0; row < 4; row++) priorities.added(row);
  priorities.update(Int32Array.of(0, 1, 2, 3), [0.5, -2, 0.1, 1]);
  return priorities;
}

function close(actual: ArrayLike<number>, expected: readonly number[], tolerance: number) {
  strictEqual(actual.length, expected.length);
  expected.forEach((value, i) => ok(Math.abs(actual[i] - value) < tolerance, `${actual}`));
}

Deno.test("rows and importance weights are NumPy's", () => {
  const rows = new Int32Array(6);
  const weights = new Float32Array(6);
  four(0.6).sample(defaultRng(7), 4, 0.4, rows, weights);
  deepStrictEqual([...rows], [0, 1, 1, 1, 3, 3]);
  close(weights, [
    1,
    0.7169778821195821,
    0.7169778821195821,
    0.7169778821195821,
    0.8467455155811218,
    0.8467455155811218,
  ], 1e-7);
});

Deno.test("rows are drawn as often as their probabilities say", () => {
  const rows = new Int32Array(40_000);
  four(0.6).sample(defaultRng(1), 4, 0.4, rows, new Float32Array(40_000));
  const shares = [0, 1, 2, 3].map((row) => rows.filter((each) => each === row).length / 40_000);
  close(
    shares,
    [0.1925356650999351, 0.4423304054600646, 0.073304607301314, 0.29182932213868634],
    1e-4,
  );
});

Deno.test("α = 0 draws all rows alike, with weights of 1 whatever β", () => {
  const rows = new Int32Array(400);
  const weights = new Float32Array(400);
  four(0).sample(defaultRng(1), 4, 0.7, rows, weights);
  for (let row = 0; row < 4; row++) strictEqual(rows.filter((each) => each === row).length, 100);
  ok(weights.every((weight) => weight === 1));
});

Deno.test("with β = 1 every row counts the same in expectation", () => {
  const rows = new Int32Array(80_000);
  const weights = new Float32Array(80_000);
  four(0.9).sample(defaultRng(3), 4, 1, rows, weights);
  const mass = new Float64Array(4);
  rows.forEach((row, i) => mass[row] += weights[i]);
  const total = mass.reduce((a, b) => a + b);
  close(mass.map((each) => each / total), [0.25, 0.25, 0.25, 0.25], 0.002);
});

Deno.test("a new row has the largest priority so far, and no row is lost for good", () => {
  const priorities = four(1);
  priorities.update(Int32Array.of(2), [0]);
  priorities.added(4);
  const { tensors } = priorities.snapshot(5);
  close(tensors.priorities.values, [0.500001, 2.000001, 1e-6, 1.000001, 2.000001], 1e-12);
});

Deno.test("an error that is no number changes nothing", () => {
  const priorities = four(0.6);
  const before = priorities.snapshot(4);
  priorities.update(Int32Array.of(0, 1), [NaN, -Infinity]);
  deepStrictEqual(priorities.snapshot(4), before);
});

Deno.test("restored priorities go on as the original", () => {
  const original = four(0.6);
  const restored = new Priorities(8, 0.6);
  const { tensors, values } = original.snapshot(4);
  restored.restore(tensors, JSON.parse(JSON.stringify(values)));
  const draws = [original, restored].map((priorities) => {
    priorities.added(4);
    const [rows, weights] = [new Int32Array(32), new Float32Array(32)];
    priorities.sample(defaultRng(2), 5, 0.5, rows, weights);
    return { rows, weights };
  });
  deepStrictEqual(draws[0], draws[1]);
});
