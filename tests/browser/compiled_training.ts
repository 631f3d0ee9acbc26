/**
 * A few updates of PPO, compiled: runs in a page as in Deno, and returns the bits.
 *
 * @module
 */
import { ppoStep } from "../../bench/steps/ppo.ts";
import { openWorkspace } from "../../lab/compute/backend.ts";
import type { BackendChoice } from "../../lab/compute/backend_choice.ts";

/** What a page or process computes. */
export interface Trained {
  readonly backend: string;
  /** Whether threads could share its memory. */
  readonly shared: boolean;
  /** FNV-1a over the bits of all parameters and moments. */
  readonly digest: string;
}

/** Trains on a backend. */
export async function train(choice: BackendChoice): Promise<Trained> {
  const { workspace } = await openWorkspace(choice);
  const update = ppoStep.bind(workspace);
  for (let i = 0; i < 20; i++) update();
  let hash = 0x811c9dc5;
  for (const group of ["parameters", "optimizer"]) {
    for (const { values } of Object.values(await workspace.read(group))) {
      for (const byte of new Uint8Array(values.slice().buffer)) {
        hash = Math.imul(hash ^ byte, 0x01000193);
      }
    }
  }
  const digest = (hash >>> 0).toString(16).padStart(8, "0");
  const shared = typeof SharedArrayBuffer !== "undefined";
  const { backend } = workspace;
  workspace.dispose();
  return { backend, shared, digest };
}
