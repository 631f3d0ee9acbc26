/**
 * Powers, truth values and rarer functions as primitive kernels.
 *
 * @module
 */
import { uniform, type View } from "../ir.ts";
import type { Adder, Expansion } from "./expansion.ts";

/**
 * x to a known power: products for whole exponents up to 8 in magnitude (in exact order: squares
 * first), the root for ½ (NaN at −∞); undefined for others.
 */
function knownPower(x: View, exponent: number, add: Adder): View | undefined {
  const { dtype } = add.valueOf(x);
  if (exponent === 0.5 && dtype === "float32") return add("Sqrt", [x]);
  if (exponent === 0) return add.typed("OnesLike", [x], x.shape, dtype);
  if (!Number.isInteger(exponent) || Math.abs(exponent) > 8) return undefined;
  if (exponent < 0) {
    if (dtype !== "float32") return undefined;
    return add("Reciprocal", [knownPower(x, -exponent, add)!]);
  }
  if (exponent === 1) return x;
  const half = knownPower(x, Math.floor(exponent / 2), add)!;
  const square = add.typed("Square", [half], x.shape, dtype);
  return exponent % 2 === 0 ? square : add.typed("Multiply", [square, x], x.shape, dtype);
}

/** Whole numbers in between pass through float32: exact up to 2²⁴. */
const pow: Expansion = ({ inputs: [x, y], output: { shape } }, add) => {
  const { dtype } = add.valueOf(x);
  const exponent = uniform(add.valueOf(y));
  const fits = shape.length === x.shape.length && shape.every((length, i) => length === x.shape[i]);
  const known = exponent === undefined || !fits ? undefined : knownPower(x, exponent, add);
  if (known !== undefined || dtype === "float32") return known;
  const [a, b] = [x, y].map((each) => add.cast(each, "float32"));
  return add.cast(
    add.typed("Round", [add.typed("Pow", [a, b], shape, "float32")], shape, "float32"),
    "int32",
  );
};

/** A running sum or product of truth values is one of whole numbers. */
const running: Expansion = ({ kernel, inputs: [x], attributes, output }, add) =>
  add.valueOf(x).dtype === "bool"
    ? add.typed(kernel, [add.cast(x, "int32")], output.shape, "int32", attributes)
    : undefined;

const half = (x: View, add: Adder) => add("Multiply", [x, add.constant(0.5)]);

/** √((1 − x)(1 + x)). */
function complement(x: View, add: Adder): View {
  const one = add.constant(1);
  return add("Sqrt", [add("Multiply", [add("Sub", [one, x]), add("Add", [one, x])])]);
}

/** ln(1 + a + b), where b is a once a is large: then ln a + ln 2, as the sum may overflow. */
function logOfSum(a: View, b: View, add: Adder): View {
  const large = add.typed("Greater", [a, add.constant(2 ** 126)], a.shape, "bool");
  const either = (yes: View, no: View) => add("Select", [large, yes, no]);
  const log = add("Log1p", [either(a, add("Add", [a, b]))]);
  return add("Add", [log, either(add.constant(Math.LN2), add.constant(0))]);
}

/** Expansions by kernel. Hyperbolic functions go by halves of x, as eˣ overflows before they do. */
export const mathExpansions: Record<string, Expansion> = {
  Pow: pow,
  Tan: ({ inputs: [x] }, add) => add("RealDiv", [add("Sin", [x]), add("Cos", [x])]),
  // (eˣ − 1) / 2 = u/2 · (u + 2) with u = e^(x/2) − 1, less the same of −x.
  Sinh: ({ inputs: [x] }, add) => {
    const part = (y: View) => {
      const u = add("Expm1", [half(y, add)]);
      return add("Multiply", [half(u, add), add("Add", [u, add.constant(2)])]);
    };
    return add("Sub", [part(x), part(add("Neg", [x]))]);
  },
  // eˣ / 2 = v/2 · v with v = e^(x/2), and the same of −x.
  Cosh: ({ inputs: [x] }, add) => {
    const part = (y: View) => {
      const v = add("Exp", [half(y, add)]);
      return add("Multiply", [half(v, add), v]);
    };
    return add("Add", [part(x), part(add("Neg", [x]))]);
  },
  // ln(|x| + √(x² + 1)) = ln(1 + |x| + |x|/(1/|x| + √(1 + 1/x²))), with the sign of x.
  Asinh: ({ inputs: [x] }, add) => {
    const size = add("Abs", [x]);
    const inverse = add("Reciprocal", [size]);
    const root = add("Sqrt", [add("Add", [add.constant(1), add("Square", [inverse])])]);
    const rest = add("RealDiv", [size, add("Add", [inverse, root])]);
    return add("Multiply", [add("Sign", [x]), logOfSum(size, rest, add)]);
  },
  // ln(1 + t + √t·√(x + 1)) with t = x − 1: no loss near 1.
  Acosh: ({ inputs: [x] }, add) => {
    const one = add.constant(1);
    const root = (y: View) => add("Sqrt", [y]);
    const excess = add("Sub", [x, one]);
    const product = add("Multiply", [root(excess), root(add("Add", [x, one]))]);
    return logOfSum(excess, product, add);
  },
  Atanh: ({ inputs: [x] }, add) =>
    half(add("Sub", [add("Log1p", [x]), add("Log1p", [add("Neg", [x])])]), add),
  Asin: ({ inputs: [x] }, add) => {
    const ratio = add("RealDiv", [x, add("Add", [add.constant(1), complement(x, add)])]);
    return add("Multiply", [add("Atan", [ratio]), add.constant(2)]);
  },
  Acos: ({ inputs: [x] }, add) => {
    const one = add.constant(1);
    const ratio = add("RealDiv", [add("Sub", [one, x]), add("Add", [one, x])]);
    return add("Multiply", [add("Atan", [add("Sqrt", [ratio])]), add.constant(2)]);
  },
  Max: ({ inputs: [x], attributes, output }, add) =>
    add.valueOf(x).dtype === "bool"
      ? add.typed("Any", [x], output.shape, "bool", attributes)
      : undefined,
  Min: ({ inputs: [x], attributes, output }, add) =>
    add.valueOf(x).dtype === "bool"
      ? add.typed("All", [x], output.shape, "bool", attributes)
      : undefined,
  LogicalXor: ({ inputs, output }, add) => add.typed("NotEqual", inputs, output.shape, "bool"),
  IsNan: ({ inputs: [x] }, add) => add.typed("NotEqual", [x, x], x.shape, "bool"),
  IsInf: ({ inputs: [x] }, add) => {
    const size = add("Abs", [add.cast(x, "float32")]);
    return add.typed("Equal", [size, add.constant(Infinity)], x.shape, "bool");
  },
  IsFinite: ({ inputs: [x] }, add) => {
    const size = add("Abs", [add.cast(x, "float32")]);
    return add.typed("Less", [size, add.constant(Infinity)], x.shape, "bool");
  },
  ArgMin: ({ inputs: [x], attributes, output }, add) => {
    const numbers = add.valueOf(x).dtype === "bool" ? add.cast(x, "int32") : x;
    const negative = add.typed("Neg", [numbers], x.shape, add.valueOf(numbers).dtype);
    return add.typed("ArgMax", [negative], output.shape, "int32", attributes);
  },
  ArgMax: ({ inputs: [x], attributes, output }, add) =>
    add.valueOf(x).dtype === "bool"
      ? add.typed("ArgMax", [add.cast(x, "int32")], output.shape, "int32", attributes)
      : undefined,
  Cumsum: running,
  Cumprod: running,
  FloorDiv: ({ inputs, output }, add) =>
    add.valueOf(inputs[0]).dtype === "float32"
      ? add.cast(add.typed("FloorDivFloat", inputs, output.shape, "float32"), "int32")
      : undefined,
};
