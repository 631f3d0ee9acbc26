/**
 * What an agent with action values learns from: n-step transitions in a replay ring, drawn
 * uniformly or by priority.
 *
 * @module
 */
import { InputError } from "../../lab/core/errors.ts";
import type { Generator } from "../../lab/core/random.ts";
import { gatherRows } from "../../lab/core/rows.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import type { NamedTensors } from "../../lab/core/tensor_data.ts";
import type { Metrics } from "../../lab/core/metrics.ts";
import type { VectorStep } from "../../lab/core/vector.ts";
import { linear, type Schedule } from "../../lab/compute/schedules.ts";
import type { ActionRows } from "../distributions/actions.ts";
import { tensorsOf } from "./columns.ts";
import type { Memory } from "./memory.ts";
import { NStepWindows, type Window } from "./n_step.ts";
import { Priorities } from "./prioritized.ts";
import { type ReplayBatch, ReplayBuffer, type ReplayShape, sharedMemory } from "./replay.ts";

/** A batch for an update: the update program's views. */
export interface WeightedBatch extends ReplayBatch {
  /** [B]: γᵏ, what the next observation's value counts. */
  readonly discounts: Float32Array;
  /** [B]: importance weights; 1 each where rows are drawn uniformly. */
  readonly weights: Float32Array;
}

/** How a {@linkcode TransitionMemory} keeps and draws. */
export interface MemoryOptions {
  /** Transitions kept. */
  readonly bufferSize: number;
  /** Environments that act side by side. */
  readonly environments: number;
  /** n: rewards of a transition, at most. */
  readonly rewardSteps: number;
  /** γ. */
  readonly gamma: number;
  /** α: 0 draws uniformly. */
  readonly priorityExponent: number;
  /** β of the importance weights at the start of the budget; 1 at its end. */
  readonly importanceExponent: number;
  /** Observations are pictures, kept as bytes. */
  readonly storeBytes?: boolean;
}

/** n-step windows before a replay ring, priorities beside it. */
export class TransitionMemory implements Memory<WeightedBatch> {
  readonly #replay: ReplayBuffer;
  readonly #windows: NStepWindows;
  readonly #priorities: Priorities | undefined;
  readonly #importance: Schedule;
  /** γᵏ of each row. */
  readonly #discounts: Float32Array;
  /** The rows of the batch drawn last. */
  #rows = new Int32Array(0);
  /** What `#close` gives to the ring: set by `add`. */
  #next: Float32Array;
  readonly #action = new Int32Array(1);
  #terminated = 0;

  /** @param shape Length D of a flat observation, and the Discrete actions. */
  constructor(shape: ReplayShape, options: MemoryOptions) {
    const { observationSize } = shape;
    const { bufferSize, environments, rewardSteps, gamma, priorityExponent, storeBytes } = options;
    this.#replay = new ReplayBuffer(bufferSize, shape, { storeBytes });
    this.#windows = new NStepWindows(environments, observationSize, rewardSteps, gamma);
    this.#priorities = priorityExponent > 0
      ? new Priorities(bufferSize, priorityExponent)
      : undefined;
    this.#importance = linear(options.importanceExponent, 1);
    this.#discounts = new Float32Array(sharedMemory(4 * bufferSize)).fill(gamma);
    this.#next = new Float32Array(observationSize);
  }

  /** Transitions kept. */
  get size(): number {
    return this.#replay.size;
  }

  store(observations: Float32Array, actions: ActionRows, step: VectorStep): void {
    const width = this.#next.length;
    for (let n = 0; n < actions.length; n++) {
      const ended = step.terminated[n] !== 0 || step.truncated[n] !== 0;
      const next = ended ? step.finalObservations : step.observations;
      for (let d = 0; d < width; d++) this.#next[d] = next[n * width + d];
      this.#terminated = step.terminated[n];
      this.#windows.step(n, observations, actions[n], step.rewards[n], ended, this.#close);
    }
  }

  readonly #close = ({ observation, action, rewards, discount }: Window): void => {
    const row = this.#replay.written;
    this.#action[0] = action;
    this.#replay.add(observation, this.#next, 0, this.#action, rewards, this.#terminated);
    this.#discounts[row] = discount;
    this.#priorities?.added(row);
  };

  sample(random: Generator, batch: WeightedBatch, spent: number): void {
    const { weights, discounts } = batch;
    if (this.#rows.length !== weights.length) this.#rows = new Int32Array(weights.length);
    const rows = this.#rows;
    if (this.#priorities === undefined) {
      random.fillIntegers(rows, 0, this.size);
      weights.fill(1);
    } else {
      this.#priorities.sample(random, this.size, this.#importance(spent), rows, weights);
    }
    this.#replay.gather(rows, batch);
    gatherRows(this.#discounts, rows, 1, discounts);
  }

  /** Gives the rows drawn last the priority of their TD errors, [B], where rows have priorities. */
  prioritize(errors: ArrayLike<number>): void {
    this.#priorities?.update(this.#rows, errors);
  }

  abandon(): void {
    this.#windows.abandon();
  }

  /** β, where rows have priorities. */
  schedules(spent: number): Metrics {
    return this.#priorities === undefined ? {} : { "schedule/beta": this.#importance(spent) };
  }

  /** Views of the ring; open windows and priorities, copied. */
  snapshot(): { tensors: NamedTensors; values: Json } {
    const replay = this.#replay.snapshot();
    const windows = this.#windows.snapshot();
    const priorities = this.#priorities?.snapshot(this.size);
    const discounts = tensorsOf({ discounts: [this.#discounts] }, this.size);
    return {
      tensors: { ...replay.tensors, ...windows.tensors, ...discounts, ...priorities?.tensors },
      values: {
        replay: replay.values,
        windows: windows.values,
        priorities: priorities?.values ?? null,
      },
    };
  }

  /**
   * Goes on from a snapshot of a memory of the same options.
   *
   * @throws InputError for one of others.
   */
  restore(tensors: NamedTensors, values: Json): void {
    const { replay, windows, priorities } = values as Record<string, Json>;
    if ((priorities === null) !== (this.#priorities === undefined)) {
      const say = (priorities: boolean) => `${priorities ? "with" : "without"} priorities`;
      throw new InputError(
        `Cannot restore transitions as they are kept ${say(this.#priorities !== undefined)}: ` +
          `the snapshot is one ${say(priorities !== null)}`,
      );
    }
    this.#windows.restore(tensors, windows);
    this.#replay.restore(tensors, replay);
    this.#discounts.set(tensors.discounts.values as Float32Array);
    this.#priorities?.restore(tensors, priorities);
  }
}
