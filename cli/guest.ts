/**
 * The thread of a command that may bring code of a user's own: runs the command line it is told, and
 * says the exit code.
 *
 * @module
 */
import { joinThread } from "../lab/core/thread.ts";
import { main } from "./main.ts";
import { processIo } from "./terminal/io.ts";

const post = joinThread<readonly string[], number>(async (args) => {
  const exit = (code: number): never => {
    post(code);
    for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); // until the process ends
  };
  post(await main(args, { ...processIo(), exit }));
});
