import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { width } from "../../cli/terminal/format.ts";
import { ProgressDisplay } from "../../cli/terminal/progress.ts";
import type { RunProgress } from "../../lab/experiment/launch.ts";
import { Judge } from "../../lab/experiment/verdict.ts";
import { registries } from "../../registries.ts";
import type { Run } from "../../lab/store/store.ts";
import { capturedIo } from "./captured_io.ts";

function runOf(id: string, seed: number, more: Partial<Run> = {}): Run {
  const determined = {
    experiment: "cartpole-ppo",
    version: 1,
    configuration: { environment: { id: "CartPole-v1" }, agent: { name: "ppo" } },
    seed: String(seed),
    backend: "tfjs-wasm",
  };
  return {
    id,
    name: "cartpole-ppo",
    status: "running",
    wallSeconds: 0,
    message: null,
    manifest: { determined },
    ...more,
  } as unknown as Run;
}

function progressOf(
  run: Run,
  kind: RunProgress["kind"],
  environmentSteps: number,
  wallSeconds: number,
  metrics: Record<string, number> = {},
): RunProgress {
  return {
    run,
    kind,
    progress: { iterations: 1, environmentSteps, gradientSteps: 0, examples: 0 },
    budget: { unit: "environmentSteps", total: 50_000 },
    metrics,
    wallSeconds,
  };
}

Deno.test("a terminal gets one live line a run with share, speed, figure and time left", () => {
  const io = capturedIo({ screen: { columns: 100, rows: 24 } });
  using display = new ProgressDisplay(io, 3);
  const [a, b] = [runOf("aaaaaa", 1), runOf("bbbbbb", 2)];
  display.update(progressOf(a, "started", 0, 0));
  io.clock = 200;
  display.update(progressOf(b, "started", 0, 0));
  io.clock = 400;
  const metrics = { "rollout/episode_return_mean": 123.4 };
  display.update(progressOf(a, "report", 12_500, 5, metrics));
  const frame = io.written.error.split("\x1b[J").at(-1)!.trimEnd().split("\n");
  strictEqual(frame.length, 3);
  match(
    frame[0],
    /^cartpole-ppo seed 1 .*25 % .*2,500 steps\/s .*rollout 123.4 .*0:15 left/,
  );
  match(frame[1], /^cartpole-ppo seed 2 .*0 %/);
  match(frame[2], /0 of 3 finished, 1 waiting, 0:00 so far/);
});

for (const columns of [30, 40, 80, 120]) {
  Deno.test(`no live line is wider than a terminal of ${columns} columns`, () => {
    const io = capturedIo({ screen: { columns, rows: 24 } });
    using display = new ProgressDisplay(io, 14);
    const metrics = { "evaluation/return_mean": 487.25 };
    display.update(progressOf(runOf("aaaaaa", 1), "started", 0, 0));
    io.clock = 1000;
    display.update(progressOf(runOf("aaaaaa", 1), "report", 33_000, 7, metrics));
    const lines = io.written.error.split("\x1b[J").at(-1)!.split("\n");
    deepStrictEqual(lines.filter((line) => width(line) >= columns), []);
  });
}

Deno.test("where a line is too long for its terminal it goes without the speed, whole else", () => {
  const io = capturedIo({ screen: { columns: 80, rows: 24 } });
  using display = new ProgressDisplay(io, 1);
  const run = runOf("aaaaaa", 123_456, { name: "glyphs-vae-mixture-quick" });
  display.update(progressOf(run, "started", 0, 0));
  io.clock = 1000;
  display.update(progressOf(run, "report", 49_999, 10, { "evaluation/elbo": -113.456 }));
  const line = io.written.error.split("\x1b[J").at(-1)!.split("\n")[0];
  match(line, /^glyphs-vae-mixture-quick seed 123456 .*99 % .*113\.5 {2}0:00 left$/);
});

Deno.test("the line of a run that ends tells the figures since it last started", () => {
  const io = capturedIo();
  using display = new ProgressDisplay(io, 2);
  const [run, again] = ["aaaaaa", "bbbbbb"].map((id) => runOf(id, 1, { status: "completed" }));
  const metrics = { "evaluation/return_mean": 487.25 };
  for (const each of [run, again]) {
    display.update(progressOf(each, "started", 0, 0));
    display.update(progressOf(each, "evaluation", 10_000, 5, metrics));
  }
  display.update(progressOf(again, "started", 0, 0));
  for (const each of [run, again]) display.update(progressOf(each, "ended", 50_000, 9));
  const [first, second] = io.written.error.trim().split("\n");
  match(first, /return 487\.\d/);
  ok(!second.includes("487"), second);
});

Deno.test("a finished run leaves a line that stays, with its id", () => {
  const io = capturedIo({ screen: { columns: 100, rows: 24 } });
  const display = new ProgressDisplay(io, 1);
  const run = runOf("aaaaaa", 1, { status: "completed", wallSeconds: 18 });
  display.update(progressOf(run, "started", 0, 0));
  display.update(progressOf(run, "ended", 50_000, 18, { "evaluation/return_mean": 500 }));
  display[Symbol.dispose]();
  match(
    io.written.error,
    /✓ cartpole-ppo seed 1: return 500.0, 50,000 steps in 0:18 \(aaaaaa\)\n$/,
  );
});

Deno.test("a finished run's line goes without the id where that would be broken", () => {
  for (const [columns, id] of [[66, " (aaaaaa)"], [65, ""]] as const) {
    const io = capturedIo({ screen: { columns, rows: 24 } });
    const display = new ProgressDisplay(io, 1);
    const run = runOf("aaaaaa", 1, { status: "completed", wallSeconds: 18 });
    display.update(progressOf(run, "started", 0, 0));
    display.update(progressOf(run, "ended", 50_000, 18, { "evaluation/return_mean": 500 }));
    display[Symbol.dispose]();
    const line = io.written.error.trimEnd().split("\x1b[J").at(-1)!;
    strictEqual(line, `✓ cartpole-ppo seed 1: return 500.0, 50,000 steps in 0:18${id}`);
  }
});

Deno.test("an event breaks between words on a terminal, and stays one line elsewhere", () => {
  const message = "the judge of glyphs is 52bfa75e83e5, right about 98.2 % of its test images";
  for (const screen of [{ columns: 60, rows: 24 }, undefined]) {
    const io = capturedIo({ screen });
    using display = new ProgressDisplay(io, 1);
    const run = runOf("aaaaaa", 1);
    display.update(progressOf(run, "started", 0, 0));
    display.update({ ...progressOf(run, "event", 0, 1), message });
    const broken = message.replace(" right", "\nright");
    const said = screen === undefined ? message : broken;
    ok(io.written.error.includes(`cartpole-ppo seed 1: ${said}\n`), io.written.error);
  }
});

Deno.test("a resumed run's speed counts from where it went on", () => {
  const io = capturedIo({ screen: { columns: 100, rows: 24 } });
  using display = new ProgressDisplay(io, 1);
  const run = runOf("aaaaaa", 1);
  display.update(progressOf(run, "started", 40_000, 100));
  io.clock = 1000;
  display.update(progressOf(run, "report", 45_000, 102));
  match(io.written.error, /2,500 steps\/s .*0:02 left/);
});

Deno.test("without a terminal only events and the end of a run are lines", () => {
  const io = capturedIo();
  using display = new ProgressDisplay(io, 1);
  const run = runOf("aaaaaa", 1, { status: "completed", wallSeconds: 20 });
  display.update(progressOf(run, "started", 0, 0));
  for (let i = 1; i <= 100; i++) {
    io.clock = i * 200;
    display.update(progressOf(run, i % 10 === 0 ? "evaluation" : "report", i * 100, i / 5));
  }
  display.show("a picture");
  display.update({ ...progressOf(run, "event", 10_000, 20), message: "no goal" });
  display.update(progressOf(run, "ended", 10_000, 20));
  strictEqual(
    io.written.error,
    "cartpole-ppo seed 1: no goal\n✓ cartpole-ppo seed 1: 10,000 steps in 0:20 (aaaaaa)\n",
  );
});

Deno.test("quiet shows nothing but replies", () => {
  const io = capturedIo({ screen: { columns: 80, rows: 24 } });
  const display = new ProgressDisplay({ ...io, notice: () => {} }, 1);
  const run = runOf("aaaaaa", 1, { status: "completed" });
  display.update(progressOf(run, "started", 0, 0));
  display.show("a picture");
  display.update(progressOf(run, "ended", 50_000, 18));
  display.reply("Stopping");
  display[Symbol.dispose]();
  strictEqual(io.written.error, "Stopping\n");
});

Deno.test("a picture stands above the live lines until it is taken away", () => {
  const io = capturedIo({ screen: { columns: 80, rows: 24 } });
  using display = new ProgressDisplay(io, 2);
  const frame = () => io.written.error.split("\x1b[J").at(-1)!.trimEnd().split("\n");
  display.update(progressOf(runOf("aaaaaa", 1), "started", 0, 0));
  display.show("one\ntwo");
  deepStrictEqual(frame().slice(0, 2), ["one", "two"]);
  match(frame()[2], /^cartpole-ppo seed 1/);
  strictEqual(frame().length, 4);
  display.show("");
  match(frame()[0], /^cartpole-ppo seed 1/);
  strictEqual(frame().length, 2);
});

Deno.test("a run that ended says what its return is worth, and only what is good gets a tick", () => {
  const io = capturedIo();
  using display = new ProgressDisplay(io, 3, new Judge(registries));
  const ended = (id: string, status: Run["status"], value: number) => {
    const run = runOf(id, 1, { status, wallSeconds: 3 });
    display.update(progressOf(run, "ended", 50_000, 3, { "evaluation/return_mean": value }));
  };
  ended("aaaaaa", "stopped", 500);
  ended("bbbbbb", "completed", 9.51);
  ended("cccccc", "completed", 474.96);
  deepStrictEqual(io.written.error.trimEnd().split("\n"), [
    "✓ cartpole-ppo seed 1: solved, return 500.0, 50,000 steps in 0:03 (aaaaaa)",
    "! cartpole-ppo seed 1: no better than random, return 9.51, 50,000 steps in 0:03 (bbbbbb)",
    "✓ cartpole-ppo seed 1: learning, return 474.96, 50,000 steps in 0:03 (cccccc)",
  ]);
});

Deno.test("a frame stays for a moment, whatever is reported; lines that stay come at once", () => {
  const io = capturedIo({ screen: { columns: 100, rows: 24 } });
  using display = new ProgressDisplay(io, 1);
  const run = runOf("aaaaaa", 1);
  io.clock = 1000;
  display.update(progressOf(run, "started", 0, 0));
  const frames = () => io.written.error.split("seed 1").length - 1;
  const first = frames();
  strictEqual(first, 1);
  for (const wait of [1, 20, 40]) {
    io.clock = 1000 + wait;
    display.update(progressOf(run, "report", 25_000, 1));
    strictEqual(frames(), first, String(wait));
  }
  display.note("a line");
  ok(io.written.error.includes("a line\n"));
  strictEqual(frames() > first, true);
  const noted = frames();
  io.clock += 1000;
  display.update(progressOf(run, "report", 25_000, 1));
  strictEqual(frames() > noted, true);
});
