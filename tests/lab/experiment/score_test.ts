/** What a run is judged by: its last evaluation, or the score of its end. */
import { deepStrictEqual, strictEqual } from "node:assert";
import {
  figureReader,
  figuresOf,
  judgedBy,
  judgedSeries,
  scoresOf,
} from "../../../lab/experiment/score.ts";

const last = {
  "evaluation/return_mean": 500,
  "score/return_mean": 470,
  "evaluation/length_mean": 90,
  "losses/value": 0.5,
};
const stopped = { status: "stopped", digest: "d" } as const;
/** Runs whose score, if they have one, is of an earlier end. */
const others = [
  { status: "completed", digest: "d" },
  { status: "stopped", digest: null },
  { status: "running", digest: null },
  { status: "interrupted", digest: "d" },
] as const;

Deno.test("an evaluation's figures have the names of scores, others are left out", () => {
  deepStrictEqual(scoresOf({ "evaluation/a_b": 1, "validation/c": 2, "judge/evaluation/d": 3 }), {
    "score/a_b": 1,
  });
});

Deno.test("a run that was stopped is judged by its scores where it has them, any other by its evaluations", () => {
  deepStrictEqual(judgedBy(stopped, last), { ...last, "evaluation/return_mean": 470 });
  for (const run of others) strictEqual(judgedBy(run, last), last);
  strictEqual(judgedSeries(stopped, last, "evaluation/return_mean"), "score/return_mean");
  for (const metric of ["evaluation/length_mean", "losses/value", "score/return_mean"]) {
    strictEqual(judgedSeries(stopped, last, metric), metric);
  }
  for (const run of others) {
    strictEqual(judgedSeries(run, last, "evaluation/return_mean"), "evaluation/return_mean");
  }
});

Deno.test("figures of stored runs are read one run at a time, or one figure of all at once", () => {
  const runs = [
    { id: "a", ...stopped },
    { id: "b", ...stopped },
    { id: "c", ...others[0] },
    { id: "d", ...stopped },
  ];
  const series: Record<string, Map<string, number>> = {
    "evaluation/return_mean": new Map([["a", 500], ["b", 400], ["c", 300]]),
    "score/return_mean": new Map([["a", 470], ["c", 1]]),
    "losses/value": new Map([["a", 0.5]]),
  };
  const asked: string[] = [];
  const store = {
    lastMetrics: (id: string) =>
      Object.fromEntries(
        Object.entries(series).flatMap(([name, of]) => of.has(id) ? [[name, of.get(id)!]] : []),
      ),
    lastValues: (name: string) => {
      asked.push(name);
      return series[name] ?? new Map();
    },
  };
  const read = figureReader(store, "evaluation/return_mean")!;
  deepStrictEqual(runs.map(read), [470, 400, 300, undefined]);
  deepStrictEqual(asked, ["evaluation/return_mean", "score/return_mean"]);
  deepStrictEqual(
    runs.map((run) => figuresOf(store, run)["evaluation/return_mean"]),
    [470, 400, 300, undefined],
  );
  asked.length = 0;
  deepStrictEqual(runs.map(figureReader(store, "losses/value")!), [
    ...[0.5, undefined, undefined, undefined],
  ]);
  deepStrictEqual(asked, ["losses/value"], "it has no score of its own");
  strictEqual(figureReader(store, "evaluation/none"), undefined);
});
