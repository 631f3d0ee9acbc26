/** Elementwise kernels, compiled, against TensorFlow.js on the cpu and against float64. */
import * as tf from "@tensorflow/tfjs";
import { throws } from "node:assert";
import { agree, compiled, type Given, noise, wholes, within } from "./agree.ts";
import type { Tensors } from "../../../../lab/compute/workspace.ts";

const nothing = [NaN, Infinity, -Infinity];
const special = [0, -0, 1, -1, 0.5, -0.5, 2, 3, 1e-45, -1e-42, 1.17549435e-38, 3.4e38, -3.4e38];

function floats(values: readonly number[]): Given {
  return { shape: [values.length], dtype: "float32", values };
}

type Unary = (x: tf.Tensor) => tf.Tensor;
type Binary = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

Deno.test("kernels without rounding of their own equal the cpu's, NaN and infinities too", () => {
  const unary: Record<string, Unary> = {
    ...{ abs: tf.abs, neg: tf.neg, square: tf.square, sqrt: tf.sqrt, reciprocal: tf.reciprocal },
    ...{ relu: tf.relu, relu6: tf.relu6, sign: tf.sign, floor: tf.floor, ceil: tf.ceil },
    ...{ round: tf.round, isNaN: tf.isNaN, isInf: tf.isInf, isFinite: tf.isFinite },
    step: (x) => tf.step(x),
    slopedStep: (x) => tf.step(x, 0.25),
    clip: (x) => tf.clipByValue(x, -0.75, 0.75),
    clipAbove: (x) => tf.clipByValue(x, -Infinity, 0.75),
    zeros: tf.zerosLike,
    ones: tf.onesLike,
    leakyRelu: (x) => tf.leakyRelu(tf.where(tf.isInf(x), tf.zerosLike(x), x), 0.1),
  };
  const x = floats([...nothing, ...special]);
  agree(
    "unary",
    { x },
    ({ x }) => Object.fromEntries(Object.entries(unary).map(([name, f]) => [name, f(x)])),
  );
});

const binary: Record<string, Binary> = {
  ...{ add: tf.add, sub: tf.sub, mul: tf.mul, div: tf.div, maximum: tf.maximum },
  ...{ minimum: tf.minimum, squaredDifference: tf.squaredDifference, equal: tf.equal },
  ...{ notEqual: tf.notEqual, greater: tf.greater, greaterEqual: tf.greaterEqual },
  ...{ less: tf.less, lessEqual: tf.lessEqual },
  and: (a, b) => tf.logicalAnd(tf.greater(a, 0), tf.greater(b, 0)),
  or: (a, b) => tf.logicalOr(tf.greater(a, 0), tf.greater(b, 0)),
  xor: (a, b) => tf.logicalXor(tf.greater(a, 0), tf.greater(b, 0)),
  not: (a, b) => tf.logicalNot(tf.less(a, b)),
  where: (a, b) => tf.where(tf.greater(a, b), a, b),
  addN: (a, b) => {
    const sum = tf.add(a, b);
    return tf.addN([sum, tf.mul(sum, sum), sum]);
  },
};

function allBinary(a: tf.Tensor, b: tf.Tensor): Tensors {
  return Object.fromEntries(Object.entries(binary).map(([name, f]) => [name, f(a, b)]));
}

Deno.test("two operands meet in every pair of special values", () => {
  const all = [...nothing, ...special];
  const a = floats(all.flatMap((x) => all.map(() => x)));
  const b = floats(all.flatMap(() => all));
  agree("pairs", { a, b }, ({ a, b }) => allBinary(a, b));
});

Deno.test("two operands broadcast in every way, at every tail", () => {
  const pairs: [number[], number[]][] = [
    [[], []],
    [[3], []],
    [[1], [5]],
    [[4, 1], [1, 7]],
    [[5, 9], [9]],
    [[5, 1], [5, 9]],
    [[2, 3, 4], [3, 1]],
    [[2, 1, 4], [1, 3, 1]],
    [[2, 3, 2, 5], [3, 1, 5]],
    [[2, 1, 2, 1], [1, 3, 1, 5]],
    ...[1, 2, 3, 4, 5, 7, 8, 9, 17, 67].map((n): [number[], number[]] => [[n], [n]]),
  ];
  for (const [left, right] of pairs) {
    const [a, b] = [noise(left, 1), noise(right, 2)];
    const tie = (b: tf.Tensor) => tf.add(b, tf.scalar(1 / 1024));
    agree(`[${left}] with [${right}]`, { a, b }, ({ a, b }) => ({
      ...allBinary(a, tie(b)),
      swapped: tf.sub(b, a),
    }), { relative: 2e-7, absolute: 1e-7 });
  }
});

Deno.test("composite kernels broadcast in every way", () => {
  const pairs: [number[], number[]][] = [
    [[3, 1], [1, 2]],
    [[1, 2], [3, 1]],
    [[1, 2], [3, 2]],
    [[2], [3, 1]],
    [[2], [3, 2]],
    [[2, 1, 4], [3, 1]],
    [[2, 1, 4], [1, 3, 1]],
    [[], [2, 3]],
  ];
  for (const [left, right] of pairs) {
    const given = { x: noise(left, 1), alpha: noise(right, 2) };
    agree(`[${left}] with [${right}]`, given, ({ x, alpha }) => ({
      prelu: tf.prelu(x, alpha),
      power: tf.pow(tf.abs(x), tf.fill(right, 2)),
      squaredDifference: tf.squaredDifference(x, alpha),
      floorDiv: tf.floorDiv(x, tf.add(tf.abs(alpha), 0.5)),
    }), { relative: 1e-6, absolute: 1e-6 });
  }
  const moments = { x: noise([2, 3]), mean: noise([1, 3], 2), variance: noise([1, 1], 3) };
  agree("moments", { ...moments, scale: noise([1, 3], 4), offset: noise([2, 3], 5) }, (given) => {
    const { x, mean, variance, scale, offset } = given as Record<string, tf.Tensor2D>;
    return {
      y: tf.batchNorm2d(x, mean, tf.abs(variance), offset, scale),
    };
  }, { relative: 1e-5, absolute: 1e-6 });
});

Deno.test("what is tiled to broadcast reaches every element", () => {
  const given = { x: noise([3, 5]), row: noise([5], 2), column: noise([3, 1], 3) };
  agree("tiles", given, ({ x, row, column }) => ({
    where: tf.where(tf.greater(column, 0), x, row),
    spread: tf.mul(tf.broadcastTo(column, [3, 5]), tf.broadcastTo(row, [3, 5])),
    repeated: tf.add(tf.tile(row, [3]), tf.reshape(x, [15])),
    alone: tf.neg(tf.broadcastTo(column, [3, 5])),
    equal: tf.add(tf.tile(tf.fill([1, 5], 2), [3, 1]), x),
  }));
});

Deno.test("whole numbers and truth values keep their types", () => {
  const [a, b] = [wholes([3, 17], -9, 9, 1), wholes([17], 1, 7, 2)];
  agree("whole numbers", { a, b }, ({ a, b }) => ({
    ...allBinary(a, b),
    mod: tf.mod(a, b),
    modNegative: tf.mod(a, tf.neg(b)),
    floorDiv: tf.floorDiv(a, tf.neg(b)),
    sign: tf.sign(a),
    clip: tf.clipByValue(a, -3, 5),
    relu6: tf.relu6(a),
    cube: tf.pow(a, tf.scalar(3, "int32")),
    power: tf.pow(a, b),
    mean: tf.mean(a, 0),
    float: tf.cast(a, "float32"),
    truth: tf.cast(a, "bool"),
    counted: tf.cast(tf.greater(a, 0), "int32"),
    cut: tf.cast(tf.mul(tf.cast(a, "float32"), 0.7), "int32"),
    filled: tf.logicalAnd(tf.fill([17], 1, "bool"), tf.greater(a, 0)),
    truths: tf.onesLike(tf.greater(a, 0)),
  }), { relative: 1e-6 });
  agree("truth values", { a, b: wholes([17], -4, 5, 2) }, ({ a, b }) => {
    const [p, q] = [tf.greater(a, 0), tf.greater(b, 0)];
    return {
      ...{ greater: tf.greater(p, q), less: tf.less(p, q), atLeast: tf.greaterEqual(p, q) },
      ...{ equal: tf.equal(p, q), largest: tf.max(p, 1), least: tf.min(p), both: tf.mul(p, q) },
      ...{ either: tf.maximum(p, q), chosen: tf.where(p, p, q) },
      sum: tf.notEqual(tf.cast(tf.add(p, q), "int32"), 0),
    };
  });
  const large = wholes([40], -2000000000, 2000000000);
  agree("large whole numbers", { large, b: wholes([40], 1, 77) }, ({ large, b }) => ({
    mod: tf.mod(large, b),
    floorDiv: tf.floorDiv(large, b),
  }));
});

/** erf by its series, and by its continued fraction beyond 3. */
function erf(x: number): number {
  const a = Math.abs(x);
  let value = 0;
  if (a < 3) {
    let term = a;
    value = a;
    for (let n = 1; n < 120; n++) {
      term *= -a * a / n;
      value += term / (2 * n + 1);
    }
    value *= 2 / Math.sqrt(Math.PI);
  } else {
    let fraction = 0;
    for (let n = 60; n > 0; n--) fraction = n / 2 / (a + fraction);
    value = 1 - Math.exp(-a * a) / (a + fraction) / Math.sqrt(Math.PI);
  }
  return Math.sign(x) * value;
}

interface Function {
  readonly f: Unary;
  readonly exact: (x: number) => number;
  readonly from: number;
  readonly to: number;
  /** In float32 spacings of the exact value. */
  readonly ulp: number;
  /** Spread by ratio. */
  readonly geometric?: boolean;
}

const functions: Record<string, Function> = {
  exp: { f: tf.exp, exact: Math.exp, from: -87.3, to: 88.7, ulp: 2 },
  expm1: { f: tf.expm1, exact: Math.expm1, from: -20, to: 88, ulp: 3 },
  log: { f: tf.log, exact: Math.log, from: 1.2e-38, to: 3e38, ulp: 2, geometric: true },
  log1p: { f: tf.log1p, exact: Math.log1p, from: -0.999, to: 10, ulp: 4 },
  tanh: { f: tf.tanh, exact: Math.tanh, from: -12, to: 12, ulp: 6 },
  sigmoid: { f: tf.sigmoid, exact: (x) => 1 / (1 + Math.exp(-x)), from: -80, to: 80, ulp: 4 },
  softplus: {
    f: tf.softplus,
    exact: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
    from: -60,
    to: 60,
    ulp: 4,
  },
  erf: { f: tf.erf, exact: erf, from: -5, to: 5, ulp: 4 },
  elu: { f: tf.elu, exact: (x) => x > 0 ? x : Math.expm1(x), from: -20, to: 3, ulp: 3 },
  rsqrt: { f: tf.rsqrt, exact: (x) => x ** -0.5, from: 1e-30, to: 1e30, ulp: 2, geometric: true },
  tan: { f: tf.tan, exact: Math.tan, from: -1.5, to: 1.5, ulp: 4 },
  atan: { f: tf.atan, exact: Math.atan, from: -50, to: 50, ulp: 3 },
  asin: { f: tf.asin, exact: Math.asin, from: -1, to: 1, ulp: 4 },
  acos: { f: tf.acos, exact: Math.acos, from: -1, to: 1, ulp: 4 },
  sinh: { f: tf.sinh, exact: Math.sinh, from: -20, to: 20, ulp: 4 },
  cosh: { f: tf.cosh, exact: Math.cosh, from: -20, to: 20, ulp: 3 },
  asinh: { f: tf.asinh, exact: Math.asinh, from: -100, to: 100, ulp: 4 },
  acosh: { f: tf.acosh, exact: Math.acosh, from: 1, to: 100, ulp: 5 },
  acoshNearOne: { f: tf.acosh, exact: Math.acosh, from: 1, to: 1.001, ulp: 5 },
  atanh: { f: tf.atanh, exact: Math.atanh, from: -0.999, to: 0.999, ulp: 4 },
};

/** Arguments over the whole range, every third one of them small. */
function spread({ from, to, geometric }: Function, count = 4003): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => {
    const t = i / (count - 1);
    if (geometric) return from * (to / from) ** t;
    const small = (i % 2 === 0 ? 1 : -1) * 10 ** (8 * (t - 1));
    return i % 3 === 0 ? Math.max(from, Math.min(to, small)) : from + (to - from) * t;
  });
}

Deno.test("elementary functions lie within their bounds of float64", () => {
  const given = Object.fromEntries(
    Object.entries(functions).map(([name, each]) => [name, floats([...spread(each)])]),
  );
  for (const build of ["relaxed", "strict"] as const) {
    const found = compiled(
      build,
      given,
      (x) =>
        Object.fromEntries(Object.entries(functions).map(([name, { f }]) => [name, f(x[name])])),
    );
    for (const [name, { exact, ulp }] of Object.entries(functions)) {
      within(`${name}, ${build}`, ulp, given[name].values, found[name], exact);
    }
  }
});

Deno.test("sine and cosine lie within 2e-7 up to 8192", () => {
  const x = Float32Array.from({ length: 5003 }, (_, i) => (i - 2500) * 3.2768);
  for (const build of ["relaxed", "strict"] as const) {
    const { sin, cos } = compiled(build, { x: floats([...x]) }, ({ x }) => ({
      sin: tf.sin(x),
      cos: tf.cos(x),
    }));
    const bad = x.findIndex((at, i) =>
      Math.abs(sin[i] - Math.sin(at)) > 2e-7 || Math.abs(cos[i] - Math.cos(at)) > 2e-7
    );
    if (bad >= 0) throw new Error(`${build}: at ${x[bad]} ${sin[bad]}, ${cos[bad]}`);
  }
});

Deno.test("elementary functions keep their bounds up to the largest numbers", () => {
  const large = Float32Array.from({ length: 4003 }, (_, i) => {
    const size = 8000 * (3.4e38 / 8000) ** (i / 4002);
    return i % 2 === 0 ? size : -size;
  });
  const positive = large.map(Math.abs);
  const [x, size] = [
    floats([...large, 7e6, 1e10, Math.fround(3.4e38)]),
    floats([...positive, ...[1e38, 3.4e38].map(Math.fround)]),
  ];
  for (const build of ["relaxed", "strict"] as const) {
    const found = compiled(build, { x, size }, ({ x, size }) => ({
      sin: tf.sin(x),
      cos: tf.cos(x),
      // Among small ones, and where a node of the loop reads it.
      mixed: tf.neg(tf.sin(tf.where(tf.less(tf.abs(x), 1e20), tf.mul(x, 1e-20), x))),
      log1p: tf.log1p(size),
      asinh: tf.asinh(x),
      acosh: tf.acosh(size),
    }));
    const sine = (x: number) => -Math.sin(Math.abs(x) < 1e20 ? Math.fround(x * 1e-20) : x);
    within(`sin, ${build}`, 4, x.values, found.sin, Math.sin);
    within(`cos, ${build}`, 4, x.values, found.cos, Math.cos);
    within(`mixed, ${build}`, 4, x.values, found.mixed, sine);
    within(`log1p, ${build}`, 4, size.values, found.log1p, Math.log1p);
    within(`asinh, ${build}`, 4, x.values, found.asinh, Math.asinh);
    within(`acosh, ${build}`, 5, size.values, found.acosh, Math.acosh);
  }
});

Deno.test("elementary functions have their limits at NaN, infinities and zeros", () => {
  const limits = [NaN, Infinity, -Infinity, 0, -0, 89.5, -104, 89, -89];
  const { erf: _, ...stock } = functions;
  agree("limits", { x: floats(limits) }, ({ x }) => ({
    ...Object.fromEntries(Object.entries(stock).map(([name, { f }]) => [name, f(x)])),
    selu: tf.selu(x),
    sin: tf.sin(x),
    cos: tf.cos(x),
    erf: tf.erf(tf.where(tf.isFinite(x), x, tf.zerosLike(x))),
  }), { relative: 1e-6, absolute: 1e-30 });
});

Deno.test("powers are products for small whole exponents and exp(y·ln x) for others", () => {
  const x = floats([...nothing, ...special.slice(0, 8), ...noise([37]).values as Float32Array]);
  const exponents = [0, 1, 2, 3, 5, 7, 8, -1, -2, -3, 9, 1.5, 2.5, -1.25];
  agree(
    "known exponents",
    { x },
    ({ x }) => Object.fromEntries(exponents.map((y) => [`^${y}`, tf.pow(x, tf.scalar(y))])),
    {
      relative: 3e-6,
      absolute: 1e-30,
    },
  );
  const y = floats([...x.values as number[]].toReversed());
  agree("any exponents", { x, y }, ({ x, y }) => ({ power: tf.pow(x, y) }), { relative: 3e-6 });
  agree("broadcast", { x: noise([1, 5]), y: noise([4, 1]) }, ({ x, y }) => ({
    power: tf.pow(tf.abs(x), y),
    root: tf.pow(tf.abs(x), tf.scalar(0.5)),
  }), { relative: 3e-6 });
});

Deno.test("a remainder has the divisor's sign, exactly", () => {
  const given = { x: noise([53], 1, 1000), y: noise([53], 2, 3) };
  agree("remainders", given, ({ x, y }) => ({ mod: tf.mod(x, y), floorDiv: tf.floorDiv(x, y) }), {
    relative: 1e-6,
    absolute: 1e-6,
  });
});

Deno.test("an infinite divisor leaves a dividend of its sign, as the cpu has it", () => {
  const all = [...nothing, ...special];
  const [x, y] = [all.flatMap((x) => nothing.map(() => x)), all.flatMap(() => nothing)];
  const given = { x: floats(x), y: floats(y) };
  agree("infinite divisors", given, ({ x, y }) => ({ mod: tf.mod(x, y) }));
});

Deno.test("a kernel without lowering for its types is named with its line", () => {
  const divide = ({ x }: Tensors): Tensors => ({
    y: tf.engine().runKernel("RealDiv", { a: x, b: x }) as tf.Tensor,
  });
  throws(
    () => compiled("strict", { x: wholes([4], 1, 5) }, divide),
    /^InputError: Cannot compile as .* RealDiv on int32, int32 \(.*ops_elementwise_test.ts:\d+:\d+\)$/,
  );
});

Deno.test("the comparison sees a wrong result", () => {
  const x = noise([9]);
  let calls = 0;
  const drifting = ({ x }: Tensors) => ({ y: calls++ === 0 ? x : tf.mul(x, 1.001) });
  throws(() => agree("drift", { x }, drifting, { relative: 1e-4 }), /element 0/);
});
