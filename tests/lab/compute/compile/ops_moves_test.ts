/** Kernels that move elements, compiled, against TensorFlow.js on the cpu: all of them exact. */
import * as tf from "@tensorflow/tfjs";
import { deepStrictEqual } from "node:assert";
import { agree, compiled, noise, wholes } from "./agree.ts";
import type { Tensors } from "../../../../lab/compute/workspace.ts";

function permutations(rank: number): number[][] {
  if (rank === 0) return [[]];
  return permutations(rank - 1).flatMap((rest) =>
    Array.from({ length: rank }, (_, i) => rest.toSpliced(i, 0, rank - 1))
  );
}

Deno.test("every permutation of axes", () => {
  for (const shape of [[5, 9], [17, 8], [3, 4, 5], [2, 3, 4, 5], [1, 8, 1, 3]]) {
    agree(`[${shape}]`, { x: noise(shape) }, ({ x }) =>
      Object.fromEntries(
        permutations(shape.length).map((order) => [`${order}`, tf.transpose(x, order)]),
      ));
  }
});

Deno.test("slices, strided slices, reversals and pads", () => {
  agree("rank 4", { x: noise([2, 3, 5, 7]), whole: wholes([2, 3], 0, 9) }, ({ x, whole }) => ({
    slice: tf.slice(x, [0, 1, 2, 1], [2, 2, 2, 5]),
    column: tf.slice(x, [0, 0, 0, 6], [2, 3, 5, 1]),
    strided: tf.stridedSlice(x, [0, 2, 4, 0], [2, 0, 0, 7], [1, -1, -2, 3]),
    dropped: tf.stridedSlice(x, [0, 1], [2, 3], [1, 1], 0, 0, 0, 0, 1),
    masked: tf.stridedSlice(x, [0, 1, 1, 1], [0, 2, 3, 4], [1, 1, 1, 2], 1, 1),
    ...Object.fromEntries([undefined, -1, [0], [3], [0, -1], [1, 2]].map((axes) => [
      `reverse ${axes}`,
      tf.reverse(x, axes),
    ])),
    pad: tf.pad(x, [[1, 2], [0, 3], [2, 2], [1, 1]], -1.5),
    padWhole: tf.pad(whole, [[1, 2], [0, 3]], 7),
    reflect: tf.mirrorPad(x, [[0, 0], [1, 2], [2, 1], [3, 0]], "reflect"),
    symmetric: tf.mirrorPad(x, [[1, 1], [1, 2], [2, 1], [3, 0]], "symmetric"),
    reverseGradient: tf.grad((y) => tf.sum(tf.mul(tf.reverse(y), x)))(x),
    sliceGradient: tf.grad((x) => tf.sum(tf.square(tf.slice(x, [0, 1, 2, 1], [2, 2, 2, 5]))))(x),
    padGradient: tf.grad((x) => tf.sum(tf.square(tf.pad(x, [[1, 2], [0, 3], [2, 2], [1, 1]]))))(x),
  }));
});

Deno.test("concatenations, stacks, splits and tiles along every axis", () => {
  const [a, b] = [noise([2, 3, 5], 1), noise([2, 3, 5], 2)];
  agree("rank 3", { a, b }, ({ a, b }) =>
    Object.assign(
      {},
      ...[0, 1, 2].map((axis): Tensors => ({
        [`concat ${axis}`]: tf.concat([a, b, tf.zerosLike(a), a], axis),
        [`stack ${axis}`]: tf.stack([a, b], axis),
        [`split ${axis}`]: tf.split(a, [1, a.shape[axis]! - 1], axis)[1],
        ...Object.fromEntries(tf.unstack(a, axis).map((part, i) => [`unstack ${axis} ${i}`, part])),
        [`unstack gradient ${axis}`]: tf.grad((x) => tf.sum(tf.square(tf.unstack(x, axis)[1])))(a),
        [`tile ${axis}`]: tf.tile(a, [1, 1, 1].with(axis, 3)),
        [`repeat ${axis}`]: tf.broadcastTo(tf.slice(a, [0, 0, 0], a.shape.with(axis, 1)), a.shape),
      })),
    ));
  const mixed = { x: noise([3, 5]), n: wholes([3, 5], -4, 9) };
  agree("of several types", mixed, ({ x, n }) => {
    const truth = tf.greater(x, 0);
    return {
      floats: tf.concat([x, n, truth]),
      wholes: tf.concat([n, x, truth], 1),
      floatOrWhole: tf.where(truth, x, n),
      wholeOrNumber: tf.where(truth, n, 7.5),
      wholeOrTruth: tf.where(tf.greater(n, 1), n, truth),
      truthOrFloat: tf.where(tf.greater(n, 1), truth, x),
      gradient: tf.grad((x) => tf.sum(tf.square(tf.concat([tf.where(truth, x, n), n, x]))))(x),
    };
  });
  agree("long rows", { a: noise([3, 67]), b: noise([3, 5]) }, ({ a, b }) => ({
    concat: tf.concat([a, b, a], 1),
    tile: tf.tile(b, [2, 9]),
  }));
});

Deno.test("gathers by index and their gradients", () => {
  const i = wholes([2, 3], 0, 5);
  const loss = (f: (x: tf.Tensor) => tf.Tensor) => tf.grad((x) => tf.sum(tf.square(f(x))));
  for (
    const [shape, axis, batchDims] of [
      [[5, 7], 0, 0],
      [[2, 5, 7], 1, 0],
      [[2, 6], 1, 0],
      [[2, 5, 3], 1, 1],
      [[2, 3, 5], 2, 1],
      [[2, 9], 1, 1],
      [[2, 5, 3], 1, -1],
      [[2, 5, 3], 1, -2],
      [[17, 67], 0, 0],
    ] as const
  ) {
    agree(`[${shape}], axis ${axis}, ${batchDims} batched`, { x: noise(shape), i }, ({ x, i }) => {
      const gather = (x: tf.Tensor) => tf.gather(x, i as tf.Tensor1D, axis, batchDims);
      return { rows: gather(x), ...(axis < 2 ? { gradient: loss(gather)(x) } : {}) };
    }, { relative: 1e-6 });
  }
  const x = noise([4, 5, 3]);
  for (const depth of [1, 2, 3]) {
    agree(`by ${depth} parts`, { x, i: wholes([2, 6, depth], 0, 3) }, ({ x, i }) => ({
      rows: tf.gatherND(x, i),
    }));
  }
});

Deno.test("scatters and segment sums add up what meets", () => {
  agree("scatters", {
    x: noise([6, 3]),
    whole: wholes([6], 0, 30),
    pairs: wholes([6, 2], 0, 4),
    ids: wholes([6, 1], 0, 4),
  }, ({ x, whole, pairs, ids }) => ({
    pairs: tf.scatterND(pairs, x, [4, 5, 3]),
    whole: tf.scatterND(ids, whole, [4]),
    segments: tf.unsortedSegmentSum(x, tf.reshape(ids, [6]) as tf.Tensor1D, 5),
  }), { relative: 1e-6, absolute: 1e-6 });
});

Deno.test("an index outside gives NaN and adds nothing, and never leaves its tensor", () => {
  const given = {
    x: noise([3, 2]),
    i: { shape: [4], dtype: "int32", values: [0, 3, -1, 2] } as const,
  };
  const { rows, sums } = compiled("relaxed", given, ({ x, i }) => {
    const four = tf.concat([x, tf.slice(x, [0, 0], [1, 2])], 0);
    return {
      rows: tf.gather(x, i as tf.Tensor1D),
      sums: tf.unsortedSegmentSum(four, i as tf.Tensor1D, 3),
    };
  });
  const x = given.x.values;
  deepStrictEqual([...rows], [x[0], x[1], NaN, NaN, NaN, NaN, x[4], x[5]]);
  deepStrictEqual([...sums], [x[0], x[1], 0, 0, x[0], x[1]]);
});

Deno.test("one-hot rows of any rank and type", () => {
  agree("one-hot", { i: wholes([2, 3, 2], -1, 6) }, ({ i }) => ({
    whole: tf.oneHot(i, 5),
    scaled: tf.oneHot(i, 4, 2, -1, "float32"),
    truth: tf.oneHot(i, 5, 1, 0, "bool"),
    flat: tf.oneHot(tf.reshape(i, [12]), 17),
  }));
});

Deno.test("a loop goes over a value and a part of it at once", () => {
  agree("part", { x: noise([2, 4]) }, ({ x }) => {
    const value = tf.neg(x);
    const row = tf.reshape(tf.slice(value, [0, 0], [1, 4]), [4]);
    return { y: tf.transpose(tf.add(value, row)) };
  });
});
