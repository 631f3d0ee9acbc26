/**
 * The training loop, the same for agents and generative models: iterate, evaluate at the
 * boundaries, checkpoint, stop. What it does depends on the trainer's progress and on its own
 * counters alone, never on the clock: the clock only decides when a checkpoint is written.
 *
 * @module
 */
import type { Dataset } from "../core/dataset.ts";
import { didYouMean, unknownName } from "../core/errors.ts";
import { badLoss, type LabEvent, type Metrics, type Progress, RETURN } from "../core/metrics.ts";
import type { Artifact } from "../core/picture.ts";
import { type Seed, streamOf } from "../core/random.ts";
import type { Json, Snapshot } from "../core/snapshot.ts";
import type { NamedTensors } from "../core/tensor_data.ts";
import type { Report, Trainer } from "../core/trainer.ts";
import { CallbackRunner, type Callbacks } from "./callbacks.ts";
import { checkReport, Course } from "./reports.ts";
import { scoresOf } from "./score.ts";
import type { BestBy } from "./session.ts";
import { boundText, isReached, type StopRule } from "./stop_rule.ts";

/** Counters of the runner: part of every checkpoint. */
export interface RunnerState {
  /** Evaluations so far; the k-th (from 0) draws from the stream `evaluation/k`. */
  evaluations: number;
  /** Iteration of the latest evaluation; -1 before the first. */
  evaluatedAt: number;
  /** Evaluations in a row that reached the stop rule; counted anew where the budget changes. */
  stopCount: number;
  /** Total budget that this state was reached under; 0 before the first iteration. */
  budget: number;
  /** Best value so far of the metric that checkpoints are judged by. */
  best: number | null;
  /** Seconds of training over all attempts. */
  wallSeconds: number;
  /** Why a callback ended the run; counted anew where the budget changes. */
  stoppedBy?: string;
  /** What the callbacks keep, where there are any. */
  callbacks?: Json;
  /** Iteration at which the run was scored afresh, where it was. */
  scoredAt?: number;
}

/** What the runner reports after an iteration or an evaluation. */
export interface RunReport {
  /** After which of the two. */
  readonly kind: "iteration" | "evaluation";
  /** Where training stands. */
  readonly progress: Progress;
  /** Values by name, the runner's `timing/…` among them. */
  readonly metrics: Metrics;
  /** What the trainer reported beside them. */
  readonly events: readonly LabEvent[];
  /** Pictures to keep. */
  readonly artifacts: readonly Artifact[];
  /** Seconds of training so far, over all attempts. */
  readonly wallSeconds: number;
}

/** A checkpoint as the runner hands it out. */
export interface RunCheckpoint {
  readonly kind: "last" | "best" | "final" | "diverged";
  readonly progress: Progress;
  readonly snapshot: Snapshot;
  readonly runner: RunnerState;
  readonly score: number | null;
}

/** Where reports and checkpoints go. The runner waits for what is returned. */
interface RunSink {
  report(report: RunReport): void | Promise<void>;
  checkpoint(checkpoint: RunCheckpoint): void | Promise<void>;
}

/** How a run ended. */
export interface Ending {
  /** `completed`: the budget is used; `stopped`: by the stop rule or a callback. */
  readonly status: "completed" | "stopped" | "interrupted" | "diverged";
  /** Where training stands. */
  readonly progress: Progress;
  /** Seconds of training, over all attempts. */
  readonly wallSeconds: number;
  /** One line, where it did not complete. */
  readonly message: string | null;
}

/** What the runner needs beside the trainer. */
export interface RunnerOptions {
  readonly seed: Seed;
  readonly evaluation: {
    readonly every: number;
    readonly episodes?: number;
    readonly stochastic?: boolean;
  };
  readonly checkpoint: {
    readonly everyIterations: number;
    readonly everySeconds: number;
  };
  readonly stop: StopRule & { readonly times: number } | null;
  readonly bestBy: BestBy | null;
  /** The definition's own. */
  readonly callbacks?: Callbacks;
  /** Models: what callbacks see of the data. */
  readonly dataset?: Dataset;
  /** Counters of the checkpoint that the trainer was restored from. */
  readonly state?: RunnerState;
  /** Asked after every iteration; true: checkpoint and end as `interrupted`. */
  readonly interrupted?: () => boolean;
}

/** The counters of a run that begins. */
export function initialState(): RunnerState {
  return { evaluations: 0, evaluatedAt: -1, stopCount: 0, budget: 0, best: null, wallSeconds: 0 };
}

/** Runner options from a resolved configuration. */
export function runnerOptions(
  configuration: { readonly [key: string]: Json },
): Pick<RunnerOptions, "evaluation" | "checkpoint" | "stop"> {
  const { evaluation, checkpoint, stop } = configuration as unknown as RunnerOptions;
  return { evaluation, checkpoint, stop };
}

/**
 * Trains until the budget is used, the stop rule holds, a callback stops it, the run diverges or is
 * interrupted.
 *
 * - Evaluates when progress crosses a multiple of `evaluation.every` and at the end, once an
 *   iteration at most. Callbacks see each report before it goes out.
 * - Where evaluations decided that the run ends (by the stop rule or a callback), one more, on the
 *   stream `score` that no decision saw, scores the final policy or model: `score/…`.
 * - A series to judge by that the first evaluation does not have ends it with an `InputError`, unless
 *   it is the usual one of agents.
 * - A checkpoint is the last thing of its iteration, so that going on from it repeats nothing.
 * - What the trainer reports, and how its progress goes, is held to its contract (`reports.ts`).
 * - A loss that is NaN or infinite after an iteration, or such a parameter or judging metric at an
 *   evaluation, or such a parameter where the trainer throws, ends the run as `diverged`; the latest
 *   good snapshot goes out as the checkpoint `diverged`, without what was lent (a replay buffer's
 *   rows): nothing goes on from it. No checkpoint is written of such parameters.
 */
export async function runTrainer(
  trainer: Trainer,
  options: RunnerOptions,
  sink: RunSink,
): Promise<Ending> {
  const { evaluation, checkpoint, stop, bestBy } = options;
  const { unit, total } = trainer.budget;
  const state = { ...(options.state ?? initialState()) };
  if (state.budget !== total) {
    Object.assign(state, { budget: total, stopCount: 0 });
    delete state.stoppedBy;
  }
  const callbacks = options.callbacks &&
    new CallbackRunner(options.callbacks, options.seed, {
      dataset: options.dataset,
      state: state.callbacks,
    });
  const elapsed = stopwatch(state.wallSeconds);
  const ruledOut = () => stop !== null && state.stopCount >= stop.times;
  const stopped = () => ruledOut() || state.stoppedBy !== undefined;
  const over = () => trainer.progress[unit] >= total || stopped();

  const send = (kind: RunReport["kind"], report: Report, timing: Metrics) =>
    sink.report({
      kind,
      progress: { ...trainer.progress },
      metrics: { ...report.metrics, ...timing },
      events: report.events ?? [],
      artifacts: report.artifacts ?? [],
      wallSeconds: elapsed(),
    });
  /** The report, with what the callbacks add to it. */
  const seen = async (kind: RunReport["kind"], report: Report): Promise<Report> => {
    if (callbacks === undefined) return report;
    const { report: whole, stop } = await callbacks.call(kind, trainer, report);
    if (stop !== undefined) state.stoppedBy ??= stop;
    return whole;
  };
  const course = new Course(unit);
  /** What the trainer reports. */
  const reported = async (call: "iterate" | "evaluate", pending: Promise<Report>) => {
    let report: Report;
    try {
      report = await pending;
    } catch (error) {
      // Whatever was refused (no action can be drawn from NaN) came of that.
      const tensor = await trainer.snapshot().then(
        ({ parameters }) => firstBadTensor(parameters),
        () => undefined,
      );
      throw tensor === undefined ? error : new Divergence(`parameter ${tensor}`);
    }
    checkReport(call, report);
    return report;
  };
  const iterate = async () => {
    const previous = { ...trainer.progress };
    const seconds = stopwatch();
    const report = await reported("iterate", trainer.iterate());
    course.check(previous, trainer.progress);
    const timing = rates(previous, trainer.progress, seconds());
    await send("iteration", await seen("iteration", report), timing);
    return {
      badLoss: badLoss(report.metrics),
      crossed: Math.floor(previous[unit] / evaluation.every) <
        Math.floor(trainer.progress[unit] / evaluation.every),
    };
  };
  /** The score that the checkpoint of this iteration is judged by. */
  const evaluate = async () => {
    const seconds = stopwatch();
    const random = streamOf(options.seed, `evaluation/${state.evaluations}`);
    const measured = await reported("evaluate", trainer.evaluate({ ...evaluation, random }));
    const timing = { "timing/evaluation_seconds": seconds() };
    state.evaluations++;
    state.evaluatedAt = trainer.progress.iterations;
    const report = await seen("evaluation", measured);
    const events = [...report.events ?? []];
    const judging = stop?.metric ?? bestBy?.metric;
    if (state.evaluations === 1 && judging !== undefined && lacks(report, judging)) {
      // Callbacks may bring series of their own later; that of agents goes without saying.
      const isAsked = stop === null && callbacks === undefined;
      if (isAsked && judging !== RETURN) {
        requireSeries("choose the best checkpoint", judging, report);
      }
      if (!isAsked) {
        const near = didYouMean(judging, Object.keys(report.metrics), 1);
        events.push({ level: "warning", message: `no evaluation has ${judging}${near}` });
      }
    }
    if (stop !== null) {
      state.stopCount = isReached(stop, report.metrics[stop.metric]) ? state.stopCount + 1 : 0;
    }
    await send("evaluation", { ...report, events }, timing);
    return bestBy === null ? null : report.metrics[bestBy.metric] ?? null;
  };
  /** What the evaluations that ended the run cannot say: what its result is worth. */
  const score = async () => {
    if (!stopped() || state.scoredAt === trainer.progress.iterations) return;
    const random = streamOf(options.seed, "score");
    const { metrics } = await reported("evaluate", trainer.evaluate({ ...evaluation, random }));
    state.scoredAt = trainer.progress.iterations;
    await send("evaluation", { metrics: scoresOf(metrics) }, {});
  };
  const take = async (): Promise<RunPoint> => ({
    progress: { ...trainer.progress },
    snapshot: await trainer.snapshot(),
    runner: {
      ...state,
      ...callbacks && { callbacks: callbacks.snapshot() },
      wallSeconds: elapsed(),
    },
  });
  const ended = (status: Ending["status"], message: string | null): Ending => ({
    status,
    progress: { ...trainer.progress },
    wallSeconds: elapsed(),
    message,
  });
  const diverge = async (reason: string) => {
    await sink.checkpoint({ kind: "diverged", ...good, score: null });
    return ended("diverged", `diverged at iteration ${trainer.progress.iterations}: ${reason}`);
  };

  let good = copied(await take());
  let sinceSaved = stopwatch();
  /** What the evaluation that ended the run is the best by. */
  let bestAtEnd: number | null = null;
  const train = async (): Promise<Ending> => {
    while (!over()) {
      const { badLoss, crossed } = await iterate();
      if (badLoss !== undefined) {
        const tensor = firstBadTensor((await trainer.snapshot()).parameters);
        return diverge(tensor === undefined ? badLoss : `${badLoss}, parameter ${tensor}`);
      }
      const evaluating = crossed || over();
      const score = evaluating ? await evaluate() : null;
      const interrupted = options.interrupted?.() ?? false;
      const due = sinceSaved() >= checkpoint.everySeconds ||
        trainer.progress.iterations % checkpoint.everyIterations === 0;
      if (!evaluating && !interrupted && !due) continue;

      const isBest = improves(score, state.best, bestBy);
      if (isBest) state.best = score;
      const point = await take();
      const tensor = firstBadTensor(point.snapshot.parameters);
      if (tensor !== undefined && !evaluating) {
        // The clock may have asked for this checkpoint: a loss or an evaluation is to end the run.
        sinceSaved = stopwatch();
        if (!interrupted) continue;
        await sink.checkpoint({ kind: "last", ...good, score: null });
        return ended("interrupted", `after iteration ${trainer.progress.iterations}`);
      }
      if (tensor !== undefined) return diverge(`parameter ${tensor}`);
      if (score !== null && !Number.isFinite(score)) {
        return diverge(`${bestBy!.metric} is ${score}`);
      }
      if (over()) {
        if (isBest) bestAtEnd = score;
        break;
      }
      if (isBest) await sink.checkpoint({ kind: "best", ...point, score });
      if (due || interrupted) {
        await sink.checkpoint({ kind: "last", ...point, score });
        sinceSaved = stopwatch();
      }
      good = copied(point);
      if (interrupted) {
        return ended("interrupted", `after iteration ${trainer.progress.iterations}`);
      }
    }
    // Before its checkpoints: whoever goes on from one of them does not score again.
    await score();
    const end = await take();
    if (bestAtEnd !== null) await sink.checkpoint({ kind: "best", ...end, score: bestAtEnd });
    await sink.checkpoint({ kind: "final", ...end, score: null });
    if (!stopped()) return ended("completed", null);
    if (!ruledOut()) return ended("stopped", state.stoppedBy!);
    const times = stop!.times === 1 ? "" : ` ${stop!.times} times in a row`;
    return ended("stopped", `${boundText(stop!)}${times}`);
  };
  try {
    return await train();
  } catch (error) {
    if (error instanceof Divergence) return diverge(error.message);
    throw error;
  }
}

/** A parameter is no finite number: the message says which. */
class Divergence extends Error {}

/** Whether an evaluation has no value of a series, nor will a later one. */
function lacks({ metrics, pending = [] }: Report, series: string): boolean {
  return !(series in metrics) && !pending.includes(series);
}

/** @throws InputError that names the nearest series, where an evaluation has not the one that is named. */
export function requireSeries(action: string, series: string, report: Report): void {
  if (!lacks(report, series)) return;
  throw unknownName(action, "evaluated series", series, Object.keys(report.metrics));
}

/** The state between two iterations. */
type RunPoint = Pick<RunCheckpoint, "progress" | "snapshot" | "runner">;

/** What of it later iterations leave as it is: without what is lent. */
function copied(point: RunPoint): RunPoint {
  return { ...point, snapshot: { ...point.snapshot, lent: undefined } };
}

/** Seconds since the call, on top of `before`. */
function stopwatch(before = 0): () => number {
  const startedAt = performance.now();
  return () => before + (performance.now() - startedAt) / 1000;
}

/** Counts that grew, a second. */
function rates(previous: Progress, progress: Progress, seconds: number): Metrics {
  const metrics: Metrics = { "timing/iteration_seconds": seconds };
  for (
    const [name, count] of [
      ["environment_steps", progress.environmentSteps - previous.environmentSteps],
      ["gradient_steps", progress.gradientSteps - previous.gradientSteps],
      ["examples", progress.examples - previous.examples],
    ] as const
  ) {
    if (count > 0) metrics[`timing/${name}_per_second`] = count / seconds;
  }
  return metrics;
}

function improves(score: number | null, best: number | null, bestBy: BestBy | null): boolean {
  if (score === null || bestBy === null || !Number.isFinite(score)) return false;
  return best === null || (bestBy.goal === "maximize" ? score > best : score < best);
}

/** The first tensor with a value that is no finite number: `policy/0/kernel has NaN`. */
function firstBadTensor(parameters: NamedTensors): string | undefined {
  for (const [name, { values }] of Object.entries(parameters)) {
    for (let i = 0; i < values.length; i++) {
      if (!Number.isFinite(values[i])) return `${name} has ${values[i]}`;
    }
  }
  return undefined;
}
