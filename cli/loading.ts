/**
 * Imports of users' files by the thread that runs a command, which can say nothing meanwhile.
 *
 * @module
 */
import { isFile } from "../lab/experiment/load.ts";
import type { Io } from "./terminal/io.ts";

/** What the thread of such a command says: its exit code, or which file it imports. */
export type FromGuest = { readonly code: number } | { readonly loading: string | undefined };

/** What `load` makes of a reference; where that is a file, who may say that it takes long is told. */
export async function loading<T>(io: Io, reference: string, load: () => Promise<T>): Promise<T> {
  using _told = isFile(reference) ? io.loading?.(reference) : undefined;
  return await load();
}
