/** What tells one data set from another; expected values from WebCrypto over the bytes, written out here. */
import { notStrictEqual, strictEqual } from "node:assert";
import type { Dataset, Split } from "../../../lab/core/dataset.ts";
import { hashOfData } from "../../../lab/experiment/data_hash.ts";

const split = (first: number): Split => ({
  count: 2,
  values: Float32Array.of(first, first + 0.5),
  labels: Uint8Array.of(0, 1),
});
const dataset = (more: Partial<Dataset> = {}): Dataset => ({
  ...{ name: "dots", seed: 1, kind: "points", shape: [1], classes: 2 },
  ...{ train: split(1), validation: split(2), test: split(3), ...more },
});

Deno.test("the hash is SHA-256 of shape, class names and every column behind its length", async () => {
  const bytes: number[] = [];
  const text = (value: unknown) => bytes.push(...new TextEncoder().encode(JSON.stringify(value)));
  text([[1], ["0", "1"]]);
  for (const first of [1, 2, 3]) {
    text([2, 2]);
    const view = new DataView(new ArrayBuffer(8));
    [first, first + 0.5].forEach((value, i) => view.setFloat32(4 * i, value, true));
    bytes.push(...new Uint8Array(view.buffer));
    text([2, 2]);
    bytes.push(0, 1);
    text([2, null]); // no factors
    text([2, null]); // no partners
  }
  const hash = await crypto.subtle.digest("SHA-256", Uint8Array.from(bytes));
  strictEqual(hashOfData(dataset()), new Uint8Array(hash).toHex());
});

Deno.test("all that a model sees of a data set changes its hash, and nothing else does", () => {
  const hash = hashOfData(dataset());
  const train = split(1);
  const reader = { size: 1, binary: false, gather: () => {} };
  const changes: Partial<Dataset>[] = [
    { shape: [1, 1] },
    { classNames: ["a", "b"] },
    { classes: 3 },
    { train: { ...train, count: 3 } },
    { train: { ...train, values: Float32Array.of(1, 1.25) } },
    { train: { ...train, labels: Uint8Array.of(1, 0) } },
    { train: { ...train, labels: undefined } },
    { train: { ...train, factors: Uint8Array.of(0, 1) } },
    { train: { ...train, partners: Float32Array.of(0, 1) } },
    { train: { ...train, reader: { ...reader, digest: "a" } } },
    { train: { ...train, reader: { ...reader, digest: "b" } } },
    { validation: split(2.25) },
    { test: split(3.25) },
    { validation: split(3), test: split(2) },
  ];
  const hashes = changes.map((change) => hashOfData(dataset(change)));
  for (const other of hashes) notStrictEqual(other, hash);
  strictEqual(new Set(hashes).size, changes.length);
  strictEqual(hashOfData(dataset({ name: "others", seed: 2, classNames: ["0", "1"] })), hash);
  // A view of larger memory is what it shows.
  const larger = Float32Array.of(9, 1, 1.5, 9).subarray(1, 3);
  strictEqual(hashOfData(dataset({ train: { ...train, values: larger } })), hash);
});
