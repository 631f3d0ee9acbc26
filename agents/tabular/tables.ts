/**
 * What the methods over tables share: greedy and ε-greedy choice among the values of a state's
 * actions, what an ε-greedy policy expects, the fields that all of them have.
 *
 * A table is a `Float64Array` of S × A values, row-major; `row` is state · A. What an action mask
 * forbids has the value {@linkcode FORBIDDEN}, below all others, and is drawn by none of these.
 *
 * @module
 */
import * as z from "zod";
import type { Generator } from "../../lab/core/random.ts";
import type { Metrics } from "../../lab/core/metrics.ts";
import { linear, type Schedule } from "../../lab/compute/schedules.ts";
import { count, LONGEST } from "../../lab/compute/sizes.ts";
import { drawAllowed, FORBIDDEN } from "../distributions/actions.ts";
import { explorationFields, gamma, maskActions, withDefaults } from "../fields.ts";

/** max_a Q(s, a). */
export function maximum(table: Float64Array, row: number, actions: number): number {
  let best = table[row];
  for (let a = 1; a < actions; a++) if (table[row + a] > best) best = table[row + a];
  return best;
}

/** The first action with the greatest value: the policy that is evaluated and that acts. */
export function greedy(table: Float64Array, row: number, actions: number): number {
  let best = 0;
  for (let a = 1; a < actions; a++) if (table[row + a] > table[row + best]) best = a;
  return best;
}

/**
 * A uniform allowed action with probability ε, else one of those with the greatest value, each as likely:
 * π(a|s) = ε/A + (1 − ε)[a is best]/(number of best). Sutton and Barto (2018), section 5.4.
 */
export function epsilonGreedy(
  table: Float64Array,
  row: number,
  actions: number,
  epsilon: number,
  random: Generator,
): number {
  if (epsilon > 0 && random.random() < epsilon) {
    return drawAllowed(random, actions, (action) => table[row + action] !== FORBIDDEN);
  }
  const best = maximum(table, row, actions);
  let ties = 0;
  for (let a = 0; a < actions; a++) if (table[row + a] === best) ties += 1;
  let chosen = ties > 1 ? random.integers(ties) : 0;
  for (let a = 0; a < actions; a++) {
    if (table[row + a] === best && chosen-- === 0) return a;
  }
  return 0;
}

/**
 * Σ_a π(a|s) Q(s, a) of the ε-greedy policy: ε · mean + (1 − ε) · max, however ties are broken.
 * With ε = 0 it is {@linkcode maximum}.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert";
 * strictEqual(expectedValue(Float64Array.of(0.8, 0.9), 0, 2, 0.1).toFixed(4), "0.8950");
 * ```
 */
export function expectedValue(
  table: Float64Array,
  row: number,
  actions: number,
  epsilon: number,
): number {
  const best = maximum(table, row, actions);
  if (epsilon === 0) return best;
  let sum = 0, allowed = 0;
  for (let a = 0; a < actions; a++) {
    if (table[row + a] === FORBIDDEN) continue;
    sum += table[row + a];
    allowed += 1;
  }
  return epsilon * sum / allowed + (1 - epsilon) * best;
}

/** Q(s, a) ← Q(s, a) + α(target − Q(s, a)). @returns The error, target − Q(s, a). */
export function moveTowards(
  table: Float64Array,
  index: number,
  target: number,
  learningRate: number,
): number {
  const error = target - table[index];
  table[index] += learningRate * error;
  return error;
}

/** The field that every method over tables has. */
export const worldFields = {
  episodeLimit: count(0, LONGEST).default(0).meta({
    description: "Training episodes are truncated after as many steps; 0: the world's own limit",
    unit: "environment steps",
  }),
  maskActions,
};

/** The fields of the methods that learn action values and explore ε-greedily. */
export const valueFields = {
  ...worldFields,
  gamma,
  initialValue: z.number().default(0).meta({
    description: "Q(s, a) at the start; above what is possible it makes the agent explore",
  }),
  ...withDefaults(explorationFields, { explorationFraction: 0.5 }),
};

/** {@linkcode valueFields} and the step size. */
export const differenceFields = {
  ...valueFields,
  learningRate: z.number().gt(0).max(1).default(0.1).meta({
    description: "Step size α at the start",
  }),
  learningRateFinal: z.number().min(0).max(1).default(0.01).meta({
    description: "α at the end of the budget, reached linearly",
  }),
};

/** {@linkcode worldFields}, parsed. */
export type WorldConfiguration = z.output<z.ZodObject<typeof worldFields>>;
/** {@linkcode valueFields}, parsed. */
type ValueConfiguration = z.output<z.ZodObject<typeof valueFields>>;
/** Checks {@linkcode DifferenceConfiguration}. */
export const differenceConfiguration = z.strictObject(differenceFields);
/** {@linkcode differenceFields}, parsed. */
export type DifferenceConfiguration = z.output<typeof differenceConfiguration>;

/** ε and α as they stand. */
export class Rates {
  /** ε of the next action. */
  epsilon = 0;
  /** α of the next update. */
  learningRate = 0;
  readonly #epsilon: Schedule;
  readonly #learningRate: Schedule;

  /** @param configuration Without a step size where the method averages instead. */
  constructor(configuration: ValueConfiguration & Partial<DifferenceConfiguration>) {
    const { explorationInitial, explorationFinal, explorationFraction } = configuration;
    const { learningRate = 0, learningRateFinal = 0 } = configuration;
    this.#epsilon = linear(explorationInitial, explorationFinal, explorationFraction);
    this.#learningRate = linear(learningRate, learningRateFinal);
    this.at(0);
  }

  /** Sets both by how much of the budget is spent, 0 … 1. */
  at(spent: number): void {
    this.epsilon = this.#epsilon(spent);
    this.learningRate = this.#learningRate(spent);
  }

  /** What is reported. */
  metrics(): Metrics {
    return {
      "schedule/epsilon": this.epsilon,
      ...this.learningRate > 0 ? { "schedule/learning_rate": this.learningRate } : {},
    };
  }
}

/** What the methods share that learn one table of action values and act ε-greedily on it. */
export function epsilonGreedyTable(
  { states, actions, configuration, random }: {
    readonly states: number;
    readonly actions: number;
    readonly configuration: ValueConfiguration & Partial<DifferenceConfiguration>;
    readonly random: Generator;
  },
): { q: Float64Array; rates: Rates; choose(state: number): number } {
  const q = new Float64Array(states * actions).fill(configuration.initialValue);
  const rates = new Rates(configuration);
  return {
    q,
    rates,
    choose: (state) => epsilonGreedy(q, state * actions, actions, rates.epsilon, random),
  };
}
