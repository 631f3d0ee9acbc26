/**
 * Gradients of pure losses with respect to named parameters, and the small operations that keep
 * them finite. Importing this module makes TensorFlow.js's own gradients right: see `tape.ts`,
 * `kernel_gradients.ts` and `running_sums.ts`.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { InputError } from "../core/errors.ts";
import { registerKernelGradients } from "./kernel_gradients.ts";
import { repairRunningSums } from "./running_sums.ts";
import { repairTape } from "./tape.ts";
import type { Tensors } from "./workspace.ts";

let isRepaired = false;

/**
 * Makes TensorFlow.js's gradients right, once. A bundler may run this module before that of TensorFlow.js
 * which registers what there is to mend: then with the first backend or gradient.
 */
export function repairTensorFlow(): void {
  const isWhole = Boolean(tf.getKernel("Cumsum", "cpu") && tf.getGradient("Prod"));
  if (isRepaired || !isWhole) return;
  isRepaired = true;
  repairTape();
  repairRunningSums("cpu");
  registerKernelGradients();
}

repairTensorFlow();

/**
 * The value of `f` at `parameters` and the gradient of its `loss` with respect to each of them.
 * What `f` returns beside the loss survives as it is (for metrics) and adds nothing to the
 * gradient. Call it inside a step or `tf.tidy`. It nests: inside another `valueAndGradients` the
 * gradients are differentiable themselves.
 *
 * @throws InputError where the loss is not a scalar, or for a parameter (named) that it does not
 *   depend on.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { deepStrictEqual } from "node:assert";
 * tf.enableProdMode(); // no greeting
 * const { values, gradients } = valueAndGradients(
 *   ({ w }) => ({ loss: tf.sum(tf.square(w)) as tf.Scalar }),
 *   { w: tf.tensor([1, 2]) },
 * );
 * deepStrictEqual([values.loss.arraySync(), gradients.w.arraySync()], [5, [2, 4]]);
 * ```
 */
export function valueAndGradients<Values extends Tensors & { loss: tf.Tensor }>(
  f: (parameters: Tensors) => Values,
  parameters: Tensors,
): { values: Values; gradients: Tensors } {
  repairTensorFlow();
  const names = Object.keys(parameters);
  // `gradients` frees all that f makes but the loss: copies of the rest are kept over that.
  const kept: tf.Tensor[] = [];
  let values: Values | undefined;
  const { grads } = tf.engine().gradients(
    () => {
      values = { ...f(parameters) };
      for (const [name, tensor] of Object.entries(values) as [keyof Values, tf.Tensor][]) {
        if (name === "loss" || tensor === values.loss) continue;
        const copy = tf.keep(tf.clone(tensor));
        values[name] = copy as Values[keyof Values];
        kept.push(copy);
      }
      return values.loss;
    },
    names.map((name) => parameters[name]),
    undefined,
    true,
  );
  for (const tensor of kept) {
    tensor.kept = false;
    adopt(tensor);
  }
  // Not before: what the tape saved for the way back is only freed there.
  requireScalar(values!.loss);
  const gradients: Tensors = {};
  names.forEach((name, i) => {
    if (grads[i] == null) {
      throw new InputError(
        `Cannot train "${name}" as the loss must depend on it: it has no gradient`,
      );
    }
    gradients[name] = grads[i];
  });
  return { values: values!, gradients };
}

function requireScalar(loss: tf.Tensor): void {
  if (loss.rank === 0 && loss.dtype === "float32") return;
  throw new InputError(
    `Cannot differentiate the loss as it must be a float32 scalar: ${loss.dtype} [${loss.shape}]`,
  );
}

/** Hands a tensor over to the enclosing `tidy`. */
function adopt(tensor: tf.Tensor): void {
  (tf.engine() as unknown as { track(tensor: tf.Tensor): void }).track(tensor);
}

/**
 * Gradients scaled by min(1, maximum / ‖g‖), where ‖g‖ is the Euclidean norm over all of them
 * together. Pascanu, Mikolov & Bengio (2013), algorithm 1.
 *
 * @param maximum > 0.
 * @returns The clipped gradients and the norm before clipping.
 * @throws InputError for another maximum.
 */
export function clipByGlobalNorm(
  gradients: Tensors,
  maximum: number,
): { gradients: Tensors; norm: tf.Scalar } {
  if (!(maximum > 0)) {
    throw new InputError(`Cannot clip gradients as their largest norm must be > 0: ${maximum}`);
  }
  const norm = globalNorm(gradients);
  const limit = tf.scalar(maximum);
  const scale = tf.div(limit, tf.maximum(norm, limit));
  const clipped = Object.fromEntries(
    Object.entries(gradients).map(([name, gradient]) => [name, tf.mul(gradient, scale)]),
  );
  return { gradients: clipped, norm };
}

/** The Euclidean norm over all tensors together. */
export function globalNorm(tensors: Tensors): tf.Scalar {
  const squares = Object.values(tensors).map((x) => tf.sum(tf.square(x)));
  return tf.sqrt(tf.addN(squares)) as tf.Scalar;
}

const cut = tf.customGrad((x) => ({
  value: tf.clone(x as tf.Tensor),
  gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy),
}));

/** `x` as a constant: its value without its gradient. */
export function stopGradient<T extends tf.Tensor>(x: T): T {
  return cut(x) as T;
}

/** √(max(x, 0) + epsilon): finite gradients of any order at 0. */
export function safeSqrt(x: tf.Tensor, epsilon = 1e-12): tf.Tensor {
  return tf.sqrt(tf.add(tf.relu(x), epsilon));
}

/**
 * The Euclidean norm along `axis` (all axes where undefined), √(Σx² + epsilon): finite gradients
 * of any order at 0.
 */
export function safeNorm(x: tf.Tensor, axis?: number | number[], epsilon = 1e-12): tf.Tensor {
  return tf.sqrt(tf.add(tf.sum(tf.square(x), axis), epsilon));
}
