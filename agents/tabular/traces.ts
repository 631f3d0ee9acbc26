/**
 * Eligibility traces over a table, and the fields of the methods that use them.
 *
 * @module
 */
import * as z from "zod";
import { differenceFields } from "./tables.ts";

/** Traces below this count as gone: what they would change is lost in the rounding of a value. */
const LEAST = 1e-9;

/** How much each pair of state and action still takes part in an error. */
export class Traces {
  /** [S, A]. */
  readonly values: Float64Array;
  readonly #active: Int32Array;
  #count = 0;

  /** @param size S · A. */
  constructor(size: number, private readonly kind: "accumulating" | "replacing") {
    this.values = new Float64Array(size);
    this.#active = new Int32Array(size);
  }

  /** e ← e + 1, or e ← 1 where traces replace. Sutton and Barto (2018), equations 12.5 and 12.11. */
  visit(index: number): void {
    if (this.values[index] === 0) this.#active[this.#count++] = index;
    this.values[index] = this.kind === "replacing" ? 1 : this.values[index] + 1;
  }

  /** table ← table + amount · e. */
  apply(table: Float64Array, amount: number): void {
    for (let i = 0; i < this.#count; i++) {
      const index = this.#active[i];
      table[index] += amount * this.values[index];
    }
  }

  /** e ← factor · e. */
  decay(factor: number): void {
    let kept = 0;
    for (let i = 0; i < this.#count; i++) {
      const index = this.#active[i];
      const value = this.values[index] * factor;
      this.values[index] = value < LEAST ? 0 : value;
      if (value >= LEAST) this.#active[kept++] = index;
    }
    this.#count = kept;
  }

  /** e ← 0. */
  clear(): void {
    this.decay(0);
  }

  /** Finds the traces again after `values` was written. */
  restored(): void {
    this.#count = 0;
    this.values.forEach((value, index) => {
      if (value !== 0) this.#active[this.#count++] = index;
    });
  }
}

/** Checks {@linkcode TraceConfiguration}. */
export const traceConfiguration = z.strictObject({
  ...differenceFields,
  lambda: z.number().min(0).max(1).default(0.9).meta({
    description: "λ: 0 learns from one step, 1 from whole episodes",
  }),
  traces: z.enum(["accumulating", "replacing"]).default("replacing").meta({
    description: "Whether a second visit adds 1 to a pair's trace or makes it 1",
  }),
  offline: z.boolean().default(false).meta({
    description: "Changes are made at the end of the episode only",
  }),
});

/** The fields of Sarsa(λ) and Q(λ). */
export type TraceConfiguration = z.output<typeof traceConfiguration>;

/** Adds what traces say to a table, at once or at the end of the episode. */
export class TraceUpdate {
  /** Of the open episode. */
  readonly traces: Traces;
  /** What is still to be added, where learning is offline. */
  readonly pending: Float64Array | undefined;

  /** @param table [S, A], changed in place. */
  constructor(private readonly table: Float64Array, configuration: TraceConfiguration) {
    this.traces = new Traces(table.length, configuration.traces);
    if (configuration.offline) this.pending = new Float64Array(table.length);
  }

  /** The tables of a snapshot's state. */
  get state(): Record<string, Float64Array> {
    return {
      "traces/table": this.traces.values,
      ...this.pending === undefined ? {} : { "pending/table": this.pending },
    };
  }

  /**
   * Marks the pair, then adds α · δ · e.
   *
   * @param amount α · δ.
   */
  learn(index: number, amount: number): void {
    this.traces.visit(index);
    this.traces.apply(this.pending ?? this.table, amount);
  }

  /** Ends an episode. */
  end(): void {
    this.traces.clear();
    if (this.pending === undefined) return;
    for (let i = 0; i < this.table.length; i++) this.table[i] += this.pending[i];
    this.pending.fill(0);
  }

  /** Forgets the open episode. */
  abandon(): void {
    this.traces.clear();
    this.pending?.fill(0);
  }
}
