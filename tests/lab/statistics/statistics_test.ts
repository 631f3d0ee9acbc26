import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { InputError } from "../../../lab/core/errors.ts";
import { defaultRng } from "../../../lab/core/random.ts";
import {
  bootstrapInterval,
  type Draws,
  figureSpread,
  iqm,
  iqmInterval,
  KeptDraws,
  mean,
  meanInterval,
  median,
  optimalityGap,
  performanceProfile,
  performanceProfileIntervals,
  probabilityOfImprovement,
  probabilityOfImprovementInterval,
  quantile,
  spreadOf,
  standardDeviation,
} from "../../../lab/statistics/mod.ts";
import { suiteFigures } from "../../../lab/statistics/suite.ts";

function near(actual: number, expected: number, tolerance = 1e-12, message?: string): void {
  ok(Math.abs(actual - expected) <= tolerance, message ?? `${actual} is not near ${expected}`);
}

// Worked example of 5 runs x 2 tasks; the intervals are exact, from all 126² weighted resamples.
const methods = [
  {
    scores: [[0.9, 0.8, 1, 0.85, 0.95], [0.6, 0.5, 0.7, 0.4, 0.8]],
    mean: 0.75,
    iqm: 0.775,
    gap: 0.25,
    profile: [1, 0.8, 0.6, 0.2],
    first: 0.9,
    deviation: 0.0790569,
    interval: [0.683333, 0.841667],
  },
  {
    scores: [[0.7, 0.75, 0.6, 1, 0.8], [0.65, 0.55, 0.45, 0.75, 0.5]],
    mean: 0.675,
    iqm: 0.666667,
    gap: 0.325,
    profile: [1, 0.8, 0.2, 0.1],
    first: 0.75,
    deviation: 0.148324,
    interval: [0.583333, 0.75],
  },
  {
    scores: [[0.2, 0.5, 0.4, 0.3, 0.1], [0.3, 0.1, 0.35, 0.2, 0.25]],
    mean: 0.27,
    iqm: 0.266667,
    gap: 0.73,
    profile: [0.5, 0, 0, 0],
    first: 0.3,
    deviation: 0.1581139,
    interval: [0.175, 0.35],
  },
];

Deno.test("the figures of the worked example come out", () => {
  for (const { scores, ...expected } of methods) {
    near(mean(scores), expected.mean);
    near(median(scores), expected.mean);
    near(iqm(scores), expected.iqm, 5e-7);
    near(optimalityGap(scores), expected.gap);
    const profile = performanceProfile(scores, [0.25, 0.5, 0.75, 0.9]);
    deepStrictEqual([...profile], expected.profile);
    near(iqm(scores[0]), expected.first);
    near(standardDeviation(scores[0], 1), expected.deviation, 5e-8);
  }
});

Deno.test("the bootstrap intervals of the worked example are the exact ones", () => {
  for (const { scores, interval: [low, high] } of methods) {
    const interval = bootstrapInterval(scores, iqm);
    near(interval.low, low, 5e-7);
    near(interval.high, high, 5e-7);
    for (const seed of [1, 2, 3]) {
      const rough = bootstrapInterval(scores, iqm, { random: defaultRng(seed), repeats: 2000 });
      near(rough.low, low, 0.01);
      near(rough.high, high, 0.01);
    }
  }
});

Deno.test("the probabilities of improvement of the worked example come out", () => {
  const [a, b, c] = methods.map(({ scores }) => scores);
  near(probabilityOfImprovement(a, b), 0.67);
  near(probabilityOfImprovement(b, a), 0.33);
  strictEqual(probabilityOfImprovement(a, c), 1);
  strictEqual(probabilityOfImprovement(b, c), 1);
  const interval = probabilityOfImprovementInterval(a, b);
  near(interval.low, 0.41, 1e-9);
  near(interval.high, 0.9, 1e-9);
  throws(() => probabilityOfImprovement(a, b.slice(1)), InputError);
});

Deno.test("a lower and an upper end of the profile enclose the profile", () => {
  const thresholds = [0.25, 0.5, 0.75, 0.9];
  const { scores, profile } = methods[0];
  const intervals = performanceProfileIntervals(scores, thresholds, { random: defaultRng(4) });
  intervals.forEach(({ low, high }, i) => ok(low <= profile[i] && profile[i] <= high));
  deepStrictEqual(intervals[0], { low: 1, high: 1 });
  ok(intervals[2].low < intervals[2].high);
});

Deno.test("of tasks with several means the median takes the one in the middle", () => {
  strictEqual(median([[1, 3], [10, 20], [4, 4]]), 4);
  strictEqual(median([5, 1, 3]), 3);
  strictEqual(median([5, 1, 3, 4]), 3.5);
  strictEqual(median([7, Infinity, Infinity]), Infinity);
});

Deno.test("the interquartile mean drops a quarter at each end, rounded down", () => {
  strictEqual(iqm([0, 6, 3]), 3);
  strictEqual(iqm([100, 1, 2, -100, 3]), 2);
  strictEqual(iqm([4]), 4);
});

Deno.test("tasks with different numbers of runs weigh alike, as if their runs were repeated", () => {
  const random = defaultRng(5);
  const drawn = (count: number) => Array.from({ length: count }, () => random.integers(64) / 16);
  const repeated = (task: number[], times: number) =>
    Array.from({ length: times }, () => task).flat();
  for (const [a, b, c, least] of [[4, 2, 6, 12], [5, 10, 10, 10], [3, 5, 1, 15], [7, 4, 2, 28]]) {
    const scores = [drawn(a), drawn(b), drawn(c)];
    const alike = scores.map((task) => repeated(task, least / task.length));
    for (const figure of [mean, iqm, optimalityGap]) {
      near(figure(scores), figure(alike.flat()), 1e-12);
    }
    const above = performanceProfile(scores, [1, 2]);
    performanceProfile(alike.flat(), [1, 2]).forEach((share, i) => near(above[i], share, 1e-12));
  }
  // By hand, of 0 twice, 0 twice, 8, 4, 8, 4 without the lowest and the highest two.
  strictEqual(iqm([[0, 0], [8, 4, 8, 4]]), 2);
  strictEqual(iqm([[0], [2, 4]]), 1);
});

Deno.test("NaN is never dropped and no scores give NaN", () => {
  for (const figure of [mean, median, iqm, optimalityGap]) {
    ok(Number.isNaN(figure([1, 2, 3, NaN])), figure.name);
    ok(Number.isNaN(figure([])), figure.name);
    ok(Number.isNaN(figure([[1, 2], [3, NaN, 4]])), figure.name);
  }
  ok(Number.isNaN(performanceProfile([1, NaN], [0])[0]));
  ok(Number.isNaN(probabilityOfImprovement([[NaN]], [[1]])));
  const interval = bootstrapInterval([[1, NaN]], iqm, { repeats: 20 });
  ok(Number.isNaN(interval.low) && Number.isNaN(interval.high));
});

Deno.test("the standard deviation divides by n or by n - 1", () => {
  strictEqual(standardDeviation([1, 3], 0), 1);
  near(standardDeviation([1, 2, 3, 4], 0), Math.sqrt(1.25));
  near(standardDeviation([1, 2, 3, 4], 1), Math.sqrt(5 / 3));
  near(standardDeviation([1, 3], 1), Math.SQRT2);
});

Deno.test("quantiles interpolate linearly", () => {
  strictEqual(quantile([1, 2, 4], 0.25), 1.5);
  strictEqual(quantile([1, 2, 4], 1), 4);
  strictEqual(quantile([1, Infinity], 0), 1);
});

const task = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), {
  minLength: 1,
  maxLength: 8,
});
const tasks = fc.array(task, { minLength: 1, maxLength: 4 });

Deno.test("figures lie within the scores, shift with them and forget their order", () => {
  fc.assert(fc.property(task, fc.integer({ min: -9, max: 9 }), (scores, shift) => {
    const low = Math.min(...scores);
    const high = Math.max(...scores);
    for (const figure of [mean, median, iqm]) {
      const value = figure(scores);
      ok(value >= low - 1e-6 && value <= high + 1e-6);
      near(figure(scores.map((score) => score + shift)), value + shift, 1e-6);
      near(figure([...scores].reverse()), value, 1e-6);
    }
  }));
});

Deno.test("P(X > Y) and P(Y > X) sum to one, and a method against itself is even", () => {
  fc.assert(fc.property(tasks, tasks, (x, y) => {
    const count = Math.min(x.length, y.length);
    const [first, second] = [x.slice(0, count), y.slice(0, count)];
    near(
      probabilityOfImprovement(first, second) + probabilityOfImprovement(second, first),
      1,
      1e-9,
    );
    near(probabilityOfImprovement(first, first), 0.5, 1e-9);
  }));
});

Deno.test("a bootstrap with the same generator gives the same interval, within the scores", () => {
  fc.assert(
    fc.property(tasks, fc.nat(), (scores, seed) => {
      const make = () =>
        bootstrapInterval(scores, mean, { random: defaultRng(seed), repeats: 100 });
      const interval = make();
      deepStrictEqual(make(), interval);
      const flat = scores.flat();
      ok(interval.low <= interval.high);
      ok(interval.low >= Math.min(...flat) - 1e-6 && interval.high <= Math.max(...flat) + 1e-6);
    }),
    { numRuns: 30 },
  );
});

Deno.test("more confidence makes an interval no narrower", () => {
  const { scores } = methods[0];
  const at = (confidence: number) =>
    bootstrapInterval(scores, mean, { random: defaultRng(9), repeats: 2000, confidence });
  ok(at(0.99).low < at(0.8).low && at(0.99).high > at(0.8).high);
});

Deno.test("resamples of no number and confidence beyond 0 and 1 are refused in one line", () => {
  const wrong: [options: object, line: string][] = [
    ...[0, -1, 2.5, NaN].map((repeats): [object, string] => [
      { repeats },
      `repeats must be a whole number ≥ 1: ${repeats}`,
    ]),
    ...[0, 1, 1.5, -0.5, NaN].map((confidence): [object, string] => [
      { confidence },
      `confidence must lie between 0 and 1: ${confidence}`,
    ]),
  ];
  const scores = [[1, 2, 3]];
  for (const [options, line] of wrong) {
    const refused = { name: "InputError", message: `Cannot bootstrap as ${line}` };
    throws(() => bootstrapInterval(scores, mean, options), refused);
    throws(() => iqmInterval(scores[0], options), refused);
    throws(() => performanceProfileIntervals(scores, [1], options), refused);
    throws(() => probabilityOfImprovementInterval(scores, scores, options), refused);
  }
});

Deno.test("the interval of one task's IQM is the bootstrap's to the bit, and NaN where a score is", () => {
  const score = fc.oneof(
    fc.integer({ min: -3, max: 3 }),
    fc.double({ noNaN: true, min: -9, max: 9 }),
  );
  fc.assert(
    fc.property(fc.array(score, { minLength: 1, maxLength: 40 }), (scores) => {
      const options = () => ({ random: defaultRng(7), repeats: 50 });
      deepStrictEqual(
        iqmInterval(scores, options()),
        bootstrapInterval([scores], iqm, options()),
      );
    }),
    { numRuns: 50, seed: 1 },
  );
  deepStrictEqual(iqmInterval([1, NaN, 2]), { low: NaN, high: NaN });
});

Deno.test("resamples of few scores, looked at once each, give the bootstrap's intervals", () => {
  const score = fc.oneof(
    fc.integer({ min: -2, max: 2 }),
    fc.double({ noNaN: true, min: -9, max: 9 }),
  );
  const two = fc.integer({ min: 1, max: 9 })
    .chain((length) =>
      fc.tuple(...[0, 1].map(() => fc.array(score, { minLength: length, maxLength: length })))
    );
  fc.assert(
    fc.property(two, fc.integer({ min: 1, max: 400 }), ([x, y], repeats) => {
      const own = () => ({ random: defaultRng(0), repeats });
      deepStrictEqual(iqmInterval(x, { repeats }), bootstrapInterval([x], iqm, own()));
      deepStrictEqual(
        probabilityOfImprovementInterval([x], [y], { repeats }),
        probabilityOfImprovementInterval([x], [y], own()),
      );
      const [few, all] = [meanInterval(x, { repeats }), bootstrapInterval([x], mean, own())];
      ok(Math.abs(few.low - all.low) < 1e-12 && Math.abs(few.high - all.high) < 1e-12);
    }),
    { numRuns: 60, seed: 1 },
  );
  deepStrictEqual(
    probabilityOfImprovementInterval([[1, NaN]], [[1, 2]]),
    { low: NaN, high: NaN },
  );
});

Deno.test("wins that are counted by rank are those of each pair, task by task", () => {
  const score = fc.oneof(fc.integer({ min: -2, max: 2 }), fc.constantFrom(-Infinity, -0, 0.5, 7));
  const runs = (least: number) => fc.array(score, { minLength: least, maxLength: 12 });
  const tasks = fc.array(fc.tuple(runs(1), runs(1)), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(tasks, fc.integer({ min: 1, max: 200 }), (tasks, repeats) => {
      const [x, y] = [0, 1].map((of) => tasks.map((task) => task[of]));
      // Drawn by hand: first the runs of the one, task by task, then those of the other.
      const random = defaultRng(5);
      const drawn = (task: number[]) => task.map(() => task[random.integers(task.length)]);
      const figures = Float64Array.from({ length: repeats }, () => {
        const first = x.map(drawn);
        return probabilityOfImprovement(first, y.map(drawn));
      }).sort();
      deepStrictEqual(
        probabilityOfImprovementInterval(x, y, { random: defaultRng(5), repeats }),
        { low: quantile(figures, (1 - 0.95) / 2), high: quantile(figures, 1 - (1 - 0.95) / 2) },
      );
    }),
    { numRuns: 60, seed: 1 },
  );
  deepStrictEqual(
    probabilityOfImprovementInterval([[1, 2], [NaN]], [[1], [2]]),
    { low: NaN, high: NaN },
  );
});

Deno.test("draws that are kept are those of the generator, however often and by whom they are read", () => {
  const scores = [[3, 1, 4, 1, 5], [9, 2, 6, 5, 3]];
  const own = () => ({ random: defaultRng(0), repeats: 3000 });
  for (let time = 0; time < 2; time++) {
    deepStrictEqual(
      [
        bootstrapInterval(scores, iqm, { repeats: 3000 }),
        iqmInterval(scores[0], { repeats: 2000 + 500 * time }),
        probabilityOfImprovementInterval([scores[0]], [scores[1]], { repeats: 3000 }),
        probabilityOfImprovementInterval([[1, 2, 3]], [scores[1]], { repeats: 3000 }),
      ],
      [
        bootstrapInterval(scores, iqm, own()),
        iqmInterval(scores[0], { ...own(), repeats: 2000 + 500 * time }),
        probabilityOfImprovementInterval([scores[0]], [scores[1]], own()),
        probabilityOfImprovementInterval([[1, 2, 3]], [scores[1]], own()),
      ],
    );
  }
  const [kept, plain] = [new KeptDraws(defaultRng(7), 300), defaultRng(7)];
  const [first, second] = [kept.again(), kept.again()];
  for (let i = 0; i < 5000; i++) {
    const drawn = plain.integers(300);
    deepStrictEqual([first.integers(300), second.integers(300)], [drawn, drawn]);
  }
});

Deno.test("figures near the largest number are finite, and those of smaller ones in another unit", () => {
  const most = 1.5 * 2 ** 1023;
  for (const values of [Array(5).fill(most), Array(6).fill(most), [Array(3).fill(most), [most]]]) {
    for (const figure of [mean, median, iqm]) strictEqual(figure(values), most);
  }
  const width = { kind: "rough interval", low: most, high: most };
  deepStrictEqual([figureSpread(Array(5).fill(most)), spreadOf(Array(5).fill(most), mean)], [
    ...[width, width],
  ]);
  const [scores, large] = [[3, 1, 7, 2, 9, 4], 2 ** 1020];
  const scaled = scores.map((score) => score * large);
  for (const figure of [mean, median, iqm]) strictEqual(figure(scaled), figure(scores) * large);
  const spread = figureSpread(scores)!;
  const times = { ...spread, low: spread.low * large, high: spread.high * large };
  deepStrictEqual(figureSpread(scaled), times);
  strictEqual(mean([most, Infinity]), Infinity);
  ok(Number.isNaN(iqm([most, NaN])));
});

Deno.test("a suite has an interval only where every task has the seeds for one", () => {
  const five = [0.1, 0.2, 0.3, 0.4, 0.5];
  const few = suiteFigures([five, [0.4, 0.6, 0.8]]);
  deepStrictEqual([few.seeds, few.iqm.spread, few.gap.spread], [3, null, null]);
  const enough = suiteFigures([five, [0.1, 0.4, 0.6, 0.8, 0.9, 1]]);
  deepStrictEqual([enough.seeds, enough.iqm.spread!.kind], [5, "rough interval"]);
});

Deno.test("the bounds of a figure are those of its IQM, of fewer resamples for many seeds", () => {
  const figures = (count: number) => Array.from({ length: count }, (_, i) => (i * i) % 37);
  const bounds = (count: number, repeats: number) =>
    bootstrapInterval([figures(count)], iqm, { repeats });
  deepStrictEqual(figureSpread(figures(50)), { kind: "interval", ...bounds(50, 50_000) });
  deepStrictEqual(figureSpread(figures(51)), { kind: "interval", ...bounds(51, 5000) });
  deepStrictEqual(figureSpread([3, 1]), { kind: "lowest and highest", low: 1, high: 3 });
  for (const none of [[1, NaN, 3], [1, 2, 3, 4, 5, Infinity], [1], []]) {
    strictEqual(figureSpread(none), null);
  }
});

Deno.test("of few seeds each resample that differs is looked at once, whoever names the figure", () => {
  class Counts extends KeptDraws {
    override again(): Draws {
      throw new Error("each resample is drawn");
    }
  }
  for (const statistic of [iqm, mean, undefined]) {
    const random = new Counts(defaultRng(1), 5);
    const spread = spreadOf([1, 5, 2, 9, 4], statistic, { random, repeats: 200 })!;
    ok(1 <= spread.low && spread.low < spread.high && spread.high <= 9);
  }
});
