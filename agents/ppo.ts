/**
 * Proximal policy optimisation: rollouts of several environments, then some epochs of minibatch
 * updates of a surrogate whose gain ends where the policy has moved too far from the one that
 * acted.
 *
 * Schulman, Wolski, Dhariwal, Radford, Klimov, "Proximal Policy Optimization Algorithms" (2017,
 * arXiv 1707.06347): the clipped surrogate (equation 7), the combined objective (equation 9), the
 * advantages (equations 11 and 12), algorithm 1. Details are numbered as in Huang, Dossa, Raffin,
 * Kanervisto, Wang, "The 37 Implementation Details of Proximal Policy Optimization" (ICLR blog
 * track, 2022), "core" list.
 *
 * Differs from the paper:
 * - Policy and value network share no layer (detail 13); orthogonal initial kernels (2), Adam with
 *   ε = 1e-5 (3), annealed learning rate (4), advantages standardised a minibatch (7), optionally
 *   clipped value loss (9), gradients clipped by global norm (11).
 * - An episode that a time limit cut bootstraps from the value of its final observation.
 * - Actions are discrete, multi-discrete or continuous: Gaussian with a learned standard deviation that
 *   does not depend on the state (continuous details 1 to 5); observations and rewards optionally
 *   normalised by running moments (6 to 9).
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import type { Environment } from "../lab/core/environment.ts";
import { InputError } from "../lab/core/errors.ts";
import type { Metrics } from "../lab/core/metrics.ts";
import type { Report } from "../lab/core/trainer.ts";
import type { AgentDefinition, TrainerContext } from "../lab/compute/definitions.ts";
import { clipByGlobalNorm, valueAndGradients } from "../lab/compute/gradients.ts";
import { activationNames } from "../lab/compute/networks.ts";
import { adam } from "../lab/compute/optimizers.ts";
import { constant, linear, type Schedule } from "../lab/compute/schedules.ts";
import { actionInput } from "./common/actions.ts";
import { explainedVariance, generalizedAdvantages, standardize } from "./common/advantages.ts";
import {
  policyOutputs,
  policyParameters,
  stateValues,
  valueParameters,
} from "./common/actor_critic.ts";
import { AgentTrainer } from "./common/agent_trainer.ts";
import { PARAMETERS } from "./common/checkpoint.ts";
import {
  compileScores,
  Evaluator,
  greedyActors,
  type ScoreProgram,
  type Scores,
} from "./common/evaluation.ts";
import {
  distributionKinds,
  type PolicyDistribution,
  policyDistribution,
} from "./common/policy_distribution.ts";
import { perBatch } from "./common/programs.ts";
import { Rollout } from "./common/rollout.ts";
import { RolloutValues } from "./common/rollout_values.ts";
import { combinedLoss, meanSquaredError } from "./common/losses.ts";
import { World, type WorldShape } from "./common/world.ts";

// Configuration. Defaults are those of CleanRL's ppo.py where nothing else is said.

const configuration = z.strictObject({
  environments: z.int().min(1).default(4).meta({
    description: "Environments N that act side by side",
  }),
  rolloutLength: z.int().min(1).default(128).meta({
    description: "Steps T of each environment in a rollout",
    unit: "environment steps",
  }),
  minibatchSize: z.int().min(2).default(128).meta({
    description: "Transitions a gradient step; divides the rollout's T · N",
    unit: "transitions",
  }),
  epochs: z.int().min(1).default(4).meta({
    description: "Passes over a rollout (K in the paper)",
  }),
  learningRate: z.number().positive().default(2.5e-4).meta({ description: "Adam's step size" }),
  annealLearningRate: z.boolean().default(true).meta({
    description: "Lower the learning rate linearly to 0 over the budget",
  }),
  adamEpsilon: z.number().positive().default(1e-5).meta({ description: "Adam's ε" }),
  gamma: z.number().min(0).max(1).default(0.99).meta({ description: "Discount γ" }),
  gaeLambda: z.number().min(0).max(1).default(0.95).meta({
    description: "λ of the advantages: 0 trusts the value network, 1 the returns",
  }),
  clipRange: z.number().positive().default(0.2).meta({
    description: "ε: how far the probability ratio gains",
  }),
  annealClipRange: z.boolean().default(false).meta({
    description: "Lower the clip range linearly to 0 over the budget",
  }),
  clipValueLoss: z.boolean().default(true).meta({
    description: "Also clip the value's change by the clip range",
  }),
  normalizeAdvantages: z.boolean().default(true).meta({
    description: "Standardise the advantages of each minibatch",
  }),
  valueCoefficient: z.number().min(0).default(0.5).meta({
    description: "Weight c₁ of the value loss",
  }),
  entropyCoefficient: z.number().min(0).default(0.01).meta({
    description: "Weight c₂ of the entropy bonus",
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
  hiddenSizes: z.array(z.int().min(1)).default([64, 64]).meta({
    description: "Widths of the hidden layers of each network",
  }),
  activation: z.enum(activationNames).default("tanh").meta({
    description: "Activation of the hidden layers",
  }),
});

/** The fields of {@linkcode ppo}. */
export type PpoConfiguration = z.output<typeof configuration>;

// Losses.

/**
 * The negated clipped surrogate, −mean(min(ρA, clip(ρ, 1 − ε, 1 + ε)A)) with ρ = π(a|s) / π_old(a|s).
 * Equation 7, in the equal form min(ρA, A + ε|A|): the limit does not depend on the policy.
 *
 * @param logProbability ln π(a|s), [B].
 * @param oldLogProbability ln π_old(a|s), [B].
 * @param advantages A, [B].
 * @param clipRange ε > 0.
 */
export function clippedPolicyLoss(
  logProbability: tf.Tensor,
  oldLogProbability: tf.Tensor,
  advantages: tf.Tensor,
  clipRange: tf.Scalar,
): tf.Scalar {
  const ratio = tf.exp(tf.sub(logProbability, oldLogProbability));
  const limit = tf.add(advantages, tf.mul(tf.abs(advantages), clipRange));
  return tf.neg(tf.mean(tf.minimum(tf.mul(ratio, advantages), limit)));
}

/**
 * ½ mean(max((V − R)², (V_old + clip(V − V_old, −ε, ε) − R)²)). Core detail 9.
 *
 * @param values V(s), [B].
 * @param oldValues V_old(s), [B].
 * @param returns R, [B].
 * @param clipRange ε > 0.
 */
export function clippedValueLoss(
  values: tf.Tensor,
  oldValues: tf.Tensor,
  returns: tf.Tensor,
  clipRange: tf.Scalar,
): tf.Scalar {
  const change = tf.sub(values, oldValues);
  const clipped = tf.maximum(tf.minimum(change, clipRange), tf.neg(clipRange));
  const free = tf.square(tf.sub(values, returns));
  const held = tf.square(tf.sub(tf.add(oldValues, clipped), returns));
  return tf.mul(0.5, tf.mean(tf.maximum(free, held))) as tf.Scalar;
}

/**
 * How far the policy moved: the estimate mean((ρ − 1) − ln ρ) of KL(π_old ‖ π) (never negative;
 * core detail 12) and the share of ratios outside 1 ± ε.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert";
 * strictEqual(policyChange([0.2, -0.1], [0, 0], 0.2).clipFraction, 0.5);
 * ```
 *
 * @param logProbability ln π(a|s), [B].
 * @param oldLogProbability ln π_old(a|s), [B].
 * @param clipRange ε > 0.
 */
export function policyChange(
  logProbability: ArrayLike<number>,
  oldLogProbability: ArrayLike<number>,
  clipRange: number,
): { approximateKl: number; clipFraction: number } {
  let divergence = 0;
  let clipped = 0;
  const count = logProbability.length;
  for (let i = 0; i < count; i++) {
    const logRatio = logProbability[i] - oldLogProbability[i];
    const change = Math.expm1(logRatio);
    divergence += change - logRatio;
    if (Math.abs(change) > clipRange) clipped += 1;
  }
  return { approximateKl: divergence / count, clipFraction: clipped / count };
}

// Trainer.

type Context = TrainerContext<PpoConfiguration> & { makeEnvironment(): Environment };

/** Compiles one gradient step on `batch` transitions. */
export function compileUpdate(
  { configuration: settings, workspace }: Pick<Context, "configuration" | "workspace">,
  { observationSize, actionSpace }: Pick<WorldShape, "observationSize" | "actionSpace">,
  distribution: PolicyDistribution,
  batch: number,
) {
  const optimizer = adam({ epsilon: settings.adamEpsilon });
  const { activation } = settings;
  return workspace.compile(
    {
      name: `ppo/update/${batch}`,
      inputs: {
        observations: [[batch, observationSize], "float32"],
        actions: actionInput(actionSpace, batch),
        oldLogProbabilities: [[batch], "float32"],
        oldValues: [[batch], "float32"],
        advantages: [[batch], "float32"],
        returns: [[batch], "float32"],
      },
      scalars: ["learningRate", "clipRange"],
      state: [PARAMETERS, "optimizer"],
    },
    ({ input, scalar, state }) => {
      const { values, gradients } = valueAndGradients((parameters) => {
        const outputs = policyOutputs(parameters, input.observations, activation);
        const rows = distribution.rows(parameters, outputs);
        const { logProbability, entropy } = distribution.terms(rows, input.actions);
        const predicted = stateValues(parameters, input.observations, activation);
        const policy = clippedPolicyLoss(
          logProbability,
          input.oldLogProbabilities,
          input.advantages,
          scalar.clipRange,
        );
        const value = settings.clipValueLoss
          ? clippedValueLoss(predicted, input.oldValues, input.returns, scalar.clipRange)
          : tf.mul(0.5, meanSquaredError(predicted, input.returns));
        const meanEntropy = tf.mean(entropy);
        const loss = combinedLoss(policy, value, meanEntropy, settings);
        return { loss, policy, value, entropy: meanEntropy, logProbability };
      }, state[PARAMETERS]);
      const clipped = clipByGlobalNorm(gradients, settings.maximumGradientNorm);
      const next = optimizer.update(
        state[PARAMETERS],
        clipped.gradients,
        state.optimizer,
        scalar.learningRate,
      );
      const { policy, value, entropy, logProbability } = values;
      return {
        outputs: { policy, value, entropy, logProbability, gradientNorm: clipped.norm },
        state: { [PARAMETERS]: next.parameters, optimizer: next.state },
      };
    },
  );
}

type Update = ReturnType<typeof compileUpdate>;

class PpoTrainer extends AgentTrainer {
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
  readonly #clipRange: Schedule;

  constructor(private readonly context: Context) {
    super(context.budget);
    const { configuration: settings, workspace, stream } = context;
    const { environments, rolloutLength, hiddenSizes, activation } = settings;
    const { gamma, normalizeObservations, normalizeRewards } = settings;
    requireDivisor(settings);
    this.#world = new World("ppo", context, environments, {
      actions: distributionKinds,
      normalizeObservations,
      ...normalizeRewards ? { normalizeRewards: { gamma } } : {},
    });
    const { shape, normalizer } = this.#world;
    const { observationSize } = shape;
    const distribution = policyDistribution(shape.actionSpace, settings);

    this.#distribution = distribution;
    this.#update = perBatch((batch) => compileUpdate(context, shape, distribution, batch));
    const weights = stream("initial-weights");
    const parameters = {
      ...policyParameters(weights, observationSize, distribution.outputSize, hiddenSizes),
      ...distribution.initialParameters(),
      ...valueParameters(weights, observationSize, hiddenSizes),
    };
    workspace.define(PARAMETERS, parameters);
    workspace.define("optimizer", adam().initialState(parameters));

    const policy: Scores = (parameters, x) =>
      distribution.rows(parameters, policyOutputs(parameters, x, activation));
    const values: Scores = (parameters, x) => stateValues(parameters, x, activation);
    this.#actor = compileScores(workspace, "ppo/act", environments, observationSize, policy);
    this.#rollout = new Rollout(rolloutLength, environments, shape);
    this.#values = new RolloutValues("ppo", workspace, this.#rollout, values);
    this.evaluator = new Evaluator({
      shape,
      makeEnvironment: context.makeEnvironment,
      actors: greedyActors("ppo", workspace, shape, policy, distribution.mode.bind(distribution)),
      normalizer,
    });

    const { learningRate, annealLearningRate, clipRange, annealClipRange } = settings;
    this.#learningRate = annealLearningRate ? linear(learningRate, 0) : constant(learningRate);
    this.#clipRange = annealClipRange ? linear(clipRange, 0) : constant(clipRange);
    this.parts = {
      workspace,
      groups: ["optimizer"],
      generators: { policy: stream("policy"), minibatch: stream("minibatch") },
      world: this.#world,
    };
  }

  /** One rollout and its epochs. */
  async iterate(): Promise<Report> {
    const { environments, rolloutLength, gamma, gaeLambda, epochs, minibatchSize } =
      this.context.configuration;
    const learningRate = this.#learningRate(this.spent);
    const clipRange = this.#clipRange(this.spent);
    const length = this.nextLength(rolloutLength, environments);
    const rows = length * environments;
    const { policy, minibatch } = this.parts.generators;
    await this.#rollout.collect(
      this.#world,
      this.#actor,
      this.#distribution,
      policy,
      length,
    );
    const { values, nextValues } = await this.#values.of(rows, this.#world.observations);
    const columns = this.#rollout.columns(rows, values, nextValues);
    const { advantages, returns } = generalizedAdvantages(columns, gamma, gaeLambda);
    this.progress.environmentSteps += rows;

    let update = this.#update(Math.min(minibatchSize, rows));
    for (let epoch = 0; epoch < epochs; epoch++) {
      const order = minibatch.permutation(rows);
      for (let first = 0; first < rows; first += minibatchSize) {
        const batch = order.subarray(first, first + minibatchSize);
        update = this.#update(batch.length);
        this.#fill(update, batch, values, advantages, returns);
        update.scalar.learningRate = learningRate;
        update.scalar.clipRange = clipRange;
        update.run();
        this.progress.gradientSteps += 1;
        this.progress.examples += batch.length;
      }
    }
    this.progress.iterations += 1;
    return {
      metrics: {
        ...this.#world.episodes.metrics(),
        ...await this.#losses(update, clipRange),
        "losses/explained_variance": explainedVariance(values, returns),
        "schedule/learning_rate": learningRate,
        "schedule/clip_range": clipRange,
      },
    };
  }

  /** Writes the rows `batch` of the rollout into the program's views. */
  #fill(
    { input }: Update,
    batch: Int32Array,
    values: Float64Array,
    advantages: Float64Array,
    returns: Float64Array,
  ): void {
    const { observations, actions, logProbabilities, observationSize: width } = this.#rollout;
    const size = this.#rollout.actionSize;
    for (let i = 0; i < batch.length; i++) {
      const row = batch[i];
      for (let d = 0; d < width; d++) {
        input.observations[i * width + d] = observations[row * width + d];
      }
      for (let k = 0; k < size; k++) input.actions[i * size + k] = actions[row * size + k];
      input.oldLogProbabilities[i] = logProbabilities[row];
      input.oldValues[i] = values[row];
      input.advantages[i] = advantages[row];
      input.returns[i] = returns[row];
    }
    if (this.context.configuration.normalizeAdvantages) {
      standardize(input.advantages, input.advantages);
    }
  }

  /** What the last gradient step saw. */
  async #losses(update: Update, clipRange: number): Promise<Metrics> {
    const [policy] = await update.read("policy");
    const [value] = await update.read("value");
    const [entropy] = await update.read("entropy");
    const [gradientNorm] = await update.read("gradientNorm");
    const { approximateKl, clipFraction } = policyChange(
      await update.read("logProbability"),
      update.input.oldLogProbabilities,
      clipRange,
    );
    return {
      "losses/policy": policy,
      "losses/value": value,
      "losses/entropy": entropy,
      "losses/approximate_kl": approximateKl,
      "losses/clip_fraction": clipFraction,
      "losses/gradient_norm": gradientNorm,
    };
  }
}

/** @throws InputError where the minibatch does not divide the rollout. */
function requireDivisor({ environments, rolloutLength, minibatchSize }: PpoConfiguration): void {
  const rows = environments * rolloutLength;
  if (rows % minibatchSize === 0) return;
  const divisors = Array.from({ length: rows }, (_, i) => i + 1)
    .filter((size) => size >= 2 && rows % size === 0);
  throw new InputError(
    `Cannot train ppo as minibatchSize must divide the rollout of ${environments} · ` +
      `${rolloutLength} = ${rows} transitions (${divisors.join(", ")}): ${minibatchSize}`,
  );
}

/** Proximal policy optimisation. */
export const ppo: AgentDefinition<PpoConfiguration> = {
  name: "ppo",
  summary: "Proximal policy optimisation: clipped policy gradient on minibatches of rollouts",
  budgetUnit: "environmentSteps",
  takes: { actions: distributionKinds },
  configuration,
  // deno-lint-ignore require-await
  create: async (context) => new PpoTrainer(context),
};
