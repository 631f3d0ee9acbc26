/**
 * Callbacks: a definition's own functions that see every iteration and evaluation, add series and
 * may end the run.
 *
 * @module
 */
import type { Dataset } from "../core/dataset.ts";
import { decodeCanonicalJson, encodeCanonicalJson } from "../core/canonical_json.ts";
import { checkNames, InputError } from "../core/errors.ts";
import { checkMetrics, type Metrics, ownTimings, type Progress } from "../core/metrics.ts";
import { isRecord, show } from "../core/plain.ts";
import { type Generator, type Seed, streamOf } from "../core/random.ts";
import type { Json } from "../core/snapshot.ts";
import type { Report, Trainer } from "../core/trainer.ts";
import { isJudged, writtenElsewhere } from "./reports.ts";

/** What a callback sees. */
export interface CallbackContext<State = Json> {
  /** Where training stands. */
  readonly progress: Readonly<Progress>;
  /** What this iteration or evaluation reported, by name. */
  readonly metrics: Readonly<Metrics>;
  /** The trainer, to be looked at: `act`, `sample`, `snapshot`. */
  readonly trainer: Trainer;
  /** Models: what is learned from. */
  readonly dataset?: Dataset;
  /** What the callbacks keep: part of every checkpoint. Change its fields in place. */
  readonly state: State;
  /** A named stream of the run's seed, another one at each iteration. */
  stream(name: string): Generator;
}

/** What a callback asks for. */
export interface CallbackResult {
  /** Values by name, which become series of the run like the trainer's own. */
  readonly metrics?: Metrics;
  /** Ends the run after this iteration as `stopped`: one line that says why. */
  readonly stop?: string;
}

/** A callback; it may be asynchronous, training waits for it. */
export type Callback<State = Json> = (
  context: CallbackContext<State>,
) => CallbackResult | void | Promise<CallbackResult | void>;

/** A definition's callbacks. */
// deno-lint-ignore no-explicit-any
export interface Callbacks<State = any> {
  /** What they keep between calls, at the start: plain data. Default: an empty object. */
  readonly state?: () => State;
  /** After every iteration. */
  readonly onIteration?: Callback<State>;
  /** After every evaluation, which follows its iteration. */
  readonly onEvaluation?: Callback<State>;
}

/**
 * Types callbacks with their state.
 *
 * The metrics that they return are series of the run and part of its digest: the same seed must
 * give the same values. What the clock decides belongs under a name that begins with `timing/`.
 */
export function defineCallbacks<State>(callbacks: Callbacks<State>): Callbacks<State> {
  checkCallbacks(callbacks);
  return callbacks;
}

/** What callbacks are, and what each returns. */
const [hooks, results] = [["state", "onIteration", "onEvaluation"], ["metrics", "stop"]];

/** @throws InputError where a hook is none that is called, or is no function. */
function checkCallbacks(callbacks: Callbacks): void {
  checkNames("use callbacks", "hook", callbacks, hooks);
  for (const [name, hook] of Object.entries(callbacks)) {
    if (hook === undefined || typeof hook === "function") continue;
    throw new InputError(`Cannot use callbacks as ${name} must be a function: ${show(hook)}`);
  }
}

/** @throws InputError where callbacks cannot be called, or what they begin with cannot be kept. */
export function requireCallbacks(callbacks: Callbacks): void {
  new CallbackRunner(callbacks, 0);
}

/** @throws InputError where a callback returned something else than it may. */
function checkResult(result: unknown, hook: string): void {
  if (!isRecord(result)) {
    throw new InputError(
      `Cannot go on as ${hook} must return nothing, or { metrics, stop }: ${show(result)}`,
    );
  }
  checkNames(`use what ${hook} returns`, "field", result, results);
  const { metrics, stop } = result;
  if (metrics !== undefined) checkMetrics(hook, metrics);
  if (stop !== undefined && (typeof stop !== "string" || stop.trim() === "")) {
    throw new InputError(
      `Cannot stop as ${hook} must return why, in a line, as stop: ${show(stop)}`,
    );
  }
}

/** Calls a run's callbacks and merges what they return. */
export class CallbackRunner {
  readonly #callbacks: Callbacks;
  readonly #seed: Seed;
  readonly #dataset: Dataset | undefined;
  /** When each series was written: a point an iteration, or one an evaluation. */
  readonly #writtenAt = new Map<string, "iteration" | "evaluation">();
  #state: Json;

  /**
   * @param options.dataset Of a model's run.
   * @param options.state What an earlier checkpoint kept; left out: as the callbacks begin.
   * @throws InputError where a hook is none, or no checkpoint can hold what they begin with.
   */
  constructor(
    callbacks: Callbacks,
    seed: Seed,
    { dataset, state }: { readonly dataset?: Dataset; readonly state?: Json } = {},
  ) {
    checkCallbacks(callbacks);
    this.#dataset = dataset;
    this.#callbacks = callbacks;
    this.#seed = seed;
    this.#state = state === undefined ? callbacks.state?.() ?? {} : structuredClone(state);
    this.snapshot();
  }

  /**
   * A copy of what the callbacks keep, as a checkpoint has it.
   *
   * @throws InputError where it has a part that no checkpoint can hold.
   */
  snapshot(): Json {
    const kept = { action: "keep what the callbacks remember", name: "state" };
    return decodeCanonicalJson(encodeCanonicalJson(this.#state, kept));
  }

  /**
   * The report with the callback's metrics, and the reason to stop where it gave one.
   *
   * @throws InputError where a callback returns what it may not, or a metric is no number, has no
   * name, or has that of a series that the trainer writes, or that is written at the other times.
   */
  async call(
    kind: "iteration" | "evaluation",
    trainer: Trainer,
    report: Report,
  ): Promise<{ readonly report: Report; readonly stop?: string }> {
    const { onIteration, onEvaluation } = this.#callbacks;
    const callback = kind === "iteration" ? onIteration : onEvaluation;
    const { iterations } = trainer.progress;
    const result = await callback?.({
      progress: { ...trainer.progress },
      metrics: { ...report.metrics },
      trainer,
      ...this.#dataset && { dataset: this.#dataset },
      state: this.#state,
      stream: (name) => streamOf(this.#seed, `callbacks/${kind}/${iterations}/${name}`),
    });
    for (const name in report.metrics) this.#writtenAt.set(name, kind);
    if (result === undefined || result === null) return { report };
    checkResult(result, kind === "iteration" ? "onIteration" : "onEvaluation");
    const { metrics = {}, stop } = result;
    for (const name in metrics) {
      if (ownTimings.has(name) || Object.hasOwn(report.metrics, name)) {
        const who = ownTimings.has(name) ? "the run itself" : "the trainer";
        throw new InputError(`Cannot log ${name} as ${who} reports a metric of that name`);
      }
      const at = this.#writtenAt.get(name) ?? (isJudged(name) ? "evaluation" : kind);
      if (at !== kind) throw writtenElsewhere(name, kind, at);
      this.#writtenAt.set(name, kind);
    }
    return { report: { ...report, metrics: { ...report.metrics, ...metrics } }, stop };
  }
}
