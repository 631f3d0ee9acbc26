/**
 * Reverie as a library: define worlds and experiments, train, look at the numbers. TensorFlow.js
 * is loaded by the first call of {@linkcode train}, not by the import.
 *
 * @module
 */
import { copied } from "./lab/experiment/copied.ts";
import type { ExperimentDefinition } from "./lab/experiment/definition.ts";
import { InputError } from "./lab/core/errors.ts";
import type { LoggedRun, LoggedRunOptions } from "./lab/experiment/logged_run.ts";
import type { TrainOptions, TrainResult } from "./lab/experiment/train.ts";

export {
  type Agent,
  type AgentContext,
  type AgentSettings,
  defineAgent,
} from "./agents/define_agent.ts";
export { defineBody } from "./agents/define_body.ts";
export { loadPolicy, Policy } from "./agents/policy.ts";
export { checkEnvironment, type Finding } from "./envs/checker.ts";
export {
  definitionOf,
  makeEnv,
  makeVectorEnv,
  type OptionsSchema,
  register,
  type Registration,
  type VectorOptions,
} from "./envs/mod.ts";
export * from "./envs/wrappers/mod.ts";
export { renderTerminal, type TerminalOptions } from "./lab/core/render_terminal.ts";
export { type BackendChoice, backendChoices } from "./lab/compute/backend_choice.ts";
export { BatchedEnvironment, vectorOf } from "./lab/core/batched.ts";
export { defineEnvironment, environmentOf, observeInto } from "./lab/core/define_environment.ts";
export type {
  Batch,
  BatchForm,
  BatchStep,
  Environment,
  EnvironmentDefinition,
  GoalEnding,
  Info,
  Observe,
  Outcome,
  ResetOptions,
  StepResult,
  Transition,
  TransitionTable,
} from "./lab/core/environment.ts";
export { FitError, InputError, LabError } from "./lab/core/errors.ts";
export { encodeGif } from "./lab/core/gif.ts";
export type { LabEvent, Metrics, Progress } from "./lab/core/metrics.ts";
export type { Artifact, Raster, Samples } from "./lab/core/picture.ts";
export { encodePng } from "./lab/core/png.ts";
export {
  type ChoiceOptions,
  defaultRng,
  Generator,
  type IntegerArray,
  type Seed,
} from "./lab/core/random.ts";
export { type Context2d, drawScene } from "./lab/core/render_canvas.ts";
export { Rasterizer, renderRaster } from "./lab/core/render_raster.ts";
export { renderSvg } from "./lab/core/render_svg.ts";
export type { Color, Scene, Shape } from "./lab/core/scene.ts";
export type { Json, Snapshot } from "./lab/core/snapshot.ts";
export { Box, Discrete, MultiDiscrete, type Space, Tuple } from "./lab/core/space.ts";
export {
  type Autoreset,
  type ResetRows,
  type Vector,
  VectorEnvironment,
  type VectorStep,
} from "./lab/core/vector.ts";
export type {
  Augmentation,
  Dataset,
  DataTakes,
  ExampleKind,
  ExampleReader,
  Holdings,
  Split,
} from "./lab/core/dataset.ts";
export type {
  DatasetContext,
  DatasetDefinition,
  Entry,
  OpenFile,
  Player,
  ReadAhead,
} from "./lab/core/registry.ts";
export type { Dtype, NamedTensors, TensorData, TypedArrays } from "./lab/core/tensor_data.ts";
export type {
  ActOptions,
  BudgetUnit,
  EvaluationContext,
  LogLikelihoods,
  NamedStep,
  PolicyFileOptions,
  Report,
  SamplingSettings,
  Trainer,
} from "./lab/core/trainer.ts";
export type {
  AgentDefinition,
  Body,
  BodyDefinition,
  EnvironmentSource,
  KeptJudges,
  ModelContext,
  ModelDefinition,
  Takes,
  TrainerContext,
} from "./lab/compute/definitions.ts";
export {
  type Callback,
  type CallbackContext,
  type CallbackResult,
  type Callbacks,
  defineCallbacks,
} from "./lab/experiment/callbacks.ts";
export {
  type AgentExperiment,
  type Chosen,
  type CommonFields,
  defineExperiment,
  type ExperimentDefinition,
  type ModelExperiment,
  type Options,
} from "./lab/experiment/definition.ts";
export type { StopRule } from "./lab/experiment/stop_rule.ts";
export type {
  LoggedEnding,
  LoggedProgress,
  LoggedRun,
  LoggedRunOptions,
} from "./lab/experiment/logged_run.ts";
export {
  defineSweep,
  type FieldDefinition,
  type SweepDefinition,
} from "./lab/experiment/sweep/definition.ts";
export type { PrunerName } from "./lab/search/pruners.ts";
export type { SamplerName } from "./lab/search/samplers.ts";
export type { Condition, Range } from "./lab/search/space.ts";
export type { Ending, RunReport } from "./lab/experiment/runner.ts";
export { type DatasetSource, defineDataset } from "./models/datasets/define_dataset.ts";
export type { MadeDataset } from "./models/datasets/form.ts";
export {
  type LoadedField,
  LoadedModel,
  loadModel,
  type OfRows,
  type SampleOptions,
} from "./models/model_file.ts";
export type { FileNoise } from "./models/row_program.ts";
export type { TrainedSeries, TrainOptions, TrainResult } from "./lab/experiment/train.ts";

/**
 * Trains a definition with one seed and returns what came out: metrics, series, learned
 * parameters, and the open trainer (`act`, `sample`).
 *
 * @throws InputError where the definition or an option is wrong.
 *
 * @example
 * ```ts ignore
 * const definition = defineExperiment({
 *   name: "cartpole-ppo",
 *   budget: 50_000,
 *   environment: { id: "CartPole-v1" },
 *   agent: { name: "ppo" },
 * });
 * const { metrics } = await train(definition, { seed: 7 });
 * console.log(metrics["evaluation/return_mean"]);
 * ```
 */
export async function train(
  definition: ExperimentDefinition,
  options: TrainOptions = {},
): Promise<TrainResult> {
  // As they are now: the caller may change them for the next training while the lab is loaded for this one.
  const [own, given] = [copied(definition), copied(options)];
  const [{ train }, { registries }] = await Promise.all([
    import("./lab/experiment/train.ts"),
    import("./registries.ts"),
  ]);
  return await train(own, { ...given, registries });
}

/**
 * Starts a run of a loop of your own, of this lab or not, which the dashboard and the commands show
 * like any other: `log` adds points, with counts or an iteration behind them, `image` keeps a picture, `event` a line, `finish` ends it.
 * Needs Deno.
 *
 * @param options.store Folder of the store. Default: `runs`.
 *
 * @example
 * ```ts ignore
 * const run = await startRun({ name: "my-loop", configuration: { rate: 0.1 } });
 * for (let i = 0; i < 100; i++) run.log({ "losses/loss": 1 / (i + 1) });
 * run.finish();
 * ```
 */
export async function startRun(
  options: LoggedRunOptions & { readonly store?: string },
): Promise<LoggedRun> {
  requireDeno("start");
  const { startRun } = await import("./lab/experiment/logged_run.ts");
  return await startRun(options);
}

/**
 * Goes on with a run that {@linkcode startRun} began, as after a crash: points, pictures and events that it
 * has of iterations after `after` are hidden. Needs Deno.
 *
 * @param run Its id, or `latest`.
 * @param options.after The iteration that your own checkpoint is of. Default: the run's last one.
 * @param options.store Folder of the store. Default: `runs`.
 * @throws InputError where it is no run of a loop of your own, or has not come so far; LabError where a
 *   process logs it already.
 *
 * @example
 * ```ts ignore
 * const run = await resumeRun("1rsh4w", { after: 50 });
 * run.log({ "losses/loss": 0.02 }, 51);
 * ```
 */
export async function resumeRun(
  run: string,
  options: { readonly store?: string; readonly after?: number } = {},
): Promise<LoggedRun> {
  requireDeno("go on with");
  const { resumeRun } = await import("./lab/experiment/logged_run.ts");
  return resumeRun(run, options);
}

/** @throws InputError where there is none. */
function requireDeno(verb: string): void {
  if ("Deno" in globalThis) return;
  throw new InputError(
    `Cannot ${verb} a run as the files and locks of its store need Deno: use it`,
  );
}
