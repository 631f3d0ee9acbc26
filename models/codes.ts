/**
 * Ways through the space of codes: lines between two of them, along one coordinate, sums of classes'
 * means.
 *
 * @module
 */
import { angleOf } from "../lab/core/elementary.ts";
import { InputError, unknownName } from "../lab/core/errors.ts";
import { RunningMoments } from "../lab/core/running_moments.ts";
import { sine } from "../lab/core/sine.ts";

/** Standard deviations to either side of the mean that a traversal takes. */
const REACH = 3;
/** Of the angle between two codes on a great circle. */
const LEAST_SINE = 1e-6;

/**
 * Codes on the line from one to another, both included: straight, or on the great circle of spherical
 * interpolation (Shoemake 1985), which keeps the length that N(0, I) gives its draws. Codes without an
 * angle between them, or with a straight one, have no such circle: the line is straight then.
 *
 * @param from [Z]
 * @param to [Z]
 * @param count Codes, ≥ 2.
 * @returns [count, Z]
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert";
 * const codes = interpolated(Float32Array.of(0, 0), Float32Array.of(2, 4), 3);
 * deepStrictEqual([...codes], [0, 0, 1, 2, 2, 4]);
 * ```
 */
export function interpolated(
  from: Float32Array,
  to: Float32Array,
  count: number,
  path: "linear" | "spherical" = "linear",
): Float32Array {
  const angle = path === "linear" ? 0 : angleBetween(from, to);
  const straight = !(sine(angle) > LEAST_SINE);
  const codes = new Float32Array(count * from.length);
  for (let i = 0; i < count; i++) {
    const t = i / (count - 1);
    const [a, b] = straight
      ? [1 - t, t]
      : [sine((1 - t) * angle) / sine(angle), sine(t * angle) / sine(angle)];
    for (let z = 0; z < from.length; z++) codes[i * from.length + z] = a * from[z] + b * to[z];
  }
  return codes;
}

/** Radians; NaN where one of them is all zeros. */
function angleBetween(a: Float32Array, b: Float32Array): number {
  const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, i) => sum + x * b[i], 0);
  const cosine = dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  return angleOf(cosine, Math.sqrt(Math.max(0, 1 - cosine * cosine)));
}

/**
 * Codes in which one coordinate after the other runs from −3 to 3 standard deviations about its mean.
 *
 * @param codes [count, Z], which mean and deviation are of.
 * @param of The code, by its row, whose other coordinates are kept.
 * @param steps Codes a coordinate, ≥ 2.
 * @returns [Z · steps, Z]
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert";
 * const codes = traversed(Float32Array.of(-1, 5, 1, 5), 2, 0, 3);
 * deepStrictEqual([...codes].map(Math.round), [-3, 5, 0, 5, 3, 5, -1, 5, -1, 5, -1, 5]);
 * ```
 */
export function traversed(
  codes: Float32Array,
  count: number,
  of: number,
  steps: number,
): Float32Array {
  const width = codes.length / count;
  const moments = new RunningMoments(width);
  for (let i = 0; i < count; i++) moments.update(codes, i * width);
  const lines = new Float32Array(width * steps * width);
  for (let row = 0; row < width * steps; row++) {
    lines.set(codes.subarray(of * width, (of + 1) * width), row * width);
    const [z, step] = [Math.floor(row / steps), row % steps];
    const away = REACH * (2 * step / (steps - 1) - 1);
    lines[row * width + z] = moments.mean[z] + away * Math.sqrt(moments.variance[z]);
  }
  return lines;
}

/**
 * The mean code of each class.
 *
 * @param codes [count, Z]
 * @param labels [count]
 * @returns [classes, Z]; NaN of a class without examples.
 */
export function classMeans(
  codes: Float32Array,
  labels: ArrayLike<number>,
  classes: number,
): Float64Array {
  const width = codes.length / labels.length;
  const means = new Float64Array(classes * width);
  const counts = new Float64Array(classes);
  for (let i = 0; i < labels.length; i++) {
    counts[labels[i]]++;
    for (let z = 0; z < width; z++) means[labels[i] * width + z] += codes[i * width + z];
  }
  return means.map((sum, i) => sum / counts[Math.floor(i / width)]);
}

/** A class that is added or taken away. */
export interface Term {
  /** Which class. */
  readonly label: number;
  /** 1: added, −1: taken away. */
  readonly sign: 1 | -1;
}

/**
 * The terms of `7 - 1 + 4`, by the names of classes, which may have spaces, with spaces around the signs.
 *
 * @throws InputError where it is no such sum, or there is no such class.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert";
 * deepStrictEqual(termsIn("B - A", ["A", "B"]), [{ label: 1, sign: 1 }, { label: 0, sign: -1 }]);
 * ```
 */
export function termsIn(text: string, names: readonly string[]): Term[] {
  const words = ["+", ...text.trim().split(/\s+([+-])\s+/)];
  const terms: Term[] = [];
  for (let i = 0; i < words.length; i += 2) {
    const [sign, name] = [words[i], words[i + 1]];
    const label = names.indexOf(name);
    if (label < 0 && (name === "" || /[+-]\s|\s[+-]/.test(name))) {
      throw new InputError(
        `Cannot reckon with codes as the sum must read as "A - B + C", with spaces: "${text}"`,
      );
    }
    if (label < 0) throw unknownName("reckon with codes", "class", name, names);
    terms.push({ label, sign: sign === "+" ? 1 : -1 });
  }
  return terms;
}

/**
 * The mean code of each term's class, and last the sum of them with their signs.
 *
 * @param means [classes, Z], of {@linkcode classMeans}.
 * @param names Of the classes.
 * @returns [terms + 1, Z]
 * @throws InputError for a class without examples.
 */
export function combined(
  means: Float64Array,
  terms: readonly Term[],
  names: readonly string[],
): Float32Array {
  const width = means.length / names.length;
  const rows = new Float64Array((terms.length + 1) * width);
  for (const [i, { label, sign }] of terms.entries()) {
    if (Number.isNaN(means[label * width])) {
      throw new InputError(
        `Cannot reckon with codes as test images of each class are needed: none of ${names[label]}`,
      );
    }
    for (let z = 0; z < width; z++) {
      const value = means[label * width + z];
      rows[i * width + z] = value;
      rows[terms.length * width + z] += sign * value;
    }
  }
  return Float32Array.from(rows);
}
