/**
 * Worked numbers of the regularisers, and the gradient penalty's own gradient against finite differences
 * for every kind of critic, on every backend.
 */
import { deepStrictEqual, ok, throws } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { openWorkspace } from "../../../lab/compute/backend.ts";
import { valueAndGradients } from "../../../lab/compute/gradients.ts";
import { defaultRng, streamOf } from "../../../lab/core/random.ts";
import {
  convolutionalDiscriminator,
  denseDiscriminator,
} from "../../../models/adversarial/bodies.ts";
import {
  clipped,
  featureDistance,
  gradientPenalty,
  requireSeparable,
  withInstanceNoise,
  withMinibatchDeviation,
  zeroCenteredPenalty,
} from "../../../models/adversarial/regularizers.ts";
import { denseLayer, spectral } from "../../../models/layers.ts";
import { sequential } from "../../../models/sequential.ts";
import { backends, options } from "../../lab/compute/backends.ts";
import { near, onCpu, values } from "../worked.ts";

Deno.test("the gradient penalty of a linear critic [3, 4] is 160 with gradient [48, 64] at λ = 10", () =>
  onCpu(() => {
    const [real, generated] = [tf.tensor([[1, 2], [0, -1]]), tf.tensor([[0.5, 0], [3, 1]])];
    const alpha = tf.tensor([[0.3], [0.9]]);
    const penalize = (weights: number[]) =>
      valueAndGradients(({ w }) => {
        const score = (x: tf.Tensor) => tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D);
        return { loss: tf.mul(gradientPenalty(score, real, generated, alpha), 10) as tf.Scalar };
      }, { w: tf.tensor(weights, [2, 1]) });
    const { values: { loss }, gradients } = penalize([3, 4]);
    near(values(loss), [160]);
    near(values(gradients.w), [48, 64]);
    near(values(penalize([0.6, 0.8]).values.loss), [0]);
    const flat = penalize([0, 0]);
    near(values(flat.values.loss), [10], 1e-4);
    ok(values(flat.gradients.w).every(Number.isFinite));
  }));

Deno.test("the zero-centred penalty of a linear critic [3, 4] is 25 with gradient [6, 8]", () =>
  onCpu(() => {
    const { values: { loss }, gradients } = valueAndGradients(({ w }) => ({
      loss: zeroCenteredPenalty(
        (x) => tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D),
        tf.tensor([[1, 2], [0, -1], [5, 3]]),
      ),
    }), { w: tf.tensor([3, 4], [2, 1]) });
    near(values(loss), [25]);
    near(values(gradients.w), [6, 8]);
  }));

Deno.test("a critic whose batch matters is refused, with what to use", () => {
  const body = { shape: [4, 4, 1], normalization: "batch" } as const;
  throws(() => requireSeparable(convolutionalDiscriminator([3, 4], body)), {
    name: "InputError",
    message: /must be one example's own: batch normalisation \(use normalization layer, /,
  });
  requireSeparable(convolutionalDiscriminator([3, 4], { ...body, normalization: "layer" }));
});

Deno.test("weights are cut off at the limit", () =>
  onCpu(() => {
    const { w } = clipped({ w: tf.tensor([0.05, -0.2, 0.003]) }, 0.01);
    near(values(w), [0.01, -0.01, 0.003]);
  }));

Deno.test("the feature distance is between means, not between examples", () =>
  onCpu(() => {
    const real = tf.tensor([[0.4, 1.5], [0.6, 0.5]]);
    const generated = tf.tensor([[0.1, 0.2], [0.3, 1]]);
    near(values(featureDistance(real, generated)), [0.25]);
  }));

Deno.test("the minibatch deviation is a channel of one number, 0 where all examples are alike", () =>
  onCpu(() => {
    // Deviations over the batch are 1, 0 and 2, 0: 0.75 on average.
    const x = tf.tensor([[[[1, 5]], [[0, 7]]], [[[3, 5]], [[4, 7]]]]);
    const widened = withMinibatchDeviation(x);
    deepStrictEqual(widened.shape, [2, 2, 1, 3]);
    near(values(tf.slice(widened, [0, 0, 0, 2], [2, 2, 1, 1])), [0.75, 0.75, 0.75, 0.75], 1e-4);
    const alike = withMinibatchDeviation(tf.ones([4, 3]));
    near(values(tf.slice(alike, [0, 3], [4, 1])), [0, 0, 0, 0], 1e-3);
  }));

Deno.test("instance noise falls to nothing over the budget", () =>
  onCpu(() => {
    const noisy = (spent: number) =>
      values(withInstanceNoise(tf.tensor([1, 2]), tf.tensor([1, -2]), tf.scalar(spent), 0.4));
    near(noisy(0), [1.4, 1.2]);
    near(noisy(0.75), [1.1, 1.8]);
    near(noisy(1), [1, 2]);
  }));

Deno.test("a spectral layer's kernel comes to have the largest singular value that is asked for", () =>
  onCpu(() => {
    for (const norm of [1, 2]) {
      const network = sequential("discriminator", [spectral(denseLayer(2, 2), norm)]);
      // The singular values of [[3, 0], [4, 5]] are √45 and √5.
      const parameters = { "0/kernel": tf.tensor([[3, 0], [4, 5]]), "0/bias": tf.tensor([1, 0]) };
      let kept = Object.fromEntries(
        Object.entries(network.keeps(defaultRng(1))).map(([name, { values, shape }]) => [
          name,
          tf.tensor(values, [...shape]) as tf.Tensor,
        ]),
      );
      const identity = tf.eye(2);
      for (let i = 0; i < 30; i++) ({ kept } = network.apply(parameters, identity, kept, true));
      const { outputs } = network.apply(parameters, identity, kept);
      const kernel = [3, 0, 4, 5].map((w) => norm * w / Math.sqrt(45));
      near(values(outputs), [kernel[0] + 1, kernel[1], kernel[2] + 1, kernel[3]], 1e-5);
    }
  }));

const dense = { shape: [6] };
const image = { shape: [4, 4, 1] };
/** Every kind of critic that a penalty is offered for; numbers of pixels or coordinates. */
const critics = {
  "leaky ReLU": { size: 6, network: denseDiscriminator([5, 4], dense) },
  "tanh": { size: 6, network: denseDiscriminator([5, 4], { ...dense, activation: "tanh" }) },
  "layer norm": {
    size: 6,
    network: denseDiscriminator([5, 4], { ...dense, normalization: "layer", activation: "tanh" }),
  },
  "convolutions": { size: 16, network: convolutionalDiscriminator([3, 4], image) },
  "convolutions with layer norm": {
    size: 16,
    network: convolutionalDiscriminator([3, 4], { ...image, normalization: "layer" }),
  },
  "convolutions with instance norm": {
    size: 16,
    network: convolutionalDiscriminator([3], { ...image, normalization: "instance" }),
  },
};
const ROWS = 4;

for (const { name: backend, ignore } of backends) {
  // TensorFlow.js's WebAssembly kernels have no gradient of a convolution's filters.
  const able = Object.entries(critics).filter(([name]) =>
    backend !== "tfjs-wasm" || !name.startsWith("convolutions")
  );
  Deno.test({
    name: `on ${backend}, ∂GP/∂w of every critic agrees with finite differences`,
    ignore,
    fn: async () => {
      for (const [name, { size, network }] of able) {
        const { workspace } = await openWorkspace(backend, options);
        const random = streamOf(3, name);
        const start = network.initial(random);
        workspace.define("critic", start);
        const program = workspace.compile({
          name: "penalty",
          inputs: {
            real: [[ROWS, size], "float32"],
            generated: [[ROWS, size], "float32"],
            alpha: [[ROWS, 1], "float32"],
          },
          state: ["critic"],
        }, ({ input: { real, generated, alpha }, state: { critic } }) => {
          const { values, gradients } = valueAndGradients((parameters) => ({
            loss: gradientPenalty(
              (x) => network.apply({ ...critic, ...parameters }, x).outputs,
              real,
              generated,
              alpha,
            ),
          }), kernelsOf(critic));
          return { outputs: { penalty: values.loss, ...gradients }, state: {} };
        });
        for (const input of ["real", "generated"] as const) {
          program.input[input].forEach((_, i) => program.input[input][i] = random.standardNormal());
        }
        program.input.alpha.set([0.1, 0.4, 0.6, 0.9]);
        program.run();
        for (const kernel of Object.keys(kernelsOf(start))) {
          const gradient = await program.read(kernel as "penalty");
          workspace.write("critic", start);
          for (const i of [0, 3]) {
            const shifted = async (by: number) => {
              const moved = structuredClone(start);
              moved[kernel].values[i] += by;
              workspace.write("critic", moved);
              program.run();
              return (await program.read("penalty"))[0];
            };
            const step = 2e-3;
            const difference = (await shifted(step) - await shifted(-step)) / (2 * step);
            ok(
              Math.abs(gradient[i] - difference) < 5e-3,
              `${name}, ${kernel} ${i}: ${gradient[i]}, differences ${difference}`,
            );
          }
          workspace.write("critic", start);
          program.run();
        }
        workspace.dispose();
      }
    },
  });
}

/** Biases move no gradient of a piecewise linear critic but at kinks. */
function kernelsOf<T>(parameters: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(parameters).filter(([name]) => name.endsWith("kernel")),
  );
}
