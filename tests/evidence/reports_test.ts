import { match, ok, strictEqual } from "node:assert";
import { fileURLToPath } from "node:url";
import { main as guidanceMain } from "../../evidence/guidance_main.ts";
import { main as resultsMain } from "../../evidence/main.ts";
import { main as referencesMain } from "../../evidence/references_main.ts";
import { index, main as reportsMain } from "../../evidence/reports_main.ts";
import { reports } from "../../evidence/reports.ts";
import { judgingSeeds } from "../../evidence/row.ts";
import { evidence } from "../../evidence/rows.ts";
import { registries } from "../../registries.ts";
import { capturedIo } from "../cli/captured_io.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

Deno.test("the list of reports has every page that is written", async () => {
  strictEqual(await Deno.readTextFile(`${root}docs/reports/README.md`), await index({ root }));
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
  "docs:results": resultsMain,
  "docs:references": referencesMain,
  "docs:reports": reportsMain,
  "docs:guidance": guidanceMain,
};

for (const [name, main] of Object.entries(commands)) {
  Deno.test(`${name} helps with exit code 0 and refuses what it does not know with 2`, async () => {
    for (const word of ["--help", "-h"]) {
      const io = capturedIo({ root: "/nowhere/" });
      strictEqual(await main([word], io), 0);
      match(io.written.out, new RegExp(`^Usage: deno task ${name} `));
      strictEqual(io.written.error, "");
    }
    const io = capturedIo({ root: "/nowhere/" });
    strictEqual(await main(["no-such-name"], io), 2);
    match(io.written.error, /^error: [^\n]+\n$/);
  });
}
