/**
 * Normal and exponential draws by the ziggurat method (Marsaglia and Tsang 2000), as NumPy does
 * them over a bit generator.
 *
 * @module
 */
import { exp } from "./elementary.ts";
import { logOneMinus } from "./log1p.ts";
import type { Pcg64 } from "./pcg64.ts";
import { exponentialEdges, normalEdges } from "./ziggurat_tables.ts";

/** For each layer: width of one step of the mantissa, first mantissa outside, density at the edge. */
interface Layers {
  readonly widths: Float64Array;
  readonly inside: Float64Array;
  readonly densities: Float64Array;
}

/**
 * Layers for mantissas of `bits` bits. `inside` and `densities` only decide on acceptance: they may
 * differ from NumPy's by a unit in the last place, which changes one draw in about 10¹⁶.
 */
function layersOf(edges: readonly number[], bits: number, density: (x: number) => number): Layers {
  const scale = 2 ** bits;
  const inner = (i: number) =>
    i === 0 ? edges[255] / edges[0] : i === 1 ? 0 : edges[i - 1] / edges[i];
  return {
    widths: Float64Array.from(edges, (edge) => edge / scale),
    inside: Float64Array.from(edges, (_, i) => Math.round(inner(i) * scale)),
    densities: Float64Array.from(edges, (edge, i) => i === 0 ? 1 : density(edge)),
  };
}

const normal = layersOf(normalEdges, 52, (x) => exp(-0.5 * x * x));
const exponential = layersOf(exponentialEdges, 53, (x) => exp(-x));
const TAIL_NORMAL = normalEdges[255];
const TAIL_NORMAL_INVERSE = 0.27366123732975828;
const TAIL_EXPONENTIAL = exponentialEdges[255];

const float32 = {
  widths: Float32Array.from(normalEdges, (edge) => edge * 2 ** -23),
  inside: normal.inside.map((mantissa) => Math.round(mantissa * 2 ** -29)),
  densities: Float32Array.from(normal.densities),
  tail: Math.fround(TAIL_NORMAL),
  tailInverse: Math.fround(TAIL_NORMAL_INVERSE),
};

function uniform(bits: Pcg64): number {
  bits.next();
  return ((bits.high >>> 0) * 2097152 + (bits.low >>> 11)) * 2 ** -53;
}

/** N(0, 1) from 64 random bits or more: 8 choose a layer, 1 the sign, 52 the place. */
export function normalZiggurat(bits: Pcg64): number {
  const { widths, inside, densities } = normal;
  for (;;) {
    bits.next();
    const low = bits.low;
    const layer = low & 0xff;
    const mantissa = (bits.high & 0x1fffffff) * 8388608 + (low >>> 9);
    const x = low & 0x100 ? -mantissa * widths[layer] : mantissa * widths[layer];
    if (mantissa < inside[layer]) return x;
    if (layer === 0) {
      // Marsaglia's tail: x = R + E₁ / R is accepted where 2 E₂ > (E₁ / R)².
      for (;;) {
        const beyond = -TAIL_NORMAL_INVERSE * logOneMinus(uniform(bits));
        const height = -logOneMinus(uniform(bits));
        if (height + height > beyond * beyond) {
          return low & 0x20000 ? -(TAIL_NORMAL + beyond) : TAIL_NORMAL + beyond;
        }
      }
    }
    const upper = densities[layer - 1];
    const lower = densities[layer];
    if ((upper - lower) * uniform(bits) + lower < exp(-0.5 * x * x)) return x;
  }
}

/** N(0, 1) in float32 arithmetic, from 32 random bits or more. */
export function normalZiggurat32(bits: Pcg64): number {
  const { widths, inside, densities, tail, tailInverse } = float32;
  const uniform32 = () => (bits.next32() >>> 8) * 2 ** -24;
  const fround = Math.fround;
  for (;;) {
    const word = bits.next32();
    const layer = word & 0xff;
    const mantissa = word >>> 9;
    const x = fround(word & 0x100 ? -mantissa * widths[layer] : mantissa * widths[layer]);
    if (mantissa < inside[layer]) return x;
    if (layer === 0) {
      for (;;) {
        const beyond = fround(-tailInverse * fround(logOneMinus(uniform32())));
        const height = fround(-logOneMinus(uniform32()));
        if (fround(height + height) > fround(beyond * beyond)) {
          const far = fround(tail + beyond);
          return word & 0x20000 ? -far : far;
        }
      }
    }
    const upper = densities[layer - 1];
    const lower = densities[layer];
    const y = fround(fround(fround(upper - lower) * uniform32()) + lower);
    if (y < exp(-0.5 * x * x)) return x;
  }
}

/** Exponential with mean 1: 3 bits dropped, 8 choose a layer, 53 the place. */
export function exponentialZiggurat(bits: Pcg64): number {
  const { widths, inside, densities } = exponential;
  for (;;) {
    bits.next();
    const low = bits.low;
    const layer = (low >>> 3) & 0xff;
    const mantissa = (bits.high >>> 0) * 2097152 + (low >>> 11);
    const x = mantissa * widths[layer];
    if (mantissa < inside[layer]) return x;
    if (layer === 0) return TAIL_EXPONENTIAL - logOneMinus(uniform(bits));
    const upper = densities[layer - 1];
    const lower = densities[layer];
    if ((upper - lower) * uniform(bits) + lower < exp(-x)) return x;
  }
}
