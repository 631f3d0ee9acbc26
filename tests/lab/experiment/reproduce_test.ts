import { deepStrictEqual, match, rejects, strictEqual } from "node:assert";
import { DamageError } from "../../../lab/core/errors.ts";
import { tensorOf } from "../../../lab/core/tensor_data.ts";
import { storedDigest } from "../../../lab/experiment/recorder.ts";
import {
  deviation,
  parameterDifferences,
  seriesDifferences,
} from "../../../lab/experiment/reproduce.ts";
import { launch, reproduce } from "../../../lab/experiment/launch.ts";
import { temporaryStore } from "./temporary_store.ts";
import { interruptedRun, options, request } from "./toy_runs.ts";

Deno.test("a reproduction says what differs first, and stores nothing unless asked", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const [run] = await launch([request()], options(store));
  const version = store.version();
  strictEqual((await reproduce(run.id, options(store))).identical, true);
  strictEqual(store.version(), version);

  const kept = await reproduce(run.id, { ...options(store), keep: true });
  deepStrictEqual([kept.identical, kept.run?.status], [true, "completed"]);
  deepStrictEqual(kept.run?.tags, [`reproduction of ${run.id}`]);
  strictEqual(kept.run?.digest, run.digest);

  const { determined, definition, machine, versions } = run.manifest;
  const agent = determined.configuration.agent as { [key: string]: number };
  store.update(run.id, {
    manifest: {
      ...run.manifest,
      determined: {
        ...determined,
        configuration: { ...determined.configuration, agent: { ...agent, rate: 0.26 } },
      },
      definition: { ...definition, hash: "0" },
      versions: { ...versions, deno: "0.1" },
      machine: { ...machine, cpuFeatures: ["sse"] },
    },
  });
  // Altered in the store alone, it is damaged.
  await rejects(
    reproduce(run.id, options(store)),
    (error) => error instanceof DamageError && /do not have the digest/.test(error.message),
  );
  // As if it had been trained so.
  store.update(run.id, { digest: await storedDigest(store, store.run(run.id)!) });
  const { identical, lines } = await reproduce(run.id, options(store));
  strictEqual(identical, false);
  match(lines[0], /definition file .*toy_registries\.ts has changed/);
  match(lines[1], /^deno is .*, the run began with 0\.1$/);
  match(lines[2], /^this processor lacks sse$/);
  match(lines[3], /^this processor has .*wasm-simd/);
  match(
    lines[4],
    /^the first metric to differ is losses\/toy at iteration 1: [-\d.]+, now [-\d.]+$/,
  );
  match(lines[5], /^parameters differ from policy\/weights on, by at most [\d.e-]+$/);
  strictEqual(lines.length, 6);
});

Deno.test("a parameter that became no number is told apart from how far others lie", () => {
  const tensors = (...values: number[]) => ({
    w: tensorOf(Float32Array.from(values), [values.length]),
  });
  const differences = (...values: number[]) =>
    parameterDifferences(tensors(1, 2, 3), tensors(...values));
  const start = "parameters differ from w on, ";
  deepStrictEqual(differences(1, 2, 3), []);
  deepStrictEqual(differences(1, 2.5, 3), [`${start}by at most 0.500`]);
  deepStrictEqual(differences(NaN, 2, 3), [
    `${start}in 1 value that is no finite number in one run`,
  ]);
  deepStrictEqual(differences(NaN, 2.5, Infinity), [
    `${start}by at most 0.500, and in 2 values that are no finite numbers in one run`,
  ]);
  deepStrictEqual(parameterDifferences(tensors(NaN), tensors(NaN)), []);
});

Deno.test("equal series do not differ, where they are NaN neither", () => {
  const series = (value: number) => [
    { name: "losses/toy", iterations: Float64Array.of(1), values: Float64Array.of(value) },
  ];
  deepStrictEqual(seriesDifferences(series(NaN), series(NaN)), []);
  match(seriesDifferences(series(NaN), series(0))[0], /at iteration 1: NaN, now 0$/);
  match(seriesDifferences(series(0), series(-0))[0], /at iteration 1: 0, now -0$/);
});

Deno.test("an approximate reproduction takes what is off by little, and says by how much", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const [run] = await launch([request()], options(store));
  const { determined } = run.manifest;
  const agent = determined.configuration.agent as { [key: string]: number };
  for (const [factor, close] of [[1 + 1e-5, true], [1.1, false]] as const) {
    const rate = agent.rate * factor;
    const configuration = { ...determined.configuration, agent: { ...agent, rate } };
    const manifest = { ...run.manifest, determined: { ...determined, configuration } };
    store.update(run.id, { manifest });
    store.update(run.id, { digest: await storedDigest(store, store.run(run.id)!) });
    strictEqual((await reproduce(run.id, options(store))).agrees, false);
    const { identical, agrees, lines } = await reproduce(run.id, {
      ...options(store),
      approximately: true,
    });
    deepStrictEqual([identical, agrees], [false, close]);
    match(lines[0], /^furthest off is .*: by [\d.e-]+ of its largest magnitude$/);
  }
});

Deno.test("how far off numbers are does not hang on what is no number among them", () => {
  const off = (before: number[], after: number[]) => {
    const of = (values: number[]) => ({
      series: [],
      parameters: { w: { shape: [values.length], values: Float64Array.from(values) } },
    });
    return deviation(of(before) as never, of(after) as never);
  };
  deepStrictEqual(off([NaN, 2, 4], [NaN, 2, 4]), { name: "nothing", share: 0 });
  for (const none of [NaN, Infinity]) {
    deepStrictEqual(off([none, 2, 4], [none, 2, 5]), { name: "parameter w", share: 0.25 });
    strictEqual(off([none, 2, 4], [5, 2, 4]).share, Infinity);
    strictEqual(off([5, 2, 4], [none, 2, 4]).share, Infinity);
  }
  strictEqual(off([1, 2], [1, 2, 3]).share, Infinity);
});

Deno.test("what no seed determines is said by the manifest, the run and the reproduction", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const [tame] = await launch([request()], options(store));
  strictEqual("irreproducible" in tame.manifest, false);
  const [run] = await launch([request({ set: [["agent.wild", "true"]] })], options(store));
  strictEqual(run.manifest.irreproducible, "the dice are real");
  const said = "no two runs of it are the same to the bit: the dice are real";
  strictEqual(store.events(run.id)[0].message, said);
  const { identical, lines } = await reproduce(run.id, options(store));
  deepStrictEqual([identical, lines[0]], [false, said]);
});

Deno.test("only finished runs are reproduced", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const stopped = await interruptedRun(store, 3);
  await rejects(reproduce(stopped.id, options(store)), /must have finished: it is interrupted/);
});

Deno.test("of two recordings the first point that differs is told, with its place where that differs", () => {
  const series = (name: string, iterations: number[], values: number[]) =>
    ({
      ...{ name, iterations: Float64Array.from(iterations), values: Float64Array.from(values) },
    }) as unknown as Parameters<typeof seriesDifferences>[0][number];
  const told = (before: number[][], after: number[][], name = "a") =>
    seriesDifferences(
      before.length === 0 ? [] : [series(name, before[0], before[1])],
      after.length === 0 ? [] : [series(name, after[0], after[1])],
    ).map((line) => line.replace("the first metric to differ is ", ""));
  const base = [[1, 2, 3], [5, 6, 7]];
  const cases: [number[][], number[][], string[]][] = [
    [base, base, []],
    [base, [[1, 2, 3], [5, 9, 8]], ["a at iteration 2: 6, now 9"]],
    [base, [[1, 4, 5], [5, 6, 7]], ["a at iteration 2: 6 at 2, now 6 at 4"]],
    [base, [[1, 2], [5, 6]], ["a at iteration 3: 7 at 3, now nothing"]],
    [[[1], [5]], base, ["a at iteration 2: nothing, now 6 at 2"]],
    [base, [], ["a at iteration 1: 5 at 1, now nothing"]],
  ];
  for (const [before, after, lines] of cases) deepStrictEqual(told(before, after), lines);
  // What clocks say is not compared.
  deepStrictEqual(told(base, [], "timing/iteration_seconds"), []);
  // Of several series the one that differs first, of equals the first by name.
  const all = (b: number, c: number) => [
    ...[series("c", [1, 2], [0, c]), series("b", [1, 2], [0, b]), series("a", [3], [b])],
  ];
  deepStrictEqual(seriesDifferences(all(0, 0), all(1, 1)), [
    "the first metric to differ is b at iteration 2: 0, now 1",
  ]);
});
