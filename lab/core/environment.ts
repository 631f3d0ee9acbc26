/**
 * The environment contract: Gymnasium's semantics in the host language's spelling.
 *
 * @module
 */
import type { Generator, Seed } from "./random.ts";
import type { Scene } from "./scene.ts";
import type { Json } from "./snapshot.ts";
import type { Space } from "./space.ts";

/** Diagnostic values of a step; never used for learning. */
export type Info = Record<string, Json>;

/** One way in which an action may turn out. */
export interface Transition {
  /** In (0, 1]. */
  readonly probability: number;
  /** Index of the next state. */
  readonly state: number;
  /** Of the step. */
  readonly reward: number;
  /** Whether the episode ends with it. */
  readonly terminated: boolean;
}

/**
 * A finite world as data, Gymnasium's `P`: `table[state][action]` lists the ways in which the
 * action may turn out, their probabilities adding up to 1. Empty where no action can be taken.
 */
export type TransitionTable = readonly (readonly (readonly Transition[])[])[];

/**
 * How an episode ends that reached its goal: `terminated`, in a terminal state; `rewarded`, in one whose
 * step was worth more than 0, where others are failures.
 */
export type GoalEnding = "terminated" | "rewarded";

/** What `step` returns. */
export interface StepResult<Observation> {
  /** The caller owns it. */
  readonly observation: Observation;
  /** Of this step. */
  readonly reward: number;
  /** The episode ended in a terminal state: no bootstrap from the observation. */
  readonly terminated: boolean;
  /** The episode was cut off (time limit): bootstrap from the observation. */
  readonly truncated: boolean;
  /** Diagnostic values. */
  readonly info: Info;
}

/** What {@linkcode Environment.stepInto} returns. The next call overwrites it. */
export interface Outcome {
  /** Of this step. */
  reward: number;
  /** The episode ended in a terminal state: no bootstrap from the observation. */
  terminated: boolean;
  /** The episode was cut off (time limit): bootstrap from the observation. */
  truncated: boolean;
}

/** Where an episode starts, by the world's own names (`low`, `high`, …). */
export type ResetOptions = Readonly<Record<string, number>>;

/**
 * A world that an agent acts in. Box observations and actions are `Float32Array`, Discrete ones
 * `number`, MultiDiscrete `Int32Array`, Tuple arrays.
 *
 * `step` before `reset`, after the end, or with an action outside the space throws an
 * `InputError` that names the value.
 */
// deno-lint-ignore no-explicit-any
export interface Environment<Observation = any, Action = any> {
  /** Name and version: `CartPole-v1`. */
  readonly id: string;
  /** What the world shows. */
  readonly observationSpace: Space<Observation>;
  /** What can be done in it. */
  readonly actionSpace: Space<Action>;
  /** Steps after which an episode is truncated; undefined: never. */
  readonly timeLimit?: number;
  /** Mean return at which the world counts as solved; undefined: not registered. */
  readonly rewardThreshold?: number;
  /** How an episode that reached the world's goal ends; undefined: the world has none. */
  readonly goal?: GoalEnding;
  /**
   * Starts an episode. With a seed the generator starts anew, without it goes on. A first reset
   * without a seed takes seed 0: nothing in the lab draws from entropy. `options` are the world's
   * own; one that it does not know is an `InputError`.
   */
  reset(
    options?: { seed?: Seed; options?: ResetOptions },
  ): { observation: Observation; info: Info };
  /** Acts once. An action that is an array stays the caller's, who may write the next one into it. */
  step(action: Action): StepResult<Observation>;
  /**
   * `step` without allocation: writes the flat observation (`observationSpace.flatten`) into `out`
   * from `offset` on. What it returns is overwritten by the next call.
   */
  stepInto?(action: Action, out: Float32Array, offset: number): Outcome;
  /** State, generator and step count as plain data; undefined: "not resumable". */
  snapshot?(): Json;
  /** Goes on from a snapshot, to the same bits. */
  restore?(snapshot: Json): void;
  /** A drawing of the present state. */
  scene?(): Scene;
  /** The world as a table, where it is finite: for dynamic programming, not for learning. */
  transitions?(): TransitionTable;
  /**
   * 1 for each action that may be chosen in the present state, 0 for the others: [A] for Discrete
   * actions, the choices side by side for MultiDiscrete ones. Agents that mask choose no other;
   * `step` takes them all the same. Undefined: every action may be chosen.
   *
   * @param state Another state than the present one, as the world's definition has it.
   */
  actionMask?(state?: unknown): ArrayLike<number>;
  /** Whether `step` itself clips actions outside the bounds of a Box action space. */
  readonly clipsActions?: boolean;
  /** Many of these worlds at once, faster than one by one; undefined: one by one. */
  readonly batch?: BatchForm;
  /** Frees what the world holds outside of JavaScript's memory; called once, by its maker. */
  close?(): void;
}

/** How several worlds of one kind are made as one. */
export interface BatchForm {
  /** Equal for worlds that may stand in one batch: their options as JSON. */
  readonly key: string;
  /** `count` worlds, none of them started. */
  make(count: number): Batch;
}

/** What the worlds of a batch are stepped with, and what they return. */
export interface BatchStep {
  /** [N × A] actions inside the space: a Discrete one's number, or a Box's values, row by row. */
  readonly actions: Float64Array;
  /**
   * [N] 1 where the row is reset right after this step: what becomes of its state does not matter,
   * but nothing may be drawn from its generator.
   */
  readonly resting: Uint8Array;
  /** [N] generators. */
  readonly randoms: readonly Generator[];
  /** [N] to be written. */
  readonly rewards: Float64Array;
  /** [N] to be written: 1 where the episode ended in a terminal state, else 0. */
  readonly terminated: Uint8Array;
}

/**
 * The states of N worlds of one kind, in columns: the world's definition, but for all rows at once
 * and without allocating. Seeds, ends, time limits and checks are `BatchedEnvironment`'s.
 */
// deno-lint-ignore no-explicit-any
export interface Batch<State = any> {
  /** Draws a row's starting state, as the definition's `reset` does. */
  reset(row: number, random: Generator): void;
  /** Steps every row, as the definition's `step` does. */
  step(step: BatchStep): void;
  /**
   * Writes the flat observations of the rows `from` … `to` − 1 into `out` [N, D], always the same
   * array. Called for every row that was stepped, reset or given a state.
   */
  observe(out: Float32Array, from: number, to: number): void;
  /** A row's state, as the definition's. */
  stateOf(row: number): State;
  /** Gives a row a state. */
  setState(row: number, state: State): void;
}

/** Shows a state of a world: a fresh observation each time. */
export interface Observe<State, Observation> {
  (state: State): Observation;
  /**
   * Writes the flat form of the same observation into `out` from `offset` on, without allocating.
   * Left out: the observation, then `observationSpace.flatten`.
   */
  into?(state: State, out: Float32Array, offset: number): void;
}

/**
 * A world as plain functions over plain state. `State` must be JSON (numbers, strings, arrays,
 * plain objects), so that snapshot, restore and checking come for free.
 */
// deno-lint-ignore no-explicit-any
export interface EnvironmentDefinition<State = any, Observation = any, Action = any> {
  /** Name and version: `Corridor-v0`. */
  readonly id: string;
  /** One line: what is to be done. */
  readonly summary?: string;
  /** What the world shows. */
  readonly observationSpace: Space<Observation>;
  /** What can be done in it. */
  readonly actionSpace: Space<Action>;
  /**
   * True where `step` itself clips actions: finite ones outside the bounds of a Box action space
   * are then handed to it instead of being refused.
   */
  readonly clipsActions?: boolean;
  /** Steps after which an episode is truncated; left out: never. */
  readonly timeLimit?: number;
  /** Mean return at which the world counts as solved. */
  readonly rewardThreshold?: number;
  /** How an episode that reached the world's goal ends; default: it has none. */
  readonly goal?: GoalEnding;
  /** Draws a starting state, at the options that `resetOptions` names. */
  reset(random: Generator, options: ResetOptions): State;
  /** Names of the options that `reset` takes. Left out: none. */
  readonly resetOptions?: readonly string[];
  /** The next state. Must not change `state`. */
  step(state: State, action: Action, random: Generator): {
    state: State;
    reward: number;
    terminated: boolean;
    /** Whether the episode is cut off here; `timeLimit` cuts it off besides. Default: false. */
    truncated?: boolean;
    info?: Info;
  };
  /** Diagnostic values of a starting state, which `reset` returns; left out: none. */
  startInfo?(state: State): Info;
  /** A fresh observation of a state; `observeInto` makes one that vectors call without allocating. */
  readonly observe: Observe<State, Observation>;
  /** 1 for each action that may be chosen in `state`, as {@linkcode Environment.actionMask}. */
  actionMask?(state: State): ArrayLike<number>;
  /** A drawing of `state`. */
  scene?(state: State): Scene;
  /** The world as a table, where it is finite. */
  transitions?(): TransitionTable;
}
