/**
 * DCGAN's update, discriminator then generator: Radford, Metz, Chintala (2015, arXiv 1511.06434),
 * section 3, on 28 × 28 images.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Generator } from "../../lab/core/random.ts";
import type { NamedTensors } from "../../lab/core/tensor_data.ts";
import { valueAndGradients } from "../../lab/compute/gradients.ts";
import {
  convolution,
  convolutionParameters,
  transposedConvolution,
  transposedConvolutionParameters,
} from "../../lab/compute/layers/convolution.ts";
import {
  layerNormalization,
  normalizationParameters,
} from "../../lab/compute/layers/normalization.ts";
import { activations, dense, mlpParameters } from "../../lab/compute/networks.ts";
import { adam } from "../../lab/compute/optimizers.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import { side } from "./images.ts";
import { type BenchStep, fed, numbersOf, uniforms } from "./step.ts";

const batch = 64;
const latentSize = 100;
const filters = [32, 64] as const;
const size = 4;
const half = { stride: 2 };
const quarter = side / 4;
const features = quarter * quarter * filters[1];
const leaky = activations["leaky-relu"];

/** Batch normalisation without moving moments: over all axes but the last. */
function normalized(parameters: Tensors, x: tf.Tensor, name: string): tf.Tensor {
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  return layerNormalization(parameters, x, name, { axes });
}

function generatorParameters(random: Generator): NamedTensors {
  return {
    ...mlpParameters(random, [latentSize, features], { prefix: "code" }),
    ...normalizationParameters(features, "norm/0"),
    ...transposedConvolutionParameters(
      random,
      { inputs: filters[1], filters: filters[0], size },
      "grow/0",
    ),
    ...normalizationParameters(filters[0], "norm/1"),
    ...transposedConvolutionParameters(random, { inputs: filters[0], filters: 1, size }, "grow/1"),
  };
}

function discriminatorParameters(random: Generator): NamedTensors {
  return {
    ...convolutionParameters(random, { inputs: 1, filters: filters[0], size }, "shrink/0"),
    ...convolutionParameters(random, { inputs: filters[0], filters: filters[1], size }, "shrink/1"),
    ...normalizationParameters(filters[1], "norm"),
    ...mlpParameters(random, [features, 1], { prefix: "score" }),
  };
}

/** Images [B, 28, 28, 1] in (0, 1) of noise [B, Z]. */
function generate(parameters: Tensors, noise: tf.Tensor): tf.Tensor {
  const code = tf.relu(normalized(parameters, dense(parameters, noise, "code/0"), "norm/0"));
  const small = tf.reshape(code, [batch, quarter, quarter, filters[1]]);
  const grown = tf.relu(
    normalized(parameters, transposedConvolution(parameters, small, "grow/0", half), "norm/1"),
  );
  return tf.sigmoid(transposedConvolution(parameters, grown, "grow/1", half));
}

/** Logits [B, 1] that images are real. */
function judge(parameters: Tensors, images: tf.Tensor): tf.Tensor {
  const first = leaky(convolution(parameters, images, "shrink/0", half));
  const second = leaky(
    normalized(parameters, convolution(parameters, first, "shrink/1", half), "norm"),
  );
  return dense(parameters, tf.reshape(second, [batch, features]), "score/0");
}

/** −mean log σ(±logits). */
function crossEntropy(logits: tf.Tensor, real: boolean): tf.Scalar {
  return tf.mean(tf.softplus(real ? tf.neg(logits) : logits));
}

/** 4 × 4 kernels of stride 2 with batch normalisation, 32-64 filters, Z = 100. */
export const dcganStep: BenchStep = {
  name: "dcgan",
  title: "DCGAN step (both networks), 28 × 28, 32-64 filters, batch 64",
  stocks: [{ stock: "tfjs-cpu", reach: 30 }],
  peerBars: { portable: 1, native: 1.5 },
  bind(workspace) {
    const random = numbersOf("dcgan");
    const optimizer = adam({ beta1: 0.5 });
    const networks = {
      generator: generatorParameters(random),
      discriminator: discriminatorParameters(random),
    };
    for (const [name, parameters] of Object.entries(networks)) {
      workspace.define(name, parameters);
      workspace.define(`${name}_optimizer`, optimizer.initialState(parameters));
    }
    const update = workspace.compile({
      name: "dcgan update",
      inputs: { x: [[batch, side * side], "float32"] },
      random: { noise: [[batch, latentSize], "normal"] },
      scalars: ["learningRate"],
      state: ["generator", "generator_optimizer", "discriminator", "discriminator_optimizer"],
    }, ({ input, random, scalar, state }) => {
      const real = tf.reshape(input.x, [batch, side, side, 1]);
      const fake = generate(state.generator, random.noise);
      const discriminated = valueAndGradients((parameters) => ({
        loss: tf.add(
          crossEntropy(judge(parameters, real), true),
          crossEntropy(judge(parameters, fake), false),
        ) as tf.Scalar,
      }), state.discriminator);
      const discriminator = optimizer.update(
        state.discriminator,
        discriminated.gradients,
        state.discriminator_optimizer,
        scalar.learningRate,
      );
      const generated = valueAndGradients((parameters) => ({
        loss: crossEntropy(
          judge(discriminator.parameters, generate(parameters, random.noise)),
          true,
        ),
      }), state.generator);
      const generator = optimizer.update(
        state.generator,
        generated.gradients,
        state.generator_optimizer,
        scalar.learningRate,
      );
      return {
        outputs: {
          discriminator: discriminated.values.loss,
          generator: generated.values.loss,
        },
        state: {
          generator: generator.parameters,
          generator_optimizer: generator.state,
          discriminator: discriminator.parameters,
          discriminator_optimizer: discriminator.state,
        },
      };
    });
    update.scalar.learningRate = 2e-4;
    return fed(update, { x: uniforms(random, batch * side * side) }, random);
  },
};
