import { deepStrictEqual, strictEqual, throws } from "node:assert";
import { interruption } from "../../cli/terminal/interruption.ts";
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

Deno.test("who waits for other machines is told that the waiting alone ends", () => {
  const io = capturedIo();
  const reported: string[] = [];
  using stop = interruption(io, (line) => reported.push(line), { elsewhere: true });
  io.interrupt();
  io.clock = 1000;
  throws(() => io.interrupt(), Exited);
  strictEqual(stop.signal.aborted, true);
  deepStrictEqual(reported, ["Waiting no longer …"]);
});

Deno.test("a terminal that goes away is a Ctrl-C", async () => {
  // In a process of its own: what else runs in this one, as browsers, ends with SIGHUP.
  const script = `import { processIo } from "${new URL(
    "../../cli/terminal/io.ts",
    import.meta.url,
  )}";
    processIo().onInterrupt(() => Deno.exit(7));
    setInterval(() => {}, 1000);
    console.log("listening");`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", script],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  child.kill("SIGHUP");
  strictEqual((await child.status).code, 7);
  await reader.cancel();
});

Deno.test("after its end Ctrl-C is no longer caught", () => {
  const io = capturedIo();
  const reported: string[] = [];
  interruption(io, (line) => reported.push(line))[Symbol.dispose]();
  io.interrupt();
  deepStrictEqual(reported, []);
});
