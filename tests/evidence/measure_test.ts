/** What measuring a row asks for, and what it keeps of each run. */
import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { measure, measuredFigures, type MeasureOptions } from "../../evidence/measure.ts";
import type { SeedResult } from "../../evidence/results.ts";
import type { EvidenceRow } from "../../evidence/row.ts";
import type { ExperimentDefinition } from "../../lab/experiment/definition.ts";
import type { Store } from "../../lab/store/store.ts";
import { temporaryStore } from "../lab/experiment/temporary_store.ts";
import { registries, toyExperiment } from "../lab/experiment/toy_registries.ts";

const row: EvidenceRow = { experiment: "line-toy", page: "", seeds: 3 };

/** Measures seeds of the toy with other settings of its agent. */
async function measured(
  store: Store,
  seeds: readonly number[],
  agent: object = {},
  more: Partial<MeasureOptions> & { readonly row?: EvidenceRow } = {},
): Promise<SeedResult[]> {
  const definition = {
    ...toyExperiment,
    agent: { name: "toy", rate: 0.25, size: 6, ...agent },
  } as ExperimentDefinition;
  const [entry] = registries.experiments;
  const experiments = [{ ...entry, load: () => Promise.resolve(definition) }];
  return await measure(more.row ?? row, definition, seeds, {
    ...{ store, registries: { ...registries, experiments }, workers: 1 },
    ...more,
  });
}

Deno.test("a seed's result is what its run has, which is found by a tag", async () => {
  await using lab = await temporaryStore();
  const { store } = lab;
  const told: [SeedResult, string | undefined][] = [];
  const results = await measured(store, [103, 101], {}, {
    onResult: (result, irreproducible) => void told.push([result, irreproducible]),
  });
  deepStrictEqual(results.map(({ seed }) => seed), [101, 103]);
  deepStrictEqual(told.map(([{ seed }, why]) => [seed, why]), [[103, undefined], [101, undefined]]);
  for (const result of results) {
    const run = store.runs().find(({ manifest }) =>
      manifest.determined.seed === String(result.seed)
    )!;
    const { manifest } = run;
    deepStrictEqual([run.name, run.tags], ["line-toy", ["evidence"]]);
    const { environmentSteps, values } = store.series(run.id, "evaluation/return_mean");
    deepStrictEqual([...environmentSteps], [40, 80, 120, 160, 200]);
    deepStrictEqual(
      result.evaluations,
      Array.from(values, (value, i) => [40 * (i + 1), Number(value.toPrecision(6))]),
    );
    deepStrictEqual(
      [result.status, result.score, result.steps, result.digest, result.backend],
      ["completed", values.at(-1), 200, run.digest, manifest.determined.backend],
    );
    ok(Math.abs(result.wallSeconds - run.wallSeconds) <= 0.051, `${result.wallSeconds}`);
    strictEqual(result.wallSeconds, Number(result.wallSeconds.toFixed(1)));
    deepStrictEqual([result.commit, result.deno], [
      ...[manifest.code.revision?.slice(0, 7) ?? "unknown", Deno.version.deno],
    ]);
    match(result.date, /^\d{4}-\d\d-\d\d$/);
    ok(Math.abs(Date.parse(result.date) - Date.now()) < 2 * 86_400_000, result.date);
    match(result.machine, /^\d+ × \S/);
    ok(result.best !== null && result.best !== result.score);
    strictEqual(result.figures, undefined);
  }
  ok(results[0].digest !== results[1].digest);
});

Deno.test("figures of evaluations, of real examples and of an application are kept, no others", () => {
  const names = ["evaluation/recall", "ceiling/recall", "application/ssim"];
  const figures = Object.fromEntries(
    [...names, "losses/total", "score/recall"].map((name) => [name, 1 / 3]),
  );
  deepStrictEqual(
    measuredFigures(figures),
    Object.fromEntries(names.map((name) => [name, 0.333333])),
  );
});

Deno.test("of seeds beside one another nobody knows what each cost", async () => {
  await using lab = await temporaryStore();
  const beside = await measured(lab.store, [101, 102], {}, { workers: 2 });
  deepStrictEqual(beside.map(({ seed, seconds }) => [seed, seconds]), [[101, null], [102, null]]);
});

Deno.test("a seed that diverges has no score, one that fails ends the measurement", async () => {
  await using lab = await temporaryStore();
  const [diverged] = await measured(lab.store, [101], { lossNaNAt: 7 });
  deepStrictEqual([diverged.status, diverged.score], ["diverged", null]);
  // What was seen on the way stays: its one evaluation before.
  deepStrictEqual(diverged.evaluations.map(([amount]) => amount), [40]);
  ok(diverged.steps >= 60 && diverged.steps <= 70, `${diverged.steps}`);
  await rejects(
    measured(lab.store, [101], { throwAt: 3 }),
    /^LabError: Cannot measure line-toy as run \w+ failed: RangeError: toy broke/,
  );
});

Deno.test("a seed that fails leaves those that end after it", async () => {
  await using lab = await temporaryStore();
  const kept: number[] = [];
  await rejects(
    measured(lab.store, [101, 102, 103], {}, {
      workers: 2,
      onResult: ({ seed }) => {
        kept.push(seed);
        if (kept.length === 1) throw new Error("the disk is full");
      },
    }),
    /^Error: the disk is full$/,
  );
  deepStrictEqual(kept.sort(), [101, 102, 103]);
});

Deno.test("a run that rolls dice is told as such, and what was stopped before is left out", async () => {
  await using lab = await temporaryStore();
  const reasons: (string | undefined)[] = [];
  const onResult = (_: SeedResult, why?: string) => void reasons.push(why);
  await measured(lab.store, [101], { wild: true }, { onResult });
  deepStrictEqual(reasons, ["the dice are real"]);
  const stopping = new AbortController();
  const results = await measured(lab.store, [101, 102, 103], {}, {
    signal: stopping.signal,
    onResult: () => stopping.abort(),
  });
  deepStrictEqual(results.map(({ seed }) => seed), [101]);
});

Deno.test("a row's own score is that of the final parameters, and stands alone", async () => {
  await using lab = await temporaryStore();
  const score = {
    name: "sum of weights",
    of: (
      definition: ExperimentDefinition,
      parameters: Record<string, { values: ArrayLike<number> }>,
    ) => {
      deepStrictEqual([definition.name, Object.keys(parameters)], ["line-toy", ["policy/weights"]]);
      const sum = Array.from(parameters["policy/weights"].values).reduce((a, b) => a + b);
      return Promise.resolve(sum);
    },
  } as EvidenceRow["score"];
  const [result] = await measured(lab.store, [101], {}, { row: { ...row, score } });
  const [run] = lab.store.runs();
  const [checkpoint] = lab.store.checkpoints(run.id).filter(({ kind }) => kind === "final");
  const { snapshot } = await lab.store.loadCheckpoint(run.id, checkpoint);
  const sum = Array.from(snapshot.parameters["policy/weights"].values as Float32Array)
    .reduce((a, b) => a + b);
  deepStrictEqual([result.score, result.best, result.evaluations], [sum, null, []]);
});
