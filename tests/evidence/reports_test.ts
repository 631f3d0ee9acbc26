import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { fileURLToPath } from "node:url";
import { main as baselinesMain } from "../../evidence/baselines.ts";
import { main as judgesMain } from "../../evidence/judges.ts";
import { main as resultsMain } from "../../evidence/main.ts";
import { main as referencesMain } from "../../evidence/references_main.ts";
import { keyOfLines, keyOfRuns } from "../../evidence/report_keys.ts";
import { index, main as reportsMain, train } from "../../evidence/reports_main.ts";
import { reports } from "../../evidence/reports.ts";
import { main as samplingMain } from "../../evidence/sampling_main.ts";
import { judgingSeeds } from "../../evidence/row.ts";
import { evidence } from "../../evidence/rows.ts";
import { main as commandLine } from "../../cli/main.ts";
import { openStoreOf } from "../../cli/stores.ts";
import { registries } from "../../registries.ts";
import { capturedIo } from "../cli/captured_io.ts";
import { inFolder } from "../cli/folder.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

Deno.test("the list of reports has every page that is written, and says which are behind their lines", async () => {
  strictEqual(await Deno.readTextFile(`${root}docs/reports/README.md`), await index({ root }));
});

Deno.test("the key of a report's lines is that of the runs they train, and another where a field is", async () => {
  const line = (rest: string) => `windy-q-learning windy-sarsa --seeds 2 --budget 200${rest}`;
  const set = line(" --set agent.learningRate=3e-1");
  const swept = line(" --sweep agent.learningRate=0.1,0.2").replace(" windy-sarsa", "");
  const keys: string[] = [];
  for (const trained of [set, swept]) {
    const folder = await Deno.makeTempDir();
    const io = capturedIo({ root });
    try {
      const words = ["run", ...trained.split(" "), "--store", folder];
      strictEqual(await commandLine(words, io), 0, io.written.error);
      using opened = await openStoreOf(io, folder, { readOnly: true });
      const report = { runs: [trained] };
      keys.push(await keyOfLines(report));
      const stored = opened.store.runs();
      strictEqual(keyOfRuns(report, stored), keys.at(-1));
      if (trained === swept) continue;
      // A seed that is missing, or has not ended, is no part of a whole report.
      const [first, ...others] = stored;
      ok(keyOfRuns(report, others) !== keys.at(-1));
      const interrupted = { ...first, status: "interrupted" } as const;
      ok(keyOfRuns(report, [interrupted, ...others]) !== keys.at(-1));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }
  strictEqual(await keyOfLines({ runs: [set.replace("3e-1", "0.30")] }), keys[0]);
  keys.push(await keyOfLines({ runs: [line("")] }), await keyOfLines({ runs: [set, line("")] }));
  strictEqual(new Set(keys).size, keys.length);
});

Deno.test("a report goes on where a person stopped it, and is refused where its lines are others", () =>
  inFolder(async (folder) => {
    const io = capturedIo({ root: `${folder}/`, cores: 1 });
    const line = (name: string) => `${name} --seeds 2 --budget 200`;
    const report = {
      ...{ name: "small", title: "", question: "" },
      runs: [line("windy-q-learning"), line("windy-sarsa")],
    };
    const interrupted = {
      ...io,
      notice: (text: string) => {
        io.notice(text);
        if (text.includes("✓")) io.interrupt();
      },
    };
    strictEqual(await train(report, interrupted), 130);
    strictEqual(await train(report, io), 0);
    const seeds = async () => {
      using opened = await openStoreOf(io, `${folder}/runs/reports/small`, { readOnly: true });
      return opened.store.runs().map(({ name, manifest }) => `${name} ${manifest.determined.seed}`);
    };
    const all = ["windy-q-learning 1", "windy-q-learning 2", "windy-sarsa 1", "windy-sarsa 2"];
    deepStrictEqual((await seeds()).sort(), all);
    strictEqual(await train(report, io), 0);
    strictEqual((await seeds()).length, all.length);
    const other = { ...report, runs: [report.runs[0], line("windy-expected-sarsa")] };
    await rejects(
      train(other, io),
      /^InputError: Cannot write small as its store must hold the runs of its lines alone: delete /,
    );
  }));

for (const { name, runs } of reports) {
  Deno.test(`${name} trains known experiments on seeds that nothing was tuned on`, () => {
    const known = new Set(registries.experiments.map((entry) => entry.name));
    const first = Math.min(...evidence.flatMap((row) => judgingSeeds(row)));
    for (const line of runs) {
      const words = line.slice(0, line.indexOf(" --")).split(" ");
      for (const word of words) ok(known.has(word), `no experiment ${word}`);
      // A sweep tunes, and is judged by the lab's rule.
      const seed = Number(/--seed (\d+)/.exec(line)?.[1] ?? 0);
      ok(seed >= first || line.includes("--sweep"), line);
    }
  });
}

const commands = {
  "docs:baselines": baselinesMain,
  "docs:results": resultsMain,
  "docs:references": referencesMain,
  "docs:reports": reportsMain,
  "docs:sampling": samplingMain,
  judges: judgesMain,
};

for (const [name, main] of Object.entries(commands)) {
  Deno.test(`${name} helps with exit code 0 and refuses what it does not know with 2`, async () => {
    for (const word of ["--help", "-h"]) {
      const io = capturedIo({ root: "/nowhere/" });
      strictEqual(await main([word], io), 0);
      match(io.written.out, new RegExp(`^Usage: deno task ${name}\\b`));
      strictEqual(io.written.error, "");
    }
    const io = capturedIo({ root: "/nowhere/" });
    strictEqual(await main(["no-such-name"], io), 2);
    match(io.written.error, /^error: [^\n]+\n$/);
  });
}
