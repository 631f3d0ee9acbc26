/**
 * Random steps: from plain instructions, which fast-check makes and shrinks, to tensors. Every
 * instruction takes whatever tensors there are, so that any list of them is a step.
 *
 * Values stay small (what may grow is clipped) and nothing amplifies a rounding error, so that two
 * backends agree on all of them within one small bound.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import type { Graph } from "../../../../lab/compute/compile/ir.ts";
import type { Tensors } from "../../../../lab/compute/workspace.ts";
import { valueAndGradients } from "../../../../lab/compute/gradients.ts";
import { graphOf } from "./graphs.ts";

/** One step of the recipe: which operation, on which earlier tensors, how. */
export interface Instruction {
  readonly operation: keyof typeof operations;
  /** Index of the first operand, counted back from the latest tensor. */
  readonly of: number;
  /** Where the search for a second operand that fits begins. */
  readonly with: number;
  /** Axes, offsets and the like. */
  readonly how: number;
}

/** A random step over `x` [r, c], `y` [c], `n` int32 [r, c] and state `s`, `u` [r, c], `t` [c]. */
export interface RandomProgram {
  readonly rows: number;
  readonly columns: number;
  readonly instructions: readonly Instruction[];
  /** Which tensors become the next s, u and t, counted back from the latest. */
  readonly next: readonly [s: number, u: number, t: number];
}

/** A tensor whose elements lie within ±bound. */
interface Bounded {
  readonly tensor: tf.Tensor;
  readonly bound: number;
}

interface Given {
  readonly a: Bounded;
  readonly how: number;
  /** The first tensor from `with` on that fits. */
  find(fits: (tensor: tf.Tensor) => boolean): Bounded | undefined;
}

const most = 16;

const unary =
  (f: (x: tf.Tensor) => tf.Tensor, bound: (of: number) => number) => ({ a }: Given) => ({
    tensor: f(floats(a.tensor)),
    bound: bound(a.bound),
  });

const binary =
  (f: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor, bound: (a: number, b: number) => number) =>
  ({ a, find }: Given) => {
    const b = find((b) => b.dtype === "float32" && broadcasts(a.tensor.shape, b.shape));
    return {
      tensor: f(floats(a.tensor), b === undefined ? floats(a.tensor) : b.tensor),
      bound: bound(a.bound, b?.bound ?? a.bound),
    };
  };

const reduction =
  (f: (x: tf.Tensor, axes: number[], keepDims: boolean) => tf.Tensor, grows: boolean) =>
  ({ a, how }: Given) => {
    const axes = a.tensor.shape.map((_, i) => i).filter((i) => (how >> i) & 1);
    const chosen = axes.length > 0 ? axes : a.tensor.shape.map((_, i) => i);
    const count = chosen.reduce((product, axis) => product * a.tensor.shape[axis], 1);
    return {
      tensor: f(floats(a.tensor), chosen, how >= 8),
      bound: grows ? a.bound * count : a.bound,
    };
  };

const operations = {
  negate: unary(tf.neg, (m) => m),
  tanh: unary(tf.tanh, () => 1),
  sigmoid: unary(tf.sigmoid, () => 1),
  square: unary(tf.square, (m) => m * m),
  relu: unary(tf.relu, (m) => m),
  absolute: unary(tf.abs, (m) => m),
  exponential: unary((x) => tf.exp(tf.minimum(x, 1)), () => Math.E),
  logarithm: unary((x) => tf.log(tf.add(tf.abs(x), 1)), (m) => m),
  root: unary((x) => tf.sqrt(tf.add(tf.square(x), 1)), (m) => m + 1),
  clip: unary((x) => tf.clipByValue(x, -1, 0.5), () => 1),
  shift: unary((x) => tf.add(x, 1), (m) => m + 1),
  scale: unary((x) => tf.mul(x, -0.5), (m) => m),
  softmax: unary((x) => x.rank === 0 ? x : tf.softmax(x), (m) => Math.max(m, 1)),
  add: binary(tf.add, (a, b) => a + b),
  subtract: binary(tf.sub, (a, b) => a + b),
  multiply: binary(tf.mul, (a, b) => a * b),
  maximum: binary(tf.maximum, (a, b) => Math.max(a, b)),
  minimum: binary(tf.minimum, (a, b) => Math.max(a, b)),
  divide: binary((a, b) => tf.div(a, tf.add(tf.abs(b), 1)), (a) => a),
  squaredDifference: binary(tf.squaredDifference, (a, b) => (a + b) ** 2),
  sum: reduction(tf.sum, true),
  mean: reduction(tf.mean, false),
  max: reduction(tf.max, false),
  min: reduction(tf.min, false),
  // An odd constant: no result lies on it, so that rounding decides nothing.
  greater: ({ a }: Given) => ({ tensor: tf.greater(floats(a.tensor), 0.1234567), bound: 1 }),
  lessEqual: ({ a }: Given) => ({ tensor: tf.lessEqual(floats(a.tensor), 0.3141593), bound: 1 }),
  truth: ({ a, how, find }: Given) => {
    const first = truths(a.tensor);
    const b = find((b) => b.dtype === "bool" && broadcasts(a.tensor.shape, b.shape));
    const second = b?.tensor ?? first;
    const tensor = [tf.logicalAnd, tf.logicalOr][how % 2](first, second);
    return { tensor: how >= 8 ? tf.logicalNot(tensor) : tensor, bound: 1 };
  },
  select: ({ a, find }: Given) => {
    const same = (b: tf.Tensor) => `${b.shape}` === `${a.tensor.shape}`;
    const condition = find((b) => b.dtype === "bool" && same(b));
    const other = find((b) => b.dtype === "float32" && same(b));
    const x = floats(a.tensor);
    return {
      tensor: tf.where(condition?.tensor ?? tf.less(x, 0.7071), x, other?.tensor ?? tf.neg(x)),
      bound: Math.max(a.bound, other?.bound ?? 0),
    };
  },
  whole: ({ a }: Given) => ({
    tensor: a.tensor.dtype === "bool" ? tf.cast(a.tensor, "int32") : a.tensor,
    bound: a.bound,
  }),
  float: ({ a }: Given) => ({ tensor: floats(a.tensor), bound: a.bound }),
  count: ({ a }: Given) => ({
    tensor: tf.sum(tf.cast(truths(a.tensor), "int32"), a.tensor.rank - 1 < 0 ? [] : [0]),
    bound: a.tensor.size,
  }),
  product: ({ a, how, find }: Given) => {
    const x = matrix(numbers(a.tensor));
    const [turnA, turnB] = [(how & 1) === 1, (how & 2) === 2];
    const inner = x.shape[turnA ? 0 : 1];
    const b = find((b) => b.rank === 2 && b.shape[turnB ? 1 : 0] === inner);
    const bound = a.bound * (b?.bound ?? a.bound) * inner;
    // Without a partner: with itself.
    const y = b?.tensor as tf.Tensor2D ?? x;
    const turned = b === undefined ? !turnA : turnB;
    return counted({ tensor: tf.matMul(x, y, turnA, turned), bound });
  },
  sums: ({ a }: Given) => {
    const x = matrix(numbers(a.tensor));
    return counted({ tensor: tf.einsum("ij,kj->ik", x, x), bound: a.bound ** 2 * x.shape[1] });
  },
  window: ({ a, how }: Given) => {
    const pooled = how < 8;
    const x = matrix(pooled ? a.tensor : numbers(a.tensor));
    const image = tf.reshape(x, [1, ...x.shape, 1]) as tf.Tensor4D;
    const made = pooled
      ? tf.maxPool(image, 2, 1 + how % 2, "same")
      : tf.image.resizeNearestNeighbor(image, [x.shape[0] + how % 2, x.shape[1]]);
    return small({ tensor: tf.reshape(made, made.shape.slice(1, 3)), bound: a.bound }, a);
  },
  slice: ({ a, how }: Given) => {
    const begin = a.tensor.shape.map((length, i) => (how >> i) % length);
    const size = a.tensor.shape.map((length, i) => 1 + (how * 7 + i) % (length - begin[i]));
    return {
      tensor: a.tensor.rank === 0 ? a.tensor : tf.slice(a.tensor, begin, size),
      bound: a.bound,
    };
  },
  /** Half of the rows or columns, side by side with something of each element: gates of a cell. */
  halves: ({ a, how }: Given) => {
    const axis = how % Math.max(1, a.tensor.rank);
    if (a.tensor.rank === 0 || a.tensor.shape[axis] % 2 === 1) return a;
    const [first, second] = tf.split(a.tensor, 2, axis);
    if (a.tensor.dtype !== "float32") return { tensor: how < 8 ? first : second, bound: a.bound };
    const pieces = [tf.tanh(second), tf.neg(first)];
    return { tensor: tf.concat(how < 8 ? pieces : [pieces[0], first], axis), bound: a.bound + 1 };
  },
  /** A product, added to what has its shape. */
  added: ({ a, find }: Given) => {
    if (a.tensor.rank !== 2 || a.tensor.dtype !== "float32") return a;
    const x = a.tensor as tf.Tensor2D;
    const b = find((b) => b.dtype === "float32" && b.shape.join() === a.tensor.shape.join()) ?? a;
    const [inner] = x.shape;
    const product = tf.matMul(tf.tanh(tf.matMul(x, x, false, true)), b.tensor as tf.Tensor2D);
    return { tensor: tf.add(x, product), bound: a.bound + inner * b.bound };
  },
  concat: ({ a, how, find }: Given) => {
    if (a.tensor.rank === 0) return a;
    const axis = how % a.tensor.rank;
    const fits = (b: tf.Tensor) =>
      b.dtype === a.tensor.dtype && b.rank === a.tensor.rank &&
      b.shape.every((length, i) => i === axis || length === a.tensor.shape[i]);
    const b = find(fits) ?? a;
    return small({
      tensor: tf.concat([a.tensor, b.tensor], axis),
      bound: Math.max(a.bound, b.bound),
    }, a);
  },
  stack: ({ a, how }: Given) =>
    a.tensor.rank > 2 ? a : small({
      tensor: tf.stack([a.tensor, a.tensor], how % (a.tensor.rank + 1)),
      bound: a.bound,
    }, a),
  transpose: ({ a, how }: Given) => {
    const rotated = a.tensor.shape.map((_, i) => (i + 1 + how) % a.tensor.rank);
    return {
      tensor: a.tensor.rank < 2 ? a.tensor : tf.transpose(a.tensor, rotated),
      bound: a.bound,
    };
  },
  flatten: ({ a }: Given) => ({ tensor: tf.reshape(a.tensor, [a.tensor.size]), bound: a.bound }),
  lift: ({ a, how }: Given) => ({
    tensor: a.tensor.rank > 2 ? a.tensor : tf.expandDims(a.tensor, how % (a.tensor.rank + 1)),
    bound: a.bound,
  }),
  pad: ({ a, how }: Given) =>
    a.tensor.rank === 0 || a.tensor.dtype === "bool" ? a : small({
      tensor: tf.pad(
        a.tensor,
        a.tensor.shape.map((_, i): [number, number] => [(how >> i) & 1, (how >> (i + 1)) & 1]),
        how % 3,
      ),
      bound: Math.max(a.bound, 2),
    }, a),
  tile: ({ a, how }: Given) =>
    a.tensor.rank === 0 ? a : small({
      tensor: tf.tile(a.tensor, a.tensor.shape.map((_, i) => 1 + ((how >> i) & 1))),
      bound: a.bound,
    }, a),
  reverse: ({ a, how }: Given) => ({
    tensor: a.tensor.rank === 0 || a.tensor.dtype === "bool"
      ? a.tensor
      : tf.reverse(a.tensor, how % a.tensor.rank),
    bound: a.bound,
  }),
  strided: ({ a, how }: Given) => ({
    tensor: a.tensor.rank === 0 || a.tensor.dtype === "bool" ? a.tensor : tf.stridedSlice(
      a.tensor,
      a.tensor.shape.map((_, i) => (how >> i) & 1 ? -1 : 0),
      a.tensor.shape.map((length, i) => (how >> i) & 1 ? -length - 1 : length),
      a.tensor.shape.map((_, i) => ((how >> i) & 1 ? -1 : 1) * (1 + how % 2)),
    ),
    bound: a.bound,
  }),
  running: ({ a, how }: Given) => {
    if (a.tensor.rank === 0) return a;
    const axis = how % a.tensor.rank;
    const tensor = tf.cumsum(floats(a.tensor), axis, how >= 8, (how & 4) > 0);
    return { tensor, bound: a.bound * a.tensor.shape[axis] };
  },
  gather: ({ a, how }: Given) => {
    if (a.tensor.rank === 0 || a.tensor.dtype === "bool") return a;
    const axis = how % a.tensor.rank;
    const length = a.tensor.shape[axis];
    const indices = [0, how % length, length - 1, (how * 5 + 1) % length];
    return small({
      tensor: tf.gather(a.tensor, tf.tensor1d(indices, "int32"), axis),
      bound: a.bound,
    }, a);
  },
  segments: ({ a, how }: Given) => {
    if (a.tensor.rank === 0) return a;
    const ids = a.tensor.shape[0];
    const to = tf.tensor1d(Array.from({ length: ids }, (_, i) => (i * how + 1) % 3), "int32");
    return { tensor: tf.unsortedSegmentSum(floats(a.tensor), to, 3), bound: a.bound * ids };
  },
  wholes: ({ a, how, find }: Given) => {
    const whole = (x: tf.Tensor) =>
      x.dtype === "int32" ? x : tf.cast(tf.clipByValue(floats(x), -4, 4), "int32");
    const first = a.tensor.dtype === "int32" ? a.tensor : tf.cast(truths(a.tensor), "int32");
    const b = find((b) => b.dtype === "int32" && broadcasts(first.shape, b.shape));
    const second = b === undefined ? first : whole(b.tensor);
    const made = [tf.add, tf.sub, tf.maximum, tf.minimum][how % 4](first, second);
    return { tensor: tf.clipByValue(made, -8, 8), bound: 8 };
  },
  batches: ({ a, how }: Given) => {
    if (a.tensor.rank !== 3) return a;
    const x = floats(a.tensor);
    const inner = x.shape[(how & 1) === 1 ? 1 : 2]!;
    return small({
      tensor: tf.matMul(x, x, (how & 1) === 1, (how & 1) === 0),
      bound: a.bound * a.bound * inner,
    }, a);
  },
  pieces: ({ a, how }: Given) => {
    if (a.tensor.rank === 0) return a;
    const axis = how % a.tensor.rank;
    const pieces = tf.unstack(a.tensor, axis);
    return { tensor: pieces[how % pieces.length], bound: a.bound };
  },
  oneHot: ({ a }: Given) => {
    const whole = tf.cast(truths(a.tensor), "int32");
    return a.tensor.rank > 2 ? a : { tensor: tf.cast(tf.oneHot(whole, 3), "float32"), bound: 1 };
  },
};

/** A tensor that grows too long stays as it was. */
function small(made: Bounded, before: Bounded): Bounded {
  return made.tensor.size <= 512 ? made : before;
}

function floats(x: tf.Tensor): tf.Tensor {
  return x.dtype === "float32" ? x : tf.cast(x, "float32");
}

/** Truth values as whole numbers. */
function numbers(x: tf.Tensor): tf.Tensor {
  return x.dtype === "bool" ? tf.cast(x, "int32") : x;
}

/** Whole numbers are clipped where they are made. */
function counted({ tensor, bound }: Bounded): Bounded {
  return tensor.dtype === "int32"
    ? { tensor: tf.clipByValue(tensor, -8, 8), bound: 8 }
    : { tensor, bound };
}

function truths(x: tf.Tensor): tf.Tensor {
  return x.dtype === "bool" ? x : tf.greater(floats(x), 0.2718282);
}

function matrix(x: tf.Tensor): tf.Tensor2D {
  const columns = x.shape.at(-1) ?? 1;
  return tf.reshape(x, [x.size / columns, columns]);
}

function broadcasts(a: readonly number[], b: readonly number[]): boolean {
  const lengths = (shape: readonly number[], rank: number) => [
    ...new Array(rank - shape.length).fill(1),
    ...shape,
  ];
  const rank = Math.max(a.length, b.length);
  const [p, q] = [lengths(a, rank), lengths(b, rank)];
  const fits = p.every((length, i) => length === q[i] || length === 1 || q[i] === 1);
  return fits && p.reduce((size, length, i) => size * Math.max(length, q[i]), 1) <= 512;
}

type Tensor3 = { readonly s: tf.Tensor; readonly u: tf.Tensor; readonly t: tf.Tensor };

/** What the instructions make of inputs and state: all tensors, in order. */
function poolOf({ instructions }: RandomProgram, input: Tensors, { s, u, t }: Tensor3): Bounded[] {
  const pool: Bounded[] = [
    ...[input.x, input.y, s, u, t].map((tensor) => ({ tensor, bound: 4 })),
    { tensor: input.n, bound: 4 },
  ];
  for (const { operation, of, with: from, how } of instructions) {
    const find: Given["find"] = (fits) => {
      for (let i = 0; i < pool.length; i++) {
        const candidate = pool[(from + i) % pool.length];
        if (fits(candidate.tensor)) return candidate;
      }
    };
    pool.push(bounded(operations[operation]({ a: back(pool, of), how, find }), most));
  }
  return pool;
}

interface Bound {
  readonly input: Tensors;
  readonly state: { readonly state: Tensors };
}

interface Result {
  readonly outputs: Tensors;
  readonly state: { readonly state: Tensors };
}

/** The step of a program: its latest tensors are outputs, others become state. */
export function stepOf(program: RandomProgram): (context: Bound) => Result {
  return ({ input, state: { state } }) => {
    const { s, u, t } = state;
    const pool = poolOf(program, input, { s, u, t });
    const float = pool.filter(({ tensor }) => tensor.dtype === "float32");
    const nextOf = (tensor: tf.Tensor, index: number) => {
      const fitting = float.filter((each) => each.tensor.size === tensor.size);
      const { tensor: found } = bounded(back(fitting, index), 4);
      return tf.reshape(found, tensor.shape);
    };
    const [first, second, third] = program.next;
    return {
      outputs: { latest: back(pool, 0).tensor, other: back(pool, 1).tensor },
      state: { state: { s: nextOf(s, first), u: nextOf(u, second), t: nextOf(t, third) } },
    };
  };
}

/** Gradient descent on the mean square of what the program makes last, with respect to its state. */
export function descentOf(program: RandomProgram): (context: Bound) => Result {
  return ({ input, state: { state } }) => {
    const { values, gradients } = valueAndGradients((state) => {
      const latest = poolOf(program, input, state as Tensors & Tensor3)
        .filter(({ tensor }) => tensor.dtype === "float32").slice(-2);
      const squares = [...latest.map(({ tensor }) => tensor), ...Object.values(state)]
        .map((each) => tf.mean(tf.square(each)));
      return { loss: tf.addN(squares) as tf.Scalar };
    }, state);
    const next = Object.keys(state).map((name) => {
      const step = tf.clipByValue(tf.mul(gradients[name], 0.1), -1, 1);
      return [name, tf.clipByValue(tf.sub(state[name], step), -4, 4)];
    });
    return { outputs: values, state: { state: Object.fromEntries(next) } };
  };
}

/** The program as the compiler sees it. */
export function tracedProgram(program: RandomProgram, step = stepOf(program)): Graph {
  const wide = [program.rows, program.columns];
  const bind = ({ x, y, n, ...state }: Tensors) => step({ input: { x, y, n }, state: { state } });
  return graphOf(
    { x: wide, y: [program.columns], n: [wide, "int32"] },
    (given) => bind(given).outputs,
    { s: wide, u: wide, t: [program.columns] },
    (given) => bind(given).state.state,
  );
}

/** Clipped where it may be larger. */
function bounded({ tensor, bound }: Bounded, limit: number): Bounded {
  if (bound <= limit || tensor.dtype !== "float32") return { tensor, bound };
  return { tensor: tf.clipByValue(tensor, -4, 4), bound: 4 };
}

function back<Each>(list: readonly Each[], index: number): Each {
  return list[list.length - 1 - index % list.length];
}

const names = Object.keys(operations) as (keyof typeof operations)[];

/** Operations with a gradient: TensorFlow.js has none of strided slices. */
export const differentiable = names.filter((name) => name !== "strided");

/**
 * Programs of up to `longest` instructions.
 *
 * @param from The operations that they are made of.
 * @param within From how many of the latest tensors an operand is taken: few make long chains.
 */
export function randomPrograms(
  longest: number,
  within = 12,
  from: readonly (keyof typeof operations)[] = names,
): fc.Arbitrary<RandomProgram> {
  const place = fc.nat({ max: within - 1 });
  const instruction = fc.record({
    operation: fc.constantFrom(...from),
    of: place,
    with: fc.nat({ max: 11 }),
    how: fc.nat({ max: 15 }),
  });
  return fc.record({
    rows: fc.integer({ min: 1, max: 6 }),
    columns: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(8, 16)),
    instructions: fc.array(instruction, { minLength: 1, maxLength: longest }),
    next: fc.tuple(place, place, place),
  });
}
