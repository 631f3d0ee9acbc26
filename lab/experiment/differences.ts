/**
 * In which fields two configurations differ.
 *
 * @module
 */
import { encodeCanonicalJson } from "../core/canonical_json.ts";
import { isRecord } from "../core/plain.ts";
import type { Json } from "../core/snapshot.ts";

/** A field of which two configurations have other values; undefined: it has none there. */
export interface Difference {
  readonly path: string;
  readonly given?: Json;
  readonly kept?: Json;
}

/** The fields of a configuration that differ from the stored one's, by their paths. */
export function* differences(
  given: Json | undefined,
  kept: Json | undefined,
  path = "",
): Generator<Difference> {
  if (isRecord(given) && isRecord(kept)) {
    for (const name of Object.keys({ ...given, ...kept })) {
      const below = path === "" ? name : `${path}.${name}`;
      yield* differences(given[name] as Json, kept[name] as Json, below);
    }
  } else if (!isEqual(given, kept)) {
    yield { path, given, kept };
  }
}

/** Whether two values are the same in a checkpoint; undefined: it has none. */
export function isEqual(a: Json | undefined, b: Json | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return encodeCanonicalJson(a) === encodeCanonicalJson(b);
}
