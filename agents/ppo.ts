/**
 * Proximal policy optimisation: rollouts of several environments, then some epochs of minibatch
 * updates of a surrogate whose gain ends where the policy has moved too far from the one that
 * acted.
 *
 * Schulman, Wolski, Dhariwal, Radford, Klimov, "Proximal Policy Optimization Algorithms" (2017,
 * arXiv 1707.06347): the clipped surrogate (equation 7), the combined objective (equation 9), the
 * advantages (equations 11 and 12), algorithm 1; the penalty on the divergence with its adaptive
 * coefficient (equation 8, section 4). Details are numbered as in Huang, Dossa, Raffin,
 * Kanervisto, Wang, "The 37 Implementation Details of Proximal Policy Optimization" (ICLR blog
 * track, 2022), "core" list.
 *
 * Differs from the paper:
 * - Policy and value network share no layer unless said (detail 13); orthogonal initial kernels (2), Adam with
 *   ε = 1e-5 (3), annealed learning rate (4), advantages standardised a minibatch (7), optionally
 *   clipped value loss (9), gradients clipped by global norm (11).
 * - An episode that a time limit cut bootstraps from the value of its final observation.
 * - The penalty's coefficient adapts to the mean divergence that the last epoch's minibatches saw.
 * - Epochs may end early at an estimated divergence (`targetKl`).
 * - Actions are discrete, multi-discrete or continuous: Gaussian with a learned standard deviation that
 *   does not depend on the state (continuous details 1 to 5), or that does (distributions/gsde.ts);
 *   observations and rewards optionally normalised by running moments (6 to 9).
 * - Actions that the environment's mask forbids have probability 0 (Huang and Ontañón 2020, arXiv
 *   2006.14171).
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Environment } from "../lab/core/environment.ts";
import type { Metrics } from "../lab/core/metrics.ts";
import type { NamedTensors } from "../lab/core/tensor_data.ts";
import type { Report } from "../lab/core/trainer.ts";
import type { AgentDefinition, TrainerContext } from "../lab/compute/definitions.ts";
import { clipByGlobalNorm, valueAndGradients } from "../lab/compute/gradients.ts";
import { adam } from "../lab/compute/optimizers.ts";
import { constant, linear, type Schedule } from "../lab/compute/schedules.ts";
import type { InputSpec, Tensors } from "../lab/compute/workspace.ts";
import { actionInput } from "./distributions/actions.ts";
import { explainedVariance, generalizedAdvantages, standardize } from "./returns/advantages.ts";
import {
  actorCriticParameters,
  actorCriticValues,
  actorDistribution,
  policyRows,
} from "./networks/actor_critic.ts";
import { AgentTrainer } from "./trainers/agent_trainer.ts";
import { type Body, bodyOf } from "../lab/compute/bodies.ts";
import { PARAMETERS } from "../lab/core/base_trainer.ts";
import { maskedLogits } from "./distributions/distributions.ts";
import {
  compileScores,
  Evaluator,
  greedyActors,
  type ScoreProgram,
  type Scores,
} from "./trainers/evaluation.ts";
import { combinedLoss, meanSquaredError } from "./losses.ts";
import { distributionKinds, type PolicyDistribution } from "./distributions/policy_distribution.ts";
import { lossMetrics } from "./trainers/policy_gradient.ts";
import { perBatch } from "./trainers/programs.ts";
import { clippedPolicyLoss, clippedValueLoss, policyChange } from "./proximal_losses.ts";
import { Rollout } from "./memory/rollout.ts";
import { RolloutValues } from "./memory/rollout_values.ts";
import { World, type WorldShape } from "./worlds/world.ts";
import { configuration, type PpoConfiguration, requireDivisor } from "./ppo_configuration.ts";

// Losses. The clipped ones are those of proximal_losses.ts.

/**
 * The negated surrogate with a penalty on the change, −mean(ρA − β KL(π_old ‖ π)) with
 * ρ = π(a|s) / π_old(a|s). Equation 8.
 *
 * @param logProbability ln π(a|s), [B].
 * @param oldLogProbability ln π_old(a|s), [B].
 * @param advantages A, [B].
 * @param divergence KL(π_old(·|s) ‖ π(·|s)), [B].
 * @param klCoefficient β ≥ 0.
 */
export function penalizedPolicyLoss(
  logProbability: tf.Tensor,
  oldLogProbability: tf.Tensor,
  advantages: tf.Tensor,
  divergence: tf.Tensor,
  klCoefficient: tf.Tensor,
): tf.Scalar {
  const ratio = tf.exp(tf.sub(logProbability, oldLogProbability));
  const penalty = tf.mul(klCoefficient, divergence);
  return tf.neg(tf.mean(tf.sub(tf.mul(ratio, advantages), penalty)));
}

/**
 * The next penalty coefficient β: half of it where the divergence was below two thirds of the
 * target, double where it was above one and a half. The rule of section 4.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert";
 * strictEqual(adaptedPenalty(1, 0.02, 0.01), 2);
 * strictEqual(adaptedPenalty(1, 0.006, 0.01), 0.5);
 * ```
 *
 * @param klCoefficient β.
 * @param divergence Mean KL(π_old ‖ π) after the updates.
 * @param target d_targ.
 */
export function adaptedPenalty(klCoefficient: number, divergence: number, target: number): number {
  if (divergence < target / 1.5) return klCoefficient / 2;
  return divergence > target * 1.5 ? klCoefficient * 2 : klCoefficient;
}

// Trainer.

type Context = TrainerContext<PpoConfiguration> & { makeEnvironment(): Environment };

/** The group that holds β of the KL penalty. */
const PENALTY = "penalty";

/** Compiles one gradient step on `batch` transitions. */
export function compileUpdate(
  { configuration: settings, workspace }: Pick<Context, "configuration" | "workspace">,
  { observationSize, actionSpace, masked }: Pick<
    WorldShape,
    "observationSize" | "actionSpace" | "masked"
  >,
  distribution: PolicyDistribution,
  batch: number,
  body?: Body,
) {
  const optimizer = adam({ epsilon: settings.adamEpsilon });
  const { activation } = settings;
  const isPenalized = settings.surrogate === "kl-penalty";
  const optional: Partial<Record<"masks" | "oldRows", InputSpec>> = {
    ...masked && { masks: [[batch, actionSpace.flatSize], "float32"] },
    ...isPenalized && { oldRows: [[batch, distribution.rowSize], "float32"] },
  };
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
        ...optional as Required<typeof optional>,
      },
      scalars: ["learningRate", "clipRange"],
      state: [PARAMETERS, "optimizer", ...isPenalized ? [PENALTY] as const : []],
    },
    ({ input, scalar, state }) => {
      const { values, gradients } = valueAndGradients((parameters) => {
        const features = body?.features(parameters, input.observations) ?? input.observations;
        const scores = policyRows(parameters, features, activation, distribution);
        const rows = masked ? maskedLogits(scores, input.masks) : scores;
        const { logProbability, entropy } = distribution.terms(rows, input.actions);
        const predicted = actorCriticValues(parameters, features, settings);
        const ratio = [logProbability, input.oldLogProbabilities, input.advantages] as const;
        const divergence = isPenalized ? distribution.divergence(input.oldRows, rows) : undefined;
        const policy = divergence === undefined
          ? clippedPolicyLoss(...ratio, scalar.clipRange)
          : penalizedPolicyLoss(...ratio, divergence, state[PENALTY].klCoefficient);
        const value = settings.clipValueLoss
          ? clippedValueLoss(predicted, input.oldValues, input.returns, scalar.clipRange)
          : tf.mul(0.5, meanSquaredError(predicted, input.returns));
        const meanEntropy = tf.mean(entropy);
        const loss = combinedLoss(policy, value, meanEntropy, settings);
        const measured: Tensors = { policy, value, entropy: meanEntropy, logProbability };
        if (divergence !== undefined) measured.divergence = tf.mean(divergence);
        return { loss, ...measured };
      }, state[PARAMETERS]);
      const clipped = clipByGlobalNorm(gradients, settings.maximumGradientNorm);
      const next = optimizer.update(
        state[PARAMETERS],
        clipped.gradients,
        state.optimizer,
        scalar.learningRate,
      );
      const { loss: _, ...measured } = values;
      return {
        outputs: { ...measured, gradientNorm: clipped.norm } as Record<Output, tf.Tensor>,
        state: { [PARAMETERS]: next.parameters, optimizer: next.state },
      };
    },
  );
}

/** What an update tells; the divergence with the KL penalty only. */
type Output = "policy" | "value" | "entropy" | "logProbability" | "divergence" | "gradientNorm";

type Update = ReturnType<typeof compileUpdate>;

/** Numbers that the minibatches of a rollout are filled from, by row. */
interface Targets {
  readonly values: Float64Array;
  readonly advantages: Float64Array;
  readonly returns: Float64Array;
}

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
  readonly #isPenalized: boolean;

  constructor(private readonly context: Context) {
    super(context.budget);
    const { configuration: settings, workspace, stream } = context;
    const { environments, rolloutLength, activation } = settings;
    const { gamma, normalizeObservations, normalizeRewards, maskActions } = settings;
    requireDivisor(settings);
    this.#world = new World("ppo", context, environments, {
      actions: distributionKinds,
      normalizeObservations,
      maskActions,
      normalizeRewards: normalizeRewards && { gamma },
    });
    const { shape, normalizer } = this.#world;
    const { observationSize } = shape;
    const body = bodyOf(shape.observationSpace, settings.convolutions);
    const featured = { ...shape, observationSize: body.size };
    const distribution = actorDistribution(featured, settings);

    this.#isPenalized = settings.surrogate === "kl-penalty";
    this.#distribution = distribution;
    this.#update = perBatch((batch) => compileUpdate(context, shape, distribution, batch, body));
    const weights = stream("initial-weights");
    const parameters = {
      ...body.initialParameters(weights),
      ...actorCriticParameters(weights, body.size, distribution, settings),
    };
    workspace.define(PARAMETERS, parameters);
    workspace.define("optimizer", adam().initialState(parameters));
    workspace.define(PENALTY, penaltyOf(settings.klCoefficient));

    const policy: Scores = (parameters, x) =>
      policyRows(parameters, body.features(parameters, x), activation, distribution);
    const values: Scores = (parameters, x) =>
      actorCriticValues(parameters, body.features(parameters, x), settings);
    this.#actor = compileScores(workspace, "ppo/act", environments, observationSize, policy);
    const kept = this.#isPenalized ? distribution.rowSize : undefined;
    this.#rollout = new Rollout(rolloutLength, environments, shape, kept);
    this.#values = new RolloutValues("ppo", workspace, this.#rollout, values);
    this.evaluator = new Evaluator({
      shape,
      makeEnvironment: context.makeEnvironment,
      actors: greedyActors("ppo", workspace, shape, policy),
      scores: policy,
      normalizer,
    });

    const { learningRate, annealLearningRate, clipRange, annealClipRange } = settings;
    this.#learningRate = annealLearningRate ? linear(learningRate, 0) : constant(learningRate);
    this.#clipRange = annealClipRange ? linear(clipRange, 0) : constant(clipRange);
    this.parts = {
      name: "ppo",
      workspace,
      groups: ["optimizer", ...this.#isPenalized ? [PENALTY] : []],
      resumables: {
        policy: stream("policy"),
        minibatch: stream("minibatch"),
        world: this.#world,
      },
    };
  }

  /** One rollout and its epochs. */
  async iterate(): Promise<Report> {
    const { environments, rolloutLength, gamma, gaeLambda } = this.context.configuration;
    const learningRate = this.#learningRate(this.spent);
    const clipRange = this.#clipRange(this.spent);
    const length = this.nextLength(rolloutLength, environments);
    const rows = length * environments;
    await this.#rollout.collect(
      this.#world,
      this.#actor,
      this.#distribution,
      this.parts.resumables.policy,
      length,
    );
    const { values, nextValues } = await this.#values.of(rows, this.#world.observations);
    const columns = this.#rollout.columns(rows, values, nextValues);
    const { advantages, returns } = generalizedAdvantages(columns, gamma, gaeLambda);
    this.progress.environmentSteps += rows;

    const losses = await this.#learn({ values, advantages, returns }, learningRate, clipRange);
    this.progress.iterations += 1;
    return {
      metrics: {
        ...this.#world.episodes.metrics(),
        ...losses,
        "losses/explained_variance": explainedVariance(values, returns),
        "schedule/learning_rate": learningRate,
        "schedule/clip_range": clipRange,
      },
    };
  }

  /** The epochs of a rollout. Answers what the last gradient step saw. */
  async #learn(targets: Targets, learningRate: number, clipRange: number): Promise<Metrics> {
    const { epochs, minibatchSize, targetKl, targetDivergence } = this.context.configuration;
    const rows = targets.values.length;
    let update = this.#update(Math.min(minibatchSize, rows));
    let divergence = 0;
    let epoch = 0;
    for (let far = false; epoch < epochs && !far; epoch++) {
      const order = this.parts.resumables.minibatch.permutation(rows);
      divergence = 0;
      for (let first = 0; first < rows; first += minibatchSize) {
        const batch = order.subarray(first, first + minibatchSize);
        update = this.#update(batch.length);
        this.#fill(update, batch, targets);
        update.scalar.learningRate = learningRate;
        update.scalar.clipRange = clipRange;
        update.run();
        this.progress.gradientSteps += 1;
        this.progress.examples += batch.length;
        if (this.#isPenalized) {
          divergence += (await update.read("divergence"))[0] * batch.length / rows;
        }
      }
      far = targetKl > 0 && (await this.#change(update, clipRange)).approximateKl > targetKl;
    }
    return {
      ...await this.#losses(update, clipRange),
      ...targetKl > 0 ? { "schedule/epochs": epoch } : {},
      ...this.#isPenalized ? await this.#adapt(divergence, targetDivergence) : {},
    };
  }

  /** Adapts β to the mean divergence that the last epoch's minibatches saw. */
  async #adapt(divergence: number, target: number): Promise<Metrics> {
    const { workspace } = this.context;
    const [klCoefficient] = (await workspace.read(PENALTY)).klCoefficient.values;
    if (target > 0) {
      workspace.write(PENALTY, penaltyOf(adaptedPenalty(klCoefficient, divergence, target)));
    }
    return { "losses/divergence": divergence, "schedule/kl_coefficient": klCoefficient };
  }

  /** Writes the rows `batch` of the rollout into the program's views. */
  #fill({ input }: Update, batch: Int32Array, { values, advantages, returns }: Targets): void {
    const { observations, actions, logProbabilities, masks, rows } = this.#rollout;
    const { observationSize: width, actionSize: size } = this.#rollout;
    const choices = masks === undefined ? 0 : this.#world.shape.flatActionSize;
    const kept = rows === undefined ? 0 : this.#distribution.rowSize;
    for (let i = 0; i < batch.length; i++) {
      const row = batch[i];
      for (let d = 0; d < width; d++) {
        input.observations[i * width + d] = observations[row * width + d];
      }
      for (let k = 0; k < size; k++) input.actions[i * size + k] = actions[row * size + k];
      for (let j = 0; j < choices; j++) input.masks[i * choices + j] = masks![row * choices + j];
      for (let j = 0; j < kept; j++) input.oldRows[i * kept + j] = rows![row * kept + j];
      input.oldLogProbabilities[i] = logProbabilities[row];
      input.oldValues[i] = values[row];
      input.advantages[i] = advantages[row];
      input.returns[i] = returns[row];
    }
    if (this.context.configuration.normalizeAdvantages) {
      standardize(input.advantages, input.advantages);
    }
  }

  /** How far the policy had moved where the last gradient step began. */
  async #change(update: Update, clipRange: number) {
    const logProbability = await update.read("logProbability");
    return policyChange(logProbability, update.input.oldLogProbabilities, clipRange);
  }

  /** What the last gradient step saw. */
  async #losses(update: Update, clipRange: number): Promise<Metrics> {
    const { approximateKl, clipFraction } = await this.#change(update, clipRange);
    return {
      ...await lossMetrics(update),
      "losses/approximate_kl": approximateKl,
      "losses/clip_fraction": clipFraction,
    };
  }
}

/** β as the update reads it. */
function penaltyOf(klCoefficient: number): NamedTensors {
  const values = Float32Array.of(klCoefficient);
  return { klCoefficient: { shape: [], dtype: "float32", values } };
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
