/**
 * Eligibility traces over a table, and the methods that use them but for their targets.
 *
 * @module
 */
import * as z from "zod";
import { differenceFields, epsilonGreedyTable } from "./tables.ts";
import type { TabularMethod, TabularSetup, TabularTransition, Target } from "./tabular_trainer.ts";

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

  /** e ← e + 1, or e ← 1 where traces replace. Sutton and Barto (2018), equations 12.5 and 12.12. */
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

/** What a method with traces learns from a transition, beside its error. */
interface TraceRule {
  readonly target: Target;
  /** Whether no error after this transition reaches back beyond it; left out: none cuts the traces. */
  cuts?(transition: TabularTransition, q: Float64Array, actions: number): boolean;
}

/** δ = target − Q(s, a); Q ← Q + αδe for all pairs; e ← γλe. */
export function traceMethod(
  { target, cuts }: TraceRule,
  setup: TabularSetup<TraceConfiguration>,
): TabularMethod {
  const { actions, configuration: { gamma, lambda, traces: kind, offline } } = setup;
  const table = epsilonGreedyTable(setup);
  const { q, rates } = table;
  const traces = new Traces(q.length, kind);
  /** What is still to be added, where learning is offline. */
  const pending = offline ? new Float64Array(q.length) : undefined;
  const end = () => {
    traces.clear();
    pending?.forEach((change, index) => q[index] += change);
    pending?.fill(0);
  };
  return {
    ...table,
    state: { "traces/table": traces.values, ...pending && { "pending/table": pending } },
    choosesFirst: true,
    learn(transition) {
      const { state, action, terminated, truncated } = transition;
      const index = state * actions + action;
      const error = target(transition, q, actions, gamma, rates.epsilon) - q[index];
      const isCut = cuts?.(transition, q, actions) ?? false;
      traces.visit(index);
      traces.apply(pending ?? q, rates.learningRate * error);
      if (terminated || truncated) end();
      else if (isCut) traces.clear();
      else traces.decay(gamma * lambda);
      return error;
    },
    abandon() {
      traces.clear();
      pending?.fill(0);
    },
    restore: () => traces.restored(),
  };
}
