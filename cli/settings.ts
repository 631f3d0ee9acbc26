/**
 * What `--set` means to the one who types it: paths start in the folder that the command is called from,
 * and what a stored run learned may be named by the run.
 *
 * @module
 */
import type * as z from "zod";
import { InputError } from "../lab/core/errors.ts";
import type { Json } from "../lab/core/snapshot.ts";
import { callersPath, type Io } from "./terminal/io.ts";

/** Fields and their values, as an experiment takes them. */
export type Settings = readonly (readonly [path: string, value: string])[];

type Reading = (
  path: string,
  value: string,
  io: Io,
  store: string | undefined,
) => Settings | Promise<Settings>;

/** A path, or several of a sweep. */
const file: Reading = (path, value, io) => {
  const whole = callersPath(io, value);
  if (!value.includes(",") || isThere(whole)) return [[path, whole]];
  return [[path, value.split(",").map((each) => callersPath(io, each.trim())).join(",")]];
};

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

/** How the values of fields are read that do not stand as they are typed. */
const readings: ReadonlyMap<string, Reading> = new Map<string, Reading>([
  ["dataset.folder", file],
  ["dataset.file", file],
  // Of a table a column, or an array of its file.
  [
    "dataset.labels",
    (path, value, io) => /\.npy$/i.test(value) ? file(path, value, io, undefined) : [[path, value]],
  ],
  ["dataset.policy", async (path, value, io, store) => {
    if (value === "") return [[path, value]];
    const { policySettings } = await import("./stored_policy.ts");
    return await policySettings(value, store, io);
  }],
]);

/** Whether a field names files of the user's, as `dataset.folder`. */
export function namesFiles(path: string): boolean {
  return readings.has(path);
}

/**
 * The values of settings, by the names of a schema's fields.
 *
 * @param prefix What stands before the names in paths, as `dataset`; "": nothing.
 * @param owner What has the fields, by the name under which `describe` knows it.
 * @param lack What is said of it where it has no such field.
 * @throws InputError for a path that is none of a field, with the nearest one.
 */
export async function valuesOf(
  settings: Settings,
  schema: z.ZodType,
  { prefix, owner, lack }: Readonly<Record<"prefix" | "owner" | "lack", string>>,
): Promise<Record<string, Json>> {
  const { fieldsOf } = await import("../lab/experiment/fields.ts");
  const { parsedSettings } = await import("../lab/experiment/settings.ts");
  const byPath = parsedSettings(settings, fieldsOf(schema, prefix), { owner, lack });
  const before = prefix === "" ? 0 : prefix.length + 1;
  return Object.fromEntries(
    [...byPath].flatMap(([path, value]) =>
      value === undefined ? [] : [[path.slice(before), value]]
    ),
  );
}

/** Settings, or the values that a sweep is to try, with paths as an experiment takes them. */
export function callersPaths(settings: Settings, io: Io): Settings {
  return settings.flatMap(([path, value]) =>
    readings.get(path) === file ? file(path, value, io, undefined) as Settings : [[path, value]]
  );
}

/**
 * The settings as an experiment takes them.
 *
 * @param options.data What `--dataset` says of the same fields.
 * @throws InputError for a field that both say, and where a run that is named has no policy.
 */
export async function callersSettings(
  { set, data = [], store }: {
    readonly set: Settings;
    readonly data?: Settings;
    readonly store?: string;
  },
  io: Io,
): Promise<Settings> {
  const both = set.find(([path]) => data.some(([of]) => of === path));
  if (both !== undefined) {
    throw new InputError(`Cannot set ${both[0]} to ${both[1]} as --dataset says what it is`);
  }
  const settings = [...data];
  for (const [path, value] of set) {
    settings.push(...await readings.get(path)?.(path, value, io, store) ?? [[path, value]]);
  }
  return settings;
}
