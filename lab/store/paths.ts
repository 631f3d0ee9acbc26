/**
 * Where a store's files lie, below its folder.
 *
 * @module
 */
import type { Database, Row } from "./database.ts";

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

/** Paths of the files that a database names, of one run or of all, below the store's folder. */
export function filesNamedBy(database: Database, run?: string): string[] {
  const rows = (sql: string) =>
    run === undefined ? database.all(sql) : database.all(`${sql} WHERE run = ?`, run);
  const checkpoints = rows("SELECT run, record_file, tensor_file FROM checkpoint");
  const artifacts = rows("SELECT DISTINCT hash FROM artifact");
  const paths = [
    ...checkpoints.flatMap((row) => checkpointPaths(String(row.run), [row])),
    ...artifacts.map(({ hash }) => artifactPath(String(hash))),
  ];
  return [...new Set(paths)];
}
