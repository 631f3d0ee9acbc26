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
import { pointAt } from "../lab/store/fixtures.ts";
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
  });
  deepStrictEqual(curveOf([series([], []), seeds[0]], "environmentSteps").x, []);
  deepStrictEqual(curveOf(seeds, "environmentSteps", 20).x, [15, 20]);
});

Deno.test("text stays text, in HTML and in Markdown", () => {
  const text = '<script>alert("1")</script> *a* | [b](c)';
  const blocks = [
    { kind: "title", text },
    { kind: "table", head: [text], rows: [[text]] },
    { kind: "code", lines: [text, "```"] },
  ] as const;
  const html = htmlOf(blocks);
  ok(!html.includes("<script") && html.includes("&lt;script&gt;"));
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
  }));
