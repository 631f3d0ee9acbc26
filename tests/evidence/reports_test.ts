import { match, ok, strictEqual } from "node:assert";
import { fileURLToPath } from "node:url";
import { main as baselinesMain } from "../../evidence/baselines.ts";
import { main as judgesMain } from "../../evidence/judges.ts";
import { main as resultsMain } from "../../evidence/main.ts";
import { main as referencesMain } from "../../evidence/references_main.ts";
import { keyOfLines, keyOfRuns } from "../../evidence/report_keys.ts";
import { index, main as reportsMain } from "../../evidence/reports_main.ts";
import { reports } from "../../evidence/reports.ts";
import { main as samplingMain } from "../../evidence/sampling_main.ts";
import { judgingSeeds } from "../../evidence/row.ts";
import { evidence } from "../../evidence/rows.ts";
import { main as commandLine } from "../../cli/main.ts";
import { openStoreOf } from "../../cli/stores.ts";
import { registries } from "../../registries.ts";
import { capturedIo } from "../cli/captured_io.ts";

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
      strictEqual(keyOfRuns(report, opened.store.runs()), keys.at(-1));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }
  strictEqual(await keyOfLines({ runs: [set.replace("3e-1", "0.30")] }), keys[0]);
  keys.push(await keyOfLines({ runs: [line("")] }), await keyOfLines({ runs: [set, line("")] }));
  strictEqual(new Set(keys).size, keys.length);
});

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
