import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { bodyOf, convolutions, isPicture } from "../../../lab/compute/bodies.ts";
import type { Tensors } from "../../../lab/compute/workspace.ts";
import { openWorkspace } from "../../../lab/compute/backend.ts";
import { defaultRng } from "../../../lab/core/random.ts";
import { Box, Discrete } from "../../../lab/core/space.ts";

await openWorkspace("cpu");

const picture = (height: number, width: number, channels: number) =>
  new Box({ low: 0, high: 1, shape: [height, width, channels] });

Deno.test("only Boxes of three axes and some size are pictures", () => {
  ok(isPicture(picture(64, 64, 4)));
  ok(isPicture(picture(32, 40, 1)));
  ok(!isPicture(picture(8, 8, 3)));
  ok(!isPicture(new Box({ low: 0, high: 1, shape: [64, 64] })));
  ok(!isPicture(new Discrete(4)));
});

Deno.test("vectors pass a body as they are", () => {
  const body = bodyOf(new Box({ low: -1, high: 1, shape: [3] }), convolutions.parse(undefined));
  strictEqual(body.size, 3);
  deepStrictEqual(body.initialParameters(defaultRng(1)), {});
  const x = tf.tensor2d([[1, 2, 3]]);
  strictEqual(body.features({}, x), x);
});

Deno.test("the default convolutions make of 84 × 84 pixels what the paper's do", () => {
  const body = bodyOf(picture(84, 84, 4), convolutions.parse(undefined));
  // 20 × 20 × 16, then 9 × 9 × 32.
  strictEqual(body.size, 9 * 9 * 32);
  const parameters = body.initialParameters(defaultRng(1));
  deepStrictEqual(Object.entries(parameters).map(([name, { shape }]) => [name, shape]), [
    ["body/0/kernel", [8, 8, 4, 16]],
    ["body/0/bias", [16]],
    ["body/1/kernel", [4, 4, 16, 32]],
    ["body/1/bias", [32]],
  ]);
});

Deno.test("a body sums windows of the picture, channels last, and cuts below 0", () => {
  const body = bodyOf(picture(32, 33, 2), [[1, 16, 16]]);
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
    () => bodyOf(picture(32, 32, 1), [[1, 33, 1]]),
    /Cannot convolve pictures of 32 × 32 as the kernel must not be larger: 33/,
  );
});

Deno.test("an own body is taken as it is, and its tensors' names must begin with body/", () => {
  const random = defaultRng(1);
  const space = new Box({ low: -1, high: 1, shape: [3] });
  const named = (name: string) =>
    bodyOf(space, [], {
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
