/**
 * What the agents have in common that learn from what their current policy did and then forget it:
 * fields, the loop of acting and learning, metrics, evaluation, checkpoints. An agent says
 * where it acts, how a batch comes about and what is learned from it.
 *
 * @module
 */
import * as z from "zod";
import type { Metrics } from "../../lab/core/metrics.ts";
import type { Report } from "../../lab/core/trainer.ts";
import { PARAMETERS, type Resumable, type ResumableRows } from "../../lab/core/base_trainer.ts";
import type { NamedTensors } from "../../lab/core/tensor_data.ts";
import type { Optimizer } from "../../lab/compute/optimizers.ts";
import { learningRateSchedule, type Schedule } from "../../lab/compute/schedules.ts";
import { count, LONGEST, WIDEST } from "../../lab/compute/sizes.ts";
import type { InputSpec } from "../../lab/compute/workspace.ts";
import type { AgentContext } from "../define_agent.ts";
import { actionInput } from "../distributions/actions.ts";
import { distributionKinds } from "../distributions/mod.ts";
import { explainedVariance } from "../returns/advantages.ts";
import type { EpisodeWindow } from "../worlds/episodes.ts";
import type { ObservationNormalizer } from "../worlds/normalizer.ts";
import { gamma, learningRateFields, maskActions, withDefaults } from "../fields.ts";
import { networkFields } from "../networks/dense_settings.ts";
import { World, type WorldShape } from "../worlds/world.ts";
import { AgentTrainer, type TrainingWorld } from "./agent_trainer.ts";
import {
  type EvaluatedPolicy,
  Evaluator,
  type EvaluatorOptions,
  policyActors,
} from "./evaluation.ts";

/** Fields of every policy-gradient agent. Defaults are those of Stable-Baselines3's A2C. */
export const actorCriticFields = {
  environments: count(1, WIDEST).default(8).meta({
    description: "Environments N that act side by side",
  }),
  ...withDefaults(learningRateFields, { learningRate: 7e-4 }),
  gamma,
  valueCoefficient: z.number().min(0).default(0.5).meta({
    description: "Weight of the value loss",
  }),
  entropyCoefficient: z.number().min(0).default(0).meta({
    description: "Weight of the entropy bonus",
  }),
  maximumGradientNorm: z.number().positive().default(0.5).meta({
    description: "Longer gradients are scaled down to this global norm",
  }),
  maskActions,
  ...withDefaults(networkFields, { hiddenSizes: [64, 64], activation: "tanh" }),
} as const;

/** Fields of agents that learn from rollouts of a fixed length, with estimated advantages. */
export const onPolicyFields = {
  ...actorCriticFields,
  rolloutLength: count(1).default(5).meta({
    description: "Steps T of each environment in a rollout",
    unit: "environment steps",
  }),
  gaeLambda: z.number().min(0).max(1).default(1).meta({
    description: "λ of the advantages: 0 trusts the values, 1 is the n-step return minus the value",
  }),
  normalizeAdvantages: z.boolean().default(false).meta({
    description: "Standardise the advantages of each gradient step",
  }),
  normalizeObservations: z.boolean().default(false).meta({
    description: "Show the networks observations normalised by their running moments",
  }),
  normalizeRewards: z.boolean().default(false).meta({
    description: "Divide rewards by the running deviation of the discounted return",
  }),
  initialLogStd: z.number().default(0).meta({
    description: "ln σ of continuous actions at the start",
  }),
} as const;

/** Fields of agents that may explore by noise that is a function of the state. */
export const stateNoiseFields = {
  stateDependentNoise: z.boolean().default(false).meta({
    description: "gSDE: explore continuous actions by noise that is a function of the state",
  }),
  noiseEvery: count(0, LONGEST).default(0).meta({
    description: "Steps after which gSDE draws its matrices anew; 0: with each rollout only",
    unit: "environment steps",
  }),
  orthogonalInitialization: z.boolean().default(true).meta({
    description: "Orthogonal initial kernels and zero biases; else as PyTorch draws them",
  }),
} as const;

/** Values of {@linkcode actorCriticFields}. */
export type ActorCriticConfiguration = z.output<z.ZodObject<typeof actorCriticFields>>;

/** Values of {@linkcode onPolicyFields}. */
export type OnPolicyConfiguration = z.output<z.ZodObject<typeof onPolicyFields>>;

/** The training environments of such an agent, with what its fields say of them. */
export function onPolicyWorld(
  context: Pick<
    AgentContext<
      & Pick<OnPolicyConfiguration, "environments" | "gamma">
      & Partial<Pick<OnPolicyConfiguration, "normalizeObservations" | "normalizeRewards">>
      & { readonly maskActions: boolean }
    >,
    "name" | "configuration" | "seed" | "makeEnvironment"
  >,
): World {
  const { environments, gamma, normalizeObservations, normalizeRewards, maskActions } =
    context.configuration;
  return new World(context.name, context, environments, {
    actions: distributionKinds,
    normalizeObservations,
    maskActions,
    normalizeRewards: normalizeRewards && { gamma },
  });
}

/** What an update must fit. */
export type UpdateShape = Pick<WorldShape, "observationSize" | "actionSpace" | "masked">;

/**
 * Transitions as the inputs of an update: observations, actions, masks [B, A] where actions are masked,
 * and numbers by name, [B] each.
 */
export function batchInputs<Column extends string = never>(
  { observationSize, actionSpace, masked }: UpdateShape,
  batch: number,
  columns: readonly Column[] = [],
): Record<"observations" | "actions" | "masks" | Column, InputSpec> {
  const numbers = columns.map((name): [string, InputSpec] => [name, [[batch], "float32"]]);
  const inputs: Record<string, InputSpec> = {
    observations: [[batch, observationSize], "float32"],
    actions: actionInput(actionSpace, batch),
    ...masked && { masks: [[batch, actionSpace.flatSize], "float32"] },
    ...Object.fromEntries(numbers),
  };
  return inputs as ReturnType<typeof batchInputs<Column>>;
}

/** Reads what a gradient step saw, as metrics. */
export type ReadLosses = () => Promise<Metrics>;

/** What every batch says of itself. */
export interface Experience {
  /** Environment steps that it took. */
  readonly transitions: number;
}

/** A program that takes a gradient step. */
interface GradientStep {
  readonly scalar: { learningRate: number };
  run(): void;
}

/** When gradient steps are taken, and who counts them. */
export interface Learning {
  /** Share of the budget that was spent before the batch. */
  readonly spent: number;
  /** Runs a program that takes a gradient step on so many examples, at the learning rate due. */
  step(update: GradientStep, examples: number): void;
}

/** The parts in which on-policy agents differ. */
export interface OnPolicyAgent<Batch extends Experience> {
  /**
   * Where it acts. Metrics say how its episodes go; evaluation sees as `normalizer` has it, and values
   * are in `rewardUnit`, 1 where it is left out.
   */
  readonly world: TrainingWorld & {
    readonly shape: WorldShape;
    readonly normalizer?: ObservationNormalizer;
    readonly rewardUnit?: number;
    readonly episodes: Pick<EpisodeWindow, "highestReturn" | "metrics">;
  };
  /** What is evaluated and exported: the policy's network, or a policy with its actors. */
  readonly evaluated: EvaluatedPolicy | Pick<EvaluatorOptions, "actors" | "drawing" | "scores">;
  /** All that the gradient step changes at the start. */
  readonly parameters: NamedTensors;
  readonly optimizer: Optimizer;
  /** What else goes on from plain data. */
  readonly resumables: Readonly<Record<string, Resumable>>;
  /** Rollouts that wait. */
  readonly replay?: ResumableRows;
  /** Environment steps of one iteration at least; left out: those of one batch. */
  readonly iterationSteps?: number;
  /** What is learned from next, of `remaining` environment steps about. */
  collect(remaining: number): Promise<Batch>;
  /**
   * The gradient steps on a batch.
   *
   * @returns How to read what the last step saw, before the next one.
   */
  learn(batch: Batch, learning: Learning): ReadLosses | Promise<ReadLosses>;
}

/** Trains an {@linkcode OnPolicyAgent}. */
export class OnPolicyTrainer<Batch extends Experience> extends AgentTrainer {
  protected readonly parts;
  protected readonly evaluator: Evaluator;
  readonly #learningRate: Schedule;

  constructor(
    { name, budget, configuration, workspace, makeEnvironment }: AgentContext<
      ActorCriticConfiguration
    >,
    private readonly agent: OnPolicyAgent<Batch>,
  ) {
    super(budget);
    const { world, evaluated, parameters, optimizer, resumables, replay } = agent;
    const { shape, normalizer } = world;
    this.#learningRate = learningRateSchedule(configuration);
    workspace.define(PARAMETERS, parameters);
    workspace.define("optimizer", optimizer.initialState(parameters));
    this.evaluator = new Evaluator({
      shape,
      makeEnvironment,
      normalizer,
      rewardUnit: () => world.rewardUnit ?? 1,
      ..."policy" in evaluated ? policyActors(name, workspace, shape, evaluated) : evaluated,
    });
    this.parts = {
      name,
      workspace,
      groups: ["optimizer"],
      resumables: { ...resumables, world },
      replay,
    };
  }

  /** A batch and its gradient steps, or as many as make the least steps of an iteration. */
  async iterate(): Promise<Report> {
    const { progress, agent: { world, iterationSteps = 0 } } = this;
    const until = progress.environmentSteps + iterationSteps;
    let learningRate: number, losses: ReadLosses;
    const step = (update: GradientStep, examples: number) => {
      update.scalar.learningRate = learningRate;
      update.run();
      progress.gradientSteps += 1;
      progress.examples += examples;
    };
    do {
      const { spent } = this;
      learningRate = this.#learningRate(spent);
      const batch = await this.agent.collect(this.remaining);
      losses = await this.agent.learn(batch, { spent, step });
      progress.environmentSteps += batch.transitions;
    } while (progress.environmentSteps < until && this.spent < 1);
    progress.iterations += 1;
    return {
      metrics: {
        ...world.episodes.metrics(),
        ...await losses(),
        "schedule/learning_rate": learningRate,
      },
    };
  }
}

/** The losses of a program's last run, as metrics, and how well values explain their targets. */
export async function lossMetrics(
  update: { read(name: "policy" | "value" | "entropy" | "gradientNorm"): Promise<Float32Array> },
  values: ArrayLike<number>,
  returns: ArrayLike<number>,
): Promise<Metrics> {
  const [policy] = await update.read("policy");
  const [value] = await update.read("value");
  const [entropy] = await update.read("entropy");
  const [gradientNorm] = await update.read("gradientNorm");
  return {
    "losses/policy": policy,
    "losses/value": value,
    "losses/entropy": entropy,
    "losses/gradient_norm": gradientNorm,
    "losses/explained_variance": explainedVariance(values, returns),
  };
}
