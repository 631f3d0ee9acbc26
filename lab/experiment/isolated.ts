/**
 * The process of a run: hands on what its thread and the process that writes the store say to each
 * other, and ends with that one.
 *
 * @module
 */
import { Thread } from "../core/thread.ts";
import { foreignWorker } from "./foreign_worker.ts";
import { framesOf, FrameWriter } from "./frames.ts";
import type { FromWorker, ToWorker } from "./protocol.ts";
import type { FromProcess, ToProcess } from "./run_process.ts";
import { Signs } from "./signs.ts";

/** Milliseconds between two messages about the run's signs. */
const LOOK_EVERY = 50;

// A terminal's Ctrl-C reaches every process: the other one decides when this one ends.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  Deno.addSignalListener(signal, () => {});
}

const writer = new FrameWriter(Deno.stdout.writable);
const thread = new Thread<ToWorker, FromWorker>(
  foreignWorker(new URL("./worker.ts", import.meta.url), "training"),
);
let signs = new Signs();

const say = (message: FromProcess) => void writer.write(message).catch(() => Deno.exit(1));

thread.listen((message) => say(message), (reason) => {
  console.error(reason);
  Deno.exit(1);
});
setInterval(() => {
  const { rss: bytes } = Deno.memoryUsage();
  say({ kind: "signs", shown: { beats: signs.beats, ...signs.held, bytes } });
}, LOOK_EVERY);
for await (const message of framesOf(Deno.stdin.readable)) {
  const said = message as ToProcess;
  if (said.kind === "stop") signs.stop = said.stop;
  else if (said.kind === "train") {
    signs = new Signs();
    thread.post({ ...said, signs: signs.memory });
  } else thread.post(said);
}
Deno.exit(0);
