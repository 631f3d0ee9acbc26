/**
 * Examines an agent or a model as `check` does a world: whether its losses are numbers, whether the
 * same seed gives the same training, whether evaluations leave it alone and measure what its best
 * checkpoint is chosen by, whether a restored trainer goes on to the same bits, and the same of what
 * callbacks return and keep.
 *
 * @module
 */
import { decodeCanonicalJson, encodeCanonicalJson } from "../core/canonical_json.ts";
import { didYouMean, InputError } from "../core/errors.ts";
import { badLoss, type Metrics } from "../core/metrics.ts";
import { streamOf } from "../core/random.ts";
import type { Json, Snapshot } from "../core/snapshot.ts";
import type { Trainer } from "../core/trainer.ts";
import { CallbackRunner } from "./callbacks.ts";
import type { ExperimentDefinition } from "./definition.ts";
import type { DigestSeries } from "./digest.ts";
import { lineOf } from "./error_lines.ts";
import type { Registries } from "./registries.ts";
import { checkReport, Course } from "./reports.ts";
import { parameterDifferences, seriesDifferences } from "./reproduce.ts";
import { resolve } from "./resolve.ts";
import { openSession } from "./session.ts";

/** What of a trainer breaks the contract, and how to mend it. */
export interface TrainerFinding {
  readonly severity: "error";
  /** What was looked at. */
  readonly check: keyof typeof findings;
  readonly message: string;
  readonly mend: string;
}

/** Iterations before a snapshot, and as many after it. */
const ITERATIONS = 3;
/** Milliseconds that a callback may take: as long as a run waits for a sign of life. */
const PATIENCE = 60_000;

const findings = {
  losses: {
    message: "a loss is no number after a few iterations",
    mend:
      "look for a logarithm or a root of what may be 0 or less, a division by what may be 0, or " +
      "a rate of learning that is too high",
  },
  seeds: {
    message: "the same seed gives another training",
    mend:
      "take all chance from the streams that the trainer is given, never from Math.random or the " +
      "clock, and keep nothing in variables outside of the trainer",
  },
  evaluation: {
    message: "training goes on otherwise after an evaluation",
    mend:
      "evaluate with the generator that evaluate is given, in environments of its own, and change " +
      "nothing there that iterate reads",
  },
  measures: {
    message: "the same trainer and seed give another evaluation",
    mend:
      "draw from the generator that evaluate is given alone, and measure no time but under timing/",
  },
  best: {
    message: "no evaluation measures what the best checkpoint is chosen by",
    mend: "let bestBy name a series that evaluations have",
  },
  snapshot: {
    message: "a restored trainer goes on otherwise than the one that was kept",
    mend: "keep everything that decides on later iterations in the snapshot: tensors in the " +
      "workspace, in a group that parts.groups names, generators and counters in parts.resumables",
  },
  callbacks: {
    message: "what the callbacks return or keep does not come again",
    mend:
      "draw from `stream`, remember in the fields of `state` alone, as plain data, and let the " +
      "name of what the clock decides begin with timing/",
  },
} as const;

/**
 * Trains an experiment for a few iterations, several times, with seed 1: what is wrong, at most one
 * finding a check. Nothing is found of a trainer that says that it is irreproducible, and of snapshots
 * nothing in a world that has none.
 *
 * @param patience Milliseconds that a callback may take.
 * @throws InputError where the definition cannot be resolved, or what it makes is no trainer or reports
 * what none may, and what the trainer throws.
 */
export async function checkTrainer(
  definition: ExperimentDefinition,
  registries: Registries,
  patience = PATIENCE,
): Promise<TrainerFinding[]> {
  const opening = await openingOf(definition, registries);
  using sessions = new DisposableStack();
  const open = async () => {
    const session = await opening();
    sessions.defer(() => void session.dispose());
    return session;
  };
  const { trainer, makeEnvironment, bestBy, dataset } = await open();
  if (trainer.irreproducible !== undefined) return [];
  const { callbacks } = definition;
  const watching = (state?: Json) =>
    callbacks && new CallbackRunner(callbacks, 1, { dataset, state });
  const watched = watching();
  const first = await stretch(trainer, patience, watched);
  if (first.badLoss !== undefined) return [found("losses", first.badLoss)];
  const second = await stretch(trainer, patience, watched);

  const [again, watchedAgain] = [(await open()).trainer, watching()];
  const firstAgain = await stretch(again, patience, watchedAgain);
  const otherwise = difference(first, firstAgain);
  // Where chance decides, everything else differs, too.
  if (otherwise !== undefined) return [found("seeds", otherwise)];
  const evaluated = async () => {
    const report = await again.evaluate({ random: streamOf(1, "check"), episodes: 2 });
    checkReport("evaluate", report);
    return report;
  };
  const [report, reportAgain] = [await evaluated(), await evaluated()];
  const { metrics } = report;
  // A stop rule and callbacks may wait for what comes later.
  const isAsked = "model" in definition && definition.stop === undefined &&
    definition.callbacks === undefined;
  const judging = isAsked ? bestBy?.metric : undefined;
  const unmeasured = judging === undefined || judging in metrics
    ? undefined
    : `${judging}${didYouMean(judging, Object.keys(metrics))}`;
  const touched = difference(second, await stretch(again, patience));
  // What an evaluation changed another one may measure.
  const remeasured = touched ?? differenceOnce(metrics, reportAgain.metrics);
  const seen = async (callbacks: CallbackRunner | undefined) => {
    const call = callbacks?.call("evaluation", again, report);
    const answer = await answered(call, "onEvaluation", patience);
    return { metrics: answer?.report.metrics ?? {}, ...keptBy(callbacks) };
  };
  const [watchedOnce, watchedTwice] = [
    await seen(watchedAgain),
    await seen(watching(firstAgain.kept)),
  ];

  const goesOn = makeEnvironment === undefined || makeEnvironment().snapshot !== undefined;
  const after = goesOn
    ? await afterRestore((await open()).trainer, first, patience, watching(first.kept))
    : undefined;
  const restored = typeof after === "string" ? after : after && difference(second, after);
  // Those of a trainer that goes on otherwise see other numbers.
  const unlike = first.unkept ?? seriesDifferences(first.watched, firstAgain.watched).at(0) ??
    differenceOnce(watchedOnce.metrics, watchedTwice.metrics) ?? watchedOnce.unkept ??
    (isSame(watchedOnce.kept, watchedTwice.kept) ? undefined : "what onEvaluation keeps") ??
    (typeof after === "object" && restored === undefined
      ? seriesDifferences(second.watched, after.watched).at(0)
      : undefined);
  return [
    ...touched === undefined ? [] : [found("evaluation", touched)],
    ...remeasured === touched ? [] : [found("measures", remeasured!)],
    ...unmeasured === undefined ? [] : [found("best", unmeasured)],
    ...restored === undefined ? [] : [found("snapshot", restored)],
    ...unlike === undefined ? [] : [found("callbacks", unlike)],
  ];
}

/**
 * Makes what an experiment trains, of the data that it reads, and trains nothing.
 *
 * @throws InputError where it could not be run: a file that is not there, or does not fit.
 */
export async function checkOpens(
  definition: ExperimentDefinition,
  registries: Registries,
): Promise<void> {
  const open = await openingOf(definition, registries);
  (await open()).dispose();
}

/** What opens an experiment with seed 1, again and again. */
async function openingOf(definition: ExperimentDefinition, registries: Registries) {
  const { configuration } = await resolve(definition, registries);
  const job = {
    ...{ experiment: definition.name, module: "", configuration },
    ...{ seed: "1", backend: "auto" as const },
  };
  return () => openSession(job, registries, { definition });
}

function found(check: keyof typeof findings, what: string): TrainerFinding {
  const { message, mend } = findings[check];
  return { severity: "error", check, message: `${message}: ${what}`, mend };
}

/** A few iterations, and what there is after them. */
interface Stretch {
  readonly series: readonly DigestSeries[];
  readonly snapshot: Snapshot;
  /** What callbacks returned, and what they keep after it. */
  readonly watched: readonly DigestSeries[];
  readonly kept: Json | undefined;
  /** Why that cannot be kept. */
  readonly unkept: string | undefined;
  /** The first loss that is no finite number, and where. */
  readonly badLoss: string | undefined;
}

/** What a callback answers. @throws InputError where it takes longer than `patience` milliseconds. */
async function answered<Answer>(
  call: Promise<Answer> | undefined,
  hook: string,
  patience: number,
): Promise<Answer | undefined> {
  const { promise, reject } = Promise.withResolvers<never>();
  const late = new InputError(
    `Cannot go on as ${hook} must return, or its promise settle, within ${patience / 1000} s`,
  );
  const timer = setTimeout(() => reject(late), patience);
  try {
    return await Promise.race([call, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** The points of series, by name. */
type Points = Map<string, { iterations: number[]; values: number[] }>;

async function stretch(
  trainer: Trainer,
  patience: number,
  callbacks?: CallbackRunner,
): Promise<Stretch> {
  const [series, watched]: [Points, Points] = [new Map(), new Map()];
  const { progress, budget } = trainer;
  const course = new Course(budget.unit);
  let bad: string | undefined;
  for (let i = 0; i < ITERATIONS && progress[budget.unit] < budget.total; i++) {
    const before = { ...progress };
    const report = await trainer.iterate();
    checkReport("iterate", report);
    course.check(before, progress);
    const { metrics } = report;
    const loss = badLoss(metrics);
    if (loss !== undefined) bad ??= `${loss} at iteration ${progress.iterations}`;
    const called = await answered(
      callbacks?.call("iteration", trainer, report),
      "onIteration",
      patience,
    );
    for (const [name, value] of Object.entries({ ...metrics, ...called?.report.metrics })) {
      const those = Object.hasOwn(metrics, name) ? series : watched;
      const { iterations, values } = those.get(name) ?? { iterations: [], values: [] };
      iterations.push(progress.iterations);
      values.push(value);
      those.set(name, { iterations, values });
    }
  }
  return {
    series: seriesOf(series),
    watched: seriesOf(watched),
    snapshot: stored(await trainer.snapshot()),
    ...keptBy(callbacks),
    badLoss: bad,
  };
}

function seriesOf(points: Points): DigestSeries[] {
  return [...points].map(([name, { iterations, values }]) => ({
    name,
    iterations: Float64Array.from(iterations),
    values: Float64Array.from(values),
  }));
}

/** What callbacks keep, as a checkpoint has it. */
function keptBy(callbacks: CallbackRunner | undefined): Pick<Stretch, "kept" | "unkept"> {
  try {
    return { kept: callbacks?.snapshot(), unkept: undefined };
  } catch (error) {
    return { kept: undefined, unkept: lineOf(error) };
  }
}

/** As a checkpoint has it. */
function stored({ parameters, state, lent, values }: Snapshot): Snapshot {
  return {
    ...structuredClone({ parameters, state: { ...state, ...lent } }),
    values: decodeCanonicalJson(encodeCanonicalJson(values)),
  };
}

/** The stretch after a snapshot; a line where the trainer refuses it. */
async function afterRestore(
  trainer: Trainer,
  { snapshot }: Stretch,
  patience: number,
  callbacks: CallbackRunner | undefined,
): Promise<Stretch | string> {
  try {
    await trainer.restore(snapshot);
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return await stretch(trainer, patience, callbacks);
}

/** What differs first between what was measured of the same. */
function differenceOnce(a: Metrics, b: Metrics): string | undefined {
  const [before, after] = [a, b].map((metrics) =>
    Object.entries(metrics).map(([name, value]): DigestSeries => ({
      name,
      iterations: Float64Array.of(ITERATIONS),
      values: Float64Array.of(value),
    }))
  );
  return seriesDifferences(before, after).at(0);
}

/** Whether two values are the same JSON. */
function isSame(a: Json = null, b: Json = null): boolean {
  return encodeCanonicalJson(a) === encodeCanonicalJson(b);
}

/** What differs first between two stretches of the same iterations. */
function difference(a: Stretch, b: Stretch): string | undefined {
  const tensors = ({ snapshot: { parameters, state } }: Stretch) => ({ ...state, ...parameters });
  return [...seriesDifferences(a.series, b.series), ...parameterDifferences(tensors(a), tensors(b))]
    .at(0);
}
