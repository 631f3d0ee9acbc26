/**
 * A random history of one store, by a seed: processes that train and are killed, runs that are resumed,
 * read, damaged, deleted and purged, several of these at once. What the lab promises is checked as it
 * goes: no checkpoint that was told of is lost, no run ends in another digest, and nothing is damaged
 * but what was.
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { defaultRng, type Generator } from "../../lab/core/random.ts";
import { isOpen, launch, resumeAll } from "../../lab/experiment/launch.ts";
import { verify } from "../../lab/experiment/verify.ts";
import { openStore } from "../../lab/store/sqlite_store.ts";
import type { Run, Store } from "../../lab/store/store.ts";
import { registries } from "../lab/experiment/toy_registries.ts";
import { paced } from "./paced.ts";

/** How often each thing happened. */
export interface History {
  readonly started: number;
  readonly killed: number;
  readonly resumed: number;
  readonly damaged: number;
  readonly deleted: number;
  readonly read: number;
  /** Runs that ended in their digest. */
  readonly ended: number;
}

/** Seeds of the runs, whose digests are known. */
const SEEDS = 3;

/** A process that trains, and what it has told of. */
class Trainee implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #told = new Map<string, number>();
  readonly #read: Promise<void>;
  #begins: () => void = () => {};
  /** Resolves when it has told of anything, or has ended. */
  readonly begun: Promise<void> = new Promise((resolve) => this.#begins = resolve);

  constructor(location: string, seeds: number) {
    const script = new URL("./trainee.ts", import.meta.url).pathname;
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--quiet", "--no-check", "--allow-read", "--allow-write", script],
        ...[location, "", String(seeds)],
      ],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#read = this.#listen();
  }

  async #listen(): Promise<void> {
    let rest = "";
    for await (const text of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines) {
        const { kind, id, iterations } = JSON.parse(line);
        if (kind === "checkpoint") this.#told.set(id, iterations);
      }
      if (lines.length > 0) this.#begins();
    }
    this.#begins();
  }

  /** Kills it without warning; the iteration of the last checkpoint that it told of, by run. */
  async killed(): Promise<ReadonlyMap<string, number>> {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // It has ended.
    }
    await this.#read;
    await this.#child.status;
    return this.#told;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.killed();
  }
}

/**
 * Lets things happen to a store below `folder` while `goesOn` says so, then resumes what is open and
 * checks all of it.
 *
 * @param look Called now and then with the store's folder: another reader.
 */
export async function history(
  folder: string,
  seed: number,
  goesOn: (step: number) => boolean,
  look: (location: string) => Promise<void> = () => Promise.resolve(),
): Promise<History> {
  const location = `${folder}/runs`;
  const random = defaultRng(seed);
  const digests = await digestsOf(`${folder}/whole`);
  const counts = { started: 0, killed: 0, resumed: 0, damaged: 0, deleted: 0, read: 0, ended: 0 };
  const hurt = new Set<string>();
  const store = openStore(location);
  const trainees: Trainee[] = [];
  const options = { store, registries, workers: 2 };

  /** Checks runs that have ended; each counts once. */
  const seen = new Set<string>();
  const check = (run: Run) => {
    if (run.digest === null || seen.has(run.id)) return;
    strictEqual(run.digest, digests[Number(run.manifest.determined.seed) - 1], run.id);
    seen.add(run.id);
    counts.ended++;
  };
  const kill = async () => {
    const told = await trainees.splice(random.integers(0, trainees.length), 1)[0].killed();
    counts.killed++;
    for (const [id, iteration] of told) {
      if (store.run(id) === undefined || hurt.has(id)) continue;
      const kept = store.checkpoints(id).at(-1)?.iteration ?? -1;
      ok(kept >= iteration, `run ${id} told of ${iteration} and has ${kept}`);
    }
  };
  /** Goes on with some of what is open, or with all of it, waiting requests included. */
  const goOn = async (all: boolean) => {
    const open = store.runs().filter(isOpen).map(({ id }) => id);
    const waiting = store.batches().flatMap(({ waiting }) => waiting);
    const most = all ? Infinity : 2;
    const { runs, refused } = await resumeAll(open.slice(0, most), waiting.slice(0, most), options);
    counts.resumed += runs.length;
    for (const run of runs) {
      strictEqual(run.status, "completed", `${run.id} ${run.status}: ${run.message}`);
      check(run);
    }
    // Another process may have been faster.
    for (const error of refused) ok(/another process/.test(String(error)), String(error));
  };
  const actions: readonly (() => Promise<void> | void)[] = [
    () => {
      if (trainees.length >= 2) return;
      trainees.push(new Trainee(location, random.integers(1, SEEDS + 1)));
      counts.started++;
    },
    async () => {
      // Mostly one that trains: on a machine with other work it takes long to begin.
      if (random.random() < 0.8) await trainees[0]?.begun;
      await new Promise((resolve) => setTimeout(resolve, random.integers(0, 1500)));
      if (trainees.length > 0) await kill();
    },
    () => goOn(false),
    () => {
      const run = pick(random, store.runs().filter(isOpen));
      if (run !== undefined && damage(location, store, run, random)) {
        hurt.add(run.id);
        counts.damaged++;
      }
    },
    async () => {
      const run = pick(random, store.runs().filter(({ digest }) => digest !== null));
      if (run === undefined) return;
      check(run);
      store.trash(run.id);
      if (random.random() < 0.5) store.purge();
      counts.deleted++;
      await Promise.resolve();
    },
    async () => {
      const reader = openStore(location, { readOnly: true });
      const { database, damaged } = await verify(reader);
      deepStrictEqual([database, damaged.filter(({ id }) => !hurt.has(id))], [[], []]);
      reader.runs().forEach(check);
      reader.close();
      await look(location);
      counts.read++;
    },
  ];
  try {
    for (let step = 0; goesOn(step); step++) await pick(random, actions)!();
    while (trainees.length > 0) await kill();
    await goOn(true);
    const { database, damaged, runs } = await verify(store);
    deepStrictEqual([database, damaged.filter(({ id }) => !hurt.has(id))], [[], []]);
    const ended = store.runs();
    ended.forEach(check);
    strictEqual(ended.every(({ digest }) => digest !== null), true);
    ok(runs >= ended.length);
    return counts;
  } finally {
    for (const trainee of trainees) await trainee.killed();
    store.close();
  }
}

function pick<T>(random: Generator, list: readonly T[]): T | undefined {
  return list.length === 0 ? undefined : list[random.integers(0, list.length)];
}

/** The digests of runs that nothing happens to, by seed from 1. */
async function digestsOf(location: string): Promise<(string | null)[]> {
  const store = openStore(location);
  const requests = Array.from({ length: SEEDS }, (_, i) => ({
    ...{ reference: "line-toy", seed: i + 1, backend: "cpu", set: paced } as const,
  }));
  const runs = await launch(requests, { store, registries, workers: 2 });
  store.close();
  return runs.map(({ digest }) => digest);
}

/** Flips a bit of one of a run's checkpoints; whether there was one, and nobody trained it. */
function damage(location: string, store: Store, run: Run, random: Generator): boolean {
  const folder = `${location}/checkpoints/${run.id}`;
  let lock: Disposable;
  try {
    lock = store.lock(run.id);
  } catch {
    return false;
  }
  try {
    const files = [...Deno.readDirSync(folder)].map(({ name }) => name)
      .filter((name) => name.endsWith(".safetensors"));
    const file = pick(random, files.sort());
    if (file === undefined) return false;
    const bytes = Deno.readFileSync(`${folder}/${file}`);
    bytes[random.integers(0, bytes.length)] ^= 1 << random.integers(0, 8);
    Deno.writeFileSync(`${folder}/${file}`, bytes);
    return true;
  } finally {
    lock[Symbol.dispose]();
  }
}
