/**
 * Deep deterministic policy gradient: a critic learns the value of actions from replayed transitions,
 * and the policy ascends the critic's gradient.
 *
 * Lillicrap, Hunt, Pritzel, Heess, Erez, Tassa, Silver, Wierstra, "Continuous control with deep
 * reinforcement learning" (2015, arXiv 1509.02971): the critic's loss (equations 4 and 5), the policy's
 * gradient (equation 6), soft targets and algorithm 1.
 *
 * Differs from the paper:
 * - Networks and replay hold actions in [−1, 1]; actions enter the critic at its first layer, all
 *   layers are drawn alike, no weight decay, no batch normalisation.
 * - One learning rate for policy and critic.
 * - Exploration noise is independent from step to step by default, Ornstein-Uhlenbeck on request; the
 *   first actions are random.
 * - An episode that a time limit cut bootstraps from its final observation.
 * - Optionally transitions over several steps (Sutton 1988), drawn by priority (Schaul et al. 2016, arXiv
 *   1511.05952), of observations and rewards normalised by the moments of the random actions'.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { defineAgent, type ProgramContext } from "./define_agent.ts";
import { noiseFields } from "./exploration/noise.ts";
import { withDefaults } from "./fields.ts";
import { meanSquaredError } from "./losses.ts";
import { CRITIC } from "./networks/critics.ts";
import { type DeterministicNetworks, POLICY } from "./networks/deterministic_policy.ts";
import { bootstrapped } from "./returns/targets.ts";
import { deterministicAgent } from "./trainers/deterministic_agent.ts";
import { compileNetworkSteps, type NetworkSteps } from "./trainers/programs.ts";
import {
  replayFields,
  ReplayTrainer,
  requireCounts,
  transitionInputs,
  valueMetrics,
} from "./trainers/replay_trainer.ts";
import type { WorldSizes } from "./worlds/world.ts";

// Configuration.

/** Fields of DDPG, and of TD3. Defaults are those of Stable-Baselines3; noise is N(0, 0.1²). */
export const deterministicFields = {
  ...withDefaults(replayFields, { learningRate: 1e-3, hiddenSizes: [400, 300] }),
  ...noiseFields,
} as const;

const configuration = z.strictObject(deterministicFields);

/** The fields of {@linkcode ddpg}. */
export type DdpgConfiguration = z.output<typeof configuration>;

// Losses. The critic's targets are `bootstrapped` of Q̄(s', μ̄(s')): equation 5.

/**
 * −mean Q(s, μ(s)): its gradient is the negated deterministic policy gradient. Silver et al. (2014),
 * equation 9; Lillicrap et al. (2015), equation 6.
 *
 * @param values Q(s, μ(s)), [B].
 */
export function deterministicPolicyLoss(values: tf.Tensor): tf.Scalar {
  return tf.neg(tf.mean(values)) as tf.Scalar;
}

// Trainer.

/** One gradient step of the policy. @returns Its loss, {@linkcode deterministicPolicyLoss}. */
export function stepPolicy(
  steps: NetworkSteps,
  { policy, critics }: DeterministicNetworks,
  observations: tf.Tensor,
): tf.Tensor {
  const { loss } = steps.take(POLICY, (parameters) => {
    const actions = policy.actions(parameters, observations);
    return { loss: deterministicPolicyLoss(critics.values(parameters, 0, observations, actions)) };
  });
  return loss;
}

/** Compiles one gradient step of critic and policy, with the targets' renewal. */
export function compileUpdate(
  context: ProgramContext<DdpgConfiguration>,
  shape: WorldSizes,
  networks: DeterministicNetworks,
) {
  const { policy: { actions: actionsOf }, critics } = networks;
  const spec = {
    name: `${context.name}/update`,
    inputs: transitionInputs(context.configuration, shape),
    random: {},
    networks: [CRITIC, POLICY],
    renewsTarget: true,
  };
  return compileNetworkSteps(context, spec, ({ steps, target, input }) => {
    const { observations, nextObservations } = input;
    const nextActions = actionsOf(target, nextObservations);
    const nextValues = critics.values(target, 0, nextObservations, nextActions);
    const targets = bootstrapped(input, nextValues, input.discounts);
    const { loss: value, ...critic } = steps.take(CRITIC, (parameters) => {
      const taken = critics.values(parameters, 0, observations, input.actions);
      const loss = meanSquaredError(taken, targets, input.weights);
      return { loss, taken, errors: tf.sub(targets, taken) };
    });
    const policy = stepPolicy(steps, networks, observations);
    return { policy, value, ...critic };
  });
}

/** Deep deterministic policy gradient with continuous actions. */
export const ddpg = defineAgent({
  name: "ddpg",
  summary: "Deep deterministic policy gradient: a policy ascends a critic learned from replay",
  takes: { actions: ["box"], body: true },
  configuration,
  requires: requireCounts,
  trainer(context) {
    const { networks, ...agent } = deterministicAgent(context, 1);
    const update = compileUpdate(context, agent.world.shape, networks);
    return new ReplayTrainer(context, {
      ...agent,
      learner: {
        program: update,
        async losses() {
          const [policy] = await update.read("policy");
          return { "losses/policy": policy, ...await valueMetrics(update) };
        },
      },
    });
  },
});
