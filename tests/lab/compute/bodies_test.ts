import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { bodyOf, bodyWithin, convolutions } from "../../../lab/compute/bodies.ts";
import type { Tensors } from "../../../lab/compute/workspace.ts";
import { openWorkspace } from "../../../lab/compute/backend.ts";
import { defaultRng } from "../../../lab/core/random.ts";
import { Box } from "../../../lab/core/space.ts";

await openWorkspace("cpu");

const picture = (height: number, width: number, channels: number) =>
  new Box({ low: 0, high: 1, shape: [height, width, channels] });

const nature = { convolutions: convolutions.parse(undefined) };

Deno.test("vectors pass a body as they are", () => {
  const body = bodyOf(new Box({ low: -1, high: 1, shape: [3] }), nature);
  strictEqual(body.size, 3);
  deepStrictEqual(body.initialParameters(defaultRng(1)), {});
  const x = tf.tensor2d([[1, 2, 3]]);
  strictEqual(body.features({}, x), x);
});

/** Names and shapes of a body's parameters. */
const shapesOf = (body: ReturnType<typeof bodyOf>) =>
  Object.entries(body.initialParameters(defaultRng(1))).map(([name, { shape }]) => [name, shape]);

Deno.test("the default body is Nature's, and MinAtar's for pictures that its kernels exceed", () => {
  const body = bodyOf(picture(84, 84, 4), nature);
  strictEqual(body.size, 512);
  deepStrictEqual(shapesOf(body), [
    ["body/0/kernel", [8, 8, 4, 32]],
    ["body/0/bias", [32]],
    ["body/1/kernel", [4, 4, 32, 64]],
    ["body/1/bias", [64]],
    ["body/2/kernel", [3, 3, 64, 64]],
    ["body/2/bias", [64]],
    ["body/3/kernel", [7 * 7 * 64, 512]],
    ["body/3/bias", [512]],
  ]);
  strictEqual(bodyOf(picture(5, 5, 4), nature).size, 128);
  deepStrictEqual(shapesOf(bodyOf(picture(5, 5, 4), nature)), [
    ["body/0/kernel", [3, 3, 4, 16]],
    ["body/0/bias", [16]],
    ["body/1/kernel", [3 * 3 * 16, 128]],
    ["body/1/bias", [128]],
  ]);
  ok(shapesOf(bodyOf(picture(36, 36, 1), nature)).length === 8);
});

Deno.test("IMPALA's body has fifteen convolutions, halves thrice, and passes what its blocks add", () => {
  const space = picture(9, 5, 2);
  const body = bodyOf(space, { convolutions: "impala" });
  const shapes = shapesOf(body);
  strictEqual(body.size, 256);
  strictEqual(shapes.filter(([, shape]) => shape.length === 4).length, 15);
  deepStrictEqual(shapes.at(-2), ["body/dense/kernel", [2 * 1 * 32, 256]]);
  const parameters: Tensors = Object.fromEntries(
    Object.entries(body.initialParameters(defaultRng(1))).map(([name, { shape }]) => {
      // Blocks that add nothing, sections that pass the first channel on, and a sum at the end.
      const isPass = name.includes("/enter/kernel");
      const kernel = isPass && tf.tidy(() => {
        const zero = tf.buffer(shape as [number, number, number, number]);
        zero.set(1, 1, 1, 0, 0);
        return zero.toTensor();
      });
      const sum = name.endsWith("dense/kernel");
      return [name, kernel || (sum ? tf.ones([...shape]) : tf.zeros([...shape]))];
    }),
  );
  const pixels = Float32Array.from({ length: 90 }, (_, i) => i % 2 === 0 ? i / 100 : 5);
  const features = body.features(parameters, tf.tensor2d(pixels, [1, 90])).dataSync();
  // Three maxima of 3 × 3 with stride 2: 9 rows to 5, 3, 2 and 5 columns to 3, 2, 1.
  const rows = [[0, 7], [4, 8]];
  const most = rows.map(([, last]) => (last * 5 + 4) * 2 / 100);
  ok(Math.abs(features[0] - (most[0] + most[1])) < 1e-5, `${features[0]}, ${most}`);
});

Deno.test("IMPALA's blocks see what is above 0, and what is below passes beside them", () => {
  const body = bodyOf(picture(3, 3, 1), { convolutions: "impala" });
  /** What becomes of pixels of 3, with weights from a pixel's first channel to itself alone. */
  const passed = (weights: Readonly<Record<string, number>>) => {
    const parameters: Tensors = Object.fromEntries(
      Object.entries(body.initialParameters(defaultRng(1))).map(([name, { shape }]) => {
        const weight = weights[name.replace(/^body\/(.*)\/kernel$/, "$1")] ??
          (/enter|dense/.test(name) ? 1 : 0);
        if (name.endsWith("bias")) return [name, tf.zeros([...shape])];
        const kernel = tf.buffer([...shape]);
        kernel.set(weight, ...(shape.length === 4 ? [1, 1, 0, 0] : [0, 0]));
        return [name, kernel.toTensor()];
      }),
    );
    return body.features(parameters, tf.fill([1, 9], 3)).dataSync()[0];
  };
  // 3 + 0.5 · relu(2 · relu(3)).
  strictEqual(passed({ "0/block0/0": 2, "0/block0/1": 0.5 }), 6);
  // −3 enters: nothing comes of it in the block, and it goes on as it is.
  const negative = { "0/enter": -1, "0/block0/0": -2, "0/block0/1": 0.5, "1/enter": -1 };
  strictEqual(passed(negative), 3);
  // relu(−2 · 3) is 0.
  strictEqual(passed({ "0/block0/0": -2, "0/block0/1": 0.5 }), 3);
});

Deno.test("stacks of frames show the same picture in any order of their axes", () => {
  const [height, width, frames, colors] = [6, 5, 2, 3];
  const pixel = (row: number, column: number, frame: number, color: number) =>
    Math.fround(((row * 5 + column) * 7 + frame * 3 + color) / 255);
  const orders = [
    { shape: [height, width, frames, colors], at: [0, 1, 2, 3] },
    { shape: [frames, height, width, colors], at: [2, 0, 1, 3] },
    { shape: [frames, colors, height, width], at: [2, 3, 0, 1] },
  ];
  const seen = orders.map(({ shape, at }) => {
    const body = bodyOf(new Box({ low: 0, high: 1, shape }), { convolutions: [[4, 3, 1]] });
    const values = new Float32Array(shape.reduce((product, side) => product * side, 1));
    for (let i = 0; i < values.length; i++) {
      let left = i;
      const index = shape.toReversed().map((side) => {
        const place = left % side;
        left = Math.floor(left / side);
        return place;
      }).reverse();
      const place = [0, 0, 0, 0];
      at.forEach((axis, k) => place[axis] = index[k]);
      values[i] = pixel(place[0], place[1], place[2], place[3]);
    }
    const parameters = Object.fromEntries(
      Object.entries(body.initialParameters(defaultRng(1))).map(([name, { values, shape }]) => [
        name,
        tf.tensor(values as Float32Array, [...shape]),
      ]),
    );
    return [...body.features(parameters, tf.tensor2d(values, [1, values.length])).dataSync()];
  });
  deepStrictEqual(seen[1], seen[0]);
  deepStrictEqual(seen[2], seen[0]);
});

Deno.test("pictures in 0 … 255 are scaled by their bounds, unless they come normalised", () => {
  const space = new Box({ low: 0, high: 255, shape: [5, 5, 1] });
  const layers = [[1, 5, 1]] as [number, number, number][];
  const parameters: Tensors = {
    "body/0/kernel": tf.ones([5, 5, 1, 1]),
    "body/0/bias": tf.zeros([1]),
  };
  const white = tf.fill([1, 25], 255);
  const sum = (normalizeObservations: boolean) =>
    bodyOf(space, { convolutions: layers, normalizeObservations })
      .features(parameters, white).dataSync()[0];
  deepStrictEqual([sum(false), sum(true)], [25, 25 * 255]);
  // Between bounds that are one for all and have an end: others are seen as they are.
  const one = Array(25).fill(0);
  const seen = (low: number | number[], high: number | number[], pixel: number) =>
    bodyOf(new Box({ low, high, shape: [5, 5, 1] }), { convolutions: layers })
      .features(parameters, tf.fill([1, 25], pixel)).dataSync()[0] / 25;
  deepStrictEqual([seen(-1, 3, 1), seen(-1, 3, 3), seen(0, 1, 0.5)], [0.5, 1, 0.5]);
  deepStrictEqual([seen(0, Infinity, 3), seen(-Infinity, 0, 3), seen(2, 2, 2)], [3, 3, 2]);
  deepStrictEqual([seen(one.with(24, -1), 4, 3), seen(0, one.fill(4).with(7, 5), 3)], [3, 3]);
});

Deno.test("a body within a network has its tensors below the network's name, and sees no others", () => {
  const body = bodyOf(picture(5, 5, 1), { convolutions: [[1, 5, 1]] });
  const within = bodyWithin("policy", body);
  strictEqual(within.size, body.size);
  deepStrictEqual(
    shapesOf(within),
    shapesOf(body).map(([name, shape]) => [`policy/${name}`, shape]),
  );
  deepStrictEqual(
    within.initialParameters(defaultRng(1))["policy/body/0/kernel"],
    body.initialParameters(defaultRng(1))["body/0/kernel"],
  );
  const parameters = (weight: number) => ({
    "body/0/kernel": tf.fill([5, 5, 1, 1], weight),
    "body/0/bias": tf.zeros([1]),
  });
  const [own, others] = ["policy", "critic"].map((network, i) =>
    Object.entries(parameters(i + 1)).map(([name, x]) => [`${network}/${name}`, x])
  );
  const all: Tensors = Object.fromEntries([...own, ...others]);
  strictEqual(within.features(all, tf.ones([1, 25])).dataSync()[0], 25);
});

Deno.test("a body sums windows of the picture, channels last, and cuts below 0", () => {
  const body = bodyOf(picture(32, 33, 2), { convolutions: [[1, 16, 16]] });
  strictEqual(body.size, 2 * 2);
  const weights = Float32Array.from({ length: 16 * 16 * 2 }, (_, i) => i % 2 === 0 ? 1 : -0.5);
  const parameters: Tensors = {
    "body/0/kernel": tf.tensor4d(weights, [16, 16, 2, 1]),
    "body/0/bias": tf.tensor1d([-10]),
  };
  // The first channel is 1 in the upper left window alone, the second everywhere 0.25.
  const pixels = Float32Array.from({ length: 32 * 33 * 2 }, (_, i) => {
    const [row, column, channel] = [Math.floor(i / 66), Math.floor(i / 2) % 33, i % 2];
    return channel === 1 ? 0.25 : row < 16 && column < 16 ? 1 : 0;
  });
  const features = body.features(parameters, tf.tensor2d(pixels, [1, 32 * 33 * 2]));
  deepStrictEqual(features.arraySync(), [[256 - 32 - 10, 0, 0, 0]]);
});

Deno.test("a kernel larger than the picture is refused", () => {
  throws(
    () => bodyOf(picture(32, 32, 1), { convolutions: [[1, 33, 1]] }),
    /Cannot convolve pictures of 32 × 32 as the kernel must not be larger: 33/,
  );
  for (const [height, width] of [[4, 40], [40, 4]]) {
    const kernel = (size: number) =>
      bodyOf(picture(height, width, 1), { convolutions: [[1, size, 1]] });
    throws(() => kernel(5), /must not be larger: 5/);
    strictEqual(kernel(4).size, 37);
    // Of the second layer by what the first one leaves.
    throws(
      () => bodyOf(picture(height, width, 1), { convolutions: [[2, 3, 1], [1, 3, 1]] }),
      new RegExp(`pictures of ${height - 2} × ${width - 2} as`),
    );
  }
});

Deno.test("an own body is taken as it is, and its tensors' names must begin with body/", () => {
  const random = defaultRng(1);
  const space = new Box({ low: -1, high: 1, shape: [3] });
  const named = (name: string) =>
    bodyOf(space, {}, {
      name: "mine",
      create: ({ flatSize }) => ({
        size: flatSize + 1,
        initialParameters: () => ({
          [name]: { shape: [1], dtype: "float32", values: Float32Array.of(2) },
        }),
        features: (_, observations) => observations,
      }),
    });
  strictEqual(named("body/w").size, 4);
  deepStrictEqual(Object.keys(named("body/w").initialParameters(random)), ["body/w"]);
  throws(
    () => named("policy/w").initialParameters(random),
    /^InputError: Cannot use the body mine as its tensors' names must begin with body\/: policy\/w$/,
  );
});
