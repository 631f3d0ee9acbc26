/**
 * Densities of points in the plane that data sets are drawn from, where they are known: what the best
 * possible model would say of an example.
 *
 * @module
 */
import { exp, log } from "../../lab/core/elementary.ts";
import { cosine, sine } from "../../lab/core/sine.ts";

/** log p(x) of points [n, 2], in nats, [n]; −∞ where none can lie. */
export type LogDensity = (values: Float32Array) => Float64Array;

/** log p of each point, by a density of two coordinates. */
function ofEach(density: (x: number, y: number) => number): LogDensity {
  return (values) =>
    Float64Array.from(
      { length: values.length / 2 },
      (_, i) => log(density(values[2 * i], values[2 * i + 1])),
    );
}

/** Squared deviations beyond which a Gaussian counts for nothing beside the nearest. */
const FAR = 80;

/**
 * Gaussians of equal weight and one deviation: a mixture, or a curve with noise about it, whose integral
 * is taken at the middles of short pieces.
 *
 * @param centers [m, 2]
 */
export function gaussians(centers: ArrayLike<number>, deviation: number): LogDensity {
  const count = centers.length / 2;
  const scale = -0.5 / (deviation * deviation);
  const constant = log(2 * Math.PI * deviation * deviation * count);
  const distances = new Float64Array(count);
  return (values) =>
    Float64Array.from({ length: values.length / 2 }, (_, i) => {
      let nearest = Infinity;
      for (let k = 0; k < count; k++) {
        const dx = values[2 * i] - centers[2 * k], dy = values[2 * i + 1] - centers[2 * k + 1];
        distances[k] = dx * dx + dy * dy;
        nearest = Math.min(nearest, distances[k]);
      }
      let sum = 0;
      for (const distance of distances) {
        const exponent = scale * (distance - nearest);
        if (exponent > -FAR) sum += exp(exponent);
      }
      return scale * nearest + log(sum) - constant;
    });
}

/**
 * Points of a curve at the middles of pieces of [0, 1), [pieces, 2].
 *
 * @param at The curve's point at a share of its parameter.
 */
export function curve(
  pieces: number,
  at: (share: number) => readonly [x: number, y: number],
): number[] {
  return Array.from({ length: pieces }, (_, i) => at((i + 0.5) / pieces)).flat();
}

/** The same density wherever `within` holds, and none elsewhere. */
export function evenly(area: number, within: (x: number, y: number) => boolean): LogDensity {
  return ofEach((x, y) => within(x, y) ? 1 / area : 0);
}

/** What a pinwheel is made of: {@linkcode pinwheelDensity}. */
export interface Pinwheel {
  readonly arms: number;
  /** Of all coordinates. */
  readonly scale: number;
  /** N(mean, deviation²) along an arm. */
  readonly along: { readonly mean: number; readonly deviation: number };
  /** N(0, deviation²) across it. */
  readonly across: number;
  /** θ(a) = 2π·arm / arms + twist·e^a. */
  readonly twist: number;
}

/** Deviations along an arm within which roots are looked for, and places where. */
const REACH = 6;
const PLACES = 240;
const HALVINGS = 26;

/**
 * Arms N(mean, ·) × N(0, ·) = (a, c), turned by θ(a): the change of variables has the determinant
 * 1 − θ′(a)·c, and a is a root of a = x·cos θ(a) + y·sin θ(a), of which there may be several.
 */
export function pinwheelDensity(
  { arms, scale, along, across, twist }: Pinwheel,
): LogDensity {
  const reach = REACH * along.deviation;
  const places = Float64Array.from(
    { length: PLACES + 1 },
    (_, i) => along.mean + reach * (2 * i / PLACES - 1),
  );
  const turned = (arm: number, a: number) => {
    const bend = twist * exp(a);
    const angle = 2 * Math.PI * arm / arms + bend;
    return { cos: cosine(angle), sin: sine(angle), bend };
  };
  const turns = Array.from(
    { length: arms },
    (_, arm) => Array.from(places, (a) => turned(arm, a)),
  );
  const normal = (z: number, deviation: number) =>
    exp(-0.5 * z * z / (deviation * deviation)) / (Math.sqrt(2 * Math.PI) * deviation);
  return ofEach((x, y) => {
    const [u, v] = [x / scale, y / scale];
    let total = 0;
    for (let arm = 0; arm < arms; arm++) {
      const off = (a: number, { cos, sin } = turned(arm, a)) => a - u * cos - v * sin;
      let before = off(places[0], turns[arm][0]);
      for (let i = 0; i < PLACES; i++) {
        const after = off(places[i + 1], turns[arm][i + 1]);
        if (before < 0 !== after < 0) {
          let [low, high] = [places[i], places[i + 1]];
          for (let k = 0; k < HALVINGS; k++) {
            const middle = (low + high) / 2;
            if (off(middle) < 0 === before < 0) low = middle;
            else high = middle;
          }
          const { cos, sin, bend } = turned(arm, low);
          const c = v * cos - u * sin;
          total += normal(low - along.mean, along.deviation) * normal(c, across) /
            Math.abs(1 - bend * c);
        }
        before = after;
      }
    }
    return total / (arms * scale * scale);
  });
}
