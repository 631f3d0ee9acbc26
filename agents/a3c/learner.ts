/**
 * A worker of A3C: algorithm S3 of Mnih et al. (2016, arXiv 1602.01783). It runs where the trainer
 * does, or in a thread.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type * as z from "zod";
import type { Environment } from "../../lab/core/environment.ts";
import type { Metrics } from "../../lab/core/metrics.ts";
import { type Generator, type Seed, streamOf } from "../../lab/core/random.ts";
import { copyColumns } from "../../lab/core/rows.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import { PARAMETERS } from "../../lab/core/base_trainer.ts";
import type { BodyDefinition } from "../../lab/compute/definitions.ts";
import { descend } from "../../lab/compute/descend.ts";
import { learningRateSchedule, type Schedule } from "../../lab/compute/schedules.ts";
import type { Tensors, Workspace } from "../../lab/compute/workspace.ts";
import { a2cColumns, a2cLoss, type optimizerFields, optimizerOf } from "../a2c.ts";
import { type ActorCritic, actorCritic } from "../networks/actor_critic.ts";
import {
  type actorCriticFields,
  batchInputs,
  lossMetrics,
  onPolicyWorld,
  type ReadLosses,
} from "../trainers/on_policy_trainer.ts";
import { perBatch } from "../trainers/programs.ts";
import { type RolloutSettings, RolloutWorker } from "../trainers/rollout_worker.ts";
import type { World, WorldShape } from "../worlds/world.ts";
import { type SharedBlock, SharedTensors } from "./shared_tensors.ts";

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
  networks: ActorCritic,
  batch: number,
) {
  const { maximumGradientNorm } = settings;
  const optimizer = optimizerOf(settings);
  return workspace.compile(
    {
      name: `a3c/update/${batch}`,
      inputs: batchInputs(shape, batch, a2cColumns),
      scalars: ["learningRate"],
      state: [PARAMETERS, "optimizer"],
    },
    ({ input, scalar: { learningRate }, state }) => {
      const next = descend(
        (parameters) => a2cLoss(networks, parameters, input, settings),
        state[PARAMETERS],
        state.optimizer,
        { optimizer, learningRate, maximumGradientNorm },
      );
      const { policy, value, entropy } = next.values;
      return {
        outputs: {
          ...{ policy, value, entropy, gradientNorm: next.gradientNorm },
          parameterChange: change(state[PARAMETERS], next.parameters),
          optimizerChange: change(state.optimizer, next.optimizer),
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

/** What a worker's learning depends on. */
export type LearnerSettings =
  & z.output<z.ZodObject<typeof actorCriticFields & typeof optimizerFields>>
  & RolloutSettings;

/** What a worker is made from; all but the last three can cross to a thread. */
export interface LearnerContext {
  readonly configuration: LearnerSettings;
  readonly shared: Shared;
  /** The worker's own. */
  readonly seed: Seed;
  readonly workspace: Workspace;
  makeEnvironment(): Environment;
  readonly body?: BodyDefinition;
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
export interface WorkerReport {
  readonly environmentSteps: number;
  readonly gradientSteps: number;
  /** Of all its episodes so far. */
  readonly highestReturn: number;
  readonly metrics: Metrics;
}

/** A worker, here or in a thread. */
export interface WorkerPart {
  learn(order: LearnOrder): Promise<WorkerReport>;
  snapshot(): Json | Promise<Json>;
  restore(snapshot: Json): void | Promise<void>;
  dispose(): void;
}

/** One worker: algorithm S3. */
export class Learner implements WorkerPart {
  readonly #world: World;
  readonly #random: Generator;
  readonly #parameters: SharedTensors;
  readonly #optimizer: SharedTensors;
  readonly #claimed: Int32Array;
  readonly #rollouts: RolloutWorker;
  /** Of one batch size, and of another for a shortened rollout. */
  readonly #update: (batch: number) => ReturnType<typeof compileUpdate>;
  readonly #learningRate: Schedule;

  constructor(private readonly context: LearnerContext) {
    const { configuration: settings, shared, seed, workspace } = context;
    const name = "a3c";
    this.#world = onPolicyWorld({ ...context, name });
    this.#random = streamOf(seed, "policy");
    this.#parameters = new SharedTensors(shared.parameters);
    this.#optimizer = new SharedTensors(shared.optimizer);
    this.#claimed = new Int32Array(shared.claimed);
    workspace.define(PARAMETERS, this.#parameters.tensors);
    workspace.define("optimizer", this.#optimizer.tensors);

    const { shape } = this.#world;
    const networks = actorCritic(shape, settings, context.body);
    this.#rollouts = new RolloutWorker({ ...context, name }, this.#world, networks, this.#random);
    this.#update = perBatch((batch) => compileUpdate(context, shape, networks, batch));
    this.#learningRate = learningRateSchedule(settings);
  }

  /** Rollouts and their updates, until the workers have claimed all steps of the order. */
  async learn({ environmentSteps, limit, budget }: LearnOrder): Promise<WorkerReport> {
    const { environments, rolloutLength } = this.context.configuration;
    const most = environments * rolloutLength;
    let taken = 0, gradientSteps = 0;
    let losses: ReadLosses | undefined;
    for (;;) {
      const before = Atomics.add(this.#claimed, 0, most);
      if (before >= limit) break;
      const learningRate = this.#learningRate((environmentSteps + before) / budget);
      const step = await this.#learn(limit - before, learningRate);
      taken += step.transitions;
      gradientSteps += 1;
      losses = step.losses;
    }
    return {
      environmentSteps: taken,
      gradientSteps,
      highestReturn: this.#world.episodes.highestReturn,
      metrics: { ...this.#world.episodes.metrics(), ...await losses?.() },
    };
  }

  /** One rollout with a copy of the shared parameters, and what it changes in them. */
  async #learn(
    remaining: number,
    learningRate: number,
  ): Promise<{ transitions: number; losses: ReadLosses }> {
    const { workspace } = this.context;
    workspace.write(PARAMETERS, this.#parameters.tensors);
    const batch = await this.#rollouts.collect(remaining);
    const { transitions, values, returns } = batch;
    const update = this.#update(transitions);
    copyColumns({ ...batch.rollout, ...batch }, update.input);
    update.scalar.learningRate = learningRate;
    workspace.write("optimizer", this.#optimizer.tensors);
    update.run();
    this.#parameters.add(await update.read("parameterChange"));
    this.#optimizer.add(await update.read("optimizerChange"));
    const losses = async () => ({
      ...await lossMetrics(update, values, returns),
      "schedule/learning_rate": learningRate,
    });
    return { transitions, losses };
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
