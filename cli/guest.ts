/**
 * The thread of a command that may bring code of a user's own: runs the command line it is told, and
 * says the exit code, and which file it imports meanwhile: it can say nothing itself then.
 *
 * @module
 */
import { joinThread } from "../lab/core/thread.ts";
import type { FromGuest } from "./loading.ts";
import { main } from "./main.ts";
import { processIo } from "./terminal/io.ts";

const post = joinThread<readonly string[], FromGuest>(async (args) => {
  const exit = (code: number): never => {
    post({ code });
    for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); // until the process ends
  };
  const loading = (file: string): Disposable => {
    post({ loading: file });
    return { [Symbol.dispose]: () => post({ loading: undefined }) };
  };
  post({ code: await main(args, { ...processIo(), exit, loading }) });
});
