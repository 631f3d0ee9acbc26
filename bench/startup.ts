/**
 * The command line as a process, from the start to the end.
 *
 * @module
 */
import { LabError } from "../lab/core/errors.ts";
import { median } from "../lab/statistics/mod.ts";
import type { Bench } from "./group.ts";
import { type Row, targetRow } from "./row.ts";
import { temporaryStore } from "./temporary_store.ts";

const starts = 9;

/** Seconds of `deno task -q experiment list`, warm. */
export async function* startup({ progress }: Bench): AsyncIterable<Row> {
  progress("deno task -q experiment list");
  await seconds(["list"]);
  const samples: number[] = [];
  for (let i = 0; i < starts; i++) samples.push(await seconds(["list"]));
  yield targetRow("deno task -q experiment list", median(samples), "s", 0.4);
}

/** Seconds from the command to CartPole solved: two evaluations of 100 episodes reached 475. */
export async function* solved({ progress }: Bench): AsyncIterable<Row> {
  const name = "from the command to CartPole-v1 solved by PPO";
  progress(name);
  await using opened = await temporaryStore();
  const samples: number[] = [];
  for (let seed = 1; seed <= starts; seed++) {
    const args = ["run", "cartpole-ppo-quick", "--seed", `${seed}`, "--quiet", "--json"];
    const ended = await timed([...args, "--store", `${opened.folder}/runs`]);
    const [{ status }] = JSON.parse(ended.out).runs;
    // Only its goal stops a run; without it, the budget ends.
    if (status !== "stopped") {
      throw new LabError(`Cannot time ${name} as seed ${seed} must reach the goal: ${status}`);
    }
    samples.push(ended.seconds);
  }
  yield targetRow(name, median(samples), "s", 3);
}

/** Seconds of the quick start. */
export async function* quickStart({ progress }: Bench): AsyncIterable<Row> {
  progress("deno task -q experiment (the quick start)");
  await using opened = await temporaryStore();
  const args = ["--quiet", "--store", `${opened.folder}/quick-start`];
  yield targetRow("the quick start", await seconds(args), "s", 60);
}

async function seconds(args: readonly string[]): Promise<number> {
  return (await timed(args)).seconds;
}

/** How long a command takes, and what it prints. */
async function timed(args: readonly string[]): Promise<{ seconds: number; out: string }> {
  const command = new Deno.Command("deno", {
    args: ["task", "--quiet", "experiment", ...args],
    cwd: new URL("../", import.meta.url),
    stdout: "piped",
    stderr: "null",
  });
  const startedAt = performance.now();
  const { code, stdout } = await command.output();
  const seconds = (performance.now() - startedAt) / 1000;
  if (code === 0) return { seconds, out: new TextDecoder().decode(stdout) };
  throw new LabError(`Cannot time "experiment ${args.join(" ")}" as it must succeed: code ${code}`);
}
