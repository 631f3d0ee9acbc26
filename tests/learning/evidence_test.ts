/**
 * Learning evidence (slow): every row of evidence/rows.ts, measured anew on all its seeds, holds
 * its bar.
 */
import { ok } from "node:assert";
import { measure } from "../../evidence/measure.ts";
import { scoresOf } from "../../evidence/results.ts";
import { verdictOf } from "../../evidence/row.ts";
import { evidence } from "../../evidence/rows.ts";
import { summaryOf } from "../../evidence/tables.ts";
import { registries } from "../../registries.ts";
import { temporaryStore } from "../lab/experiment/temporary_store.ts";

for (const row of evidence) {
  Deno.test(`${row.experiment} holds its bar`, async () => {
    await using temporary = await temporaryStore();
    const entry = registries.experiments.find(({ name }) => name === row.experiment)!;
    const definition = await entry.load();
    const seeds = Array.from({ length: row.seeds }, (_, i) => i + 1);
    const runs = await measure(row, definition, seeds, {
      store: temporary.store,
      registries,
      workers: navigator.hardwareConcurrency,
    });
    const summary = summaryOf({ row, definition, runs });
    console.log(`${summary}; reference: ${row.reference || "none"}`);
    ok(verdictOf(row, scoresOf(runs)).reached, summary);
  });
}
