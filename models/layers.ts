/**
 * Layers of {@linkcode sequential} networks, made of those of `lab/compute/layers`.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Generator } from "../lab/core/random.ts";
import { heNormal, type Initializer } from "../lab/compute/initializers.ts";
import {
  convolution,
  type ConvolutionOptions,
  convolutionParameters,
  type Movement,
  transposedConvolution,
  transposedConvolutionParameters,
} from "../lab/compute/layers/convolution.ts";
import {
  batchNormalization,
  instanceNormalization,
  layerNormalization,
  movingMoments,
  movingNormalization,
  normalizationParameters,
} from "../lab/compute/layers/normalization.ts";
import { prelu, preluParameters } from "../lab/compute/layers/prelu.ts";
import { residualBlock, residualBlockParameters } from "../lab/compute/layers/residual.ts";
import {
  spectralNormalization,
  spectralVector,
} from "../lab/compute/layers/spectral_normalization.ts";
import { dense, mlpParameters } from "../lab/compute/networks.ts";
import type { Layer, LayerLike } from "./sequential.ts";

/** xW + b, [B, inputs] to [B, outputs]; without b where `bias` is false. */
export function denseLayer(
  inputs: number,
  outputs: number,
  initializer: Initializer = heNormal,
  bias = true,
): Layer {
  return {
    initial: (random, name) => {
      const drawn = mlpParameters(random, [inputs, outputs], { hidden: initializer });
      const kernel = { [`${name}/kernel`]: drawn["0/kernel"] };
      return bias ? { ...kernel, [`${name}/bias`]: drawn["0/bias"] } : kernel;
    },
    apply: (x, name, { parameters }) => ({
      x: bias
        ? dense(parameters, x, name)
        : tf.matMul(x as tf.Tensor2D, parameters[`${name}/kernel`] as tf.Tensor2D),
    }),
  };
}

/** A convolution, [B, H, W, inputs] to [B, H′, W′, filters]. */
export function convolutionLayer(options: ConvolutionOptions & Movement): Layer {
  return {
    initial: (random, name) => convolutionParameters(random, options, name),
    apply: (x, name, { parameters }) => ({ x: convolution(parameters, x, name, options) }),
  };
}

/** A transposed convolution, [B, H, W, inputs] to [B, H′, W′, filters]. */
export function transposedLayer(options: ConvolutionOptions & Movement): Layer {
  return {
    initial: (random, name) => transposedConvolutionParameters(random, options, name),
    apply: (x, name, { parameters }) => ({
      x: transposedConvolution(parameters, x, name, options),
    }),
  };
}

/** Each image's normalisation, or each batch's; `none` leaves x as it is. */
export type Normalization = "none" | "batch" | "layer" | "instance";

/** Whether a bias right before such a normalisation would have no effect. */
export function takesBias(kind: Normalization): boolean {
  return kind === "none" || kind === "layer";
}

/** Normalisation of x, whose last axis has `channels`. */
export function normalizationLayer(kind: Normalization, channels: number): LayerLike {
  if (kind === "none") return (x) => x;
  const initial = (_: Generator, name: string) => normalizationParameters(channels, name);
  if (kind === "layer" || kind === "instance") {
    const normalized = kind === "layer" ? layerNormalization : instanceNormalization;
    return {
      initial,
      apply: (x, name, { parameters }) => ({ x: normalized(parameters, x, name) }),
    };
  }
  return {
    initial,
    keeps: (_, name) => movingMoments(channels, name),
    mixes: "batch normalisation",
    apply: (x, name, { parameters, kept, training }) => {
      if (!training) return { x: movingNormalization(parameters, kept, x, name) };
      const { outputs, moments } = batchNormalization(parameters, kept, x, name);
      return { x: outputs, kept: moments };
    },
  };
}

/** Parametric ReLU of x, whose last axis has `channels`. */
export function preluLayer(channels: number): Layer {
  return {
    initial: (_, name) => preluParameters(channels, name),
    apply: (x, name, { parameters }) => ({ x: prelu(parameters, x, name) }),
  };
}

/** A residual block of as many channels as enter. */
export function residualLayer(channels: number, normalization: "none" | "instance"): Layer {
  const norm = (name: string) => (
    normalization === "none" ? {} : normalizationParameters(channels, name)
  );
  return {
    initial: (random, name) => ({
      ...residualBlockParameters(random, {
        ...{ inputs: channels, filters: channels, bias: takesBias(normalization) },
      }, name),
      ...norm(`${name}/norm0`),
      ...norm(`${name}/norm1`),
    }),
    apply: (x, name, { parameters }) => ({
      x: residualBlock(parameters, x, name, {
        normalize: (y, norm) =>
          normalization === "none" ? y : instanceNormalization(parameters, y, norm),
      }),
    }),
  };
}

/** A layer with a kernel that is divided by its largest singular value and multiplied by `norm`. */
export function spectral(layer: Layer, norm = 1): Layer {
  return {
    ...layer,
    keeps: (random, name) => {
      const { shape } = layer.initial!(random, name)[`${name}/kernel`];
      return { [`${name}/vector`]: spectralVector(random, shape) };
    },
    apply: (x, name, surroundings) => {
      const { parameters, kept } = surroundings;
      const { kernel, vector } = spectralNormalization(
        parameters[`${name}/kernel`],
        kept[`${name}/vector`],
      );
      const scaled = norm === 1 ? kernel : tf.mul(kernel, norm);
      const normalized = { ...parameters, [`${name}/kernel`]: scaled };
      const given = layer.apply(x, name, { ...surroundings, parameters: normalized });
      return { x: given.x, kept: { ...given.kept, [`${name}/vector`]: vector } };
    },
  };
}

/** [B, …] to [B, ...shape]. */
export function reshaped(shape: readonly number[]): (x: tf.Tensor) => tf.Tensor {
  return (x) => tf.reshape(x, [-1, ...shape]);
}
