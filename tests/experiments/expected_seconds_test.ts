import { ok } from "node:assert";
import { meanSeconds, readResults } from "../../evidence/results.ts";
import { experiments } from "../../experiments/mod.ts";

Deno.test("every experiment says how long a seed takes, near to what docs/results measured", async () => {
  const folder = decodeURIComponent(new URL("../../docs/results", import.meta.url).pathname);
  let measured = 0;
  for (const { name, expectedSeconds: expected } of experiments) {
    ok(expected >= 1, `${name}: ${expected} s`);
    const results = await readResults(folder, name);
    if (results === undefined) continue;
    // What was measured beside other work says nothing.
    const seconds = meanSeconds(results.runs);
    if (seconds === undefined) continue;
    measured++;
    ok(seconds <= 1.5 * expected, `${name}: ${seconds} s measured, ${expected} s expected`);
    ok(expected <= 3 * seconds + 3, `${name}: ${seconds} s measured, ${expected} s expected`);
  }
  ok(measured > 30, `${measured} experiments that were measured`);
});
