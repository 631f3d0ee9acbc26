/**
 * Reproduce: a finished run is trained anew from its manifest and compared, bit for bit.
 *
 * @module
 */
import { DamageError, InputError, LabError } from "../core/errors.ts";
import { TIMING_PREFIX } from "../core/metrics.ts";
import type { NamedTensors } from "../core/tensor_data.ts";
import type { BudgetUnit } from "../core/trainer.ts";
import { budgetUnitOf } from "../store/run_budget.ts";
import type { Manifest, Run, Store } from "../store/store.ts";
import { digestOf, type DigestSeries } from "./digest.ts";
import { stackOf } from "../core/stack.ts";
import { lineOf } from "./error_lines.ts";
import {
  hasOtherData,
  irreproducibleLine,
  type LaunchOptions,
  requireLibrary,
  requireTrained,
  sourceAgain,
  threadsOf,
} from "./recorded_run.ts";
import { manifestOf } from "./manifest.ts";
import type { Opened } from "./protocol.ts";
import {
  finalParameters,
  Recording,
  storedDigest,
  storedSeries,
  StoreRecorder,
} from "./recorder.ts";
import {
  byFileNow,
  changesSince,
  definitionFile,
  orderOf,
  requireOwnFile,
  trainerOf,
} from "./resume.ts";
import { needsModule } from "./own.ts";
import { stagesOf } from "./stages.ts";
import type { Ending, RunCheckpoint } from "./runner.ts";
import { type RunRecorder, TrainingWorker } from "./training_worker.ts";
import { digestLine } from "./verify.ts";

/** What a reproduction found. */
export interface Reproduction {
  readonly identical: boolean;
  /** Whether it is identical, or within the tolerance where that was asked for. */
  readonly agrees: boolean;
  /** What differs, the likeliest cause first; empty where the digests are equal. */
  readonly lines: readonly string[];
  /** The new run, where it was kept. */
  readonly run: Run | null;
}

/**
 * How far values may be off to agree approximately, in shares of the largest magnitude of their
 * series or tensor.
 */
const TOLERANCE = 1e-3;

/** How a run is reproduced. */
export interface ReproduceOptions extends LaunchOptions {
  /** Whether to keep the new run in the store. */
  readonly keep?: boolean;
  /**
   * Whether to compare within {@linkcode TOLERANCE} where bits differ: what another library, processor
   * or version can reach.
   */
  readonly approximately?: boolean;
  /** Where the folder or file of its data lies now. Default: where it lay. */
  readonly data?: string;
}

/** What training anew gave. */
interface Outcome {
  readonly opened: Opened;
  readonly ending: Ending;
  readonly series: DigestSeries[];
  readonly parameters: NamedTensors;
}

/**
 * Trains a finished run anew with its resolved configuration, seed and backend, and compares the
 * digests. Stores nothing unless `keep`, which stores the new run, tagged `reproduction of <id>`.
 *
 * @throws InputError where the run has not finished or cannot be trained here, and where another
 *   library computes its products unless `approximately`; DamageError where what is stored of it
 *   does not have its digest.
 */
export async function reproduce(
  reference: string,
  options: ReproduceOptions,
): Promise<Reproduction> {
  const { store, registries, approximately = false } = options;
  const original = store.find(reference);
  requireTrained(original, "reproduce");
  if (original.digest === null) {
    throw new InputError(
      `Cannot reproduce run ${original.id} as it must have finished: it is ${original.status}`,
    );
  }
  if (await storedDigest(store, original) !== original.digest) {
    throw new DamageError(`Cannot reproduce run ${original.id} as ${digestLine(original)}`);
  }
  const unit = original.manifest.budgetUnit ??
    (await trainerOf(original.manifest, registries)).budgetUnit;
  using resources = new DisposableStack();
  let kept: StoreRecorder | undefined;
  const keep = async (opened: Opened) => {
    if (!approximately) {
      const otherwise = `; --approximately compares within ${TOLERANCE * 100} %`;
      requireLibrary(original, opened, "reproduce", otherwise);
    }
    if (!options.keep || kept !== undefined) return;
    const { determined, definition } = original.manifest;
    const manifest = await manifestOf({
      ...determined,
      ...definition,
      ...opened,
      budgetUnit: unit,
    });
    const run = store.createRun({
      name: original.name,
      manifest: await byFileNow(manifest, 0),
      tags: [`reproduction of ${original.id}`],
      note: "",
    });
    resources.use(store.lock(run.id));
    kept = new StoreRecorder(store, run, unit);
    kept.started();
  };
  let outcome: Outcome;
  try {
    outcome = await trainAgain(original, unit, options, keep, () => kept);
    kept?.ended(outcome.ending);
  } catch (error) {
    kept?.failed(lineOf(error), stackOf(error));
    throw error;
  }
  resources.dispose();
  const run = kept === undefined ? null : store.run(kept.run.id) ?? null;
  if (outcome.ending.status === "interrupted") {
    return { identical: false, agrees: false, lines: ["interrupted before the end"], run };
  }
  const { backend, library } = outcome.opened;
  const { library: _, ...others } = original.manifest.determined;
  const determined = { ...others, backend, ...(library === null ? {} : { library }) };
  const digest = digestOf(determined, outcome.series, outcome.parameters);
  if (digest === original.digest) return { identical: true, agrees: true, lines: [], run };
  const before = {
    series: storedSeries(store, original.id),
    parameters: await finalParameters(store, original),
  };
  const { irreproducible } = original.manifest;
  const furthest = approximately ? deviation(before, outcome) : undefined;
  const causes = [
    ...fileChanges(store, original),
    ...await changesSince(original.manifest),
    ...await machineChanges(original.manifest, outcome.opened),
  ];
  const lines = [
    ...(furthest === undefined ? [] : [
      `furthest off is ${furthest.name}: by ${
        furthest.share.toPrecision(2)
      } of its largest magnitude`,
    ]),
    ...(irreproducible === undefined ? [] : [irreproducibleLine(irreproducible)]),
    ...causes,
    ...causes.some((line) => line.includes(definitionFile(original.manifest.definition)))
      ? []
      : ownPartsLine(original.manifest),
    ...seriesDifferences(before.series, outcome.series),
    ...parameterDifferences(before.parameters, outcome.parameters),
  ];
  const agrees = furthest !== undefined && furthest.share <= TOLERANCE;
  return { identical: false, agrees, lines, run };
}

/** Trains through every budget that the run had, each for as long as it did, in memory. */
async function trainAgain(
  original: Run,
  unit: BudgetUnit,
  options: Omit<ReproduceOptions, "keep">,
  keep: (opened: Opened) => Promise<void>,
  kept: () => StoreRecorder | undefined,
): Promise<Outcome> {
  const { store, registries, signal } = options;
  const { determined } = original.manifest;
  const recording = new Recording();
  requireOwnFile(original, "reproduce");
  const order = orderOf(original.manifest, registries, options.data);
  if (determined.from !== undefined) {
    order.source = await sourceAgain(store, determined.from);
  }
  let opened: Opened | undefined;
  let final: RunCheckpoint | undefined;
  const recorder: RunRecorder = {
    opened: async (now) => {
      opened = now;
      await keep(now);
      announce(original, unit, "started", options);
    },
    report: async (report) => {
      recording.add(report);
      await kept()?.report(report);
      announce(
        original,
        unit,
        report.kind === "evaluation" ? "evaluation" : "report",
        options,
        report,
      );
    },
    checkpoint: async (checkpoint) => {
      if (checkpoint.kind !== "best") final = checkpoint;
      await kept()?.checkpoint(checkpoint);
    },
    ended: () => {},
  };
  using worker = new TrainingWorker(threadsOf(options, 1), options);
  let ending: Ending | undefined;
  for (const { budget, iterations: until } of stagesOf(original.manifest)) {
    const configuration = { ...order.job.configuration, budget };
    const start = final && { start: { snapshot: final.snapshot, runner: final.runner } };
    const job = { ...order.job, configuration };
    ending = await worker.train({ ...order, ...start, job, until }, recorder, signal);
    const isLeft = ending.progress.iterations === until;
    if (ending.status === "diverged" || (ending.status === "interrupted" && !isLeft)) break;
  }
  if (opened === undefined || ending === undefined) {
    throw new LabError(`Cannot reproduce run ${original.id} as the worker reported nothing`);
  }
  announce(original, unit, "ended", options, { ...ending, metrics: {} }, ending.status);
  return {
    opened,
    ending,
    series: recording.series(),
    parameters: final?.snapshot.parameters ?? {},
  };
}

/** Progress under the original's name and id. */
function announce(
  original: Run,
  unit: BudgetUnit,
  kind: "started" | "report" | "evaluation" | "ended",
  { onProgress }: LaunchOptions,
  report?: Pick<Ending, "progress" | "wallSeconds"> & { readonly metrics: Record<string, number> },
  status: Run["status"] = "running",
): void {
  const none = { iterations: 0, environmentSteps: 0, gradientSteps: 0, examples: 0 };
  const { progress = none, wallSeconds = 0, metrics = {} } = report ?? {};
  onProgress?.({
    run: { ...original, ...progress, wallSeconds, status, message: null },
    kind,
    progress,
    budget: { unit, total: original.manifest.determined.configuration.budget as number },
    metrics,
    wallSeconds,
  });
}

/** That a run went on by another version of its file, as its record or its events say. */
function fileChanges(
  store: Pick<Store, "events">,
  { id, manifest: { definition, determined } }: Pick<Run, "id" | "manifest">,
): string[] {
  if (!needsModule(determined.configuration)) return [];
  const file = definitionFile(definition);
  const [change] = definition.changes ?? [];
  if (change !== undefined) {
    return [
      `${file} was another one from iteration ${change.iteration} on: no version of it trains both parts`,
    ];
  }
  // Runs from before the record had it.
  const told = store.events(id).find(({ message }) => message.startsWith(`${file} `));
  return told === undefined
    ? []
    : [`its events say that ${told.message}: no version of it trains both parts`];
}

/** Where to look for what no seed determines in a file of the user's, which is as it was. */
function ownPartsLine({ definition, determined }: Manifest): string[] {
  if (!needsModule(determined.configuration) || definition.module === "") return [];
  return [
    "where its own parts draw numbers or read a clock beside the generators that they are given, " +
    `check ${definition.module} says so`,
  ];
}

async function machineChanges(manifest: Manifest, opened: Opened): Promise<string[]> {
  const { determined, machine } = manifest;
  const budgetUnit = budgetUnitOf(manifest);
  const facts = { ...determined, ...manifest.definition, ...opened, budgetUnit };
  const now = (await manifestOf(facts)).machine;
  const lines: string[] = [];
  const lost = machine.cpuFeatures.filter((feature) => !now.cpuFeatures.includes(feature));
  const gained = now.cpuFeatures.filter((feature) => !machine.cpuFeatures.includes(feature));
  if (lost.length > 0) lines.push(`this processor lacks ${lost.join(", ")}`);
  if (gained.length > 0) lines.push(`this processor has ${gained.join(", ")}, that one had not`);
  if (opened.backend !== determined.backend) {
    lines.push(`the backend is ${opened.backend}, the run's was ${determined.backend}`);
  }
  if (opened.library !== (determined.library ?? null)) {
    lines.push(`the library is ${opened.library}, the run's was ${determined.library ?? null}`);
  }
  if (hasOtherData({ manifest }, opened.data)) {
    lines.push("the data have changed since the run began");
  }
  if (now.adapter !== machine.adapter) {
    lines.push(`the adapter is ${now.adapter}, the run's was ${machine.adapter}`);
  }
  return lines;
}

/** All series that the digest sees, and parameters, as numbers by name. */
function numbersOf(
  { series, parameters }: Pick<Outcome, "series" | "parameters">,
): Map<string, ArrayLike<number>> {
  return new Map([
    ...series.filter(({ name }) => !name.startsWith(TIMING_PREFIX))
      .map(({ name, values }) => [name, values] as const),
    ...Object.entries(parameters).map(([name, { values }]) =>
      [`parameter ${name}`, values] as const
    ),
  ]);
}

/** The series or tensor that is furthest off, by the share of its largest magnitude. */
export function deviation(
  before: Pick<Outcome, "series" | "parameters">,
  after: Pick<Outcome, "series" | "parameters">,
): { name: string; share: number } {
  const [were, are] = [numbersOf(before), numbersOf(after)];
  let furthest = { name: "nothing", share: 0 };
  for (const name of new Set([...were.keys(), ...are.keys()])) {
    const share = shareOff(were.get(name), are.get(name));
    if (share > furthest.share) furthest = { name, share };
  }
  return furthest;
}

/** Infinite where there are more or fewer numbers, or where one of two is none. */
function shareOff(before: ArrayLike<number> = [], after: ArrayLike<number> = []): number {
  if (before.length !== after.length) return Infinity;
  let [largest, furthest] = [0, 0];
  for (let i = 0; i < before.length; i++) {
    if (Object.is(before[i], after[i])) continue;
    const off = Math.abs(before[i] - after[i]);
    furthest = Math.max(furthest, Number.isNaN(off) ? Infinity : off);
  }
  if (furthest === 0) return 0;
  for (let i = 0; i < before.length; i++) {
    if (Number.isFinite(before[i])) largest = Math.max(largest, Math.abs(before[i]));
  }
  return furthest / largest;
}

/** The first point, by iteration and name, where two recordings differ. */
export function seriesDifferences(
  before: readonly DigestSeries[],
  after: readonly DigestSeries[],
): string[] {
  const visible = (series: readonly DigestSeries[]) =>
    new Map(
      series.filter(({ name }) => !name.startsWith(TIMING_PREFIX)).map((one) => [one.name, one]),
    );
  const [first, second] = [visible(before), visible(after)];
  let found: { iteration: number; line: string } | undefined;
  for (const name of [...new Set([...first.keys(), ...second.keys()])].sort()) {
    const difference = firstDifference(first.get(name), second.get(name));
    if (difference === undefined || difference.iteration >= (found?.iteration ?? Infinity)) {
      continue;
    }
    const { iteration, was, is } = difference;
    found = {
      iteration,
      line: `the first metric to differ is ${name} at iteration ${iteration}: ${was}, now ${is}`,
    };
  }
  return found === undefined ? [] : [found.line];
}

function firstDifference(
  before: DigestSeries | undefined,
  after: DigestSeries | undefined,
): { iteration: number; was: string; is: string } | undefined {
  const length = Math.max(before?.values.length ?? 0, after?.values.length ?? 0);
  for (let i = 0; i < length; i++) {
    const iterations = [before?.iterations[i], after?.iterations[i]];
    const values = [before?.values[i], after?.values[i]];
    if (iterations[0] === iterations[1] && Object.is(values[0], values[1])) continue;
    const [was, is] = values.map((value, j) => {
      if (value === undefined) return "nothing";
      const figure = Object.is(value, -0) ? "-0" : `${value}`;
      return iterations[0] === iterations[1] ? figure : `${figure} at ${iterations[j]}`;
    });
    const iteration = Math.min(iterations[0] ?? Infinity, iterations[1] ?? Infinity);
    return { iteration, was, is };
  }
  return undefined;
}

/**
 * The first tensor that differs, by name, the largest difference over all, and how many values have none
 * that is finite.
 */
export function parameterDifferences(before: NamedTensors, after: NamedTensors): string[] {
  let first: string | undefined;
  let largest: number | undefined;
  let broken = 0;
  for (const name of [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()) {
    const [was, is] = [before[name], after[name]];
    if (was === undefined || is === undefined || `${was.shape}` !== `${is.shape}`) {
      const [then, now] = [was, is].map((tensor) => tensor ? `[${tensor.shape}]` : "missing");
      return [`the parameter ${name} is ${now}, it was ${then}`];
    }
    for (let i = 0; i < was.values.length; i++) {
      if (Object.is(was.values[i], is.values[i])) continue;
      first ??= name;
      const difference = Math.abs(was.values[i] - is.values[i]);
      if (Number.isFinite(difference)) largest = Math.max(largest ?? 0, difference);
      else broken++;
    }
  }
  if (first === undefined) return [];
  const by = [
    ...largest === undefined ? [] : [`by at most ${largest.toPrecision(3)}`],
    ...broken === 0 ? [] : [
      `in ${broken} value${
        broken === 1 ? " that is no finite number" : "s that are no finite numbers"
      }` +
      " in one run",
    ],
  ];
  return [`parameters differ from ${first} on, ${by.join(", and ")}`];
}
