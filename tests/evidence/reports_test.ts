import { ok, strictEqual } from "node:assert";
import { fileURLToPath } from "node:url";
import { index } from "../../evidence/reports_main.ts";
import { reports } from "../../evidence/reports.ts";
import { judgingSeeds } from "../../evidence/row.ts";
import { evidence } from "../../evidence/rows.ts";
import { registries } from "../../registries.ts";

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
