/**
 * The places of deep Q-learning that Rainbow's parts are put in: which network, what is learned of a
 * return, where weights come from. Plain deep Q-learning has a part in each place, too.
 *
 * Hessel et al., "Rainbow: Combining Improvements in Deep Reinforcement Learning" (2018, arXiv
 * 1710.02298).
 *
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import type { NamedTensors } from "../../lab/core/tensor_data.ts";
import type { RandomSpec, Tensors } from "../../lab/compute/workspace.ts";
import type { ActionValueNetwork } from "../networks/action_values.ts";
import type { Outcomes } from "../returns/targets.ts";

/** What a network learns of the return of each action: its mean, or N quantiles. */
export interface ReturnEstimate {
  /** N numbers for each action, in an axis of their own; 0: one, without such an axis. */
  readonly quantiles: number;
  /** The mean return over the last axis: [B, A, N] to [B, A], [B, N] to [B]; [B, A] as it is. */
  mean(estimates: tf.Tensor): tf.Tensor;
  /** The estimates [B, A] or [B, A, N] with the lowest for what masks [B, A] forbid; undefined: none. */
  masked(estimates: tf.Tensor, masks: tf.Tensor | undefined): tf.Tensor;
  /** Those of the actions taken [B]: [B] or [B, N]. */
  taken(estimates: tf.Tensor, actions: tf.Tensor): tf.Tensor;
  /**
   * y, [B] or [B, N]; no gradient flows through it.
   *
   * @param next What the target network estimates for s'.
   * @param discounts γ, or γⁿ, [B].
   * @param choosing What the online network estimates for s', where it chooses a': double Q-learning.
   */
  targets(
    outcomes: Outcomes,
    next: tf.Tensor,
    discounts: tf.Tensor,
    choosing?: tf.Tensor,
  ): tf.Tensor;
  /** The loss of each transition, [B]. */
  losses(taken: tf.Tensor, targets: tf.Tensor): tf.Tensor;
}

/** Where the weights of a use of the network come from: the parameters, or a draw around them. */
export interface WeightSource {
  /** All that is learned, given the network's own parameters. */
  parameters(network: NamedTensors): NamedTensors;
  /** The random inputs of a step that uses the network for each of `uses`. */
  inputs(parameters: NamedTensors, uses: readonly string[]): Record<string, RandomSpec>;
  /** The weights of one use. */
  weights(parameters: Tensors, random: Tensors, use: string): Tensors;
}

/** The parts of a deep Q-learning agent. */
export interface DqnParts {
  readonly network: ActionValueNetwork;
  readonly estimate: ReturnEstimate;
  readonly source: WeightSource;
}

/** The parameters as they are. */
export const fixedWeights: WeightSource = {
  parameters: (network) => network,
  inputs: () => ({}),
  weights: (parameters) => parameters,
};
