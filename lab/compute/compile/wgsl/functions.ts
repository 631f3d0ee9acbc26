/**
 * WGSL functions that programs call. The elementary functions use multiplication, addition and bit
 * patterns only, as WGSL leaves its own ones more error than training should bear (`log` near 1,
 * `tanh` for large arguments); the polynomials are those of `series.ts`, with the bounds of
 * `wasm/math.ts`.
 *
 * What differs from the WebAssembly build: a graphics driver may flush denormals to 0, fuse a
 * multiplication with an addition and divide within 2.5 ulp. NaN and infinities are recognised by their
 * bits, so that a driver that takes them for impossible does no harm where they are tested; it may
 * still lose them in plain arithmetic.
 *
 * @module
 */
import * as coefficients from "../series.ts";

/** Horner's form with coefficients from the highest power down. */
function polynomial(x: string, coefficients: readonly number[]): string {
  return coefficients.slice(1).reduce(
    (sum, coefficient) => `fma(${sum}, ${x}, ${literal(coefficient)})`,
    literal(coefficients[0]),
  );
}

/** A float32 literal; what WGSL has no literal for goes through its bits. */
export function literal(number: number): string {
  const rounded = Math.fround(number);
  const plain = Number.isFinite(rounded) && !Object.is(rounded, -0) &&
    (rounded === 0 || Math.abs(rounded) >= 2 ** -126);
  if (!plain) return opaque(rounded);
  const text = String(rounded);
  return `${/[.e]/.test(text) ? text : `${text}.0`}f`;
}

/** A float32's bits as hexadecimal digits. */
function bitsOf(number: number): string {
  return `0x${new Uint32Array(Float32Array.of(number).buffer)[0].toString(16)}`;
}

/** A float32 that the WGSL compiler does not compute with. */
export function opaque(number: number): string {
  return `number(${bitsOf(number)}u)`;
}

const infinity = opaque(Infinity);

const logSeries = polynomial("m", coefficients.logarithm);
const [ln2High, ln2Low] = coefficients.ln2;
const { limit, above, below } = coefficients.hyperbolicTangent;
const { halfPi, sineBound } = coefficients;
const tail = coefficients.errorFunctionTail;

// The parts of a period are taken off one by one; a clamp between them, to bounds that are never
// met, keeps a compiler from adding the parts up first, which would lose the lower ones.
const functions: Record<string, string> = {
  number: "fn number(bits: u32) -> f32 { return bitcast<f32>(bits); }",
  integer: "fn integer(given: i32) -> i32 { return given; }",
  // Whether a dispatch has no workgroups is not known before, to drivers that would write a loop of few
  // steps out: they take ten times as long for what runs no faster.
  repeated: "fn repeated(steps: u32) -> u32 { return select(steps, 0u, workgroups == 0u); }",
  isNan: "fn isNan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }",
  maximum: `fn maximum(a: f32, b: f32) -> f32 {
  return select(select(max(a, b), b, isNan(b)), a, isNan(a));
}`,
  minimum: `fn minimum(a: f32, b: f32) -> f32 {
  return select(select(min(a, b), b, isNan(b)), a, isNan(a));
}`,
  exponential: `fn exponential(x: f32) -> f32 {
  let clamped = min(max(x, -87.33654f), 88.72283f);
  let n = round(clamped * 1.4426950408889634f);
  let high = clamp(fma(n, ${literal(-ln2High)}, clamped), -1.0f, 1.0f);
  let r = fma(n, ${literal(-ln2Low)}, high);
  let series = ${polynomial("r", coefficients.exponential)};
  let body = fma(series, r * r, r + 1.0f);
  let power = bitcast<f32>((i32(min(n, 127.0f)) + 127) << 23u);
  let whole = select(body, body + body, n > 127.0f) * power;
  let bounded = select(select(whole, 0.0f, x < -87.33654f), ${infinity}, x > 88.72283f);
  return select(bounded, x, isNan(x));
}`,
  exponentialMinusOne: `fn exponentialMinusOne(x: f32) -> f32 {
  let series = ${polynomial("x", coefficients.exponentialMinusOne)};
  return select(exponential(x) - 1.0f, series * x, abs(x) < 0.5f);
}`,
  logarithm: `fn logarithm(x: f32) -> f32 {
  let normal = bitcast<i32>(max(x, 1.17549435e-38f));
  let mantissa = bitcast<f32>((normal & 0x007fffff) | 0x3f000000);
  let low = mantissa < 0.70710678f;
  let e = f32((normal >> 23u) - 126) - select(0.0f, 1.0f, low);
  let m = select(mantissa, mantissa + mantissa, low) - 1.0f;
  let z = m * m;
  let tail = fma(z, -0.5f, fma(e, ${literal(ln2Low)}, ${logSeries} * m * z));
  let finite = fma(e, ${literal(ln2High)}, m + tail);
  let bits = bitcast<u32>(x);
  let bounded = select(finite, ${opaque(-Infinity)}, (bits & 0x7fffffffu) == 0u);
  let known = select(bounded, ${opaque(NaN)}, bits > 0x80000000u);
  return select(known, x, bits == 0x7f800000u || isNan(x));
}`,
  // The series of the logarithm is one in x: nothing is lost near 0.
  logarithmOfOnePlus: `fn logarithmOfOnePlus(x: f32) -> f32 {
  let m = x;
  let z = m * m;
  let near = m + fma(z, -0.5f, ${logSeries} * m * z);
  return select(logarithm(1.0f + x), near, x > -0.29f && x < 0.41f);
}`,
  // At the limit the quotient is 1, which a driver's division may miss.
  hyperbolicTangent: `fn hyperbolicTangent(given: f32) -> f32 {
  let x = min(max(given, ${literal(-limit)}), ${literal(limit)});
  let square = x * x;
  let above = ${polynomial("square", above)};
  let below = ${polynomial("square", below)};
  let ratio = select(x * above / below, sign(x), abs(given) >= ${literal(limit)});
  return select(ratio, given, isNan(given));
}`,
  // Division by a large number may flush to 0 early, at results below 2⁻¹²⁶.
  logistic: "fn logistic(x: f32) -> f32 { return 1.0f / (1.0f + exponential(-x)); }",
  signOf: `fn signOf(x: f32) -> f32 {
  return select(0.0f, 1.0f, x > 0.0f) - select(0.0f, 1.0f, x < 0.0f);
}`,
  sine: `fn sine(x: f32, quarters: i32) -> f32 {
  let size = bitcast<u32>(x) & 0x7fffffffu;
  if (size >= 0x7f800000u) { return ${opaque(NaN)}; }
  if (size > ${bitsOf(sineBound)}u) { return farSine(x, quarters); }
  let n = round(x * 0.6366197723675814f);
  let high = clamp(fma(n, ${literal(-halfPi[0])}, x), -4.0f, 4.0f);
  let middle = clamp(fma(n, ${literal(-halfPi[1])}, high), -2.0f, 2.0f);
  let r = fma(n, ${literal(-halfPi[2])}, middle);
  return turnedSine(r, i32(n) + quarters);
}`,
  // |x| = m·2^e with m of 24 bits. Of 2/π only the bits from 2^(1 − e) down to 2^(−62 − e) make a
  // quarter of a turn or less with m: m times that window, of which the upper word, in units of
  // 2⁻³⁰ quarters, keeps the remainder by whole turns as it overflows.
  farSine: `fn farSine(x: f32, quarters: i32) -> f32 {
  var turn = array<u32, 7>(0u, ${
    coefficients.inverseHalfPi(8).map((word) => `${word}u`).join(", ")
  });
  let bits = bitcast<u32>(x) & 0x7fffffffu;
  let m = (bits & 0x007fffffu) | 0x00800000u;
  let first = (bits >> 23u) - 120u;
  let word = first >> 5u;
  let high = window(turn[word], turn[word + 1u], first & 31u);
  let low = window(turn[word + 1u], turn[word + 2u], first & 31u);
  let quotient = m * high + upperWord(m, low);
  let k = (quotient + 0x20000000u) >> 30u;
  let r = f32(bitcast<i32>(quotient - (k << 30u))) * ${literal(Math.PI / 2 ** 31)};
  let negative = bitcast<u32>(x) > 0x7fffffffu;
  return turnedSine(select(r, -r, negative), select(i32(k), -i32(k), negative) + quarters);
}`,
  window: `fn window(a: u32, b: u32, first: u32) -> u32 {
  return select((a << first) | (b >> ((32u - first) & 31u)), a, first == 0u);
}`,
  // Of the product of 24 bits with 32, by halves.
  upperWord: `fn upperWord(a: u32, b: u32) -> u32 {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let middle = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
  let other = (a & 0xffffu) * (b >> 16u) + (middle & 0xffffu);
  return (a >> 16u) * (b >> 16u) + (middle >> 16u) + (other >> 16u);
}`,
  turnedSine: `fn turnedSine(r: f32, k: i32) -> f32 {
  let square = r * r;
  let odd = fma(${polynomial("square", coefficients.sine)} * square, r, r);
  let even = fma(${
    polynomial("square", coefficients.cosine)
  } * square, square, fma(square, -0.5f, 1.0f));
  let turned = select(odd, even, (k & 1) != 0);
  return select(turned, -turned, (k & 2) != 0);
}`,
  errorFunction: `fn errorFunction(x: f32) -> f32 {
  let square = x * x;
  let near = x * ${polynomial("square", coefficients.errorFunction)};
  let t = 1.0f / fma(abs(x), ${literal(tail.scale)}, 1.0f);
  let series = ${polynomial("t", tail.series)};
  let far = 1.0f - series * t * exponential(-square);
  return select(select(far, -far, x < 0.0f), near, abs(x) < 1.0f);
}`,
  arcTangent: `fn arcTangent(x: f32) -> f32 {
  let size = abs(x);
  let large = size > 2.41421356f;
  let middle = size > 0.41421356f;
  let turned = select(size, (size - 1.0f) / (size + 1.0f), middle);
  let r = select(turned, -1.0f / size, large);
  let whole = select(select(0.0f, 0.78539816f, middle), 1.57079633f, large);
  let square = r * r;
  let series = ${polynomial("square", coefficients.arcTangent)};
  let angle = whole + fma(series * square, r, r);
  return select(angle, -angle, x < 0.0f);
}`,
  power: `fn power(x: f32, y: f32) -> f32 {
  let size = exponential(y * logarithm(abs(x)));
  let whole = floor(y) == y;
  let odd = whole && floor(y * 0.5f) != y * 0.5f;
  let signed = bitcast<f32>(bitcast<u32>(size) | select(0u, bitcast<u32>(x) & 0x80000000u, odd));
  let impossible = x < 0.0f && !whole && x != ${opaque(-Infinity)};
  return select(select(signed, ${opaque(NaN)}, impossible), 1.0f, y == 0.0f);
}`,
  // The rounded quotient may be the next whole number: the remainder decides. Without a fused fma it
  // is within 2⁻²⁴·|a| of the exact one.
  floorQuotient: `fn floorQuotient(a: f32, b: f32) -> f32 {
  let q = floor(a / b);
  let r = fma(-q, b, a);
  let above = (r < 0.0f && b > 0.0f) || (r > 0.0f && b < 0.0f);
  return select(select(q, q + 1.0f, abs(r) >= abs(b) && r != 0.0f), q - 1.0f, above);
}`,
  modulo: `fn modulo(a: f32, b: f32) -> f32 {
  if ((bitcast<u32>(b) & 0x7fffffffu) == 0x7f800000u) {
    let leaves = (bitcast<u32>(a) & 0x7fffffffu) < 0x7f800000u && (a < 0.0f) == (b < 0.0f);
    return select(${opaque(NaN)}, a, leaves);
  }
  return fma(-floorQuotient(a, b), b, a);
}`,
  // Vulkan leaves open what % is of negative numbers, and NVIDIA's driver takes the freedom.
  remainder: `fn remainder(a: i32, b: i32) -> i32 {
  let r = a - a / b * b;
  return select(r, r + b, r != 0 && ((r < 0) != (b < 0)));
}`,
  quotient: "fn quotient(a: i32, b: i32) -> i32 { return (a - remainder(a, b)) / b; }",
};

/** Texts of the functions that code calls, with those that they call. */
export function functionsFor(code: string): string {
  const wanted = new Set<string>();
  const search = (text: string) => {
    for (const [, name] of text.matchAll(/\b([A-Za-z]\w*)\(/g)) {
      if (wanted.has(name) || functions[name] === undefined) continue;
      wanted.add(name);
      search(functions[name]);
    }
  };
  search(code);
  return Object.keys(functions).filter((name) => wanted.has(name))
    .map((name) => functions[name]).join("\n");
}
