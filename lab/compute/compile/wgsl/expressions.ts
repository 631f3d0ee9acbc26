/**
 * Elementwise kernels as WGSL expressions, and elements as they go to and from memory: f32, i32 or
 * bool in code, four-byte lanes in the arena (a bool is all bits set, or none).
 *
 * @module
 */
import type { Attributes, Dtype } from "../ir.ts";
import { literal, opaque } from "./functions.ts";

/** WGSL type of an element in code. */
export const typeOf: Record<Dtype, string> = { float32: "f32", int32: "i32", bool: "bool" };

/** Code that reads an element, of the arena or of an array of workgroup memory. */
export function load(dtype: Dtype, at: string, array = "m"): string {
  const lane = `${array}[${at}]`;
  return dtype === "bool" ? `(${lane} != 0u)` : `bitcast<${typeOf[dtype]}>(${lane})`;
}

/** An element's bits as they stand in memory. */
export function bitsOf(dtype: Dtype, value: string): string {
  return dtype === "bool" ? `select(0u, 0xffffffffu, ${value})` : `bitcast<u32>(${value})`;
}

/**
 * A number that is known now. `alone`: no operand beside it is a variable, so that the WGSL
 * compiler would compute the result itself and refuse an overflow.
 */
export function immediate(number: number, dtype: Dtype, alone: boolean): string {
  if (dtype === "bool") return String(number !== 0);
  if (dtype === "float32") return alone ? opaque(number) : literal(number);
  return alone ? `integer(i32(${number}))` : `i32(${number})`;
}

const comparisons: Record<string, string> = {
  Equal: "==",
  Greater: ">",
  GreaterEqual: ">=",
  Less: "<",
  LessEqual: "<=",
};

type Code = (a: string, b: string) => string;

const floats: Record<string, Code> = {
  Add: (a, b) => `${a} + ${b}`,
  Sub: (a, b) => `${a} - ${b}`,
  Multiply: (a, b) => `${a} * ${b}`,
  RealDiv: (a, b) => `${a} / ${b}`,
  Maximum: (a, b) => `maximum(${a}, ${b})`,
  Minimum: (a, b) => `minimum(${a}, ${b})`,
  SquaredDifference: (a, b) => `(${a} - ${b}) * (${a} - ${b})`,
  Neg: (a) => `-(${a})`,
  Abs: (a) => `abs(${a})`,
  Square: (a) => `${a} * ${a}`,
  Sqrt: (a) => `sqrt(${a})`,
  Rsqrt: (a) => `1.0f / sqrt(${a})`,
  Reciprocal: (a) => `1.0f / ${a}`,
  Relu: (a) => `maximum(${a}, 0.0f)`,
  Floor: (a) => `floor(${a})`,
  Ceil: (a) => `ceil(${a})`,
  Round: (a) => `round(${a})`,
  Exp: (a) => `exponential(${a})`,
  Expm1: (a) => `exponentialMinusOne(${a})`,
  Log: (a) => `logarithm(${a})`,
  Log1p: (a) => `logarithmOfOnePlus(${a})`,
  Tanh: (a) => `hyperbolicTangent(${a})`,
  Sigmoid: (a) => `logistic(${a})`,
  Sign: (a) => `signOf(${a})`,
  Sin: (a) => `sine(${a}, 0)`,
  Cos: (a) => `sine(${a}, 1)`,
  Erf: (a) => `errorFunction(${a})`,
  Atan: (a) => `arcTangent(${a})`,
  Pow: (a, b) => `power(${a}, ${b})`,
  Mod: (a, b) => `modulo(${a}, ${b})`,
  FloorDivFloat: (a, b) => `floorQuotient(${a}, ${b})`,
};

const integers: Record<string, Code> = {
  Sign: (a) => `sign(${a})`,
  Floor: (a) => a,
  Ceil: (a) => a,
  Round: (a) => a,
  Mod: (a, b) => `remainder(${a}, ${b})`,
  FloorDiv: (a, b) => `quotient(${a}, ${b})`,
  Add: floats.Add,
  Sub: floats.Sub,
  Multiply: floats.Multiply,
  Maximum: (a, b) => `max(${a}, ${b})`,
  Minimum: (a, b) => `min(${a}, ${b})`,
  SquaredDifference: floats.SquaredDifference,
  Neg: floats.Neg,
  Abs: floats.Abs,
  Square: floats.Square,
  Relu: (a) => `max(${a}, 0)`,
};

const masks: Record<string, Code> = {
  LogicalAnd: (a, b) => `${a} && ${b}`,
  LogicalOr: (a, b) => `${a} || ${b}`,
  LogicalNot: (a) => `!(${a})`,
  // Arithmetic of truth values is that of 0 and 1 where all but 0 is true.
  Add: (a, b) => `${a} || ${b}`,
  Maximum: (a, b) => `${a} || ${b}`,
  Sub: (a, b) => `${a} != ${b}`,
  Multiply: (a, b) => `${a} && ${b}`,
  Minimum: (a, b) => `${a} && ${b}`,
};

/** Code of one kernel from the code of its operands; undefined where there is none. */
export function expression(
  kernel: string,
  codes: readonly string[],
  dtypes: readonly Dtype[],
  attributes: Attributes,
): string | undefined {
  const [a, b, c] = codes;
  const [dtype] = dtypes;
  // Some drivers take a NaN for not unequal to itself.
  if (kernel === "NotEqual") return `!(${a} == ${b})`;
  if (kernel in comparisons) {
    const [left, right] = dtype === "bool" ? [`i32(${a})`, `i32(${b})`] : [a, b];
    return `${left} ${comparisons[kernel]} ${right}`;
  }
  switch (kernel) {
    case "AddN":
      return codes.join(" + ");
    case "Select":
      return `select(${c}, ${b}, ${a})`;
    case "Cast":
      return cast(a, dtype, attributes.dtype as Dtype);
    case "OneHot": {
      const { onValue = 1, offValue = 0, dtype: to = "int32" } = attributes;
      const [on, off] = [onValue, offValue].map((x) => immediate(x as number, to as Dtype, false));
      return `select(${off}, ${on}, ${a} == ${b})`;
    }
  }
  if (dtype === "bool") return masks[kernel]?.(a, b);
  if (dtype === "int32" && kernel !== "ClipByValue") return integers[kernel]?.(a, b);
  switch (kernel) {
    case "ClipByValue": {
      const [low, high] = [attributes.clipValueMin, attributes.clipValueMax] as number[];
      if (dtype === "int32") return `min(max(${a}, ${wholeWithin(low)}), ${wholeWithin(high)})`;
      return `minimum(maximum(${a}, ${literal(low)}), ${literal(high)})`;
    }
    case "Step": {
      const known = `select(${literal(attributes.alpha as number)}, 1.0f, ${a} > 0.0f)`;
      return `select(${known}, ${a}, isNan(${a}))`;
    }
  }
  return floats[kernel]?.(a, b);
}

/** A limit of whole numbers, itself within what they reach. */
function wholeWithin(limit: number): string {
  return `i32(${Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.trunc(limit)))})`;
}

function cast(a: string, from: Dtype, to: Dtype): string {
  if (from === to) return a;
  if (to === "bool") return from === "float32" ? `!(${a} == 0.0f)` : `${a} != 0`;
  if (from === "bool") return to === "float32" ? `select(0.0f, 1.0f, ${a})` : `select(0, 1, ${a})`;
  return `${typeOf[to]}(${a})`;
}
