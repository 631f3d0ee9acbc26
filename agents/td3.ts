/**
 * Twin delayed deep deterministic policy gradient: DDPG with two critics of which the lower one
 * counts, targets smoothed over nearby actions, and a policy renewed less often than its critics.
 *
 * Fujimoto, van Hoof, Meger, "Addressing Function Approximation Error in Actor-Critic Methods" (2018,
 * arXiv 1802.09477): clipped double Q-learning (equation 10), target policy smoothing (equation 14 and
 * the clipped noise below it), algorithm 1.
 *
 * Differs from the paper:
 * - Networks and replay hold actions in [−1, 1]; noise has that unit.
 * - Random actions at the beginning are as many as `learningStarts` says (the paper's 1,000 or 10,000).
 * - Optionally Ornstein-Uhlenbeck exploration noise.
 * - An episode that a time limit cut bootstraps from its final observation.
 * - Optionally transitions over several steps (Sutton 1988), drawn by priority (Schaul et al. 2016, arXiv
 *   1511.05952), of observations and rewards normalised by the moments of the random actions'.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { count } from "../lab/compute/sizes.ts";
import type { Tensors } from "../lab/compute/workspace.ts";
import { deterministicFields, stepPolicy } from "./ddpg.ts";
import { defineAgent, type ProgramContext } from "./define_agent.ts";
import { twinSquaredError } from "./losses.ts";
import { CRITIC } from "./networks/critics.ts";
import { type DeterministicNetworks, POLICY } from "./networks/deterministic_policy.ts";
import { bootstrapped, type Outcomes } from "./returns/targets.ts";
import { deterministicAgent } from "./trainers/deterministic_agent.ts";
import { compileNetworkSteps } from "./trainers/programs.ts";
import {
  ReplayTrainer,
  requireCounts,
  transitionInputs,
  valueMetrics,
} from "./trainers/replay_trainer.ts";
import type { WorldSizes } from "./worlds/world.ts";

// Configuration. Defaults are those of Stable-Baselines3's TD3, with the paper's exploration noise.

const configuration = z.strictObject({
  ...deterministicFields,
  policyDelay: count(1).default(2).meta({
    description: "d: gradient steps of the critics for each one of the policy and the targets",
    unit: "gradient steps",
  }),
  targetNoiseStd: z.number().min(0).default(0.2).meta({
    description: "σ̃ of the noise on the target policy's actions, scaled to [−1, 1]",
  }),
  targetNoiseClip: z.number().min(0).default(0.5).meta({
    description: "c: that noise is clipped to [−c, c]",
  }),
});

/** The fields of {@linkcode td3}. */
export type Td3Configuration = z.output<typeof configuration>;

// Targets.

/**
 * ã = clip(μ̄(s') + clip(σ̃ε, −c, c), −1, 1). Section 5.3 and algorithm 1.
 *
 * @param actions μ̄(s'), [B, K].
 * @param noise ε from N(0, 1), [B, K].
 * @param std σ̃ ≥ 0.
 * @param clip c ≥ 0.
 */
export function smoothedActions(
  actions: tf.Tensor,
  noise: tf.Tensor,
  std: number,
  clip: number,
): tf.Tensor {
  const clipped = tf.clipByValue(tf.mul(noise, std), -clip, clip);
  return tf.clipByValue(tf.add(actions, clipped), -1, 1);
}

/**
 * y = r + γ(1 − terminated) · min(Q̄₁, Q̄₂)(s', ã). Equation 10. With equal critics it is DDPG's target.
 *
 * @param first Q̄₁(s', ã), [B].
 * @param second Q̄₂(s', ã), [B].
 * @param discounts γ in [0, 1], or one for each transition, [B].
 */
export function clippedDoubleTargets(
  outcomes: Outcomes,
  first: tf.Tensor,
  second: tf.Tensor,
  discounts: tf.Tensor | number,
): tf.Tensor1D {
  return bootstrapped(outcomes, tf.minimum(first, second), discounts);
}

// Trainer.

/** Compiles one gradient step of both critics. */
export function compileCriticUpdate(
  context: ProgramContext<Td3Configuration>,
  shape: WorldSizes,
  { policy, critics: { values } }: DeterministicNetworks,
) {
  const { batchSize, targetNoiseStd, targetNoiseClip } = context.configuration;
  const bothValues = (parameters: Tensors, observations: tf.Tensor, actions: tf.Tensor) =>
    [0, 1].map((i) => values(parameters, i, observations, actions));
  const spec = {
    name: `${context.name}/update/critic`,
    inputs: transitionInputs(context.configuration, shape),
    random: { noise: [[batchSize, shape.flatActionSize], "normal"] },
    networks: [CRITIC],
    renewsTarget: false,
  } as const;
  return compileNetworkSteps(context, spec, ({ steps, target, input, random }) => {
    const greedy = policy.actions(target, input.nextObservations);
    const actions = smoothedActions(greedy, random.noise, targetNoiseStd, targetNoiseClip);
    const [first, second] = bothValues(target, input.nextObservations, actions);
    const targets = clippedDoubleTargets(input, first, second, input.discounts);
    const { loss: value, ...critic } = steps.take(CRITIC, (parameters) => {
      const [first, second] = bothValues(parameters, input.observations, input.actions);
      const loss = twinSquaredError(first, second, targets, input.weights);
      return { loss, taken: first, errors: tf.sub(targets, first) };
    });
    return { value, ...critic };
  });
}

/** Compiles one gradient step of the policy, with the renewal of all targets. */
export function compilePolicyUpdate(
  context: ProgramContext<Td3Configuration>,
  { observationSize }: WorldSizes,
  networks: DeterministicNetworks,
) {
  const { name, configuration: { batchSize } } = context;
  const spec = {
    name: `${name}/update/policy`,
    inputs: { observations: [[batchSize, observationSize], "float32"] },
    random: {},
    networks: [POLICY],
    renewsTarget: true,
  } as const;
  return compileNetworkSteps(
    context,
    spec,
    ({ steps, input }) => ({ policy: stepPolicy(steps, networks, input.observations) }),
  );
}

/** Twin delayed deep deterministic policy gradient with continuous actions. */
export const td3 = defineAgent({
  name: "td3",
  summary: "Twin delayed DDPG: the lower of two critics, smoothed targets, a slower policy",
  takes: { actions: ["box"], body: true },
  configuration,
  requires: requireCounts,
  trainer(context) {
    const { networks, ...agent } = deterministicAgent(context, 2);
    const critics = compileCriticUpdate(context, agent.world.shape, networks);
    const policy = compilePolicyUpdate(context, agent.world.shape, networks);
    const noise = context.stream("update");
    /** Whether the policy took a gradient step since its loss was last reported. */
    let hasPolicyLoss = false;
    return new ReplayTrainer(context, {
      ...agent,
      resumables: { ...agent.resumables, update: noise },
      learner: {
        program: critics,
        random: noise,
        learned({ learningRate, number }) {
          if (number % context.configuration.policyDelay !== 0) return;
          policy.input.observations.set(critics.input.observations);
          policy.scalar.learningRate = learningRate;
          policy.run();
          hasPolicyLoss = true;
        },
        async losses() {
          const metrics = await valueMetrics(critics);
          if (!hasPolicyLoss) return metrics;
          hasPolicyLoss = false;
          const [loss] = await policy.read("policy");
          return { "losses/policy": loss, ...metrics };
        },
      },
    });
  },
});
