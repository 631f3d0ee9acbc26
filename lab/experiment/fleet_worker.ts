/**
 * A worker of a fleet: takes runs that were asked for at a hub, trains each in a store of its own here,
 * and ships what is new of it. It holds a run only as long as the hub hears of it: where that fails it
 * goes on until its time is nearly over, stops before anybody else may take the run, and goes on where it
 * stood if nobody has. What it trains is decided by the run alone, so that another one ends in the same
 * bits.
 *
 * @module
 */
import { DamageError, InputError, LabError } from "../core/errors.ts";
import { UnreachableError } from "../store/postgres/connection.ts";
import { type Claim, type Delta, FenceError, type Hub } from "../store/postgres/hub.ts";
import { Shipper, takeUp } from "../store/postgres/replica.ts";
import { openStore } from "../store/sqlite_store.ts";
import type { Run, Store } from "../store/store.ts";
import { lineOf } from "./error_lines.ts";
import { isOpen, trainPlan, waitingPlan } from "./launch.ts";
import type { LaunchOptions } from "./recorded_run.ts";
import { resumeIn } from "./resume.ts";
import type { Registries } from "./registries.ts";
import { TrainingWorker } from "./training_worker.ts";

/** How a worker works. */
export interface FleetOptions {
  /** Connects to the hub; each lane has a connection of its own. */
  readonly open: () => Promise<Hub>;
  readonly registries: Registries;
  /** Where runs are kept while they train; what is in it is removed. */
  readonly folder: string;
  /** For people, and different from every other one's. */
  readonly name: string;
  /** Runs side by side. */
  readonly workers: number;
  /** Threads of one run. */
  readonly threads: number;
  readonly memoryLimit?: number;
  readonly isolated?: readonly string[];
  /** Seconds for which a run is held without a word. Default 60. */
  readonly holdSeconds?: number;
  /** Seconds between two shipments. Default 2. */
  readonly shipSeconds?: number;
  /** Seconds that a hub may be gone until the worker ends. Default 600. */
  readonly patienceSeconds?: number;
  /** Times that a run is taken without coming to another checkpoint until it has failed. Default 4. */
  readonly mostTries?: number;
  /** End where nothing waits and nobody trains. */
  readonly drain?: boolean;
  /** Aborted: runs finish their iteration and checkpoint, and wait for others. */
  readonly signal: AbortSignal;
  /** Called with a line on what happens. */
  readonly onLine?: (line: string) => void;
}

/** Seconds until a worker that found nothing asks again. */
const ASK_SECONDS = 1;
/** The part of its time after which a worker that the hub does not hear stops training. */
const SAFE = 0.75;
/** The part of its time after which a run is held by a connection of its own, as the lane's is busy. */
const BESIDE = 1 / 3;
/** Times that a run is taken without coming to another checkpoint: it is retried three times. */
const MOST_TRIES = 4;

/** What a worker has done. */
export interface Worked {
  /** Runs that ended. */
  readonly ended: number;
  /** Those of them that failed, or could not begin. */
  readonly failed: number;
}

/** How a run is left: it ended, also as one that failed, or somebody else goes on with it. */
type Left = "ended" | "failed" | "open";

/**
 * Works until the signal is aborted, or where asked nothing is left.
 *
 * @returns How many runs ended here, and how many of these failed.
 * @throws {InputError} where the hub refuses, {@linkcode LabError} where it is gone for good: what was
 *   being trained is taken up by others from what they have of it.
 */
export async function workForFleet(options: FleetOptions): Promise<Worked> {
  const lanes = Array.from({ length: options.workers }, (_, i) => new Lane(i, options));
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const results = await Promise.allSettled(lanes.map(async (lane) => {
    try {
      return await lane.work(signal);
    } catch (error) {
      failed.abort();
      throw error;
    }
  }));
  const refused = results.find(({ status }) => status === "rejected");
  if (refused !== undefined) throw (refused as PromiseRejectedResult).reason;
  const worked = results.map((each) => (each as PromiseFulfilledResult<Worked>).value);
  const sum = (key: keyof Worked) => worked.reduce((total, each) => total + each[key], 0);
  return { ended: sum("ended"), failed: sum("failed") };
}

/** One run after the other. */
class Lane {
  readonly #holdSeconds: number;
  readonly #shipSeconds: number;
  readonly #patience: number;
  #hub: Hub | undefined;
  /** When the hub was last heard of. */
  #heard = performance.now();

  constructor(private readonly number: number, private readonly options: FleetOptions) {
    const { holdSeconds = 60, shipSeconds = 2, patienceSeconds = 600 } = options;
    this.#holdSeconds = holdSeconds;
    this.#shipSeconds = Math.min(shipSeconds, holdSeconds / 4);
    this.#patience = 1000 * patienceSeconds;
  }

  async work(signal: AbortSignal): Promise<Worked> {
    using worker = new TrainingWorker(this.options.threads, this.options);
    const left: Left[] = [];
    try {
      while (!signal.aborted) {
        const hold = await this.#patiently(
          (hub) => Hold.claimed(hub, this.options.name, this.#holdSeconds),
          signal,
        );
        if (hold !== undefined) {
          left.push(await this.#train(worker, hold, signal));
        } else {
          if (this.options.drain && await this.#isDrained(signal)) break;
          await pause(ASK_SECONDS, signal);
        }
      }
      const count = (...how: Left[]) => left.filter((each) => how.includes(each)).length;
      return { ended: count("ended", "failed"), failed: count("failed") };
    } finally {
      await this.#hub?.close();
    }
  }

  async #isDrained(signal: AbortSignal): Promise<boolean> {
    const tasks = await this.#patiently((hub) => hub.tasks(), signal);
    return tasks?.length === 0;
  }

  /**
   * Asks the hub until it answers; undefined where the signal is aborted before it does.
   *
   * @throws {LabError} where it is gone for good.
   */
  async #patiently<T>(
    ask: (hub: Hub) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T | undefined> {
    let isTold = false;
    while (!signal.aborted) {
      try {
        return await this.#ask(ask);
      } catch (error) {
        if (!(error instanceof UnreachableError)) throw error;
        if (performance.now() - this.#heard > this.#patience) {
          throw new LabError(
            `${error.message}, for ${
              Math.round(this.#patience / 1000)
            } s: this worker ends, what it ` +
              "trained goes on elsewhere once the server is back",
          );
        }
        if (!isTold) this.#say(`${error.message}; trying again`);
        isTold = true;
        await pause(Math.min(1, this.#holdSeconds / 4), signal);
      }
    }
  }

  /** Asks the hub once. */
  async #ask<T>(ask: (hub: Hub) => Promise<T>): Promise<T> {
    const result = await ask(this.#hub ??= await this.options.open());
    this.#heard = performance.now();
    return result;
  }

  #say(line: string): void {
    this.options.onLine?.(line);
  }

  /**
   * Trains a run that was taken; how it is left.
   *
   * @throws {LabError} where the hub is gone for good.
   */
  async #train(worker: TrainingWorker, hold: Hold, signal: AbortSignal): Promise<Left> {
    const { claim } = hold;
    const folder = `${this.options.folder}/${this.number}-${claim.run}-${claim.fence}`;
    await using _ = this.#keeping(hold);
    try {
      return await this.#trainIn(folder, worker, hold, signal);
    } catch (error) {
      if (!(error instanceof FenceError)) throw error;
      this.#say(`run ${claim.run}: given up, as another worker has taken it up`);
      return "open";
    } finally {
      try {
        await Deno.remove(folder, { recursive: true });
      } catch {
        // What went wrong before is what counts; the rest goes with the worker's own folder.
      }
    }
  }

  /**
   * Holds a run, until it is disposed, where the lane's connection does not, as rows or files take long
   * to come or to go.
   */
  #keeping(hold: Hold): AsyncDisposable {
    let holding: Promise<void> | undefined;
    const milliseconds = 1000 * BESIDE * this.#holdSeconds;
    const clock = setInterval(() => {
      if (performance.now() - hold.at < milliseconds) return;
      holding ??= this.#holdBeside(hold).finally(() => holding = undefined);
    }, milliseconds / 4);
    return {
      async [Symbol.asyncDispose]() {
        clearInterval(clock);
        await holding;
      },
    };
  }

  async #holdBeside(hold: Hold): Promise<void> {
    try {
      await using hub = await this.options.open();
      await hold.renew(hub);
      this.#heard = performance.now();
    } catch {
      // What is the matter the lane itself meets.
    }
  }

  async #trainIn(
    folder: string,
    worker: TrainingWorker,
    hold: Hold,
    signal: AbortSignal,
  ): Promise<Left> {
    const { claim } = hold;
    const { run: id, plan, tries } = claim;
    using store = closing(openStore(folder));
    const { from } = (plan as { facts: { from?: { run: string } } }).facts;
    if (from !== undefined) {
      await this.#patiently((hub) => takeUp(hub, from.run, folder), signal);
    }
    const content = await this.#patiently((hub) => takeUp(hub, id, folder), signal);
    // Where the server was away meanwhile somebody may have taken it.
    if (!hold.isSafe) await this.#patiently((hub) => hold.renew(hub), signal);
    const session = new Session(folder, store.store, hold, content);
    // Before all that is there of the run had been asked for: it is none that begins.
    if (signal.aborted) return await this.#handBack(session);
    const { mostTries = MOST_TRIES } = this.options;
    if (tries > mostTries) {
      const message = `its worker was lost ${mostTries} times before it came to another checkpoint`;
      return await this.#end(session, message);
    }
    this.#say(`run ${id}: ${content === undefined ? "begins" : "taken up"}`);
    for (;;) {
      const refusal = await this.#attempt(session, worker, signal);
      // No run ends of what only this machine cannot do: others go on from what was shipped of it.
      if (session.broken !== undefined) throw session.broken;
      const { run } = session;
      if (run === undefined || (refusal !== undefined && isOpen(run))) {
        // It was stopped before it began, or can begin nowhere.
        if (refusal === undefined) return await this.#handBack(session);
        if (!(refusal instanceof InputError)) throw refusal;
        return await this.#end(session, lineOf(refusal));
      }
      if (session.stop !== undefined && run.status === "interrupted") {
        session.set("stopped", session.stop);
      }
      const { status, message } = session.run!;
      if (status !== "interrupted") {
        await this.#patiently((hub) => session.ship(hub, "ended"), neverAborted);
        this.#say(`run ${id}: ${status}${message === null ? "" : `, ${message}`}`);
        return status === "failed" ? "failed" : "ended";
      }
      if (signal.aborted) return await this.#handBack(session);
      // The hub did not hear of it in time. Nobody may have taken it.
      this.#say(`run ${id}: stopped until the server is back`);
      await this.#patiently((hub) => session.ship(hub, "held"), signal);
      if (signal.aborted) return await this.#handBack(session);
      this.#say(`run ${id}: goes on`);
    }
  }

  /** Ends a run that can go on nowhere. */
  async #end(session: Session, message: string): Promise<"failed"> {
    const { run, hold: { claim } } = session;
    if (run !== undefined) session.set("failed", message);
    await this.#patiently(
      (hub) =>
        run === undefined ? hub.release(claim, "ended", { message }) : session.ship(hub, "ended"),
      neverAborted,
    );
    this.#say(`run ${claim.run}: ${message}`);
    return "failed";
  }

  /** Trains from where the session stands, and ships meanwhile; what refused to begin. */
  async #attempt(session: Session, worker: TrainingWorker, signal: AbortSignal): Promise<unknown> {
    const lapsed = new AbortController();
    const over = new AbortController();
    const shipping = this.#shipUntil(session, lapsed, over.signal);
    try {
      await session.train(worker, {
        registries: this.options.registries,
        signal: AbortSignal.any([signal, lapsed.signal]),
      });
    } catch (error) {
      return error;
    } finally {
      over.abort();
      await shipping;
    }
  }

  /** Ships again and again until it is over; aborts `lapsed` where the time of the run runs out. */
  async #shipUntil(session: Session, lapsed: AbortController, over: AbortSignal): Promise<void> {
    const clock = setInterval(() => {
      if (!session.hold.isSafe) lapsed.abort();
    }, 50);
    try {
      while (!over.aborted && !lapsed.signal.aborted) {
        await pause(this.#shipSeconds, over);
        if (over.aborted) return;
        try {
          await this.#ask((hub) => session.ship(hub, "held"));
          if (session.stop !== undefined) return lapsed.abort();
        } catch (error) {
          // What is the matter is said when the run is shipped for the last time.
          if (!(error instanceof UnreachableError)) return lapsed.abort();
        }
      }
    } finally {
      clearInterval(clock);
    }
  }

  /** Lets others go on with a run, where the hub can be told. */
  async #handBack(session: Session): Promise<"open"> {
    try {
      await this.#ask((hub) => session.ship(hub, "waiting"));
      this.#say(`run ${session.hold.claim.run}: handed back`);
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error;
      this.#say(`run ${session.hold.claim.run}: ${error.message}; others take it up later`);
    }
    return "open";
  }
}

/** A run that is held for a hub, and since when by a steady clock. */
class Hold {
  /** A moment before the hub, when it agreed the last time, did so. */
  at: number;

  private constructor(readonly claim: Claim, private readonly seconds: number, at: number) {
    this.at = at;
  }

  /** Takes a run for so many seconds; undefined where none is to be taken. */
  static async claimed(hub: Hub, worker: string, seconds: number): Promise<Hold | undefined> {
    const asked = performance.now();
    const claim = await hub.claim(worker, seconds);
    return claim && new Hold(claim, seconds, asked);
  }

  /** Whether nobody else has taken the run, nor will before an iteration has ended. */
  get isSafe(): boolean {
    return performance.now() - this.at <= 1000 * SAFE * this.seconds;
  }

  /** Holds it anew; see {@linkcode Hub.hold}. */
  async renew(hub: Hub, delta?: Delta): Promise<string | undefined> {
    const asked = performance.now();
    const stop = await hub.hold(this.claim, this.seconds, delta);
    this.at = Math.max(this.at, asked);
    return stop;
  }
}

/** A run that is trained here for a hub. */
class Session {
  /** Why the run is to end early; undefined where it is not. */
  stop: string | undefined;
  /** What the store here failed of, as a full disk; undefined while it works. */
  broken: LabError | undefined;
  #shipper: Shipper | undefined;
  readonly #request: number | undefined;

  constructor(
    private readonly folder: string,
    private readonly store: Store,
    readonly hold: Hold,
    private readonly content: Awaited<ReturnType<typeof takeUp>>,
  ) {
    if (content === undefined) [this.#request] = store.addBatch([hold.claim.plan]).waiting;
  }

  /** The run as it stands here; undefined before it has begun. */
  get run(): Run | undefined {
    const { hold, store, content } = this;
    const id = content === undefined ? store.batches()[0]?.runs[0] : hold.claim.run;
    return id === undefined ? undefined : store.run(id);
  }

  async train(
    worker: TrainingWorker,
    options: Pick<LaunchOptions, "registries" | "signal">,
  ): Promise<void> {
    const { run } = this;
    const store = noting(this.store, (failure) => this.broken ??= failure);
    const watching = { ...options, store };
    if (run !== undefined) await resumeIn(worker, run.id, watching);
    else await trainPlan(worker, await waitingPlan(this.#request!, watching), watching);
  }

  /** Says how the run has ended where its training does not. */
  set(status: "failed" | "stopped", message: string): void {
    const { store, run } = this;
    if (status === "failed") {
      store.appendEvents(run!.id, run!.iterations, [{ level: "error", message }]);
    }
    store.update(run!.id, { status, message, endedAt: Date.now() });
  }

  /** Ships what is new, and holds the run anew, or lets go of it. */
  async ship(hub: Hub, next: "held" | "ended" | "waiting"): Promise<void> {
    const { hold, run, store } = this;
    const { claim } = hold;
    const put = async (delta?: Delta) => {
      if (next === "held") this.stop = await hold.renew(hub, delta);
      else await hub.release(claim, next, { delta });
    };
    if (run === undefined || this.broken !== undefined) return await put();
    store.flush();
    this.#shipper ??= new Shipper(this.folder, run.id, claim.run, this.content);
    await this.#shipper.ship(hub, put, claim);
  }
}

/** A store that tells of its failures, but damage, which a run goes on without. */
function noting(store: Store, note: (failure: LabError) => void): Store {
  const noted = (error: unknown) => {
    if (error instanceof LabError && !(error instanceof DamageError)) note(error);
    return error;
  };
  return new Proxy(store, {
    get(target, key) {
      const value = Reflect.get(target, key, target);
      if (typeof value !== "function") return value;
      return (...values: unknown[]) => {
        try {
          const result = value.apply(target, values);
          return result instanceof Promise
            ? result.catch((error) => Promise.reject(noted(error)))
            : result;
        } catch (error) {
          throw noted(error);
        }
      };
    },
  });
}

const neverAborted = new AbortController().signal;

function closing(store: Store): { readonly store: Store } & Disposable {
  return { store, [Symbol.dispose]: () => store.close() };
}

/** Waits for so many seconds, or until a signal is aborted. */
function pause(seconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, 1000 * seconds);
    signal.addEventListener("abort", end);
  });
}
