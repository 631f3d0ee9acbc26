/**
 * The gradient of an actor-critic's loss on one batch, as A2C, A3C and IMPALA take it: they differ
 * in where the batch comes from, in its advantages and in the value targets.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Metrics } from "../../lab/core/metrics.ts";
import { clipByGlobalNorm, valueAndGradients } from "../../lab/compute/gradients.ts";
import type { Activation } from "../../lab/compute/networks.ts";
import { adam, type Optimizer, rmsprop } from "../../lab/compute/optimizers.ts";
import type { InputSpec, Tensors, Workspace } from "../../lab/compute/workspace.ts";
import { actionInput } from "../distributions/actions.ts";
import { policyRows, stateValues } from "../networks/actor_critic.ts";
import { PARAMETERS } from "../../lab/core/base_trainer.ts";
import {
  combinedLoss,
  type LossCoefficients,
  meanSquaredError,
  policyGradientLoss,
} from "../losses.ts";
import type { PolicyDistribution } from "../distributions/policy_distribution.ts";
import type { WorldShape } from "../worlds/world.ts";

/** What a program that takes {@linkcode policyGradients} declares as its inputs. */
export function policyGradientInputs(
  { observationSize, actionSpace }: WorldShape,
  batch: number,
): Record<"observations" | "actions" | "advantages" | "returns", InputSpec> {
  return {
    observations: [[batch, observationSize], "float32"],
    actions: actionInput(actionSpace, batch),
    advantages: [[batch], "float32"],
    returns: [[batch], "float32"],
  };
}

/** Weights of the loss, and what the networks look like. */
export interface PolicyGradientSettings extends LossCoefficients {
  /** Longer gradients are scaled down to this global norm. */
  readonly maximumGradientNorm: number;
  /** Of the hidden layers. */
  readonly activation: Activation;
}

/**
 * The clipped gradients of L = −mean(ln π(a|s) · A) + c_v · mean((V − R)²) − c_e · mean(H), and the
 * three terms with the gradients' norm before clipping. Call it inside a step.
 *
 * @param input As {@linkcode policyGradientInputs} declares it: advantages A, returns R.
 */
export function policyGradients(
  parameters: Tensors,
  input: Tensors<"observations" | "actions" | "advantages" | "returns">,
  distribution: PolicyDistribution,
  settings: PolicyGradientSettings,
): { gradients: Tensors; losses: Tensors<"policy" | "value" | "entropy" | "gradientNorm"> } {
  const { activation } = settings;
  const { values, gradients } = valueAndGradients((parameters) => {
    const rows = policyRows(parameters, input.observations, activation, distribution);
    const { logProbability, entropy } = distribution.terms(rows, input.actions);
    const predicted = stateValues(parameters, input.observations, activation);
    const policy = policyGradientLoss(logProbability, input.advantages);
    const value = meanSquaredError(predicted, input.returns);
    const meanEntropy = tf.mean(entropy);
    const loss = combinedLoss(policy, value, meanEntropy, settings);
    return { loss, policy, value, entropy: meanEntropy };
  }, parameters);
  const clipped = clipByGlobalNorm(gradients, settings.maximumGradientNorm);
  const { policy, value, entropy } = values;
  return {
    gradients: clipped.gradients,
    losses: { policy, value, entropy, gradientNorm: clipped.norm },
  };
}

/** Which rule updates the parameters. */
export interface OptimizerSettings {
  readonly optimizer: "rmsprop" | "adam";
  /** ε of either. */
  readonly optimizerEpsilon: number;
  /** Decay of RMSProp's mean square. */
  readonly rmspropDecay: number;
}

/** The rule of the update. */
export function optimizerOf(
  { optimizer, optimizerEpsilon: epsilon, rmspropDecay: decay }: OptimizerSettings,
): Optimizer {
  return optimizer === "adam" ? adam({ epsilon }) : rmsprop({ decay, epsilon });
}

/** Compiles one step along {@linkcode policyGradients} on `batch` transitions. */
export function compilePolicyGradientStep(
  name: string,
  { configuration: settings, workspace }: {
    readonly configuration: PolicyGradientSettings & OptimizerSettings;
    readonly workspace: Workspace;
  },
  shape: WorldShape,
  distribution: PolicyDistribution,
  batch: number,
) {
  const optimizer = optimizerOf(settings);
  return workspace.compile(
    {
      name: `${name}/update/${batch}`,
      inputs: policyGradientInputs(shape, batch),
      scalars: ["learningRate"],
      state: [PARAMETERS, "optimizer"],
    },
    ({ input, scalar, state }) => {
      const parameters = state[PARAMETERS];
      const { gradients, losses } = policyGradients(parameters, input, distribution, settings);
      const next = optimizer.update(parameters, gradients, state.optimizer, scalar.learningRate);
      return { outputs: losses, state: { [PARAMETERS]: next.parameters, optimizer: next.state } };
    },
  );
}

/** The losses of a program's last run, as metrics. */
export async function lossMetrics(
  update: { read(name: "policy" | "value" | "entropy" | "gradientNorm"): Promise<Float32Array> },
): Promise<Metrics> {
  const [policy] = await update.read("policy");
  const [value] = await update.read("value");
  const [entropy] = await update.read("entropy");
  const [gradientNorm] = await update.read("gradientNorm");
  return {
    "losses/policy": policy,
    "losses/value": value,
    "losses/entropy": entropy,
    "losses/gradient_norm": gradientNorm,
  };
}
