import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { InputError } from "../../../lab/core/errors.ts";
import type { MetricPoint } from "../../../lab/core/metrics.ts";
import { Downsampler } from "../../../lab/store/downsample.ts";
import { CHUNK_POINTS } from "../../../lab/store/metric_writer.ts";
import { openStore } from "../../../lab/store/sqlite_store.ts";
import type { Series } from "../../../lab/store/store.ts";
import { addRun, pointAt, withFolder, withStore } from "./fixtures.ts";

const bitsOf = (values: ArrayLike<number>) =>
  Array.from(new BigUint64Array(Float64Array.from(values).buffer));

/** A series as points, values as their bits. */
function pointsOf(series: Series): unknown[] {
  const bits = bitsOf(series.values);
  return Array.from(bits, (value, i) => [
    series.iterations[i],
    series.environmentSteps[i],
    series.gradientSteps[i],
    series.examples[i],
    series.wallSeconds[i],
    value,
  ]);
}

const expected = (points: readonly MetricPoint[]) =>
  points.map((point) => [
    point.iterations,
    point.environmentSteps,
    point.gradientSteps,
    point.examples,
    point.wallSeconds,
    bitsOf([point.value])[0],
  ]);

Deno.test("NaN, infinities, −0 and every other float64 come back with the same bits", () =>
  withFolder((folder) => {
    const values = [NaN, Infinity, -Infinity, -0, 0, 5e-324, 2 ** 53 + 2, -1 / 3, 1e308];
    const store = openStore(`${folder}/runs`);
    const { id } = addRun(store);
    values.forEach((value, i) =>
      store.append(id, [pointAt(`v/${i}`, i, value), pointAt("all", i, value)])
    );
    store.close();
    const again = openStore(`${folder}/runs`);
    deepStrictEqual(bitsOf(again.series(id, "all").values), bitsOf(values));
    const last = again.lastMetrics(id);
    deepStrictEqual(bitsOf(values.map((_, i) => last[`v/${i}`])), bitsOf(values));
    again.close();
  }));

Deno.test("one series of all runs is what each run's last values say, hidden points left out", () =>
  withStore((store) => {
    const runs = Array.from({ length: 5 }, () => addRun(store).id);
    runs.forEach((id, i) => {
      if (i === 4) return; // has no such series
      for (let k = 1; k <= 3; k++) store.append(id, [pointAt("a", k, 10 * i + k)]);
      store.append(id, [pointAt("b", 1, i === 2 ? NaN : i)]);
      store.flush();
    });
    store.beginAttempt(runs[1], 2); // hides a's third point
    store.beginAttempt(runs[3], -1); // hides all
    deepStrictEqual(
      store.lastValues("a"),
      new Map([[runs[0], 3], [runs[1], 12], [runs[2], 23]]),
    );
    for (const name of ["a", "b", "c"]) {
      const each = runs.map((id) => [id, store.lastMetrics(id)[name]] as const)
        .filter(([, value]) => value !== undefined);
      deepStrictEqual(store.lastValues(name), new Map(each));
    }
    deepStrictEqual(store.seriesNames(), ["a", "b"]);
    for (const id of runs) store.trash(id);
    deepStrictEqual(store.seriesNames(), []);
  }));

Deno.test("queued points are seen by the process that queued them", () =>
  withStore((store) => {
    const { id } = addRun(store);
    store.append(id, [pointAt("b", 1, 2), pointAt("a", 1, 3)]);
    deepStrictEqual(store.seriesNames(id), ["a", "b"]);
    store.append(id, [pointAt("b", 2, 4)]);
    deepStrictEqual(store.lastMetrics(id), { a: 3, b: 4 });
    strictEqual(store.series(id, "c").values.length, 0);
    deepStrictEqual(store.seriesNames("zzzzzz"), []);
    throws(() => store.append("zzzzzz", [pointAt("a", 1, 1)]), InputError);
  }));

/** What a run does to its series, one after another. */
const actions = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ append: fc.integer({ min: 1, max: 120 }) }) },
    { weight: 2, arbitrary: fc.record({ flush: fc.constant(true) }) },
    { weight: 2, arbitrary: fc.record({ percent: fc.integer({ min: 0, max: 100 }) }) },
  ),
  { maxLength: 25 },
);

Deno.test("a series is what was appended, in whatever portions and attempts it came", () =>
  withStore((store) => {
    fc.assert(
      fc.property(actions, fc.boolean(), (list, uneven) => {
        const { id } = addRun(store);
        let visible: MetricPoint[] = [];
        let iteration = 0;
        for (const action of list) {
          if ("append" in action) {
            const points = Array.from({ length: action.append }, () => {
              iteration += uneven && iteration % 5 === 0 ? 3 : 1;
              return pointAt("a", iteration, iteration % 11 === 0 ? NaN : iteration / 3);
            });
            store.append(id, points);
            visible.push(...points);
          } else if ("flush" in action) {
            store.flush();
          } else {
            iteration = Math.floor(iteration * action.percent / 100);
            store.beginAttempt(id, iteration);
            visible = visible.filter((point) => point.iterations <= iteration);
          }
        }
        const series = store.series(id, "a");
        deepStrictEqual(pointsOf(series), expected(visible));
        strictEqual(series.total, visible.length);
        const after = Math.floor(iteration / 2);
        deepStrictEqual(
          pointsOf(store.series(id, "a", { after })),
          expected(visible.filter((point) => point.iterations > after)),
        );
        deepStrictEqual(
          bitsOf(Object.values(store.lastMetrics(id))),
          bitsOf(visible.slice(-1).map((point) => point.value)),
        );
        deepStrictEqual(store.seriesNames(id), visible.length > 0 ? ["a"] : []);
      }),
      { numRuns: 60 },
    );
  }));

Deno.test("points of an earlier attempt are hidden but kept", () =>
  withStore((store) => {
    const { id } = addRun(store);
    const append = (from: number, to: number, value: number) => {
      for (let i = from; i <= to; i++) store.append(id, [pointAt("a", i, value)]);
    };
    append(1, 10, 1);
    strictEqual(store.beginAttempt(id, 6), 2);
    append(7, 8, 2);
    strictEqual(store.beginAttempt(id, 4), 3);
    append(5, 5, 3);
    strictEqual(store.run(id)!.attempt, 3);
    deepStrictEqual([...store.series(id, "a").values], [1, 1, 1, 1, 3]);
    store.beginAttempt(id, -1);
    deepStrictEqual(store.seriesNames(id), []);
    deepStrictEqual(store.lastMetrics(id), {});
  }));

Deno.test("a series' mark changes with each point of it that is added or hidden, and else stays", () =>
  withStore((store) => {
    const { id } = addRun(store);
    const marks = [store.seriesMark(id, "a")];
    const changes = [
      () => store.append(id, [pointAt("a", 1, 1)]),
      () => store.append(id, [pointAt("a", 2, 1)]),
      () => store.beginAttempt(id, 1),
      () => store.append(id, [pointAt("a", 2, 1)]),
    ];
    for (const change of changes) {
      change();
      marks.push(store.seriesMark(id, "a"));
      store.append(id, [pointAt("b", 1, 1)]);
      strictEqual(store.seriesMark(id, "a"), marks.at(-1));
    }
    strictEqual(new Set(marks).size, 5, marks.join(", "));
  }));

Deno.test("a down-sampled series keeps its ends, its spikes and its NaN", () =>
  withStore((store) => {
    const { id } = addRun(store);
    const count = 20_000;
    const points = Array.from(
      { length: count },
      (_, i) =>
        pointAt(
          "a",
          i + 1,
          i === 777 ? 1e6 : i === 12_345 ? -1e6 : i === 4000 ? NaN : Math.sin(i / 500),
        ),
    );
    for (let i = 0; i < count; i += 700) {
      store.append(id, points.slice(i, i + 700));
      if (i % 2100 === 0) store.flush();
    }
    const chart = store.series(id, "a", { points: 400 });
    strictEqual(chart.total, count);
    ok(chart.values.length <= 405 && chart.values.length > 300);
    deepStrictEqual([chart.iterations[0], chart.iterations.at(-1)], [1, count]);
    for (const [index, value] of [[777, 1e6], [12_345, -1e6], [4000, NaN]]) {
      const at = chart.iterations.indexOf(index + 1);
      ok(at > 0);
      ok(Object.is(chart.values[at], value));
      strictEqual(chart.environmentSteps[at], 16 * (index + 1));
      strictEqual(chart.wallSeconds[at], (index + 1) / 7);
    }
    strictEqual(store.series(id, "a", { points: count }).values.length, count);
    strictEqual(store.series(id, "a", { points: 400, after: count - 3 }).values.length, 3);
    // From within a chunk on.
    const late = store.series(id, "a", { points: 400, after: 12_000 });
    deepStrictEqual([late.iterations[0], late.iterations.at(-1)], [12_001, count]);
    strictEqual(late.values[late.iterations.indexOf(12_346)], -1e6);
  }));

Deno.test("down-sampling picks ascending indices, the extremes among them", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double(), { minLength: 2, maxLength: 300 }),
      fc.integer({ min: 2, max: 60 }),
      fc.integer({ min: 1, max: 50 }),
      (list, points, portion) => {
        const values = Float64Array.from(list);
        const sampler = new Downsampler(values.length, points);
        for (let i = 0; i < values.length; i += portion) {
          sampler.add(values, i, Math.min(values.length, i + portion));
        }
        const { picks } = sampler;
        deepStrictEqual(picks, [...new Set(picks)].sort((a, b) => a - b));
        deepStrictEqual([picks[0], picks.at(-1)], [0, values.length - 1]);
        const finite = list.filter((value) => !Number.isNaN(value));
        const picked = picks.map((i) => values[i]);
        if (finite.length > 0) {
          ok(picked.includes(Math.max(...finite)) && picked.includes(Math.min(...finite)));
        }
        strictEqual(picked.some(Number.isNaN), list.some(Number.isNaN));
        ok(
          picks.length <= 2 + 3 * Math.max(1, Math.floor((points - 2) / 2)) ||
            values.length <= points,
        );
      },
    ),
  );
});

Deno.test("of each bucket between the ends the least, the greatest and the first NaN are picked", () => {
  const picksOf = (points: number, values: readonly number[]) => {
    const sampler = new Downsampler(values.length, points);
    sampler.add([99, ...values, 99], 1, values.length + 1);
    return sampler.picks;
  };
  // Two buckets of four: 1 … 4 and 5 … 8.
  deepStrictEqual(picksOf(6, [5, 2, 9, 1, 3, 7, 7, 6, 8, 0]), [0, 2, 3, 7, 8, 9]);
  deepStrictEqual(picksOf(6, [5, 2, NaN, NaN, 3, NaN, NaN, NaN, NaN, 0]), [0, 1, 2, 4, 5, 9]);
  deepStrictEqual(picksOf(7, [5, 2, 9, 1, 3, 7, 7, 6, 8, 0]), [0, 2, 3, 7, 8, 9]);
  // One bucket; of equal values the first.
  deepStrictEqual(picksOf(2, [5, 4, 4, 4, 4, 9]), [0, 1, 5]);
  deepStrictEqual(picksOf(4, [5, -Infinity, Infinity, 0, 0, 9]), [0, 1, 2, 5]);
  // As many as there are.
  deepStrictEqual(picksOf(6, [3, 1, 2, 1, 2, 3]), [0, 1, 2, 3, 4, 5]);
  deepStrictEqual(picksOf(6, [3]), [0]);
});

Deno.test("queued points are written half a second after the first, while the process waits", () =>
  withStore((store, folder) => {
    const { id } = addRun(store);
    const reader = openStore(folder, { readOnly: true });
    const { setTimeout } = globalThis;
    const timers: { readonly delay: number; ring(): void }[] = [];
    globalThis.setTimeout = ((ring: () => void, delay: number) => {
      timers.push({ delay, ring });
      const timer = setTimeout(() => {}, 0);
      clearTimeout(timer);
      return timer;
    }) as typeof setTimeout;
    try {
      store.append(id, [pointAt("a", 1, 1)]);
      store.append(id, [pointAt("a", 2, 4)]);
    } finally {
      globalThis.setTimeout = setTimeout;
    }
    deepStrictEqual(timers.map(({ delay }) => delay), [500]);
    deepStrictEqual(reader.lastMetrics(id), {});
    timers[0].ring();
    deepStrictEqual(reader.lastMetrics(id), { a: 4 });
    reader.close();
  }));

Deno.test("queued points are written half a second after the first, while the event loop does not turn", () =>
  withStore((store, folder) => {
    const { id } = addRun(store);
    const reader = openStore(folder, { readOnly: true });
    const { now } = performance;
    let milliseconds = 1000;
    performance.now = () => milliseconds;
    try {
      store.append(id, [pointAt("a", 1, 1)]);
      milliseconds += 500;
      store.append(id, [pointAt("a", 2, 4)]);
      deepStrictEqual(reader.lastMetrics(id), {});
      milliseconds += 1;
      store.append(id, [pointAt("a", 3, 9)]);
      deepStrictEqual(reader.lastMetrics(id), { a: 9 });
    } finally {
      performance.now = now;
    }
    reader.close();
  }));

Deno.test("last values of all runs that ended are read at once, but for damaged ones", () =>
  withStore((store, folder) => {
    const ids = [1, 2, 3, 4].map((value) => {
      const { id } = addRun(store);
      store.append(id, [pointAt("a", value, 1), pointAt(value > 2 ? "b" : "c", 1, NaN)]);
      return id;
    });
    for (const id of ids.slice(0, 3)) store.update(id, { status: "completed" });
    const of = (some: readonly string[]) => new Map(some.map((id) => [id, store.lastMetrics(id)]));
    deepStrictEqual(store.allLastMetrics(), of(ids.slice(0, 3)));
    const raw = new DatabaseSync(`${folder}/lab.db`);
    raw.exec(`UPDATE last_values SET numbers = zeroblob(16) WHERE run = '${ids[0]}'`);
    raw.close();
    deepStrictEqual(store.allLastMetrics(), of(ids.slice(1, 3)));
  }));

Deno.test("last values are kept when a run ends, and go with any change of its points", () =>
  withStore((store, folder) => {
    const { id } = addRun(store);
    store.append(id, [pointAt("losses/policy", 1, NaN), pointAt("losses/value", 1, -0)]);
    store.append(id, [pointAt("losses/policy", 2, Infinity)]);
    const raw = new DatabaseSync(`${folder}/lab.db`);
    const kept = () => Number(raw.prepare("SELECT COUNT(*) AS n FROM last_values").get()!.n);
    const before = store.lastMetrics(id);
    deepStrictEqual([before, kept()], [{ "losses/policy": Infinity, "losses/value": -0 }, 0]);
    store.update(id, { status: "completed" });
    deepStrictEqual([store.lastMetrics(id), kept()], [before, 1]);
    // Damage of the row itself is no figure, and no reader's fault.
    raw.exec("UPDATE last_values SET numbers = zeroblob(16)");
    deepStrictEqual(store.lastMetrics(id), before);
    store.beginAttempt(id, 1);
    deepStrictEqual([store.lastMetrics(id), kept()], [{ ...before, "losses/policy": NaN }, 0]);
    store.update(id, { status: "stopped" });
    deepStrictEqual([store.lastMetrics(id)["losses/policy"], kept()], [NaN, 1]);
    store.append(id, [pointAt("losses/policy", 2, 5)]);
    deepStrictEqual([store.lastMetrics(id)["losses/policy"], kept()], [5, 0]);
    raw.close();
  }));

Deno.test("a series of several chunks is one: its last value, its points, those after an iteration", () =>
  withStore((store) => {
    const count = 2 * CHUNK_POINTS + 76;
    const runs = ["plain", "resumed"].map((name) => addRun(store, name).id);
    for (const id of runs) {
      for (let i = 1; i <= count; i++) {
        store.append(id, [pointAt("a", i, i / 8)]);
        if (i % 3 === 0) store.append(id, [pointAt("b", i, -i)]);
        if (i % 400 === 0) store.flush();
      }
      store.flush();
    }
    const kept = CHUNK_POINTS + 9;
    store.beginAttempt(runs[1], kept);
    const ends = [count, kept];
    deepStrictEqual(store.lastValues("a"), new Map(runs.map((id, i) => [id, ends[i] / 8])));
    const thirds = ends.map((end) => 3 * Math.floor(end / 3));
    deepStrictEqual(store.lastValues("b"), new Map(runs.map((id, i) => [id, -thirds[i]])));
    for (const [i, id] of runs.entries()) {
      deepStrictEqual(store.lastMetrics(id), { a: ends[i] / 8, b: -thirds[i] });
      const { iterations, environmentSteps, gradientSteps, examples, wallSeconds, values, total } =
        store.series(id, "a");
      const wanted = Array.from({ length: ends[i] }, (_, k) => k + 1);
      deepStrictEqual([...iterations], wanted);
      deepStrictEqual([...values], wanted.map((k) => k / 8));
      deepStrictEqual([...environmentSteps], wanted.map((k) => 16 * k));
      deepStrictEqual([...gradientSteps], wanted.map((k) => 4 * k));
      deepStrictEqual([...examples], wanted.map((k) => 64 * k));
      deepStrictEqual([...wallSeconds], wanted.map((k) => k / 7));
      strictEqual(total, ends[i]);
      const after = store.series(id, "a", { after: ends[i] - 2 });
      deepStrictEqual([...after.iterations], [ends[i] - 1, ends[i]]);
      const few = store.series(id, "a", { points: 10 });
      deepStrictEqual([few.iterations[0], few.iterations.at(-1), few.total], [1, ends[i], ends[i]]);
    }
  }));
