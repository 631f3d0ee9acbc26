/**
 * The networks of DDPG and TD3: a dense one whose tanh is the action, and critics.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Generator } from "../../lab/core/random.ts";
import type { NamedTensors } from "../../lab/core/tensor_data.ts";
import { bodyOf, bodyWithin } from "../../lab/compute/bodies.ts";
import type { BodyDefinition } from "../../lab/compute/definitions.ts";
import { fanInParameters, mlp } from "../../lab/compute/networks.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import { type Critics, criticsOf, type NetworkShape } from "./critics.ts";
import type { DenseSettings } from "./dense_settings.ts";

/** Prefix of the policy. */
export const POLICY = "policy";

/** A policy without noise. */
export interface DeterministicPolicy {
  /** Parameters at the start. */
  initialParameters(random: Generator): NamedTensors;
  /** μ(s) in [−1, 1], [B, K], for observations [B, D]. */
  actions(parameters: Tensors, observations: tf.Tensor): tf.Tensor;
}

/** The policy for a world, behind a body of its own. */
export function deterministicPolicy(
  { observationSpace, flatActionSize }: NetworkShape,
  settings: DenseSettings,
  ownBody?: BodyDefinition,
): DeterministicPolicy {
  const { hiddenSizes, activation } = settings;
  const body = bodyWithin(POLICY, bodyOf(observationSpace, settings, ownBody));
  return {
    initialParameters: (random) => ({
      ...body.initialParameters(random),
      ...fanInParameters(random, [body.size, ...hiddenSizes, flatActionSize], POLICY),
    }),
    actions: (parameters, observations) =>
      tf.tanh(mlp(parameters, body.features(parameters, observations), activation, POLICY)),
  };
}

/** A policy without noise and its critics. */
export interface DeterministicNetworks {
  readonly policy: DeterministicPolicy;
  readonly critics: Critics;
}

/** The networks for a world, `criticCount` critics among them. */
export function deterministicNetworks(
  shape: NetworkShape,
  settings: DenseSettings,
  criticCount: number,
  ownBody?: BodyDefinition,
): DeterministicNetworks {
  return {
    policy: deterministicPolicy(shape, settings, ownBody),
    critics: criticsOf(shape, settings, criticCount, ownBody),
  };
}
