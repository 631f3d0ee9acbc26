/**
 * Runs of loops that are not the lab's: what they report is stored and shown like any run.
 *
 * @module
 */
import {
  checkCounts,
  checkMetrics,
  type LabEvent,
  type Metrics,
  type Progress,
} from "../core/metrics.ts";
import { InputError } from "../core/errors.ts";
import { hexOf } from "../core/hex.ts";
import { checkOptions } from "../core/options.ts";
import type { Raster } from "../core/picture.ts";
import { firstNotJson, isPlain, isRecord, show } from "../core/plain.ts";
import { encodePng } from "../core/png.ts";
import type { Seed } from "../core/random.ts";
import type { Json } from "../core/snapshot.ts";
import type { BudgetUnit } from "../core/trainer.ts";
import { openStore } from "../store/sqlite_store.ts";
import type { ImportSource, Manifest, Series, Store } from "../store/store.ts";
import { provenance } from "./manifest.ts";
import { LOGGED } from "./untrained.ts";
import { parseSeed } from "./session.ts";
import { requireWords } from "./tags.ts";

/** Milliseconds between two writes of how far a run came, which are slower than points. */
const SHOW_EVERY = 500;

/** What a run is called, and what made it. */
export interface LoggedRunOptions {
  /** Its experiment's name, and its own. */
  readonly name: string;
  /** By whose fields runs are filtered, grouped and compared; those of one name and configuration
   * are a group of seeds. Default: empty. */
  readonly configuration?: { readonly [key: string]: Json };
  /** Default 1. */
  readonly seed?: Seed;
  /** Words to find the run by. */
  readonly tags?: readonly string[];
  /** What is worth knowing of it. */
  readonly note?: string;
}

/** Where an entry stands: what is left out goes on as it was, the iteration by one. */
export interface LoggedProgress extends Partial<Progress> {
  /** Since the run began; default: the clock's. */
  readonly wallSeconds?: number;
}

/** What a run says that was left before it had ended. */
export const LEFT = "left before its end";

/** How a run may end. */
export const loggedEndings: readonly LoggedEnding[] = [
  "completed",
  "stopped",
  "interrupted",
  "failed",
  "diverged",
];

/** How a run may end, by name. */
export type LoggedEnding = "completed" | "stopped" | "interrupted" | "failed" | "diverged";

/** Where a run stands: its counts, and the metrics that have a value at this iteration. */
export interface Standing {
  readonly progress: Progress;
  readonly told: ReadonlySet<string>;
}

/** Where a run stands before its first entry. */
export const BEGUN: Standing = {
  progress: { iterations: 0, environmentSteps: 0, gradientSteps: 0, examples: 0 },
  told: new Set(),
};

/**
 * Where a run stands after an entry, which may add other metrics to the iteration that it stands at.
 *
 * @param metrics Names of those that the entry has.
 * @throws {InputError} where the iteration falls, has a value of one of them already, or is 0, and where
 *   another count falls.
 */
export function advanced(
  { progress: before, told }: Standing,
  counts: Partial<Progress>,
  metrics: readonly string[],
): Standing {
  const progress = { ...before, iterations: before.iterations + 1, ...counts };
  const { iterations } = progress;
  const isSame = iterations === before.iterations && iterations > 0;
  if (!isSame && iterations <= before.iterations) {
    throw new InputError(
      `Cannot log as iterations must rise: ${iterations} after ${before.iterations}`,
    );
  }
  const twice = isSame ? metrics.find((name) => told.has(name)) : undefined;
  if (twice !== undefined) {
    throw new InputError(
      `Cannot log ${twice} as a metric must have one value an iteration: a second at ${iterations}`,
    );
  }
  for (const name of ["environmentSteps", "gradientSteps", "examples"] as const) {
    requireNoFall(name, before[name], progress[name]);
  }
  return { progress, told: new Set(isSame ? [...told, ...metrics] : metrics) };
}

/** @throws {InputError} where a count falls, or a clock. */
export function requireNoFall(name: string, before: number, next: number): void {
  if (next >= before) return;
  throw new InputError(`Cannot log as ${name} must not fall: ${next} after ${before}`);
}

/** How much an event matters. */
const levels: readonly LabEvent["level"][] = ["info", "warning", "error"];

/** @throws {InputError} with all of the words. */
function requireOneOf(action: string, kind: string, word: string, words: readonly string[]): void {
  if (words.includes(word)) return;
  throw new InputError(
    `Cannot ${action} as its ${kind} must be one of ${words.join(", ")}: ${show(word)}`,
  );
}

/** How a PNG begins, with its first chunk's length and name, and how it ends: an empty chunk. */
const PNG_HEAD = "89504e470d0a1a0a0000000d49484452";
const PNG_END = "0000000049454e44ae426082";

/** @throws {InputError} where the bytes are no PNG, or are cut off. */
export function requirePng(bytes: Uint8Array): void {
  const isWhole = hexOf(bytes.subarray(0, PNG_HEAD.length / 2)) === PNG_HEAD &&
    hexOf(bytes.subarray(-PNG_END.length / 2)) === PNG_END;
  if (isWhole) return;
  throw new InputError(
    `Cannot keep the picture as it must be a whole PNG: ${bytes.length} bytes that are none`,
  );
}

/** @throws {InputError} where a raster has no pixels, or other than its width, height and channels say. */
function requireRaster(picture: Raster): void {
  if (!isRecord(picture)) {
    throw new InputError(
      `Cannot keep the picture as it must be a raster, or a PNG's bytes: ${show(picture)}`,
    );
  }
  const { width, height, channels, pixels } = picture;
  const isSide = (side: number) => Number.isSafeInteger(side) && side > 0;
  const isSized = isSide(width) && isSide(height) && [1, 3, 4].includes(channels);
  const isBytes = pixels instanceof Uint8Array || (pixels as unknown) instanceof Uint8ClampedArray;
  if (isSized && isBytes && pixels.length === width * height * channels) return;
  const kind = (pixels as object | undefined)?.constructor?.name ?? String(pixels);
  throw new InputError(
    "Cannot keep the picture as its pixels must be width × height × channels (1, 3 or 4) bytes in a " +
      `Uint8Array: ${width} × ${height} × ${channels}, and ${kind} of ${pixels?.length ?? 0}`,
  );
}

/** An open run. */
export class LoggedRun implements Disposable {
  readonly #store: Store;
  readonly #lock: Disposable;
  /** When its clock would have stood at 0. */
  readonly #began: number;
  #standing: Standing;
  #wallSeconds: number;
  #shown = -Infinity;
  #ended = false;
  /** Settled when all pictures are kept. */
  #pictures: Promise<unknown> = Promise.resolve();
  readonly #onEnd: () => void;

  /**
   * Of a run that {@linkcode beginLogged} added.
   *
   * @param lock On the run.
   * @param onEnd Called when it has ended and its pictures are kept.
   * @param from Where a run stands that goes on.
   */
  constructor(
    store: Store,
    readonly id: string,
    lock: Disposable,
    onEnd: () => void = () => {},
    from: Standing & { readonly wallSeconds: number } = { ...BEGUN, wallSeconds: 0 },
  ) {
    this.#store = store;
    this.#lock = lock;
    this.#onEnd = onEnd;
    this.#standing = from;
    this.#wallSeconds = from.wallSeconds;
    this.#began = performance.now() - 1000 * from.wallSeconds;
  }

  /**
   * Adds a point to each of some series.
   *
   * @param progress Where the entry stands; a number is its iteration.
   * @throws {InputError} where a metric is no number or has no name, a count is unknown or no whole
   * number from 0 to 2⁵³ − 1, the iteration falls or has a value of the metric already, another count or the
   * seconds fall, or the run has ended. Nothing is kept of the entry then.
   */
  log(metrics: Metrics, progress: LoggedProgress | number = {}): void {
    checkMetrics("log", metrics);
    const given: LoggedProgress = typeof progress === "number"
      ? { iterations: progress }
      : progress;
    checkCounts("log", given, ["wallSeconds"]);
    const beyond = Object.entries(given).find(([, count]) => count > Number.MAX_SAFE_INTEGER);
    if (beyond !== undefined) {
      const [name, count] = beyond;
      throw new InputError(`Cannot log as ${name} must be at most 2⁵³ − 1: ${show(count)}`);
    }
    const { wallSeconds = 0 } = given;
    if (!(Number.isFinite(wallSeconds) && wallSeconds >= 0)) {
      throw new InputError(
        `Cannot log as wallSeconds must be a number ≥ 0: ${show(wallSeconds)}`,
      );
    }
    if (given.wallSeconds !== undefined) {
      requireNoFall("wallSeconds", this.#wallSeconds, wallSeconds);
    }
    this.add(metrics, given);
  }

  /** {@linkcode log} of what is checked; another program's steps may be parts of an epoch. */
  add(metrics: Metrics, progress: LoggedProgress): void {
    this.#requireOpen("log");
    // The clock of this process may be behind what was said.
    const clock = Math.max(this.#wallSeconds, (performance.now() - this.#began) / 1000);
    const { wallSeconds = clock, ...counts } = progress;
    this.#standing = advanced(this.#standing, counts, Object.keys(metrics));
    const next = this.#standing.progress;
    this.#wallSeconds = wallSeconds;
    const points = Object.entries(metrics).map(([name, value]) => ({
      ...{ name, value, wallSeconds },
      ...next,
    }));
    this.#store.append(this.id, points);
    const now = performance.now();
    if (now - this.#shown < SHOW_EVERY) return;
    this.#shown = now;
    this.#store.update(this.id, { ...next, wallSeconds });
  }

  /**
   * Keeps a picture of this iteration: a raster, or the bytes of a PNG.
   *
   * @throws {InputError} where the bytes are none, the raster has others than it says, or the run has
   * ended.
   */
  async image(name: string, picture: Raster | Uint8Array): Promise<void> {
    this.#requireOpen("keep the picture");
    if (typeof name !== "string" || name.trim() === "") {
      throw new InputError(`Cannot keep the picture as its name must be text: ${show(name)}`);
    }
    if (picture instanceof Uint8Array) requirePng(picture);
    else requireRaster(picture);
    const kept = this.#store.putArtifact(this.id, {
      name,
      iteration: this.#standing.progress.iterations,
      mediaType: "image/png",
      bytes: picture instanceof Uint8Array ? picture : encodePng(picture),
    });
    this.#pictures = Promise.allSettled([this.#pictures, kept]);
    await kept;
  }

  /**
   * Notes something that is no number.
   *
   * @throws {InputError} where it is no text, its level is none, or the run has ended.
   */
  event(message: string, level: LabEvent["level"] = "info"): void {
    this.#requireOpen("note the event");
    if (typeof message !== "string") {
      throw new InputError(`Cannot note the event as it must be text: ${show(message)}`);
    }
    requireOneOf("note the event", "level", level, levels);
    this.#store.appendEvents(this.id, this.#standing.progress.iterations, [{ level, message }]);
  }

  /**
   * Ends the run; without it the run is shown as killed once the process is gone.
   *
   * @throws {InputError} where a run does not end so; it stays open then.
   */
  finish(status: LoggedEnding = "completed", message?: string): void {
    if (this.#ended) return;
    requireOneOf("end the run", "status", status, loggedEndings);
    if (message !== undefined && typeof message !== "string") {
      throw new InputError(`Cannot end the run as its message must be text: ${show(message)}`);
    }
    this.#ended = true;
    this.#store.update(this.id, {
      ...this.#standing.progress,
      wallSeconds: this.#wallSeconds,
      status,
      endedAt: Date.now(),
      ...(message === undefined ? {} : { message }),
    });
    this.#store.flush();
    this.#lock[Symbol.dispose]();
    void this.#pictures.then(this.#onEnd);
  }

  /** Ends it as failed, unless it has ended. */
  [Symbol.dispose](): void {
    this.finish("failed", LEFT);
  }

  #requireOpen(action: string): void {
    if (this.#ended) throw new InputError(`Cannot ${action} as the run ${this.id} has ended`);
  }
}

/**
 * Adds a run to a store and opens it.
 *
 * @param budgetUnit What its length is told in.
 * @param source Of a run that is imported.
 * @param onEnd See {@linkcode LoggedRun}.
 * @throws {InputError} where its name is empty, it or what it is found by has control characters, or its
 *   seed is none that a run may have.
 */
export async function beginLogged(
  store: Store,
  options: LoggedRunOptions,
  budgetUnit: BudgetUnit = "gradientSteps",
  source?: ImportSource,
  onEnd?: () => void,
): Promise<LoggedRun> {
  const { name, configuration = {}, seed = 1, tags = [], note = "" } = options;
  if (name.trim() === "") throw new InputError("Cannot start a run as its name must not be empty");
  requireWords("start a run", { name, tags, note });
  const { code, versions, machine } = await provenance();
  const manifest: Manifest = {
    determined: {
      experiment: name,
      version: 1,
      configuration,
      seed: String(parseSeed(String(seed))),
      backend: LOGGED,
    },
    budgetUnit,
    definition: { module: "", hash: "" },
    ...{ code, versions },
    machine: { ...machine, adapter: null },
    backendReason: "a loop of the user's own",
    ...(source === undefined ? {} : { source }),
    irreproducible: "it was logged by a loop that is not the lab's",
  };
  const { id } = store.createRun({ name, manifest, tags, note });
  return new LoggedRun(store, id, store.lock(id), onEnd);
}

/**
 * Opens a logged run again, which goes on after an iteration of it: what it has of later ones is hidden.
 *
 * @param after Default: its last one.
 * @param onEnd See {@linkcode LoggedRun}.
 * @throws {InputError} where there is no such run, no program of the user's logged it, or it has not come so
 *   far; {LabError} where one is logging it.
 */
export function goOnLogged(
  store: Store,
  reference: string,
  after?: number,
  onEnd?: () => void,
): LoggedRun {
  const { id, manifest } = store.find(reference);
  const refusal = (reason: string) => new InputError(`Cannot go on with run ${id} as ${reason}`);
  if (manifest.determined.backend !== LOGGED) {
    throw refusal(`the lab trained it: \`resume ${id}\` does`);
  }
  if (manifest.source !== undefined) throw refusal("it was imported from a file");
  const lock = store.lock(id);
  try {
    const all = store.seriesNames(id).map((name) => store.series(id, name));
    const last = Math.max(0, ...all.map(({ iterations }) => iterations.at(-1) ?? 0));
    const iterations = after ?? last;
    if (!(Number.isInteger(iterations) && iterations >= 0 && iterations <= last)) {
      throw refusal(`after must be one of its iterations, 0 … ${last}: ${show(after)}`);
    }
    const from = standingAfter(all, iterations);
    store.beginAttempt(id, iterations);
    const { progress, wallSeconds } = from;
    store.update(id, {
      ...{ status: "running", message: null, endedAt: null },
      ...progress,
      wallSeconds,
    });
    store.appendEvents(id, iterations, [
      { level: "info", message: `went on after iteration ${iterations}` },
    ]);
    return new LoggedRun(store, id, lock, onEnd, from);
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
}

/** Where a run stood after an iteration, by its series: no count falls, so that the greatest is the last. */
function standingAfter(all: readonly Series[], iterations: number) {
  const last = all.map((series) => ({
    series,
    at: series.iterations.findLastIndex((each) => each <= iterations),
  })).filter(({ at }) => at >= 0);
  const most = (count: "environmentSteps" | "gradientSteps" | "examples" | "wallSeconds") =>
    Math.max(0, ...last.map(({ series, at }) => series[count][at]));
  const told = last.filter(({ series, at }) => series.iterations[at] === iterations);
  return {
    progress: {
      ...{ iterations, environmentSteps: most("environmentSteps") },
      ...{ gradientSteps: most("gradientSteps"), examples: most("examples") },
    },
    told: new Set(told.map(({ series }) => series.name)),
    wallSeconds: most("wallSeconds"),
  };
}

/** @throws {InputError} for what JavaScript lets through and no manifest can hold. */
function requireLoggable({ name, configuration, tags, note }: LoggedRunOptions): void {
  const isText = (value: unknown) => typeof value === "string";
  if (!isText(name)) {
    throw new InputError(`Cannot start a run as its name must be text: ${show(name)}`);
  }
  if (tags !== undefined && !(Array.isArray(tags) && tags.every(isText))) {
    throw new InputError(`Cannot start a run as its tags must be a list of texts: ${show(tags)}`);
  }
  if (note !== undefined && !isText(note)) {
    throw new InputError(`Cannot start a run as its note must be text: ${show(note)}`);
  }
  if (configuration === undefined) return;
  if (!isPlain(configuration)) {
    throw new InputError(
      `Cannot start a run as its configuration must be a plain object: ${show(configuration)}`,
    );
  }
  const wrong = firstNotJson(configuration, "configuration");
  if (wrong !== undefined) throw new InputError(`Cannot start a run as ${wrong}`);
}

/**
 * Starts a run of a loop of one's own: see `startRun` of the public module.
 *
 * @param options.store Folder of the store. Default: `runs`.
 */
export async function startRun(
  given: LoggedRunOptions & { readonly store?: string },
): Promise<LoggedRun> {
  checkOptions<typeof given>("start a run", given, {
    ...{ name: true, configuration: true, seed: true, tags: true, note: true, store: true },
  });
  const { store: folder = "runs", ...options } = given;
  requireLoggable(options);
  const store = openStore(folder);
  try {
    return await beginLogged(store, options, undefined, undefined, () => store.close());
  } catch (error) {
    store.close();
    throw error;
  }
}

/**
 * Goes on with a run that a loop of one's own began: see `resumeRun` of the public module.
 *
 * @param options.store Folder of the store. Default: `runs`.
 * @param options.after The iteration after which it goes on. Default: its last one.
 */
export function resumeRun(
  run: string,
  options: { readonly store?: string; readonly after?: number } = {},
): LoggedRun {
  checkOptions<typeof options>("go on with a run", options, { store: true, after: true });
  if (typeof run !== "string") {
    throw new InputError(`Cannot go on with a run as its id must be text: ${show(run)}`);
  }
  const { store: folder = "runs", after } = options;
  const store = openStore(folder, { existing: true });
  try {
    return goOnLogged(store, run, after, () => store.close());
  } catch (error) {
    store.close();
    throw error;
  }
}
