/**
 * The digest of a run: equal digests mean the same numbers, bit for bit.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { encodeCanonicalJson } from "../core/canonical_json.ts";
import { TIMING_PREFIX } from "../core/metrics.ts";
import type { Json } from "../core/snapshot.ts";
import { bytesOf, type NamedTensors } from "../core/tensor_data.ts";
import type { Manifest } from "../store/store.ts";
import { deciding } from "./deciding.ts";

/** A series as the digest sees it. */
export interface DigestSeries {
  readonly name: string;
  readonly iterations: Float64Array;
  readonly values: Float64Array;
}

/**
 * SHA-256 in hexadecimal over the canonical JSON of what determined the run (how often it was
 * checkpointed left out), every series except `timing/…` (ascending by name; iterations, then
 * values, as little-endian float64), and the parameters (ascending by name; shape, type, bytes).
 */
export function digestOf(
  determined: Manifest["determined"],
  series: Iterable<DigestSeries>,
  parameters: NamedTensors,
): string {
  const hash = createHash("sha256");
  const configuration = deciding(determined.configuration);
  hash.update(encodeCanonicalJson({ ...determined, configuration } as Json));
  const visible = [...series].filter(({ name }) => !name.startsWith(TIMING_PREFIX));
  for (const { name, iterations, values } of visible.sort((a, b) => order(a.name, b.name))) {
    hash.update(`\0series\0${name}\0${values.length}\0`);
    hash.update(bytesOf(iterations));
    hash.update(bytesOf(values));
  }
  for (const name of Object.keys(parameters).sort(order)) {
    const { shape, dtype, values } = parameters[name];
    hash.update(`\0tensor\0${name}\0${shape}\0${dtype}\0`);
    hash.update(bytesOf(values));
  }
  return hash.digest("hex");
}

/** By UTF-16 code units: the same everywhere. */
function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
