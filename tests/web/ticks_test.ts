import { deepStrictEqual, ok, strictEqual } from "node:assert";
import fc from "fast-check";
import { multiplesOf } from "../../lab/core/round_numbers.ts";
import {
  constantRange,
  isConstant,
  labelRoom,
  linearRange,
  logLabels,
  logRange,
  logTicks,
  STEPS,
  stepsFor,
  tickLabels,
  tickRoom,
  ticksOf,
} from "../../web/ticks.ts";

Deno.test("an axis has two ticks at least, however low its chart is and wherever its values lie", () => {
  strictEqual(tickRoom(400), 30);
  fc.assert(fc.property(
    fc.double({ min: -1e3, max: 1e3, noNaN: true }),
    fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
    fc.integer({ min: 60, max: 300 }),
    (low, span, height) => {
      // As uPlot chooses it: the first step that leaves the room.
      const step = STEPS.find((step) => step / span * height >= tickRoom(height))!;
      const ticks = Math.floor((low + span) / step) - Math.ceil(low / step) + 1;
      ok(ticks >= 2, `${ticks} from ${low} over ${span}`);
    },
  ));
});

Deno.test("labels of ticks have as many digits as tell them apart, and no more", () => {
  deepStrictEqual(tickLabels([0, 10_000, 20_000]), ["0", "10K", "20K"]);
  deepStrictEqual(tickLabels([99_000, 99_100, 99_200]), ["99K", "99.1K", "99.2K"]);
  deepStrictEqual(tickLabels([10_000, 12_500, 15_000]), ["10K", "12.5K", "15K"]);
  deepStrictEqual(tickLabels([0, 0.5, 1]), ["0", "0.5", "1"]);
  deepStrictEqual(tickLabels([7.12341, 7.12342]), ["7.12341", "7.12342"]);
  deepStrictEqual(tickLabels([0, 1000, 2000]), ["0", "1,000", "2,000"]);
  // None is rounded: they would stand at uneven distances.
  deepStrictEqual(tickLabels([1, 1.0025, 1.005]), ["1", "1.0025", "1.005"]);
  deepStrictEqual(tickLabels([1000, 1002.5, 1005]), ["1,000", "1,002.5", "1,005"]);
  deepStrictEqual(tickLabels([0.1 + 0.2, 0.4, 0.5]), ["0.3", "0.4", "0.5"]);
  deepStrictEqual(tickLabels([-0.1, 1e-17, 0.1]), ["-0.1", "0", "0.1"]);
  deepStrictEqual(tickLabels([1e-4, 2e-4]), ["1e-4", "2e-4"]);
  deepStrictEqual(tickLabels([0, 5e14, 9e14]), ["0", "500T", "900T"]);
  deepStrictEqual(tickLabels([-1e15, 0, 1e15]), ["-1e+15", "0", "1e+15"]);
  deepStrictEqual(tickLabels([-5e27, -6.6e12, 5e27]), ["-5e+27", "0", "5e+27"]);
  deepStrictEqual(tickLabels([1e26, 2e26, 3e26]), ["1e+26", "2e+26", "3e+26"]);
  deepStrictEqual(tickLabels([1.0005e149, 1.001e149]), ["1.0005e+149", "1.001e+149"]);
});

Deno.test("labels of different ticks are different, however far a reader zooms", () => {
  fc.assert(fc.property(
    fc.double({ min: -1e7, max: 1e7, noNaN: true }),
    fc.integer({ min: -3, max: 5 }),
    (start, power) => {
      const step = 10 ** power;
      const ticks = [0, 1, 2, 3].map((i) => Math.round(start / step) * step + i * step);
      strictEqual(new Set(tickLabels(ticks)).size, 4, String(tickLabels(ticks)));
    },
  ));
});

Deno.test("rounding is no change: such values are drawn as a flat line in the middle", () => {
  ok(isConstant(0, 0) && isConstant(1, 1 + 4e-16) && isConstant(500, 500 + 1e-10));
  ok(!isConstant(0, 1e-6) && !isConstant(500, 500.001) && !isConstant(-1e-9, 1e-9));
  deepStrictEqual(constantRange(500), [450, 550]);
  deepStrictEqual(constantRange(-2), [-2.2, -1.8]);
  deepStrictEqual([constantRange(0), constantRange(5e-324)], [[-1, 1], [-1, 1]]);
  deepStrictEqual(constantRange(-1.7e308), [-Number.MAX_VALUE, -1.53e308]);
});

Deno.test("values however small are not 0: an axis of theirs has ticks, and figures", () => {
  for (const most of [1e-13, 3e-17, 5e-300]) {
    ok(!isConstant(0, most));
    const [low, high] = linearRange(0, most);
    const ticks = ticksOf(1, low, high);
    ok(ticks.length > 2 && ticks.length < 6 && low === 0 && high > most, String(ticks));
    strictEqual(new Set(tickLabels(ticks)).size, ticks.length);
    ok(Math.abs(constantRange(most)[1] / most - 1.1) < 1e-9);
  }
  deepStrictEqual(tickLabels(ticksOf(1, 0, 1e-13)), ["0", "5e-14", "1e-13"]);
  deepStrictEqual(ticksOf(0.5, 0, 1), [0, 0.5, 1]);
});

Deno.test("an axis goes a tenth beyond its values, to 0 at most, and has an end and a length for any", () => {
  deepStrictEqual(linearRange(10, 20), [9, 21]);
  deepStrictEqual(linearRange(-20, -10), [-21, -9]);
  deepStrictEqual(linearRange(0.5, 20.5), [0, 22.5]);
  deepStrictEqual(linearRange(-20.5, -0.5), [-22.5, 0]);
  deepStrictEqual(linearRange(-10, 10), [-12, 12]);
  deepStrictEqual(linearRange(0, 10), [0, 11]);
  deepStrictEqual(linearRange(7, 7), constantRange(7));
  // Six zeros or nines behind the point are no reason to take numbers for equal.
  const close = [[1 - 5e-7, 1 - 1e-8], [1.0000001, 1.0000005], [99.9999991, 99.9999999]];
  const vast = [[-1e308, 1e308], [-Number.MAX_VALUE, 0], [1, Number.MAX_VALUE]];
  for (const [low, high] of [...close, ...vast]) {
    const [from, to] = linearRange(low, high);
    ok(to > from && Number.isFinite(to - from), `${from} ${to}`);
    if (close.some(([each]) => each === low)) {
      ok(from < low && to > high && to - from < 1.3 * (high - low));
    }
    const ticks = multiplesOf((to - from) / 7, from, to);
    ok(ticks.length >= 6 && ticks.length <= 8, `${ticks}`);
  }
});

Deno.test("labels with exponents take more room", () => {
  deepStrictEqual([labelRoom(0, 1e6), labelRoom(-1e15, 0), labelRoom(0, 1e149)], [50, 90, 90]);
});

Deno.test("there is a step for every span, the next one at most two and a half times as long", () => {
  ok(STEPS[0] <= 1e-32 && STEPS.at(-1)! >= 5e307 && STEPS.every(Number.isFinite));
  ok(STEPS.every((step, i) => i === 0 || (step > STEPS[i - 1] && step <= 2.51 * STEPS[i - 1])));
});

Deno.test("between whole numbers, as counts are, there are no ticks", () => {
  deepStrictEqual(stepsFor([7, 8, "NaN", 8]).slice(0, 4), [1, 2, 5, 10]);
  deepStrictEqual(stepsFor([7, 8.5, 8]), [...STEPS]);
  deepStrictEqual(stepsFor([0.25]).includes(0.1), true);
});

Deno.test("a logarithmic axis is marked at powers of ten, where it has two, and finer where not", () => {
  deepStrictEqual(logTicks(0.004, 2000, 7), [0.01, 0.1, 1, 10, 100, 1000]);
  deepStrictEqual(logTicks(1e-4, 1e30, 7), [1e-4, 1e1, 1e6, 1e11, 1e16, 1e21, 1e26]);
  deepStrictEqual(logTicks(1, 1000, 3), [1, 100]);
  // Where there is room for them, 2 and 5 times these.
  deepStrictEqual(logTicks(0.5, 12, 5), [0.5, 1, 2, 5, 10]);
  deepStrictEqual(logTicks(0.5, 12, 4), [1, 10]);
  deepStrictEqual(logTicks(0.3, 4, 7), [0.5, 1, 2]);
  deepStrictEqual(logTicks(3.1, 3.9, 4), [3.2, 3.4, 3.6, 3.8]);
  deepStrictEqual(logLabels([0.001, 0.1, 10, 1000]), ["0.001", "0.1", "10", "1,000"]);
  // None is taken for 0 beside a vast one.
  deepStrictEqual(logLabels([1e-4, 1, 1e30]), ["1e-4", "1e+0", "1e+30"]);
  deepStrictEqual(logLabels([1e-8, 2e-8]), ["1e-8", "2e-8"]);
});

Deno.test("a logarithmic axis reaches a twentieth of its length beyond, and stays above 0", () => {
  const near = (actual: readonly number[], wanted: readonly number[]) =>
    ok(actual.every((each, i) => Math.abs(each / wanted[i] - 1) < 1e-9), String(actual));
  near(logRange(1e-10, 1e10), [1e-11, 1e11]);
  near(logRange(10, 10), [Math.sqrt(10), 10 * Math.sqrt(10)]);
  fc.assert(fc.property(
    fc.double({ min: Number.MIN_VALUE, noNaN: true, noDefaultInfinity: true }),
    fc.double({ min: Number.MIN_VALUE, noNaN: true, noDefaultInfinity: true }),
    (a, b) => {
      const [low, high] = logRange(Math.min(a, b), Math.max(a, b));
      ok(low > 0 && low < high && Number.isFinite(high), `${low} ${high}`);
      const ticks = logTicks(low, high, 6);
      ok(ticks.every((tick, i) => Number.isFinite(tick) && (i === 0 || tick > ticks[i - 1])));
    },
  ));
});
