import { deepStrictEqual, strictEqual, throws } from "node:assert";
import { interruption } from "../../cli/terminal/interruption.ts";
import { processIo } from "../../cli/terminal/io.ts";
import { capturedIo, Exited } from "./captured_io.ts";

Deno.test("the first Ctrl-C aborts the signal and ends nothing", () => {
  const io = capturedIo();
  const reported: string[] = [];
  using stop = interruption(io, (line) => reported.push(line));
  strictEqual(stop.signal.aborted, false);
  io.interrupt();
  strictEqual(stop.signal.aborted, true);
  strictEqual(reported.length, 1);
});

Deno.test("a signal within a second of the first is the same Ctrl-C, as npx relays it twice", () => {
  const io = capturedIo();
  const reported: string[] = [];
  using _ = interruption(io, (line) => reported.push(line));
  io.interrupt();
  io.clock = 999;
  io.interrupt();
  strictEqual(reported.length, 1);
  deepStrictEqual(io.exits, []);
});

Deno.test("a Ctrl-C more than a second later stops at once with 130", () => {
  const io = capturedIo();
  using _ = interruption(io, () => {});
  io.interrupt();
  io.clock = 1000;
  throws(() => io.interrupt(), Exited);
  deepStrictEqual(io.exits, [130]);
});

Deno.test("a terminal that goes away is a Ctrl-C", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  using _ = processIo().onInterrupt(resolve);
  const waiting = setInterval(() => {}, 1000); // a signal that is awaited keeps no process alive
  Deno.kill(Deno.pid, "SIGHUP");
  await promise;
  clearInterval(waiting);
});

Deno.test("after its end Ctrl-C is no longer caught", () => {
  const io = capturedIo();
  const reported: string[] = [];
  interruption(io, (line) => reported.push(line))[Symbol.dispose]();
  io.interrupt();
  deepStrictEqual(reported, []);
});
