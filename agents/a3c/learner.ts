/**
 * A worker of A3C: algorithm S3 of Mnih et al. (2016, arXiv 1602.01783). It runs where the trainer
 * does, or in a thread.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Environment } from "../../lab/core/environment.ts";
import type { Metrics } from "../../lab/core/metrics.ts";
import { type Generator, type Seed, streamOf } from "../../lab/core/random.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import { constant, linear, type Schedule } from "../../lab/compute/schedules.ts";
import type { Tensors, Workspace } from "../../lab/compute/workspace.ts";
import type { A3cConfiguration } from "./configuration.ts";
import { policyOutputs, stateValues } from "../networks/actor_critic.ts";
import { explainedVariance, generalizedAdvantages } from "../returns/advantages.ts";
import { PARAMETERS } from "../../lab/core/base_trainer.ts";
import { compileScores, type ScoreProgram, type Scores } from "../trainers/evaluation.ts";
import {
  distributionKinds,
  type PolicyDistribution,
  policyDistribution,
} from "../distributions/policy_distribution.ts";
import {
  lossMetrics,
  optimizerOf,
  policyGradientInputs,
  policyGradients,
} from "../trainers/policy_gradient.ts";
import { perBatch } from "../trainers/programs.ts";
import { Rollout } from "../memory/rollout.ts";
import { RolloutValues } from "../memory/rollout_values.ts";
import { type SharedBlock, SharedTensors } from "./shared_tensors.ts";
import { World, type WorldShape } from "../worlds/world.ts";

// The gradient step.

/** after − before of all tensors, one after the other: what is added to the shared ones. */
function change(before: Tensors, after: Tensors): tf.Tensor {
  return tf.concat(
    Object.keys(before).map((name) => tf.reshape(tf.sub(after[name], before[name]), [-1])),
  );
}

/** Compiles what a rollout of `batch` transitions changes in parameters and statistics. */
function compileUpdate(
  { configuration: settings, workspace }: LearnerContext,
  shape: WorldShape,
  distribution: PolicyDistribution,
  batch: number,
) {
  const optimizer = optimizerOf(settings);
  return workspace.compile(
    {
      name: `a3c/update/${batch}`,
      inputs: policyGradientInputs(shape, batch),
      scalars: ["learningRate"],
      state: [PARAMETERS, "optimizer"],
    },
    ({ input, scalar, state }) => {
      const parameters = state[PARAMETERS];
      const { gradients, losses } = policyGradients(parameters, input, distribution, settings);
      const next = optimizer.update(parameters, gradients, state.optimizer, scalar.learningRate);
      return {
        outputs: {
          ...losses,
          parameterChange: change(parameters, next.parameters),
          optimizerChange: change(state.optimizer, next.state),
        },
      };
    },
  );
}

// A worker.

/** What the workers share. */
export interface Shared {
  readonly parameters: SharedBlock;
  readonly optimizer: SharedBlock;
  /** One int32: environment steps of this iteration that workers have claimed. */
  readonly claimed: ArrayBuffer | SharedArrayBuffer;
}

/** What a worker is made from; all but the last two can cross to a thread. */
export interface LearnerContext {
  readonly configuration: A3cConfiguration;
  readonly shared: Shared;
  /** The worker's own. */
  readonly seed: Seed;
  readonly workspace: Workspace;
  makeEnvironment(): Environment;
}

/** What the workers shall do in one iteration, together. */
export interface LearnOrder {
  /** Environment steps before it. */
  readonly environmentSteps: number;
  /** Environment steps of it. */
  readonly limit: number;
  /** Of the run, in environment steps. */
  readonly budget: number;
}

/** What one worker did in an iteration. */
export interface Learned {
  readonly environmentSteps: number;
  readonly gradientSteps: number;
  /** Of all its episodes so far. */
  readonly highestReturn: number;
  readonly metrics: Metrics;
}

/** One gradient step and what it was made from. */
interface Learning {
  readonly update: ReturnType<typeof compileUpdate>;
  readonly values: Float64Array;
  readonly returns: Float64Array;
  readonly learningRate: number;
}

/** A worker, here or in a thread. */
export interface WorkerPart {
  learn(order: LearnOrder): Promise<Learned>;
  snapshot(): Json | Promise<Json>;
  restore(snapshot: Json): void | Promise<void>;
  dispose(): void;
}

/** The networks of a shape, as programs see them. */
export function networksOf({ activation }: A3cConfiguration, shape: WorldShape) {
  const distribution = policyDistribution(shape.actionSpace);
  const policy: Scores = (parameters, x) =>
    distribution.rows(parameters, policyOutputs(parameters, x, activation));
  const values: Scores = (parameters, x) => stateValues(parameters, x, activation);
  return { distribution, policy, values };
}

/** One worker: algorithm S3. */
export class Learner implements WorkerPart {
  readonly #world: World;
  readonly #random: Generator;
  readonly #parameters: SharedTensors;
  readonly #optimizer: SharedTensors;
  readonly #claimed: Int32Array;
  readonly #distribution: PolicyDistribution;
  readonly #actor: ScoreProgram;
  readonly #rollout: Rollout;
  readonly #values: RolloutValues;
  /** Of one batch size, and of another for a shortened rollout. */
  readonly #update: (batch: number) => ReturnType<typeof compileUpdate>;
  readonly #learningRate: Schedule;

  constructor(private readonly context: LearnerContext) {
    const { configuration: settings, shared, seed, workspace } = context;
    const { environments, rolloutLength, learningRate, annealLearningRate } = settings;
    this.#world = new World("a3c", context, environments, { actions: distributionKinds });
    this.#random = streamOf(seed, "policy");
    this.#parameters = new SharedTensors(shared.parameters);
    this.#optimizer = new SharedTensors(shared.optimizer);
    this.#claimed = new Int32Array(shared.claimed);
    workspace.define(PARAMETERS, this.#parameters.tensors);
    workspace.define("optimizer", this.#optimizer.tensors);

    const { shape } = this.#world;
    const { distribution, policy, values } = networksOf(settings, shape);
    this.#distribution = distribution;
    this.#actor = compileScores(workspace, "a3c/act", environments, shape.observationSize, policy);
    this.#rollout = new Rollout(rolloutLength, environments, shape);
    this.#values = new RolloutValues("a3c", workspace, this.#rollout, values);
    this.#update = perBatch((batch) => compileUpdate(context, shape, distribution, batch));
    this.#learningRate = annealLearningRate ? linear(learningRate, 0) : constant(learningRate);
  }

  /** Rollouts and their updates, until the workers have claimed all steps of the order. */
  async learn({ environmentSteps, limit, budget }: LearnOrder): Promise<Learned> {
    const { environments, rolloutLength } = this.context.configuration;
    const most = environments * rolloutLength;
    let taken = 0, gradientSteps = 0;
    let last: Learning | undefined;
    for (;;) {
      const before = Atomics.add(this.#claimed, 0, most);
      if (before >= limit) break;
      const length = Math.min(rolloutLength, Math.ceil((limit - before) / environments));
      const learningRate = this.#learningRate((environmentSteps + before) / budget);
      last = await this.#learn(length, learningRate);
      taken += length * environments;
      gradientSteps += 1;
    }
    return {
      environmentSteps: taken,
      gradientSteps,
      highestReturn: this.#world.episodes.highestReturn,
      metrics: { ...this.#world.episodes.metrics(), ...last && await this.#losses(last) },
    };
  }

  /** One rollout with a copy of the shared parameters, and what it changes in them. */
  async #learn(length: number, learningRate: number): Promise<Learning> {
    const { configuration: { environments, gamma, gaeLambda }, workspace } = this.context;
    const rollout = this.#rollout;
    const rows = length * environments;
    workspace.write(PARAMETERS, this.#parameters.tensors);
    await rollout.collect(this.#world, this.#actor, this.#distribution, this.#random, length);
    const { values, nextValues } = await this.#values.of(rows, this.#world.observations);
    const columns = rollout.columns(rows, values, nextValues);
    const { advantages, returns } = generalizedAdvantages(columns, gamma, gaeLambda);

    const update = this.#update(rows);
    const { input, scalar } = update;
    input.observations.set(rollout.observations.subarray(0, rows * rollout.observationSize));
    input.actions.set(rollout.actions.subarray(0, rows * rollout.actionSize));
    input.advantages.set(advantages);
    input.returns.set(returns);
    scalar.learningRate = learningRate;
    workspace.write("optimizer", this.#optimizer.tensors);
    update.run();
    this.#parameters.add(await update.read("parameterChange"));
    this.#optimizer.add(await update.read("optimizerChange"));
    return { update, values, returns, learningRate };
  }

  /** What the last gradient step saw. */
  async #losses({ update, values, returns, learningRate }: Learning): Promise<Metrics> {
    return {
      ...await lossMetrics(update),
      "losses/explained_variance": explainedVariance(values, returns),
      "schedule/learning_rate": learningRate,
    };
  }

  snapshot(): Json {
    return { world: this.#world.snapshot(), policy: this.#random.snapshot() };
  }

  restore(snapshot: Json): void {
    const { world, policy } = snapshot as { world: Json; policy: Json };
    this.#world.restore(world);
    this.#random.restore(policy);
  }

  /** The workspace is its maker's. */
  dispose(): void {}
}
