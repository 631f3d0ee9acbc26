/**
 * A fleet of toys under faults: workers that are killed, stopped, cut off and delayed at random by a
 * seed, and a server that is killed. Whatever happens, every run ends, once, as if nothing had.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { streamOf } from "../../../../lab/core/random.ts";
import { launch, plansOf, storedPlan } from "../../../../lab/experiment/launch.ts";
import { UnreachableError } from "../../../../lab/store/postgres/connection.ts";
import { Hub } from "../../../../lab/store/postgres/hub.ts";
import { Mirror } from "../../../../lab/store/postgres/replica.ts";
import type { Server } from "../../store/postgres/server.ts";
import { Guard } from "../../../guard.ts";
import { until } from "../../../until.ts";
import { temporaryStore } from "../temporary_store.ts";
import { registries } from "../toy_registries.ts";
import { options, request } from "../toy_runs.ts";
import { Proxy } from "./proxy.ts";

const noPassword = () => Promise.resolve(undefined);
const pause = (milliseconds: number) => new Promise((next) => setTimeout(next, milliseconds));

/** Seconds for which a run is held here. */
const HOLD = 4;
/** Seconds without anything new after which something is wrong: a busy machine is slow, and goes on. */
const STUCK = 90;

/** A worker's process, and its way to the server. */
class FleetProcess {
  #process: Deno.ChildProcess;
  #guard: Guard;
  #generation = 0;

  constructor(
    private readonly name: string,
    private readonly url: string,
    private readonly folder: string,
    readonly proxy: Proxy,
  ) {
    this.#process = this.#spawn();
    this.#guard = this.#guarded();
  }

  /** One that is stopped would not see that the tests have gone. */
  #guarded(): Guard {
    return new Guard('kill -KILL "$1"', String(this.#process.pid));
  }

  #spawn(): Deno.ChildProcess {
    const name = `${this.name}-${++this.#generation}`;
    return new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", "--quiet", "--no-check"],
        new URL("./worker_process.ts", import.meta.url).pathname,
        ...[this.url, name, `${this.folder}/${name}`, String(HOLD)],
      ],
      stdout: Deno.env.get("CHAOS_LOG") ? "inherit" : "null",
      stderr: "inherit",
    }).spawn();
  }

  signal(signal: Deno.Signal): void {
    this.#process.kill(signal);
  }

  async restart(): Promise<void> {
    await this.end();
    this.#process = this.#spawn();
    this.#guard = this.#guarded();
  }

  async end(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.status;
    await this.#guard[Symbol.asyncDispose]();
  }
}

/** Runs a fleet of `workers` on toys of seeds 1 to `runs`, under so many faults. */
export async function chaos(
  server: Server,
  seed: number,
  { runs = 5, workers = 3, faults = 8 } = {},
): Promise<void> {
  const random = streamOf(seed, "chaos");
  const pick = (count: number) => Math.floor(random.random() * count);
  const url = await server.database();
  await using temporary = await temporaryStore();
  await using hub = await Hub.open(url, noPassword);
  using mirror = new Mirror(hub, `${temporary.folder}/mirror`);
  const seeds = Array.from({ length: runs }, (_, i) => i + 1);
  const set = [["agent.pause", "60"], ["checkpoint.everyIterations", "3"]] as const;
  const requests = seeds.map((seed) => request({ seed, set }));
  const undisturbed = await launch(requests, { ...options(temporary.store), workers: runs });
  const plans = await plansOf(requests, { store: temporary.store, registries });
  const ids = await hub.ask(plans.map(storedPlan));
  const proxies = Array.from({ length: workers }, () => new Proxy(server.port));
  const processes = proxies.map((proxy, i) => {
    const through = url.replace(`:${server.port}/`, `:${proxy.port}/`);
    return new FleetProcess(`worker-${i}`, through, temporary.folder, proxy);
  });
  let seen = "";
  let seenAt = performance.now();
  const isOver = async () => {
    try {
      const tasks = await hub.tasks(ids);
      strictEqual(tasks.length, runs);
      if (tasks.every(({ state }) => state === "ended")) return true;
      const iterations = await server.query(
        url.slice(url.lastIndexOf("/") + 1),
        "SELECT id, iterations FROM reverie.run ORDER BY id",
      );
      const now = JSON.stringify([tasks.map(({ state }) => state), iterations]);
      if (now !== seen) [seen, seenAt] = [now, performance.now()];
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error; // the server is away
    }
    ok(performance.now() - seenAt < 1000 * STUCK, `seed ${seed}: nothing goes on: ${seen}`);
    return false;
  };
  const disturb = async () => {
    const process = processes[pick(workers)];
    const milliseconds = 300 + pick(1.5 * 1000 * HOLD);
    const kind = ["kill", "stop", "cut", "silence", "delay", "server"][pick(6)];
    if (Deno.env.get("CHAOS_LOG")) console.log(kind, processes.indexOf(process), milliseconds);
    if (kind === "kill") await process.restart();
    else if (kind === "stop") {
      process.signal("SIGSTOP");
      await pause(milliseconds);
      process.signal("SIGCONT");
    } else if (kind === "server") {
      await server.stop();
      await pause(milliseconds / 2);
      await server.resume();
    } else {
      if (kind === "cut") process.proxy.cut();
      else if (kind === "silence") process.proxy.silence();
      else process.proxy.open(5 + pick(50));
      await pause(milliseconds);
      process.proxy.open();
    }
  };
  try {
    await pause(1000);
    for (let i = 0; i < faults && !await isOver(); i++) {
      await disturb();
      await pause(pick(500));
    }
    await until(isOver, 600);
  } finally {
    await Promise.all(processes.map((process) => process.end()));
    for (const proxy of proxies) proxy[Symbol.dispose]();
  }
  await mirror.refresh();
  const store = mirror.store();
  try {
    const stored = store.runs().reverse();
    deepStrictEqual(stored.map(({ id }) => id), ids);
    deepStrictEqual(stored.map(({ status }) => status), ids.map(() => "completed"));
    deepStrictEqual(stored.map(({ digest }) => digest), undisturbed.map(({ digest }) => digest));
    for (const { id } of stored) {
      deepStrictEqual([...store.series(id, "losses/toy").iterations], expectedIterations);
    }
  } finally {
    store.close();
  }
}

const expectedIterations = Array.from({ length: 20 }, (_, i) => i + 1);
