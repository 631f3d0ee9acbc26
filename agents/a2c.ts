/**
 * Advantage actor-critic, synchronous: several environments take a few steps, then one gradient
 * step on all of them together raises the probability of actions that did better than the value
 * network expected.
 *
 * Mnih, Badia, Mirza, Graves, Lillicrap, Harley, Silver, Kavukcuoglu, "Asynchronous Methods for
 * Deep Reinforcement Learning" (2016, arXiv 1602.01783): algorithm S3 with one learner that waits
 * for all actors, as OpenAI Baselines' A2C (which has no paper of its own); the policy gradient, as
 * there without the factor γ^t that the gradient of the discounted return has, and its entropy bonus
 * of section 4.
 *
 * Differs from the paper:
 * - One synchronous learner in place of asynchronous ones; policy and value network share no layer.
 * - Advantages by GAE (Schulman et al. 2015, arXiv 1506.02438, equation 16); λ = 1, the default, is
 *   the paper's n-step return minus the value.
 * - The mean over the rollout in place of the sum, and gradients clipped by global norm (Baselines).
 * - An episode that a time limit cut bootstraps from the value of its final observation.
 * - Actions are discrete, multi-discrete or continuous (Gaussian with a learned standard deviation
 *   that does not depend on the state, or does with `stateDependentNoise`: `distributions/gsde.ts`).
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { adam, type Optimizer, optimizers } from "../lab/compute/optimizers.ts";
import type { Tensors } from "../lab/compute/workspace.ts";
import { copyColumns } from "../lab/core/rows.ts";
import { defineAgent, type ProgramContext } from "./define_agent.ts";
import { maskedLogits } from "./distributions/categorical.ts";
import { distributionKinds } from "./distributions/mod.ts";
import { meanSquaredError } from "./losses.ts";
import {
  type ActorCritic,
  actorCriticLoss,
  type LossCoefficients,
} from "./networks/actor_critic.ts";
import { standardize } from "./returns/advantages.ts";
import {
  batchInputs,
  lossMetrics,
  onPolicyFields,
  OnPolicyTrainer,
  stateNoiseFields,
  type UpdateShape,
} from "./trainers/on_policy_trainer.ts";
import { compileStep, perBatch } from "./trainers/programs.ts";
import { rolloutAgent } from "./trainers/rollout_worker.ts";

// Configuration. Defaults are those of Stable-Baselines3's A2C, but for 8 environments, which are
// rl-baselines3-zoo's for CartPole.

/** Fields of the rule that updates the parameters, as A2C, A3C and IMPALA have them. */
export const optimizerFields = {
  optimizer: z.enum(["rmsprop", "rmsprop-tensorflow", "adam"]).default("rmsprop").meta({
    description: "Rule of the update; TensorFlow's RMSProp has ε inside the root and starts from 1",
  }),
  optimizerEpsilon: z.number().positive().default(1e-5).meta({
    description: "ε of the optimizer",
  }),
  rmspropDecay: z.number().min(0).lt(1).default(0.99).meta({
    description: "Decay of RMSProp's mean square; Adam does not use it",
  }),
} as const;

const configuration = z.strictObject({
  ...onPolicyFields,
  ...stateNoiseFields,
  ...optimizerFields,
});

/** Values of {@linkcode optimizerFields}. */
export type OptimizerSettings = z.output<z.ZodObject<typeof optimizerFields>>;

/** The rule of the update. */
export function optimizerOf(
  { optimizer, optimizerEpsilon: epsilon, rmspropDecay: decay }: OptimizerSettings,
): Optimizer {
  return optimizer === "adam" ? adam({ epsilon }) : optimizers[optimizer]({ decay, epsilon });
}

// Losses.

/**
 * −mean(ln π(a|s) · A): its gradient is the negated policy gradient. A is a constant.
 *
 * Source: Mnih et al. (2016), section 4; Williams (1992), equation 4, with the mean in place of the
 * sum.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * await tf.setBackend("cpu");
 * policyGradientLoss(tf.tensor1d([-0.5]), tf.tensor1d([0.2])).print(); // 0.1
 * ```
 *
 * @param logProbability ln π(a|s), [B].
 * @param advantages A, [B].
 */
export function policyGradientLoss(logProbability: tf.Tensor, advantages: tf.Tensor): tf.Scalar {
  return tf.neg(tf.mean(tf.mul(logProbability, advantages))) as tf.Scalar;
}

/** Columns of a rollout that {@linkcode a2cLoss} reads, [B] each: A and R. */
export const a2cColumns = ["advantages", "returns"] as const;

/**
 * L = −mean(ln π(a|s) · A) + c_v · mean((V − R)²) − c_e · mean(H), with its three terms. Mnih et al.
 * (2016), algorithm S3 and section 4.
 */
export function a2cLoss(
  { distribution, outputs }: ActorCritic,
  parameters: Tensors,
  { observations, actions, masks, advantages, returns }: Tensors<
    "observations" | "actions" | "masks" | typeof a2cColumns[number]
  >,
  coefficients: LossCoefficients,
): Tensors<"loss" | "policy" | "value" | "entropy"> {
  const { inputs, values } = outputs(parameters, observations);
  const terms = distribution.terms(maskedLogits(inputs, masks), actions);
  const policy = policyGradientLoss(terms.logProbability, advantages);
  const value = meanSquaredError(values, returns);
  const entropy = tf.mean(terms.entropy);
  return { loss: actorCriticLoss(policy, value, entropy, coefficients), policy, value, entropy };
}

// Trainer.

/** Compiles one gradient step on `batch` transitions. IMPALA's is the same. */
export function compileUpdate(
  context: ProgramContext<
    LossCoefficients & OptimizerSettings & { readonly maximumGradientNorm: number }
  >,
  shape: UpdateShape,
  networks: ActorCritic,
  batch: number,
) {
  const { name, configuration } = context;
  const spec = {
    name: `${name}/update/${batch}`,
    optimizer: optimizerOf(configuration),
    inputs: batchInputs(shape, batch, a2cColumns),
  };
  return compileStep(
    context,
    spec,
    (parameters, input) => a2cLoss(networks, parameters, input, configuration),
  );
}

/** Environment steps of one iteration, so that it takes a tenth of a second and not a thousandth. */
export const ITERATION = 512;

/** Advantage actor-critic. */
export const a2c = defineAgent({
  name: "a2c",
  summary: "Advantage actor-critic: one policy-gradient step after every few environment steps",
  takes: { actions: distributionKinds, body: true },
  configuration,
  trainer(context) {
    const { configuration: settings } = context;
    const { networks, ...agent } = rolloutAgent(context);
    /** Of one batch size, and of another for a shortened rollout. */
    const updates = perBatch((batch) => compileUpdate(context, agent.world.shape, networks, batch));
    return new OnPolicyTrainer(context, {
      ...agent,
      optimizer: optimizerOf(settings),
      iterationSteps: ITERATION,
      learn(batch, { step }) {
        const { transitions, rollout, values, advantages, returns } = batch;
        const update = updates(transitions);
        copyColumns({ ...rollout, advantages, returns }, update.input);
        if (settings.normalizeAdvantages && transitions > 1) {
          standardize(advantages, update.input.advantages);
        }
        step(update, transitions);
        return () => lossMetrics(update, values, returns);
      },
    });
  },
});
