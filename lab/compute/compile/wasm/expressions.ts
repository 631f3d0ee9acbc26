/**
 * Elementwise kernels as vector code over four lanes.
 *
 * @module
 */
import type { Attributes, Dtype } from "../ir.ts";
import {
  type Code,
  f32x4,
  f64x2,
  get,
  i32x4,
  sequence,
  set,
  splat,
  splatInt,
  v128,
  when,
} from "./assembler.ts";
import { sineBound } from "../series.ts";
import type { VectorMath } from "./math.ts";

/** A kernel's operands as code (cheap: a local or a constant) with their element types. */
export interface Arguments {
  readonly codes: readonly Code[];
  readonly dtypes: readonly Dtype[];
  readonly attributes: Attributes;
  readonly math: VectorMath;
}

type Float = (a: Code, b: Code) => Code;

const comparisons: Record<string, "eq" | "ne" | "gt" | "ge" | "lt" | "le"> = {
  Equal: "eq",
  NotEqual: "ne",
  Greater: "gt",
  GreaterEqual: "ge",
  Less: "lt",
  LessEqual: "le",
};

const floats: Record<string, Float> = {
  Add: f32x4.add,
  Sub: f32x4.sub,
  Multiply: f32x4.mul,
  RealDiv: f32x4.div,
  Maximum: f32x4.max,
  Minimum: f32x4.min,
  Neg: f32x4.neg,
  Abs: f32x4.abs,
  Square: (a) => f32x4.mul(a, a),
  Sqrt: f32x4.sqrt,
  Rsqrt: (a) => f32x4.div(splat(1), f32x4.sqrt(a)),
  Reciprocal: (a) => f32x4.div(splat(1), a),
  Relu: (a) => f32x4.greater(a, splat(0)),
  Floor: f32x4.floor,
  Ceil: f32x4.ceil,
  Round: f32x4.nearest,
  Mod: (a, b) => inDoubles("float32", modulo, a, b),
  FloorDivFloat: (a, b) => inDoubles("float32", (x, y) => f64x2.floor(f64x2.div(x, y)), a, b),
};

/** a − b·⌊a/b⌋, exact where |a/b| < 2²⁹; NaN for an infinite b. */
function modulo(a: Code, b: Code): Code {
  return f64x2.sub(a, f64x2.mul(b, f64x2.floor(f64x2.div(a, b))));
}

/** A function of float64 on both halves of two vectors. */
function inDoubles(dtype: Dtype, f: Float, a: Code, b: Code): Code {
  const [from, to] = dtype === "float32"
    ? [f64x2.fromFloat, f64x2.toFloat]
    : [f64x2.fromInt, f64x2.toInt];
  const upper = (x: Code) => v128.shuffle(x, x, [2, 3, 2, 3]);
  const low = to(f(from(a), from(b)));
  const high = to(f(from(upper(a)), from(upper(b))));
  return v128.shuffle(low, high, [0, 1, 4, 5]);
}

const integers: Record<string, Float> = {
  Add: i32x4.add,
  Sub: i32x4.sub,
  Multiply: i32x4.mul,
  Maximum: i32x4.max,
  Minimum: i32x4.min,
  Neg: i32x4.neg,
  Abs: i32x4.abs,
  Square: (a) => i32x4.mul(a, a),
  Relu: (a) => i32x4.max(a, splatInt(0)),
  Sign: (a) => i32x4.sub(i32x4.lt(a, splatInt(0)), i32x4.gt(a, splatInt(0))),
  Floor: (a) => a,
  Ceil: (a) => a,
  Round: (a) => a,
  Mod: (a, b) => inDoubles("int32", modulo, a, b),
  FloorDiv: (a, b) => inDoubles("int32", (x, y) => f64x2.floor(f64x2.div(x, y)), a, b),
};

const masks: Record<string, Float> = {
  LogicalAnd: v128.and,
  LogicalOr: v128.or,
  LogicalNot: v128.not,
};

/** Arithmetic of truth values, as it is of 0 and 1 where all but 0 is true. */
const truths: Record<string, Float> = {
  Add: v128.or,
  Maximum: v128.or,
  Sub: v128.xor,
  Multiply: v128.and,
  Minimum: v128.and,
};

const transcendental: Record<string, (math: VectorMath, x: Code) => Code> = {
  Exp: (math, x) => math.exp(x),
  Expm1: (math, x) => math.expm1(x),
  Log: (math, x) => math.log(x),
  Log1p: (math, x) => math.log1p(x),
  Tanh: (math, x) => math.tanh(x),
  Sigmoid: (math, x) => math.sigmoid(x),
  Sign: (math, x) => math.sign(x),
  Erf: (math, x) => math.erf(x),
  Sin: (math, x) => math.sine(x, 0),
  Cos: (math, x) => math.sine(x, 1),
  Atan: (math, x) => math.atan(x),
};

/** Whether a kernel is many instructions: an elementary function. */
export function isElementary(kernel: string): boolean {
  return kernel in transcendental || kernel === "Pow";
}

/** What a kernel of float32 gives for arguments beyond those of its code. */
interface Beyond {
  /** Which lanes are beyond. */
  readonly where: (codes: readonly Code[]) => Code;
  readonly code: (codes: readonly Code[], math: VectorMath) => Code;
}

const isLarge = ([x]: readonly Code[]) => f32x4.gt(f32x4.abs(x), splat(sineBound));

const beyond: Record<string, Beyond> = {
  Sin: { where: isLarge, code: ([x], math) => math.farSine(x, 0) },
  Cos: { where: isLarge, code: ([x], math) => math.farSine(x, 1) },
  // An infinite divisor leaves a finite dividend of its sign; NaN otherwise, as TensorFlow.js has it.
  Mod: {
    where: ([, b]) => f32x4.eq(f32x4.abs(b), splat(Infinity)),
    code: ([a, b]) => {
      const differ = v128.xor(f32x4.lt(a, splat(0)), f32x4.lt(b, splat(0)));
      const leaves = v128.andNot(f32x4.lt(f32x4.abs(a), splat(Infinity)), differ);
      return v128.select(a, splat(NaN), leaves);
    },
  },
};

/** Whether the code of a kernel is to be followed by {@linkcode farther}. */
export function isBounded(kernel: string, dtype: Dtype): boolean {
  return dtype === "float32" && kernel in beyond;
}

/**
 * Puts right what the code of a kernel leaves beyond its bounds, in the locals of its results: for all
 * vectors of a turn behind one branch.
 *
 * @param codes The operands of each vector, cheap as those of {@linkcode expression}.
 */
export function farther(
  kernel: string,
  codes: readonly (readonly Code[])[],
  results: readonly number[],
  math: VectorMath,
): Code {
  const { where, code } = beyond[kernel];
  return when(
    v128.anyTrue(codes.map(where).reduce(v128.or)),
    sequence(
      ...codes.map((each, i) =>
        set(results[i], v128.select(code(each, math), get(results[i]), where(each)))
      ),
    ),
  );
}

/** Code for one kernel; undefined where there is none for these types. */
export function expression(kernel: string, given: Arguments): Code | undefined {
  const { codes: [a, b, c], dtypes: [dtype], attributes, math } = given;
  const comparison = comparisons[kernel];
  if (comparison !== undefined) {
    if (dtype === "float32") return f32x4[comparison](a, b);
    // True is −1: the order of truth values is the reverse.
    return dtype === "bool" ? i32x4[comparison](b, a) : i32x4[comparison](a, b);
  }
  if (kernel in masks) return masks[kernel](a, b);
  switch (kernel) {
    case "AddN":
      return given.codes.slice(1).reduce(dtype === "float32" ? f32x4.add : i32x4.add, a);
    case "Select":
      return v128.select(b, c, a);
    case "Cast":
      return cast(a, dtype, attributes.dtype as Dtype);
    case "OneHot":
      return oneHot(i32x4.eq(a, b), attributes);
  }
  if (dtype === "bool") return truths[kernel]?.(a, b);
  if (dtype !== "float32") {
    if (kernel !== "ClipByValue") return integers[kernel]?.(a, b);
    const { clipValueMin, clipValueMax } = attributes as Record<string, number>;
    return i32x4.min(i32x4.max(a, wholeWithin(clipValueMin)), wholeWithin(clipValueMax));
  }
  switch (kernel) {
    case "ClipByValue":
      return clip(a, attributes as Record<string, number>);
    case "Pow":
      return math.pow(a, b);
    case "Step": {
      const alpha = attributes.alpha as number;
      const positive = v128.and(f32x4.gt(a, splat(0)), splat(1));
      // NaN stays NaN, as the kernel has it.
      const known = alpha === 0
        ? positive
        : v128.select(splat(1), splat(alpha), f32x4.gt(a, splat(0)));
      return v128.or(known, v128.and(f32x4.ne(a, a), splat(NaN)));
    }
  }
  return floats[kernel]?.(a, b) ?? transcendental[kernel]?.(math, a);
}

function cast(a: Code, from: Dtype, to: Dtype): Code {
  if (from === to) return a;
  if (to === "bool") {
    return from === "float32" ? f32x4.ne(a, splat(0)) : i32x4.ne(a, splatInt(0));
  }
  if (from === "bool") return v128.and(a, to === "float32" ? splat(1) : splatInt(1));
  return to === "float32" ? f32x4.fromInt(a) : i32x4.fromFloat(a);
}

/** Within limits, of which an infinite one is none; NaN stays. */
function clip(a: Code, { clipValueMin, clipValueMax }: Record<string, number>): Code {
  const above = clipValueMin === -Infinity ? a : f32x4.greater(a, splat(clipValueMin));
  return clipValueMax === Infinity ? above : f32x4.lesser(above, splat(clipValueMax));
}

/** A limit of whole numbers, itself within what they reach. */
function wholeWithin(limit: number): Code {
  return splatInt(Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.trunc(limit))));
}

function oneHot(hit: Code, { onValue, offValue, dtype }: Attributes): Code {
  const lanes = (value: unknown) =>
    dtype === "float32"
      ? splat(value as number)
      : splatInt(dtype === "bool" ? -Number(Boolean(value)) : value as number);
  return v128.select(lanes(onValue ?? 1), lanes(offValue ?? 0), hit);
}
