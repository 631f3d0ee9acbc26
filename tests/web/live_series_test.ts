import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { Grower } from "../../web/growth.ts";
import { type Grown, grownBy } from "../../web/live_series.ts";
import type { SeriesAnswer } from "../../web/routes/api/series.ts";

const drawn: SeriesAnswer = {
  axis: "environmentSteps",
  total: 500,
  x: [0, 1000],
  y: [1, 2],
  iterations: [0, 10],
  smoothed: null,
  last: 2,
  until: 10,
  attempt: 1,
};

function grown(after: number, iterations: number[], values: (number | string)[]): Grown {
  const scaled = (factor: number) => iterations.map((iteration) => factor * iteration);
  const axes = {
    environmentSteps: scaled(100),
    gradientSteps: scaled(1),
    examples: scaled(2),
    wallSeconds: scaled(0.5),
    iterations,
  };
  return { attempt: 1, series: { loss: { after, iterations, values, axes } } };
}

Deno.test("new points are added on the drawn axis, those that are known already are not", () => {
  const next = grownBy(drawn, grown(8, [9, 10, 11, 12], [7, 8, 9, "NaN"]), "loss")!;
  deepStrictEqual([next.x, next.y], [[0, 1000, 1100, 1200], [1, 2, 9, "NaN"]]);
  deepStrictEqual(next.iterations, [0, 10, 11, 12]);
  deepStrictEqual([next.total, next.until, next.last], [502, 12, "NaN"]);
  strictEqual(grownBy(drawn, grown(8, [9, 10], [7, 8]), "loss"), drawn);
  strictEqual(grownBy(drawn, grown(10, [11], [1]), "other"), drawn);
});

Deno.test("of a range grows what lies in it and one point beyond; all news count as heard", () => {
  const range = { from: 500, to: 1150 };
  const next = grownBy(drawn, grown(10, [11, 12, 13], [7, 8, 9]), "loss", range)!;
  deepStrictEqual([next.x, next.y, next.iterations], [
    [0, 1000, 1100, 1200],
    [1, 2, 7, 8],
    [0, 10, 11, 12],
  ]);
  deepStrictEqual([next.total, next.until, next.last], [502, 13, 9]);
  const later = grownBy(next, grown(13, [14], [6]), "loss", range)!;
  deepStrictEqual(later, { ...next, until: 14, last: 6 });
});

Deno.test("a series with a gap, of another attempt, or grown too long is fetched anew", () => {
  strictEqual(grownBy(drawn, grown(11, [12], [1]), "loss"), undefined);
  strictEqual(grownBy(drawn, { ...grown(10, [11], [1]), attempt: 2 }, "loss"), undefined);
  const many = Array.from({ length: 1001 }, (_, i) => 11 + i);
  strictEqual(grownBy(drawn, grown(10, many, many), "loss"), undefined);
});

Deno.test("a smoothed line waits until the range has grown by a fiftieth", () => {
  const smooth = { ...drawn, smoothed: [1, 1.5] };
  strictEqual(grownBy(smooth, grown(10, [11], [3]), "loss"), undefined);
  const long = { ...smooth, x: [0, 1e6], until: 10_000 };
  const next = grownBy(long, grown(10_000, [10_001], [3]), "loss")!;
  deepStrictEqual([next.y, next.smoothed], [[1, 2, 3], [1, 1.5]]);
});

/** The points after one iteration up to another, each its own value. */
function columnsOf(after: number, until: number) {
  const iterations = Float64Array.from({ length: until - after }, (_, i) => after + 1 + i);
  const axes = { environmentSteps: iterations, gradientSteps: iterations, examples: iterations };
  return { iterations, values: iterations, wallSeconds: iterations, ...axes };
}

Deno.test("of what a run's reader is sent no point is lost: a chart takes all, or is fetched anew", () => {
  for (const added of [1, 999, 1000, 1001, 5000]) {
    let until = 10;
    const grower = new Grower(
      {
        run: () => ({ attempt: 1, iterations: until }),
        series: (_: string, __: string, { after }: { after: number }) => columnsOf(after, until),
      } as unknown as ConstructorParameters<typeof Grower>[0],
      "run",
    );
    strictEqual(grower.next(["loss"]), undefined);
    let shown: SeriesAnswer | undefined = { ...drawn, x: [9, 10], y: [9, 10], until };
    for (const more of [added, 1]) {
      until += more;
      // What must be fetched anew is, before the next message.
      shown = grownBy(
        shown ?? { ...drawn, x: [], y: [], until: until - more },
        grower.next(["loss"])!,
        "loss",
      );
      ok(shown === undefined || shown.until === until && shown.y.at(-1) === until, `${added}`);
    }
    ok(shown !== undefined, "one point more is no reason to fetch all");
  }
});

Deno.test("of another attempt what comes after its beginning is told, not what the one before had", () => {
  let run = { attempt: 1, iterations: 10 };
  const asked: number[] = [];
  const series = (_: string, __: string, { after }: { after: number }) => {
    asked.push(after);
    return columnsOf(after, run.iterations);
  };
  type Store = ConstructorParameters<typeof Grower>[0];
  const grower = new Grower({ run: () => run, series } as unknown as Store, "run");
  grower.next(["loss"]);
  run = { attempt: 1, iterations: 20 };
  deepStrictEqual(grower.next(["loss"])?.series.loss.values.length, 10);
  run = { attempt: 2, iterations: 12 };
  deepStrictEqual(grower.next(["loss"]), { attempt: 2, series: {} });
  run = { attempt: 2, iterations: 15 };
  deepStrictEqual(grower.next(["loss"])?.series.loss.values, [13, 14, 15]);
  deepStrictEqual(asked, [10, 12]);
});
