/**
 * Measures a fleet on a PostgreSQL store: what its workers take while they wait, how long they train
 * many short runs, and how many metric records a second one of them ships.
 *
 * @module
 */
import { object } from "@optique/core/constructs";
import { withDefault } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { integer, string } from "@optique/core/valueparser";
import { parsedWords, plain } from "../cli/command.ts";
import { exitCodeOf } from "../cli/exit_code.ts";
import { hubOpener } from "../cli/fleet.ts";
import { table } from "../cli/terminal/format.ts";
import { type Io, processIo } from "../cli/terminal/io.ts";
import { InputError, LabError } from "../lab/core/errors.ts";
import { plansOf, storedPlan } from "../lab/experiment/launch.ts";
import type { Hub } from "../lab/store/postgres/hub.ts";
import { Shipper } from "../lab/store/postgres/replica.ts";
import { mean } from "../lab/statistics/mod.ts";
import { registries } from "../registries.ts";
import { cells, columns, type Row, targetRow } from "./row.ts";
import { emptyRun, temporaryStore } from "./temporary_store.ts";

const usage = "deno task bench:fleet --store URL [--runs N] [--workers N]";

const parser = object({
  store: option("--store", string({ metavar: "URL" }), {
    description: plain("An empty PostgreSQL database: postgres://USER@HOST:PORT/DATABASE."),
  }),
  runs: withDefault(option("--runs", integer({ metavar: "N", min: 1 })), 1000),
  workers: withDefault(option("--workers", integer({ metavar: "N", min: 1 })), 8),
});

/** Of each run. */
const [experiment, budget] = ["cartpole-ppo", 2000];
/** Of a thousand runs. */
const MOST_SECONDS = 15 * 60;
/** Gibibytes that 32 waiting workers may hold. */
const MOST_MEMORY = 8;
/** Metric records a second. */
const LEAST_RECORDS = 2000;
/** Seconds for which the run that is shipped is held. */
const HOLD = 600;
/** Series of a run whose points are shipped, points of each, and points between two shipments. */
const [series, points, every] = [20, 20_000, 200];

/** Worker processes of a store. Dispose to end them. */
class Workers implements AsyncDisposable {
  readonly #children: readonly Deno.ChildProcess[];

  constructor(store: string, count: number) {
    const main = new URL("../cli/main.ts", import.meta.url).pathname;
    const args = ["run", "-A", "--quiet", main, "worker", "--store", store];
    this.#children = Array.from({ length: count }, () =>
      new Deno.Command("deno", {
        args: [...args, "--workers", "1", "--threads", "1"],
        ...{ stdin: "null", stdout: "null", stderr: "null" },
      }).spawn());
  }

  /** Gibibytes that one holds, on average. */
  async memory(): Promise<number> {
    const args = ["-o", "rss=", "-p", this.#children.map(({ pid }) => pid).join()];
    const { stdout } = await new Deno.Command("ps", { args }).output();
    const kibibytes = new TextDecoder().decode(stdout).trim().split(/\s+/).map(Number);
    return mean(kibibytes) / 2 ** 20;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) child.kill("SIGTERM");
    await Promise.all(this.#children.map(({ status }) => status));
  }
}

const pause = (seconds: number) => new Promise((next) => setTimeout(next, 1000 * seconds));

/** Trains runs by workers that wait for them. */
async function* trained(hub: Hub, store: string, runs: number, count: number): AsyncIterable<Row> {
  await using workers = new Workers(store, count);
  while (await hub.workers(60) < count) await pause(0.5);
  yield targetRow("32 workers that wait", 32 * await workers.memory(), "GiB", MOST_MEMORY);
  const requests = Array.from(
    { length: runs },
    (_, i) => ({ reference: experiment, budget, seed: i + 1, backend: "wasm" }) as const,
  );
  await using opened = await temporaryStore();
  const plans = await plansOf(requests, { store: opened.store, registries });
  const startedAt = performance.now();
  const ids = await hub.ask(plans.map(storedPlan));
  while ((await hub.tasks()).length > 0) await pause(1);
  const seconds = (performance.now() - startedAt) / 1000;
  const messages = (await hub.tasks(ids)).flatMap(({ message }) => message ?? []);
  if (messages.length > 0) throw new LabError(`Cannot time the runs as one failed: ${messages[0]}`);
  const name = `${runs} runs of ${experiment} --budget ${budget} by ${count} workers`;
  yield targetRow(name, seconds, "s", MOST_SECONDS * runs / 1000);
}

/** Ships what a run logs, as it grows. */
async function shipped(hub: Hub): Promise<Row> {
  await using opened = await temporaryStore();
  const { id } = emptyRun(opened.store);
  const [run] = await hub.ask([null]);
  const claim = (await hub.claim("bench", HOLD))!;
  const shipper = new Shipper(`${opened.folder}/runs`, id, run);
  const names = Array.from({ length: series }, (_, i) => `losses/${i}`);
  const startedAt = performance.now();
  for (let i = 1; i <= points; i++) {
    const progress = { iterations: i, environmentSteps: i, gradientSteps: i, examples: i };
    opened.store.append(
      id,
      names.map((name) => ({ name, value: i / 7, ...progress, wallSeconds: i })),
    );
    if (i % every > 0) continue;
    opened.store.flush();
    await shipper.ship(hub, async (delta) => void await hub.hold(claim, HOLD, delta), claim);
  }
  const perSecond = 1000 * series * points / (performance.now() - startedAt);
  await hub.release(claim, "ended");
  return targetRow("metric records shipped", perSecond, "records/s", LEAST_RECORDS);
}

async function bench(args: readonly string[], io: Io): Promise<void> {
  const { store, runs, workers } = parsedWords(parser, args, usage);
  await using hub = await (await hubOpener(io, store))();
  if ((await hub.tasks()).length > 0) {
    throw new InputError(`Cannot measure as the store must have nothing to train: ${hub.location}`);
  }
  const rows = [await shipped(hub)];
  for await (const row of trained(hub, store, runs, workers)) rows.push(row);
  io.out(table(columns, rows.map(cells), io));
}

if (import.meta.main) {
  const io = processIo();
  Deno.exitCode = await exitCodeOf(io, () => bench(Deno.args, io));
}
