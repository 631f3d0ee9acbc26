/**
 * Finite worlds in columns: one number a state, and tables of what follows.
 *
 * @module
 */
import type { Batch, BatchStep, Transition } from "../../lab/core/environment.ts";
import type { Generator } from "../../lab/core/random.ts";
import { drawTransition } from "../transitions.ts";

/** What is known of a finite world. */
interface TabularWorld {
  /** States are 0 … states − 1. */
  readonly states: number;
  /** Actions are 0 … actions − 1. */
  readonly actions: number;
  /** Length of a flat observation. */
  readonly observationSize: number;
  /** Whether every step draws once, even where its outcome is certain. */
  readonly alwaysDraws?: boolean;
  /** The ways in which an action may turn out; the same array whenever asked. */
  rowOf(state: number, action: number): readonly Transition[];
  /** Draws a starting state. */
  reset(random: Generator): number;
  /** Writes the flat observation; left out: one-hot over the states. */
  observeInto?(state: number, out: Float32Array, offset: number): void;
}

/** What `next` says of a state and action that were not met, and of those that are drawn. */
const [unknown, drawn] = [-1, -2];

/** N walkers in a finite world. */
export class TabularBatch implements Batch<number> {
  readonly #world: TabularWorld;
  readonly #states: Int32Array;
  /** By row: where the one of its one-hot observation stands. */
  readonly #shown: Int32Array;
  /** By state and action: what follows, where that is certain. Filled in when first met. */
  readonly #next: Int32Array;
  readonly #reward: Float64Array;
  readonly #ends: Uint8Array;

  /** `count` walkers, none of them started. */
  constructor(world: TabularWorld, readonly count: number) {
    const pairs = world.states * world.actions;
    this.#world = world;
    this.#states = new Int32Array(count);
    this.#shown = new Int32Array(count);
    this.#next = new Int32Array(pairs).fill(unknown);
    this.#reward = new Float64Array(pairs);
    this.#ends = new Uint8Array(pairs);
  }

  reset(row: number, random: Generator): void {
    this.#states[row] = this.#world.reset(random);
  }

  step({ actions, resting, randoms, rewards, terminated }: BatchStep): void {
    const { count } = this;
    const states = this.#states;
    const nextOf = this.#next;
    const rewardOf = this.#reward;
    const endsOf = this.#ends;
    const { actions: stride, alwaysDraws = false } = this.#world;
    for (let i = 0; i < count; i++) {
      if (resting[i] === 1) continue;
      const pair = states[i] * stride + (actions[i] | 0);
      let next = nextOf[pair];
      if (next === unknown) next = this.#learn(pair);
      if (next === drawn) {
        const row = this.#world.rowOf(states[i], actions[i] | 0);
        const transition = drawTransition(row, randoms[i]);
        states[i] = transition.state;
        rewards[i] = transition.reward;
        terminated[i] = transition.terminated ? 1 : 0;
      } else {
        if (alwaysDraws) randoms[i].random();
        states[i] = next;
        rewards[i] = rewardOf[pair];
        terminated[i] = endsOf[pair];
      }
    }
  }

  #learn(pair: number): number {
    const { actions } = this.#world;
    const row = this.#world.rowOf(Math.floor(pair / actions), pair % actions);
    if (row.length === 1) {
      this.#next[pair] = row[0].state;
      this.#reward[pair] = row[0].reward;
      this.#ends[pair] = row[0].terminated ? 1 : 0;
    } else {
      this.#next[pair] = drawn;
    }
    return this.#next[pair];
  }

  observe(out: Float32Array, from: number, to: number): void {
    const states = this.#states;
    const { observationSize, observeInto } = this.#world;
    if (observeInto !== undefined) {
      for (let i = from; i < to; i++) observeInto(states[i], out, i * observationSize);
      return;
    }
    const shown = this.#shown;
    for (let i = from; i < to; i++) {
      const offset = i * observationSize;
      out[offset + shown[i]] = 0;
      out[offset + states[i]] = 1;
      shown[i] = states[i];
    }
  }

  stateOf(row: number): number {
    return this.#states[row];
  }

  setState(row: number, state: number): void {
    this.#states[row] = state;
  }
}
