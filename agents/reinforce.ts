/**
 * REINFORCE: whole episodes under one policy, then one gradient step that raises the probability
 * of each action by the return that followed it, with or without a learned baseline.
 *
 * Williams, "Simple Statistical Gradient-Following Algorithms for Connectionist Reinforcement
 * Learning" (Machine Learning 8, 1992; no arXiv id): equation 4, with the reinforcement baseline of
 * section 4; in the form of Sutton and Barto, "Reinforcement Learning" (2018), section 13.4, whose
 * baseline is a learned value.
 *
 * Differs from the paper:
 * - Each action is credited with the return that follows it in place of the episode's whole return,
 *   and without the factor γ^t, as is common practice.
 * - A batch of episodes a step, the mean over its transitions in place of the sum; Adam in place of
 *   gradient ascent; gradients clipped by global norm.
 * - Weights are standardised over the batch by default (`normalizeReturns`).
 * - With the baseline an episode that a time limit cut bootstraps from the value of its final
 *   observation; without it there is nothing to bootstrap from and its return ends there.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import type { Environment } from "../lab/core/environment.ts";
import type { Metrics } from "../lab/core/metrics.ts";
import type { Report } from "../lab/core/trainer.ts";
import type { AgentDefinition, TrainerContext } from "../lab/compute/definitions.ts";
import { zeros } from "../lab/core/tensor_data.ts";
import { clipByGlobalNorm, valueAndGradients } from "../lab/compute/gradients.ts";
import { activationNames } from "../lab/compute/networks.ts";
import { adam } from "../lab/compute/optimizers.ts";
import { constant, linear, type Schedule } from "../lab/compute/schedules.ts";
import type { Tensors } from "../lab/compute/workspace.ts";
import { actionInput } from "./distributions/actions.ts";
import {
  policyParameters,
  policyRows,
  stateValues,
  valueParameters,
} from "./networks/actor_critic.ts";
import {
  discountedReturns,
  explainedVariance,
  meanAndDeviation,
  standardize,
} from "./returns/advantages.ts";
import { AgentTrainer } from "./trainers/agent_trainer.ts";
import { PARAMETERS } from "../lab/core/base_trainer.ts";
import { EpisodeBatch } from "./memory/episode_batch.ts";
import {
  compileScores,
  Evaluator,
  greedyActors,
  type ScoreProgram,
  type Scores,
} from "./trainers/evaluation.ts";
import { combinedLoss } from "./losses.ts";
import {
  distributionKinds,
  type PolicyDistribution,
  policyDistribution,
} from "./distributions/policy_distribution.ts";
import type { WorldShape } from "./worlds/world.ts";

// Configuration. The paper gives no values: defaults are those that learn CartPole here, after
// ARENA's vanilla policy gradient (batches of whole episodes, learning rate 1e-2).

const configuration = z.strictObject({
  environments: z.int().min(1).default(16).meta({
    description: "Episodes of one update, each in an environment of its own",
    unit: "episodes",
  }),
  learningRate: z.number().positive().default(1e-2).meta({ description: "Adam's step size" }),
  annealLearningRate: z.boolean().default(false).meta({
    description: "Lower the learning rate linearly to 0 over the budget",
  }),
  gamma: z.number().min(0).max(1).default(0.99).meta({ description: "Discount γ" }),
  baseline: z.enum(["value", "mean", "none"]).default("value").meta({
    description:
      "What returns are compared with: a learned value of the state, the batch's mean return, nothing",
  }),
  normalizeReturns: z.boolean().default(true).meta({
    description: "Standardise the weights (returns less baseline) over the batch",
  }),
  valueCoefficient: z.number().min(0).default(0.5).meta({
    description: "Weight of the baseline's loss",
  }),
  entropyCoefficient: z.number().min(0).default(0).meta({
    description: "Weight of an entropy bonus",
  }),
  maximumGradientNorm: z.number().positive().default(0.5).meta({
    description: "Longer gradients are scaled down to this global norm",
  }),
  chunkSize: z.int().min(1).default(1024).meta({
    description: "Transitions whose gradients are summed at a time; no effect on what is learned",
    unit: "transitions",
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

/** The fields of {@linkcode reinforce}. */
export type ReinforceConfiguration = z.output<typeof configuration>;

// Losses.

/**
 * −Σ_t w_t ln π(a_t|s_t), with w_t = (G_t − b(s_t)) / M for the mean over M transitions. Equation 4
 * of Williams (1992). The weights are constants.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * await tf.setBackend("cpu");
 * reinforceLoss(tf.tensor1d([-0.5, -0.7]), tf.tensor1d([1.495, 0.5])).print(); // 1.0975
 * ```
 *
 * @param logProbability ln π(a|s), [B].
 * @param weights w, [B]; 0 in rows that pad the batch.
 */
export function reinforceLoss(logProbability: tf.Tensor, weights: tf.Tensor): tf.Scalar {
  return tf.neg(tf.sum(tf.mul(logProbability, weights))) as tf.Scalar;
}

/**
 * Σ_t m_t (V(s_t) − G_t)², with m_t = 1/M for the mean over M transitions.
 *
 * @param values V(s), [B].
 * @param returns G, [B].
 * @param shares m, [B]; 0 in rows that pad the batch.
 */
export function baselineLoss(
  values: tf.Tensor,
  returns: tf.Tensor,
  shares: tf.Tensor,
): tf.Scalar {
  return tf.sum(tf.mul(shares, tf.square(tf.sub(values, returns))));
}

// Trainer.

type Context = TrainerContext<ReinforceConfiguration> & { makeEnvironment(): Environment };

/** Compiles "add the gradient of `chunkSize` transitions to the sum". */
function compileAccumulate(
  { configuration: settings, workspace }: Context,
  { observationSize, actionSpace }: WorldShape,
  distribution: PolicyDistribution,
) {
  const { activation, chunkSize: rows, baseline } = settings;
  return workspace.compile(
    {
      name: "reinforce/accumulate",
      inputs: {
        observations: [[rows, observationSize], "float32"],
        actions: actionInput(actionSpace, rows),
        weights: [[rows], "float32"],
        returns: [[rows], "float32"],
        shares: [[rows], "float32"],
      },
      state: [PARAMETERS, "gradients"],
    },
    ({ input, state }) => {
      const { values, gradients } = valueAndGradients((parameters) => {
        const rows = policyRows(parameters, input.observations, activation, distribution);
        const terms = distribution.terms(rows, input.actions);
        const policy = reinforceLoss(terms.logProbability, input.weights);
        const entropy = tf.sum(tf.mul(terms.entropy, input.shares));
        const value = baseline !== "value" ? tf.scalar(0) : baselineLoss(
          stateValues(parameters, input.observations, activation),
          input.returns,
          input.shares,
        );
        return { loss: combinedLoss(policy, value, entropy, settings), policy, value, entropy };
      }, state[PARAMETERS]);
      const summed: Tensors = {};
      for (const [name, gradient] of Object.entries(gradients)) {
        summed[name] = tf.add(state.gradients[name], gradient);
      }
      const { policy, entropy, value } = values;
      return { outputs: { policy, entropy, value }, state: { gradients: summed } };
    },
  );
}

/** Compiles "one step along the summed gradient, which starts again at 0". */
function compileApply({ configuration: settings, workspace }: Context) {
  const optimizer = adam();
  return workspace.compile(
    {
      name: "reinforce/apply",
      scalars: ["learningRate"],
      state: [PARAMETERS, "gradients", "optimizer"],
    },
    ({ scalar, state }) => {
      const clipped = clipByGlobalNorm(state.gradients, settings.maximumGradientNorm);
      const next = optimizer.update(
        state[PARAMETERS],
        clipped.gradients,
        state.optimizer,
        scalar.learningRate,
      );
      const cleared: Tensors = {};
      for (const [name, sum] of Object.entries(state.gradients)) cleared[name] = tf.zerosLike(sum);
      return {
        outputs: { gradientNorm: clipped.norm },
        state: { [PARAMETERS]: next.parameters, optimizer: next.state, gradients: cleared },
      };
    },
  );
}

class ReinforceTrainer extends AgentTrainer {
  protected readonly parts;
  protected readonly evaluator: Evaluator;
  readonly #batch: EpisodeBatch;
  readonly #distribution: PolicyDistribution;
  readonly #actor: ScoreProgram;
  readonly #values: ScoreProgram | undefined;
  readonly #accumulate: ReturnType<typeof compileAccumulate>;
  readonly #apply: ReturnType<typeof compileApply>;
  readonly #learningRate: Schedule;

  constructor(private readonly context: Context) {
    super(context.budget);
    const { configuration: settings, workspace, stream } = context;
    const { environments, hiddenSizes, activation, learningRate, chunkSize } = settings;
    this.#batch = new EpisodeBatch("reinforce", context, environments);
    const { shape } = this.#batch;
    const { observationSize } = shape;
    const distribution = policyDistribution(shape.actionSpace, settings);
    this.#distribution = distribution;

    const weights = stream("initial-weights");
    const parameters = {
      ...policyParameters(weights, observationSize, distribution.outputSize, hiddenSizes),
      ...distribution.initialParameters(),
      ...settings.baseline === "value"
        ? valueParameters(weights, observationSize, hiddenSizes)
        : {},
    };
    workspace.define(PARAMETERS, parameters);
    workspace.define("optimizer", adam().initialState(parameters));
    workspace.define(
      "gradients",
      Object.fromEntries(
        Object.entries(parameters).map(([name, { shape }]) => [name, zeros(shape, "float32")]),
      ),
    );

    const policy: Scores = (parameters, x) => policyRows(parameters, x, activation, distribution);
    const values: Scores = (parameters, x) => stateValues(parameters, x, activation);
    this.#actor = compileScores(workspace, "reinforce/act", environments, observationSize, policy);
    if (settings.baseline === "value") {
      this.#values = compileScores(
        workspace,
        "reinforce/values",
        chunkSize,
        observationSize,
        values,
      );
    }
    this.#accumulate = compileAccumulate(context, shape, distribution);
    this.#apply = compileApply(context);
    this.evaluator = new Evaluator({
      shape,
      makeEnvironment: context.makeEnvironment,
      actors: greedyActors("reinforce", workspace, shape, policy),
      scores: policy,
    });
    this.#learningRate = settings.annealLearningRate
      ? linear(learningRate, 0)
      : constant(learningRate);
    this.parts = {
      name: "reinforce",
      workspace,
      groups: ["optimizer"],
      resumables: { policy: stream("policy"), world: this.#batch },
    };
  }

  /** One episode in every environment and one gradient step on all of them. */
  async iterate(): Promise<Report> {
    const learningRate = this.#learningRate(this.spent);
    const { policy } = this.parts.resumables;
    this.progress.environmentSteps += await this.#batch.collect(
      this.#actor,
      this.#distribution,
      policy,
      this.remaining,
    );
    this.progress.iterations += 1;
    const losses = await this.#learn(learningRate);
    return {
      metrics: {
        ...this.#batch.episodes.metrics(),
        ...losses,
        "schedule/learning_rate": learningRate,
      },
    };
  }

  /** The gradient step; none where the budget's end left every episode open. */
  async #learn(learningRate: number): Promise<Metrics> {
    const { gamma, normalizeReturns, baseline } = this.context.configuration;
    const batch = this.#batch;
    const values = await this.#valuesOf(batch.rowObservations, batch.rows);
    const finalValues = await this.#valuesOf(batch.observations, batch.endings.length);
    const following = finalValues.map((value, n) => batch.endings[n] === "truncated" ? value : 0);
    const rewards = batch.rewards.subarray(0, batch.rows);
    const returns = discountedReturns(rewards, batch.owners, following, gamma);

    const closed = Int32Array.from(rewards.keys())
      .filter((row) => batch.endings[batch.owners[row]] !== "open");
    if (closed.length === 0) return {};
    const meanReturn = baseline === "mean"
      ? meanAndDeviation(Float64Array.from(closed, (row) => returns[row])).mean
      : 0;
    const weights = Float64Array.from(closed, (row) => returns[row] - values[row] - meanReturn);
    if (normalizeReturns) standardize(weights, weights);
    const terms = await this.#accumulateAll(closed, weights, returns);
    this.#apply.scalar.learningRate = learningRate;
    this.#apply.run();
    this.progress.gradientSteps += 1;
    this.progress.examples += closed.length;

    const [gradientNorm] = await this.#apply.read("gradientNorm");
    return {
      "losses/policy": terms.policy,
      "losses/entropy": terms.entropy,
      "losses/gradient_norm": gradientNorm,
      ...baseline === "value"
        ? {
          "losses/value": terms.value,
          "losses/explained_variance": explainedVariance(values, returns),
        }
        : {},
    };
  }

  /** V of the first `rows` observations, a chunk at a time; 0 without the baseline. */
  async #valuesOf(observations: Float32Array, rows: number): Promise<Float64Array> {
    const values = new Float64Array(rows);
    if (this.#values === undefined) return values;
    const { chunkSize } = this.context.configuration;
    const width = this.#batch.shape.observationSize;
    for (let first = 0; first < rows; first += chunkSize) {
      const last = Math.min(rows, first + chunkSize);
      this.#values.input.observations.set(observations.subarray(first * width, last * width));
      this.#values.run();
      values.set((await this.#values.read("scores")).subarray(0, last - first), first);
    }
    return values;
  }

  /** Sums the gradients of the transitions `rows`; answers the loss terms, means over them. */
  async #accumulateAll(rows: Int32Array, weights: Float64Array, returns: Float64Array) {
    const { chunkSize } = this.context.configuration;
    const { input } = this.#accumulate;
    const { rowObservations, actions, actionSize, shape: { observationSize: width } } = this.#batch;
    const terms = { policy: 0, entropy: 0, value: 0 };
    for (let first = 0; first < rows.length; first += chunkSize) {
      const chunk = rows.subarray(first, first + chunkSize);
      input.weights.fill(0, chunk.length);
      input.shares.fill(0, chunk.length);
      chunk.forEach((row, i) => {
        const observation = rowObservations.subarray(row * width, (row + 1) * width);
        input.observations.set(observation, i * width);
        input.actions.set(
          actions.subarray(row * actionSize, (row + 1) * actionSize),
          i * actionSize,
        );
        input.weights[i] = weights[first + i] / rows.length;
        input.shares[i] = 1 / rows.length;
        input.returns[i] = returns[row];
      });
      this.#accumulate.run();
      for (const name of ["policy", "entropy", "value"] as const) {
        terms[name] += (await this.#accumulate.read(name))[0];
      }
    }
    return terms;
  }
}

/** REINFORCE. */
export const reinforce: AgentDefinition<ReinforceConfiguration> = {
  name: "reinforce",
  summary: "REINFORCE: policy gradient on whole episodes, with or without a learned baseline",
  budgetUnit: "environmentSteps",
  takes: { actions: distributionKinds },
  configuration,
  // deno-lint-ignore require-await
  create: async (context) => new ReinforceTrainer(context),
};
