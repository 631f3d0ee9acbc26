import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { main } from "../../cli/main.ts";
import { registries } from "../lab/experiment/toy_registries.ts";
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
    strictEqual(out.match(/^ +\d .* 2 of 2/gm)?.length, 4);
    match(out, /^ +\d .* best$/m);
    match(out, /Trial \d on 2 seeds from 101 on, which chose nothing: /);
    match(out, /Its settings: --set agent\.rate=0\.\d+ --set agent\.activation=(tanh|relu)/);
    match(out, /runs --where sweep=line-toy-sweep/);
    const { code: refused, error: reason } = await typed("report", "line-toy-sweep", "--out", "r");
    deepStrictEqual([refused, reason.includes("report --where sweep=line-toy-sweep")], [2, true]);
    strictEqual((await typed("sweeps", "line-toy-sweep")).out, out);
    match((await typed("sweeps")).out, /line-toy-sweep +agent\.rate, .* 4 of 4 .* over$/m);
    const { sweep, trials, best } = JSON.parse((await typed(...line, "--json")).out);
    deepStrictEqual([sweep, trials.length, best.judged.values.length], ["line-toy-sweep", 4, 2]);
    const found = await typed("runs", "--where", "sweep=line-toy-sweep and trial=1", "--json");
    deepStrictEqual(
      JSON.parse(found.out).runs.map(({ id }: { id: string }) => id).sort(),
      [...trials[1].runs, ...best.trial === 1 ? best.judged.runs : []].sort(),
    );
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
  }));

Deno.test("a file that exports a sweep is one; its experiment may be a file beside it", () =>
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
    const wrong = await typed("run", "my_sweep.ts", "--sweep", "agent.rate=0..1");
    deepStrictEqual([wrong.code, wrong.error.includes("the file says what is tried")], [2, true]);
  }));

Deno.test("what makes no sweep is refused in one line", () =>
  inLab(async (typed) => {
    const sweep = ["--sweep", "agent.rate=0.1..0.9"];
    const wrong: [string[], RegExp][] = [
      [["line-toy", "--trials", "3"], /with --trials as a sweep is needed: --sweep/],
      [["line-toy", "--objective", "x"], /with --objective as a sweep is needed/],
      [["line-toy", "points-toy", ...sweep], /one experiment is needed: line-toy, points-toy/],
      [["line-toy", ...sweep, ...sweep], /over agent\.rate as it must be given once/],
      [["line-toy", ...sweep, "--from", "latest"], /must not start from a run's weights/],
      [["line-toy", "--sweep", "agent.rate=log:0..1"], /a logarithm needs positive ends/],
      [["line-toy", "--sweep", "agent.rate="], /it must have a value to try/],
      [["line-toy", "--sweep", "agent.rate=log:1e-4"], /a range is written LOW\.\.HIGH/],
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
