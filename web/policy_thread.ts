/**
 * The thread that opens a stored agent, whose code may be a user's own, and makes its policy's file.
 *
 * @module
 */
import { InputError } from "../lab/core/errors.ts";
import { joinThread } from "../lab/core/thread.ts";
import { lineOf } from "../lab/experiment/error_lines.ts";
import { policyOf } from "../lab/experiment/inspect.ts";
import { openStore } from "../lab/store/sqlite_store.ts";
import { registries } from "../registries.ts";
import type { StoredCheckpoint } from "../lab/store/store.ts";
import type { KeptPolicy } from "./contents.ts";

/** Which policy of which store is wanted. */
export interface Wanted {
  readonly store: string;
  readonly run: string;
  readonly checkpoint: KeptPolicy["kind"] | StoredCheckpoint;
}

/** The file, or why there is none. */
export type Made =
  | { readonly file: Uint8Array<ArrayBuffer> }
  | { readonly failed: string; readonly input: boolean };

const post = joinThread<Wanted, Made>(async ({ store: location, run, checkpoint }) => {
  const store = openStore(location, { readOnly: true });
  try {
    post({ file: await policyOf(store.find(run), { store, registries, checkpoint }) });
  } catch (error) {
    post({ failed: lineOf(error), input: error instanceof InputError });
  } finally {
    store.close();
  }
});
