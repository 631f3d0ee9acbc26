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
 * - With the learned baseline an episode that a time limit cut bootstraps from the value of its final
 *   observation; with the batch's mean or none there is no value and its return ends there.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { gatherRows, rowRanges } from "../lab/core/rows.ts";
import { PARAMETERS } from "../lab/core/base_trainer.ts";
import { zeros } from "../lab/core/tensor_data.ts";
import { outputOverRows } from "../lab/compute/batches.ts";
import { descendAlong } from "../lab/compute/descend.ts";
import { valueAndGradients } from "../lab/compute/gradients.ts";
import { adam } from "../lab/compute/optimizers.ts";
import { reinforceLoss } from "../lab/compute/policy_gradient.ts";
import { count } from "../lab/compute/sizes.ts";
import type { Tensors } from "../lab/compute/workspace.ts";
import { mean } from "../lab/statistics/scores.ts";
import { defineAgent, type ProgramContext } from "./define_agent.ts";
import { maskedLogits } from "./distributions/categorical.ts";
import { distributionKinds } from "./distributions/mod.ts";
import { withDefaults } from "./fields.ts";
import { EpisodeBatch } from "./memory/episode_batch.ts";
import { type ActorCritic, actorCritic, actorCriticLoss } from "./networks/actor_critic.ts";
import { discountedReturns, explainedVariance, standardize } from "./returns/advantages.ts";
import { compileScores } from "./trainers/evaluation.ts";
import {
  actorCriticFields,
  batchInputs,
  onPolicyFields,
  OnPolicyTrainer,
} from "./trainers/on_policy_trainer.ts";
import type { WorldShape } from "./worlds/world.ts";

// Configuration. The paper gives no values: defaults are those that learn CartPole here, after
// ARENA's vanilla policy gradient (batches of whole episodes, learning rate 1e-2).

const configuration = z.strictObject({
  ...withDefaults(actorCriticFields, { environments: 16, learningRate: 1e-2 }, {
    environments: "Episodes of one update, each in an environment of its own",
  }),
  initialLogStd: onPolicyFields.initialLogStd,
  baseline: z.enum(["value", "mean", "none"]).default("value").meta({
    description:
      "What returns are compared with: a learned value of the state, the batch's mean return, nothing",
  }),
  normalizeReturns: z.boolean().default(true).meta({
    description: "Standardise the weights (returns less baseline) over the batch",
  }),
  chunkSize: count(1).default(1024).meta({
    description: "Transitions whose gradients are summed at a time; no effect on what is learned",
    unit: "transitions",
  }),
});

/** The fields of {@linkcode reinforce}. */
type ReinforceConfiguration = z.output<typeof configuration>;

// Losses.

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

/** Numbers of each transition that the gradient reads. */
const columns = ["weights", "returns", "shares"] as const;

/** Compiles "add the gradient of `chunkSize` transitions to the sum". */
function compileAccumulate(
  { name, configuration: settings, workspace }: ProgramContext<ReinforceConfiguration>,
  shape: WorldShape,
  { distribution, policy: inputsOf, values }: ActorCritic,
) {
  const { chunkSize, baseline } = settings;
  return workspace.compile(
    {
      name: `${name}/accumulate`,
      inputs: batchInputs(shape, chunkSize, columns),
      state: [PARAMETERS, "gradients"],
    },
    ({ input, state }) => {
      const { values: losses, gradients } = valueAndGradients((parameters) => {
        const inputs = maskedLogits(inputsOf(parameters, input.observations), input.masks);
        const terms = distribution.terms(inputs, input.actions);
        const policy = reinforceLoss(terms.logProbability, input.weights);
        const entropy = tf.sum(tf.mul(terms.entropy, input.shares));
        const value = baseline !== "value"
          ? tf.scalar(0)
          : baselineLoss(values(parameters, input.observations), input.returns, input.shares);
        return { loss: actorCriticLoss(policy, value, entropy, settings), policy, value, entropy };
      }, state[PARAMETERS]);
      const summed: Tensors = {};
      for (const [name, gradient] of Object.entries(gradients)) {
        summed[name] = tf.add(state.gradients[name], gradient);
      }
      const { policy, entropy, value } = losses;
      return { outputs: { policy, entropy, value }, state: { gradients: summed } };
    },
  );
}

/** Compiles "one step along the summed gradient, which starts again at 0". */
function compileApply(
  { name, configuration, workspace }: ProgramContext<ReinforceConfiguration>,
) {
  const { maximumGradientNorm } = configuration;
  const optimizer = adam();
  return workspace.compile(
    {
      name: `${name}/apply`,
      scalars: ["learningRate"],
      state: [PARAMETERS, "gradients", "optimizer"],
    },
    ({ scalar: { learningRate }, state }) => {
      const next = descendAlong(state.gradients, state[PARAMETERS], state.optimizer, {
        optimizer,
        learningRate,
        maximumGradientNorm,
      });
      const cleared: Tensors = {};
      for (const [name, sum] of Object.entries(state.gradients)) cleared[name] = tf.zerosLike(sum);
      return {
        outputs: { gradientNorm: next.gradientNorm },
        state: { [PARAMETERS]: next.parameters, optimizer: next.optimizer, gradients: cleared },
      };
    },
  );
}

/** REINFORCE. */
export const reinforce = defineAgent({
  name: "reinforce",
  summary: "REINFORCE: policy gradient on whole episodes, with or without a learned baseline",
  takes: { actions: distributionKinds, body: true },
  configuration,
  trainer(context) {
    const { name, configuration: settings, workspace, stream } = context;
    const { environments, chunkSize, baseline, gamma } = settings;
    const episodes = new EpisodeBatch(name, context, environments, settings.maskActions);
    const { shape, shape: { observationSize: width } } = episodes;
    const networks = actorCritic(shape, settings, context.body);
    const random = stream("policy");
    const both = networks.initialParameters(stream("initial-weights"));
    const parameters = baseline === "value" ? both : Object.fromEntries(
      Object.entries(both).filter(([name]) => !name.startsWith("value/")),
    );
    // 0 between two iterations: no checkpoint needs them.
    workspace.define(
      "gradients",
      Object.fromEntries(
        Object.entries(parameters).map(([name, { shape }]) => [name, zeros(shape, "float32")]),
      ),
    );
    const actor = compileScores(workspace, `${name}/act`, environments, width, networks.policy);
    const critic = compileScores(workspace, `${name}/values`, chunkSize, width, networks.values);
    const accumulate = compileAccumulate(context, shape, networks);
    const apply = compileApply(context);

    /** V of the first `count` observations, a chunk at a time; 0 without the baseline. */
    const valuesOf = async (observations: Float32Array, count: number) => {
      if (baseline !== "value") return new Float64Array(count);
      const columns = { observations: observations.subarray(0, count * width) };
      const rows = { count, batch: chunkSize, columns };
      return Float64Array.from(await outputOverRows(critic, "scores", rows));
    };

    /**
     * Sums the gradients of chosen transitions, [M], with their weights, [M].
     *
     * @returns The loss terms, means over the chosen ones.
     */
    const accumulateAll = async (
      chosen: Int32Array,
      weights: Float64Array,
      returns: Float64Array,
    ) => {
      const { input } = accumulate;
      const { observations, actions, actionSize, masks } = episodes;
      const losses = { policy: 0, entropy: 0, value: 0 };
      for (const { first, length } of rowRanges(chosen.length, chunkSize)) {
        const chunk = chosen.subarray(first, first + length);
        gatherRows(observations, chunk, width, input.observations);
        gatherRows(actions, chunk, actionSize, input.actions);
        if (masks !== undefined) gatherRows(masks, chunk, shape.flatActionSize, input.masks);
        gatherRows(returns, chunk, 1, input.returns);
        for (let i = 0; i < length; i++) input.weights[i] = weights[first + i] / chosen.length;
        input.shares.fill(1 / chosen.length);
        input.weights.fill(0, length);
        input.shares.fill(0, length);
        accumulate.run();
        for (const name of ["policy", "entropy", "value"] as const) {
          losses[name] += (await accumulate.read(name))[0];
        }
      }
      return losses;
    };

    return new OnPolicyTrainer(context, {
      world: episodes,
      evaluated: { ...networks, values: baseline === "value" ? networks.values : undefined },
      parameters,
      optimizer: adam(),
      resumables: { policy: random },
      /** One episode in every environment. */
      async collect(remaining) {
        await episodes.collect(actor, networks.distribution, random, remaining);
        return episodes;
      },
      /** One gradient step on all episodes; none where the budget's end left every one open. */
      async learn(batch, { step }) {
        const { observations, lastObservations, transitions, endings, owners } = batch;
        const values = await valuesOf(observations, transitions);
        const finalValues = await valuesOf(lastObservations, endings.length);
        const following = finalValues.map((value, n) => endings[n] === "truncated" ? value : 0);
        const rewards = batch.rewards.subarray(0, transitions);
        const returns = discountedReturns(rewards, owners, following, gamma);

        const closed = Int32Array.from(rewards.keys()).filter((i) => endings[owners[i]] !== "open");
        if (closed.length === 0) return () => Promise.resolve({});
        const meanReturn = baseline === "mean"
          ? mean(Float64Array.from(closed, (i) => returns[i]))
          : 0;
        const weights = Float64Array.from(closed, (i) => returns[i] - values[i] - meanReturn);
        const ofClosed = (all: ArrayLike<number>) => Float64Array.from(closed, (i) => all[i]);
        if (settings.normalizeReturns && weights.length > 1) standardize(weights, weights);
        const losses = await accumulateAll(closed, weights, returns);
        step(apply, closed.length);
        return async () => ({
          "losses/policy": losses.policy,
          "losses/entropy": losses.entropy,
          "losses/gradient_norm": (await apply.read("gradientNorm"))[0],
          ...baseline === "value" && {
            "losses/value": losses.value,
            "losses/explained_variance": explainedVariance(ofClosed(values), ofClosed(returns)),
          },
        });
      },
    });
  },
});
