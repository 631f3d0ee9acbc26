/**
 * Paths from a source to the data: a point on the way, and samples that follow a learned velocity.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type * as z from "zod";
import {
  type Denoiser,
  type denoiserFields,
  guidanceAt,
  guidanceSettings,
  guided,
  signed,
  unsigned,
} from "../denoiser.ts";
import type { Drawn } from "../model.ts";
import { everywhere } from "../time_network.ts";
import { type solverFields, solvers } from "./solvers.ts";

/**
 * x_t = (1 − t) x₀ + t x₁ + σε: a point on the way. Equation 14 of Tong et al.
 *
 * @param from x₀, [B, D]
 * @param to x₁, [B, D]
 * @param time t in [0, 1], [B, 1]
 * @param noise ε ~ N(0, I), [B, D]
 * @returns [B, D]
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * const [from, to] = [tf.tensor2d([[0, 2]]), tf.tensor2d([[4, 0]])];
 * pathPoint(from, to, tf.tensor2d([[0.25]]), tf.tensor2d([[1, -1]]), 0.5).print(); // [1.5, 1]
 * ```
 */
export function pathPoint(
  from: tf.Tensor,
  to: tf.Tensor,
  time: tf.Tensor,
  noise: tf.Tensor,
  deviation: number,
): tf.Tensor {
  const straight = tf.add(from, tf.mul(time, tf.sub(to, from)));
  return deviation === 0 ? straight : tf.add(straight, tf.mul(noise, deviation));
}

/**
 * t / (t + α(1 − t)): times at which noise as a multiple of the example's part, (1 − t)/t, is α times as
 * much. Esser et al., "Scaling Rectified Flow Transformers for High-Resolution Image Synthesis" (2024, arXiv
 * 2403.03206), equation 23, where times run from the data to the noise. Times are learned so; samples step
 * evenly, as the last strokes are drawn under little noise.
 *
 * @param time t in [0, 1], [B, 1]
 */
export function shiftedTime(
  time: tf.Tensor,
  { noiseShift }: { readonly noiseShift?: number },
): tf.Tensor {
  return noiseShift === undefined
    ? time
    : tf.div(time, tf.add(time, tf.mul(tf.sub(1, time), noiseShift)));
}

/** What following a velocity takes of a configuration. */
type FollowingFields = z.output<z.ZodObject<typeof denoiserFields & typeof solverFields>>;

/** A model's networks, one of which is the velocity. */
interface Following {
  readonly velocity: Denoiser;
  readonly guide?: Denoiser;
}

/** A step of a sampler, and its numbers. */
interface Step extends Drawn {
  readonly x: tf.Tensor2D;
  readonly at: Readonly<Record<string, tf.Tensor>>;
}

/** How samples follow a velocity from time 0 to 1: the parts of a model that say it. */
export const alongVelocity = {
  sample: (_: unknown, { noise: { start } }: Drawn) => start,
  sampler: {
    steps: (_: unknown, { samplerSteps }: FollowingFields) => samplerSteps,
    at: (k: number, _: unknown, configuration: FollowingFields) => {
      const { samplerSteps } = configuration;
      const time = k / samplerSteps;
      const guidance = guidanceAt((1 - time) / time, configuration);
      return { time, length: 1 / samplerSteps, ...guidance };
    },
    step: ({ velocity, guide }: Following, drawn: Step, configuration: FollowingFields) => {
      const { x, at: { time, length } } = drawn;
      const network = guided(velocity, drawn, configuration, guide);
      const along = (x: tf.Tensor, t: tf.Tensor) => network(x, everywhere(t, x));
      return solvers[configuration.solver](along, x, time, length);
    },
    noised: (_: unknown, { x, at: { time }, noise: { start }, shape }: Step) =>
      pathPoint(start, signed(x, shape), time, start, 0),
    finish: (_: unknown, { x, shape }: Omit<Step, "at">) => unsigned(x, shape),
  },
  field: {
    by: "time",
    direction: ({ velocity, guide }: Following, drawn: Step, configuration: FollowingFields) =>
      guided(velocity, drawn, configuration, guide)(drawn.x, everywhere(drawn.at.time, drawn.x)),
  },
  samplingFields: ["samplerSteps", "solver", ...guidanceSettings] as const,
};
