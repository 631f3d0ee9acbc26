/**
 * Soft actor-critic: a stochastic policy that is paid for its entropy, learned off-policy from two
 * critics of which the lower one counts, with a temperature that keeps the entropy at a target.
 *
 * Haarnoja, Zhou, Hartikainen, Tucker, Ha, Tan, Kumar, Zhu, Gupta, Abbeel, Levine, "Soft Actor-Critic
 * Algorithms and Applications" (2018, arXiv 1812.05905): the critics' loss (equations 3 and 5), the
 * policy's (equations 8 and 9), the temperature's (equation 18), the density of squashed actions
 * (appendix C), algorithm 1.
 *
 * Differs from the paper:
 * - The temperature's loss is −ln α · mean(ln π + H̄) in place of −α · mean(ln π + H̄), as in
 *   Stable-Baselines3: its force does not fade as α becomes small.
 * - The density is that over actions scaled to (−1, 1), so that H̄ does not depend on the unit.
 * - An episode that a time limit cut bootstraps from its final observation.
 * - With gSDE, means are clipped to ±2 as in Stable-Baselines3; updates draw actions independently
 *   from N(μ, σ̂²), which is the same distribution in each state.
 * - Optionally transitions over several steps (Sutton 1988), drawn by priority (Schaul et al. 2016, arXiv
 *   1511.05952), of observations and rewards normalised by the moments of the random actions'.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { log } from "../lab/core/elementary.ts";
import type { BodyDefinition } from "../lab/compute/definitions.ts";
import { constant } from "../lab/compute/initializers.ts";
import { adam } from "../lab/compute/optimizers.ts";
import { count, LONGEST } from "../lab/compute/sizes.ts";
import type { Tensors } from "../lab/compute/workspace.ts";
import { defineAgent, type ProgramContext, requireFit } from "./define_agent.ts";
import { squashedSample } from "./distributions/squashed_gaussian.ts";
import { SquashedExplorer } from "./exploration/squashed_explorer.ts";
import { twinSquaredError } from "./losses.ts";
import { CRITIC, type Critics, criticsOf, type NetworkShape } from "./networks/critics.ts";
import { POLICY, type SquashedPolicy, squashedPolicy } from "./networks/squashed_policy.ts";
import { mean } from "../lab/statistics/scores.ts";
import { bootstrapped, type Outcomes } from "./returns/targets.ts";
import { compileNetworkSteps, defineNetworks } from "./trainers/programs.ts";
import {
  replayFields,
  ReplayTrainer,
  requireCounts,
  transitionInputs,
  valueMetrics,
} from "./trainers/replay_trainer.ts";
import { World, type WorldSizes } from "./worlds/world.ts";

// Configuration. Defaults are those of Stable-Baselines3's SAC.

const configuration = z.strictObject({
  ...replayFields,
  automaticTemperature: z.boolean().default(true).meta({
    description: "Learn the temperature α, so that the entropy nears its target",
  }),
  temperature: z.number().min(0).default(1).meta({
    description: "α at the start, or always; above 0 where it is learned",
  }),
  targetEntropy: z.number().default(-1).meta({
    description: "H̄ for each element of an action (−1: the paper's −dim A)",
    unit: "nats",
  }),
  stateDependentNoise: z.boolean().default(false).meta({
    description: "gSDE: explore by a function of the state that stays the same for a while",
  }),
  initialLogStd: z.number().default(-3).meta({
    description: "ln σ of gSDE's weights at the start",
  }),
  noiseEvery: count(0, LONGEST).default(0).meta({
    description: "Steps after which gSDE draws anew; 0: after each training only",
    unit: "environment steps",
  }),
});

/** The fields of {@linkcode sac}. */
export type SacConfiguration = z.output<typeof configuration>;

// Losses and targets.

/**
 * y = r + γ(1 − terminated) · (min(Q̄₁, Q̄₂)(s', a') − α ln π(a'|s')). Equations 2 and 3. No gradient
 * flows through it.
 *
 * @param first Q̄₁(s', a'), [B].
 * @param second Q̄₂(s', a'), [B].
 * @param logProbability ln π(a'|s'), [B].
 * @param temperature α ≥ 0.
 * @param discounts γ in [0, 1], or one for each transition, [B].
 */
export function softTargets(
  outcomes: Outcomes,
  first: tf.Tensor,
  second: tf.Tensor,
  logProbability: tf.Tensor,
  temperature: tf.Scalar,
  discounts: tf.Tensor | number,
): tf.Tensor1D {
  const soft = tf.sub(tf.minimum(first, second), tf.mul(temperature, logProbability));
  return bootstrapped(outcomes, soft, discounts);
}

/**
 * mean(α ln π(a|s) − min(Q₁, Q₂)(s, a)). Equation 9.
 *
 * @param logProbability ln π(a|s), [B].
 * @param first Q₁(s, a), [B].
 * @param second Q₂(s, a), [B].
 * @param temperature α ≥ 0, a constant.
 */
export function softPolicyLoss(
  logProbability: tf.Tensor,
  first: tf.Tensor,
  second: tf.Tensor,
  temperature: tf.Scalar,
): tf.Scalar {
  return tf.mean(tf.sub(tf.mul(temperature, logProbability), tf.minimum(first, second)));
}

/**
 * −ln α · mean(ln π(a|s) + H̄): falls with ln α where the entropy is above its target. Equation 18 with
 * ln α in place of α.
 *
 * @param logTemperature ln α.
 * @param logProbability ln π(a|s), [B], a constant.
 * @param targetEntropy H̄ of a whole action, nats.
 */
export function temperatureLoss(
  logTemperature: tf.Tensor,
  logProbability: tf.Tensor,
  targetEntropy: number,
): tf.Scalar {
  return tf.neg(
    tf.mul(logTemperature, tf.mean(tf.add(logProbability, targetEntropy))),
  ) as tf.Scalar;
}

// Networks: policy (networks/squashed_policy.ts), two critics and ln α in one group; copies of the
// critics in the target's.

const TEMPERATURE = "temperature";
const LOG_TEMPERATURE = `${TEMPERATURE}/log`;

/** SAC's networks but for the temperature. */
export interface SacNetworks {
  readonly policy: SquashedPolicy;
  readonly critics: Critics;
}

/** The networks for a world. */
export function sacNetworks(
  shape: NetworkShape,
  settings: SacConfiguration,
  ownBody?: BodyDefinition,
): SacNetworks {
  return {
    policy: squashedPolicy(shape, settings, ownBody),
    critics: criticsOf(shape, settings, 2, ownBody),
  };
}

// Trainer.

/** Compiles one gradient step of critics, policy and temperature, with the targets' renewal. */
export function compileUpdate(
  context: ProgramContext<SacConfiguration>,
  shape: WorldSizes,
  networks: SacNetworks,
) {
  const { name, configuration: settings } = context;
  const { batchSize, automaticTemperature } = settings;
  const bothValues = (parameters: Tensors, observations: tf.Tensor, actions: tf.Tensor) =>
    [0, 1].map((i) => networks.critics.values(parameters, i, observations, actions));
  const sample = (parameters: Tensors, observations: tf.Tensor, noise: tf.Tensor) => {
    const { mean, logStd } = networks.policy.distributions(parameters, observations);
    return squashedSample(mean, logStd, noise);
  };
  const spec = {
    name: `${name}/update`,
    inputs: transitionInputs(settings, shape),
    random: {
      noise: [[batchSize, shape.flatActionSize], "normal"],
      nextNoise: [[batchSize, shape.flatActionSize], "normal"],
    },
    networks: [CRITIC, POLICY, ...automaticTemperature ? [TEMPERATURE] : []],
    renewsTarget: true,
  } as const;
  return compileNetworkSteps(context, spec, ({ steps, target, input, random }) => {
    const temperature: tf.Scalar = automaticTemperature
      ? tf.exp(steps.parameters[LOG_TEMPERATURE] as tf.Scalar)
      : tf.scalar(settings.temperature);

    const next = sample(steps.parameters, input.nextObservations, random.nextNoise);
    const [first, second] = bothValues(target, input.nextObservations, next.actions);
    const targets = softTargets(
      input,
      first,
      second,
      next.logProbability,
      temperature,
      input.discounts,
    );
    const { loss: value, ...critic } = steps.take(CRITIC, (parameters) => {
      const [first, second] = bothValues(parameters, input.observations, input.actions);
      const sum = twinSquaredError(first, second, targets, input.weights);
      return { loss: tf.mul(0.5, sum), taken: first, errors: tf.sub(targets, first) };
    });

    const { loss: policy, logProbability } = steps.take(POLICY, (parameters) => {
      const { actions, logProbability } = sample(parameters, input.observations, random.noise);
      const [first, second] = bothValues(parameters, input.observations, actions);
      const loss = softPolicyLoss(logProbability, first, second, temperature);
      return { loss, logProbability };
    });

    const entropy = settings.targetEntropy * shape.flatActionSize;
    const { loss: ofTemperature } = !automaticTemperature
      ? { loss: tf.scalar(0) }
      : steps.take(TEMPERATURE, (parameters) => ({
        loss: temperatureLoss(parameters[LOG_TEMPERATURE], logProbability, entropy),
      }));
    return {
      ...{ policy, value, ...critic, logProbability, temperature },
      temperatureLoss: ofTemperature,
    };
  });
}

/** Soft actor-critic with continuous actions. */
export const sac = defineAgent({
  name: "sac",
  summary: "Soft actor-critic: a stochastic policy paid for its entropy, two critics, replay",
  takes: { actions: ["box"], body: true },
  configuration,
  requires(settings) {
    const { name, configuration: { automaticTemperature, temperature } } = settings;
    requireFit(
      name,
      !automaticTemperature || temperature > 0,
      "temperature must be above 0 where automaticTemperature learns it",
      temperature,
    );
    requireCounts(settings);
  },
  trainer(context) {
    const { name, configuration: settings, workspace, stream } = context;
    const { automaticTemperature, temperature } = settings;
    const world = new World(name, context, settings.environments, {
      actions: ["box"],
      scaleActions: true,
    });
    const { shape } = world;
    const networks = sacNetworks(shape, settings, context.body);
    const { policy } = networks;
    const weights = stream("initial-weights");
    const initial = {
      [POLICY]: policy.initialParameters(weights),
      [CRITIC]: networks.critics.initialParameters(weights),
      ...automaticTemperature && {
        [TEMPERATURE]: { [LOG_TEMPERATURE]: constant([], log(temperature)) },
      },
    };
    const groups = defineNetworks(workspace, initial, adam(), initial[CRITIC]);
    const update = compileUpdate(context, shape, networks);
    const [exploration, random, noise] = ["exploration", "policy", "update"].map(stream);
    return new ReplayTrainer(context, {
      world,
      scores: (parameters, x) => tf.tanh(policy.distributions(parameters, x).mean),
      values: networks.critics.valuesOfFirst,
      gaussian(parameters, x) {
        const { mean, logStd } = policy.distributions(parameters, x);
        return tf.concat([mean, logStd], 1);
      },
      explorer: new SquashedExplorer({
        ...{ agent: name, workspace, shape, policy, settings, exploration, random },
      }),
      groups,
      resumables: { exploration, policy: random, update: noise },
      learner: {
        program: update,
        random: noise,
        async losses() {
          const [policy] = await update.read("policy");
          const [temperature] = await update.read("temperature");
          const [temperatureLoss] = await update.read("temperatureLoss");
          return {
            "losses/policy": policy,
            "losses/entropy": -mean(await update.read("logProbability")),
            ...await valueMetrics(update),
            ...settings.automaticTemperature ? { "losses/temperature": temperatureLoss } : {},
            "schedule/temperature": temperature,
          };
        },
      },
    });
  },
});
