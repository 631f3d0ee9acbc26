/**
 * Where a store's files lie, below its folder.
 *
 * @module
 */
import type { Row } from "./database.ts";

/** The folder of artifacts. */
export const ARTIFACTS = "artifacts";
/** The folder of checkpoints, a folder a run, and of runs' journals. */
export const CHECKPOINTS = "checkpoints";
/** Every folder of a store. */
export const STORE_FOLDERS: readonly string[] = [ARTIFACTS, CHECKPOINTS, "locks"];

/** Where the file of a hash lies, below the folder of artifacts. */
export function belowArtifacts(hash: string): string {
  return `${hash.slice(0, 2)}/${hash}`;
}

/** Where the file of a hash lies. */
export function artifactPath(hash: string): string {
  return `${ARTIFACTS}/${belowArtifacts(hash)}`;
}

/** Where the files of a run's checkpoints lie. */
export function checkpointFolder(run: string): string {
  return `${CHECKPOINTS}/${run}`;
}

/** Where the files of checkpoints lie: a checkpoint's tensors before the record that names them. */
export function checkpointPaths(run: string, checkpoints: readonly Row[]): string[] {
  return checkpoints.flatMap(({ record_file, tensor_file }) =>
    [tensor_file, record_file].map((file) => `${checkpointFolder(run)}/${file}`)
  );
}
