/**
 * Learning evidence (slow): every row of evidence/rows.ts, measured anew on all its seeds, holds
 * its bar.
 */
import { ok } from "node:assert";
import { measure } from "../../evidence/measure.ts";
import { judgingSeeds } from "../../evidence/row.ts";
import { evidence } from "../../evidence/rows.ts";
import { judged, summaryOf } from "../../evidence/tables.ts";
import { peerOf } from "../../evidence/peers.ts";
import { readReferences } from "../../evidence/references.ts";
import { registries } from "../../registries.ts";
import { temporaryStore } from "../lab/experiment/temporary_store.ts";

const root = decodeURIComponent(new URL("../../", import.meta.url).pathname);

for (const row of evidence) {
  Deno.test(`${row.experiment} holds its bar`, async () => {
    await using temporary = await temporaryStore();
    const entry = registries.experiments.find(({ name }) => name === row.experiment)!;
    const definition = await entry.load();
    const runs = await measure(row, definition, judgingSeeds(row), {
      store: temporary.store,
      registries,
      workers: navigator.hardwareConcurrency,
    });
    const peer = await peerOf(row);
    const references = typeof peer === "string" ? peer : await readReferences(root, row, peer.key);
    const measured = { row, definition, runs, toVerify: false, references };
    ok(judged(measured).reached, summaryOf(measured));
  });
}
