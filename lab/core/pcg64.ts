/**
 * PCG64 (O'Neill 2014, PCG XSL RR 128/64): a 128-bit linear congruential generator whose state is
 * folded to 64 bits and rotated. NumPy's default bit generator, bit for bit.
 *
 * @module
 */
import { InputError } from "./errors.ts";
import type { SeedSequence } from "./seed_sequence.ts";
import type { Json } from "./snapshot.ts";

// The multiplier 0x2360ed051fc65da44385df649fccf645, in words from the lowest up.
const M0 = 0x9fccf645 | 0;
const M1 = 0x4385df64;
const M2 = 0x1fc65da4;
const M3 = 0x2360ed05;

const MASK_128 = (1n << 128n) - 1n;
const TWO_TO_MINUS_32 = 2 ** -32;

/** Upper 32 bits of the product of two unsigned 32-bit words, as an int32. */
export function multiplyHigh(a: number, b: number): number {
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  const middle = (Math.imul(a1, b0) + (Math.imul(a0, b0) >>> 16)) | 0;
  const upper = (Math.imul(a0, b1) + (middle & 0xffff)) | 0;
  return (Math.imul(a1, b1) + (middle >>> 16) + (upper >>> 16)) | 0;
}

/** The bit generator. */
export class Pcg64 {
  /** Upper 32 bits of the last word, as an int32. */
  high = 0;
  /** Lower 32 bits of the last word, as an int32. */
  low = 0;
  /** State and increment, four words each from the lowest up. */
  readonly #words = new Int32Array(8);
  /** NumPy keeps the upper half of a word for the next 32-bit draw. */
  #hasHalf = false;
  #half = 0;

  /** Seeds state and increment from the sequence, as NumPy does. */
  constructor(sequence: SeedSequence) {
    const [a, b, c, d, e, f, g, h] = sequence.generateState(8);
    // As in `pcg64_srandom_r`: step from 0, add the seed, step. The first step leaves the increment.
    const increment = join([g, h, e, f]) << 1n | 1n;
    this.#write(4, increment);
    this.#write(0, increment + join([c, d, a, b]));
    this.next();
  }

  /** Steps on; the 64 bits drawn are in `high` and `low`. */
  next(): void {
    const words = this.#words;
    const s0 = words[0];
    const s1 = words[1];
    const s2 = words[2];
    const s3 = words[3];
    // state · multiplier + increment, word by word; sums of words are exact in a double.
    const sum0 = (Math.imul(s0, M0) >>> 0) + (words[4] >>> 0);
    const r0 = sum0 | 0;
    const sum1 = (sum0 >= 0x100000000 ? 1 : 0) + (multiplyHigh(s0, M0) >>> 0) +
      (Math.imul(s0, M1) >>> 0) + (Math.imul(s1, M0) >>> 0) + (words[5] >>> 0);
    const r1 = sum1 | 0;
    const sum2 = (sum1 - (r1 >>> 0)) * TWO_TO_MINUS_32 + (multiplyHigh(s0, M1) >>> 0) +
      (multiplyHigh(s1, M0) >>> 0) + (Math.imul(s0, M2) >>> 0) + (Math.imul(s1, M1) >>> 0) +
      (Math.imul(s2, M0) >>> 0) + (words[6] >>> 0);
    const r2 = sum2 | 0;
    const r3 = ((sum2 - (r2 >>> 0)) * TWO_TO_MINUS_32 + multiplyHigh(s0, M2) +
      multiplyHigh(s1, M1) + multiplyHigh(s2, M0) + Math.imul(s0, M3) + Math.imul(s1, M2) +
      Math.imul(s2, M1) + Math.imul(s3, M0) + words[7]) | 0;
    words[0] = r0;
    words[1] = r1;
    words[2] = r2;
    words[3] = r3;

    // XSL RR: upper half XOR lower half, rotated right by the top six bits.
    const rotation = r3 >>> 26;
    const upper = rotation & 32 ? r2 ^ r0 : r3 ^ r1;
    const lower = rotation & 32 ? r3 ^ r1 : r2 ^ r0;
    const shift = rotation & 31;
    this.high = (upper >>> shift) | ((lower << 1) << (31 - shift));
    this.low = (lower >>> shift) | ((upper << 1) << (31 - shift));
  }

  /** 32 random bits as an unsigned number: the lower half of a word, then its upper half. */
  next32(): number {
    if (this.#hasHalf) {
      this.#hasHalf = false;
      return this.#half >>> 0;
    }
    this.next();
    this.#hasHalf = true;
    this.#half = this.high;
    return this.low >>> 0;
  }

  /** 64 random bits. */
  next64(): bigint {
    this.next();
    return BigInt(this.high >>> 0) << 32n | BigInt(this.low >>> 0);
  }

  /** State, increment (128 bits, decimal) and the kept half word as plain JSON. */
  snapshot(): { [key: string]: Json } {
    return {
      state: String(this.#read(0)),
      increment: String(this.#read(4)),
      half: this.#hasHalf ? this.#half >>> 0 : null,
    };
  }

  /** Takes over a snapshot; throws an `InputError` where it is none. */
  restore(snapshot: { readonly [key: string]: Json | undefined }): void {
    const { state, increment, half } = snapshot;
    const words = [state, increment].map((value) =>
      typeof value === "string" && /^\d{1,39}$/.test(value) ? BigInt(value) : -1n
    );
    const valid = words.every((word) => word >= 0n && word <= MASK_128) && words[1] % 2n === 1n &&
      (half === null || (typeof half === "number" && half >>> 0 === half));
    if (!valid) {
      throw new InputError(
        `Cannot restore a generator as its snapshot holds state, odd increment and half word: ` +
          JSON.stringify(snapshot),
      );
    }
    this.#write(0, words[0]);
    this.#write(4, words[1]);
    this.#hasHalf = half !== null;
    this.#half = (half as number | null) ?? 0;
  }

  #write(offset: number, value: bigint): void {
    for (let i = 0; i < 4; i++) {
      this.#words[offset + i] = Number(value >> BigInt(32 * i) & 0xffffffffn);
    }
  }

  #read(offset: number): bigint {
    return join([...this.#words.subarray(offset, offset + 4)].map((word) => word >>> 0));
  }
}

/** A number from its 32-bit words, lowest first. */
function join(words: readonly number[]): bigint {
  return words.reduceRight((value, word) => value << 32n | BigInt(word), 0n);
}
