/**
 * What the names of files say of the runs in them.
 *
 * @module
 */
import { basename, dirname, normalize } from "node:path/posix";
import { printable } from "../../core/printable.ts";

/** Stands for the event files of a folder where a run is made of several. */
export const EVENT_FILES = "*tfevents*";
/** Stands for the monitor files of a folder where a run is made of several. */
export const MONITOR_FILES = "*.monitor.csv";

/** Whether a file is one of TensorBoard's events, by its name. */
export function isEventFile(path: string): boolean {
  return basename(path).includes("tfevents");
}

/**
 * Whether a file is the monitor file of one of the environments that Stable-Baselines3's `make_vec_env`
 * makes for a training, by its name.
 */
export function isMonitorFile(path: string): boolean {
  return /^(\d+|\*)\.monitor\.csv$/.test(basename(path));
}

/** Whether a program calls all of its files so, which leaves it to their folders to tell trainings apart. */
function isOneOfFolder(path: string): boolean {
  return isEventFile(path) || isMonitorFile(path) ||
    /^(progress|monitor|evaluations)(\.(csv|json|txt|npz))?$/i.test(basename(path));
}

/** A file's name without folders and end; its folder's where a program calls all of its files so. */
export function runName(path: string): string {
  const folder = basename(dirname(path)).replace(/^\.$/, "");
  if (isEventFile(path)) return printable(folder) || "tensorboard";
  const own = basename(path).replace(/(\.monitor)?\.(csv|json|txt|npz)$/i, "");
  const isCommon = isOneOfFolder(path) || /^\d*$/.test(own);
  return printable(isCommon && folder !== "" ? folder : own) || "imported";
}

/** A file as it was named in an import. */
export interface Named {
  /** As it was typed. */
  readonly name: string;
  /** Where it lies. Left out: the name says it. */
  readonly path?: string;
}

/**
 * Whether two files of a folder hold one training's, of which the earlier one is known as it was typed,
 * wherever that was.
 *
 * @param folder What the earlier one's folder is called where it was typed without.
 */
export function isBeside({ name, path = name }: Named, earlier: string, folder: string): boolean {
  if (![name, earlier].every(isOneOfFolder) || basename(name) === basename(earlier)) return false;
  const [own, other] = [name, earlier].map((each) => normalize(dirname(each)));
  const end = other.replace(/^(\.\.?(\/|$))+/, "") || folder;
  return own === other || `/${dirname(path)}`.endsWith(end.startsWith("/") ? end : `/${end}`);
}
