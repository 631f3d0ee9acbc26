/** Convolutions, pools, indices and rarer kernels as WGSL. */
import * as tf from "@tensorflow/tfjs";
import { agree, normal, type Outputs, whole } from "./wgsl_agree.ts";

const images = normal(3 * 7 * 6 * 4).map((x) => Math.round(4 * x) / 4);

agree(
  "convolutions, pools and their gradients are within 1e-5 of the largest element",
  { ofLargest: 1e-5 },
  {
    x: [[3, 7, 6, 4], "float32"],
    filter: [[3, 2, 4, 5], "float32"],
    depthwise: [[2, 3, 4, 1], "float32"],
    many: [[8, 16, 16, 2], "float32"],
    small: [[3, 3, 2, 3], "float32"],
  },
  {
    // Quarters, so that some elements of a window are equal.
    x: images,
    filter: normal(120, 2),
    depthwise: normal(24, 3),
    many: normal(8 * 16 * 16 * 2, 4),
    small: normal(54, 5),
  },
  (input) => {
    const [x, filter] = [input.x, input.filter] as [tf.Tensor4D, tf.Tensor4D];
    const ways: Record<string, (x: tf.Tensor4D, filter: tf.Tensor4D) => tf.Tensor> = {
      same: (x, filter) => tf.conv2d(x, filter, 1, "same"),
      strided: (x, filter) => tf.conv2d(x, filter, [2, 3], "same"),
      valid: (x, filter) => tf.conv2d(x, filter, [2, 1], "valid"),
      max: (x) => tf.maxPool(x, [3, 2], 2, "same"),
      average: (x) => tf.avgPool(x, [2, 3], [2, 1], "same"),
    };
    const outputs: Outputs = {};
    for (const [name, way] of Object.entries(ways)) {
      const pools = name === "max" || name === "average";
      const y = way(x, filter);
      outputs[name] = y;
      const weighted = (y: tf.Tensor) => tf.sum(tf.mul(y, tf.sin(y)));
      if (pools) {
        outputs[`${name} by x`] = tf.grad((x) => weighted(way(x as tf.Tensor4D, filter)))(x);
      } else {
        const [byX, byFilter] = tf.grads((x, filter) =>
          weighted(way(x as tf.Tensor4D, filter as tf.Tensor4D))
        )([x, filter]);
        outputs[`${name} by x`] = byX;
        outputs[`${name} by filter`] = byFilter;
      }
    }
    // TensorFlow.js has no gradient of it.
    outputs.dilated = tf.conv2d(x, filter, 1, "same", "NHWC", 2);
    const depthwise = (x: tf.Tensor, filter: tf.Tensor) =>
      tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 2, "same");
    outputs.depthwise = depthwise(x, input.depthwise);
    const [byX, byFilter] = tf.grads((x, filter) => tf.sum(tf.square(depthwise(x, filter))))([
      x,
      input.depthwise,
    ]);
    outputs["depthwise by x"] = byX;
    outputs["depthwise by filter"] = byFilter;
    // Through panels; a long inner axis is split over workgroups.
    const panels = (x: tf.Tensor, filter: tf.Tensor) =>
      tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, "same");
    outputs.many = panels(input.many, input.small);
    [outputs["many by x"], outputs["many by filter"]] = tf.grads((x, filter) =>
      tf.sum(tf.square(panels(x, filter)))
    )([input.many, input.small]);
    return outputs;
  },
);

agree(
  "gathers, scatters and running sums are bit-equal",
  "bits",
  { x: [[5, 6], "float32"], n: [[5, 6], "int32"], at: [[7], "int32"], pairs: [[4, 2], "int32"] },
  {
    x: normal(30),
    n: whole(30),
    at: Int32Array.of(0, 4, 2, 2, 9, -1, 1),
    pairs: Int32Array.of(0, 5, 4, 0, 2, 3, 2, 3),
  },
  ({ x, n, at, pairs }) => ({
    rows: tf.gather(x, at as tf.Tensor1D),
    columns: tf.gather(n, at as tf.Tensor1D, 1),
    elements: tf.gatherND(x, pairs),
    scattered: tf.scatterND(pairs, tf.slice(n, [0, 0], [4, 1]).reshape([4]), [5, 6]),
    segments: tf.unsortedSegmentSum(
      tf.slice(x, [0, 0], [5, 3]),
      tf.slice(at, [0], [5]) as tf.Tensor1D,
      4,
    ),
    running: tf.cumsum(x, 1),
    before: tf.cumsum(n, 0, true, true),
    product: tf.cumprod(n, 1, false, true),
  }),
);

agree(
  "powers, remainders and angles are within 2e-6, element by element",
  { ofEach: 2e-6 },
  { x: [[40], "float32"], y: [[40], "float32"], n: [[40], "int32"], k: [[40], "int32"] },
  {
    x: normal(40).map((x) => 3 * x),
    y: normal(40, 2).map((x) => Math.abs(x) + 0.25),
    n: whole(40),
    k: whole(40, 2).map((x) => x === 0 ? 3 : x),
  },
  ({ x, y, n, k }) => ({
    power: tf.pow(tf.abs(x), y),
    whole: tf.pow(x, tf.cast(n, "float32")),
    floor: tf.floorDiv(n, k),
    remainder: tf.mod(n, k),
    angle: tf.atan(x),
    // Not near a multiple, where one rounding decides.
    modulo: tf.add(tf.mod(x, y), tf.mul(y, 100)),
    all: tf.all(tf.greater(tf.reshape(x, [8, 5]), -3), 1),
    any: tf.any(tf.greater(tf.reshape(x, [8, 5]), 3), 0),
    clipped: tf.clipByValue(n, -3, 4),
    sign: tf.sign(n),
    padded: tf.pad(n, [[1, 2]], 7),
    reversed: tf.reverse(x),
  }),
);
