/**
 * Training as a library call, without a store.
 *
 * @module
 */
import type { BackendChoice } from "../compute/backend_choice.ts";
import type { Metrics } from "../core/metrics.ts";
import type { Seed } from "../core/random.ts";
import type { NamedTensors } from "../core/tensor_data.ts";
import type { Trainer } from "../core/trainer.ts";
import type { ExperimentDefinition } from "./definition.ts";
import { digestOf } from "./digest.ts";
import { Recording } from "./recorder.ts";
import type { Registries } from "./registries.ts";
import { resolve } from "./resolve.ts";
import { type Ending, runnerOptions, type RunReport, runTrainer } from "./runner.ts";
import { openSession } from "./session.ts";

/** How a library call trains. */
export interface TrainOptions {
  /** Default 1. */
  readonly seed?: Seed;
  /** Default `auto`. */
  readonly backend?: BackendChoice;
  /** Total budget in the trainer's unit, instead of the definition's. */
  readonly budget?: number;
  /** Overrides by path, as on the command line: `["agent.gamma", "0.98"]`. */
  readonly set?: readonly (readonly [path: string, value: string])[];
  /** Called after every iteration and evaluation; awaited. */
  readonly onReport?: (report: RunReport) => void | Promise<void>;
  /** Ends training after the iteration in which it is aborted. */
  readonly signal?: AbortSignal;
}

/** A series of a library call. */
export interface TrainedSeries {
  /** Iterations of its points, ascending. */
  readonly iterations: Float64Array;
  /** The values there. */
  readonly values: Float64Array;
}

/** What came out. */
export interface TrainResult extends Ending {
  /** Last value of every series. */
  readonly metrics: Metrics;
  /** Every value of every series, by name. */
  readonly series: { readonly [name: string]: TrainedSeries };
  /** The learned tensors. */
  readonly parameters: NamedTensors;
  /** Equal digests: the same numbers, bit for bit. The same as a stored run's. */
  readonly digest: string;
  /** `tfjs-wasm`, …. */
  readonly backend: string;
  /** Still open: `act` and `sample` work until `dispose`. */
  readonly trainer: Trainer;
  /** Frees the tensors. */
  dispose(): void;
}

/**
 * Trains a definition from start to end. Throws an `InputError` where the definition is wrong.
 *
 * @example
 * ```ts ignore
 * const { metrics } = await train(cartpole, { seed: 7, onReport: ({ metrics }) => show(metrics) });
 * ```
 */
export async function train(
  definition: ExperimentDefinition,
  options: TrainOptions & { readonly registries: Registries },
): Promise<TrainResult> {
  const { registries, seed = 1, backend = "auto", onReport, signal } = options;
  const { configuration } = await resolve(definition, registries, options);
  const job = { experiment: definition.name, module: "", configuration, seed: `${seed}`, backend };
  const session = await openSession(job, registries, { definition });
  const recording = new Recording();
  let parameters: NamedTensors = {};
  const breathe = breather();
  try {
    const ending = await runTrainer(session.trainer, {
      ...runnerOptions(configuration),
      checkpoint: { everyIterations: 0, everySeconds: Infinity },
      seed,
      bestBy: session.bestBy,
      interrupted: () => signal?.aborted ?? false,
    }, {
      report: async (report) => {
        recording.add(report);
        await onReport?.(report);
        await breathe();
      },
      checkpoint: ({ kind, snapshot }) => {
        if (kind !== "best") parameters = snapshot.parameters;
      },
    });
    const series = recording.series();
    const determined = {
      experiment: definition.name,
      version: definition.version ?? 1,
      configuration,
      seed: `${seed}`,
      backend: session.backend,
    };
    return {
      ...ending,
      metrics: Object.fromEntries(series.map(({ name, values }) => [name, values.at(-1)!])),
      series: Object.fromEntries(series.map((one) => [one.name, one])),
      parameters,
      digest: digestOf(determined, series, parameters),
      backend: session.backend,
      trainer: session.trainer,
      dispose: () => void session.dispose(),
    };
  } catch (error) {
    session.dispose();
    throw error;
  }
}

/** Lets timers and signals of the caller run, twenty times a second at most. */
function breather(): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < 50) return undefined;
    last = performance.now();
    return new Promise((resume) => setTimeout(resume, 0));
  };
}
