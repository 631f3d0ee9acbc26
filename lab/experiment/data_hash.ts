/**
 * What tells one data set from another: a hash of all that a model sees of it.
 *
 * @module
 */
import { classNamesOf, type Dataset, type Split } from "../core/dataset.ts";
import { sha256 } from "../core/sha256.ts";

/**
 * SHA-256 of a data set's shape, the names of its classes and its examples; of those that are read while
 * a model learns, their number and the ones that memory holds.
 */
export async function hashOfData(dataset: Dataset): Promise<string> {
  const { shape, train, validation, test } = dataset;
  const splits = await Promise.all([train, validation, test].map(partsOf));
  const parts = JSON.stringify([shape, classNamesOf(dataset), splits]);
  return sha256(new TextEncoder().encode(parts));
}

async function partsOf({ count, values, labels, factors, partners }: Split) {
  const columns = [values, labels, factors, partners].map((column) =>
    column === undefined ? null : digestOf(column)
  );
  return [count, ...await Promise.all(columns)];
}

async function digestOf(column: Float32Array | Uint8Array): Promise<string> {
  const { buffer, byteOffset, byteLength } = column;
  const bytes = new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
