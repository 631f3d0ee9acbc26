/**
 * Dyna-Q: learns a model of the world from what happened and plans with it between the steps;
 * with prioritized sweeping first where most is to be gained.
 *
 * Sutton, "Integrated architectures for learning, planning, and reacting" (1990); Moore, Atkeson,
 * "Prioritized sweeping" (Machine Learning 13, 1993); Sutton, Barto, "Reinforcement Learning: An
 * Introduction" (2018), sections 8.2 and 8.4.
 *
 * Differs from the book: the model counts all outcomes of a pair instead of keeping the last one,
 * and planning sets Q(s, a) to what the model expects, so that slippery worlds are planned in, too
 * (Moore and Atkeson). Without planning it is Q-learning.
 *
 * @module
 */
import * as z from "zod";
import { count } from "../../lab/compute/sizes.ts";
import { PriorityQueue } from "./priority_queue.ts";
import { qTarget } from "./q_learning.ts";
import { differenceFields, epsilonGreedyTable, maximum, moveTowards } from "./tables.ts";
import { tabularAgent, type TabularMethod, type TabularSetup } from "./tabular_trainer.ts";

const configuration = z.strictObject({
  ...differenceFields,
  planningUpdates: count(0).default(10).meta({
    description: "Pairs that are planned for after each step; 0 is Q-learning",
  }),
  prioritized: z.boolean().default(true).meta({
    description: "Plans where the greatest changes are due; else for pairs drawn at random",
  }),
  leastPriority: z.number().positive().default(1e-5).meta({
    description: "Changes below this are not planned for, where planning is prioritized",
  }),
});

/** The fields of {@linkcode dynaQ}. */
type DynaConfiguration = z.output<typeof configuration>;

/** A way in which a pair has turned out: [pair, next state, terminated, times, sum of rewards]. */
type Outcome = [pair: number, state: number, terminated: 0 | 1, times: number, rewards: number];

/** Counts how pairs of state and action turned out. */
export class TableModel {
  /** Every outcome, in the order in which they were first seen. */
  #outcomes: Outcome[] = [];
  readonly #ofPair: Outcome[][];
  readonly #before: number[][];
  /** Pairs that were tried, in order. */
  readonly pairs: number[] = [];

  /** Of a world with S states and A actions, none of them tried. */
  constructor(private readonly states: number, private readonly actions: number) {
    this.#ofPair = Array.from({ length: states * actions }, () => []);
    this.#before = Array.from({ length: states }, () => []);
  }

  /** Pairs that have led to `state`, in the order in which they first did. */
  before(state: number): readonly number[] {
    return this.#before[state];
  }

  /** Notes how a pair turned out. A truncated step goes on like any other. */
  add(pair: number, reward: number, state: number, terminated: boolean): void {
    const ends = terminated ? 1 : 0;
    const known = this.#ofPair[pair].find(([, to, end]) => to === state && end === ends);
    if (known === undefined) return this.#note([pair, state, ends, 1, reward]);
    known[3] += 1;
    known[4] += reward;
  }

  #note(outcome: Outcome): void {
    const [pair, state, terminated] = outcome;
    if (this.#ofPair[pair].length === 0) this.pairs.push(pair);
    this.#ofPair[pair].push(outcome);
    this.#outcomes.push(outcome);
    if (terminated === 0) this.#before[state].push(pair);
  }

  /** Σ p(s', r | s, a) · (r + γ(1 − terminated) max_a' Q(s', a')) by the counts of a tried pair. */
  expected(pair: number, q: Float64Array, gamma: number): number {
    let sum = 0, total = 0;
    for (const [, state, terminated, times, rewards] of this.#ofPair[pair]) {
      const next = terminated === 1 ? 0 : maximum(q, state * this.actions, this.actions);
      sum += rewards + times * gamma * next;
      total += times;
    }
    return sum / total;
  }

  /** Every outcome, copied. */
  snapshot(): number[][] {
    return this.#outcomes.map((outcome) => [...outcome]);
  }

  /** Goes on from a snapshot. */
  restore(outcomes: readonly number[][]): void {
    this.#outcomes = [];
    this.pairs.length = 0;
    for (const list of [...this.#ofPair, ...this.#before]) list.length = 0;
    for (const outcome of outcomes) this.#note([...outcome] as Outcome);
  }
}

/** Learns a model, and Q from it. */
export function dynaQMethod(setup: TabularSetup<DynaConfiguration>): TabularMethod {
  const { states, actions, configuration: settings, random } = setup;
  const { gamma, planningUpdates, prioritized, leastPriority } = settings;
  const table = epsilonGreedyTable(setup);
  const { q, rates } = table;
  const model = new TableModel(states, actions);
  const queue = new PriorityQueue(states * actions);
  const queueUp = (pair: number) => {
    const change = Math.abs(model.expected(pair, q, gamma) - q[pair]);
    if (change > leastPriority) queue.raise(pair, change);
  };
  const sweep = () => {
    for (let i = 0; i < planningUpdates && queue.count > 0; i++) {
      const pair = queue.pop();
      q[pair] = model.expected(pair, q, gamma);
      model.before(Math.floor(pair / actions)).forEach(queueUp);
    }
  };
  const planAtRandom = () => {
    for (let i = 0; i < planningUpdates; i++) {
      const pair = model.pairs[random.integers(model.pairs.length)];
      q[pair] = model.expected(pair, q, gamma);
    }
  };
  return {
    ...table,
    learn(transition) {
      const { state, action, reward, nextState, terminated } = transition;
      const pair = state * actions + action;
      const target = qTarget(transition, q, actions, gamma);
      const error = target - q[pair];
      if (planningUpdates === 0) return moveTowards(q, pair, target, rates.learningRate);
      model.add(pair, reward, nextState, terminated);
      if (prioritized) {
        queueUp(pair);
        sweep();
      } else {
        moveTowards(q, pair, target, rates.learningRate);
        planAtRandom();
      }
      return error;
    },
    snapshot: () => ({ model: model.snapshot(), queue: queue.snapshot() }),
    restore(snapshot) {
      const kept = snapshot as { model: number[][]; queue: ReturnType<PriorityQueue["snapshot"]> };
      model.restore(kept.model);
      queue.restore(kept.queue);
    },
  };
}

/** Dyna-Q over a table. */
export const dynaQ = tabularAgent({
  name: "dyna-q",
  summary: "Dyna-Q with prioritized sweeping: a learned model, planned with between the steps",
  configuration,
  method: dynaQMethod,
});
