/**
 * The exit code of a task that is none of the program's commands.
 *
 * @module
 */
import { InputError, LabError } from "../lab/core/errors.ts";
import type { Io } from "./terminal/io.ts";

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
