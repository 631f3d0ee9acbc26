/**
 * Advantage actor-critic, synchronous: several environments take a few steps, then one gradient
 * step on all of them together raises the probability of actions that did better than the value
 * network expected.
 *
 * Mnih, Badia, Mirza, Graves, Lillicrap, Harley, Silver, Kavukcuoglu, "Asynchronous Methods for
 * Deep Reinforcement Learning" (2016, arXiv 1602.01783): algorithm S3 with one learner that waits
 * for all actors, as OpenAI Baselines' A2C (which has no paper of its own); the policy gradient and
 * its entropy bonus of section 4.
 *
 * Differs from the paper:
 * - One synchronous learner in place of asynchronous ones; policy and value network share no layer.
 * - Advantages by GAE (Schulman et al. 2015, arXiv 1506.02438, equation 16); λ = 1, the default, is
 *   the paper's n-step return minus the value.
 * - The mean over the rollout in place of the sum, and gradients clipped by global norm (Baselines).
 * - An episode that a time limit cut bootstraps from the value of its final observation.
 * - Actions are discrete, multi-discrete or continuous (Gaussian with a learned standard deviation
 *   that does not depend on the state).
 *
 * @module
 */
import * as z from "zod";
import type { Environment } from "../lab/core/environment.ts";
import type { Metrics } from "../lab/core/metrics.ts";
import type { Report } from "../lab/core/trainer.ts";
import type { AgentDefinition, TrainerContext } from "../lab/compute/definitions.ts";
import { activationNames } from "../lab/compute/networks.ts";
import { constant, linear, type Schedule } from "../lab/compute/schedules.ts";
import {
  actorCriticParameters,
  actorDistribution,
  policyRows,
  stateValues,
} from "./networks/actor_critic.ts";
import { explainedVariance, generalizedAdvantages, standardize } from "./returns/advantages.ts";
import { AgentTrainer } from "./trainers/agent_trainer.ts";
import { PARAMETERS } from "../lab/core/base_trainer.ts";
import {
  compileScores,
  Evaluator,
  greedyActors,
  type ScoreProgram,
  type Scores,
} from "./trainers/evaluation.ts";
import { distributionKinds, type PolicyDistribution } from "./distributions/policy_distribution.ts";
import { compilePolicyGradientStep, lossMetrics, optimizerOf } from "./trainers/policy_gradient.ts";
import { perBatch } from "./trainers/programs.ts";
import { Rollout } from "./memory/rollout.ts";
import { RolloutValues } from "./memory/rollout_values.ts";
import { World } from "./worlds/world.ts";

// Configuration. Defaults are those of Stable-Baselines3's A2C where nothing else is said.

const configuration = z.strictObject({
  environments: z.int().min(1).default(8).meta({
    description: "Environments N that act side by side (8: rl-baselines3-zoo for CartPole)",
  }),
  rolloutLength: z.int().min(1).default(5).meta({
    description: "Steps n of each environment before an update",
    unit: "environment steps",
  }),
  optimizer: z.enum(["rmsprop", "adam"]).default("rmsprop").meta({
    description: "Rule of the update; RMSProp with ε inside the root, as TensorFlow's",
  }),
  learningRate: z.number().positive().default(7e-4).meta({ description: "Step size" }),
  annealLearningRate: z.boolean().default(false).meta({
    description: "Lower the learning rate linearly to 0 over the budget",
  }),
  optimizerEpsilon: z.number().positive().default(1e-5).meta({
    description: "ε of the optimizer",
  }),
  rmspropDecay: z.number().min(0).lt(1).default(0.99).meta({
    description: "Decay of RMSProp's mean square; Adam does not use it",
  }),
  gamma: z.number().min(0).max(1).default(0.99).meta({ description: "Discount γ" }),
  gaeLambda: z.number().min(0).max(1).default(1).meta({
    description: "λ of the advantages: 1 is the n-step return minus the value",
  }),
  normalizeAdvantages: z.boolean().default(false).meta({
    description: "Standardise the advantages of each update",
  }),
  valueCoefficient: z.number().min(0).default(0.5).meta({
    description: "Weight of the value loss",
  }),
  entropyCoefficient: z.number().min(0).default(0).meta({
    description: "Weight β of the entropy bonus",
  }),
  maximumGradientNorm: z.number().positive().default(0.5).meta({
    description: "Longer gradients are scaled down to this global norm",
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
  stateDependentNoise: z.boolean().default(false).meta({
    description: "gSDE: explore continuous actions by noise that is a function of the state",
  }),
  noiseEvery: z.int().min(0).default(0).meta({
    description: "Steps after which gSDE draws its matrices anew; 0: with each rollout only",
    unit: "environment steps",
  }),
  orthogonalInitialization: z.boolean().default(true).meta({
    description: "Orthogonal initial kernels and zero biases; else as PyTorch draws them",
  }),
  hiddenSizes: z.array(z.int().min(1)).default([64, 64]).meta({
    description: "Widths of the hidden layers of each network",
  }),
  activation: z.enum(activationNames).default("tanh").meta({
    description: "Activation of the hidden layers",
  }),
});

/** The fields of {@linkcode a2c}. */
export type A2cConfiguration = z.output<typeof configuration>;

// Trainer. The losses are those of losses.ts.

/** Environment steps of one iteration, so that it takes a tenth of a second and not a thousandth. */
const ITERATION = 512;

type Context = TrainerContext<A2cConfiguration> & { makeEnvironment(): Environment };

type Update = ReturnType<typeof compilePolicyGradientStep>;

/** One gradient step and what it was made from. */
interface Learned {
  readonly update: Update;
  readonly values: Float64Array;
  readonly returns: Float64Array;
  readonly learningRate: number;
}

class A2cTrainer extends AgentTrainer {
  protected readonly parts;
  protected readonly evaluator: Evaluator;
  readonly #world: World;
  readonly #rollout: Rollout;
  readonly #values: RolloutValues;
  readonly #distribution: PolicyDistribution;
  readonly #actor: ScoreProgram;
  /** Of one batch size, and of another for a shortened rollout. */
  readonly #update: (batch: number) => Update;
  readonly #learningRate: Schedule;

  constructor(private readonly context: Context) {
    super(context.budget);
    const { configuration: settings, workspace, stream } = context;
    const { environments, rolloutLength, activation, learningRate } = settings;
    const { gamma, normalizeObservations, normalizeRewards } = settings;
    this.#world = new World("a2c", context, environments, {
      actions: distributionKinds,
      normalizeObservations,
      normalizeRewards: normalizeRewards && { gamma },
    });
    const { shape, normalizer } = this.#world;
    const { observationSize } = shape;
    const distribution = actorDistribution(shape, settings);

    this.#distribution = distribution;
    this.#update = perBatch((batch) =>
      compilePolicyGradientStep("a2c", context, shape, distribution, batch)
    );
    const weights = stream("initial-weights");
    const parameters = actorCriticParameters(weights, observationSize, distribution, settings);
    workspace.define(PARAMETERS, parameters);
    workspace.define("optimizer", optimizerOf(settings).initialState(parameters));

    const policy: Scores = (parameters, x) => policyRows(parameters, x, activation, distribution);
    const values: Scores = (parameters, x) => stateValues(parameters, x, activation);
    this.#actor = compileScores(workspace, "a2c/act", environments, observationSize, policy);
    this.#rollout = new Rollout(rolloutLength, environments, shape);
    this.#values = new RolloutValues("a2c", workspace, this.#rollout, values);
    this.evaluator = new Evaluator({
      shape,
      makeEnvironment: context.makeEnvironment,
      actors: greedyActors("a2c", workspace, shape, policy),
      scores: policy,
      normalizer,
    });
    this.#learningRate = settings.annealLearningRate
      ? linear(learningRate, 0)
      : constant(learningRate);
    this.parts = {
      name: "a2c",
      workspace,
      groups: ["optimizer"],
      resumables: { policy: stream("policy"), world: this.#world },
    };
  }

  /** Rollouts of about 512 environment steps together, with an update after each. */
  async iterate(): Promise<Report> {
    const { environments, rolloutLength } = this.context.configuration;
    let last = await this.#learn();
    for (
      let taken = environments * rolloutLength;
      taken < ITERATION && this.spent < 1;
      taken += environments * rolloutLength
    ) {
      last = await this.#learn();
    }
    this.progress.iterations += 1;
    return { metrics: { ...this.#world.episodes.metrics(), ...await this.#losses(last) } };
  }

  /** One rollout and its gradient step. */
  async #learn(): Promise<Learned> {
    const { environments, rolloutLength, gamma, gaeLambda, normalizeAdvantages } =
      this.context.configuration;
    const learningRate = this.#learningRate(this.spent);
    const rollout = this.#rollout;
    const length = this.nextLength(rolloutLength, environments);
    const rows = length * environments;
    await rollout.collect(
      this.#world,
      this.#actor,
      this.#distribution,
      this.parts.resumables.policy,
      length,
    );
    const { values, nextValues } = await this.#values.of(rows, this.#world.observations);
    const columns = rollout.columns(rows, values, nextValues);
    const { advantages, returns } = generalizedAdvantages(columns, gamma, gaeLambda);

    const update = this.#update(rows);
    const { input, scalar } = update;
    input.observations.set(rollout.observations.subarray(0, rows * rollout.observationSize));
    input.actions.set(rollout.actions.subarray(0, rows * rollout.actionSize));
    input.returns.set(returns);
    if (normalizeAdvantages) standardize(advantages, input.advantages);
    else input.advantages.set(advantages);
    scalar.learningRate = learningRate;
    update.run();
    this.progress.environmentSteps += rows;
    this.progress.gradientSteps += 1;
    this.progress.examples += rows;
    return { update, values, returns, learningRate };
  }

  /** What the last gradient step saw. */
  async #losses(
    { update, values, returns, learningRate }: Learned,
  ): Promise<Metrics> {
    return {
      ...await lossMetrics(update),
      "losses/explained_variance": explainedVariance(values, returns),
      "schedule/learning_rate": learningRate,
    };
  }
}

/** Advantage actor-critic. */
export const a2c: AgentDefinition<A2cConfiguration> = {
  name: "a2c",
  summary: "Advantage actor-critic: one policy-gradient step after every few environment steps",
  budgetUnit: "environmentSteps",
  takes: { actions: distributionKinds },
  configuration,
  // deno-lint-ignore require-await
  create: async (context) => new A2cTrainer(context),
};
