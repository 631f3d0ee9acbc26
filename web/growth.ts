/**
 * What a run's series got since they were last asked for.
 *
 * @module
 */
import type { StoreReader } from "../lab/store/store.ts";
import type { Grown, Growth } from "./live_series.ts";
import { jsonNumber } from "./summary.ts";

/** Points of a series that one message holds, at most: of more a reader fetches what it draws. */
const MOST_POINTS = 1000;

/** Follows a run of a store for one reader. */
export class Grower {
  /** The iteration up to which each series was told. */
  readonly #told = new Map<string, number>();
  /** Where all of them began. */
  #began: { readonly attempt: number; readonly iterations: number } | undefined;

  constructor(
    private readonly store: Pick<StoreReader, "run" | "series">,
    private readonly id: string,
  ) {}

  /**
   * New points of the run; undefined where there are none. What came before the first call, or in
   * another attempt, is fetched.
   *
   * @param names Of its series.
   */
  next(names: readonly string[]): Grown | undefined {
    const { attempt, iterations } = this.store.run(this.id)!;
    if (this.#began?.attempt !== attempt) {
      const first = this.#began === undefined;
      this.#began = { attempt, iterations };
      this.#told.clear();
      return first ? undefined : { attempt, series: {} };
    }
    const series: Record<string, Growth> = {};
    for (const name of names) {
      const after = this.#told.get(name) ?? this.#began.iterations;
      const { iterations, values, ...axes } = this.store.series(this.id, name, { after });
      const last = iterations.at(-1);
      if (last === undefined) continue;
      this.#told.set(name, last);
      const { environmentSteps, gradientSteps, examples, wallSeconds } = axes;
      const shown = { environmentSteps, gradientSteps, examples, wallSeconds, iterations };
      const many = values.length > MOST_POINTS;
      series[name] = {
        after: many ? last : after,
        iterations: many ? [] : [...iterations],
        values: many ? [] : Array.from(values, jsonNumber),
        axes: mapped(shown, (each) => many ? [] : [...each]),
      };
    }
    return Object.keys(series).length === 0 ? undefined : { attempt, series };
  }
}

/** An object with each value changed. */
function mapped<Key extends string, From, To>(
  from: Readonly<Record<Key, From>>,
  change: (value: From) => To,
): Record<Key, To> {
  const entries = Object.entries<From>(from).map(([key, value]) => [key, change(value)]);
  return Object.fromEntries(entries) as Record<Key, To>;
}
