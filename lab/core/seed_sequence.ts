/**
 * NumPy's SeedSequence (after M. E. O'Neill's `seed_seq_fe128`): turns a seed of any size and a
 * path of spawn keys into well-mixed words.
 *
 * @module
 */
import { InputError } from "./errors.ts";

/** A run's or an environment's seed: 0 … 2¹²⁸ − 1, as a number up to 2⁵³ − 1. */
export type Seed = number | bigint;

/** The largest seed, 2¹²⁸ − 1. */
export const LARGEST_SEED = (1n << 128n) - 1n;

const POOL_SIZE = 4;

/** The seed as a bigint; throws an {@linkcode InputError} where it is none. */
export function parseSeed(seed: Seed): bigint {
  const fits = typeof seed === "bigint"
    ? seed >= 0n && seed <= LARGEST_SEED
    : Number.isSafeInteger(seed) && seed >= 0;
  if (fits) return BigInt(seed);
  throw new InputError(
    `Cannot seed a generator as a seed is a whole number from 0 to 2^128 - 1 ` +
      `(a bigint above 2^53 - 1): ${seed}`,
  );
}

/** The seed of a decimal form, a number where that is exact; undefined where it is none. */
export function seedIn(text: string): Seed | undefined {
  if (!/^\d+$/.test(text)) return undefined;
  const seed = BigInt(text);
  if (seed > LARGEST_SEED) return undefined;
  return seed <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(seed) : seed;
}

/** Little-endian 32-bit words of a whole number; [0] for 0. */
function wordsOf(value: bigint): number[] {
  const words: number[] = [];
  do {
    words.push(Number(value & 0xffffffffn));
    value >>= 32n;
  } while (value > 0n);
  return words;
}

function mixEntropy(entropy: readonly number[]): Uint32Array {
  const pool = new Uint32Array(POOL_SIZE);
  let multiplier = 0x43b0d7e5;
  const hash = (word: number) => {
    word ^= multiplier;
    multiplier = Math.imul(multiplier, 0x931e8875);
    word = Math.imul(word, multiplier);
    return word ^ (word >>> 16);
  };
  const mix = (into: number, word: number) => {
    const mixed = Math.imul(pool[into], 0xca01f9dd) - Math.imul(hash(word), 0x4973f715);
    pool[into] = mixed ^ (mixed >>> 16);
  };
  for (let i = 0; i < POOL_SIZE; i++) pool[i] = hash(entropy[i] ?? 0);
  for (let from = 0; from < POOL_SIZE; from++) {
    for (let into = 0; into < POOL_SIZE; into++) if (into !== from) mix(into, pool[from]);
  }
  for (const word of entropy.slice(POOL_SIZE)) {
    for (let into = 0; into < POOL_SIZE; into++) mix(into, word);
  }
  return pool;
}

/**
 * A source of seeds, bit for bit that of NumPy.
 *
 * @example
 * ```ts
 * import { SeedSequence } from "./seed_sequence.ts";
 * import { deepStrictEqual } from "node:assert";
 * deepStrictEqual([...new SeedSequence(0).generateState(2)], [2968811710, 3677149159]);
 * ```
 */
export class SeedSequence {
  /** The seed that it started from. */
  readonly entropy: bigint;
  /** Words that distinguish this sequence from others of the seed. */
  readonly spawnKey: readonly number[];
  /** Children given out so far. */
  spawned: number;
  readonly #pool: Uint32Array;

  /**
   * Mixes seed and spawn key into the pool.
   *
   * @param seed 0 … 2¹²⁸ − 1; anything else throws an `InputError`.
   * @param spawnKey Words (0 … 2³² − 1) that distinguish sequences of one seed.
   * @param spawned How many children `spawn` has given out so far.
   */
  constructor(seed: Seed, spawnKey: readonly number[] = [], spawned = 0) {
    this.spawnKey = spawnKey;
    this.spawned = spawned;
    this.entropy = parseSeed(seed);
    const entropy = wordsOf(this.entropy);
    if (spawnKey.length > 0) { while (entropy.length < POOL_SIZE) entropy.push(0); }
    this.#pool = mixEntropy([...entropy, ...spawnKey]);
  }

  /** `count` mixed 32-bit words; the same ones at every call. */
  generateState(count: number): Uint32Array {
    const state = new Uint32Array(count);
    let multiplier = 0x8b51f9dd;
    for (let i = 0; i < count; i++) {
      let word = this.#pool[i % POOL_SIZE] ^ multiplier;
      multiplier = Math.imul(multiplier, 0x58f38ded);
      word = Math.imul(word, multiplier);
      state[i] = word ^ (word >>> 16);
    }
    return state;
  }

  /** `count` independent sequences; later calls give others. */
  spawn(count: number): SeedSequence[] {
    return Array.from(
      { length: count },
      () => new SeedSequence(this.entropy, [...this.spawnKey, this.spawned++]),
    );
  }
}
