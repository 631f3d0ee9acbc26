/**
 * `--set dataset.policy=RUN`: what a stored run learned, as the file that a data set of frames is played
 * by.
 *
 * @module
 */
import { join } from "node:path";
import { InputError } from "../lab/core/errors.ts";
import { sha256 } from "../lab/core/sha256.ts";
import { folderOf } from "../lab/store/location.ts";
import { isPostgres } from "../lab/store/scheme.ts";
import { exists, writeWhole } from "./files.ts";
import { openStoreOf } from "./stores.ts";
import { callersPath, type Io } from "./terminal/io.ts";

/** The settings of a data set that is played by a policy. */
type Settings = [path: string, value: string][];

/**
 * The policy file that is named, or that of the run that is: it is written below the store, by its run
 * and content, and stays there. With it goes its hash, by which runs that learned from its frames refuse
 * another one.
 *
 * @param given A file, or a run's id, a unique prefix of it, `latest`.
 * @throws InputError where there is no such run, or it has no policy.
 */
export async function policySettings(
  given: string,
  location: string | undefined,
  io: Io,
): Promise<Settings> {
  const path = callersPath(io, given);
  if (given.endsWith(".safetensors") || await exists(path)) {
    const bytes = await Deno.readFile(path).catch(() => undefined);
    // One that cannot be read is refused by what reads it for the run.
    return bytes === undefined ? [["dataset.policy", path]] : settingsOf(path, sha256(bytes));
  }
  if (isPostgres(location)) {
    throw new InputError(
      `Cannot play by the policy of ${given} as machines that share a store have no folder for it: ` +
        "export --format policy writes a file",
    );
  }
  using opened = await openStoreOf(io, location, { readOnly: true });
  const { store } = opened;
  const run = store.find(given);
  const { Policies } = await import("../web/policies.ts");
  const bytes = await new Policies(store).of(run, "final");
  const hash = sha256(bytes);
  const name = `${run.id}-${hash.slice(0, 12)}.policy.safetensors`;
  const kept = join(folderOf(store.location), "policies", name);
  if (!await exists(kept)) await writeWhole({ path: kept, force: true }, bytes);
  io.notice(`The frames are played by run ${run.id} (${run.name}): ${kept}\n`);
  return settingsOf(kept, hash);
}

function settingsOf(path: string, hash: string): Settings {
  return [["dataset.policy", path], ["dataset.policyHash", hash]];
}
