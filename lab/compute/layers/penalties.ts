/**
 * Penalties on weights, to be added to a loss. Goodfellow, Bengio, Courville, "Deep Learning" (2016),
 * section 7.1. Weight decay apart from the loss is `weightDecay` in `optimizers.ts`.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { InputError } from "../../core/errors.ts";
import type { Tensors } from "../workspace.ts";

/**
 * The kernels among parameters: those whose name ends in `kernel` or `Kernel`. Biases, scales and
 * offsets, which are not among them, are left alone by penalties as a rule (section 7.1).
 */
export function kernelsOf(parameters: Tensors): Tensors {
  return Object.fromEntries(
    Object.entries(parameters).filter(([name]) => /kernel$/i.test(name)),
  );
}

/**
 * λ·Σ|w| over the kernels, a scalar. Equation 7.18. Its gradient at w = 0 is 0.
 *
 * @param strength λ ≥ 0.
 * @throws InputError where there is no kernel.
 */
export function l1Penalty(parameters: Tensors, strength: number): tf.Scalar {
  return penalty(parameters, strength, (w) => tf.add(tf.relu(w), tf.relu(tf.neg(w))));
}

/**
 * λ·½·Σw² over the kernels, a scalar: the gradient is λw. Equation 7.1 and what follows it. (Keras
 * and TensorFlow.js leave out the ½.)
 *
 * @param strength λ ≥ 0.
 * @throws InputError where there is no kernel.
 */
export function l2Penalty(parameters: Tensors, strength: number): tf.Scalar {
  return penalty(parameters, strength / 2, tf.square);
}

function penalty(
  parameters: Tensors,
  strength: number,
  cost: (w: tf.Tensor) => tf.Tensor,
): tf.Scalar {
  const kernels = Object.values(kernelsOf(parameters));
  if (kernels.length === 0) {
    throw new InputError(
      `Cannot penalise weights as a name must end in "kernel": ${
        Object.keys(parameters).join(", ") || "none given"
      }`,
    );
  }
  return tf.mul(tf.addN(kernels.map((w) => tf.sum(cost(w)))), strength) as tf.Scalar;
}
