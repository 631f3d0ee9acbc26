/**
 * What tells one data set from another: a hash of all that a model sees of it.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { classNamesOf, type Dataset } from "../core/dataset.ts";

/**
 * SHA-256 of a data set's shape, the names of its classes and its examples; of those that are read while
 * a model learns, their number and the ones that memory holds.
 */
export function hashOfData(dataset: Dataset): string {
  const { shape, train, validation, test } = dataset;
  const hash = createHash("sha256");
  hash.update(JSON.stringify([shape, classNamesOf(dataset)]));
  for (const { count, values, labels, factors, partners } of [train, validation, test]) {
    for (const column of [values, labels, factors, partners]) {
      hash.update(JSON.stringify([count, column?.length ?? null]));
      if (column === undefined) continue;
      hash.update(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
    }
  }
  return hash.digest("hex");
}
