import { deepStrictEqual, match, ok, rejects, strictEqual, throws } from "node:assert";
import { InputError } from "../../../lab/core/errors.ts";
import type { Metrics } from "../../../lab/core/metrics.ts";
import type { Raster } from "../../../lab/core/picture.ts";
import { encodePng } from "../../../lab/core/png.ts";
import { importJsonLines } from "../../../lab/experiment/imports/json_lines.ts";
import {
  beginLogged,
  goOnLogged,
  LEFT,
  type LoggedProgress,
  resumeRun,
  startRun,
} from "../../../lab/experiment/logged_run.ts";
import { requireTrained } from "../../../lab/experiment/recorded_run.ts";
import { reproduce } from "../../../lab/experiment/reproduce.ts";
import { resume } from "../../../lab/experiment/resume.ts";
import { registries } from "../../../registries.ts";
import { inFolder } from "../../cli/folder.ts";
import { addRun, withStore } from "../store/fixtures.ts";

Deno.test("a loop of one's own is a run: points, pictures, events, how it ended", () =>
  withStore(async (store) => {
    const run = await beginLogged(store, { name: "loop", configuration: { rate: 0.1 }, seed: 3 });
    ok(store.run(run.id)!.active);
    run.log({ loss: 2 }, { examples: 32 });
    run.log({ loss: NaN, "evaluation/accuracy": 0.5 }, { iterations: 10, wallSeconds: 4 });
    await run.image("samples", { width: 1, height: 1, channels: 1, pixels: new Uint8Array(1) });
    run.event("half way", "warning");
    run.finish();
    const { values, iterations, examples } = store.series(run.id, "loss");
    deepStrictEqual([[...values], [...iterations], [...examples]], [[2, NaN], [1, 10], [32, 32]]);
    const { status, wallSeconds, manifest, active } = store.run(run.id)!;
    deepStrictEqual([status, wallSeconds, active], ["completed", 4, false]);
    deepStrictEqual([manifest.determined.seed, manifest.determined.configuration], ["3", {
      rate: 0.1,
    }]);
    strictEqual(store.artifacts(run.id)[0].iteration, 10);
    strictEqual(store.events(run.id)[0].message, "half way");
    throws(() => run.log({ loss: 1 }), /has ended/);
  }));

Deno.test("iterations rise, and a run that is left has failed", () =>
  withStore(async (store) => {
    let id = "";
    {
      using run = await beginLogged(store, { name: "loop" });
      id = run.id;
      run.log({ loss: 1 }, { iterations: 5 });
      throws(() => run.log({ loss: 1 }, { iterations: 5 }), InputError);
    }
    strictEqual(store.run(id)!.status, "failed");
  }));

Deno.test("counts and clocks do not fall, and a run ends in a way that there is", () =>
  withStore(async (store) => {
    using run = await beginLogged(store, { name: "loop" });
    run.log({ loss: 1 }, { examples: 30, wallSeconds: 1000 });
    const refused: [() => void, RegExp][] = [
      [() => run.log({ loss: 1 }, { examples: 5 }), /log as examples must not fall: 5 after 30$/],
      [() => run.log({ loss: 1 }, { wallSeconds: 9 }), /wallSeconds must not fall: 9 after 1000$/],
      [() => run.finish("done" as "failed"), /status must be one of completed, .*: "done"$/],
      [() => run.finish("failed", 3 as unknown as string), /its message must be text: 3$/],
      [
        () => run.event("x", "warn" as "info"),
        /level must be one of info, warning, error: "warn"$/,
      ],
      [() => run.event({} as string), /note the event as it must be text/],
    ];
    for (const [act, message] of refused) throws(act, { name: "InputError", message });
    // The process's clock is behind what was said: it stands until it has caught up.
    run.log({ loss: 2 });
    run.finish("stopped");
    const { wallSeconds, examples } = store.series(run.id, "loss");
    deepStrictEqual([[...wallSeconds], [...examples]], [[1000, 1000], [30, 30]]);
    strictEqual(store.run(run.id)!.status, "stopped");
  }));

Deno.test("a run that has ended gives back what it opened, once its pictures are kept", () =>
  inFolder(async (folder) => {
    const store = `${folder}/runs`;
    const isOpen = () => [...Deno.readDirSync(store)].some(({ name }) => name === "lab.db-wal");
    const run = await startRun({ name: "loop", store });
    run.log({ loss: 1 });
    const kept = run.image("x", { width: 1, height: 1, channels: 1, pixels: new Uint8Array(1) });
    run.finish();
    strictEqual(isOpen(), true);
    await kept;
    await new Promise((resolve) => setTimeout(resolve));
    // The last one to close SQLite's file removes what stands beside it.
    strictEqual(isOpen(), false);
    await rejects(startRun({ name: " ", store }), /name must not be empty/);
    for (
      const [words, said] of [
        [{ name: "a\nb" }, /as its name must be one line without control characters: a\ufffdb$/],
        [{ name: "a", tags: ["b", "\u001bc"] }, /its tags must have 1 to 50 .* each: \ufffdc$/],
        [{ name: "a", note: "b\n\u0007" }, /its note must have no control characters but line br/],
      ] as const
    ) await rejects(startRun({ ...words, store }), said);
    strictEqual(isOpen(), false);
  }));

Deno.test("a number behind the metrics is their iteration", () =>
  withStore(async (store) => {
    using run = await beginLogged(store, { name: "loop" });
    run.log({ loss: 2 }, 10);
    run.log({ loss: 1 });
    throws(() => run.log({ loss: 1 }, 10), /iterations must rise: 10 after 11$/);
    throws(() => run.log({ loss: 1 }, 0), /iterations must rise: 0 after 11$/);
    deepStrictEqual([...store.series(run.id, "loss").iterations], [10, 11]);
  }));

Deno.test("an iteration takes other metrics later, and no second value of one", () =>
  withStore(async (store) => {
    using run = await beginLogged(store, { name: "loop" });
    throws(() => run.log({ loss: 1 }, 0), /iterations must rise: 0 after 0$/);
    run.log({ loss: 2 }, { iterations: 10, examples: 64 });
    run.log({ accuracy: 0.5 }, 10);
    run.log({ recall: 0.7 }, { iterations: 10, examples: 65 });
    const second = /^Cannot log loss as a metric must have one value an iteration: a second at 10$/;
    throws(() => run.log({ other: 1, loss: 1 }, 10), { name: "InputError", message: second });
    throws(() => run.log({ other: 1 }, { iterations: 10, examples: 64 }), /examples must not fall/);
    run.log({ loss: 1, accuracy: 0.6 });
    const seriesOf = (name: string) => {
      const { iterations, values, examples } = store.series(run.id, name);
      return [[...iterations], [...values], [...examples]];
    };
    deepStrictEqual(seriesOf("loss"), [[10, 11], [2, 1], [64, 65]]);
    deepStrictEqual(seriesOf("accuracy"), [[10, 11], [0.5, 0.6], [64, 65]]);
    deepStrictEqual(store.seriesNames(run.id), ["accuracy", "loss", "recall"]);
  }));

Deno.test("what is no metric and no count is refused in a line, and the run goes on", () =>
  withStore(async (store) => {
    using run = await beginLogged(store, { name: "loop" });
    const refused: [metrics: unknown, progress: unknown, message: RegExp][] = [
      [{ loss: "0.5" }, {}, /^Cannot log loss as a metric must be a number: string$/],
      [{ loss: true }, {}, /^Cannot log loss as a metric must be a number: boolean$/],
      [{ loss: null }, {}, /^Cannot log loss as a metric must be a number: null$/],
      [{ loss: undefined }, {}, /^Cannot log loss as a metric must be a number: undefined$/],
      [{ loss: 3n }, {}, /^Cannot log loss as a metric must be a number: bigint$/],
      [{ histogram: [1, 2] }, {}, /^Cannot log histogram as a metric must be a number: Array$/],
      [{ good: 1, "": 3 }, {}, /^Cannot log a metric as it must have a name: ""$/],
      [{ good: 1, "a\0b": 3 }, {}, /^Cannot log a metric as it must have no NUL in its name: "a/],
      [undefined, {}, /^Cannot go on as the metrics of log must be numbers by name: undefined$/],
      [Float32Array.of(1), {}, /metrics of log must be numbers by name: Float32Array\(1\)$/],
      [new Map([["loss", 1]]), {}, /^Cannot go on as the metrics of log must be numbers/],
      [
        { loss: 1 },
        { environmentStep: 2000 },
        /^Cannot log as there is no count "environmentStep" \(did you mean "environmentSteps"\?\)/,
      ],
      [{ loss: 1 }, { wallSecond: 2 }, /no count "wallSecond" \(did you mean "wallSeconds"\?\)/],
      [
        { loss: 1 },
        { examples: "12" },
        /^Cannot log as examples must be a whole number ≥ 0: "12"$/,
      ],
      [{ loss: 1 }, { examples: 1.5 }, /^Cannot log as examples must be a whole number ≥ 0: 1\.5$/],
      [{ loss: 1 }, { examples: -1 }, /must be a whole number ≥ 0: -1$/],
      [
        { loss: 1 },
        { examples: 2 ** 53 },
        /^Cannot log as examples must be at most 2⁵³ − 1: 9007199/,
      ],
      [{ loss: 1 }, { examples: undefined }, /must be a whole number ≥ 0: undefined$/],
      [{ loss: 1 }, { wallSeconds: "4" }, /^Cannot log as wallSeconds must be a number ≥ 0: "4"$/],
      [{ loss: 1 }, { wallSeconds: -4 }, /^Cannot log as wallSeconds must be a number ≥ 0: -4$/],
      [{ loss: 1 }, 2.5, /^Cannot log as iterations must be a whole number ≥ 0: 2\.5$/],
      [{ loss: 1 }, "10", /^Cannot log as counts must be whole numbers by name, .*: "10"$/],
      [{ loss: 1 }, null, /^Cannot log as counts must be whole numbers by name, .*: null$/],
    ];
    for (const [metrics, progress, message] of refused) {
      throws(() => run.log(metrics as Metrics, progress as LoggedProgress), {
        name: "InputError",
        message,
      });
    }
    run.log({ loss: 7 }, { examples: 32 });
    run.finish();
    const { values, iterations } = store.series(run.id, "loss");
    deepStrictEqual([[...values], [...iterations]], [[7], [1]]);
    strictEqual(store.run(run.id)!.status, "completed");
  }));

const lines = (...objects: object[]) => objects.map((each) => JSON.stringify(each)).join("\n");
const head = { run: { name: "torch", configuration: { lr: 0.1 }, seed: 2, tags: ["theirs"] } };

Deno.test("a file of JSON lines is imported as it was written", () =>
  withStore(async (store) => {
    const text = lines(
      head,
      { iteration: 1, seconds: 0.5, examples: 64, metrics: { "losses/loss": 1.5 } },
      { iteration: 7, seconds: 2, metrics: { "losses/loss": "NaN" } },
      { event: "rate halved" },
      { finish: "diverged", message: "loss is NaN" },
    );
    const run = store.run(await importJsonLines(store, text, "a.jsonl"))!;
    deepStrictEqual([run.status, run.message, run.tags, run.wallSeconds], [
      ...["diverged", "loss is NaN", ["theirs"], 2],
    ]);
    deepStrictEqual([...store.series(run.id, "losses/loss").iterations], [1, 7]);
  }));

Deno.test("the time that an import takes is none of the run's", () =>
  withStore(async (store) => {
    const clockOf = async (...seconds: (number | undefined)[]) => {
      const entries = seconds.map((each) => ({ metrics: { loss: 1 }, seconds: each }));
      const id = await importJsonLines(store, lines(head, ...entries), "a.jsonl");
      return [...store.series(id, "loss").wallSeconds, store.run(id)!.wallSeconds];
    };
    deepStrictEqual(await clockOf(undefined, undefined), [0, 0, 0]);
    deepStrictEqual(await clockOf(undefined, 2e-6, undefined), [0, 2e-6, 2e-6, 2e-6]);
  }));

Deno.test("a wrong line is named, and nothing of the file is stored", () =>
  withStore(async (store) => {
    const metrics = { a: 1 };
    const png = btoa("hello");
    const cases: [text: string, message: RegExp][] = [
      ["", /a\.jsonl as it is empty/],
      ["{", /a\.jsonl, line 1 as it is no JSON/],
      [
        `${lines(head)}\n{"metrics": {"a": 1, "a": 2}}`,
        /line 2 as a key stands twice in one object/,
      ],
      [lines({ metrics: { a: 1 } }), /line 1 as its first line must be|line 1 as run is wrong/],
      [
        lines(head, { metrics: { a: "big" } }),
        /line 2 as metrics\.a is wrong: it must be a number, "NaN", "Infinity" or "-Infinity"$/,
      ],
      [
        lines(head, { metrics, exampels: 5 }),
        /line 2 as there is no field exampels \(did you mean "examples"\?\)$/,
      ],
      [
        lines({ run: { name: "loop", seeds: 5 } }),
        /line 1 as there is no field run\.seeds \(did you mean "seed"\?\)$/,
      ],
      [lines({ run: { name: " " } }), /line 1 as run\.name is wrong: it must not be empty$/],
      [
        `{"run": {"name": "a", "configuration": {"b": [{"__proto__": 1}]}}}`,
        /line 1 as no field may be called __proto__: run\.configuration\.b\.0\.__proto__$/,
      ],
      [
        `${lines(head)}\n{"metrics": {"a": 1, "__proto__": 2}}`,
        /line 2 as no field may be called __proto__: metrics\.__proto__$/,
      ],
      [
        lines({ run: { name: "a\nb" } }),
        /line 1 as run\.name is wrong: it must be one line without control characters$/,
      ],
      [
        lines({ run: { name: "a", note: "b\n\u001b" } }),
        /line 1 as run\.note is wrong: it must have no control characters but line breaks$/,
      ],
      ...["", " ", "a\nb", "t".repeat(51)].map((tag): [string, RegExp] => [
        lines({ run: { name: "torch", tags: ["mine", tag] } }),
        /line 1 as run\.tags\.1 is wrong: it must have 1 to 50 characters in one line$/,
      ]),
      [
        lines(head, { metrics, examples: 0.5 }),
        /examples is wrong: it must be a whole number from 0/,
      ],
      [lines(head, { event: "x", level: "loud" }), /line 2 as level is wrong/],
      [
        lines(head, { note: "x" }),
        /line 2 as it must hold metrics, event, image and png, or finish$/,
      ],
      [lines(head, { metrics: { "a\0b": 1 } }), /no NUL in its name: "a.*line 2\)/],
      [
        lines(head, { iteration: 5, metrics }, { iteration: 5, metrics }),
        /one value an iteration: a second at 5 .*line 3\)/,
      ],
      [lines(head, { iteration: 5, metrics }, { iteration: 4, metrics }), /4 after 5 .*line 3\)/],
      [
        lines(head, { examples: 5, metrics }, { examples: 4, metrics }),
        /examples .* 4 after 5 .*line 3\)/,
      ],
      [
        lines(head, { seconds: 5, metrics }, { seconds: 4, metrics }),
        /seconds .* 4 after 5 .*line 3\)/,
      ],
      [
        lines(head, { finish: "completed" }, { metrics }),
        /behind the run's end .*line 2.*line 3\)/,
      ],
      [lines(head, { metrics }, { image: "x", png }), /must be a whole PNG: 5 bytes .*line 3\)/],
    ];
    for (const [text, message] of cases) {
      await rejects(importJsonLines(store, text, "a.jsonl"), (error: Error) => {
        match(error.message, message);
        strictEqual(error.message.split("\n").length, 1);
        return error instanceof InputError;
      });
    }
    strictEqual(store.runs().length, 0);
  }));

Deno.test("pictures of a run are whole PNGs", () =>
  withStore(async (store) => {
    using run = await beginLogged(store, { name: "loop" });
    const png = encodePng({ width: 1, height: 1, channels: 1, pixels: Uint8Array.of(7) });
    await run.image("own", png);
    await rejects(run.image("own", png.subarray(0, -1)), /must be a whole PNG/);
    await rejects(run.image("own", undefined as unknown as Uint8Array), {
      name: "InputError",
      message: "Cannot keep the picture as it must be a raster, or a PNG's bytes: undefined",
    });
    for (const name of [undefined, " "]) {
      await rejects(run.image(name as string, png), /keep the picture as its name must be text: /);
    }
    await rejects(run.image("own", png.subarray(1)), /must be a whole PNG/);
    const [side, pixels] = [{ width: 2, height: 2 }, new Uint8Array(4)];
    const wrong: readonly [raster: object, said: RegExp][] = [
      [{ ...side, channels: 1, pixels: pixels.subarray(1) }, /2 × 2 × 1, and Uint8Array of 3$/],
      [{ ...side, channels: 1, pixels: new Float32Array(4) }, /and Float32Array of 4$/],
      [{ ...side, channels: 1 }, /and undefined of 0$/],
      [{ width: 2, height: 1, channels: 2, pixels }, /2 × 1 × 2, and Uint8Array of 4$/],
      [{ width: 0, height: 2, channels: 1, pixels: pixels.subarray(4) }, /0 × 2 × 1/],
    ];
    for (const [raster, said] of wrong) {
      await rejects(run.image("own", raster as Raster), { name: "InputError", message: said });
    }
    strictEqual(store.artifacts(run.id).length, 1);
    const text = lines(head, { image: "x", png: png.toBase64() });
    const id = await importJsonLines(store, text, "a.jsonl", ["old", "theirs"]);
    deepStrictEqual(store.run(id)!.tags, ["theirs", "old"]);
    deepStrictEqual(await store.readArtifact(store.artifacts(id)[0].hash), png);
  }));

Deno.test("a run goes on after an iteration of it, and what it had beyond is gone", () =>
  withStore(async (store) => {
    const pixel = { width: 1, height: 1, channels: 1, pixels: new Uint8Array(1) } as const;
    let id = "";
    {
      using begun = await beginLogged(store, { name: "loop", tags: ["kept"] });
      id = begun.id;
      begun.log({ loss: 4, rate: 1 }, { iterations: 10, examples: 100, wallSeconds: 50 });
      begun.log({ loss: 3 }, { iterations: 20, examples: 200, wallSeconds: 60 });
      await begun.image("samples", pixel);
      begun.log({ loss: 2 }, { iterations: 30, examples: 300, wallSeconds: 70 });
      begun.log({ rate: 2 }, { iterations: 30, examples: 320 });
      await begun.image("samples", pixel);
    }
    strictEqual(store.run(id)!.message, LEFT);
    const seriesOf = (name: string) => {
      const { iterations, values, examples, wallSeconds } = store.series(id, name);
      return {
        values: [...values],
        iterations: [...iterations],
        examples: [...examples],
        wallSeconds,
      };
    };
    // Between two entries: counts are those of the one before.
    const on = goOnLogged(store, id, 25);
    const { status, message, endedAt, iterations, examples, active, tags } = store.run(id)!;
    deepStrictEqual(
      { status, message, endedAt, iterations, examples, active, tags },
      {
        status: "running",
        message: null,
        endedAt: null,
        iterations: 25,
        examples: 200,
        active: true,
        tags: ["kept"],
      },
    );
    deepStrictEqual(seriesOf("loss").values, [4, 3]);
    deepStrictEqual(store.artifacts(id).map(({ iteration }) => iteration), [20]);
    strictEqual(store.events(id).at(-1)!.message, "went on after iteration 25");
    throws(() => goOnLogged(store, id), { name: "LabError" });
    throws(() => on.log({ loss: 1 }, 25 - 1), /iterations must rise: 24 after 25$/);
    throws(() => on.log({ loss: 1 }, { examples: 199 }), /examples must not fall: 199 after 200$/);
    throws(() => on.log({ loss: 1 }, { wallSeconds: 59 }), /must not fall: 59 after 60$/);
    on.log({ loss: 1 });
    on.finish();
    const { wallSeconds, ...others } = seriesOf("loss");
    deepStrictEqual(others, {
      ...{ values: [4, 3, 1], iterations: [10, 20, 26], examples: [100, 200, 200] },
    });
    ok(wallSeconds[2] > 60 && wallSeconds[2] < 70, "its clock goes on");
    deepStrictEqual(seriesOf("rate").values, [1]);

    // A run that has ended goes on after its last entry, too, which may have other metrics yet.
    const again = goOnLogged(store, id);
    throws(() => again.log({ loss: 0 }, 26), /one value an iteration: a second at 26$/);
    again.log({ rate: 3 }, 26);
    again.finish("stopped");
    deepStrictEqual(seriesOf("rate").iterations, [10, 26]);
    {
      // Counts may grow within an iteration.
      using grown = await beginLogged(store, { name: "loop" });
      grown.log({ rate: 1 }, { iterations: 1, examples: 10 });
      grown.log({ loss: 1 }, { iterations: 1, examples: 20 });
      grown.log({ acc: 1 }, { iterations: 1, examples: 30 });
      grown.finish("failed");
      using on = goOnLogged(store, grown.id);
      throws(() => on.log({ loss: 0 }, { examples: 29 }), /must not fall: 29 after 30$/);
    }
    // From the beginning.
    goOnLogged(store, id, 0).finish();
    deepStrictEqual(store.seriesNames(id), []);

    for (const after of [1, -1, 0.5, NaN]) {
      throws(() => goOnLogged(store, id, after), {
        name: "InputError",
        message:
          `Cannot go on with run ${id} as after must be one of its iterations, 0 … 0: ${after}`,
      });
      strictEqual(store.run(id)!.active, false, "its lock is free");
    }
    const source = { hash: "0", place: 0 };
    const imported = await beginLogged(store, { name: "loop" }, "examples", source);
    imported.finish();
    throws(() => goOnLogged(store, imported.id), /as it was imported from a file$/);
    const trained = addRun(store);
    throws(() => goOnLogged(store, trained.id), /as the lab trained it: `resume /);
  }));

Deno.test("a run goes on in another process by its id, in a store that is there", () =>
  inFolder(async (folder) => {
    const store = `${folder}/runs`;
    throws(() => resumeRun("latest", { store }), { name: "InputError" });
    deepStrictEqual([...Deno.readDirSync(folder)], []);
    (await startRun({ name: "loop", store })).finish("failed");
    throws(() => resumeRun("none", { store }), /none/);
    const run = resumeRun("latest", { store });
    run.log({ loss: 1 });
    run.finish();
    throws(() => resumeRun("latest", { store, at: 3 } as object), /option "at"/);
    throws(() => resumeRun(3 as unknown as string, { store }), /its id must be text: 3$/);
  }));

Deno.test("the lab does not train such a run again", () =>
  withStore(async (store) => {
    const run = await beginLogged(store, { name: "loop" });
    run.finish();
    const found = store.run(run.id)!;
    throws(() => requireTrained(found, "resume"), /was logged by a program of yours/);
    await rejects(reproduce(run.id, { store, registries, workers: 1 }), /Cannot reproduce run/);
    await rejects(resume(run.id, { store, registries, workers: 1 }), /Cannot resume run .* logged/);
  }));

Deno.test("a logged run says what it was given, in what it counts, and that nothing makes it again", () =>
  withStore(async (store) => {
    const given = { configuration: { rate: 0.1 }, seed: 9, tags: ["a"], note: "why" };
    const cases = [
      [await beginLogged(store, { name: "loop", ...given }), "gradientSteps", "9"],
      [await beginLogged(store, { name: "loop", ...given }, "examples"), "examples", "9"],
      [await beginLogged(store, { name: "loop" }), "gradientSteps", "1"],
    ] as const;
    for (const [{ id }, unit, seed] of cases) {
      const { name, tags, note, manifest } = store.run(id)!;
      const isGiven = seed === "9";
      deepStrictEqual([name, tags, note], ["loop", isGiven ? ["a"] : [], isGiven ? "why" : ""]);
      deepStrictEqual(manifest.determined, {
        ...{ experiment: "loop", version: 1, seed, backend: "logged" },
        configuration: isGiven ? { rate: 0.1 } : {},
      });
      deepStrictEqual(
        [manifest.budgetUnit, manifest.definition, manifest.machine.adapter],
        [unit, { module: "", hash: "" }, null],
      );
      strictEqual(manifest.irreproducible, "it was logged by a loop that is not the lab's");
    }
    for (const [run] of cases) run.finish();
  }));

Deno.test("a run that nothing could find again is refused before it is stored", () =>
  withStore(async (store) => {
    await rejects(beginLogged(store, { name: " " }), /name must not be empty/);
    for (const seed of [1.5, -1, NaN]) {
      await rejects(beginLogged(store, { name: "loop", seed }), {
        name: "InputError",
        message: `Cannot use the seed as it must be a whole number, 0 … 2¹²⁸ − 1: ${seed}`,
      });
    }
    deepStrictEqual(store.runs(), []);
  }));

Deno.test("what no manifest can hold is refused before anything is stored", async () => {
  const folder = await Deno.makeTempDir();
  const refusals: [options: Record<string, unknown>, message: string][] = [
    [{}, "its name must be text: undefined"],
    [{ name: "a", tags: "b" }, 'its tags must be a list of texts: "b"'],
    [{ name: "a", note: 5 }, "its note must be text: 5"],
    [{ name: "a", configuration: "b" }, 'its configuration must be a plain object: "b"'],
    [{ name: "a", configuration: { b: { c: NaN } } }, "configuration.b.c is NaN"],
    [{ name: "a", configuration: { b: () => 1 } }, "configuration.b is function"],
    [{ name: "a", configuration: { b: new Map() } }, "configuration.b is a Map"],
  ];
  try {
    for (const [options, reason] of refusals) {
      // deno-lint-ignore no-explicit-any -- as JavaScript may call it
      await rejects(startRun({ ...options, store: `${folder}/runs` } as any), {
        name: "InputError",
        message: `Cannot start a run as ${reason}`,
      });
    }
    await rejects(Deno.stat(`${folder}/runs`), Deno.errors.NotFound);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
