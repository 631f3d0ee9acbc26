/**
 * Deep Q-learning: a network learns the value of each action from transitions drawn out of a
 * replay buffer, towards targets that a slowly renewed copy of it gives.
 *
 * Mnih et al., "Human-level control through deep reinforcement learning" (Nature 518, 2015; first as
 * arXiv 1312.5602): algorithm 1; the clipped error of its methods section is the Huber loss. Each of
 * these fields puts another part in the place of one of DQN's own, as in its paper and all of them
 * together as in "Rainbow" (Hessel et al. 2018, arXiv 1710.02298):
 * - `doubleQ`: van Hasselt, Guez, Silver (2015, arXiv 1509.06461), equation 4; `rainbow/double.ts`.
 * - `duelling`: Wang et al. (2016, arXiv 1511.06581), equation 9; `rainbow/duelling.ts`.
 * - `rewardSteps` n: Sutton (1988), as in Rainbow, section 3; `memory/n_step.ts`.
 * - `priorityExponent` α: Schaul et al. (2016, arXiv 1511.05952), algorithm 1, proportional;
 *   `memory/prioritized.ts`.
 * - `noisy`: Fortunato et al. (2018, arXiv 1706.10295), factorised noise; `rainbow/noisy.ts`.
 * - `quantiles` N: QR-DQN, Dabney et al. (2018, arXiv 1710.10044), algorithm 1;
 *   `rainbow/quantiles.ts`.
 *
 * Differs from the papers:
 * - Dense networks but for pictures, Adam in place of RMSProp; gradients clipped by global norm.
 * - Several environments may act side by side; `trainEvery`, `targetUpdateEvery` and
 *   `learningStarts` count environment steps over all of them.
 * - An episode that a time limit cut bootstraps from its final observation: only `terminated` masks
 *   the target.
 * - Optionally a Polyak target, θ⁻ ← (1 − τ)θ⁻ + τθ (Lillicrap et al. 2015, arXiv 1509.02971), with
 *   `targetRate` τ < 1.
 * - Duelling: no gradient is scaled by 1/√2. Priorities: |δ| of the mean where there are quantiles,
 *   and importance weights over the largest of their batch. Noisy: one draw for all environments of
 *   a step and for all rows of a batch; evaluation acts on the means, and of a body of pictures no
 *   layer is noisy.
 * - Optionally observations and rewards are normalised, by moments that stay once learning begins.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import type { Discrete } from "../lab/core/space.ts";
import type { NamedTensors } from "../lab/core/tensor_data.ts";
import { PARAMETERS } from "../lab/core/base_trainer.ts";
import { bodyOf } from "../lab/compute/bodies.ts";
import type { BodyDefinition } from "../lab/compute/definitions.ts";
import { descend } from "../lab/compute/descend.ts";
import { adam } from "../lab/compute/optimizers.ts";
import { constant, linear } from "../lab/compute/schedules.ts";
import { count, LONGEST } from "../lab/compute/sizes.ts";
import type { Tensors } from "../lab/compute/workspace.ts";
import { defineAgent, type ProgramContext, requireFit } from "./define_agent.ts";
import { maskedLogits, scoresOf } from "./distributions/categorical.ts";
import { EpsilonGreedy } from "./exploration/epsilon_greedy.ts";
import { explorationFields, maskActions, withDefaults } from "./fields.ts";
import { huber } from "./losses.ts";
import { actingGroup } from "./networks/acting.ts";
import { actionValueNetwork } from "./networks/action_values.ts";
import { TARGET, targetNetwork } from "./networks/target_network.ts";
import { doubleDqnTargets } from "./rainbow/double.ts";
import { duellingNetwork } from "./rainbow/duelling.ts";
import { noisyWeights } from "./rainbow/noisy.ts";
import { type DqnParts, fixedWeights, type ReturnEstimate } from "./rainbow/parts.ts";
import { quantileReturns } from "./rainbow/quantiles.ts";
import { bootstrapped, type Outcomes } from "./returns/targets.ts";
import {
  replayFields,
  ReplayTrainer,
  requireCounts,
  transitionInputs,
  valueMetrics,
} from "./trainers/replay_trainer.ts";
import { World, type WorldShape } from "./worlds/world.ts";

// Configuration. Defaults are those of Stable-Baselines3's DQN where nothing else is said.

const configuration = z.strictObject({
  ...withDefaults(replayFields, {
    // rl-baselines3-zoo, CartPole.
    bufferSize: 100_000,
    learningStarts: 1000,
    batchSize: 32,
    trainEvery: 4,
    targetRate: 1,
    learningRate: 1e-4,
    hiddenSizes: [64, 64],
  }),
  targetUpdateEvery: count(1, LONGEST).default(500).meta({
    description: "Environment steps between renewals of the target network (500: CleanRL)",
    unit: "environment steps",
  }),
  ...explorationFields,
  loss: z.enum(["huber", "mse"]).default("huber").meta({
    description: "Of the TD error: Huber with δ = 1, or its square",
  }),
  doubleQ: z.boolean().default(false).meta({
    description: "The online network chooses the next action, the target network values it",
  }),
  duelling: z.boolean().default(false).meta({
    description: "Value and advantages in streams of their own, each with the last hidden layer",
  }),
  noisy: z.boolean().default(false).meta({
    description: "Explore by noise in the weights, with learned deviations, in place of ε",
  }),
  noiseScale: z.number().min(0).default(0.5).meta({
    description: "σ₀: deviations of noisy weights start at σ₀/√fanIn (0.5: Fortunato)",
  }),
  quantiles: count(0).default(0).meta({
    description: "N: learn N quantiles of each return (QR-DQN); 0 learns its mean",
  }),
  maximumGradientNorm: z.number().positive().default(10).meta({
    description: "Longer gradients are scaled down to this global norm",
  }),
  maskActions,
});

/** The fields of {@linkcode dqn}. */
export type DqnConfiguration = z.output<typeof configuration>;

// Losses and targets.

/**
 * y = r + γ(1 − terminated) · max_a Q(s', a; θ⁻). Algorithm 1 of Mnih et al. (2015). No gradient
 * flows through it. With rewards R over n steps and γⁿ it is the n-step target.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * await tf.setBackend("cpu");
 * const outcomes = { rewards: tf.tensor1d([1, 1]), terminated: tf.tensor1d([0, 1]) };
 * const next = tf.tensor2d([[0.8, 0.9], [0.8, 0.9]]);
 * dqnTargets(outcomes, next, 0.99).print(); // [1.891, 1]
 * ```
 *
 * @param nextScores Q(s', ·; θ⁻), [B, A].
 * @param discounts γ in [0, 1], or one for each transition, [B].
 */
export function dqnTargets(
  outcomes: Outcomes,
  nextScores: tf.Tensor,
  discounts: tf.Tensor | number,
): tf.Tensor1D {
  return bootstrapped(outcomes, tf.max(nextScores, 1), discounts);
}

/** The mean of each return: what plain deep Q-learning learns. */
function meanReturns(loss: DqnConfiguration["loss"]): ReturnEstimate {
  const lossOf = loss === "huber" ? huber : tf.square;
  return {
    quantiles: 0,
    mean: (values) => values,
    masked: maskedLogits,
    taken: scoresOf,
    targets: (outcomes, next, discounts, choosing) =>
      choosing === undefined
        ? dqnTargets(outcomes, next, discounts)
        : doubleDqnTargets(outcomes, choosing, next, discounts),
    losses: (taken, targets) => lossOf(tf.sub(targets, taken)),
  };
}

/** Network, estimate and weights as a configuration asks for them: DQN's own, or Rainbow's. */
export function partsOf(
  settings: DqnConfiguration,
  { observationSpace, flatActionSize }: Pick<WorldShape, "observationSpace" | "flatActionSize">,
  ownBody?: BodyDefinition,
): DqnParts {
  const { duelling, quantiles, noisy, noiseScale, loss } = settings;
  const network = duelling ? duellingNetwork : actionValueNetwork;
  const body = bodyOf(observationSpace, settings, ownBody);
  return {
    network: network({ ...settings, body, actionCount: flatActionSize }),
    estimate: quantiles > 0 ? quantileReturns(quantiles) : meanReturns(loss),
    source: noisy ? noisyWeights(noiseScale) : fixedWeights,
  };
}

// Trainer.

/** What an update must fit. */
type UpdateShape = Pick<WorldShape, "observationSize" | "flatActionSize" | "masked">;

/**
 * Compiles one gradient step on a batch of transitions.
 *
 * @param parameters At the start.
 */
export function compileUpdate(
  { name, configuration: settings, workspace }: ProgramContext<DqnConfiguration>,
  { network, estimate, source }: DqnParts,
  shape: UpdateShape,
  parameters: NamedTensors,
) {
  const { batchSize, doubleQ, maximumGradientNorm } = settings;
  const optimizer = adam({ epsilon: settings.adamEpsilon });
  return workspace.compile(
    {
      name: `${name}/update`,
      inputs: {
        ...transitionInputs(settings, shape),
        actions: [[batchSize], "int32"],
        weights: [[batchSize], "float32"],
      },
      random: source.inputs(parameters, ["target", ...doubleQ ? ["choice"] : [], "online"]),
      scalars: ["learningRate"],
      state: [PARAMETERS, TARGET, "optimizer"],
    },
    ({ input, random, scalar: { learningRate }, state }) => {
      const estimates = (parameters: Tensors, observations: tf.Tensor, use: string) =>
        network.estimates(source.weights(parameters, random, use), observations);
      const following = (parameters: Tensors, use: string) =>
        estimate.masked(estimates(parameters, input.nextObservations, use), input.nextMasks);
      const next = following(state[TARGET], "target");
      const choosing = doubleQ ? following(state[PARAMETERS], "choice") : undefined;
      const targets = estimate.targets(input, next, input.discounts, choosing);
      const step = descend(
        (parameters) => {
          const online = estimates(parameters, input.observations, "online");
          const taken = estimate.taken(online, input.actions);
          const losses = tf.mul(estimate.losses(taken, targets), input.weights);
          const value = estimate.mean(taken);
          const errors = tf.sub(estimate.mean(targets), value);
          return { loss: tf.mean<tf.Scalar>(losses), errors, taken: value };
        },
        state[PARAMETERS],
        state.optimizer,
        { optimizer, learningRate, maximumGradientNorm },
      );
      const { loss: value, errors, taken } = step.values;
      return {
        outputs: { value, errors, taken, gradientNorm: step.gradientNorm },
        state: { [PARAMETERS]: step.parameters, optimizer: step.optimizer },
      };
    },
  );
}

/** Compiles the action values of a step of all environments; noisy ones are drawn anew each time. */
function compileActor(
  { name, configuration: settings, workspace }: ProgramContext<DqnConfiguration>,
  { network, estimate, source }: DqnParts,
  width: number,
  parameters: NamedTensors,
) {
  const acting = actingGroup(settings);
  return workspace.compile(
    {
      name: `${name}/act`,
      inputs: { observations: [[settings.environments, width], "float32"] },
      random: source.inputs(parameters, ["act"]),
      state: [acting],
      placement: "host",
    },
    ({ input, random, state }) => {
      const weights = source.weights(state[acting], random, "act");
      const scores = estimate.mean(network.estimates(weights, input.observations));
      return { outputs: { scores } };
    },
  );
}

/** Deep Q-learning with discrete actions. */
export const dqn = defineAgent({
  name: "dqn",
  summary: "Deep Q-learning: action values from replayed transitions and a target network",
  takes: { actions: ["discrete"], body: true },
  configuration,
  requires(settings) {
    const { name, configuration: { quantiles, loss } } = settings;
    requireFit(
      name,
      quantiles === 0 || loss === "huber",
      `the loss of ${quantiles} quantiles must be huber`,
      loss,
    );
    requireCounts(settings);
  },
  trainer(context) {
    const { name, configuration: settings, workspace, stream } = context;
    const { noisy, explorationInitial, explorationFinal, explorationFraction } = settings;
    const world = new World(name, context, settings.environments, {
      maskActions: settings.maskActions,
    });
    const { shape } = world;
    const { observationSize } = shape;

    const parts = partsOf(settings, shape, context.body);
    const { network, estimate, source } = parts;
    const parameters = source.parameters(network.initialParameters(stream("initial-weights")));
    workspace.define(PARAMETERS, parameters);
    workspace.define("optimizer", adam().initialState(parameters));
    const renew = targetNetwork(workspace, parameters, settings.targetRate);
    const actor = compileActor(context, parts, observationSize, parameters);
    const update = compileUpdate(context, parts, shape, parameters);

    const exploration = stream("exploration");
    const noise = noisy ? stream("noise") : undefined;
    return new ReplayTrainer(context, {
      world,
      scores: (parameters, x) => estimate.mean(network.estimates(parameters, x)),
      explorer: new EpsilonGreedy({
        actor,
        actionSpace: shape.actionSpace as Discrete,
        epsilon: noisy
          ? constant(0)
          : linear(explorationInitial, explorationFinal, explorationFraction),
        random: exploration,
        noise,
      }),
      learner: {
        program: update,
        random: noise,
        async losses() {
          const [gradientNorm] = await update.read("gradientNorm");
          return { ...await valueMetrics(update), "losses/gradient_norm": gradientNorm };
        },
      },
      groups: ["optimizer", TARGET],
      resumables: { exploration, ...noise && { noise } },
      target: { every: settings.targetUpdateEvery, renew },
      iterationLength: 256,
    });
  },
});
