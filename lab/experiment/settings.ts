/**
 * Settings as they are typed: paths of fields, and their values as text.
 *
 * @module
 */
import { InputError } from "../core/errors.ts";
import type { Json } from "../core/snapshot.ts";
import { type Field, parseValue } from "./fields.ts";
import { hintFor } from "./other_names.ts";

/**
 * The values of settings, by path; undefined where a field is to be left out (`default`).
 *
 * @param owner What has the fields, by the name under which `describe` knows it.
 * @param lack What is said of it where it has no such field.
 * @throws InputError for a path that is none of a field, with the nearest one, and for a value that the
 *   field does not take.
 */
export function parsedSettings(
  settings: Iterable<readonly [path: string, text: string]>,
  fields: readonly Field[],
  { owner, lack }: Readonly<Record<"owner" | "lack", string>>,
): Map<string, Json | undefined> {
  const byPath = new Map(fields.map((field) => [field.path, field]));
  return new Map(
    Array.from(settings, ([path, text]) => {
      const field = byPath.get(path);
      if (field !== undefined) return [path, parseValue(text, field)];
      throw new InputError(
        `Cannot set ${path} as ${lack}${hintFor(path, fields)}: see \`describe ${owner}\``,
      );
    }),
  );
}
