import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { clipByGlobalNorm } from "../../../../lab/compute/gradients.ts";
import { selfAttentionParameters } from "../../../../lab/compute/layers/attention.ts";
import {
  convolution,
  convolutionParameters,
  transposedConvolution,
  transposedConvolutionParameters,
} from "../../../../lab/compute/layers/convolution.ts";
import { dropout } from "../../../../lab/compute/layers/dropout.ts";
import { embeddingParameters } from "../../../../lab/compute/layers/embedding.ts";
import {
  movingMoments,
  normalizationParameters,
} from "../../../../lab/compute/layers/normalization.ts";
import { kernelsOf, l2Penalty } from "../../../../lab/compute/layers/penalties.ts";
import { averagePool, maximumPool } from "../../../../lab/compute/layers/pooling.ts";
import { preluParameters } from "../../../../lab/compute/layers/prelu.ts";
import { radialBasisParameters } from "../../../../lab/compute/layers/radial_basis.ts";
import { residualBlockParameters } from "../../../../lab/compute/layers/residual.ts";
import {
  spectralNormalization,
  spectralVector,
} from "../../../../lab/compute/layers/spectral_normalization.ts";
import { defaultRng } from "../../../../lab/core/random.ts";
import type { NamedTensors } from "../../../../lab/core/tensor_data.ts";

tf.enableProdMode();
await tf.setBackend("cpu");

const shapesOf = (tensors: NamedTensors) =>
  Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape]));

Deno.test("parameters are named below a prefix and shaped by the layer", () => {
  const random = defaultRng(1);
  const options = { inputs: 2, filters: 5, size: 3 };
  const drawn = {
    ...convolutionParameters(random, options, "c"),
    ...transposedConvolutionParameters(random, options, "t"),
    ...normalizationParameters(4, "n"),
    ...movingMoments(4, "n"),
    ...residualBlockParameters(random, { inputs: 2, filters: 4 }, "r"),
    ...residualBlockParameters(random, { inputs: 2, filters: 2, size: 1 }, "i"),
    ...preluParameters(3, "p"),
    ...radialBasisParameters(random, [2, 6], "b"),
    ...selfAttentionParameters(random, 4, "s"),
    ...embeddingParameters(random, [7, 4], "e"),
  };
  deepStrictEqual(shapesOf(drawn), {
    "c/kernel": [3, 3, 2, 5],
    "c/bias": [5],
    "t/kernel": [3, 3, 5, 2],
    "t/bias": [5],
    "n/scale": [4],
    "n/offset": [4],
    "n/mean": [4],
    "n/variance": [4],
    "r/0/kernel": [3, 3, 2, 4],
    "r/0/bias": [4],
    "r/1/kernel": [3, 3, 4, 4],
    "r/1/bias": [4],
    "r/shortcut/kernel": [1, 1, 2, 4],
    "r/shortcut/bias": [4],
    "i/0/kernel": [1, 1, 2, 2],
    "i/0/bias": [2],
    "i/1/kernel": [1, 1, 2, 2],
    "i/1/bias": [2],
    "p/slope": [3],
    "b/centers": [6, 2],
    "s/inputs/kernel": [4, 12],
    "s/inputs/bias": [12],
    "s/outputs/kernel": [4, 4],
    "s/outputs/bias": [4],
    "e/table": [7, 4],
  });
  deepStrictEqual(spectralVector(random, [3, 3, 2, 5]).shape, [5]);
  ok(drawn["c/kernel"].values.some((weight) => weight !== 0));
});

Deno.test("penalties are of kernels alone, and of at least one", () => {
  const x = tf.scalar(1);
  const parameters = { "a/kernel": x, "l/recurrentKernel": x, "a/bias": x, "n/scale": x };
  deepStrictEqual(Object.keys(kernelsOf(parameters)), ["a/kernel", "l/recurrentKernel"]);
  throws(() => l2Penalty({ "a/bias": x }, 1), { name: "InputError", message: /a\/bias/ });
});

Deno.test("a kernel of small numbers is divided by its largest singular value, one of zeros stays", () => {
  for (const size of [1, 1e-7, 1e-12]) {
    const kernel = tf.tensor2d([[2 * size, 0], [0, size]]);
    const { kernel: divided, vector } = spectralNormalization(kernel, tf.tensor1d([1, 0.1]), 8);
    const near = (x: tf.Tensor, expected: number[]) =>
      x.dataSync().forEach((each, i) => ok(Math.abs(each - expected[i]) < 1e-4, `${each}`));
    near(divided, [1, 0, 0, 0.5]);
    near(vector, [1, 0]);
  }
  const { kernel } = spectralNormalization(tf.zeros([2, 2]), tf.tensor1d([1, 0.1]));
  deepStrictEqual([...kernel.dataSync()], [0, 0, 0, 0]);
});

Deno.test("wrong sizes, rates and names are refused in one line", () => {
  throws(
    () => convolutionParameters(defaultRng(1), { inputs: 0, filters: 1, size: 3 }, "c"),
    { name: "InputError", message: /inputs must be a whole number ≥ 1: 0/ },
  );
  throws(() => dropout(tf.scalar(1), tf.scalar(0), 1), { name: "InputError", message: /\[0, 1\)/ });
  const image = tf.ones([1, 2, 9, 1]) as tf.Tensor4D;
  const kernel = { "c/kernel": tf.ones([5, 5, 1, 1]) };
  const windows: [() => unknown, string][] = [
    [() => convolution(kernel, image, "c", { padding: "valid" }), "convolve images of 2 × 9 as"],
    [() => convolution(kernel, image, "c", { padding: 1 }), "convolve images of 2 × 9 as"],
    [() => convolution(kernel, image, "c", { padding: -1 }), "convolve images as the padding must"],
    [() => convolution(kernel, image, "c", { stride: 1.5 }), "convolve images as the stride must"],
    [
      () => transposedConvolution(kernel, image, "c", { stride: 0 }),
      "convolve images as the stride must",
    ],
    [
      () => maximumPool(image, { size: 3 }),
      "pool images of 2 × 9 as the window must not be larger",
    ],
    [
      () => averagePool(image, { size: 1, padding: 1 }),
      "pool images as the padding must be smaller",
    ],
    [() => averagePool(image, { size: 0 }), "pool images as size must be a whole number ≥ 1: 0"],
    [
      () => spectralNormalization(tf.ones([2, 2]), tf.ones([2]), 0),
      "normalise a kernel as its iterations must be a whole number ≥ 1: 0",
    ],
    [
      () => clipByGlobalNorm({ x: image }, 0),
      "clip gradients as their largest norm must be > 0: 0",
    ],
  ];
  for (const [use, line] of windows) {
    throws(use, (error: Error) => {
      strictEqual(error.name, "InputError");
      strictEqual(error.message.slice(0, 7 + line.length), `Cannot ${line}`);
      return true;
    });
  }
  deepStrictEqual(convolution(kernel, image, "c", { padding: 2 }).shape, [1, 2, 9, 1]);
  throws(() => convolution({ "c/kernel": tf.scalar(1) }, tf.scalar(1), "d"), {
    name: "InputError",
    message: /no parameter "d\/kernel" \(did you mean "c\/kernel"/,
  });
});
