/**
 * The command line as a process, from the start to the end.
 *
 * @module
 */
import { LabError } from "../lab/core/errors.ts";
import { median } from "../lab/statistics/mod.ts";
import type { Bench } from "./groups.ts";
import { type Row, targetRow } from "./row.ts";
import { temporaryStore } from "./temporary_store.ts";

const starts = 9;

/** Seconds of `deno task experiment list`, warm. */
export async function* startup({ progress }: Bench): AsyncIterable<Row> {
  progress("deno task experiment list");
  await seconds(["list"]);
  const samples: number[] = [];
  for (let i = 0; i < starts; i++) samples.push(await seconds(["list"]));
  yield targetRow("deno task experiment list", median(samples), "s", 0.4);
}

/** Seconds of the quick start. */
export async function* quickStart({ progress }: Bench): AsyncIterable<Row> {
  progress("deno task experiment (the quick start)");
  await using opened = await temporaryStore();
  const args = ["--quiet", "--store", `${opened.folder}/quick-start`];
  yield targetRow("the quick start", await seconds(args), "s", 60);
}

async function seconds(args: readonly string[]): Promise<number> {
  const command = new Deno.Command("deno", {
    args: ["task", "--quiet", "experiment", ...args],
    cwd: new URL("../", import.meta.url),
    stdout: "null",
    stderr: "null",
  });
  const startedAt = performance.now();
  const { code } = await command.output();
  if (code === 0) return (performance.now() - startedAt) / 1000;
  throw new LabError(`Cannot time "experiment ${args.join(" ")}" as it must succeed: code ${code}`);
}
