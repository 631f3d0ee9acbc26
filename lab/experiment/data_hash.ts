/**
 * What tells one data set from another: a hash of all that a model sees of it.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { classNamesOf, type Dataset } from "../core/dataset.ts";
import { bytesOf } from "../core/tensor_data.ts";

/**
 * SHA-256 of a data set's shape, the names of its classes and its examples; of those that are read while
 * a model learns, their number, the ones that memory holds, and the digest of all of them.
 */
export function hashOfData(dataset: Dataset): string {
  const { shape, train, validation, test } = dataset;
  const hash = createHash("sha256");
  hash.update(JSON.stringify([shape, classNamesOf(dataset)]));
  for (const { count, values, reader, labels, factors, partners } of [train, validation, test]) {
    for (const column of [values, labels, factors, partners]) {
      hash.update(JSON.stringify([count, column?.length ?? null]));
      if (column === undefined) continue;
      hash.update(bytesOf(column));
    }
    if (reader?.digest !== undefined) hash.update(reader.digest);
  }
  return hash.digest("hex");
}
