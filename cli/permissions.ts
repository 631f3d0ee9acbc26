/**
 * What a process of the command line gives up of its task's permissions.
 *
 * @module
 */
import { isAbsolute, relative } from "node:path";

/** Commands that write where they are called from, or whose arguments name where. */
const writers = ["encode", "new", "backup", "sync"];

/** Whether a path is the folder, or lies below it. */
export function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return !way.startsWith("..") && !isAbsolute(way);
}

/**
 * Gives up writing into the caller's folder, which a task gives, where nothing on the command line names a
 * place there: the command then writes the default store alone. In `/tmp` it stays, as Deno takes back
 * no less than what was given. Without a task it stays too: the folder may be all that was given.
 *
 * @param args The command line.
 * @param place.folder The caller's folder.
 * @param place.store The default store, which the task gives by itself.
 */
export function giveUpFolder(
  args: readonly string[],
  { folder, store }: { readonly folder: string; readonly store: string },
): void {
  const byTask = Deno.permissions.querySync({ name: "env", variable: "INIT_CWD" }).state ===
      "granted" && Deno.env.has("INIT_CWD");
  const names = writers.includes(args[0]) || args.some((arg) => /^--(out|store)(=|$)/.test(arg));
  if (!byTask || names || isWithin(folder, "/tmp") || isWithin(folder, store)) return;
  // Deno takes a folder with commas for several.
  for (const path of folder.split(",")) {
    if (!isWithin(path, "/tmp")) Deno.permissions.revokeSync({ name: "write", path });
  }
}
