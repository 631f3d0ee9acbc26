/**
 * The exit code of a task that is none of the program's commands.
 *
 * @module
 */
import { InputError, LabError } from "../lab/core/errors.ts";
import type { Io } from "./terminal/io.ts";

/**
 * Runs a task of its own on `args`, or prints what it is for where that is asked.
 *
 * @returns As {@linkcode exitCodeOf}.
 */
export function taskCode(
  args: readonly string[],
  io: Pick<Io, "out" | "error">,
  help: string,
  work: () => Promise<number | void>,
): Promise<number> {
  return exitCodeOf(io, async () => {
    if (!args.includes("--help") && !args.includes("-h")) return await work();
    io.out(help);
  });
}

/**
 * Does what a task is asked for.
 *
 * @returns What `work` gives, else 0; 2 for bad input and 1 for a failure, each of which is said in a line.
 * @throws What is neither: a fault of the lab's own.
 */
export async function exitCodeOf(
  io: Pick<Io, "error">,
  work: () => Promise<number | void>,
): Promise<number> {
  try {
    return await work() ?? 0;
  } catch (error) {
    if (!(error instanceof InputError) && !(error instanceof LabError)) throw error;
    io.error(`error: ${error.message}\n`);
    return error instanceof InputError ? 2 : 1;
  }
}
