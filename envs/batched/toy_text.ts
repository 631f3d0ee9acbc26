/**
 * FrozenLake, CliffWalking and Taxi in columns: Gymnasium's worlds with a table.
 *
 * @module
 */
import type { Batch, BatchStep, TransitionTable } from "../../lab/core/environment.ts";
import type { Generator } from "../../lab/core/random.ts";
import { type CliffWalkingOptions, partsOf as cliffPartsOf } from "../cliff_walking.ts";
import { type FrozenLakeOptions, partsOf as lakePartsOf } from "../frozen_lake.ts";
import { partsOf as taxiPartsOf, redirect, type TaxiOptions, type TaxiState } from "../taxi.ts";
import { TabularBatch } from "./tabular.ts";

function batchOf(
  table: TransitionTable,
  reset: (random: Generator) => number,
  count: number,
): TabularBatch {
  return new TabularBatch({
    states: table.length,
    actions: table[0].length,
    observationSize: table.length,
    alwaysDraws: true,
    rowOf: (state, action) => table[state][action],
    reset,
  }, count);
}

/** `count` walkers on one lake, none of them started. */
export function frozenLakeBatch(options: FrozenLakeOptions, count: number): TabularBatch {
  const { table, reset } = lakePartsOf(options);
  return batchOf(table, reset, count);
}

/** `count` walkers along the cliff, none of them started. */
export function cliffWalkingBatch(options: CliffWalkingOptions, count: number): TabularBatch {
  const { table, reset } = cliffPartsOf(options);
  return batchOf(table, reset, count);
}

/** N taxis: a table of what follows, and who of the passengers is still fickle. */
export class TaxiBatch implements Batch<TaxiState> {
  readonly #taxis: TabularBatch;
  readonly #start: (random: Generator) => TaxiState;
  readonly #fickle: Uint8Array;
  readonly #before: Int32Array;

  /** `count` taxis, none of them started. */
  constructor(options: TaxiOptions, readonly count: number) {
    const { table, reset } = taxiPartsOf(options);
    this.#taxis = batchOf(table, (random) => reset(random)[0], count);
    this.#start = reset;
    this.#fickle = new Uint8Array(count);
    this.#before = new Int32Array(count);
  }

  reset(row: number, random: Generator): void {
    this.setState(row, this.#start(random));
  }

  step(step: BatchStep): void {
    const { count } = this;
    const taxis = this.#taxis;
    const fickle = this.#fickle;
    const before = this.#before;
    for (let i = 0; i < count; i++) before[i] = taxis.stateOf(i);
    taxis.step(step);
    for (let i = 0; i < count; i++) {
      if (fickle[i] === 0 || step.resting[i] === 1) continue;
      const other = redirect(before[i], taxis.stateOf(i), step.randoms[i]);
      if (other === undefined) continue;
      taxis.setState(i, other);
      fickle[i] = 0;
    }
  }

  observe(out: Float32Array, from: number, to: number): void {
    this.#taxis.observe(out, from, to);
  }

  stateOf(row: number): TaxiState {
    return [this.#taxis.stateOf(row), this.#fickle[row]];
  }

  setState(row: number, [state, fickle]: TaxiState): void {
    this.#taxis.setState(row, state);
    this.#fickle[row] = fickle;
  }
}
