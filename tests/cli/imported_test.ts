import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { main } from "../../cli/main.ts";
import { encodePng } from "../../lab/core/png.ts";
import { openStore } from "../../lab/store/sqlite_store.ts";
import { type ExportedRun, tensorboardParts } from "../../lab/store/exports/mod.ts";
import { registries } from "../../registries.ts";
import { capturedIo } from "./captured_io.ts";
import { inFolder } from "./folder.ts";

Deno.test("an imported run has a page, a speed of its own, and nothing of what the lab trains", () =>
  inFolder(async (folder) => {
    const typed = async (...args: string[]) => {
      const io = capturedIo({ folder, root: folder, registries });
      const code = await main(args, io);
      return { code, ...io.written };
    };
    const rows = "r,l,t\n10,20,1\n20,40,4\n";
    await Deno.writeTextFile(
      `${folder}/0.monitor.csv`,
      `#{"t_start": 1, "env_id": "CartPole-v1"}\n${rows}`,
    );
    strictEqual((await typed("import", "0.monitor.csv")).code, 0);
    const page = await typed("describe", "latest");
    deepStrictEqual([page.code, page.error], [0, ""]);
    match(page.out, /Logged by a program of yours, and not trained here\.\n/);
    match(page.out, /completed: 60 steps in 0:04/);
    match(page.out, /Its fields as they were stored \(a program of yours logged it: /);
    match(page.out, /To compare it: .* compare /);
    // 60 steps in four seconds; nobody evaluated what it learned.
    match((await typed("compare", "latest")).out, / – +– +– +15$/m);
    const longer = await typed("resume", "latest", "--budget", "10k");
    match(
      longer.error,
      /^error: Cannot resume run \w+ as it was logged by a program of yours: .*\n$/,
    );
    const some = await typed("resume", "--where", "seed>=1", "--budget", "10k");
    match(some.error, /^error: Cannot resume as 1 run met that and none is to go on/);
    for (
      const line of [["evaluate", "latest"], [
        "export",
        "latest",
        "--format",
        "model",
        "--out",
        "m",
      ]]
    ) {
      const { code, error } = await typed(...line);
      strictEqual(code, 2, error);
      match(error, /^error: Cannot open run \w+ as it was logged by a program of yours: .*\n$/);
    }
  }));

Deno.test("import says on standard error which columns it leaves out, and of which none", () =>
  inFolder(async (folder) => {
    const typed = async (text: string, ...flags: string[]) => {
      await Deno.writeTextFile(`${folder}/log.csv`, text);
      const io = capturedIo({ folder, root: folder, registries });
      strictEqual(await main(["import", "log.csv", ...flags], io), 0);
      return io.written.error;
    };
    const said = "Left out of log.csv as they hold text, no numbers: note, kind\n";
    const table = "step,loss,note,kind,grad\n1,0.5,warm,a,\n2,nan,,b,\n";
    strictEqual(await typed(table), said);
    strictEqual(await typed(table.replace("0.5", "0.25"), "--quiet"), "");
    // What is empty, and what is not finite, is no text.
    strictEqual(await typed("step,loss,grad\n1,0.5,\n2,,-Infinity\n"), "");
    strictEqual(
      await typed("loss\n1\n"),
      "Rows of log.csv are counted as its steps, as no column is called step, or alike\n",
    );
    strictEqual(await typed("loss\n1\n"), ""); // which is there already
  }));

Deno.test("a logged run's length is told in what it counted", () =>
  inFolder(async (folder) => {
    const typed = async (...args: string[]) => {
      const io = capturedIo({ folder, root: folder, registries });
      strictEqual(await main(args, io), 0, io.written.error);
      return io.written.out;
    };
    const cases: [counts: object, unit: string, shown: string][] = [
      [{ examples: 6400, gradientSteps: 100 }, "examples", "6,400 examples"],
      [{ gradientSteps: 100 }, "gradientSteps", "100 updates"],
      [{ examples: 6400, environmentSteps: 9 }, "environmentSteps", "9 steps"],
      [{ iteration: 7, examples: 0 }, "gradientSteps", "7 iterations"],
    ];
    for (const [counts, unit, shown] of cases) {
      const lines = [{ run: { name: "loop" } }, { metrics: { loss: 1 }, ...counts }];
      await Deno.writeTextFile(
        `${folder}/a.jsonl`,
        lines.map((each) => JSON.stringify(each)).join("\n"),
      );
      const id = (await typed("import", "a.jsonl")).split(" ")[0];
      const { runs } = JSON.parse(await typed("runs", "--json"));
      strictEqual(runs.find((run: { id: string }) => run.id === id).budget_unit, unit);
      match(await typed("runs"), new RegExp(`${id}.* ${shown} `));
      match(await typed("describe", id), new RegExp(`completed: ${shown} in `));
    }
  }));

Deno.test("whatever runs and pictures are called, their files lie in the folder, each its own", () =>
  inFolder(async (folder) => {
    const typed = async (...args: string[]) => {
      const io = capturedIo({ folder, root: folder, registries });
      strictEqual(await main(args, io), 0, io.written.error);
      return io.written.out;
    };
    const pixels = new Uint8Array(4);
    const png = encodePng({ width: 2, height: 2, channels: 1, pixels }).toBase64();
    const name = "名".repeat(100);
    const lines = [
      { run: { name, seed: 7 } },
      { metrics: { loss: 1 }, iteration: 1 },
      ...["a/../../../evil", "../evil", "a b", "a_b", name].map((image) => ({ image, png })),
    ];
    const text = lines.map((each) => JSON.stringify(each)).join("\n");
    await Deno.writeTextFile(`${folder}/a.jsonl`, text);
    await typed("import", "a.jsonl");
    await typed("export", "latest", "--format", "gif", "--out", "films");
    const films = [...Deno.readDirSync(`${folder}/films`)].map(({ name }) => name.split(".gif")[0]);
    const cut = "名".repeat(32);
    deepStrictEqual(
      films.map((film) => film.split(/\.(.*)/s)[1]).sort(),
      [
        ...["_evil", "a_.._.._.._evil", "a_b", "a_b #2", cut],
      ].sort(),
    );
    ok(films.every((film) => film.startsWith(`${cut}-seed7-`)), films.join());
    await typed("report", name, "--metric", "loss", "--out", "pages");
    ok(Deno.statSync(`${folder}/pages/${cut}.html`).isFile);
    deepStrictEqual([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), [
      ...["a.jsonl", "films", "pages", "runs"],
    ]);
  }));

/** An event file of one value, as TensorBoard has it; the lab's writer has its own test. */
async function eventFile(step: number, value: number): Promise<Uint8Array> {
  const zeros = new Float64Array(1);
  const series = {
    ...{
      name: "loss",
      iterations: Float64Array.of(step),
      values: Float64Array.of(value),
      total: 1,
    },
    ...{ environmentSteps: Float64Array.of(step), gradientSteps: zeros, examples: zeros },
    wallSeconds: Float64Array.of(step),
  };
  const run = { createdAt: 1000 * step, endedAt: null, environmentSteps: step, name: "", note: "" };
  const exported = { run: { ...run, manifest: { determined: {} } }, series: [series], events: [] };
  const parts = [...tensorboardParts(exported as unknown as ExportedRun)];
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

Deno.test("import takes a folder of event files, says what is there already, and counts no run twice", () =>
  inFolder(async (folder) => {
    const typed = async (...args: string[]) => {
      const io = capturedIo({ folder, root: folder, registries });
      const code = await main(["import", ...args], io);
      return [
        code,
        io.written.out.replaceAll(/\b\w{6}(?= {2})/g, "RUN"),
        io.written.error,
      ] as const;
    };
    for (const at of ["logs/ppo/1", "logs/ppo/2", "logs/dqn/1", "logs/empty", "tables", "bare"]) {
      await Deno.mkdir(`${folder}/${at}`, { recursive: true });
    }
    const put = async (path: string, step: number, value: number) =>
      await Deno.writeFile(`${folder}/${path}`, await eventFile(step, value));
    await put("logs/ppo/1/events.out.tfevents.1.h", 1, 1);
    await put("logs/ppo/1/events.out.tfevents.2.h", 2, 2);
    await put("logs/ppo/2/events.out.tfevents.1.h", 1, 3);
    await put("logs/dqn/1/events.out.tfevents.1.h", 1, 4);
    await Deno.writeFile(`${folder}/logs/empty/events.out.tfevents.1.h`, new Uint8Array());
    await Deno.writeTextFile(`${folder}/tables/a.csv`, "step,loss\n1,2\n");
    deepStrictEqual(await typed("logs"), [
      0,
      "RUN  logs/dqn/1/events.out.tfevents.1.h\nRUN  logs/ppo/1\n" +
      "RUN  logs/ppo/2/events.out.tfevents.1.h\n",
      "Left out logs/empty/events.out.tfevents.1.h as it has no scalars\n" +
      "Left out of the event files as they are no scalars: _hparams_/session_start_info, " +
      "configuration, experiment\n",
    ]);
    const io = capturedIo({ folder, root: folder, registries });
    strictEqual(await main(["runs", "--json"], io), 0);
    const { runs } = JSON.parse(io.written.out);
    deepStrictEqual(runs.map(({ name }: { name: string }) => name), ["ppo/2", "ppo/1", "dqn/1"]);
    // The two files of a folder, named by themselves, are the run that they are together.
    const files = [1, 2].map((i) => `logs/ppo/1/events.out.tfevents.${i}.h`);
    deepStrictEqual(await typed(...files, "logs/ppo/1"), [
      ...[0, "already there: RUN  logs/ppo/1\n", ""],
    ]);
    // Seeds of what has no chance in it have one content; the same file is one run.
    await Deno.copyFile(`${folder}/tables/a.csv`, `${folder}/tables/b.csv`);
    deepStrictEqual(await typed("tables/a.csv", "tables/b.csv", "tables/a.csv"), [
      ...[0, "RUN  tables/a.csv\nRUN  tables/b.csv\n", ""],
    ]);
    deepStrictEqual(await typed("tables/a.csv"), [0, "already there: RUN  tables/a.csv\n", ""]);
    for (const at of ["tables", "bare"]) {
      const [code, out, error] = await typed("logs/ppo/1", at);
      deepStrictEqual([code, out], [2, ""]);
      match(
        error,
        new RegExp(`^error: Cannot import ${at} as a folder must hold .* \\(tfevents\\).*\\n$`),
      );
    }
  }));

Deno.test("where one of the files is missing none is imported, and no store is made", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/a.csv`, "step,loss\n1,0.5\n");
    for (const files of [["none.csv"], ["a.csv", "none.csv"]]) {
      const io = capturedIo({ folder, root: folder, registries });
      strictEqual(await main(["import", ...files, "--store", `${folder}/new`], io), 2);
      deepStrictEqual(io.written, {
        out: "",
        error: "error: Cannot import none.csv as there is no such file or folder\n",
      });
      deepStrictEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["a.csv"]);
    }
  }));

Deno.test("imports at once wait for one another: nothing is added twice, and each has a seed", () =>
  inFolder(async (folder) => {
    for (const [i, name] of ["a.csv", "b.csv", "c.csv"].entries()) {
      await Deno.writeTextFile(`${folder}/${name}`, `step,loss\n1,0.${i}\n`);
    }
    const typed = async (file: string) => {
      const io = capturedIo({ folder, root: folder, registries });
      strictEqual(await main(["import", file, "--name", "m"], io), 0, io.written.error);
      return io.written.out.startsWith("already there: ");
    };
    const known = await Promise.all(["a.csv", "b.csv", "c.csv", "a.csv"].map(typed));
    strictEqual(known.filter((each) => each).length, 1);
    const io = capturedIo({ folder, root: folder, registries });
    await main(["runs", "--json"], io);
    const seeds = JSON.parse(io.written.out).runs.map(({ seed }: { seed: unknown }) =>
      String(seed)
    );
    deepStrictEqual(seeds.sort(), ["1", "2", "3"]);
  }));

Deno.test("an import hands on what was typed: name, first seed, tags, what steps count", () =>
  inFolder(async (folder) => {
    const typed = async (line: string) => {
      const io = capturedIo({ folder, root: folder, registries });
      strictEqual(await main(line.split(" "), io), 0, io.written.error);
      return io.written.out;
    };
    const stored = async () => {
      const { runs } = JSON.parse(await typed("runs --json --sort seed"));
      return runs.map((run: Record<string, unknown>) =>
        [run.name, run.seed, run.tags, run.budget_unit].join()
      );
    };
    for (const i of [1, 2, 3, 4]) {
      await Deno.writeTextFile(`${folder}/${i}.csv`, `step,loss\n1,${i}\n2,0\n`);
    }
    await typed("import 1.csv 2.csv --name mine --seed 5 --tag old --tag b --steps examples");
    deepStrictEqual(await stored(), ["mine,5,old,b,examples", "mine,6,old,b,examples"]);
    // Seeds count on over what is there already.
    await typed("import 1.csv 3.csv 4.csv --name mine --seed 7");
    deepStrictEqual((await stored()).slice(2), [
      ...["mine,8,,environmentSteps", "mine,9,,environmentSteps"],
    ]);
    // Beyond what a double tells apart.
    await Deno.writeTextFile(`${folder}/5.csv`, "step,loss\n1,5\n");
    await Deno.writeTextFile(`${folder}/6.csv`, "step,loss\n1,6\n");
    await typed(`import 5.csv 6.csv --name mine --seed ${2n ** 60n}`);
    deepStrictEqual((await stored()).slice(4), [
      "mine,1152921504606846976,,environmentSteps",
      "mine,1152921504606846977,,environmentSteps",
    ]);
  }));

Deno.test("event files that are named by themselves are called as their folder, and must hold something", () =>
  inFolder(async (folder) => {
    const typed = async (...args: string[]) => {
      const io = capturedIo({ folder, root: folder, registries });
      const code = await main(args, io);
      return { code, ...io.written };
    };
    const name = "events.out.tfevents.1.h";
    for (const at of ["logs/ppo", "logs/dqn", "logs/sac/x", "none/at/all"]) {
      await Deno.mkdir(`${folder}/${at}`, { recursive: true });
    }
    await Deno.writeFile(`${folder}/logs/ppo/${name}`, await eventFile(1, 1));
    await Deno.writeFile(`${folder}/logs/dqn/${name}`, await eventFile(1, 2));
    await Deno.writeFile(`${folder}/logs/sac/${name}`, await eventFile(1, 3));
    await Deno.writeFile(`${folder}/logs/sac/x/${name}`, await eventFile(1, 4));
    await Deno.writeFile(`${folder}/none/at/all/${name}`, new Uint8Array());
    for (const given of [`none/at/all/${name}`, "none/at/all", "none"]) {
      const { code, error } = await typed("import", given);
      strictEqual(code, 2, given);
      strictEqual(
        error,
        `error: Cannot import none/at/all/${name} as it has no scalars\n`,
      );
    }
    strictEqual((await typed("import", `logs/ppo/${name}`)).code, 0);
    strictEqual((await typed("import", "logs/dqn")).code, 0);
    // A folder that has event files beside a folder that has some: two runs.
    const { out } = await typed("import", "logs/sac");
    deepStrictEqual(out.split("\n").map((line) => line.slice(line.indexOf(" ") + 2)), [
      ...[`logs/sac/${name}`, `logs/sac/x/${name}`, ""],
    ]);
    const { runs } = JSON.parse((await typed("runs", "--json", "--sort", "started")).out);
    deepStrictEqual(
      new Set(runs.map(({ name }: { name: string }) => name)),
      new Set([
        ...["ppo", "dqn", "sac", "x"],
      ]),
    );
  }));

Deno.test("the name of an imported file says nothing to a terminal", () =>
  inFolder(async (folder) => {
    const name = "a\x1b[31mb\nc.csv";
    await Deno.writeTextFile(`${folder}/${name}`, "step,loss,note\n1,2,a\n");
    for (const remark of [/^Left out of a�\[31mb�c\.csv as [^\n]*\n$/, /^$/]) {
      const io = capturedIo({ folder, root: folder, registries });
      strictEqual(await main(["import", name], io), 0);
      match(io.written.out, /^[^\n]*\w{6} {2}a�\[31mb�c\.csv\n$/);
      match(io.written.error, remark);
    }
    // Nor does a column that names its run.
    await Deno.writeTextFile(`${folder}/panel.csv`, "Step,a\x1bb - loss\n1,2\n");
    strictEqual(await main(["import", "panel.csv"], capturedIo({ folder, root: folder })), 0);
    const io = capturedIo({ folder, root: folder, registries });
    strictEqual(await main(["runs", "--json"], io), 0);
    const { runs } = JSON.parse(io.written.out) as { runs: Record<string, unknown>[] };
    deepStrictEqual(runs.map(({ name, note }) => [name, note]), [
      ["a�b", "imported from panel.csv"],
      ["a�[31mb�c", "imported from a�[31mb�c.csv"],
    ]);
  }));

Deno.test("what is no file is not waited for", () =>
  inFolder(async (folder) => {
    const { success } = await new Deno.Command("mkfifo", { args: [`${folder}/pipe.csv`] }).output();
    strictEqual(success, true);
    const io = capturedIo({ folder, root: folder, registries });
    strictEqual(await main(["import", "pipe.csv"], io), 2);
    strictEqual(io.written.error, "error: Cannot import pipe.csv as it is no file\n");
  }));

const monitors = new URL("../golden/stable_baselines/monitors/", import.meta.url);

Deno.test("what the environments of one training logged is one run, as load_results has it", () =>
  inFolder(async (folder) => {
    const typed = async (...args: string[]) => {
      const io = capturedIo({ folder, root: folder, registries });
      strictEqual(await main(["import", ...args], io), 0, io.written.error);
      return [io.written.out.replaceAll(/\b\w{6}(?= {2})/g, "RUN"), io.written.error];
    };
    const files = [0, 1, 2, 3, 4].map((i) => `logs/a2c/${i}.monitor.csv`);
    await Deno.mkdir(`${folder}/logs/a2c`, { recursive: true });
    for (const file of files) {
      await Deno.copyFile(new URL(file.split("/").at(-1)!, monitors), `${folder}/${file}`);
    }
    // Whatever order a shell gives them in.
    deepStrictEqual(await typed(...files.toReversed()), ["RUN  logs/a2c/*.monitor.csv\n", ""]);
    for (const given of [["logs"], ["logs/a2c"], files, [...files, "logs"]]) {
      deepStrictEqual(await typed(...given), ["already there: RUN  logs/a2c/*.monitor.csv\n", ""]);
    }
    const store = openStore(`${folder}/runs`);
    const [{ id, name, environmentSteps, manifest }, ...others] = store.runs();
    deepStrictEqual([name, others.length], ["a2c", 0]);
    deepStrictEqual(manifest.determined.configuration, { environment: { id: "CartPole-v1" } });
    const golden = JSON.parse(await Deno.readTextFile(new URL("load_results.json", monitors)));
    const series = store.series(id, "rollout/episode_return");
    deepStrictEqual([...series.environmentSteps], golden.steps);
    deepStrictEqual([...series.values], golden.returns);
    deepStrictEqual([...series.wallSeconds], golden.seconds);
    strictEqual(environmentSteps, golden.steps.at(-1));
    const mean = golden.returns.reduce((sum: number, each: number) => sum + each, 0) /
      golden.returns.length;
    strictEqual(store.lastMetrics(id)["rollout/episode_return_mean"], mean);
    store.close();
  }));

Deno.test("a folder's event files stand for its monitor files, and an empty one is passed over", () =>
  inFolder(async (folder) => {
    const typed = async (...args: string[]) => {
      const io = capturedIo({ folder, root: folder, registries });
      const code = await main(["import", ...args], io);
      return [code, io.written.out.replaceAll(/\b\w{6}(?= {2})/g, "RUN"), io.written.error];
    };
    const put = async (path: string, text: string | Uint8Array) => {
      await Deno.mkdir(`${folder}/${path.split("/").slice(0, -1).join("/")}`, { recursive: true });
      await Deno.writeFile(
        `${folder}/${path}`,
        typeof text === "string" ? new TextEncoder().encode(text) : text,
      );
    };
    const head = '#{"t_start": 5}\nr,l,t\n';
    await put("logs/both/events.out.tfevents.1.h", await eventFile(1, 1));
    await put("logs/both/0.monitor.csv", `${head}1,2,3\n`);
    await put("logs/none/0.monitor.csv", head);
    await put("logs/ppo/1/0.monitor.csv", `${head}1,2,3\n`);
    await put("logs/ppo/2/0.monitor.csv", `${head}1,3,3\n`);
    await put("logs/ppo/2/monitor.csv", `${head}1,4,3\n`);
    const [code, out, error] = await typed("logs");
    deepStrictEqual([code, out], [
      0,
      "RUN  logs/both/events.out.tfevents.1.h\nRUN  logs/ppo/1/0.monitor.csv\n" +
      "RUN  logs/ppo/2/0.monitor.csv\n",
    ]);
    match(`${error}`, /^Left out logs\/none\/0\.monitor\.csv as it has no episodes\n/);
    const [, , refused] = await typed("logs/none");
    strictEqual(refused, "error: Cannot import logs/none/0.monitor.csv as it has no episodes\n");
    const store = openStore(`${folder}/runs`);
    deepStrictEqual(store.runs().map(({ name }) => name).sort(), ["both", "ppo/1", "ppo/2"]);
    store.close();
  }));

Deno.test("another file of a training in its folder is named, whenever it was imported", () =>
  inFolder(async (folder) => {
    const typed = async (at: string, ...args: string[]) => {
      const io = capturedIo({ folder: `${folder}/${at}`, root: folder, registries });
      const store = `${folder}/runs`;
      strictEqual(await main(["import", ...args, "--store", store], io), 0, io.written.error);
      const ids = io.written.out.split("\n").map((line) => line.split(" ")[0]);
      return { ids, said: io.written.error.split("\n").filter((line) => line !== "") };
    };
    const end = "if both log one training, delete one, or both count as seeds";
    for (const at of ["ppo", "sac", "seeds"]) await Deno.mkdir(`${folder}/${at}`);
    const evaluations = new URL("../golden/stable_baselines/evaluations.npz", import.meta.url);
    await Deno.copyFile(evaluations, `${folder}/ppo/evaluations.npz`);
    const write = (file: string, text: string) => Deno.writeTextFile(`${folder}/${file}`, text);
    await write("ppo/progress.csv", "step,loss\n1,2\n");
    await Deno.writeFile(`${folder}/ppo/events.out.tfevents.1.h`, await eventFile(9, 1));
    const { ids: [first, second], said } = await typed(
      "",
      "ppo/progress.csv",
      "ppo/evaluations.npz",
    );
    deepStrictEqual(said.slice(1), [
      `ppo/evaluations.npz lies beside progress.csv, which the run ${first} is of: ${end}`,
    ]);
    // From within the folder, later.
    deepStrictEqual((await typed("ppo", "events.out.tfevents.1.h")).said.slice(0, 2).sort(), [
      `events.out.tfevents.1.h lies beside evaluations.npz, which the run ${second} is of: ${end}`,
      `events.out.tfevents.1.h lies beside progress.csv, which the run ${first} is of: ${end}`,
    ]);
    // The files of one training's environments, one by one.
    const rows = (t: number) => `#{"t_start": ${t}}\nr,l,t\n${t},2,3\n${t},3,6\n`;
    await write("sac/0.monitor.csv", rows(0));
    await write("sac/1.monitor.csv", rows(1));
    const { ids: [zero], said: alone } = await typed("", "sac/0.monitor.csv");
    const one = await typed("", "sac/1.monitor.csv");
    const left = [1, 0].map((i) =>
      `Left out, though it is one run with sac/${
        1 - i
      }.monitor.csv (import the folder for all of ` +
      `it): ${i}.monitor.csv`
    );
    deepStrictEqual([alone, one.said.slice(0, 1)], [left.slice(0, 1), left.slice(1)]);
    deepStrictEqual(one.said.slice(1), [
      `sac/1.monitor.csv lies beside 0.monitor.csv, which the run ${zero} is of: ${end}`,
    ]);
    const all = await typed("", "sac");
    deepStrictEqual(all.said.sort(), [
      `sac/*.monitor.csv lies beside 0.monitor.csv, which the run ${zero} is of: ${end}`,
      `sac/*.monitor.csv lies beside 1.monitor.csv, which the run ${one.ids[0]} is of: ${end}`,
    ]);
    // Once they have grown.
    await write("sac/0.monitor.csv", `${rows(0)}9,2,9\n`);
    await write("sac/1.monitor.csv", `${rows(1)}8,2,9\n`);
    const grown = (await typed("", "sac/0.monitor.csv", "sac/1.monitor.csv")).said;
    strictEqual(grown.length, 3);
    strictEqual(
      grown[0],
      `The run ${
        all.ids[0]
      } is the beginning of sac/*.monitor.csv, imported before: delete it, or ` +
        "both count as seeds",
    );
    // Files with names of their own are runs of their own, and so are another folder's and another name's.
    await write("seeds/1.csv", "step,loss\n1,2\n");
    await write("seeds/2.csv", "step,loss\n1,3\n");
    await write("seeds/progress.csv", "step,loss\n1,4\n");
    deepStrictEqual((await typed("", "seeds/1.csv", "seeds/2.csv", "seeds/progress.csv")).said, []);
    await Deno.copyFile(evaluations, `${folder}/seeds/evaluations.npz`);
    const more = await typed("", "seeds/evaluations.npz", "--name", "ppo");
    deepStrictEqual(more.said.slice(1), []);
  }));

Deno.test("files that follow one another in time are said to be taken for one training", () =>
  inFolder(async (folder) => {
    const rows = (start: number) => `#{"t_start": ${start}}\nr,l,t\n1,2,3\n1,2,5\n`;
    const typed = async (...starts: number[]) => {
      const at = `${folder}/${starts.join("-")}`;
      await Deno.mkdir(at);
      for (const [i, start] of starts.entries()) {
        await Deno.writeTextFile(`${at}/${i}.monitor.csv`, rows(start));
      }
      const io = capturedIo({ folder, root: folder, registries });
      strictEqual(await main(["import", starts.join("-")], io), 0, io.written.error);
      return io.written.error;
    };
    strictEqual(await typed(1, 5.9, 3), "");
    strictEqual(
      await typed(10, 1),
      "Taken for one training, though none of its files overlap in time: 10-1/*.monitor.csv; " +
        "import seeds one by one\n",
    );
  }));

Deno.test("a file is called as its folder from within it, too", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/logs/ppo`, { recursive: true });
    const cases: [at: string, given: string, text: string][] = [
      ["logs/ppo", "progress.csv", "step,loss\n1,2\n"],
      ["logs/ppo", "./0.monitor.csv", "#{}\nr,l,t\n1,2,3\n"],
      ["logs/ppo", "../ppo/monitor.csv", "#{}\nr,l,t\n1,2,4\n"],
      ["logs/ppo", "../progress.csv", "step,loss\n1,3\n"],
      ["logs/ppo", "own.csv", "step,loss\n1,4\n"],
    ];
    const names = [];
    for (const [at, given, text] of cases) {
      await Deno.writeTextFile(`${folder}/${at}/${given}`, text);
      const io = capturedIo({ folder: `${folder}/${at}`, root: folder, registries });
      strictEqual(await main(["import", given, "--store", `${folder}/runs`], io), 0);
      const store = openStore(`${folder}/runs`);
      names.push(store.run(io.written.out.split(" ")[0])!.name);
      store.close();
    }
    deepStrictEqual(names, ["ppo", "ppo", "ppo", "logs", "own"]);
  }));
