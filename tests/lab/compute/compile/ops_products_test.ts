/** Matrix products and convolutions, compiled, against TensorFlow.js on the cpu. */
import * as tf from "@tensorflow/tfjs";
import { deepStrictEqual, ok, throws } from "node:assert";
import { agree, compiled, type Given, near, noise, reference, wholes } from "./agree.ts";
import type { Tensors } from "../../../../lab/compute/workspace.ts";

const bound = { absolute: 2e-5, relative: 2e-5 };

Deno.test("products of every layout at every tail, alone and in batches", () => {
  const sizes = [[1, 1, 1], [2, 3, 4], [4, 5, 8], [5, 7, 9], [8, 4, 1], [17, 8, 7], [67, 33, 17]];
  for (const [rows, inner, columns] of sizes) {
    for (const batch of [[], [3], [2, 1]]) {
      const given = {
        a: noise([...batch, rows, inner], 1),
        b: noise([...batch, inner, columns], 2),
      };
      agree(`${batch} [${rows}, ${inner}, ${columns}]`, given, ({ a, b }) => {
        const axes = batch.map((_, i) => i);
        const turn = (x: tf.Tensor) => tf.transpose(x, [...axes, axes.length + 1, axes.length]);
        const flat = (x: tf.Tensor) =>
          tf.reshape(x, [...x.shape.slice(0, -2), -1, x.shape.at(-2)!]);
        return {
          NN: tf.matMul(a, b),
          NT: tf.matMul(a, turn(b), false, true),
          TN: tf.matMul(turn(a), b, true),
          TT: tf.matMul(flat(a), tf.reshape(b, [...batch, columns, inner]), true, true),
        };
      }, bound);
    }
  }
  agree("long", { a: noise([9, 600]), b: noise([600, 20]) }, ({ a, b }) => ({
    product: tf.matMul(a, b),
  }), { absolute: 2e-4, relative: 2e-5 });
});

/** The sums that every form computes: in order over the inner axis, in blocks of 256. */
function blocked(a: Given, b: Given, [rows, inner, columns]: readonly number[]): Float32Array {
  const sums = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      for (let block = 0; block < inner; block += 256) {
        let sum = 0;
        for (let k = block; k < Math.min(block + 256, inner); k++) {
          const product = Math.fround(a.values[i * inner + k] * b.values[k * columns + j]);
          sum = Math.fround(sum + product);
        }
        sums[i * columns + j] += sum;
      }
    }
  }
  return sums;
}

function turned({ shape: [rows, columns], dtype, values }: Given): Given {
  const turned = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    turned[i % columns * rows + Math.floor(i / columns)] = values[i];
  }
  return { shape: [columns, rows], dtype, values: turned };
}

Deno.test("every form of a product adds up in the same order, to the bit", () => {
  // Few rows, few columns, tails of both, and inner axes around a kernel's steps and a block.
  const sizes = [[1, 70, 33], [6, 300, 9], [7, 520, 4], [40, 600, 1], [40, 64, 3], [9, 65, 21]];
  for (const size of [...sizes, [18, 257, 16], [300, 130, 5]]) {
    const [rows, inner, columns] = size;
    const [a, b] = [noise([rows, inner], 1), noise([inner, columns], 2)];
    const given = { a, b, aTurned: turned(a), bTurned: turned(b) };
    const forms = compiled("strict", given, ({ a, b, aTurned, bTurned }) => ({
      ...{ NN: tf.matMul(a, b), NT: tf.matMul(a, bTurned, false, true) },
      ...{ TN: tf.matMul(aTurned, b, true), TT: tf.matMul(aTurned, bTurned, true, true) },
    }));
    const wanted = blocked(a, b, size);
    for (const form in forms) deepStrictEqual(forms[form], wanted, `${form} of ${size}`);
  }
});

Deno.test("a product is added to what is there, to its own sides, and at every tail", () => {
  const bound = { absolute: 1e-4, relative: 1e-5 };
  for (const [rows, inner, columns] of [[2, 3, 5], [9, 256, 17], [12, 40, 3], [1, 7, 9]]) {
    const given = {
      a: noise([rows, inner], 1),
      b: noise([inner, columns], 2),
      c: noise([rows, columns], 3),
    };
    agree(`added ${rows} ${inner} ${columns}`, given, ({ a, b, c }) => {
      const before = tf.neg(c);
      const first = tf.add(before, tf.matMul(a, b));
      return { kept: tf.add(c, tf.matMul(a, b)), twice: tf.add(first, tf.matMul(tf.neg(a), b)) };
    }, bound);
  }
  agree("square", { x: noise([24, 24]), w: noise([24, 24], 2) }, ({ x, w }) => {
    const [left, right] = [tf.neg(x), tf.tanh(x)];
    return {
      left: tf.tanh(tf.add(left, tf.matMul(left, w))),
      right: tf.tanh(tf.add(right, tf.matMul(w, right))),
    };
  }, bound);
});

Deno.test("a shared matrix serves a whole batch", () => {
  agree("broadcast", { a: noise([5, 3, 4]), b: noise([1, 4, 7]) }, ({ a, b }) => ({
    right: tf.matMul(a, b),
    left: tf.matMul(b, a, true, true),
    rank: tf.matMul(a, tf.reshape(b, [4, 7])),
  }), bound);
});

Deno.test("batches broadcast where neither has all of it", () => {
  const given = { a: noise([2, 1, 3, 4]), b: noise([1, 5, 4, 2], 2) };
  const spread = ({ a, b }: Tensors) => ({
    y: tf.matMul(tf.tile(a, [1, 5, 1, 1]), tf.tile(b, [2, 1, 1, 1])),
  });
  const { y } = compiled("strict", given, ({ a, b }) => ({ y: tf.matMul(a, b) }));
  near("broadcast", y, reference(given, spread).y, bound);
});

Deno.test("Einstein sums of one and two tensors", () => {
  const given = { a: noise([2, 3, 4]), b: noise([2, 4, 5], 2), c: noise([3, 4], 3) };
  agree("einsum", given, ({ a, b, c }) => ({
    ...{ batched: tf.einsum("bij,bjk->bik", a, b), turned: tf.einsum("bij,bjk->kbi", a, b) },
    ...{ contracted: tf.einsum("bij,bjk->ik", a, b), shared: tf.einsum("bij,ij->bi", a, c) },
    ...{ outer: tf.einsum("ij,bjk->ibk", c, b) },
    ...{ transposed: tf.einsum("bij->jib", a), summed: tf.einsum("bij->j", a) },
  }), bound);
  // Wrong or refused in stock: to a scalar, and with a label that only one tensor has.
  const { all, dropped } = compiled("strict", given, ({ a, c }) => ({
    all: tf.einsum("bij,ij->", a, c),
    dropped: tf.einsum("bij,kj->ik", a, c),
  }));
  const exact = reference(given, ({ a, c }) => ({
    all: tf.sum(tf.mul(a, c)),
    dropped: tf.matMul(tf.sum(a, 0), c, false, true),
  }));
  near("all", all, exact.all, bound);
  near("dropped", dropped, exact.dropped, bound);
});

Deno.test("products of whole numbers and truth values are counted, and say their type", () => {
  const given = { n: wholes([5, 7], -4, 5), m: wholes([7, 3], -4, 5, 2), x: noise([7, 2], 3) };
  agree("whole", given, ({ n, m }) => {
    const truths = tf.greater(n, 0);
    const rows = tf.oneHot(tf.slice(tf.abs(n), [0, 0], [5, 1]).flatten(), 7);
    const counts = tf.matMul(rows, rows, true);
    return {
      ...{ plain: tf.matMul(n, m), turned: tf.matMul(m, n, true, true), counts },
      ...{ truths: tf.matMul(truths, m), batched: tf.matMul(tf.stack([n, n]), tf.stack([m, m])) },
      ...{ halves: tf.floorDiv(tf.matMul(n, m), tf.scalar(2, "int32")) },
      ...{ whole: tf.einsum("ij,jk->ik", n, m), outer: tf.einsum("ij,kl->ijkl", n, m) },
      ...{ dot: tf.dot(n, m) },
    };
  });
  agree("mixed", given, ({ n, x }) => ({
    picked: tf.einsum("ij,jk->ik", n, x),
    truths: tf.matMul(tf.greater(n, 0), x),
    transposed: tf.conv2dTranspose(
      tf.reshape(n, [1, 5, 7, 1]) as tf.Tensor4D,
      tf.ones([1, 1, 2, 1]),
      [1, 5, 7, 2],
      1,
      "same",
    ),
  }), bound);
});

Deno.test("products whose numbers TensorFlow.js rounds on the way have no lowering", () => {
  const given = { n: wholes([4, 4], -4, 5), x: noise([4, 4], 3) };
  const refused: Record<string, (tensors: Tensors) => tf.Tensor> = {
    "BatchMatMul of bool": ({ n }) => tf.matMul(tf.greater(n, 0), tf.greater(n, 1)),
    "Einsum of bool": ({ n }) => tf.einsum("ij,jk->ik", tf.greater(n, 0), n),
    "Einsum of float32 and int32": ({ n, x }) => tf.einsum("ij,jk->ik", x, n),
    "_FusedMatMul of int32": ({ n }) =>
      tf.fused.matMul({ a: n as tf.Tensor2D, b: n as tf.Tensor2D, activation: "relu" }),
    "AddN of bool": ({ n }) => tf.addN([tf.greater(n, 0), tf.greater(n, 1)]),
    "UnsortedSegmentSum of bool": ({ n }) =>
      tf.unsortedSegmentSum(tf.greater(n, 0), tf.tensor1d([0, 1, 0, 1], "int32"), 2),
    "FusedBatchNorm of int32": ({ n, x }) =>
      tf.batchNorm(n, tf.mean(x, 0), tf.sum(tf.square(x), 0)),
  };
  for (const [what, f] of Object.entries(refused)) {
    throws(() => compiled("strict", given, (tensors) => ({ y: f(tensors) })), {
      name: "InputError",
      message: new RegExp(`no lowering of the kernel ${what} \\(.*ops_products_test.ts`),
    });
  }
});

Deno.test("fused products add biases and activations", () => {
  // Products on both sides of 6, where relu6 ends.
  const given = { a: noise([5, 9], 1, 4), b: noise([9, 4], 2), bias: noise([4], 3) };
  ok(
    reference(given, ({ a, b }) => ({ y: tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D) })).y.some((
      y,
    ) => y > 7),
  );
  agree("fused", given, ({ a, b, bias }) =>
    Object.fromEntries(
      (["linear", "relu", "relu6", "elu", "sigmoid", "leakyrelu", "prelu"] as const).map((each) => [
        each,
        tf.fused.matMul({
          a: a as tf.Tensor2D,
          b: b as tf.Tensor2D,
          bias,
          activation: each,
          leakyreluAlpha: 0.3,
          preluActivationWeights: tf.scalar(0.2),
        }),
      ]),
    ), bound);
});

/** A convolution, both first gradients, and the gradients of a penalty on the input's. */
function everyConvolution(
  x: tf.Tensor,
  filter: tf.Tensor,
  convolve: (x: tf.Tensor, filter: tf.Tensor) => tf.Tensor,
): Tensors {
  const y = convolve(x, filter);
  // A weight for each output, so that no gradient is symmetric.
  const weights = tf.sin(tf.reshape(tf.range(0, y.size), y.shape));
  const loss = (x: tf.Tensor, filter: tf.Tensor) => tf.sum(tf.mul(convolve(x, filter), weights));
  const [dx, df] = tf.grads(loss)([x, filter]);
  const penalty = (filter: tf.Tensor) =>
    tf.sum(tf.square(tf.grad((x) => tf.sum(tf.square(convolve(x, filter))))(x)));
  return { y, dx, df, second: tf.grad(penalty)(filter) };
}

Deno.test("convolutions and their gradients over kernels, strides, pads and channels", () => {
  const geometries = [
    [3, 1, "same", 7, 9],
    [3, 2, "same", 8, 7],
    [2, 2, "valid", 8, 8],
    [1, 1, "same", 5, 4],
    [1, 2, "valid", 5, 4],
    [4, 2, "same", 7, 7],
    [5, 3, "valid", 11, 9],
    [5, 1, "valid", 5, 5],
    [3, 1, 2, 5, 6],
  ] as const;
  const channels = [[1, 8], [3, 5], [9, 1], [8, 4], [17, 3]];
  geometries.forEach(([kernel, stride, pad, height, width], i) => {
    for (const j of [0, 2]) {
      const [inputs, filters] = channels[(i + j) % channels.length];
      const images = 1 + i % 3;
      const given = {
        x: noise([images, height, width, inputs], 1, 1),
        filter: noise([kernel, kernel, inputs, filters], 2, 0.2),
      };
      const what = `${kernel}×${kernel}, stride ${stride}, ${pad}, ${inputs} to ${filters}`;
      agree(
        what,
        given,
        ({ x, filter }) =>
          everyConvolution(
            x,
            filter,
            (x, filter) =>
              tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, pad as "same"),
          ),
        {
          absolute: 1e-4,
          relative: 3e-5,
        },
      );
    }
  });
});

/** A convolution's windows as rows of a matrix, and where in the image each element of one lies. */
function windowsOf(
  { shape: [images, height, width, channels], values }: Given,
  [size, stride, before, outHeight, outWidth]: readonly number[],
) {
  const [rows, row] = [images * outHeight * outWidth, size * size * channels];
  const sources: number[] = [];
  for (let n = 0; n < images; n++) {
    for (let i = 0; i < outHeight * outWidth * row; i++) {
      const [window, place] = [Math.floor(i / row), Math.floor(i % row / channels)];
      const y = Math.floor(window / outWidth) * stride - before + Math.floor(place / size);
      const x = window % outWidth * stride - before + place % size;
      const inside = y >= 0 && y < height && x >= 0 && x < width;
      sources.push(inside ? ((n * height + y) * width + x) * channels + i % channels : -1);
    }
  }
  const matrix = Float32Array.from(sources, (at) => at < 0 ? 0 : values[at]);
  return { sources, matrix: { shape: [rows, row], dtype: "float32" as const, values: matrix } };
}

Deno.test("every form of a convolution adds up in the same order, to the bit", () => {
  // Few and many channels and filters, windows inside and beyond, blocks of images and a rest.
  const geometries = [
    ...[[2, 7, 4, 8, 3, 1, 1], [3, 9, 8, 20, 3, 2, 1], [2, 8, 20, 16, 4, 2, 1]],
    ...[[2, 9, 12, 9, 5, 1, 0], [5, 20, 8, 12, 3, 1, 1], [1, 6, 5, 300, 3, 1, 0]],
    ...[[2, 6, 3, 4, 3, 1, 1], [2, 6, 16, 7, 2, 3, 0], [70, 4, 4, 8, 3, 1, 1]],
  ];
  for (const [images, side, channels, filters, size, stride, before] of geometries) {
    const out = Math.floor((side + 2 * before - size) / stride) + 1;
    const given = {
      x: noise([images, side, side, channels], 1),
      filter: noise([size, size, channels, filters], 2),
      dy: noise([images, out, out, filters], 3),
    };
    const forms = compiled("strict", given, ({ x, filter, dy }) => {
      const convolved = (x: tf.Tensor, filter: tf.Tensor) =>
        tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, before);
      const loss = (x: tf.Tensor, filter: tf.Tensor) => tf.sum(tf.mul(convolved(x, filter), dy));
      const [dx, df] = tf.grads(loss)([x, filter]);
      return { y: convolved(x, filter), dx, df };
    });
    const { sources, matrix } = windowsOf(given.x, [size, stride, before, out, out]);
    const [rows, row] = matrix.shape;
    const flat = { ...given.filter, shape: [row, filters] };
    const y = blocked(matrix, flat, [rows, row, filters]);
    const shares = blocked(given.dy, turned(flat), [rows, filters, row]);
    const dx = new Float32Array(given.x.values.length);
    sources.forEach((at, i) => dx[at] += shares[i]);
    const df = new Float32Array(row * filters);
    // The windows of some 512 kB of rows at a time.
    const together = Math.max(1, Math.floor(131072 / (out * out * row))) * out * out;
    for (let first = 0; first < rows; first += together) {
      const count = Math.min(together, rows - first);
      const some = (of: Given, columns: number) => ({
        ...of,
        shape: [count, columns],
        values: Array.from(of.values).slice(first * columns, (first + count) * columns),
      });
      const sums = blocked(turned(some(matrix, row)), some(given.dy, filters), [
        row,
        count,
        filters,
      ]);
      sums.forEach((sum, i) => df[i] += sum);
    }
    const what = `${[images, side, side, channels]} to ${filters}, ${size} by ${stride}`;
    deepStrictEqual(forms.y, y, `output of ${what}`);
    deepStrictEqual(forms.dx, dx, `input's gradient of ${what}`);
    deepStrictEqual(forms.df, df, `filter's gradient of ${what}`);
  }
});

Deno.test("a convolution of more images than are worked on together", () => {
  const given = { x: noise([5, 20, 20, 8], 1, 1), filter: noise([3, 3, 8, 4], 2, 0.2) };
  agree(
    "five images",
    given,
    ({ x, filter }) =>
      everyConvolution(
        x,
        filter,
        (x, filter) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, "same"),
      ),
    {
      absolute: 1e-3,
      relative: 3e-5,
    },
  );
});

Deno.test("transposed convolutions and their gradients", () => {
  for (
    const [kernel, stride, pad, side, inputs, filters] of [
      [4, 2, "same", 5, 3, 1],
      [3, 2, "same", 4, 8, 5],
      [3, 1, "same", 5, 1, 4],
      [5, 2, "valid", 3, 4, 3],
      [7, 1, "valid", 1, 9, 2],
    ] as const
  ) {
    const out = pad === "same" ? side * stride : (side - 1) * stride + kernel;
    const given = {
      x: noise([2, side, side, inputs], 1, 1),
      filter: noise([kernel, kernel, filters, inputs], 2, 0.3),
    };
    agree(
      `${kernel}×${kernel}, stride ${stride}, ${pad}`,
      given,
      ({ x, filter }) =>
        everyConvolution(x, filter, (x, filter) =>
          tf.conv2dTranspose(
            x as tf.Tensor4D,
            filter as tf.Tensor4D,
            [2, out, out, filters],
            stride,
            pad,
          )),
      { absolute: 1e-4, relative: 3e-5 },
    );
  }
});

Deno.test("dilations, explicit pads, one-dimensional and fused convolutions", () => {
  const given = {
    x: noise([2, 9, 9, 3], 1, 1),
    f: noise([3, 3, 3, 4], 2, 0.3),
    b: noise([4], 3, 9),
  };
  agree("others", given, ({ x, f, b }) => {
    const [images, filter] = [x as tf.Tensor4D, f as tf.Tensor4D];
    const fused = (activation: "relu6" | "elu" | "leakyrelu") =>
      tf.fused.conv2d({
        x: images,
        filter,
        strides: 1,
        pad: "same",
        bias: b,
        activation,
        leakyreluAlpha: 0.1,
      });
    return {
      dilated: tf.conv2d(images, filter, 1, "same", "NHWC", 2),
      padded: tf.conv2d(images, filter, 1, [[0, 0], [1, 2], [0, 3], [0, 0]]),
      row: tf.conv1d(
        tf.reshape(x, [2, 81, 3]) as tf.Tensor3D,
        tf.reshape(tf.slice(f, [0, 0, 0, 0], [1, 3, 3, 4]), [3, 3, 4]) as tf.Tensor3D,
        2,
        "same",
      ),
      ...{ relu6: fused("relu6"), elu: fused("elu"), leakyRelu: fused("leakyrelu") },
    };
  }, bound);
});
