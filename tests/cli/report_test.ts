import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { main } from "../../cli/main.ts";
import { htmlOf, markdownOf } from "../../cli/report/blocks.ts";
import { curveOf } from "../../cli/report/report.ts";
import type { Run, Series } from "../../lab/store/store.ts";
import { openStore } from "../../lab/store/sqlite_store.ts";
import { sha256 } from "../../lab/core/sha256.ts";
import { Policies } from "../../web/policies.ts";
import { registries as every } from "../../registries.ts";
import { registries } from "../lab/experiment/toy_registries.ts";
import { capturedIo } from "./captured_io.ts";
import { manifestOf, pointAt } from "../lab/store/fixtures.ts";
import { inFolder } from "./folder.ts";

const series = (steps: number[], values: number[]) =>
  ({
    environmentSteps: Float64Array.from(steps),
    values: Float64Array.from(values),
  }) as unknown as Series;

async function typedIn(folder: string, args: readonly string[], known = registries) {
  const io = capturedIo({ folder, root: folder, registries: known });
  return { code: await main(args, io), ...io.written };
}

Deno.test("a curve has each seed's last value at every place, from where all have one", () => {
  const seeds = [series([10, 20, 30], [1, 2, 3]), series([15, 30], [5, 7]), series([10], [0])];
  deepStrictEqual(curveOf(seeds, "environmentSteps"), {
    x: [15, 20, 30],
    y: [(1 + 5 + 0) / 3, (2 + 5 + 0) / 3, (3 + 7 + 0) / 3],
    low: [0, 0, 0],
    high: [5, 5, 7],
    gaps: { seeds: 0, at: [] },
  });
  const broken = [series([10, 20, 30], [1, NaN, 3]), series([10, 30], [5, Infinity]), seeds[2]];
  const { y, gaps } = curveOf(broken, "environmentSteps");
  deepStrictEqual([y, gaps], [[2, NaN, Infinity], { seeds: 2, at: [20, 30] }]);
  deepStrictEqual(curveOf([series([], []), seeds[0]], "environmentSteps").x, []);
  deepStrictEqual(curveOf(seeds, "environmentSteps", 20).x, [15, 20]);
});

/** Imports a CSV file a seed, and reads what a report of them wrote: its page, and its chart if any. */
async function reported(
  files: Readonly<Record<string, readonly string[]>>,
  ...args: string[]
): Promise<{ markdown: string; svg: string | undefined }> {
  let [markdown, svg]: [string, string | undefined] = ["", undefined];
  await inFolder(async (folder) => {
    for (const [name, texts] of Object.entries(files)) {
      const paths = texts.map((_, i) => `${folder}/${name}${i + 1}.csv`);
      texts.forEach((text, i) => Deno.writeTextFileSync(paths[i], text));
      strictEqual((await typedIn(folder, ["import", ...paths, "--name", name])).code, 0);
    }
    const names = Object.keys(files);
    const { code, out, error } = await typedIn(folder, [
      "report",
      ...names,
      ...args,
      "--out",
      "pages",
    ]);
    strictEqual(code, 0, error);
    const written = (end: string) => {
      const path = out.trim().split("\n").find((path) => path.endsWith(end));
      return path === undefined ? undefined : Deno.readTextFileSync(path);
    };
    [markdown, svg] = [written(".md")!, written(".svg")];
  });
  return { markdown, svg };
}

Deno.test("what is not finite is a gap of a report's chart, and its caption counts it", async () => {
  const seed = (i: number, at10 = String(i)) => `step,loss\n0,${i}\n10,${at10}\n20,1\n30,0.${i}\n`;
  const seeds = [1, 2, 3, 4].map((i) => seed(i));
  const { markdown, svg } = await reported({ n: [...seeds, seed(5, "NaN")] }, "--metric", "loss");
  match(markdown, /a: 1 of 5 seeds without a finite value at 10\.\]\(n\.svg\)/);
  ok(!svg!.includes("NaN"));
  match(svg!, /<polyline[^>]*stroke="#1f77b4"/);
  const broken = seed(5, "NaN").replace("20,1", "20,NaN");
  const more = await reported({ n: [...seeds, broken] }, "--metric", "loss");
  match(more.markdown, /a: 1 of 5 seeds without a finite value at 10 … 20 \(2 places\)\./);
  // Where nothing is finite there is no chart, and the page says why.
  const none = await reported({ n: ["step,loss\n0,NaN\n10,NaN\n"] }, "--metric", "loss");
  match(
    none.markdown,
    /^No curve of loss can be drawn: a: 1 of 1 seed without a finite value at 0 … 10/m,
  );
  strictEqual(none.svg, undefined);
});

Deno.test("a report's chart goes along what all of its runs count", () =>
  inFolder(async (folder) => {
    const chartOf = async (counts: readonly (readonly [name: string, count?: string])[]) => {
      const paths = counts.map(([name, count]) => {
        const entries = [1, 2, 3].map((i) => ({
          metrics: { loss: i },
          ...count !== undefined && { [count]: 100 * i },
        }));
        const text = [{ run: { name } }, ...entries].map((each) => JSON.stringify(each)).join("\n");
        Deno.writeTextFileSync(`${folder}/${name}.jsonl`, text);
        return `${folder}/${name}.jsonl`;
      });
      strictEqual((await typedIn(folder, ["import", ...paths])).code, 0);
      const names = counts.map(([name]) => name);
      const { out } = await typedIn(folder, [
        ...["report", ...names, "--metric", "loss", "--out", "pages", "--force"],
      ]);
      const svg = Deno.readTextFileSync(out.split("\n").find((path) => path.endsWith(".svg"))!);
      return /(environment steps|updates|iterations|examples)</.exec(svg)?.[1];
    };
    // Of a loop that counts nothing the steps would all be 0.
    strictEqual(await chartOf([["loop"]]), "iterations");
    strictEqual(await chartOf([["first", "examples"], ["second", "examples"]]), "examples");
    strictEqual(await chartOf([["third", "examples"], ["fourth", "gradientSteps"]]), "iterations");
  }));

Deno.test("a chart of many groups draws the first eight, and says so", async () => {
  const files = Object.fromEntries(
    Array.from({ length: 9 }, (_, i) => [`n${i}`, [`step,loss\n0,1\n10,${i}\n`]]),
  );
  const { markdown } = await reported(files, "--metric", "loss");
  match(markdown, /^!\[loss along training of the first 8 of 9 groups: the interquartile mean/m);
});

Deno.test("a report says which seeds have no figure, and draws the others", async () => {
  const whole = "step,eval_return,loss\n0,1,3\n10,2,3\n";
  const files = { q: [whole, whole.replaceAll(",3", ",4"), "step,loss\n0,1\n10,2\n"] };
  const { markdown, svg } = await reported(files, "--metric", "eval_return");
  match(
    markdown,
    /^\| a \| q \| 2 of 3, 1 without a figure \| eval return \| none \| none \| none \|$/m,
  );
  match(markdown, /^\| a \| 3 \| none \| /m);
  match(markdown, /^1 of 3 runs has no eval\\_return: q seed 3$/m);
  match(markdown, /a: 1 of 3 seeds without eval return\.\]/);
  match(svg!, /<polyline[^>]*stroke="#1f77b4"/);
  const unnamed = await reported(files);
  match(
    unnamed.markdown,
    /q has no headline figure: compare by --metric NAME; it has: eval\\_return, loss/,
  );
});

Deno.test("a report says of all runs what computed them, and whose each version is", () =>
  inFolder(async (folder) => {
    const store = openStore(`${folder}/runs`);
    const add = (name: string, seed: number, more: Partial<Run["manifest"]> = {}) => {
      const manifest = { ...manifestOf(name), ...more };
      const determined = { ...manifest.determined, seed: String(seed) };
      const run = store.createRun({
        ...{ name, tags: [], note: "", manifest: { ...manifest, determined } },
      });
      for (const at of [1, 2]) store.append(run.id, [pointAt("evaluation/return_mean", at, at)]);
      store.update(run.id, { status: "completed", digest: "d" });
    };
    const { code, machine } = manifestOf("one");
    const clean = { ...code, revision: "abc", dirty: false };
    add("one", 1, { code: clean, versions: { deno: "2.9.6" } });
    add("one", 2, {
      code: { ...clean, dirty: true, hash: "1234567" },
      versions: { deno: "2.9.6" },
    });
    add("two", 1, {
      ...{ code: clean, versions: { deno: "2.9.7", tfjs: "4" } },
      machine: { ...machine, os: "darwin", cores: 64 },
    });
    store.close();
    Deno.writeTextFileSync(`${folder}/log.csv`, "step,reward\n1,2\n2,3\n");
    strictEqual((await typedIn(folder, ["import", `${folder}/log.csv`, "--name", "log"])).code, 0);
    const rowsOf = async (...names: string[]) => {
      const { error } = await typedIn(folder, ["report", ...names, "--out", "pages"]);
      strictEqual(error, "");
      const page = await Deno.readTextFile(`${folder}/pages/${names.join("-")}.md`);
      const rows = page.slice(page.indexOf("| computed by |")).split("\n\n")[0].split("\n").slice(
        2,
      );
      return rows.map((row) => row.slice(2, -2).split(" | "));
    };
    const { backend } = manifestOf("one").determined;
    const machineOf = (name: string, os = machine.os, cores = machine.cores) =>
      `${os}, ${cores} cores (${name})`;
    deepStrictEqual(await rowsOf("one", "two"), [
      ["backend", backend],
      ["code", "abc (a, b); abc, changed, sources 123456 (a)"],
      ["deno", "2.9.6 (a); 2.9.7 (b)"],
      ["machine", `${machineOf("a")}; ${machineOf("b", "darwin", 64)}`],
      ["tfjs", "4 (b)"],
    ]);
    // Of what another program computed the lab knows nothing but by what it was stored.
    const [[part, by], ...others] = await rowsOf("log");
    deepStrictEqual([part, others], ["program", []]);
    match(by, /^logged by another program; stored with /);
    ok(
      (await rowsOf("log", "two")).some(([part, by]) =>
        part === "backend" && by === `${backend} (b)`
      ),
    );
  }));

Deno.test("text stays text, in HTML and in Markdown", () => {
  const text = '<script>alert("1")</script> *a* | [b](c)';
  const blocks = [
    { kind: "title", text },
    { kind: "table", head: [text], rows: [[text]] },
    { kind: "code", lines: [text, "```"] },
  ] as const;
  const picture = { mediaType: "image/png", bytes: new Uint8Array(1), file: "a.png", text };
  const html = htmlOf([
    ...blocks,
    { kind: "table", head: ["", "a"], rows: [["b", "c"]] },
    { kind: "figure", svg: "<svg/>", file: "a.svg", text },
    { kind: "pictures", pictures: [picture] },
  ]);
  ok(!html.includes("<script") && html.includes("&lt;script&gt;"));
  // Pictures have names, whatever these hold, and columns without one no head.
  const names = html.match(/ (alt|aria-label)="&lt;script&gt;alert\(&quot;1&quot;\)[^"]*"/g);
  strictEqual(names?.length, 2);
  match(html, /<thead><tr><td><\/td><th scope="col">a<\/th><\/tr>/);
  const markdown = markdownOf(blocks);
  ok(!markdown.split("\n").slice(0, 5).join("\n").includes(" *a* "));
  strictEqual(markdown.match(/(?<!\\)\|/g)?.length, 7); // six of the table, one in code
  strictEqual(markdown.match(/```/g)?.length, 2);
});

Deno.test("report writes one page that needs nothing else, and how to get its runs again", () =>
  inFolder(async (folder) => {
    const typed = (...args: string[]) => typedIn(folder, args);
    const common = ["run", "line-toy", "--seed", "4", "--seeds", "2"];
    await typed(...common);
    await typed(...common, "--set", "agent.rate=0.5", "--set", "agent.sizes=[3,1]");
    await typed("run", "points-toy");
    const { code, out, error } = await typed("report", "line-toy", "--out", "pages");
    strictEqual(code, 0, error);
    const none = await typed("report", "line-toy", "--metric", "losses/toi", "--out", "none");
    deepStrictEqual([none.code, /no series "losses\/toi"/.test(none.error)], [2, true]);
    const pictures = ["a-4", "a-5", "b-4", "b-5"].map((each) => `line-toy-${each}.png`);
    const names = ["line-toy.html", "line-toy.md", "line-toy.svg", ...pictures];
    deepStrictEqual(out.trim().split("\n"), names.map((name) => `${folder}/pages/${name}`));
    const [html, markdown, svg] = names.map((name) =>
      Deno.readTextFileSync(`${folder}/pages/${name}`)
    );
    ok(!/<script|<link|src="(?!data:)|href=|url\(|@import/.test(html));
    const store = openStore(`${folder}/runs`, { readOnly: true });
    const shown = store.runs().find(({ id }) =>
      id === /^\| a \| 5 .* \| (\w{6}) \|/m.exec(markdown)![1]
    );
    const newest = store.artifacts(shown!.id).findLast(({ mediaType }) =>
      mediaType === "image/png"
    );
    store.close();
    strictEqual(sha256(Deno.readFileSync(`${folder}/pages/${pictures[1]}`)), newest!.hash);
    ok(markdown.includes(`](${pictures[1]})`));
    ok(html.includes(svg) && markdown.includes("](line-toy.svg)"));
    match(html, /<h1>line-toy<\/h1>[^]*A toy\.[^]*Result[^]*Set-up[^]*Every seed[^]*Again/);
    match(markdown, /^\| agent\.rate \| 0\.25 \| 0\.5 \|$/m);
    match(markdown, /^\| [ab] \| 5 \| [\d.-]+ \| \w{6} \| completed \|/m);
    const lines = markdown.split("\n").filter((line) => line.startsWith("deno task"));
    const run = "deno task -q experiment run line-toy";
    deepStrictEqual(lines.slice(0, 2), [
      `${run} --seed 4 --seeds 2`,
      `${run} --set agent.rate=0.5 --set agent.sizes='[3,1]' --seed 4 --seeds 2`,
    ]);
    // What the page says to type trains the same.
    const id = /reproduce (\w+)/.exec(lines[2])![1];
    strictEqual((await typed("reproduce", id)).code, 0);

    // Seeds that are no row are a line each.
    const more = openStore(`${folder}/runs`);
    const { name, manifest, tags, note } = more.find(id);
    for (const seed of ["7", "9"]) {
      const determined = { ...manifest.determined, seed };
      const made = more.createRun({ name, manifest: { ...manifest, determined }, tags, note });
      more.append(made.id, [pointAt("evaluation/return_mean", 1, 1)]);
      more.update(made.id, { status: "completed", digest: "d" });
    }
    more.close();
    const apart = await typed("report", "line-toy", "--where", "seed>6", "--out", "apart");
    strictEqual(apart.code, 0, apart.error);
    const path = apart.out.trim().split("\n").find((each) => each.endsWith(".md"))!;
    const single = Deno.readTextFileSync(path).split("\n").filter((line) => line.startsWith(run));
    deepStrictEqual(single.map((line) => line.slice(line.indexOf(" --seed"))).sort(), [
      ...[" --seed 7", " --seed 9"],
    ]);

    const again = await typed("report", "line-toy", "--out", "pages");
    deepStrictEqual([again.code, again.error.includes("there is such a file")], [2, true]);
    const wrong: [string[], RegExp][] = [
      [[], /a NAME or --where is needed/],
      [["line-toi"], /no stored experiment "line-toi" \(did you mean "line-toy"\?\)/],
      [["line-toy", "--where", "seed=99"], /no run matches seed=99/],
      [["line-toy", "--against", "b"], /no group "b"/],
    ];
    for (const [args, reason] of wrong) {
      const { code, error } = await typed("report", ...args, "--out", "others");
      strictEqual(code, 2);
      match(error, reason);
      strictEqual(error.trim().split("\n").length, 1);
    }
  }));

Deno.test("the lines of a report train the same again, or reproduce it where none can", () =>
  inFolder(async (folder) => {
    const typed = (...args: string[]) => typedIn(folder, [...args, "--store", "lab runs"]);
    const runsOf = () => {
      const store = openStore(`${folder}/lab runs`, { readOnly: true });
      const runs = store.runs();
      store.close();
      return runs;
    };
    const last = String(2n ** 128n - 1n);
    strictEqual((await typed("run", "line-toy", "--seed", last)).code, 0);
    const [first] = runsOf();
    await typed("run", "line-toy", "--backend", "wasm-strict", "--from", first.id);
    await typed("run", "line-toy", "--seed", "5");
    const [{ id: extended }] = runsOf();
    const longer = String(2 * Number(first.manifest.determined.configuration.budget));
    strictEqual((await typed("resume", extended, "--budget", longer)).code, 0);
    Deno.writeTextFileSync(`${folder}/line-toy.csv`, "step,reward\n1,2\n2,3\n");
    strictEqual((await typed("import", `${folder}/line-toy.csv`)).code, 0);

    await typed("report", "line-toy", "--out", "pages");
    const page = Deno.readTextFileSync(`${folder}/pages/line-toy.md`);
    const lines = page.split("\n").filter((line) => line.startsWith("deno task"));
    const at = "--store 'lab runs'";
    const program = "deno task -q experiment";
    const trained = runsOf().filter(({ manifest }) => manifest.determined.backend !== "logged");
    deepStrictEqual(
      lines.toSorted(),
      [
        `${program} run line-toy --seed ${last} --seeds 1 ${at}`,
        `${program} run line-toy --backend wasm-strict --from ${first.id} --seed 1 --seeds 1 ${at}`,
        ...trained.map(({ id }) => `${program} reproduce ${id} ${at}`),
      ].toSorted(),
    );
    for (const line of lines) {
      const words = line.replace(program, "").replace(at, "").trim().split(" ");
      const { code, error } = await typed(...words);
      strictEqual(code, 0, `${line}: ${error}`);
    }
    const digests = (runs: readonly Run[]) => runs.map(({ digest }) => digest);
    const again = runsOf().slice(0, 2);
    ok(again.every(({ digest }) => digests(trained).includes(digest)));
    strictEqual(new Set(digests(again)).size, 2);
  }));

Deno.test("a report says which file must lie where it was, and proposes no line that needs it", () =>
  inFolder(async (folder) => {
    const typed = (...args: string[]) => typedIn(folder, [...args, "--store", "runs"]);
    await typed("run", "line-toy", "--seed", "1");
    const store = openStore(`${folder}/runs`);
    const [{ name, manifest, tags, note }] = store.runs();
    const { determined } = manifest;
    const agent = { ...determined.configuration.agent as object, own: true };
    const lost = store.createRun({
      ...{ name, tags, note },
      manifest: {
        ...{ ...manifest, definition: { module: "/nowhere/own.ts", hash: "1" } },
        determined: { ...determined, configuration: { ...determined.configuration, agent } },
      },
    });
    store.append(lost.id, [pointAt("evaluation/return_mean", 1, 1)]);
    store.update(lost.id, { status: "completed", digest: "d" });
    store.close();
    const said = "o train runs of /nowhere/own.ts, it must lie where it was";
    for (const [where, lines, told] of [["seed=1", 2, `; t${said}`], ["agent.own=true", 0, "T"]]) {
      const out = `pages ${lines}`;
      const { code, error } = await typed(
        "report",
        "line-toy",
        "--where",
        `${where}`,
        "--out",
        out,
      );
      strictEqual(code, 0, error);
      const page = Deno.readTextFileSync(`${folder}/${out}/line-toy.md`);
      ok(page.includes(told === "T" ? `T${said}.` : `${told}.`), page);
      strictEqual(page.split("\n").filter((line) => line.startsWith("deno task")).length, lines);
      ok(!page.includes(`reproduce ${lost.id}`));
    }
  }));

Deno.test("a report's line says what other fields have their defaults from, and what was taken back", () =>
  inFolder(async (folder) => {
    const typed = (...args: string[]) => typedIn(folder, [...args, "--store", "runs"], every);
    const set = (...fields: string[]) => fields.flatMap((field) => ["--set", field]);
    // PPO anneals its learning rate, A2C does not unless it is asked to.
    const other = set("agent.name=a2c", "agent.annealLearningRate=true", "evaluation.every=1000");
    const quick = ["run", "cartpole-ppo-quick", "--budget", "400", "--seed", "1"];
    const stop = set("stop.atLeast=default", "stop.atMost=3", "stop.metric=evaluation/length_mean");
    for (const asked of [other, stop]) {
      const { code, error } = await typed(...quick, ...asked, "--name", "mine");
      strictEqual(code, 0, error);
    }
    await typed("report", "mine", "--out", "pages");
    const page = Deno.readTextFileSync(`${folder}/pages/mine.md`);
    const lines = page.split("\n").filter((line) => / run cartpole-ppo-quick /.test(line));
    strictEqual(lines.length, 2, page);
    const configurations = () => {
      const store = openStore(`${folder}/runs`, { readOnly: true });
      const all = store.runs().map(({ manifest }) => manifest.determined.configuration);
      store.close();
      return all.map((each) => JSON.stringify(each));
    };
    const before = configurations();
    for (const line of lines) {
      const words = line.replace("deno task -q experiment", "").replace("--store runs", "").trim()
        .split(" ");
      const { code, error } = await typed(...words);
      strictEqual(code, 0, `${line}: ${error}`);
    }
    deepStrictEqual(configurations().slice(0, 2).sort(), before.toSorted());
  }));

Deno.test("a report has a film of each agent, by its first seed", () =>
  inFolder(async (folder) => {
    const typed = (line: string) => typedIn(folder, line.split(" "), every);
    await typed("run cliffwalking-value-iteration --seed 7 --seeds 2");
    const { of } = Policies.prototype;
    const asked: unknown[] = [];
    Policies.prototype.of = function (run, ...rest) {
      asked.push([run.manifest.determined.seed, ...rest]);
      return of.call(this, run, ...rest);
    };
    const { out, error } = await typed("report cliffwalking-value-iteration --out pages")
      .finally(() => Policies.prototype.of = of);
    deepStrictEqual(asked, [["7", "final"]]);
    strictEqual(error, "");
    const [html, markdown, gif, ...others] = out.trim().split("\n");
    deepStrictEqual(others, []);
    ok(gif.endsWith("-a.gif"));
    match(Deno.readTextFileSync(markdown), /^\| a, seed 7: return -13\.0 after 13 steps \|$/m);
    const [, film] = /src="data:image\/gif;base64,([^"]*)"/.exec(Deno.readTextFileSync(html))!;
    const bytes = Uint8Array.fromBase64(film);
    deepStrictEqual(bytes, Deno.readFileSync(gif));
    // A graphic control extension a frame: where it starts, and each step.
    const frames = bytes.filter((_, i) => bytes[i] === 0x21 && bytes[i + 1] === 0xf9);
    strictEqual(frames.length, 14);
  }));

Deno.test("a report compares equal seeds with one another where that is asked for", () =>
  inFolder(async (folder) => {
    const typed = (...args: string[]) => typedIn(folder, args);
    for (const rate of ["0.25", "0.5"]) {
      await typed("run", "line-toy", "--seeds", "4", "--set", `agent.rate=${rate}`);
    }
    const pages = ["unpaired", "paired"].map(async (name) => {
      const paired = name === "paired" ? ["--paired"] : [];
      await typed("report", "line-toy", ...paired, "--out", name);
      return await Deno.readTextFile(`${folder}/${name}/line-toy.md`);
    });
    const [unpaired, paired] = await Promise.all(pages);
    const test = (page: string) =>
      /^\| a \| b \| \d[^|]* \| ([^|]*) \| ([^|]*) \|$/m.exec(page)!.slice(1);
    ok(test(paired)[1] !== test(unpaired)[1], `${test(paired)} ${test(unpaired)}`);
    deepStrictEqual(
      [paired, unpaired].map((page) => page.includes("equal seeds against one another")),
      [true, false],
    );
  }));

Deno.test("a sweep is told by its trials, and reported by the seeds that chose nothing", () =>
  inFolder(async (folder) => {
    const typed = (...args: string[]) => typedIn(folder, args);
    const space = ["--sweep", "agent.rate=0.25,0.5", "--seeds", "1", "--judge", "2"];
    strictEqual((await typed("run", "line-toy", ...space)).code, 0);
    await typed("report", "--where", "sweep=line-toy-sweep", "--out", "pages");
    const page = await Deno.readTextFile(`${folder}/pages/line-toy.md`);
    match(page, /## Trials\n\n\| trial \| rate \|[^]*\| best \|[^]*on 2 seeds that chose nothing/);
    const seeds = page.slice(page.indexOf("## Every seed"));
    deepStrictEqual([...seeds.matchAll(/^\| a \| (\d+) \|/gm)].map(([, seed]) => seed), [
      "101",
      "102",
    ]);
    strictEqual(seeds.includes("| b |"), false);
    // Of some of its runs these are what is reported.
    const best = Number(/^\| (\d+) \|.*\| best \|/m.exec(page)![1]);
    const conditions = {
      "seed>100": [true, "101", "102"],
      "seed=102": [false, "102"],
      [`trial=${best}`]: [false, "1", "101", "102"],
      [`trial=${1 - best}`]: [false, "1"],
    };
    for (const [where, expected] of Object.entries(conditions)) {
      const found = `sweep=line-toy-sweep and ${where}`;
      const { code, error } = await typed("report", "--where", found, "--out", "p", "--force");
      strictEqual(code, 0, error);
      const some = await Deno.readTextFile(`${folder}/p/line-toy.md`);
      const rows = some.slice(some.indexOf("## Every seed")).matchAll(/^\| a \| (\d+) \|/gm);
      const reported = [...rows].map(([, seed]) => seed);
      deepStrictEqual([some.includes("## Trials"), ...reported], expected, where);
    }
  }));
