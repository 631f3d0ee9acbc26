/**
 * One gradient step: the line by which an algorithm reads like its paper.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { clipByGlobalNorm, globalNorm, valueAndGradients } from "./gradients.ts";
import { parametersOf } from "./networks.ts";
import type { Optimizer } from "./optimizers.ts";
import type { Tensors } from "./workspace.ts";

/** How a step descends. */
export interface Descent {
  /** The rule that turns gradients into new parameters. */
  readonly optimizer: Optimizer;
  /** η. */
  readonly learningRate: tf.Scalar;
  /** Networks that the step changes, all others being constants to it; left out: every one. */
  readonly changes?: readonly string[];
  /** Longer gradients are scaled down to this global norm, > 0; left out: they are not. */
  readonly maximumGradientNorm?: number;
}

/** What a step leaves. */
export interface Descended<Values extends Tensors> {
  /** The loss at the parameters given, and what stood beside it. */
  readonly values: Values;
  /** Global norm of the gradients before clipping. */
  readonly gradientNorm: tf.Scalar;
  /** All parameters, with the changed networks' next ones. */
  readonly parameters: Tensors;
  /** The optimizer's next state. */
  readonly optimizer: Tensors;
}

/**
 * θ ← θ − (the optimizer's step along ∇_θ loss), for the parameters θ of the networks that
 * `changes` names. Pure: nothing given changes. Call it inside a step or `tf.tidy`.
 *
 * @param loss From all parameters to a float32 scalar `loss` and, for metrics, tensors of any shape
 *   beside it.
 * @param parameters Of all networks, by name (`policy/0/kernel`).
 * @param state The optimizer's, made by `optimizer.initialState` from the networks that change.
 * @throws InputError where the loss is no scalar or does not depend on a parameter that it changes,
 *   and where `changes` names a network that is not there.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { deepStrictEqual } from "node:assert";
 * import { sgd } from "./optimizers.ts";
 * const { parameters } = descend(
 *   ({ "a/x": a, "b/x": b }) => ({ loss: tf.mul(a, b) as tf.Scalar }),
 *   { "a/x": tf.scalar(2), "b/x": tf.scalar(3) },
 *   {},
 *   { optimizer: sgd(), learningRate: tf.scalar(0.5), changes: ["a"] },
 * );
 * deepStrictEqual([parameters["a/x"].arraySync(), parameters["b/x"].arraySync()], [0.5, 3]);
 * ```
 */
export function descend<Values extends Tensors & { loss: tf.Tensor }>(
  loss: (parameters: Tensors) => Values,
  parameters: Tensors,
  state: Tensors,
  descent: Descent,
): Descended<Values> {
  const { changes } = descent;
  const own = changes === undefined ? parameters : parametersOf(parameters, ...changes);
  const { values, gradients } = valueAndGradients(
    (changing) => loss({ ...parameters, ...changing }),
    own,
  );
  const next = descendAlong(gradients, parameters, state, descent);
  return { values, ...next };
}

/**
 * {@linkcode descend} along gradients that are at hand: a learning rule's that is the gradient of no
 * loss (contrastive divergence), or those that several threads have summed.
 *
 * @param gradients Of every parameter of the networks that change, by the same names.
 * @throws InputError for a parameter of theirs without gradient.
 */
export function descendAlong(
  gradients: Tensors,
  parameters: Tensors,
  state: Tensors,
  { optimizer, learningRate, changes, maximumGradientNorm }: Descent,
): Omit<Descended<Tensors>, "values"> {
  const own = changes === undefined ? parameters : parametersOf(parameters, ...changes);
  const clipped = maximumGradientNorm === undefined
    ? { gradients, norm: globalNorm(gradients) }
    : clipByGlobalNorm(gradients, maximumGradientNorm);
  const next = optimizer.update(own, clipped.gradients, state, learningRate);
  return {
    gradientNorm: clipped.norm,
    parameters: { ...parameters, ...next.parameters },
    optimizer: next.state,
  };
}

/**
 * The moving average θ̄ ← (1 − τ)θ̄ + τθ of every parameter that `average` has: a target network
 * (Lillicrap et al. 2015, arXiv 1509.02971, algorithm 1) or the averaged weights that a generative
 * model samples from.
 *
 * @param average θ̄, by name.
 * @param parameters θ; those that `average` lacks are passed over.
 * @param rate τ in (0, 1].
 */
export function movingAverage(
  average: Tensors,
  parameters: Tensors,
  rate: number | tf.Scalar,
): Tensors {
  const rest = typeof rate === "number" ? 1 - rate : tf.sub(1, rate);
  return Object.fromEntries(
    Object.entries(average).map(([name, previous]) => [
      name,
      tf.add(tf.mul(previous, rest), tf.mul(parameters[name], rate)),
    ]),
  );
}
