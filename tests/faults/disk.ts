/** Processes on a disk that fails: see failing_disk.c. */
import { fileURLToPath } from "node:url";

/** What became of a store after one fault. */
export interface Outcome {
  readonly fault: string;
  /** Operations of a run that meets none. */
  readonly of: number;
  /** The error that ended the run; empty where nothing did. */
  readonly failed: string;
  readonly status: string | null;
  /** Whether it resumed to the digest of a run that met no fault; null where none was stored. */
  readonly same: boolean | null;
  /** What `verify` found. */
  readonly damaged: readonly unknown[];
}

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** The compiled library; undefined where there is no compiler, or no Linux. */
export const compiledDisk: string | undefined = compile();

function compile(): string | undefined {
  if (Deno.build.os !== "linux") return undefined;
  const library = `${Deno.makeTempDirSync()}/failing_disk.so`;
  try {
    const args = ["-shared", "-fPIC", "-O1", "-o", library, here("failing_disk.c"), "-ldl"];
    const { success, stderr } = new Deno.Command("gcc", { args }).outputSync();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return library;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/**
 * Runs a script on the disk, in a folder in memory that is its first argument and goes afterwards.
 *
 * @returns What it printed.
 */
export async function onDisk(
  script: string,
  args: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<string> {
  // Deno lets only who may do everything into /dev.
  const folder = `/dev/shm/reverie-${crypto.randomUUID()}`;
  const program = [Deno.execPath(), "run", "--quiet", "--no-check", "-A", here(script), folder];
  const { success, stdout, stderr } = await new Deno.Command("sh", {
    args: [
      "-c",
      'mkdir "$0" && "$@"; code=$?; rm -rf "$0"; exit $code',
      folder,
      ...program,
      ...args,
    ],
    env: { FAULT_FOLDER: folder, LD_PRELOAD: compiledDisk!, ...env },
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim();
}

/** The outcomes of faults during runs of `what`: see failing_disk.ts. */
export async function onFailingDisk(what: string, ...faults: string[]): Promise<Outcome[]> {
  const output = await onDisk("failing_disk.ts", [what, ...faults]);
  return output.split("\n").map((line) => JSON.parse(line));
}
