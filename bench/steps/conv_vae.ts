/** A convolutional variational autoencoder's update. @module */
import * as tf from "@tensorflow/tfjs";
import { binaryCrossEntropy } from "../../models/losses.ts";
import { gaussianKl, reparameterize } from "../../models/variational/bound.ts";
import { valueAndGradients } from "../../lab/compute/gradients.ts";
import {
  convolution,
  convolutionParameters,
  transposedConvolution,
  transposedConvolutionParameters,
} from "../../lab/compute/layers/convolution.ts";
import { dense, mlpParameters } from "../../lab/compute/networks.ts";
import { adam } from "../../lab/compute/optimizers.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import { side } from "./images.ts";
import { type BenchStep, fed, numbersOf, uniforms } from "./step.ts";

const batch = 128;
const latentSize = 16;
const filters = [32, 64] as const;
const size = 3;
const half = { stride: 2 };
const quarter = side / 4;
const features = quarter * quarter * filters[1];

function loss(parameters: Tensors, x: tf.Tensor, noise: tf.Tensor) {
  const first = tf.relu(
    convolution(parameters, tf.reshape(x, [batch, side, side, 1]), "encoder/0", half),
  );
  const second = tf.relu(convolution(parameters, first, "encoder/1", half));
  const code = dense(parameters, tf.reshape(second, [batch, features]), "encoder/code/0");
  const [mean, logVariance] = tf.split(code, 2, 1);
  const latent = reparameterize(mean, logVariance, noise);
  const hidden = tf.relu(dense(parameters, latent, "decoder/code/0"));
  const small = tf.reshape(hidden, [batch, quarter, quarter, filters[1]]);
  const grown = tf.relu(
    transposedConvolution(parameters, small, "decoder/0", half),
  );
  const logits = tf.reshape(
    transposedConvolution(parameters, grown, "decoder/1", half),
    [batch, side * side],
  );
  const bound = tf.add(binaryCrossEntropy(logits, x), gaussianKl(mean, logVariance));
  return { loss: tf.mean(bound) as tf.Scalar };
}

/** 3 × 3 kernels of stride 2: 28 × 28 × 1 to 7 × 7 × 64, a code of 16, and back. */
export const convVaeStep: BenchStep = {
  name: "conv-vae",
  title: "conv VAE step, 28 × 28, 32-64 filters, batch 128",
  stocks: [{ stock: "tfjs-cpu", reach: 50 }],
  peerBars: { portable: 1, native: 1.5 },
  peers: ["jax_steps.py", "jax_js.js"],
  bind(workspace) {
    const random = numbersOf("conv-vae");
    const parameters = {
      ...convolutionParameters(random, { inputs: 1, filters: filters[0], size }, "encoder/0"),
      ...convolutionParameters(
        random,
        { inputs: filters[0], filters: filters[1], size },
        "encoder/1",
      ),
      ...mlpParameters(random, [features, 2 * latentSize], { prefix: "encoder/code" }),
      ...mlpParameters(random, [latentSize, features], { prefix: "decoder/code" }),
      ...transposedConvolutionParameters(
        random,
        { inputs: filters[1], filters: filters[0], size },
        "decoder/0",
      ),
      ...transposedConvolutionParameters(
        random,
        { inputs: filters[0], filters: 1, size },
        "decoder/1",
      ),
    };
    const optimizer = adam();
    workspace.define("parameters", parameters);
    workspace.define("optimizer", optimizer.initialState(parameters));
    const update = workspace.compile({
      name: "conv vae update",
      inputs: { x: [[batch, side * side], "float32"] },
      random: { noise: [[batch, latentSize], "normal"] },
      scalars: ["learningRate"],
      state: ["parameters", "optimizer"],
    }, ({ input, random, scalar, state }) => {
      const { values, gradients } = valueAndGradients(
        (parameters) => loss(parameters, input.x, random.noise),
        state.parameters,
      );
      const next = optimizer.update(
        state.parameters,
        gradients,
        state.optimizer,
        scalar.learningRate,
      );
      return { outputs: values, state: { parameters: next.parameters, optimizer: next.state } };
    });
    update.scalar.learningRate = 1e-3;
    return fed(update, { x: uniforms(random, batch * side * side) }, random);
  },
};
