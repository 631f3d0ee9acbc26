/**
 * What `--set` means to the one who types it: paths start in the folder that the command is called from,
 * and what a stored run learned may be named by the run.
 *
 * @module
 */
import { callersPath, type Io } from "./terminal/io.ts";

/** Fields and their values, as an experiment takes them. */
export type Settings = readonly (readonly [path: string, value: string])[];

type Reading = (
  path: string,
  value: string,
  io: Io,
  store: string | undefined,
) => Settings | Promise<Settings>;

const file: Reading = (path, value, io) => [[path, callersPath(io, value)]];

/** How the values of fields are read that do not stand as they are typed. */
const readings: Readonly<Record<string, Reading>> = {
  "dataset.folder": file,
  "dataset.file": file,
  "dataset.policy": async (path, value, io, store) => {
    if (value === "") return [[path, value]];
    const { policySettings } = await import("./stored_policy.ts");
    return await policySettings(value, store, io);
  },
};

/**
 * The settings as an experiment takes them.
 *
 * @throws InputError where a run that is named has no policy.
 */
export async function callersSettings(
  { set, store }: { readonly set: Settings; readonly store?: string },
  io: Io,
): Promise<Settings> {
  const settings: Settings[number][] = [];
  for (const [path, value] of set) {
    settings.push(...await readings[path]?.(path, value, io, store) ?? [[path, value]]);
  }
  return settings;
}
