import { ok } from "node:assert";
import { readResults } from "../../evidence/results.ts";
import { experiments } from "../../experiments/mod.ts";
import { median } from "../../lab/statistics/mod.ts";

Deno.test("every experiment says how long a seed takes, near to what docs/results measured", async () => {
  const folder = decodeURIComponent(new URL("../../docs/results", import.meta.url).pathname);
  for (const { name, expectedSeconds: expected } of experiments) {
    ok(expected >= 1, `${name}: ${expected} s`);
    const results = await readResults(folder, name);
    if (results === undefined) continue;
    // What was measured beside other work says nothing.
    const known = results.runs.flatMap(({ seconds }) => seconds ?? []);
    if (known.length === 0) continue;
    const seconds = median(known);
    ok(seconds <= 1.5 * expected, `${name}: ${seconds} s measured, ${expected} s expected`);
    ok(expected <= 3 * seconds + 3, `${name}: ${seconds} s measured, ${expected} s expected`);
  }
});
