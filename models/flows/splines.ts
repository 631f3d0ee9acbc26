/**
 * Monotonic rational-quadratic splines: bijections of an interval onto itself that a network bends
 * freely, with the identity outside.
 *
 * Durkan, Bekasov, Murray, Papamakarios, "Neural Spline Flows" (2019, arXiv 1906.04032): the spline of
 * equation 4, its derivative of equation 5, its inverse of equations 6 to 8, the parameters of
 * section 3.1 with linear tails.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { exp, log } from "../../lab/core/elementary.ts";
import { stopGradient } from "../../lab/compute/gradients.ts";
import type { Bijection } from "./bijections.ts";
import { strictTriangle } from "./triangular.ts";

/** Least width and height of a bin, as a share of the interval, and least derivative at a knot. */
const LEAST = 1e-3;
/** softplus(SHIFT) + LEAST = 1: a raw derivative of 0 is the identity's. */
const SHIFT = log(exp(1 - LEAST) - 1);

/** The spline's bin in which each number lies, [N, 1] each. */
interface Bin {
  /** x_k and y_k, where it begins. */
  readonly left: tf.Tensor;
  readonly bottom: tf.Tensor;
  readonly width: tf.Tensor;
  readonly height: tf.Tensor;
  /** δ_k and δ_{k+1}, the derivatives at its ends. */
  readonly first: tf.Tensor;
  readonly second: tf.Tensor;
}

/**
 * Splines of K bins on [−bound, bound]. Parameters of a number: K widths and K heights before a softmax,
 * and K − 1 derivatives at the inner knots before a softplus; at both ends the derivative is 1.
 *
 * @param bins K ≥ 2.
 * @param bound B > 0.
 */
export function rationalQuadratic(bins: number, bound: number): Bijection {
  /** 1 where the number lies in the interval, [N, 1]. */
  const within = (x: tf.Tensor) => tf.cast(tf.lessEqual(tf.abs(stopGradient(x)), bound), "float32");
  const clipped = (x: tf.Tensor) => tf.clipByValue(x, -bound, bound);
  /** The identity outside of the interval. */
  const outside = (inside: tf.Tensor, x: tf.Tensor, z: tf.Tensor) =>
    tf.add(tf.mul(inside, z), tf.mul(tf.sub(1, inside), x));

  return {
    parameters: 3 * bins - 1,
    forward: (x, parameters) => {
      const bin = binOf(clipped(x), parameters, bins, bound, "left");
      const { left, width } = bin;
      const place = tf.clipByValue(tf.div(tf.sub(clipped(x), left), width), 0, 1);
      const { value, logDerivative } = splineAt(place, bin);
      const inside = within(x);
      return { x: outside(inside, x, value), logDerivative: tf.mul(inside, logDerivative) };
    },
    inverse: (z, parameters) => {
      const bin = binOf(clipped(z), parameters, bins, bound, "bottom");
      const { left, width } = bin;
      const x = tf.add(left, tf.mul(width, placeOf(clipped(z), bin)));
      return outside(within(z), z, x);
    },
  };
}

/** The spline's value at ξ of a bin, and the logarithm of its derivative. Equations 4 and 5. */
function splineAt(place: tf.Tensor, { bottom, width, height, first, second }: Bin) {
  const slope = tf.div(height, width);
  const rest = tf.sub(1, place);
  const between = tf.mul(place, rest);
  const bend = tf.sub(tf.add(first, second), tf.mul(slope, 2));
  const denominator = tf.add(slope, tf.mul(bend, between));
  const risen = tf.add(tf.mul(slope, tf.square(place)), tf.mul(first, between));
  const steepness = tf.add(
    tf.add(tf.mul(second, tf.square(place)), tf.mul(tf.mul(slope, between), 2)),
    tf.mul(first, tf.square(rest)),
  );
  return {
    value: tf.add(bottom, tf.div(tf.mul(height, risen), denominator)),
    logDerivative: tf.sub(
      tf.add(tf.mul(tf.log(slope), 2), tf.log(steepness)),
      tf.mul(tf.log(denominator), 2),
    ),
  };
}

/** ξ of the value z: the root of a quadratic in the form that loses no digits. Equations 6 to 8. */
function placeOf(z: tf.Tensor, { bottom, width, height, first, second }: Bin): tf.Tensor {
  const slope = tf.div(height, width);
  const above = tf.sub(z, bottom);
  const bent = tf.mul(above, tf.sub(tf.add(first, second), tf.mul(slope, 2)));
  const a = tf.add(tf.mul(height, tf.sub(slope, first)), bent);
  const b = tf.sub(tf.mul(height, first), bent);
  const c = tf.neg(tf.mul(slope, above));
  const discriminant = tf.relu(tf.sub(tf.square(b), tf.mul(tf.mul(a, c), 4)));
  const root = tf.div(tf.mul(c, 2), tf.sub(tf.neg(b), tf.sqrt(discriminant)));
  return tf.clipByValue(root, 0, 1);
}

/** The bin in which numbers lie, by where bins begin along x or along y. */
function binOf(
  x: tf.Tensor,
  parameters: tf.Tensor2D,
  bins: number,
  bound: number,
  by: "left" | "bottom",
): Bin {
  const [rawWidths, rawHeights, raw] = tf.split(parameters, [bins, bins, bins - 1], 1);
  const sizes = (raw: tf.Tensor) =>
    tf.mul(tf.add(tf.mul(tf.softmax(raw), 1 - LEAST * bins), LEAST), 2 * bound);
  const [widths, heights] = [sizes(rawWidths), sizes(rawHeights)];
  const inner = tf.add(tf.softplus(tf.add(raw, SHIFT)), LEAST);
  const end = tf.ones([parameters.shape[0], 1]);
  const starts = (sizes: tf.Tensor) =>
    tf.sub(tf.matMul(sizes as tf.Tensor2D, strictTriangle(bins, "upper")), bound);
  const [lefts, bottoms] = [starts(widths), starts(heights)];

  // 1 for each bin that begins at or below x, the first one always; then 1 for the last of these.
  const from = stopGradient(tf.slice(by === "left" ? lefts : bottoms, [0, 1], [-1, bins - 1]));
  const begun = tf.cast(tf.greaterEqual(stopGradient(x), from), "float32");
  const zero = tf.zerosLike(end);
  const chosen = tf.sub(tf.concat([end, begun], 1), tf.concat([begun, zero], 1));
  const pick = (values: tf.Tensor) => tf.sum(tf.mul(chosen, values), 1, true);
  return {
    left: pick(lefts),
    bottom: pick(bottoms),
    width: pick(widths),
    height: pick(heights),
    first: pick(tf.concat([end, inner], 1)),
    second: pick(tf.concat([inner, end], 1)),
  };
}
