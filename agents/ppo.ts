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
import * as z from "zod";
import type { Resumable } from "../lab/core/base_trainer.ts";
import { gatherColumns } from "../lab/core/rows.ts";
import { adam } from "../lab/compute/optimizers.ts";
import { count } from "../lab/compute/sizes.ts";
import type { InputSpec, Tensors } from "../lab/compute/workspace.ts";
import { defineAgent, type ProgramContext } from "./define_agent.ts";
import { maskedLogits } from "./distributions/categorical.ts";
import { distributionKinds } from "./distributions/mod.ts";
import type { PolicyTerms } from "./distributions/policy_distribution.ts";
import { withDefaults } from "./fields.ts";
import { meanSquaredError } from "./losses.ts";
import {
  type ActorCritic,
  actorCriticLoss,
  type LossCoefficients,
} from "./networks/actor_critic.ts";
import { standardize } from "./returns/advantages.ts";
import {
  batchInputs,
  onPolicyFields,
  OnPolicyTrainer,
  stateNoiseFields,
  type UpdateShape,
} from "./trainers/on_policy_trainer.ts";
import { compileStep, perBatch } from "./trainers/programs.ts";
import { proximalEpochs, requireDivisor } from "./trainers/proximal_epochs.ts";
import { rolloutAgent, type RolloutBatch } from "./trainers/rollout_worker.ts";

// Configuration. Defaults are those of CleanRL's ppo.py where nothing else is said.

/** Fields of PPO with and without memory. */
export const proximalFields = {
  ...stateNoiseFields,
  ...withDefaults(onPolicyFields, {
    rolloutLength: 128,
    gaeLambda: 0.95,
    normalizeAdvantages: true,
  }),
  minibatchSize: count(2).default(128).meta({
    description: "Transitions a gradient step; divides the rollout's T · N",
    unit: "transitions",
  }),
  epochs: count(1).default(4).meta({
    description: "Passes over a rollout (K in the paper)",
  }),
  adamEpsilon: z.number().positive().default(1e-5).meta({ description: "Adam's ε" }),
  clipRange: z.number().positive().default(0.2).meta({
    description: "ε: how far the probability ratio gains",
  }),
  annealClipRange: z.boolean().default(false).meta({
    description: "Lower the clip range linearly to 0 over the budget",
  }),
  clipValueLoss: z.boolean().default(true).meta({
    description: "Also clip the value's change by the clip range",
  }),
  targetKl: z.number().min(0).default(0).meta({
    description: "Epochs end once the estimated KL of their last minibatch is above; 0: never",
    unit: "nats",
  }),
} as const;

const configuration = z.strictObject({
  ...withDefaults(proximalFields, {
    environments: 4,
    learningRate: 2.5e-4,
    annealLearningRate: true,
    entropyCoefficient: 0.01,
  }),
  surrogate: z.enum(["clipped", "kl-penalty"]).default("clipped").meta({
    description: "What holds the policy back: clipped ratios, or a penalty on its KL divergence",
  }),
  klCoefficient: z.number().min(0).default(1).meta({
    description: "β at the start: weight of the divergence (kl-penalty)",
  }),
  targetDivergence: z.number().min(0).default(0.01).meta({
    description:
      "d_targ: β halves below two thirds of it, doubles above one and a half; 0: β stays",
    unit: "nats",
  }),
  separateNetworks: z.boolean().default(true).meta({
    description:
      "A network of its own for the values, its body too; else one linear layer on the policy's features",
  }),
});

/** The fields of PPO. */
export type PpoConfiguration = z.output<typeof configuration>;

// Losses.

/**
 * The negated clipped surrogate, equation 7:
 * L^CLIP = −mean(min(ρA, clip(ρ, 1 − ε, 1 + ε)A)) with ρ = π(a|s) / π_old(a|s).
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * await tf.setBackend("cpu");
 * const ratio = (ρ: number) => tf.tensor1d([Math.log(ρ)]);
 * const [one, ε] = [tf.tensor1d([1]), tf.scalar(0.2)];
 * clippedPolicyLoss(ratio(1.5), ratio(1), one, ε).print(); // -1.2: the gain ends at 1 + ε
 * clippedPolicyLoss(ratio(0.5), ratio(1), one, ε).print(); // -0.5: the loss does not
 * ```
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
  // min(ρA, clip(ρ, 1 − ε, 1 + ε)A) = min(ρA, A + ε|A|): of the two bounds only the one counts that
  // A would pass, and it does not depend on the policy.
  const limit = tf.add(advantages, tf.mul(tf.abs(advantages), clipRange));
  return tf.neg(tf.mean(tf.minimum(tf.mul(ratio, advantages), limit)));
}

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
  const unclipped = tf.square(tf.sub(values, returns));
  const bounded = tf.square(tf.sub(tf.add(oldValues, clipped), returns));
  return tf.mul(0.5, tf.mean(tf.maximum(unclipped, bounded))) as tf.Scalar;
}

/** Columns of a rollout that {@linkcode proximalLoss} reads, [B] each. */
export const proximalColumns = [
  "oldLogProbabilities",
  "oldValues",
  "advantages",
  "returns",
] as const;

/**
 * The combined objective, equation 9, negated: L = L_policy + c₁ · L_value − c₂ · mean(H), with its
 * three terms. L_value is ½ mean((V − R)²), or the clipped one.
 *
 * @param terms ln π(a|s) and H, [B] each.
 * @param values V(s), [B].
 * @param clipRange ε > 0.
 * @param policy L_policy, the clipped surrogate by default.
 */
export function proximalLoss(
  { logProbability, entropy }: PolicyTerms,
  values: tf.Tensor,
  { oldLogProbabilities, oldValues, advantages, returns }: Tensors<typeof proximalColumns[number]>,
  clipRange: tf.Scalar,
  settings: LossCoefficients & { readonly clipValueLoss: boolean },
  policy = clippedPolicyLoss(logProbability, oldLogProbabilities, advantages, clipRange),
): Tensors<"loss" | "policy" | "value" | "entropy"> {
  const value = settings.clipValueLoss
    ? clippedValueLoss(values, oldValues, returns, clipRange)
    : tf.mul(0.5, meanSquaredError(values, returns));
  const meanEntropy = tf.mean(entropy);
  return {
    loss: actorCriticLoss(policy, value, meanEntropy, settings),
    policy,
    value,
    entropy: meanEntropy,
  };
}

// Trainer.

/** What a gradient step measures; the divergence with the KL penalty only. */
type Measured = "policy" | "value" | "entropy" | "logProbability" | "divergence";

/** Compiles one gradient step on `batch` transitions. */
export function compileUpdate(
  context: ProgramContext<PpoConfiguration>,
  shape: UpdateShape,
  { distribution, outputs }: ActorCritic,
  batch: number,
) {
  const { name, configuration: settings } = context;
  const isPenalized = settings.surrogate === "kl-penalty";
  const optional: Partial<Record<"oldInputs", InputSpec>> = isPenalized
    ? { oldInputs: [[batch, distribution.inputSize], "float32"] }
    : {};
  const spec = {
    name: `${name}/update/${batch}`,
    optimizer: adam({ epsilon: settings.adamEpsilon }),
    inputs: {
      ...batchInputs(shape, batch, proximalColumns),
      ...optional as Required<typeof optional>,
    },
    scalars: ["clipRange", ...isPenalized ? ["klCoefficient"] as const : []] as const,
  };
  return compileStep(context, spec, (parameters, input, { clipRange, klCoefficient }) => {
    const { inputs: scores, values } = outputs(parameters, input.observations);
    const inputs = maskedLogits(scores, input.masks);
    const terms = distribution.terms(inputs, input.actions);
    const { logProbability } = terms;
    const divergence = isPenalized ? distribution.divergence(input.oldInputs, inputs) : undefined;
    const policy = divergence && penalizedPolicyLoss(
      logProbability,
      input.oldLogProbabilities,
      input.advantages,
      divergence,
      klCoefficient,
    );
    return {
      ...proximalLoss(terms, values, input, clipRange, settings, policy),
      logProbability,
      ...divergence && { divergence: tf.mean(divergence) },
    } as Tensors<"loss" | Measured>;
  });
}

/** Proximal policy optimisation. */
export const ppo = defineAgent({
  name: "ppo",
  summary: "Proximal policy optimisation: clipped policy gradient on minibatches of rollouts",
  takes: { actions: distributionKinds, body: true },
  configuration,
  requires: ({ name, configuration }) => requireDivisor(name, configuration),
  trainer(context) {
    const { configuration: settings } = context;
    const isPenalized = settings.surrogate === "kl-penalty";
    /** β, and the mean divergence of the last epoch, as they stand. */
    let [klCoefficient, divergence] = [Math.fround(settings.klCoefficient), 0];
    const penalty: Resumable = {
      snapshot: () => klCoefficient,
      restore: (kept) => void (klCoefficient = kept as number),
    };
    const minibatch = context.stream("minibatch");
    const { networks, ...agent } = rolloutAgent(context, isPenalized);
    /** Of one batch size, and of another for a shortened rollout. */
    const updates = perBatch((batch) => compileUpdate(context, agent.world.shape, networks, batch));

    /** The update of these transitions of a rollout, with its inputs. */
    const filled = ({ rollout, values, ...batch }: RolloutBatch, indices: Int32Array) => {
      const update = updates(indices.length);
      const { logProbabilities: oldLogProbabilities, distributionInputs: oldInputs } = rollout;
      const old = { oldLogProbabilities, oldInputs, oldValues: values };
      gatherColumns({ ...rollout, ...batch, ...old }, indices, update.input);
      const { advantages } = update.input;
      if (settings.normalizeAdvantages) standardize(advantages, advantages);
      if (isPenalized) update.scalar.klCoefficient = klCoefficient;
      return update;
    };
    const measured = async (
      update: ReturnType<typeof filled>,
      first: number,
      length: number,
      count: number,
    ) => {
      if (first === 0) divergence = 0;
      divergence += (await update.read("divergence"))[0] * length / count;
    };
    const epochs = proximalEpochs(settings, minibatch, filled, isPenalized ? measured : undefined);

    return new OnPolicyTrainer(context, {
      ...agent,
      optimizer: adam(),
      resumables: { ...agent.resumables, minibatch, ...isPenalized && { penalty } },
      async learn(batch, learning) {
        const losses = await epochs(batch, learning);
        if (!isPenalized) return losses;
        const penalized = {
          "losses/divergence": divergence,
          "schedule/kl_coefficient": klCoefficient,
        };
        const { targetDivergence: target } = settings;
        if (target > 0) klCoefficient = adaptedPenalty(klCoefficient, divergence, target);
        return async () => ({ ...await losses(), ...penalized });
      },
    });
  },
});
