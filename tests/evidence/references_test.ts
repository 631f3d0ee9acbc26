import { deepStrictEqual, strictEqual } from "node:assert";
import {
  keyOfOrder,
  readReferences,
  referenceFor,
  type References,
  writeReferences,
} from "../../evidence/references.ts";
import type { EvidenceRow } from "../../evidence/row.ts";

const row: EvidenceRow = {
  experiment: "toy",
  page: "",
  seeds: 2,
  reference: { value: 1, source: "they say" },
};

const references = (key: string, scores: readonly (number | null)[]): References => ({
  experiment: "toy",
  peer: "Peer",
  key,
  runs: scores.map((score, i) => ({
    seed: 101 + i,
    score,
    steps: 1,
    seconds: 1,
    versions: {},
    date: "2026-11-20",
  })),
});

Deno.test("a peer's figures count for what it was asked for, of the seeds that judge", async () => {
  const root = `${await Deno.makeTempDir()}/`;
  try {
    const key = keyOfOrder({ gamma: 0.9 });
    strictEqual(await readReferences(root, row, key), undefined);
    await writeReferences(root, references(key, [1, 2, 3]));
    deepStrictEqual((await readReferences(root, row, key))!.runs.map(({ seed }) => seed), [
      101,
      102,
    ]);
    strictEqual(await readReferences(root, row, keyOfOrder({ gamma: 0.99 })), undefined);
    strictEqual(await readReferences(root, row, undefined), undefined);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("what was measured is the reference once every seed is there and none diverged", () => {
  strictEqual(referenceFor(row, undefined), row.reference);
  strictEqual(referenceFor(row, references("", [5])), row.reference);
  strictEqual(referenceFor(row, references("", [5, null])), row.reference);
  deepStrictEqual(referenceFor(row, references("", [5, 7])), {
    value: 6,
    standardError: 1,
    source: "Peer",
  });
});
