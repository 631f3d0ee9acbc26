/**
 * `deno task docs:references`: trains what other libraries make of the rows' presets, on the seeds
 * that the rows are judged on, and keeps the figures in docs/references/.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { object } from "@optique/core/constructs";
import { multiple } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { integer, string } from "@optique/core/valueparser";
import { parsedWords } from "../cli/command.ts";
import { taskCode } from "../cli/exit_code.ts";
import { LabError } from "../lab/core/errors.ts";
import { type Io, processIo } from "../cli/terminal/io.ts";
import { writeComparison, writeTables } from "./pages.ts";
import { isShared, machineName } from "./machine.ts";
import { codeOfScript, pathOfScript, type Peer, peerOf, type PeerScript } from "./peers.ts";
import { isBehind, readReferences, type ReferenceRun, writeReferences } from "./references.ts";
import { type EvidenceRow, referenceSeeds } from "./row.ts";
import { evidence } from "./rows.ts";
import { chosenRows } from "./chosen_rows.ts";

const usage = "deno task docs:references [FILTER…] [--seed N]…";

const help = `Usage: ${usage}

Trains Stable-Baselines3's agents, and PyTorch's models, with the presets of the rows of
evidence/rows.ts whose experiment or page contains a FILTER. Each seed is kept in docs/references/
when it has ended; those that are there are not trained again, but where their script has changed.
Then the pages' tables are written. A row that fails is told, and the next one goes on. The python3 of
the PATH must have the libraries: see bench/peers/README.md.

  --seed N  Only prints what comes of this seed, a tuning one (1 … 99), and keeps nothing.
            Repeatable.`;

const parser = object({
  filters: multiple(argument(string({ metavar: "FILTER" }))),
  seeds: multiple(option("--seed", integer({ metavar: "N", min: 1, max: 99 }))),
});

/** Runs on `args` and returns the exit code. */
export function main(args: readonly string[], io: Io): Promise<number> {
  return taskCode(args, io, help, () => references(args, io));
}

async function references(args: readonly string[], io: Io): Promise<number> {
  const { filters, seeds } = parsedWords(parser, args, usage);
  const failures = new Set<string>();
  for (const row of chosenRows(filters, evidence)) {
    const peer = await peerOf(row);
    if (typeof peer === "string") {
      io.out(`${row.experiment}: no peer, ${peer}`);
      continue;
    }
    try {
      if (seeds.length > 0) {
        for (const seed of seeds) io.out(lineOf(row, peer, await trained(peer, seed)));
      } else {
        await measureReferences(row, peer, io);
        await writeTables([row.page], io);
      }
    } catch (error) {
      // What fails in one row says nothing of the next, unless it fails in the same words.
      if (!(error instanceof LabError) || failures.has(error.message)) throw error;
      failures.add(error.message);
      io.error(`error: ${error.message}\n`);
    }
  }
  if (seeds.length === 0) await writeComparison(io);
  return failures.size > 0 ? 1 : 0;
}

function lineOf({ experiment }: EvidenceRow, { name }: Peer, run: ReferenceRun): string {
  const cost = run.seconds === null ? "" : ` in ${run.seconds} s`;
  return `${experiment}: ${name}, seed ${run.seed}: ${run.score}${cost}`;
}

/** Trains the seeds of a row's peer that are missing or of another script, and keeps each when it has ended. */
export async function measureReferences(
  row: EvidenceRow,
  peer: Peer,
  io: Pick<Io, "root" | "out">,
  train = trained,
): Promise<void> {
  const { name, key } = peer;
  const known = await readReferences(io.root, row, key);
  const script = await codeOfScript(peer.script);
  let runs = known?.runs ?? [];
  for (const seed of referenceSeeds(row)) {
    if (runs.some((run) => run.seed === seed && !isBehind(run, script))) continue;
    const run = { ...await train(peer, seed), script };
    runs = [...runs.filter((each) => each.seed !== seed), run].sort((a, b) => a.seed - b.seed);
    await writeReferences(io.root, { experiment: row.experiment, peer: name, key, runs });
    io.out(lineOf(row, peer, run));
  }
}

/** One seed, in a process of its own. */
export async function trained(
  { script, order, name, testSeedOf, writeArrays }: Peer,
  seed: number,
  isBusy = () => isShared(),
): Promise<ReferenceRun> {
  const folder = await Deno.makeTempDir();
  let wasBusy = false;
  const look = () => void (wasBusy ||= isBusy());
  const looking = setInterval(look, 10_000);
  try {
    const data = `${folder}/arrays.safetensors`;
    await writeArrays?.(seed, data);
    const run = await answered(script, name, {
      ...order,
      data,
      seed,
      testSeed: testSeedOf?.(seed),
    });
    look();
    return { ...run, seconds: wasBusy ? null : run.seconds, machine: machineName() };
  } finally {
    clearInterval(looking);
    await Deno.remove(folder, { recursive: true });
  }
}

/** What a script answers to an order. */
async function answered(
  script: PeerScript,
  name: string,
  order: { readonly seed: number; readonly data: string; readonly testSeed?: number },
): Promise<ReferenceRun> {
  const { seed } = order;
  const child = spawned(fileURLToPath(pathOfScript(script)));
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(order)));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  if (!success) {
    const reason = text(stderr).split("\n").at(-1);
    throw new LabError(`Cannot measure ${name} with seed ${seed} as its script failed: ${reason}`);
  }
  let answer: Pick<ReferenceRun, "score" | "steps" | "seconds" | "versions">;
  try {
    answer = JSON.parse(text(stdout).split("\n").at(-1)!);
  } catch (error) {
    const reason = (error as Error).message;
    throw new LabError(`Cannot measure ${name} with seed ${seed} as its answer is none: ${reason}`);
  }
  const date = new Date().toISOString().slice(0, 10);
  const { score, steps, seconds, versions } = answer;
  return { seed, score, steps, seconds, versions, date };
}

/** A script's process. */
function spawned(path: string): Deno.ChildProcess {
  const piped = { stdin: "piped", stdout: "piped", stderr: "piped" } as const;
  try {
    return new Deno.Command("python3", { args: [path], ...piped }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new LabError("Cannot measure as there is no python3 on the PATH: bench/peers/README.md");
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args, processIo()));
