import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { defaultRng, streamOf } from "../../../lab/core/random.ts";
import {
  gridOf,
  learns,
  type SamplerName,
  samplerNames,
  samplers,
} from "../../../lab/search/samplers.ts";
import { MOST_AXES, sobol } from "../../../lab/search/sobol.ts";
import type { Point, Space } from "../../../lab/search/space.ts";
import { Mixture, normalBelow, type Outcome, tpe } from "../../../lab/search/tpe.ts";
import { bootstrapInterval } from "../../../lab/statistics/mod.ts";

const cube = (axes: number): Space =>
  Array.from({ length: axes }, (_, i) => ({
    path: `x${i}`,
    range: { kind: "uniform", low: 0, high: 1 },
  }));

/** Branin's function, its two axes as shares of their ranges; least 0.397887. */
function branin({ x0, x1 }: Point): number {
  const [x, y] = [15 * Number(x0) - 5, 15 * Number(x1)];
  const [b, c, t] = [5.1 / (4 * Math.PI ** 2), 5 / Math.PI, 1 / (8 * Math.PI)];
  return (y - b * x * x + c * x - 6) ** 2 + 10 * (1 - t) * Math.cos(x) + 10;
}

/** Hartmann's function of six axes; least −3.32237. */
function hartmann(point: Point): number {
  const a = [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8]];
  a.push([17, 8, 0.05, 10, 0.1, 14]);
  const p = [[1312, 1696, 5569, 124, 8283, 5886], [2329, 4135, 8307, 3736, 1004, 9991]];
  p.push([2348, 1451, 3522, 2883, 3047, 6650], [4047, 8828, 8732, 5743, 1091, 381]);
  const alpha = [1, 1.2, 3, 3.2];
  return -alpha.reduce((sum, weight, i) => {
    const power = a[i].reduce(
      (inner, each, j) => inner + each * (Number(point[`x${j}`]) - 1e-4 * p[i][j]) ** 2,
      0,
    );
    return sum + weight * Math.exp(-power);
  }, 0);
}

/** The least loss of a search. */
function searched(
  name: SamplerName,
  loss: (point: Point) => number,
  { axes, seed, trials }: { axes: number; seed: number; trials: number },
): number {
  const outcomes: Outcome[] = [];
  for (let trial = 0; trial < trials; trial++) {
    const point = samplers[name](cube(axes), seed)(trial, outcomes)!;
    outcomes.push({ point, loss: loss(point) });
  }
  return Math.min(...outcomes.map((each) => each.loss));
}

const seeds = Array.from({ length: 30 }, (_, i) => i + 1);
const mean = ([values]: readonly Float64Array[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

for (
  const [name, loss, axes, least] of [
    ["Branin", branin, 2, 0.397887],
    ["Hartmann-6", hartmann, 6, -3.32237],
  ] as const
) {
  Deno.test(`TPE finds more of ${name} in 100 trials than chance, intervals apart`, () => {
    const interval = (sampler: SamplerName) => {
      const found = seeds.map((seed) => searched(sampler, loss, { axes, seed, trials: 100 }));
      ok(found.every((each) => each >= least - 1e-5));
      return bootstrapInterval([found], mean, { repeats: 2000 });
    };
    const [tpe, random] = [interval("tpe"), interval("random")];
    ok(tpe.high < random.low, JSON.stringify({ tpe, random }));
  });
}

Deno.test("samplers give a trial the same point again, another one to another trial or seed", () => {
  const space: Space = [
    { path: "rate", range: { kind: "log", low: 1e-4, high: 1 } },
    { path: "kind", range: { kind: "choice", values: ["a", "b", "c"] } },
    {
      path: "size",
      range: { kind: "integer", low: 1, high: 64 },
      when: { path: "kind", in: ["b", "c"] },
    },
  ];
  for (const name of samplerNames.filter((each) => each !== "grid")) {
    const outcomes: Outcome[] = [];
    const points = new Set<string>();
    for (let trial = 0; trial < 40; trial++) {
      const ask = (seed: number) => samplers[name](space, seed)(trial, outcomes)!;
      const point = ask(7);
      deepStrictEqual(ask(7), point);
      ok(ask(8).rate !== point.rate);
      strictEqual("size" in point, point.kind !== "a");
      points.add(JSON.stringify(point));
      outcomes.push({ point, loss: trial % 9 === 4 ? NaN : Number(point.rate) });
    }
    strictEqual(points.size, 40, name);
  }
});

Deno.test("TPE turns to the words and the sizes that are better", () => {
  const space: Space = [
    { path: "kind", range: { kind: "choice", values: ["a", "b", "c", "d"] } },
    { path: "size", range: { kind: "log-integer", low: 1, high: 1024 } },
  ];
  const outcomes: Outcome[] = [];
  for (let trial = 0; trial < 80; trial++) {
    const point = samplers.tpe(space, 3)(trial, outcomes)!;
    const loss = (point.kind === "c" ? 0 : 3) + Math.abs(Math.log2(Number(point.size)) - 5);
    outcomes.push({ point, loss });
  }
  const late = outcomes.slice(40).map(({ point }) => point);
  ok(late.filter(({ kind }) => kind === "c").length >= 28);
  ok(late.filter(({ size }) => Number(size) >= 8 && Number(size) <= 128).length >= 28);
});

Deno.test("TPE ranks what was pruned behind all that ended, the farther it came the better", () => {
  const random = streamOf(1, "outcomes");
  const at = (x: number) => ({ x0: x, x1: 0.5 });
  // What each third of the axis leads to: ended ones, worst of all, late pruned ones, early pruned ones.
  const drawn = (low: number) => at(low + 0.3 * random.random());
  const thirds = { ended: 0, late: 0.35, early: 0.7 };
  const some = (count: number, low: number, more: Omit<Outcome, "point">): Outcome[] =>
    Array.from({ length: count }, () => ({ point: drawn(low), ...more }));
  const late = some(20, thirds.late, { loss: 5, prunedAt: 3 });
  const early = some(20, thirds.early, { loss: 1, prunedAt: 1 });
  const failed = some(20, thirds.early, { loss: NaN, prunedAt: 9 });
  const ended = some(20, thirds.ended, { loss: 100 });
  const triedIn = (low: number, outcomes: readonly Outcome[]) =>
    Array.from({ length: 40 }, (_, trial) => tpe(cube(2), outcomes, streamOf(trial, "trial")))
      .filter(({ x0 }) => Number(x0) >= low && Number(x0) < low + 0.3).length;
  ok(triedIn(thirds.ended, [...early, ...late, ...ended]) > 30);
  ok(triedIn(thirds.late, [...early, ...late]) > 30);
  ok(triedIn(thirds.late, [...failed, ...late]) > 30);
  // Without a word of how far they came they rank by their losses.
  const bare = early.map(({ point, loss }) => ({ point, loss }));
  ok(triedIn(thirds.early, [...bare, ...late, ...ended]) > 30);
});

Deno.test("Sobol points are those of Joe and Kuo's numbers", () => {
  // SciPy 1.11: scipy.stats.qmc.Sobol(3, scramble=False).random(8).
  const points = Array.from({ length: 8 }, (_, i) => [...sobol(3)(i)]);
  deepStrictEqual(points, [
    [0, 0, 0],
    [0.5, 0.5, 0.5],
    [0.75, 0.25, 0.25],
    [0.25, 0.75, 0.75],
    [0.375, 0.375, 0.625],
    [0.875, 0.875, 0.125],
    [0.625, 0.125, 0.875],
    [0.125, 0.625, 0.375],
  ]);
  // SciPy 1.17: scipy.stats.qmc.Sobol(21, scramble=False, bits=32).random(1024)[[682, 999]] * 1024. Of the first one
  // all ten direction numbers have a part.
  const all = [682, 999].map((i) => [...sobol(MOST_AXES)(i)].map((x) => 1024 * x));
  deepStrictEqual(all, [
    [
      ...[1023, 261, 749, 451, 921, 263, 753, 303, 735, 669, 333, 275, 239, 987, 677, 753, 459],
      ...[411, 237, 429, 557],
    ],
    [
      ...[161, 931, 83, 1013, 991, 865, 879, 729, 833, 647, 23, 453, 485, 969, 851, 571, 289],
      ...[673, 695, 39, 343],
    ],
  ]);
  throws(() => sobol(MOST_AXES + 1), /at most 21 fields .*: 22/);
});

Deno.test("scrambled Sobol points have one in each slice of each axis, and in each cell of the first two", () => {
  for (const scramble of [undefined, defaultRng(1), defaultRng(2)]) {
    const at = sobol(MOST_AXES, scramble);
    const points = Array.from({ length: 256 }, (_, i) => at(i));
    for (let axis = 0; axis < MOST_AXES; axis++) {
      const slices = new Set(points.map((point) => Math.floor(point[axis] * 256)));
      strictEqual(slices.size, 256, `axis ${axis}`);
    }
    const cells = points.map(([x, y]) => 16 * Math.floor(16 * x) + Math.floor(16 * y));
    strictEqual(new Set(cells).size, 256);
  }
});

Deno.test("scrambling keeps an axis' first bits and mixes them into those below, which no shift alone does", () => {
  const axes = 5;
  const [plain, scrambled] = [sobol(axes), sobol(axes, defaultRng(3))];
  // Bits that two points have different: a shift of all points changes none of these.
  const differing = (at: (index: number) => Float64Array, axis: number) =>
    Array.from({ length: 64 }, (_, i) => (at(i)[axis] * 2 ** 32 ^ at(0)[axis] * 2 ** 32) >>> 0);
  for (let axis = 0; axis < axes; axis++) {
    const [own, mixed] = [differing(plain, axis), differing(scrambled, axis)];
    deepStrictEqual(mixed.map((bits) => bits >>> 31), own.map((bits) => bits >>> 31));
    // Linear over bits: where points differ in the first bit alone, so do their images, and below.
    const mean = own.reduce((sum, bits, i) => sum + Number(bits !== mixed[i]), 0) / own.length;
    ok(mean > 0.9, `axis ${axis}: ${mean}`);
  }
});

Deno.test("TPE's kernel of words takes its own and, now and then, any other", () => {
  const space: Space = [{ path: "x0", range: { kind: "choice", values: ["a", "b", "c"] } }];
  const mixture = new Mixture(space, Array.from({ length: 3 }, () => Float64Array.of(0.5)));
  // Three kernels at "b", each any word half of the time, 3 / (3 + 3), and one over all: by hand.
  const densityAt = (x: number) => Math.exp(mixture.logDensity(Float64Array.of(x)));
  ok(Math.abs(densityAt(0.4) - (3 * (0.5 + 0.5 * 3) + 1) / 4) < 1e-12);
  for (const x of [0.1, 0.9]) ok(Math.abs(densityAt(x) - (3 * 0.5 + 1) / 4) < 1e-12);
  const random = defaultRng(4);
  const draws = Array.from({ length: 8000 }, () => mixture.draw(random)[0]);
  const own = draws.filter((x) => x === 0.5).length / draws.length;
  // Of 3 in 4 draws half are the kernel's own; five deviations.
  ok(Math.abs(own - 0.375) < 5 * Math.sqrt(0.375 * 0.625 / draws.length), `${own}`);
});

Deno.test("TPE's densities integrate to 1, though kernels reach beyond the ends", () => {
  const choice: Space = [{ path: "x0", range: { kind: "choice", values: ["a", "b", "c"] } }];
  for (const space of [cube(1), choice]) {
    const places = [0.02, 0.4, 0.97].map((x) => Float64Array.of(x));
    const mixture = new Mixture(space, places);
    const n = 3000;
    let sum = 0;
    for (let i = 0; i < n; i++) sum += Math.exp(mixture.logDensity(Float64Array.of((i + 0.5) / n)));
    ok(Math.abs(sum / n - 1) < 1e-5, `${sum / n}`);
  }
});

Deno.test("a grid has every point once, and what a condition leaves out but once", () => {
  const space: Space = [
    { path: "kind", range: { kind: "choice", values: ["a", "b"] } },
    { path: "n", range: { kind: "integer", low: 1, high: 3 }, when: { path: "kind", in: ["b"] } },
  ];
  deepStrictEqual(gridOf(space), [
    { kind: "a" },
    ...[1, 2, 3].map((n) => ({ kind: "b", n })),
  ]);
  strictEqual(samplers.grid(space)(4), undefined);
  throws(() => gridOf(cube(1)), /over a grid as x0 must have values/);
  // More than memory holds is counted, not made.
  const wide = { kind: "integer", low: 1, high: 100_000 } as const;
  throws(
    () => gridOf([{ path: "a", range: wide }, { path: "b", range: wide }]),
    /with b it has more/,
  );
});

Deno.test("the normal distribution is that of the tables", () => {
  // Abramowitz and Stegun 1964, table 26.1.
  const table = [[0, 0.5], [1, 0.8413447], [1.96, 0.9750021], [-2.5, 0.0062097]];
  for (const [z, p] of table) ok(Math.abs(normalBelow(z) - p) < 3e-7, `${z}`);
});

Deno.test("what TPE tries lies within its ranges, also where the best ones lie at an end", () => {
  const space: Space = [
    { path: "a", range: { kind: "uniform", low: -1, high: 3 } },
    { path: "b", range: { kind: "log", low: 1e-4, high: 1e-2 } },
    { path: "c", range: { kind: "integer", low: 2, high: 5 } },
  ];
  const random = streamOf(5, "test");
  for (const [a, b, c] of [[3, 1e-2, 5], [-1, 1e-4, 2]]) {
    const ends = Array.from({ length: 20 }, (_, i) => ({ point: { a, b, c }, loss: i }));
    for (let i = 0; i < 60; i++) {
      const point = tpe(space, ends, random, { startup: 1, candidates: 4, share: 1 });
      for (const { path, range } of space) {
        const { low, high } = range as { low: number; high: number };
        const value = Number(point[path]);
        ok(value >= low && value <= high, `${path} ${value}`);
      }
    }
  }
});

Deno.test("one kernel of TPE is the whole cube: places far from every trial are tried, too", () => {
  const space: Space = [{ path: "a", range: { kind: "uniform", low: 0, high: 1 } }];
  const random = streamOf(6, "test");
  for (const trials of [1, 3]) {
    const outcomes = Array.from({ length: trials }, () => ({ point: { a: 0 }, loss: 0 }));
    const options = { startup: 1, candidates: 1, share: 1 };
    const draws = Array.from({ length: 2000 }, () => tpe(space, outcomes, random, options));
    const far = draws.filter(({ a }) => Number(a) > 0.7).length / draws.length;
    // The kernels of the trials, whose deviation is below 0.18, leave 1e-4 there, the cube three tenths.
    const expected = 0.3 / (trials + 1);
    ok(Math.abs(far - expected) < 4 * Math.sqrt(expected / draws.length), `${far} ${expected}`);
  }
});

Deno.test("a sampler waits for the trials before it where it looks at them, and else does not", () => {
  // Choices are what every sampler takes, a grid too.
  const values = [0, 0.25, 0.5, 0.75];
  const space: Space = ["x0", "x1"].map((path) => ({ path, range: { kind: "choice", values } }));
  const outcomesOf = (sign: number): Outcome[] =>
    Array.from({ length: 40 }, (_, i) => {
      const point = { x0: values[i % 4], x1: values[Math.floor(i / 10)] };
      return { point, loss: sign * (point.x0 - point.x1) };
    });
  for (const name of samplerNames) {
    const at = (outcomes: Outcome[]) =>
      [11, 12, 13].map((trial) => samplers[name](space, 1)(trial, outcomes));
    const looks = JSON.stringify(at(outcomesOf(1))) !== JSON.stringify(at(outcomesOf(-1)));
    deepStrictEqual([name, learns(name)], [name, looks]);
  }
});

Deno.test("a field that some trials did not have says nothing of those, and something of the others", () => {
  const space: Space = [
    { path: "kind", range: { kind: "choice", values: ["a", "b"] } },
    {
      path: "x",
      range: { kind: "uniform", low: 0, high: 1 },
      when: { path: "kind", in: ["b"] },
    },
  ];
  // Best is b, near 0.25; a has no x.
  const outcomes = Array.from({ length: 60 }, (_, i): Outcome => {
    const x = (i % 20) / 20;
    return i % 2 === 0
      ? { point: { kind: "a" }, loss: 1 }
      : { point: { kind: "b", x }, loss: Math.abs(x - 0.25) };
  });
  const tried = Array.from({ length: 20 }, (_, i) => tpe(space, outcomes, streamOf(3, `${i}`)));
  const near = tried.filter(({ kind, x }) => kind === "b" && Math.abs(Number(x) - 0.25) < 0.2);
  ok(near.length >= 15, JSON.stringify(tried));
});
