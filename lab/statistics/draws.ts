/**
 * What resamples are drawn by, kept where the same draws are needed again.
 *
 * @module
 */
import { defaultRng, type Generator } from "../core/random.ts";

/** Draws which score comes next: `integers(count)` is a whole number from 0 up to but not including `count`. */
export type Draws = Pick<Generator, "integers">;

/** Most scores whose resamples are told apart by what they hold: 6,435 of 8 scores differ. */
const FEW = 8;

/** Resamples of few scores, in which order does not matter. */
export interface Resamples {
  /** By resample that differs from the others: how often each score is drawn. */
  readonly counts: readonly Uint8Array[];
  /** Which of them comes, resample by resample. */
  readonly kinds: readonly number[];
}

/** The draws from 0 up to but not including `count` of one generator, for as many readers as there are. */
export class KeptDraws {
  #drawn: Uint8Array | Uint32Array;
  #filled = 0;
  readonly #counts: Uint8Array[] = [];
  readonly #kinds: number[] = [];
  readonly #kindOf = new Map<string, number>();

  constructor(private readonly random: Draws, readonly count: number) {
    this.#drawn = new (count > 256 ? Uint32Array : Uint8Array)(1024);
  }

  /**
   * The first resamples of `count` scores, so many of them at least.
   *
   * @returns Undefined where there are more scores than {@linkcode FEW}.
   */
  resamples(number: number): Resamples | undefined {
    const { count } = this;
    if (count > FEW) return undefined;
    while (this.#kinds.length < number) {
      const from = count * this.#kinds.length;
      while (this.#filled < from + count) this.#draw();
      const counts = new Uint8Array(count);
      for (let i = 0; i < count; i++) counts[this.#drawn[from + i]]++;
      const key = String.fromCharCode(...counts);
      const kind = this.#kindOf.get(key) ?? this.#counts.push(counts) - 1;
      this.#kindOf.set(key, kind);
      this.#kinds.push(kind);
    }
    return { counts: this.#counts, kinds: this.#kinds };
  }

  /** The draws from the first one on; only of `count`. */
  again(): Draws {
    let at = 0;
    return {
      integers: () => {
        if (at === this.#filled) this.#draw();
        return this.#drawn[at++];
      },
    };
  }

  #draw(): void {
    if (this.#filled === this.#drawn.length) {
      const more = new (this.#drawn.constructor as Uint8ArrayConstructor)(2 * this.#filled);
      more.set(this.#drawn);
      this.#drawn = more;
    }
    const end = this.#drawn.length;
    while (this.#filled < end) this.#drawn[this.#filled++] = this.random.integers(this.count);
  }
}

/** Most scores whose draws are kept: those of 50,000 resamples of 32 are 1.6 megabytes. */
const MOST_KEPT = 32;

const kept = new Map<number, KeptDraws>();

/** What `defaultRng(0)` draws for tasks of so many runs each. */
export function defaultDraws(counts: readonly number[]): Draws | KeptDraws {
  const [count] = counts;
  if (count > MOST_KEPT || counts.some((each) => each !== count)) return defaultRng(0);
  const draws = kept.get(count) ?? new KeptDraws(defaultRng(0), count);
  kept.set(count, draws);
  return draws;
}
