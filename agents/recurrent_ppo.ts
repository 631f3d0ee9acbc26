/**
 * Recurrent proximal policy optimisation: PPO whose policy and value network each remember what
 * they saw in the episode so far, for worlds that do not show their whole state.
 *
 * Schulman et al., "Proximal Policy Optimization Algorithms" (2017, arXiv 1707.06347): the losses of
 * ppo.ts. Hausknecht, Stone, "Deep Recurrent Q-Learning for Partially Observable MDPs" (2015, arXiv
 * 1507.06527): learning on sequences that are unrolled through time. Huang et al., "The 37
 * Implementation Details of Proximal Policy Optimization" (2022), the five details for LSTM.
 *
 * Differs from the paper:
 * - An LSTM or a GRU stands before each of two networks that share nothing.
 * - Orthogonal kernels and zero biases of the recurrent layers (details 1 and 2), zero memory at the
 *   start (3), cleared where an episode starts (4), minibatches of whole sequences (5).
 * - A sequence has `sequenceLength` steps of one environment. Its first memory is the one that acted,
 *   which is stale after the first update of a rollout; at `sequenceLength` = `rolloutLength` that is
 *   the only place where gradients through time are cut.
 * - An episode that a time limit cut bootstraps from the value of its final observation, valued with
 *   the memory of that episode.
 * - Whole rollouts only: a budget is overshot by at most `rolloutLength` · `environments` − 1 steps.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Environment } from "../lab/core/environment.ts";
import type { Metrics } from "../lab/core/metrics.ts";
import type { Generator } from "../lab/core/random.ts";
import type { NamedTensors } from "../lab/core/tensor_data.ts";
import type { Report } from "../lab/core/trainer.ts";
import type { AgentDefinition, TrainerContext } from "../lab/compute/definitions.ts";
import { clipByGlobalNorm, valueAndGradients } from "../lab/compute/gradients.ts";
import { adam } from "../lab/compute/optimizers.ts";
import { memorySize, recurrentParameters, unroll } from "../lab/compute/recurrent.ts";
import { constant, linear, type Schedule } from "../lab/compute/schedules.ts";
import type { Tensors } from "../lab/compute/workspace.ts";
import { actionInput, type ActionSpace, bestActions } from "./distributions/actions.ts";
import {
  policyOutputs,
  policyParameters,
  stateValues,
  valueParameters,
} from "./networks/actor_critic.ts";
import { explainedVariance, generalizedAdvantages, standardize } from "./returns/advantages.ts";
import { AgentTrainer } from "./trainers/agent_trainer.ts";
import { PARAMETERS } from "../lab/core/base_trainer.ts";
import { type Actor, Evaluator } from "./trainers/evaluation.ts";
import { combinedLoss, meanSquaredError } from "./losses.ts";
import {
  distributionKinds,
  type PolicyDistribution,
  policyDistribution,
} from "./distributions/policy_distribution.ts";
import { lossMetrics } from "./trainers/policy_gradient.ts";
import { perBatch } from "./trainers/programs.ts";
import { type RecurrentActor, RecurrentRollout } from "./memory/recurrent_rollout.ts";
import { World, type WorldShape } from "./worlds/world.ts";
import { clippedPolicyLoss, clippedValueLoss, policyChange } from "./proximal_losses.ts";
import {
  configuration,
  type RecurrentPpoConfiguration,
  requireSequences,
} from "./recurrent_ppo_configuration.ts";

// Networks.

type Settings = Pick<
  RecurrentPpoConfiguration,
  "cell" | "recurrentSize" | "hiddenSizes" | "activation"
>;

/** Length M of a row of memory: that of the policy's layer, then that of the value network's. */
function rowOfMemory({ cell, recurrentSize }: Settings): number {
  return 2 * memorySize(cell, recurrentSize);
}

function initialParameters(
  random: Generator,
  { cell, recurrentSize, hiddenSizes }: Settings,
  observationSize: number,
  distribution: PolicyDistribution,
): NamedTensors {
  const layer = (prefix: string) =>
    recurrentParameters(random, cell, observationSize, recurrentSize, prefix);
  return {
    ...layer("policy/recurrent"),
    ...policyParameters(random, recurrentSize, distribution.outputSize, hiddenSizes),
    ...distribution.initialParameters(),
    ...layer("value/recurrent"),
    ...valueParameters(random, recurrentSize, hiddenSizes),
  };
}

/**
 * Distributions [T · B, P], values [T · B] and the memory [B, M] after T steps.
 *
 * @param observations [T · B, D], time-major.
 * @param memory [B, M].
 * @param kept [T · B], 0 where an episode starts.
 */
export function remember(
  parameters: Tensors,
  { cell, activation }: Pick<Settings, "cell" | "activation">,
  distribution: PolicyDistribution,
  { observations, memory, kept }: { observations: tf.Tensor; memory: tf.Tensor; kept: tf.Tensor },
): { rows: tf.Tensor; values: tf.Tensor; memory: tf.Tensor } {
  const [ofPolicy, ofValue] = tf.split(memory, 2, 1);
  const steps = observations.shape[0]! / memory.shape[0]!;
  const sequence = { x: observations, kept, steps };
  const policy = unroll(parameters, cell, "policy/recurrent", { ...sequence, memory: ofPolicy });
  const value = unroll(parameters, cell, "value/recurrent", { ...sequence, memory: ofValue });
  const outputs = policyOutputs(parameters, policy.outputs, activation);
  return {
    rows: distribution.rows(parameters, outputs),
    values: stateValues(parameters, value.outputs, activation),
    memory: tf.concat([policy.memory, value.memory], 1),
  };
}

// Trainer.

type Context = TrainerContext<RecurrentPpoConfiguration> & { makeEnvironment(): Environment };

/** Compiles one step of `count` environments. */
function compileActor(
  { configuration: settings, workspace }: Context,
  { observationSize }: WorldShape,
  distribution: PolicyDistribution,
  count: number,
): RecurrentActor {
  return workspace.compile(
    {
      name: `recurrent-ppo/act/${count}`,
      inputs: {
        observations: [[count, observationSize], "float32"],
        memory: [[count, rowOfMemory(settings)], "float32"],
        kept: [[count], "float32"],
      },
      state: [PARAMETERS],
      placement: "host",
    },
    ({ input, state }) => ({
      outputs: remember(state[PARAMETERS], settings, distribution, input),
    }),
  );
}

/** Compiles one gradient step on `sequences` sequences. */
function compileUpdate(
  { configuration: settings, workspace }: Context,
  { observationSize, actionSpace }: WorldShape,
  distribution: PolicyDistribution,
  sequences: number,
) {
  const optimizer = adam({ epsilon: settings.adamEpsilon });
  const batch = sequences * settings.sequenceLength;
  return workspace.compile(
    {
      name: "recurrent-ppo/update",
      inputs: {
        observations: [[batch, observationSize], "float32"],
        memory: [[sequences, rowOfMemory(settings)], "float32"],
        kept: [[batch], "float32"],
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
        const { rows, values } = remember(parameters, settings, distribution, input);
        const { logProbability, entropy } = distribution.terms(rows, input.actions);
        const policy = clippedPolicyLoss(
          logProbability,
          input.oldLogProbabilities,
          input.advantages,
          scalar.clipRange,
        );
        const value = settings.clipValueLoss
          ? clippedValueLoss(values, input.oldValues, input.returns, scalar.clipRange)
          : tf.mul(0.5, meanSquaredError(values, input.returns));
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

/** The greedy policy of `actor`'s environments, each with its memory. */
function rememberingActor(actor: RecurrentActor, space: ActionSpace): Actor {
  return {
    async act(observations, started, actions) {
      actor.input.observations.set(observations);
      for (let n = 0; n < started.length; n++) actor.input.kept[n] = 1 - started[n];
      actor.run();
      bestActions(space, await actor.read("rows"), actions);
      actor.input.memory.set(await actor.read("memory"));
    },
  };
}

type Update = ReturnType<typeof compileUpdate>;

class RecurrentPpoTrainer extends AgentTrainer {
  protected readonly parts;
  protected readonly evaluator: Evaluator;
  readonly #world: World;
  readonly #rollout: RecurrentRollout;
  readonly #distribution: PolicyDistribution;
  readonly #actor: RecurrentActor;
  readonly #update: Update;
  readonly #learningRate: Schedule;
  readonly #clipRange: Schedule;

  constructor(private readonly context: Context) {
    super(context.budget);
    const { configuration: settings, workspace, stream } = context;
    const { environments, rolloutLength, sequenceLength, minibatchSize } = settings;
    const { gamma, normalizeObservations, normalizeRewards } = settings;
    requireSequences(settings);
    this.#world = new World("recurrent-ppo", context, environments, {
      actions: distributionKinds,
      normalizeObservations,
      normalizeRewards: normalizeRewards && { gamma },
    });
    const { shape, normalizer } = this.#world;
    const distribution = policyDistribution(shape.actionSpace, settings);
    this.#distribution = distribution;

    const weights = stream("initial-weights");
    const parameters = initialParameters(weights, settings, shape.observationSize, distribution);
    workspace.define(PARAMETERS, parameters);
    workspace.define("optimizer", adam().initialState(parameters));

    this.#actor = compileActor(context, shape, distribution, environments);
    this.#update = compileUpdate(context, shape, distribution, minibatchSize / sequenceLength);
    const width = rowOfMemory(settings);
    this.#rollout = new RecurrentRollout(rolloutLength, sequenceLength, environments, width, shape);
    this.evaluator = new Evaluator({
      shape,
      makeEnvironment: context.makeEnvironment,
      actors: perBatch((count) =>
        rememberingActor(compileActor(context, shape, distribution, count), shape.actionSpace)
      ),
      scores: {
        memorySize: width,
        step: (parameters, observations, memory) => {
          const given = { observations, memory, kept: tf.ones([1]) };
          const { rows, memory: next } = remember(parameters, settings, distribution, given);
          return { scores: rows, memory: next };
        },
      },
      normalizer,
    });

    const { learningRate, annealLearningRate, clipRange, annealClipRange } = settings;
    this.#learningRate = annealLearningRate ? linear(learningRate, 0) : constant(learningRate);
    this.#clipRange = annealClipRange ? linear(clipRange, 0) : constant(clipRange);
    this.parts = {
      name: "recurrent-ppo",
      workspace,
      groups: ["optimizer"],
      resumables: {
        policy: stream("policy"),
        minibatch: stream("minibatch"),
        world: this.#world,
        memory: this.#rollout,
      },
    };
  }

  /** One rollout and its epochs. */
  async iterate(): Promise<Report> {
    this.requireBudget();
    const { environments, gamma, gaeLambda, epochs, minibatchSize, sequenceLength } =
      this.context.configuration;
    const rollout = this.#rollout;
    const rows = rollout.length * environments;
    const learningRate = this.#learningRate(this.spent);
    const clipRange = this.#clipRange(this.spent);
    const { policy, minibatch } = this.parts.resumables;
    await rollout.collect(this.#world, this.#actor, this.#distribution, policy);
    const { advantages, returns } = generalizedAdvantages(rollout, gamma, gaeLambda);
    this.progress.environmentSteps += rows;

    const update = this.#update;
    update.scalar.learningRate = learningRate;
    update.scalar.clipRange = clipRange;
    const sequences = minibatchSize / sequenceLength;
    for (let epoch = 0; epoch < epochs; epoch++) {
      const order = minibatch.permutation(rows / sequenceLength);
      for (let first = 0; first < order.length; first += sequences) {
        this.#fill(order.subarray(first, first + sequences), advantages, returns);
        update.run();
        this.progress.gradientSteps += 1;
        this.progress.examples += minibatchSize;
      }
    }
    this.progress.iterations += 1;
    return {
      metrics: {
        ...this.#world.episodes.metrics(),
        ...await this.#losses(clipRange),
        "losses/explained_variance": explainedVariance(rollout.values, returns),
        "schedule/learning_rate": learningRate,
        "schedule/clip_range": clipRange,
      },
    };
  }

  /** Writes whole sequences into the program's views: step l of sequence s stands at l · S + s. */
  #fill(chosen: Int32Array, advantages: Float64Array, returns: Float64Array): void {
    const { input } = this.#update;
    const rollout = this.#rollout;
    const { environments, sequenceLength, observationSize: width, actionSize, memorySize } =
      rollout;
    for (let s = 0; s < chosen.length; s++) {
      const chunk = Math.floor(chosen[s] / environments);
      const n = chosen[s] % environments;
      for (let m = 0; m < memorySize; m++) {
        input.memory[s * memorySize + m] = rollout.memories[chosen[s] * memorySize + m];
      }
      for (let l = 0; l < sequenceLength; l++) {
        const row = (chunk * sequenceLength + l) * environments + n;
        const to = l * chosen.length + s;
        for (let d = 0; d < width; d++) {
          input.observations[to * width + d] = rollout.observations[row * width + d];
        }
        for (let k = 0; k < actionSize; k++) {
          input.actions[to * actionSize + k] = rollout.actions[row * actionSize + k];
        }
        input.kept[to] = rollout.kept[row];
        input.oldLogProbabilities[to] = rollout.logProbabilities[row];
        input.oldValues[to] = rollout.values[row];
        input.advantages[to] = advantages[row];
        input.returns[to] = returns[row];
      }
    }
    if (this.context.configuration.normalizeAdvantages) {
      standardize(input.advantages, input.advantages);
    }
  }

  /** What the last gradient step saw. */
  async #losses(clipRange: number): Promise<Metrics> {
    const update = this.#update;
    const { approximateKl, clipFraction } = policyChange(
      await update.read("logProbability"),
      update.input.oldLogProbabilities,
      clipRange,
    );
    return {
      ...await lossMetrics(update),
      "losses/approximate_kl": approximateKl,
      "losses/clip_fraction": clipFraction,
    };
  }
}

/** Recurrent proximal policy optimisation. */
export const recurrentPpo: AgentDefinition<RecurrentPpoConfiguration> = {
  name: "recurrent-ppo",
  summary: "PPO with memory: an LSTM or GRU before policy and value network",
  budgetUnit: "environmentSteps",
  takes: { actions: distributionKinds },
  configuration,
  // deno-lint-ignore require-await
  create: async (context) => new RecurrentPpoTrainer(context),
};
