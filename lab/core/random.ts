/**
 * The lab's random numbers: NumPy's `default_rng` (SeedSequence and PCG64), bit for bit. Every
 * random number of a run comes from here, through named streams of the run's seed.
 *
 * @module
 */
import { type ChoiceOptions, choose } from "./choice.ts";
import { InputError } from "./errors.ts";
import { multiplyHigh, Pcg64 } from "./pcg64.ts";
import { type Seed, SeedSequence } from "./seed_sequence.ts";
import type { Json } from "./snapshot.ts";
import { exponentialZiggurat, normalZiggurat, normalZiggurat32 } from "./ziggurat.ts";

export type { ChoiceOptions, Seed };
export { SeedSequence };

/** Arrays that `fillIntegers` takes; the element type decides on the stream, as NumPy's dtype. */
export type IntegerArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

const TWO_TO_32 = 2 ** 32;
const MASK_64 = (1n << 64n) - 1n;
/** The largest float32 below 1. */
const BELOW_ONE = 1 - 2 ** -24;

/** NumPy's `Generator` over PCG64. Draws allocate nothing. */
export class Generator {
  readonly #bits: Pcg64;
  #sequence: SeedSequence;

  /** See {@linkcode defaultRng} for the usual way to get one. */
  constructor(sequence: SeedSequence) {
    this.#sequence = sequence;
    this.#bits = new Pcg64(sequence);
  }

  /** 64 random bits (`bit_generator.random_raw`). */
  randomRaw(): bigint {
    return this.#bits.next64();
  }

  /** Uniform in [0, 1), a multiple of 2⁻⁵³. */
  random(): number {
    const bits = this.#bits;
    bits.next();
    return ((bits.high >>> 0) * 2097152 + (bits.low >>> 11)) * 2 ** -53;
  }

  /** Uniform in [0, 1), a multiple of 2⁻²⁴ (`random(dtype=float32)`). */
  random32(): number {
    return (this.#bits.next32() >>> 8) * 2 ** -24;
  }

  /** Uniform in [low, high), up to rounding. A range that is not finite throws an `InputError`. */
  uniform(low = 0, high = 1): number {
    const range = high - low;
    if (!Number.isFinite(range)) {
      throw new InputError(
        `Cannot draw from uniform as high - low must be finite: low ${low}, high ${high}`,
      );
    }
    return low + range * this.random();
  }

  /**
   * A whole number from `low` up to but not including `high`; with one argument, from 0 up to but
   * not including it. Bounds are safe integers; no number between them throws an `InputError`.
   *
   * @param options With `endpoint`, `high` itself may be drawn.
   */
  integers(low: number, high?: number, options?: { endpoint?: boolean }): number {
    const first = high === undefined ? 0 : low;
    const end = high === undefined ? low : high;
    const range = end - first - (options?.endpoint ? 0 : 1);
    if (!Number.isSafeInteger(first) || !Number.isSafeInteger(end) || !(range >= 0)) {
      throw new InputError(
        `Cannot draw integers as low and high must be whole numbers, low < high: ${first}, ${end}`,
      );
    }
    if (range < TWO_TO_32) return first + this.#bounded32(range);
    return Number(
      BigInt(first) + this.#bounded64(BigInt(end) - BigInt(first) - (options?.endpoint ? 0n : 1n)),
    );
  }

  /**
   * Fills `out` with whole numbers from `low` up to but not including `high`, as
   * `integers(low, high, size, dtype)` of the array's element type does: 8 and 16 bits share
   * 32-bit words within one call. Bounds outside the element type throw an `InputError`.
   */
  fillIntegers(
    out: IntegerArray,
    low: number | bigint,
    high: number | bigint,
    options?: { endpoint?: boolean },
  ): void {
    const first = toBigInt(low);
    const range = toBigInt(high) - first - (options?.endpoint ? 0n : 1n);
    const bits = 8 * out.BYTES_PER_ELEMENT;
    const smallest = out.constructor.name.includes("Uint") ? 0n : -(1n << BigInt(bits - 1));
    if (range < 0n || first < smallest || first + range >= smallest + (1n << BigInt(bits))) {
      throw new InputError(
        `Cannot draw integers as low < high must fit ${bits} bits ` +
          `(${smallest === 0n ? "unsigned" : "signed"}): ${low}, ${high}`,
      );
    }
    if (out instanceof BigInt64Array || out instanceof BigUint64Array) {
      for (let i = 0; i < out.length; i++) out[i] = first + this.#bounded64(range);
    } else if (bits === 32) {
      const [from, span] = [Number(first), Number(range)];
      for (let i = 0; i < out.length; i++) out[i] = from + this.#bounded32(span);
    } else {
      this.#fillNarrow(out, Number(first), Number(range), bits);
    }
  }

  /** N(0, 1) by the ziggurat. */
  standardNormal(): number {
    return normalZiggurat(this.#bits);
  }

  /** N(0, 1) in float32 width (`standard_normal(dtype=float32)`). */
  standardNormal32(): number {
    return normalZiggurat32(this.#bits);
  }

  /** N(mean, deviation²). A negative deviation throws an `InputError`. */
  normal(mean = 0, deviation = 1): number {
    checkScale("normal", deviation);
    return mean + deviation * this.standardNormal();
  }

  /** Exponential with mean 1, by the ziggurat. */
  standardExponential(): number {
    return exponentialZiggurat(this.#bits);
  }

  /** Exponential with mean `scale`. A negative scale throws an `InputError`. */
  exponential(scale = 1): number {
    checkScale("exponential", scale);
    return scale * this.standardExponential();
  }

  /** 0 … n − 1 in random order. An `n` that is no whole number ≥ 0 throws an `InputError`. */
  permutation(n: number): Int32Array {
    checkCount("draw a permutation", n);
    const order = new Int32Array(n);
    // `Int32Array.from` with a function takes a hundred times as long.
    for (let i = 0; i < n; i++) order[i] = i;
    this.shuffle(order);
    return order;
  }

  /** Shuffles in place. */
  shuffle<T>(array: { readonly length: number; [index: number]: T }): void {
    for (let i = array.length - 1; i > 0; i--) {
      const j = this.#masked32(i);
      const swapped = array[i];
      array[i] = array[j];
      array[j] = swapped;
    }
  }

  /**
   * Indices 0 … n − 1: one, or `size` of them, with replacement by default, uniformly or
   * with probabilities `p`. Fewer candidates than draws, or a `p` that is no distribution over n,
   * throws an `InputError`.
   */
  choice(n: number, size?: undefined, options?: ChoiceOptions): number;
  /** `size` indices. */
  choice(n: number, size: number, options?: ChoiceOptions): Int32Array;
  choice(n: number, size?: number, options?: ChoiceOptions): number | Int32Array {
    const chosen = choose(this, n, size ?? 1, options);
    return size === undefined ? chosen[0] : chosen;
  }

  /**
   * `count` generators of independent streams; later calls give others. A count that is no whole
   * number ≥ 0 throws an `InputError`.
   */
  spawn(count: number): Generator[] {
    checkCount("spawn generators", count);
    return this.#sequence.spawn(count).map((sequence) => new Generator(sequence));
  }

  /** Fills with U[0, 1): double draws rounded to float32, but never up to 1. */
  fillUniform(out: Float32Array): void {
    for (let i = 0; i < out.length; i++) {
      const value = this.random();
      out[i] = value < BELOW_ONE ? value : BELOW_ONE;
    }
  }

  /** Fills with N(0, 1): double draws rounded to float32. */
  fillStandardNormal(out: Float32Array): void {
    const bits = this.#bits;
    for (let i = 0; i < out.length; i++) out[i] = normalZiggurat(bits);
  }

  /** Everything that decides on later draws, as plain JSON; 128-bit numbers in decimal. */
  snapshot(): Json {
    const { entropy, spawnKey, spawned } = this.#sequence;
    return { ...this.#bits.snapshot(), entropy: String(entropy), spawnKey: [...spawnKey], spawned };
  }

  /** Goes on where the snapshot was taken; throws an `InputError` where it is none. */
  restore(snapshot: Json): void {
    const { entropy, spawnKey, spawned, ...bits } = (snapshot ?? {}) as {
      [key: string]: Json | undefined;
    };
    const valid = typeof entropy === "string" && /^\d+$/.test(entropy) &&
      Array.isArray(spawnKey) && spawnKey.every(isWord) && isWord(spawned);
    if (!valid) {
      throw new InputError(
        `Cannot restore a generator as its snapshot holds entropy, spawn key and state: ` +
          JSON.stringify(snapshot),
      );
    }
    this.#bits.restore(bits);
    this.#sequence = new SeedSequence(BigInt(entropy), spawnKey as number[], spawned as number);
  }

  /** 0 … range by rejection under the smallest mask, as NumPy shuffles. */
  #masked32(range: number): number {
    const unused = Math.clz32(range);
    let value = this.#bits.next32() << unused >>> unused;
    while (value > range) value = this.#bits.next32() << unused >>> unused;
    return value;
  }

  /** 0 … range by Lemire's method (2019, "Fast random integer generation in an interval"). */
  #bounded32(range: number): number {
    if (range === 0) return 0;
    const bits = this.#bits;
    if (range === TWO_TO_32 - 1) return bits.next32();
    const count = range + 1;
    let word = bits.next32();
    let leftover = Math.imul(word, count) >>> 0;
    if (leftover < count) {
      const threshold = (TWO_TO_32 - 1 - range) % count;
      while (leftover < threshold) {
        word = bits.next32();
        leftover = Math.imul(word, count) >>> 0;
      }
    }
    return multiplyHigh(word, count) >>> 0;
  }

  #bounded64(range: bigint): bigint {
    if (range < 1n << 32n) return BigInt(this.#bounded32(Number(range)));
    if (range === MASK_64) return this.randomRaw();
    const count = range + 1n;
    let product = this.randomRaw() * count;
    if ((product & MASK_64) < count) {
      const threshold = (MASK_64 - range) % count;
      while ((product & MASK_64) < threshold) product = this.randomRaw() * count;
    }
    return product >> 64n;
  }

  #fillNarrow(
    out: Exclude<IntegerArray, BigInt64Array | BigUint64Array>,
    first: number,
    range: number,
    bits: number,
  ): void {
    const mask = 2 ** bits - 1;
    const count = range + 1;
    const threshold = (mask - range) % count;
    let buffer = 0;
    let left = 0;
    for (let i = 0; i < out.length; i++) {
      let product = 0;
      while (range > 0) {
        buffer = left === 0 ? this.#bits.next32() : buffer >>> bits;
        left = left === 0 ? 32 / bits - 1 : left - 1;
        product = (buffer & mask) * count;
        if ((product & mask) >= threshold) break;
      }
      out[i] = first + Math.floor(product / (mask + 1));
    }
  }
}

/**
 * NumPy's `default_rng(seed)`. A negative, fractional or too large seed throws an `InputError`.
 *
 * @example
 * ```ts
 * import { defaultRng } from "./random.ts";
 * import { strictEqual } from "node:assert";
 * strictEqual(defaultRng(0).random(), 0.6369616873214543);
 * ```
 */
export function defaultRng(seed: Seed): Generator {
  return new Generator(new SeedSequence(seed));
}

/**
 * The sequence behind a name: the seed's own, with a spawn key made of the length of the name's
 * UTF-8 bytes and then the bytes in little-endian 32-bit words, the last one padded with zeros. In
 * NumPy: `SeedSequence(seed, spawn_key=(6, 0x696c6f70, 0x7963))` for the name "policy".
 */
function sequenceOf(seed: Seed, name: string): SeedSequence {
  const bytes = new TextEncoder().encode(name);
  const key = new Array<number>(1 + Math.ceil(bytes.length / 4)).fill(0);
  key[0] = bytes.length;
  bytes.forEach((byte, i) => key[1 + (i >> 2)] += byte * 2 ** (8 * (i & 3)));
  return new SeedSequence(seed, key);
}

/**
 * A named stream of a seed: the same for the same seed and name, independent of every other. It is
 * `default_rng(SeedSequence(seed, spawn_key))` with the name's bytes as spawn key (their count, then
 * little-endian 32-bit words).
 */
export function streamOf(seed: Seed, name: string): Generator {
  return new Generator(sequenceOf(seed, name));
}

/**
 * A seed 0 … 2⁵³ − 1 for something that a run holds (an environment): the first two words of the
 * named stream's sequence, the first one low, 21 bits of the second above it.
 */
export function deriveSeed(seed: Seed, name: string): number {
  const [low, high] = sequenceOf(seed, name).generateState(2);
  return (high & 0x1fffff) * TWO_TO_32 + low;
}

function checkScale(name: string, scale: number): void {
  if (scale >= 0) return;
  throw new InputError(`Cannot draw from ${name} as its scale must be ≥ 0: ${scale}`);
}

function checkCount(act: string, count: number): void {
  if (Number.isInteger(count) && count >= 0 && count < 2 ** 31) return;
  throw new InputError(`Cannot ${act} as their count must be a whole number ≥ 0: ${count}`);
}

function isWord(value: Json | undefined): boolean {
  return typeof value === "number" && value >>> 0 === value;
}

function toBigInt(value: number | bigint): bigint {
  if (typeof value === "bigint" || Number.isSafeInteger(value)) return BigInt(value);
  throw new InputError(`Cannot draw integers as bounds must be whole numbers: ${value}`);
}
