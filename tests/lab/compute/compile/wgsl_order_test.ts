/**
 * What runs at once on a graphics device: between two dispatches all memory is synchronised, within one
 * nothing is. So an item that reads or overwrites what another one writes has to stand in a later one.
 */
import { deepStrictEqual, notDeepStrictEqual, ok, strictEqual } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { optimize } from "../../../../lab/compute/compile/compiler.ts";
import { plan } from "../../../../lab/compute/compile/plan.ts";
import { schedule } from "../../../../lab/compute/compile/schedule.ts";
import { lower, scratchBytes, type Shader } from "../../../../lab/compute/compile/wgsl/lower.ts";
import { spread } from "../../../../lab/compute/compile/wgsl/spread.ts";
import type { Tensors } from "../../../../lab/compute/workspace.ts";
import { graphOf, type Shapes } from "./graphs.ts";

/** The shader of a function of inputs whose own memory begins at `start`. */
function shaderOf(shapes: Shapes, f: (given: Tensors) => tf.Tensor, start = 1 << 16): Shader {
  const scheduled = schedule(optimize(graphOf(shapes, (given) => ({ y: f(given) }))), {
    spare: false,
  });
  const names = Object.keys(shapes);
  const addressOf = (_: unknown, name: string) => 4096 * (1 + names.indexOf(name));
  const packed = plan(scheduled, start, addressOf, scratchBytes(scheduled));
  return lower(scheduled, spread(packed, scheduled.values), 65535);
}

/** Dispatches of a function of inputs. */
const dispatches = (shapes: Shapes, f: (given: Tensors) => tf.Tensor) => shaderOf(shapes, f).length;

type Images = tf.Tensor4D;
const image = [2, 6, 6, 3] as const;

/** Items of each kind with the shapes of their operands. */
const items: Readonly<
  Record<string, [shapes: Record<string, readonly number[]>, f: (given: Tensors) => tf.Tensor]>
> = {
  "a loop": [{ a: [5, 7], b: [5, 7] }, ({ a, b }) => tf.mul(tf.sin(a), b)],
  "a sum of rows": [{ a: [5, 7], b: [5, 7] }, ({ a, b }) => tf.sum(tf.mul(a, b), 1)],
  "a sum of columns": [{ a: [500, 7], b: [500, 7] }, ({ a, b }) => tf.sum(tf.mul(a, b), 0)],
  "a product": [{ a: [5, 7], b: [7, 4] }, ({ a, b }) => tf.matMul(a, b)],
  "products": [{ a: [3, 5, 7], b: [3, 4, 7] }, ({ a, b }) => tf.matMul(a, b, false, true)],
  "a convolution": [
    { x: image, filter: [3, 3, 3, 4] },
    ({ x, filter }) => tf.conv2d(x as Images, filter as Images, 1, "same"),
  ],
  "a transposed convolution": [
    { x: image, filter: [3, 3, 2, 3] },
    ({ x, filter }) => tf.conv2dTranspose(x as Images, filter as Images, [2, 12, 12, 2], 2, "same"),
  ],
  "a filter's gradient": [
    { x: image, dy: [2, 6, 6, 4] },
    ({ x, dy }) =>
      tf.grad((filter) => tf.sum(tf.mul(tf.conv2d(x as Images, filter as Images, 1, "same"), dy)))(
        tf.ones([3, 3, 3, 4]),
      ),
  ],
  "a convolution of each channel": [
    { x: image, filter: [3, 3, 3, 1] },
    ({ x, filter }) => tf.depthwiseConv2d(x as Images, filter as Images, 1, "same"),
  ],
  "the gradient of its filter": [
    { x: image, dy: image },
    ({ x, dy }) =>
      tf.grad((filter) =>
        tf.sum(tf.mul(tf.depthwiseConv2d(x as Images, filter as Images, 1, "same"), dy))
      )(tf.ones([3, 3, 3, 1])),
  ],
  "a pool": [{ x: image }, ({ x }) => tf.maxPool(x as Images, 2, 2, "same")],
  "a pool's gradient": [
    { x: image, dy: [2, 3, 3, 3] },
    ({ x, dy }) => tf.grad((x) => tf.sum(tf.mul(tf.maxPool(x as Images, 2, 2, "same"), dy)))(x),
  ],
  "a place of the largest": [{ x: [5, 7] }, ({ x }) => tf.argMax(x, 1)],
  "a running sum": [{ x: [5, 7] }, ({ x }) => tf.cumsum(x, 1, true, true)],
  "a gather": [{ x: [9, 7] }, ({ x }) => tf.gather(x, tf.tensor1d([3, 1, 4], "int32"))],
  "a copy": [{ x: [5, 7] }, ({ x }) => tf.transpose(x)],
  "side by side": [{ a: [5, 7], b: [5, 4] }, ({ a, b }) => tf.concat([a, b], 1)],
  "a row turned round": [{ x: [5, 7] }, ({ x }) => tf.reverse(x, 1)],
};

for (const [what, [shapes, f]] of Object.entries(items)) {
  Deno.test(`${what} runs after what computes any of its operands`, () => {
    const alone = dispatches(shapes, f);
    ok(alone >= 1);
    for (const operand of Object.keys(shapes)) {
      // A running sum along the last axis, which nothing takes into itself.
      const last = shapes[operand].length - 1;
      const after = dispatches(
        shapes,
        (given) => f({ ...given, [operand]: tf.cumsum(given[operand], last) }),
      );
      deepStrictEqual([operand, after > alone], [operand, true], `${after} dispatches`);
    }
  });
}

for (const [what, [shapes, f]] of Object.entries(items)) {
  Deno.test(`what is computed of the result of ${what} runs after it`, () => {
    const further = dispatches(shapes, (given) => {
      const result = f(given);
      return tf.cumsum(tf.cast(result, "float32"), result.rank - 1);
    });
    deepStrictEqual(further > dispatches(shapes, f), true, `${further} dispatches`);
  });
}

Deno.test("what reads and writes other memory runs at once", () => {
  const shapes = { a: [5, 7], b: [5, 7] };
  const both = ({ a, b }: Tensors) => tf.concat([tf.cumsum(a, 1), tf.cumsum(b, 1)], 0);
  const one = ({ a, b }: Tensors) => tf.concat([tf.cumsum(a, 1), b], 0);
  deepStrictEqual(dispatches(shapes, both), dispatches(shapes, one));
});

const codesOf = (shader: Shader) => shader.map(({ code }) => code);

/** A layer as wide as its input. */
const layer = (x: tf.Tensor, { w, b }: Tensors) =>
  tf.tanh(tf.add(tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D), b));

Deno.test("layers of one shape, and programs elsewhere in memory, have the same code", () => {
  const shapes = { x: [5, 7], w: [7, 7], b: [7] };
  const deep = (layers: number) => (given: Tensors) =>
    Array.from({ length: layers }).reduce<tf.Tensor>((x) => layer(x, given), given.x);
  const [three, six] = [3, 6].map((layers) => codesOf(shaderOf(shapes, deep(layers))));
  ok(six.length > three.length);
  deepStrictEqual(new Set(six), new Set(three));

  for (const [what, [shapes, f]] of Object.entries(items)) {
    const [here, there] = [1 << 16, 1 << 20].map((start) => shaderOf(shapes, f, start));
    deepStrictEqual(codesOf(there), codesOf(here), what);
    const addresses = (shader: Shader) => shader.map(({ addresses }) => addresses);
    notDeepStrictEqual(addresses(there), addresses(here), what);
  }
});

Deno.test("loops that compute alike have the same code, whatever stands before them", () => {
  const shapes = { a: [5, 7], b: [5, 7] };
  const last = ({ a, b }: Tensors) => tf.mul(tf.sin(a), b);
  const after = ({ a, b }: Tensors) => last({ a: tf.cumsum(a, 1), b });
  strictEqual(codesOf(shaderOf(shapes, after)).at(-1), codesOf(shaderOf(shapes, last)).at(-1));
});

Deno.test("more addresses than a uniform binding holds everywhere take several dispatches", () => {
  const shapes = { x: [2, 3] };
  const sums = 2100;
  const shader = shaderOf(
    shapes,
    ({ x }) =>
      tf.addN(
        Array.from({ length: sums }, (_, i) => tf.cumsum(tf.mul(x, i), i % 2)),
      ),
  );
  ok(shader.every(({ addresses }) => 4 * Math.ceil(addresses.length / 4) * 4 <= 16384));
  ok(shader.reduce((all, { addresses }) => all + addresses.length, 0) > 2 * sums);
});
