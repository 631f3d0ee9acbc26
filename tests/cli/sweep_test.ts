import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert";
import { main } from "../../cli/main.ts";
import {
  brokenLines,
  importanceLine,
  sweepAsked,
  sweepDocument,
  sweepPage,
  type SweepValues,
  trialsTable,
} from "../../cli/sweeping.ts";
import { Describer } from "../../lab/experiment/describe.ts";
import type { SweepState } from "../../lab/experiment/sweep/state.ts";
import { REFUSED } from "../../lab/experiment/untrained.ts";
import type { Run } from "../../lab/store/store.ts";
import { Judge } from "../../lab/experiment/verdict.ts";
import { registries, toyExperiment } from "../lab/experiment/toy_registries.ts";
import { capturedIo } from "./captured_io.ts";
import { inFolder } from "./folder.ts";

type Typed = (...args: string[]) => Promise<{ code: number; out: string; error: string }>;

/** What a person types in a folder of its own, with toys. */
function inLab(test: (typed: Typed, folder: string) => Promise<void>): Promise<void> {
  return inFolder((folder) =>
    test(async (...args) => {
      const io = capturedIo({ folder, root: folder, registries });
      const code = await main(args, io);
      return { code, ...io.written };
    }, folder)
  );
}

Deno.test("run --sweep tries, judges the best, and says how to get it; sweeps shows it again", () =>
  inLab(async (typed) => {
    const line = ["run", "line-toy", "--sweep", "agent.rate=log:0.01..0.9", "--sweep"];
    line.push("agent.activation=tanh,relu", "--trials", "4", "--seeds", "2", "--judge", "2");
    const { code, out, error } = await typed(...line);
    strictEqual(code, 0, error);
    match(error, /Sweep line-toy-sweep: 4 trials \(tpe\) of 2 seeds, the best on 2 other seeds/);
    // Four trials of two seeds, and two that judge: each run's end is told.
    strictEqual(error.match(/^.? ?line-toy seed \d+: return /gm)?.length, 10, error);
    strictEqual(out.match(/^ +\d .* 2 of 2/gm)?.length, 4);
    match(out, /^ +\d .* best$/m);
    match(out, /Trial \d on 2 seeds from 101 on, which chose nothing: /);
    match(out, /Its settings: --set agent\.rate=0\.\d+ --set agent\.activation=(tanh|relu)/);
    match(out, /runs --where sweep=line-toy-sweep/);
    const { code: refused, error: reason } = await typed("report", "line-toy-sweep", "--out", "r");
    deepStrictEqual([refused, reason.includes("report --where sweep=line-toy-sweep")], [2, true]);
    strictEqual((await typed("sweeps", "line-toy-sweep")).out, out);
    match((await typed("sweeps")).out, /line-toy-sweep +agent\.rate, .* 4 of 4 .* over$/m);
    const { sweeps: [listed] } = JSON.parse((await typed("sweeps", "--json")).out);
    deepStrictEqual([listed.sweep, listed.fields[0], listed.trials, listed.ended, listed.over], [
      ...["line-toy-sweep", "agent.rate", 4, 4, true],
    ]);
    strictEqual(typeof listed.best, "number");
    const { sweep, trials, best } = JSON.parse((await typed(...line, "--json")).out);
    deepStrictEqual([sweep, trials.length, best.judged.values.length], ["line-toy-sweep", 4, 2]);
    const found = await typed("runs", "--where", "sweep=line-toy-sweep and trial=1", "--json");
    deepStrictEqual(
      JSON.parse(found.out).runs.map(({ id }: { id: string }) => id).sort(),
      [...trials[1].runs, ...best.trial === 1 ? best.judged.runs : []].sort(),
    );
    const lacks = / to the trash: .*\nThe sweep line-toy-sweep lacks (\w+)( of them)? and trains/;
    match((await typed("delete", trials[0].runs[0])).out, lacks);
    const [, lacking] = (await typed("delete", ...trials[2].runs)).out.match(lacks)!;
    strictEqual(lacking, "2");
    const whole = await typed("delete", "--where", "sweep=line-toy-sweep");
    doesNotMatch(whole.out, /lacks/);
  }));

Deno.test("runs that broke alike are one line, and a space of which most is refused is another", () => {
  const failed = (id: string, message: string, backend = "wasm") =>
    ({
      ...{ id, name: "toy", status: "failed", message },
      manifest: { determined: { backend } },
    }) as unknown as Run;
  const linesOf = (...trials: Run[][]) =>
    brokenLines({
      ...{ name: "rates", judged: { runs: [] }, best: {}, over: true },
      trials: trials.map((runs) => ({ runs })),
    } as unknown as SweepState);
  const refused = failed("a", "it must divide 4 · 218 = 872", REFUSED);
  const other = failed("b", "it must divide 8 · 218 = 1744", REFUSED);
  const sound = { status: "completed", manifest: { determined: {} } } as unknown as Run;
  const share = "2 of 3 trials were refused by the configuration: a list of values that fit " +
    "(--sweep PATH=64,128), or a condition in a sweep's file (when), tries none such";
  deepStrictEqual(linesOf([refused], [other], [sound], []), [
    "2 runs, as a (toy), failed: it must divide 4 · 218 = 872 (and others alike)",
    share,
  ]);
  deepStrictEqual(linesOf([refused], [sound]), [
    "run a (toy) failed: it must divide 4 · 218 = 872",
  ]);
  const broke = failed("c", "RangeError: no");
  deepStrictEqual(linesOf([broke, broke], [{ ...broke, id: "d" }]), [
    "2 runs, as c (toy), failed: RangeError: no",
  ]);
});

Deno.test("a sweep without a trial that came to anything fails, says why, and tries again", () =>
  inLab(async (typed) => {
    const line = ["run", "line-toy", "--set", "agent.throwAt=2,3", "--seeds", "1", "--judge", "1"];
    for (let runs = 2; runs <= 4; runs += 2) {
      const { code, out, error } = await typed(...line, "--quiet");
      strictEqual(code, 1);
      match(error, /^error: 2 runs, as \w+ \(line-toy\), failed: RangeError: toy broke.*$/m);
      match(
        error,
        /^error: No trial of the sweep line-toy-sweep came .*: evaluation\/return_mean$/m,
      );
      match(error, /^To try 2 runs again: the same command again$/m);
      match(out, /^ +\d +\d +none +0 of 1, 1 failed$/m);
      const found = JSON.parse((await typed("runs", "--json")).out).runs;
      deepStrictEqual(
        found.map(({ status }: { status: string }) => status),
        Array(runs).fill("failed"),
      );
    }
    match((await typed(...line)).error, /^Trying again what had failed: 2 runs$/m);
    const some = await typed(
      "run",
      "line-toy",
      "--set",
      "agent.throwAt=0,3",
      ...line.slice(4),
      "--name",
      "some",
    );
    deepStrictEqual([some.code, /^error: run \w+ \(line-toy\) failed: /m.test(some.error)], [
      0,
      true,
    ]);
    const nan = ["--set", "agent.lossNaNAt=2,3", ...line.slice(4), "--name", "nan"];
    const diverged = await typed("run", "line-toy", ...nan);
    deepStrictEqual([diverged.code, /^error: 2 runs, .* diverged: /m.test(diverged.error)], [
      1,
      true,
    ]);
    ok(!diverged.error.includes("again"), diverged.error);
  }));

Deno.test("several values of a --set are a grid, those of a list are its value", () =>
  inLab(async (typed) => {
    const set = ["--set", "agent.rate=0.1,0.2", "--set", "agent.sizes=[2,5]"];
    const line = ["run", "line-toy", ...set, "--seeds", "1", "--judge", "0", "--json"];
    const { trials, definition } = JSON.parse((await typed(...line)).out);
    strictEqual(definition.sampler, "grid");
    deepStrictEqual(
      trials.map(({ point }: { point: unknown }) => point),
      [0.1, 0.2].map((rate) => ({ "agent.rate": rate })),
    );
    deepStrictEqual(definition.configuration.agent.sizes, [2, 5]);
    // What a list asks for stands in another setting; a budget may be one or several.
    const needy = ["--set", "agent.refuses=false", "--set", "agent.sizes=[2,6]", "--json"];
    const alone = JSON.parse((await typed("run", "line-toy", ...needy)).out);
    strictEqual(alone.length ?? alone.runs.length, 1);
    const { code, error } = await typed("run", "line-toy", "--set", "budget=100,200");
    strictEqual(code, 2);
    match(
      error,
      /budget=100,200 may be one budget or several: write 100200, or --sweep budget=100,/,
    );
  }));

Deno.test("a file that exports a sweep is one", () =>
  inLab(async (typed, folder) => {
    await Deno.writeTextFile(
      `${folder}/my_sweep.ts`,
      `export default {
        name: "mine",
        experiment: "line-toy",
        space: {
          "agent.activation": ["tanh", "relu"],
          "agent.rate": { range: "0.1..0.9", when: { path: "agent.activation", in: ["relu"] } },
        },
        trials: 3,
        seeds: 1,
        judge: 0,
        sampler: "random",
      };`,
    );
    const { code, out, error } = await typed("run", "my_sweep.ts", "--json");
    strictEqual(code, 0, error);
    const { sweep, trials } = JSON.parse(out);
    strictEqual(sweep, "mine");
    for (const { point } of trials) {
      strictEqual("agent.rate" in point, point["agent.activation"] === "relu");
    }
    const given = ["--seed", "7", "--backend", "cpu", "--name", "given", "--json"];
    const { definition } = JSON.parse((await typed("run", "my_sweep.ts", ...given)).out);
    deepStrictEqual([definition.seed, definition.backend], [7, "cpu"]);
    const wrong = await typed("run", "my_sweep.ts", "--sweep", "agent.rate=0..1");
    deepStrictEqual([wrong.code, wrong.error.includes("the file says what is tried")], [2, true]);
  }));

Deno.test("a sweep's file names its experiment's file from its own place, wherever it is called", () =>
  inLab(async (typed, folder) => {
    await Deno.mkdir(`${folder}/studies/toys`, { recursive: true });
    const toy = { ...toyExperiment, name: "beside", budget: 40 };
    await Deno.writeTextFile(
      `${folder}/studies/toys/beside.ts`,
      `export default ${JSON.stringify(toy)};`,
    );
    await Deno.writeTextFile(
      `${folder}/studies/my_sweep.ts`,
      `export default {
        name: "mine",
        experiment: "toys/beside.ts",
        space: { "agent.rate": [0.1] },
        seeds: 1,
        judge: 0,
      };`,
    );
    const { code, error } = await typed("run", "studies/my_sweep.ts", "--json");
    strictEqual(code, 0, error);
    const { runs } = JSON.parse((await typed("runs", "--json")).out);
    deepStrictEqual(runs.map(({ name }: { name: string }) => name), ["beside"]);
  }));

Deno.test("the runs of a sweep have its note, and each is profiled where asked", () =>
  inLab(async (typed) => {
    const line = [
      "run",
      "line-toy",
      "--sweep",
      "agent.rate=0.1,0.2",
      "--seeds",
      "1",
      "--judge",
      "0",
    ];
    const { error } = await typed(...line, "--note", "why not", "--profile");
    strictEqual(error.match(/^Profile of run \w+ \(line-toy\)$/gm)?.length, 2, error);
    const { runs } = JSON.parse((await typed("runs", "--json")).out);
    deepStrictEqual(runs.map(({ note }: { note: string }) => note), ["why not", "why not"]);
    const elsewhere = [
      [["--profile"], /--profile as it is this machine that must train: --store postgres:/],
      [
        ["--workers", "2"],
        /--workers as each machine .* \(deno task -q worker --workers\): --store/,
      ],
      [["--threads", "1"], /--threads as each machine that trains is told it by its own line/],
      [["--memory-limit", "1GB"], /--memory-limit as each machine .* \(.* worker --memory-limit\)/],
    ] as const;
    for (const asked of [line, ["run", "line-toy"]]) {
      for (const [flag, message] of elsewhere) {
        const refused = await typed(...asked, ...flag, "--store", "postgres://lab@db/lab");
        deepStrictEqual([refused.code, refused.out], [2, ""]);
        match(refused.error, message);
      }
    }
  }));

Deno.test("what makes no sweep is refused in one line", () =>
  inLab(async (typed) => {
    const sweep = ["--sweep", "agent.rate=0.1..0.9"];
    const wrong: [string[], RegExp][] = [
      [["line-toy", "--trials", "3"], /with --trials as a sweep is needed: --sweep/],
      [["line-toy", "--extend"], /with --extend as a sweep is needed/],
      [["line-toy", ...sweep, "--profile", "--launch", "slurm"], /must train: --launch slurm/],
      [["line-toy", ...sweep, "--extend", "--launch", "slurm"], /a job begins one of its own/],
      [["line-toy", "--objective", "x"], /with --objective as a sweep is needed/],
      [["line-toy", "points-toy", ...sweep], /one experiment is needed: line-toy, points-toy/],
      [["line-toy", ...sweep, ...sweep], /over agent\.rate as it must be given once/],
      [["line-toy", ...sweep, "--from", "latest"], /must not start from a run's weights/],
      [["line-toy", "--sweep", "agent.rate=log:0..1"], /a logarithm needs positive ends/],
      [["line-toy", "--sweep", "agent.rate="], /it must have a value to try/],
      [["line-toy", "--sweep", "agent.rate=log:1e-4"], /a range is written LOW\.\.HIGH/],
      [
        ["line-toy", ...sweep, "--seed", "9007199254740993"],
        /to 9007199254740991: 9007199254740993$/m,
      ],
      [["line-toy", ...sweep, "--seeds", "150"], /seeds must be .* from 1 to 99/],
      [["line-toy", ...sweep, "--sampler", "tpf"], /sampler/],
    ];
    for (const [args, reason] of wrong) {
      const { code, out, error } = await typed("run", ...args);
      deepStrictEqual([code, out], [2, ""], error);
      match(error, reason);
      ok(error.trim().split("\n").length === 1, error);
    }
    const unknown = await typed("sweeps", "mine");
    strictEqual(unknown.code, 2);
  }));

/** A sweep of so many trials that were begun, as a page takes it; the last one waits. */
function stateOf(count: number, goal: "maximize" | "minimize" = "maximize"): SweepState {
  const objective = { metric: "evaluation/return_mean", goal };
  const space = [{ path: "agent.rate", range: { kind: "uniform", low: 0, high: 1 } }];
  const trials = Array.from({ length: count + 1 }, (_, trial) => ({
    ...{ trial, point: { "agent.rate": trial / 7 }, pruned: trial === 1 },
    ...{ runs: trial < count ? [{ status: trial === 2 ? "diverged" : "completed" }] : [] },
    ...{ values: trial === 2 ? [NaN] : [trial, trial] },
    value: trial === 2 ? NaN : trial === 3 ? undefined : trial,
  }));
  return {
    ...{ name: "s", trials, best: trials[count - 1], over: false },
    ...{
      sweep: { space, objective, seeds: 2, seed: 1 },
      judged: { metric: objective.metric, runs: [], values: [] },
    },
  } as unknown as SweepState;
}

Deno.test("what matters is said of two fields, and that nothing does where chance would say as much", () => {
  const two = (valueOf: (rate: number) => number) => {
    const state = stateOf(12);
    const range = { kind: "uniform", low: 0, high: 1 };
    const trials = state.trials.slice(0, 12).map((trial) => {
      const [rate, gamma] = [
        trial.trial / 12,
        [3, 9, 1, 7, 11, 0, 5, 10, 2, 8, 4, 6][trial.trial] / 12,
      ];
      const point = { "agent.rate": rate, "agent.gamma": gamma };
      return { ...trial, point, pruned: false, value: valueOf(rate) };
    });
    const space = ["agent.rate", "agent.gamma"].map((path) => ({ path, range }));
    return importanceLine({
      ...state,
      ...{ trials, sweep: { ...state.sweep, space } },
    } as unknown as SweepState);
  };
  match(two((rate) => rate), /^What matters: agent\.rate \d+ %, agent\.gamma \d %$/);
  strictEqual(
    two((rate) => Math.round(12 * rate) * 11 % 5),
    "What matters: nothing that these trials tell from chance",
  );
});

/** A run that judges the best trial. */
function judgedRun(status: Run["status"]): Run {
  const configuration = { environment: { id: "CartPole-v1" }, agent: { name: "ppo" } };
  return { status, manifest: { determined: { configuration } } } as unknown as Run;
}

Deno.test("a sweep's page has its twenty best trials, and says how many more there are", async () => {
  const io = capturedIo();
  const judge = new Judge(await io.registries());
  const page = (count: number) => sweepPage(stateOf(count), judge, io);
  const rest = [20, 21, 23].map((count) => /^… and .*$/m.exec(page(count))?.[0]);
  deepStrictEqual(rest, [undefined, "… and 1 trial more", "… and 3 trials more"]);
  const numbers = (state: SweepState) => trialsTable(state).rows.map(([trial]) => Number(trial));
  deepStrictEqual(numbers(stateOf(6)), [5, 4, 0, 2, 3, 1]);
  deepStrictEqual(numbers(stateOf(6, "minimize")), [0, 4, 5, 2, 3, 1]);
  const { rows } = trialsTable(stateOf(6));
  deepStrictEqual([...rows[0].slice(0, 2), rows[0][3]], ["5", "0.7143", "2 of 2"]);
  deepStrictEqual(rows.map((row) => row.at(-1)), ["best", "", "", "", "", "pruned"]);
  deepStrictEqual(rows.map((row) => row[3]), [
    ...["2 of 2", "2 of 2", "2 of 2", "0 of 2, 1 diverged", "2 of 2", "2 of 2"],
  ]);
  deepStrictEqual([rows[3][2], rows[4][2]], ["none", "–"]);
  const { judged: { metric } } = stateOf(4);
  const lost = {
    metric,
    runs: [judgedRun("completed"), judgedRun("diverged")],
    values: [450, NaN],
  };
  match(
    sweepPage({ ...stateOf(4), judged: { ...lost, training: undefined } }, judge, io),
    /^Trial 3 on 2 seeds from 101 on, which chose nothing: none, 1 diverged$/m,
  );
  match(
    sweepPage({ ...stateOf(4), judged: { ...lost, training: undefined } }, judge, {
      ...io,
      columns: () => 40,
    }),
    /^Trial 3 on 2 seeds from 101 on, which\nchose nothing: none, 1 diverged$/m,
  );
  const { trials: told } = JSON.parse(sweepDocument(stateOf(4)));
  deepStrictEqual(told.map(({ state }: { state: string }) => state), [
    ...["complete", "pruned", "failed", "open", "complete"],
  ]);
  deepStrictEqual(told[2].statuses, ["diverged"]);
});

Deno.test("several values are a grid however many they are, and ranges are drawn from", async () => {
  using describer = new Describer(registries, { examine: false });
  const io = capturedIo({ registries });
  const values = { names: ["line-toy"], sweep: [], extend: false } as const;
  const rates = Array.from({ length: 30 }, (_, i) => (i + 1) / 100).join();
  const asked = (more: Partial<SweepValues>) =>
    sweepAsked({ ...values, set: [["agent.rate", rates]], ...more }, describer, io);
  strictEqual((await asked({}))?.sampler, "grid");
  strictEqual((await asked({ sampler: "random" }))?.sampler, "random");
  strictEqual((await asked({ trials: 5 }))?.sampler, undefined);
  const range = { set: [], sweep: [["agent.rate", "0.1..0.2"]] } as const;
  strictEqual((await asked(range))?.sampler, undefined);
});

Deno.test("a sweep goes on however its settings are written, and another one is refused by its field", () =>
  inLab(async (typed) => {
    const line = ["run", "line-toy", "--seeds", "1", "--judge", "0"];
    const two = ["--sweep", "agent.rate=0.1,0.2"];
    const first = await typed(...line, ...two, "--budget", "1k");
    strictEqual(first.code, 0, first.error);
    strictEqual((await typed(...line, ...two, "--budget", "1000")).code, 0);
    const other = ["--sweep", "agent.rate=0.1..0.9", "--trials", "2", "--budget", "1k"];
    const { code, error } = await typed(...line, ...other);
    strictEqual(code, 2);
    match(
      error,
      /^error: Cannot go on with the sweep line-toy-sweep as agent.rate must be what it was/m,
    );
    match(error, /another --name begins another sweep/);
  }));

Deno.test("a file's sweep is described before it is run, and is no list of parts", () =>
  inLab(async (typed, folder) => {
    const written = {
      name: "rates",
      experiment: "line-toy",
      space: { "agent.rate": "log:0.01..0.9", "agent.activation": "tanh,relu" },
      ...{ trials: 4, seeds: 2, judge: 0, pruner: "median" },
    };
    Deno.writeTextFileSync(
      `${folder}/rates.ts`,
      `export default ${JSON.stringify(written)};\n`,
    );
    const { code, out, error } = await typed("describe", "rates.ts");
    strictEqual(code, 0, error);
    match(out, /^rates +a sweep of line-toy$/m);
    match(out, /4 trials \(tpe, median\) of 2 seeds: the highest return is the best\.$/m);
    match(out, /^agent\.rate +log:0\.01\.\.0\.9\nagent\.activation +tanh,relu$/m);
    const { trials, space } = JSON.parse((await typed("describe", "rates.ts", "--json")).out);
    deepStrictEqual([trials, space.length], [4, 2]);
    const budgeted = await typed("describe", "rates.ts", "--budget", "90", "--json");
    strictEqual(budgeted.error, "");
    strictEqual(JSON.parse(budgeted.out).budget, "90");
    const set = await typed("describe", "rates.ts", "--set", "agent.rate=0.5");
    deepStrictEqual([set.code, set.out], [2, ""]);
    match(set.error, /describe the sweep with --set as its file says what is tried: rates\.ts$/m);
    for (const command of ["list", "check"]) {
      const refused = await typed(command, "rates.ts");
      strictEqual(refused.code, 2);
      match(
        refused.error,
        /as it is a sweep: `describe rates\.ts` says what it would try, `run rat/,
      );
    }
  }));
