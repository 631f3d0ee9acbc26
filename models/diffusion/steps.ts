/**
 * Levels that are trained on, and the steps back from noise to an example.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type * as z from "zod";
import type { Tensors } from "../../lab/compute/workspace.ts";
import { type Denoiser, type denoiserFields, guided, unguided } from "../denoiser.ts";
import type { Drawn } from "../model.ts";
import { everywhere } from "../time_network.ts";
import { type Mix, type parts, seenThrough } from "./parameterizations.ts";
import { type SamplerFields, type ScheduleFields, sharesOf } from "./schedules.ts";
import { logVariance } from "./variances.ts";

/** What a step back takes of a configuration. */
type StepFields = z.output<z.ZodObject<typeof denoiserFields>> & SamplerFields & {
  readonly predicts: keyof typeof parts;
  readonly learnedVariance?: boolean;
};

/**
 * Levels of noise for training: t = 1 + ⌊T u⌋ as a share t/T, and its mix.
 *
 * @param uniform u ~ U[0, 1), [B, 1]
 */
export function drawnLevels(
  uniform: tf.Tensor,
  configuration: ScheduleFields,
): { readonly level: tf.Tensor; readonly time: tf.Tensor; readonly mix: Mix } {
  const { levels } = configuration;
  const level = tf.add(tf.floor(tf.mul(uniform, levels)), 1);
  const share = tf.gather(
    tf.tensor1d(Float32Array.from(sharesOf(configuration))),
    tf.cast(tf.reshape(level, [-1]), "int32"),
  );
  const column = tf.reshape(share, [-1, 1]);
  return {
    level,
    time: tf.div(level, levels),
    mix: { signal: tf.sqrt(column), noise: tf.sqrt(tf.sub(1, column)) },
  };
}

/**
 * The next x of a sampler: what is left of the example and of the direction in which x is off, and fresh
 * noise. Equation 12 of Song et al.
 *
 * @param fresh N(0, I), [B, D]
 * @param at The numbers of the step.
 */
export function denoised(
  { example, epsilon }: { readonly example: tf.Tensor; readonly epsilon: tf.Tensor },
  fresh: tf.Tensor,
  at: Tensors,
): tf.Tensor {
  const kept = tf.add(tf.mul(example, at.nextSignal), tf.mul(epsilon, at.direction));
  return tf.add(kept, tf.mul(fresh, at.fresh));
}

/** The network's first D outputs, what diffusion predicts, of the 2D that it has with a learned variance. */
export function predictor(
  network: Denoiser,
  { learnedVariance }: Pick<StepFields, "learnedVariance">,
): Denoiser {
  if (!learnedVariance) return network;
  return (x, time, labels) => tf.split(network(x, time, labels), 2, 1)[0] as tf.Tensor2D;
}

/** The networks of a diffusion, the guide where there is one. */
interface Denoisers {
  readonly denoiser: Denoiser;
  readonly guide?: Denoiser;
}

/** The prediction that samples follow. */
export function followed(
  { denoiser, guide }: Denoisers,
  drawn: Drawn,
  configuration: StepFields,
): (x: tf.Tensor, time: tf.Tensor) => tf.Tensor {
  const less = guide && predictor(guide, configuration);
  return guided(predictor(denoiser, configuration), drawn, configuration, less);
}

/**
 * The next x: what the network tells here, and fresh noise; of Heun's method what it tells there, too.
 */
export function stepBack(
  networks: Denoisers,
  drawn: Drawn & { readonly x: tf.Tensor2D; readonly at: Tensors },
  configuration: StepFields,
): tf.Tensor {
  const { x, at, noise, shape } = drawn;
  const { predicts, solver, learnedVariance } = configuration;
  const network = followed(networks, drawn, configuration);
  const look = (x: tf.Tensor, time: tf.Tensor, mix: Mix) =>
    seenThrough(predicts, network(x, everywhere(time, x)), x, mix, shape);
  const mix = { signal: at.signal, noise: at.noise };
  const here = look(x, at.time, mix);
  if (learnedVariance && solver === "ddpm") {
    const given = unguided(networks.denoiser, drawn, configuration)(x, everywhere(at.time, x));
    const logged = logVariance(tf.split(given, 2, 1)[1], { most: at.most, least: at.least });
    const deviation = tf.exp(tf.div(logged, 2));
    return denoised(here, tf.mul(noise.fresh, deviation), { ...at, fresh: tf.scalar(1) });
  }
  const next = denoised(here, noise.fresh, at);
  if (solver !== "heun") return next;
  const there = look(next, at.nextTime, { signal: at.nextSignal, noise: at.nextNoise });
  return tf.add(next, tf.mul(tf.sub(there.example, here.example), at.weight));
}
