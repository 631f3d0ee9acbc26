/**
 * Stored policies and models, opened again: for evaluation, samples and renderings.
 *
 * @module
 */
import type { BackendChoice } from "../compute/backend_choice.ts";
import type { RowStep } from "../compute/row_step.ts";
import type { Dataset } from "../core/dataset.ts";
import type { Environment } from "../core/environment.ts";
import { InputError } from "../core/errors.ts";
import { REPLAY } from "../core/snapshot.ts";
import type { Trainer } from "../core/trainer.ts";
import {
  type CheckpointChoice,
  chosenCheckpoint,
  standingWith,
} from "../store/chosen_checkpoint.ts";
import type { Run, Store, StoredCheckpoint } from "../store/store.ts";
import { askedAs, samplingFieldsOf, type SettingTexts } from "./asked_settings.ts";
import type { FieldDescription } from "./fields.ts";
import type { Registries } from "./registries.ts";
import { hasOtherData, requireTrained } from "./recorded_run.ts";
import { needsModule } from "./own.ts";
import { orderOf, ownFileChange, requireOwnFile } from "./resume.ts";

import { openSession } from "./session.ts";

/** A stored trainer, open to be looked at: its replay buffer is empty. */
interface OpenTrainer {
  readonly trainer: Trainer;
  /** Agents: makes an environment as the run's. */
  readonly makeEnvironment?: () => Environment;
  /** Models: the run's data. */
  readonly dataset?: Dataset;
  readonly checkpoint: StoredCheckpoint;
  /** Frees the tensors. */
  dispose(): void;
}

/**
 * Opens a run's trainer at the checkpoint that is chosen (see {@linkcode chosenCheckpoint}; default:
 * `final`), or at one of its `checkpoints`. Throws an `InputError` where there is no such checkpoint, or
 * the lab did not train the run.
 */
export async function openTrainer(
  run: Run,
  options: {
    readonly store: Store;
    readonly registries: Registries;
    readonly checkpoint?: CheckpointChoice | StoredCheckpoint;
    /** Default: the run's own. */
    readonly backend?: BackendChoice;
    /** Where the folder or file of its data lies now. Default: where it lay. */
    readonly data?: string;
    /** Other values of the fields that a model draws its samples by, or of an agent's world, as
     * {@linkcode askedAs} takes them. */
    readonly settings?: SettingTexts;
    /** Called with a line where the data, or the file of its own parts, are others than it was trained with. */
    readonly notice?: (line: string) => void;
  },
): Promise<OpenTrainer> {
  const { store, registries, checkpoint: wanted = "final", backend, data, notice } = options;
  const { settings = [] } = options;
  requireTrained(run, "open");
  const kept = store.checkpoints(run.id);
  const checkpoint = typeof wanted === "object" ? wanted : chosenCheckpoint(kept, wanted);
  if (checkpoint === undefined) {
    throw new InputError(
      `Cannot open run ${run.id} as it must have a ${wanted} checkpoint: it is ` +
        standingWith(run, kept),
    );
  }
  requireOwnFile(run, "open");
  const { job, again } = orderOf(run.manifest, registries, data);
  const asked = await askedAs(job, registries, settings);
  const chosen = { ...asked, ...backend === undefined ? {} : { backend } };
  const { snapshot } = await store.loadCheckpoint(run.id, checkpoint, { without: REPLAY });
  const session = await openSession(chosen, registries, { again });
  const isOther = hasOtherData(run, session.data);
  try {
    await session.trainer.restore(snapshot);
  } catch (error) {
    session.dispose();
    if (!(error instanceof InputError)) throw error;
    if (settings.length > 0) {
      throw new InputError(
        `Cannot open run ${run.id} with ${
          textOf(settings)
        } as what it learned must fit: ${error.message}`,
      );
    }
    if (!isOther) throw error;
    const { dataset } = run.manifest.determined.configuration as { dataset: { name: string } };
    throw new InputError(
      `Cannot open run ${run.id} as what ${dataset.name} reads must have the classes and the shape of ` +
        `what the run learned from: it has changed (${error.message})`,
    );
  }
  if (isOther) {
    notice?.(
      "The data have changed since the run learned from them: its classes and figures may be those of others",
    );
  }
  const { definition, determined } = run.manifest;
  if (needsModule(determined.configuration) && await ownFileChange(definition) !== undefined) {
    notice?.(
      `${definition.module} has changed since the run began: figures and pictures may be those of ` +
        "another world, agent, model or data set than it was trained with",
    );
  }
  const { trainer, makeEnvironment, dataset } = session;
  return {
    trainer,
    ...(makeEnvironment === undefined ? {} : { makeEnvironment }),
    ...(dataset === undefined ? {} : { dataset }),
    checkpoint,
    dispose: () => void session.dispose(),
  };
}

/**
 * The greedy policy of a run's agent as the bytes of a file that `loadPolicy` opens, with where it
 * comes from: the same ones whatever the run was computed with. Options as of
 * {@linkcode openTrainer}; `withValue`: with the critic, where the agent keeps one.
 *
 * @throws InputError where the run is no agent in a world, or its agent makes no policy.
 */
export async function policyOf(
  run: Run,
  options: Omit<Parameters<typeof openTrainer>[1], "backend"> & { readonly withValue?: boolean },
): Promise<Uint8Array<ArrayBuffer>> {
  const { agent, environment } = partsOf(run);
  if (agent === undefined) {
    throw new InputError(`Cannot export a policy of ${run.id} as it is no agent in a world`);
  }
  return await exported(run, options, (trainer, about) => {
    const all = { ...about, agent: agent.name, environment: environment!.id };
    const file = trainer.exportPolicy?.(all, options);
    if (file !== undefined) return file;
    throw new InputError(`Cannot export a policy of ${run.id} as ${agent.name} makes none`);
  });
}

/**
 * A run's model as the bytes of a file that `loadModel` opens, as {@linkcode policyOf} does for agents.
 *
 * @throws InputError where the run is no model, or a function of it cannot be compiled.
 */
export async function modelFileOf(
  run: Run,
  options: Omit<Parameters<typeof openTrainer>[1], "backend">,
): Promise<Uint8Array<ArrayBuffer>> {
  const { model, dataset } = partsOf(run);
  return await exported(run, options, (trainer, about) => {
    if (model === undefined || trainer.exportModel === undefined) {
      throw new InputError(
        `Cannot export a model file of ${run.id} as it must be a model that learned from data`,
      );
    }
    return trainer.exportModel({ ...about, model: model.name, dataset: dataset!.name });
  });
}

/** A network of a run as a file, by the name of what it computes. */
export interface OnnxFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * What the networks of a run compute as ONNX files, one each: `policy` of an agent; `encode`, `decode`
 * and the like of a model. Options as of {@linkcode openTrainer}.
 *
 * @returns The files, and whether samples are left out of them as they are drawn in steps.
 * @throws InputError where there is no such network, or no operators for a part of one.
 */
export async function onnxFilesOf(
  run: Run,
  options: Omit<Parameters<typeof openTrainer>[1], "backend">,
): Promise<{ readonly files: readonly OnnxFile[]; readonly withoutSamples: boolean }> {
  const { agent, environment, model, dataset } = partsOf(run);
  const refusal = (reason: string) =>
    new InputError(`Cannot export ${run.id} as ONNX as ${reason}`);
  return await exported(run, options, async (trainer, about) => {
    const steps = await trainer.rowSteps?.() as readonly RowStep[] | undefined;
    if (steps === undefined) {
      throw refusal(`it must have a network: ${(agent ?? model)!.name} has none`);
    }
    if (steps.length === 0) {
      throw refusal(`a network must do it in one step: ${model!.name} draws its samples in many`);
    }
    const { onnxOf } = await import("../compute/onnx/onnx.ts");
    const parts: Readonly<Record<string, string>> = agent === undefined
      ? { model: model!.name, dataset: dataset!.name }
      : { agent: agent.name, environment: environment!.id };
    const files = steps.map((step) => ({
      name: step.name,
      bytes: onnxOf(step, { ...about, ...parts, ...step.about }),
    }));
    const drawn = files.some(({ name }) => name === "sample");
    return { files, withoutSamples: trainer.sample !== undefined && !drawn };
  });
}

/**
 * The data set that a run's model learned from, as its manifest names it, and what of it a page may
 * show.
 *
 * @throws InputError where the run is no model.
 */
export async function datasetOf(
  run: Run,
  options: Omit<Parameters<typeof openTrainer>[1], "backend">,
): Promise<Dataset> {
  const { dataset, dispose } = await openTrainer(run, { ...options, backend: "auto" });
  dispose();
  if (dataset === undefined) {
    throw new InputError(
      `Cannot show data of ${run.id} as it must be a model that learned from data`,
    );
  }
  return dataset;
}

/**
 * The fields that a run's model may draw its samples by, as no weight hangs on them, with the run's values;
 * empty where there are none.
 *
 * @throws InputError where the lab did not train the run, or the file of its own parts is gone.
 */
export async function settingsOf(
  run: Run,
  registries: Registries,
): Promise<readonly FieldDescription[]> {
  requireTrained(run, "open");
  requireOwnFile(run, "open");
  return await samplingFieldsOf(orderOf(run.manifest, registries).job, registries);
}

/** What a run trained, as its manifest names it. */
function partsOf({ manifest }: Run) {
  return manifest.determined.configuration as {
    readonly agent?: { readonly name: string };
    readonly environment?: { readonly id: string };
    readonly model?: { readonly name: string };
    readonly dataset?: { readonly name: string };
  };
}

/** What a run's trainer exports, which is told where it comes from. */
async function exported<T>(
  run: Run,
  options: Omit<Parameters<typeof openTrainer>[1], "backend">,
  write: (
    trainer: Trainer,
    about: Readonly<Record<string, string>>,
  ) => Promise<T>,
): Promise<T> {
  const { experiment, seed } = run.manifest.determined;
  const { settings = [] } = options;
  const { trainer, checkpoint, dispose } = await openTrainer(run, { ...options, backend: "auto" });
  try {
    return await write(trainer, {
      run: run.id,
      experiment,
      seed,
      ...settings.length === 0 ? {} : { settings: textOf(settings) },
      ...run.digest === null ? {} : { digest: run.digest },
      iteration: String(checkpoint.iteration),
    });
  } finally {
    dispose();
  }
}

function textOf(settings: SettingTexts): string {
  return settings.map((each) => each.join("=")).join(" ");
}
