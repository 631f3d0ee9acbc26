/** Options of the command line, each by what it does. */
import { parseSync } from "@optique/core/parser";
import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert";
import { fileURLToPath } from "node:url";
import { worker } from "../../cli/commands/worker.ts";
import { commands, main } from "../../cli/main.ts";
import type { Registries } from "../../lab/experiment/registries.ts";
import { lockBatch } from "../../lab/store/lock.ts";
import { openStore } from "../../lab/store/sqlite_store.ts";
import { registries, toyExperiment } from "../lab/experiment/toy_registries.ts";
import { manifestOf } from "../lab/store/fixtures.ts";
import { capturedIo } from "./captured_io.ts";
import { inFolder } from "./folder.ts";

type Typed = (
  line: string | readonly string[],
) => Promise<{ code: number; out: string; error: string }>;

/** What a person types in a folder of its own, with toys. */
function inLab(
  test: (typed: Typed, folder: string) => Promise<void>,
  known: Registries = registries,
): Promise<void> {
  return inFolder((folder) =>
    test(async (line) => {
      const io = capturedIo({ folder, root: folder, registries: known });
      const code = await main(typeof line === "string" ? line.split(" ") : line, io);
      return { code, ...io.written };
    }, folder)
  );
}

Deno.test("every option of every command is typed by a test", async () => {
  const texts: string[] = [];
  for (const folder of ["../cli/", "../lab/", "../faults/", "../web/", "../models/"]) {
    for await (const text of textsIn(new URL(folder, import.meta.url))) texts.push(text);
  }
  const typed = new Set(texts.flatMap((text) => text.match(/--[a-z][a-z-]+/g) ?? []));
  for (const { name, parser } of commands) {
    const { usage } = parser({ experiments: [], runs: [] });
    const flags = [...new Set(JSON.stringify(usage).match(/"--[a-z][a-z-]+"/g) ?? [])];
    const untyped = flags.map((flag) => flag.slice(1, -1)).filter((flag) => !typed.has(flag));
    deepStrictEqual([name, untyped], [name, []]);
  }
});

async function* textsIn(folder: URL): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* textsIn(new URL(`${name}/`, folder));
    else if (/\.tsx?$/.test(name)) yield await Deno.readTextFile(new URL(name, folder));
  }
}

Deno.test("runs shows the newest thirty, as many as are asked for, or all as JSON", () =>
  inLab(async (typed, folder) => {
    const store = openStore(`${folder}/runs`);
    for (let i = 1; i <= 32; i++) {
      store.createRun({ name: `n${i}`, manifest: manifestOf(`n${i}`), tags: [], note: "" });
    }
    store.close();
    const shown = async (line: string) => {
      const { out } = await typed(line);
      return { names: out.match(/\bn\d+\b/g)!, rest: /… and (.*)/.exec(out)?.[1] };
    };
    const { names, rest } = await shown("runs");
    deepStrictEqual([names.length, names[0], names.at(-1)], [30, "n32", "n3"]);
    strictEqual(rest, "2 runs more (--limit 32)");
    deepStrictEqual(await shown("runs --limit 3"), {
      names: ["n32", "n31", "n30"],
      rest: "29 runs more (--limit 32)",
    });
    deepStrictEqual(await shown("runs --limit 2 --reverse"), {
      names: ["n1", "n2"],
      rest: "30 runs more (--limit 32)",
    });
    strictEqual((await shown("runs --limit 32")).rest, undefined);
    // What is asked for by a range is shown, also what the runs are sorted by.
    const head = async (line: string) => (await typed(line)).out.split("\n")[0];
    const [asked, equal] = ["agent.gamma>0.5", "agent.gamma=0.99"];
    match(await head(`runs --where ${asked}`), /agent\.gamma/);
    match(await head("runs --sort agent.gamma"), /agent\.gamma/);
    doesNotMatch(await head(`runs --where ${equal}`), /agent\.gamma/);
    strictEqual((await shown(`runs --where ${equal}`)).names.length, 30);
    const { runs } = JSON.parse((await typed("runs --json")).out);
    strictEqual(runs.length, 32);
    strictEqual(JSON.parse((await typed("runs --json --limit 4")).out).runs.length, 4);
  }));

Deno.test("a definition's number of seeds holds where no seed and no number is given", () => {
  const definition = { ...toyExperiment, seeds: 2, budget: 10 };
  const known = {
    ...registries,
    experiments: registries.experiments.map((entry) => ({
      ...entry,
      load: () => Promise.resolve(definition),
    })),
  };
  return inLab(async (typed) => {
    const seeds = async (line: string) => {
      const { code, out, error } = await typed(`run line-toy --json${line}`);
      strictEqual(code, 0, error);
      return JSON.parse(out).runs.map(({ seed }: { seed: unknown }) => Number(seed));
    };
    deepStrictEqual(await seeds(""), [1, 2]);
    deepStrictEqual(await seeds(" --seed 7"), [7]);
  }, known);
});

Deno.test("files that no run has are listed, and deleted where that is said", () =>
  inLab(async (typed, folder) => {
    await typed("run line-toy --budget 10");
    match((await typed("delete --orphans")).out, /^No orphans/);
    const [{ name: run }] = [...Deno.readDirSync(`${folder}/runs/checkpoints`)];
    const path = `checkpoints/${run}x/left.ckpt`;
    Deno.mkdirSync(`${folder}/runs/checkpoints/${run}x`);
    Deno.writeFileSync(`${folder}/runs/${path}`, new Uint8Array(2000));
    const { out } = await typed("delete --orphans");
    ok(out.includes("1 orphan, "), out);
    ok(Deno.statSync(`${folder}/runs/${path}`).isFile);
    match((await typed("delete --purge")).out, /^Deleted 0 runs/);
    match(
      (await typed("delete --orphans --purge")).out,
      /^Deleted 1 orphan for good: 2(\.0)? [kK]/,
    );
    match((await typed("delete --orphans")).out, /^No orphans/);
  }));

Deno.test("a report has the title and the question that it is given", () =>
  inLab(async (typed, folder) => {
    await typed("run line-toy --budget 10");
    const page = async (more: string) => {
      const { code, out, error } = await typed(`report line-toy --force --out pages${more}`);
      strictEqual(code, 0, error);
      const path = out.split("\n").find((each) => each.endsWith(".md"))!;
      ok(path.startsWith(folder));
      return (await Deno.readTextFile(path)).split("\n").filter((line) => line !== "");
    };
    deepStrictEqual((await page("")).slice(0, 2), ["# line-toy", "A toy."]);
    deepStrictEqual((await page(" --title Mine --question Why?")).slice(0, 2), ["# Mine", "Why?"]);
  }));

Deno.test("a sweep is pruned by what it is told to, and says so", () =>
  inLab(async (typed) => {
    const line = "run line-toy --sweep agent.rate=0.1,0.2 --seeds 1 --judge 0 --budget 80";
    const { error } = await typed(`${line} --pruner median`);
    strictEqual(/^Sweep .*: 2 trials \((.*)\) of/m.exec(error)?.[1], "grid, median");
  }));

Deno.test("evaluate takes the checkpoint that it is told to", () =>
  inLab(async (typed) => {
    await typed("run points-toy --set checkpoint.everyIterations=3 --set evaluation.every=20");
    const figures = async (more: string) => {
      const { code, out, error } = await typed(`evaluate latest --json${more}`);
      strictEqual(code, 0, error);
      return JSON.stringify(JSON.parse(out).evaluation);
    };
    const [final, last, best] = await Promise.all(
      ["final", "last", "best"].map((kind) => figures(` --checkpoint ${kind}`)),
    );
    strictEqual(await figures(""), final);
    strictEqual(new Set([final, last, best]).size, 3);
    const told = async (more: string) =>
      (await typed(`evaluate latest${more}`)).out.split("\n", 1)[0];
    doesNotMatch(await told(""), /iteration/);
    match(await told(" --checkpoint last"), /, at iteration \d+ of \d+$/);
    const { code, error } = await typed("evaluate latest --checkpoint first");
    deepStrictEqual([code, error.includes("first")], [2, true]);
  }));

Deno.test("a worker's options are read each to its own value", () => {
  const line = "--store a --workers 2 --threads 3 --drain --hold 4 --patience 5";
  const parsed = parseSync(worker.parser({ experiments: [], runs: [] }), line.split(" "));
  ok(parsed.success);
  const { memoryLimit: _, ...values } = parsed.value as Record<string, unknown>;
  deepStrictEqual(values, {
    ...{ store: "a", workers: 2, threads: 3, drain: true, hold: 4, patience: 5 },
  });
});

Deno.test("what is not permitted is said in a line, with the way to permit it", async () => {
  const program = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));
  const told = async (message: string, folder?: string) => {
    const io = capturedIo({ folder });
    const failing = {
      ...io,
      registries: () => Promise.reject(new Deno.errors.NotCapable(message)),
    };
    const isPath = /read|write/.test(message);
    strictEqual(await main(["list"], failing), isPath ? 2 : 1);
    return io.written.error.replace(/^error: /, "").trim();
  };
  for (const access of ["read", "write"]) {
    strictEqual(
      await told(`Requires ${access} access to "/far/a.txt", run again with --allow-${access}`),
      `Cannot ${access} /far/a.txt as the lab may use only its own folder, /tmp and the folder ` +
        `that it is called from: ${
          access === "read" ? "call it from /far" : "name a place there"
        }, ` +
        "or give the permission, as deno run " +
        `--allow-read --allow-write=runs,/far ${program} …`,
    );
  }
  const root = fileURLToPath(new URL("../../", import.meta.url));
  match(await told('Requires read access to "/far/a.txt"', root), /,\/far cli\/main\.ts …$/);
  match(await told('Requires net access to "host:1", run again'), /^Cannot use \(net\) "host:1" /);
  match(await told('Requires net access to "host:1", run again'), /--allow-net to the task/);
  strictEqual(
    await told("Something else"),
    "Cannot go on as a permission is missing: Something else",
  );
});

Deno.test("all runs that are named go to the trash, and come back from it", () =>
  inLab(async (typed, folder) => {
    const store = openStore(`${folder}/runs`);
    const ids = ["a", "b", "c"].map((name) =>
      store.createRun({ name, manifest: manifestOf(name), tags: [], note: "" }).id
    );
    store.close();
    const [a, b, c] = ids;
    const left = async () => {
      const { out } = await typed("runs --json");
      return JSON.parse(out).runs.map(({ id }: { id: string }) => id).sort();
    };
    const moved = await typed(`delete ${a} ${b}`);
    match(moved.out, new RegExp(`^Moved 2 runs to the trash: ${a}, ${b}\n`));
    deepStrictEqual(await left(), [c]);
    const { out } = await typed(`delete --restore ${a} --restore ${b}`);
    strictEqual(out, `Restored 2 runs: ${a}, ${b}\n`);
    deepStrictEqual(await left(), ids.toSorted());
    await typed(`delete --where name=c`);
    match((await typed("delete --purge")).out, /^Deleted 1 run for good: /);
    deepStrictEqual(await left(), [a, b].sort());
    strictEqual((await typed(`delete --restore ${c}`)).code, 2);
  }));

Deno.test("runs are renamed, tagged and noted on, and a line says what is other than before", () =>
  inLab(async (typed, folder) => {
    const store = openStore(`${folder}/runs`);
    const make = (name: string, tags: string[], note: string) =>
      store.createRun({ name, manifest: manifestOf(name), tags, note }).id;
    const [a, b] = [make("a", ["old", "x"], "First."), make("b", [], "")];
    const words = (id: string) => {
      const { name, tags, note } = store.find(id);
      return [name, tags, note];
    };
    const { out } = await typed(`annotate ${a} ${b} --tag new --tag x --untag old --note More.`);
    strictEqual(
      out,
      `${a}  tags old, x → x, new  note First. ⏎ More.\n${b}  tags none → new, x  note More.\n`,
    );
    deepStrictEqual([words(a), words(b)], [
      ["a", ["x", "new"], "First.\nMore."],
      ["b", ["new", "x"], "More."],
    ]);
    strictEqual(
      (await typed(`annotate --where tag=x --tag new`)).out,
      `${b}  as it was\n${a}  as it was\n`,
    );
    strictEqual((await typed(`annotate --where name=b --name c`)).out, `${b}  name b → c\n`);
    strictEqual((await typed(`annotate ${b} --tag new`)).out, `${b}  as it was\n`);
    for (
      const [line, said] of [
        [`annotate ${b}`, /nothing is to change: --tag, --untag, --note or --name is needed$/],
        ["annotate --tag x", /RUN is needed/],
        [`annotate ${b} --tag x --untag x`, /--tag and --untag both name x$/],
        [`annotate ${b} --untag nwe`, /no tag "nwe" \(did you mean "new"\?\): known are new, x$/],
        ["annotate --where name=d --tag x", /as no run matches name=d/],
      ] as const
    ) {
      const { code, error } = await typed(line);
      match(error.trimEnd(), said);
      strictEqual(code, 2);
    }
    deepStrictEqual(words(b), ["c", ["new", "x"], "More."]);
    store.close();
  }));

Deno.test("what waits is given up, or begun by another process, where nothing trains its batch", () =>
  inLab(async (typed, folder) => {
    const store = openStore(`${folder}/runs`);
    const [busy, idle] = [store.addBatch([{}, {}, {}]), store.addBatch([{}, {}])];
    const about = { name: "n", manifest: manifestOf("n"), tags: [], note: "" };
    const { id } = store.createRun({ ...about, request: busy.waiting[0] });
    const lock = store.lock(id);
    match((await typed("runs")).out, /4 runs waiting .*resume --batch, or .*delete --waiting\)/);
    // Requests are of no run that a filter finds.
    for (const filter of ["n", "--where name=n"]) {
      doesNotMatch((await typed(`runs ${filter}`)).out, /waiting/);
    }
    const { code, out } = await typed("delete --waiting");
    deepStrictEqual(
      [code, out.trim()],
      [0, "Gave up 2 runs that had not begun; 2 runs of batches in training stay"],
    );
    deepStrictEqual(store.batches(), [{ ...busy, runs: [id], waiting: busy.waiting.slice(1) }]);
    for (const line of ["resume --batch", `resume ${id} --batch`]) {
      const refused = await typed(line);
      strictEqual(refused.code, 1);
      match(refused.error, new RegExp(`batch of ${id} as that run is training now`));
    }
    lock[Symbol.dispose]();
    {
      // Its process is between two runs.
      using _held = lockBatch(store.location, busy.id);
      const { out } = await typed("delete --waiting");
      strictEqual(
        out.trim(),
        "Gave up 0 runs that had not begun; 2 runs of batches in training stay",
      );
      const { code, error } = await typed("resume --batch");
      strictEqual(code, 1);
      match(error, new RegExp(`batch of request ${busy.id} as another process trains it`));
    }
    strictEqual((await typed("delete --waiting")).out.trim(), "Gave up 2 runs that had not begun");
    deepStrictEqual(store.batches().flatMap(({ waiting }) => [...waiting, ...idle.runs]), []);
    store.close();
  }));

Deno.test("a name or tag that is empty, long or of many lines is refused, and an empty path", () =>
  inLab(async (typed) => {
    for (const [option, most] of [["--name", 100], ["--tag", 50]] as const) {
      for (const text of ["", "  ", "x".repeat(most + 1), "two\nlines"]) {
        const { code, error } = await typed(["run", "line-toy", option, text]);
        deepStrictEqual([text, code, error.split("\n").length], [text, 2, 2]);
        ok(error.includes(`Expected 1 to ${most} characters`) && error.length < 500, error);
      }
    }
    for (const words of [["--note", "a\nb\u001b[31m"], ["--note", "\u202eb"]]) {
      const { code, error } = await typed(["run", "line-toy", ...words]);
      deepStrictEqual([code, error.split("\n").length], [2, 2]);
      match(error, /--note: Expected a text without control characters but line breaks, but got/);
    }
    match(
      (await typed(["import", "x.csv", "--name", "a\nb"])).error,
      /--name: Expected 1 to 100 char/,
    );
    const most = ["--name", "x".repeat(100), "--tag", "é".repeat(50), "--note", "two\nlines"];
    strictEqual((await typed(["run", "line-toy", "--budget", "10", ...most])).code, 0);
    for (const line of ["export latest --format csv --out", "runs --store"]) {
      const { code, error } = await typed([...line.split(" "), ""]);
      deepStrictEqual([code, error], [2, "error: Cannot take a path as it is empty\n"]);
    }
  }));

/** Ways to ask, of which no two stand together, and what is said of two. */
const apart: Readonly<Record<string, readonly [said: RegExp, ...ways: readonly (string[])[]]>> = {
  delete: [
    /^error: Cannot delete as [^\n]+ exclude each other\n$/,
    ...[["RUN", "--where agent.gamma>0"], ["--restore RUN"]],
    ...[["--purge", "--orphans"], ["--waiting"]],
  ],
  resume: [
    /^error: Cannot resume as --batch takes neither --where nor --budget nor --data\n$/,
    ...[["--batch"], ["--where agent.gamma>0", "--budget 9", "--data a"]],
  ],
};

Deno.test("what excludes each other is refused together, whichever two they are", () =>
  inLab(async (typed, folder) => {
    const store = openStore(`${folder}/runs`);
    const { id } = store.createRun({
      ...{ name: "n", manifest: manifestOf("n"), tags: [], note: "" },
    });
    for (const [command, [said, ...ways]] of Object.entries(apart)) {
      for (const [i, way] of ways.entries()) {
        for (const one of way) {
          for (const other of ways.slice(i + 1).flat()) {
            const line = `${command} ${one} ${other}`.replaceAll("RUN", id);
            const { code, error } = await typed(line);
            strictEqual(code, 2, line);
            match(error, said, line);
          }
        }
      }
    }
    deepStrictEqual(store.runs().map((run) => run.id), [id]);
    store.close();
  }));

Deno.test("what belongs to something else is refused where that is not asked for", () =>
  inLab(async (typed, folder) => {
    const cases: readonly (readonly [line: string, said: RegExp])[] = [
      ...["--partition p", "--time 90", "--array 4", "--dry-run"].map((flag) =>
        [
          `run line-toy ${flag}`,
          new RegExp(
            `^error: Cannot run as ${flag.split(" ")[0]} belongs to a job: --launch slurm\n$`,
          ),
        ] as const
      ),
      ...["--trials 3", "--sampler random", "--pruner median", "--judge 2"].map((flag) =>
        [
          `run line-toy ${flag}`,
          new RegExp(`^error: Cannot run with ${flag.split(" ")[0]} as a sweep is needed`),
        ] as const
      ),
      ...["agents", "models", "worlds", "datasets"].map((kind) =>
        [
          `list ${kind} --agent toy`,
          /^error: Cannot list .* by --agent as it filters experiments/,
        ] as const
      ),
      ...["--set rate=0.5", "--budget 9"].map((flag) =>
        [
          `describe toy ${flag}`,
          /^error: Cannot describe the agent toy with --set or --budget/,
        ] as const
      ),
      ...["--class a", "--steps 2", "--sampler s", "--guidance 2"].map((flag) =>
        [
          `score ${folder} --against points ${flag}`,
          new RegExp(
            `^error: Cannot take ${
              flag.split(" ")[0]
            } as the pictures of a folder are drawn already\n$`,
          ),
        ] as const
      ),
      ...["--from 1", "--to 1"].map((flag) =>
        [`interpolate a ${flag} --out x.png`, /name a pair together: one is given\n$/] as const
      ),
    ];
    for (const [line, said] of cases) {
      const { code, error } = await typed(line);
      strictEqual(code, 2, `${line}: ${error}`);
      match(error, said, line);
      strictEqual(error.split("\n").length, 2, error);
    }
  }));

Deno.test("a word that is no choice is refused with the nearest, behind what others write before it", () =>
  inLab(async (typed) => {
    for (
      const [line, near] of [
        ["run x --backend tfjs-cpu", "cpu"],
        ["run x --backend TF-cpu", "cpu"],
        ["run x --backend keras/tfjs-wasm", "tfjs-wasm"],
        ["run x --backend tfjs-webgp", "tfjs-webgpu"],
        ["run x --sampler optuna.tpe", "tpe"],
        ["run x --sampler soboll", "sobol"],
        ["new data-set x", "dataset"],
      ]
    ) {
      const { code, error } = await typed(line);
      deepStrictEqual([code, /Did you mean "([^"]+)"\?/.exec(error)?.[1]], [2, near], error);
    }
    doesNotMatch((await typed("run x --backend rust")).error, /Did you mean/);
  }));
