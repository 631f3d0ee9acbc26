import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert";
import { main } from "../../cli/main.ts";
import { capturedIo } from "./captured_io.ts";
import { inTerminal } from "./terminal.ts";
import { inFolder } from "./folder.ts";

/** What stays on a terminal: the lines without those that were erased and rewritten. */
const finished = (written: string) =>
  written.split("\r\n").filter((line) => /[✓✗‖] /.test(line))
    .map((line) => /[✓✗‖] (\S+) seed (\d+)/.exec(line)!.slice(1).join(" "));

Deno.test("the quick start first solves CartPole and draws the policy at work", async () => {
  await inFolder(async (folder) => {
    await inTerminal(folder, ["--store", "runs"], async (terminal) => {
      await terminal.until(/step 500 {2}return 500\.0/);
      strictEqual(finished(terminal.written)[0], "cartpole-ppo-quick 1");
      const moments = [...terminal.written.matchAll(/^CartPole-v1.* step (\d+) /gm)];
      const lengths = [...new Set(moments.map(([, length]) => Number(length)))];
      ok(lengths.length > 10, lengths.join());
      deepStrictEqual(lengths, lengths.toSorted((a, b) => a - b));
      match(terminal.written, /#{3,}/);
      await terminal.type("\x03");
      strictEqual(await terminal.ended, 130);
      match(terminal.written, /resume \w+ --batch --store runs/);
    });
  });
});

Deno.test("evaluate --render prints the figures, then draws step by step", async () => {
  await inFolder(async (folder) => {
    const io = capturedIo({ folder, root: folder });
    strictEqual(await main(["run", "cliffwalking-value-iteration", "--store", "runs"], io), 0);
    const args = ["evaluate", "latest", "--store", "runs", "--render", "--fps", "50"];
    await inTerminal(folder, args, async (terminal) => {
      strictEqual(await terminal.ended, 0);
      const { written } = terminal;
      match(written, /seed 1, 100 episodes\r\n/);
      match(written, /CliffWalking-v1: random actions return -/);
      const steps = [...written.matchAll(/step (\d+) {2}return/g)];
      deepStrictEqual(
        steps.map(([, step]) => Number(step)),
        Array.from({ length: 14 }, (_, i) => i),
      );
      ok(written.indexOf("evaluation/return_mean") < steps[0].index);
    });
  });
});

Deno.test("Ctrl-C, twice as npx relays it, checkpoints, says how to resume and exits with 130", async () => {
  await inFolder(async (folder) => {
    const args = ["run", "cartpole-ppo", "--seed", "1", "--backend", "cpu", "--store", "runs"];
    await inTerminal(folder, [...args, "--json", ">", "out.json"], async (terminal) => {
      await terminal.until(/cartpole-ppo seed 1 .* %/);
      await terminal.type("\x03\x03");
      strictEqual(await terminal.ended, 130);
      const { runs: [run] } = JSON.parse(await Deno.readTextFile(`${folder}/out.json`));
      strictEqual(run.status, "interrupted");
      match(terminal.written, new RegExp(`resume ${run.id} --store runs\r\n`));
    });
  });
});

Deno.test("--quiet leaves a terminal to the results", async () => {
  await inFolder(async (folder) => {
    const args = ["run", "cliffwalking-value-iteration", "--store", "runs", "--quiet"];
    await inTerminal(folder, args, async (terminal) => {
      strictEqual(await terminal.ended, 0);
      match(terminal.written, /^run .*\r\n\w{6} .*\r\n\r\nCliffWalking-v1: random .*\r\n$/);
      // deno-lint-ignore no-control-regex
      doesNotMatch(terminal.written, /\x1b/);
    });
  });
});
