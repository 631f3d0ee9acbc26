/**
 * Several environments side by side, stepped in lockstep, with their observations in one flat
 * array. Gymnasium 1's meaning of autoreset.
 *
 * @module
 */
import { copyActionMask } from "./action_mask.ts";
import type { Environment } from "./environment.ts";
import { InputError } from "./errors.ts";
import { requireKind } from "./misfit.ts";
import { checkOptions, type KnownOptions } from "./options.ts";
import { show } from "./plain.ts";
import type { Seed } from "./random.ts";
import { parseSeed } from "./seed_sequence.ts";
import type { Json } from "./snapshot.ts";
import type { Box, Space } from "./space.ts";

/** The names of {@linkcode Autoreset}. */
export const autoresets: readonly Autoreset[] = ["next-step", "same-step", "disabled"];

/**
 * When an ended episode gives way to the next one. `same-step`: within the step that ended it, so
 * that `observations` already shows the new episode. `next-step`: with the following step, which
 * ignores that environment's action, has reward 0 and is no transition. `disabled`: not by itself;
 * stepping an ended environment is an error until `reset({ mask })` was called.
 */
export type Autoreset = "next-step" | "same-step" | "disabled";

/**
 * What a step of N environments returns. The arrays belong to the vector: the next call of `step`
 * or `reset` overwrites them.
 */
export interface VectorStep {
  /** [N, D] flat observations from which the next actions are chosen. */
  readonly observations: Float32Array;
  /** [N]. */
  readonly rewards: Float64Array;
  /** [N], 1 where the episode ended in a terminal state. */
  readonly terminated: Uint8Array;
  /** [N], 1 where the episode was cut off: bootstrap from `finalObservations`. */
  readonly truncated: Uint8Array;
  /** [N, D] last observations of ended episodes: valid rows where terminated or truncated. */
  readonly finalObservations: Float32Array;
  /**
   * [N], 1 where the row of `observations` is the first of a new episode. With `next-step` these
   * rows are no transitions: leave them out of learning and of counts.
   */
  readonly started: Uint8Array;
}

/** Room for the results of `count` environments. */
export function newStep(count: number, observationSize: number): VectorStep {
  const size = count * observationSize;
  return {
    observations: new Float32Array(size),
    rewards: new Float64Array(count),
    terminated: new Uint8Array(count),
    truncated: new Uint8Array(count),
    finalObservations: new Float32Array(size),
    started: new Uint8Array(count),
  };
}

/** Which rows start anew, and from which seeds. */
export interface ResetRows {
  /** One for each environment, instead of `seed`. Both left out: their generators go on. */
  readonly seeds?: readonly Seed[];
  /** Environment i takes seed + i, as in Gymnasium. */
  readonly seed?: Seed;
  /** Only where it is 1 or true; where it is 0 or false, they go on. */
  readonly mask?: ArrayLike<number | boolean>;
}

/** N environments of equal spaces, stepped in lockstep. */
export interface Vector {
  /** Of the first environment: `CartPole-v1`. */
  readonly id: string;
  /** N. */
  readonly count: number;
  /** When an ended episode gives way to the next one. */
  readonly autoreset: Autoreset;
  /** Of one environment. */
  readonly observationSpace: Space;
  /** Of one environment. */
  readonly actionSpace: Space;
  /** D, the length of a flat observation. */
  readonly observationSize: number;
  /** [N, D] current observations; the next call of `step` or `reset` overwrites them. */
  readonly observations: Float32Array;
  /**
   * Starts an episode in every environment and returns the observations [N, D], a view that the
   * next call overwrites.
   */
  reset(options?: ResetRows): Float32Array;
  /**
   * Steps every environment with its action: one element for each, or for a Box action space all
   * values in one `Float32Array` [N × A].
   *
   * @throws InputError where there is not one action for each environment, or one that its
   * environment does not take, before any is stepped; and what the environments throw.
   */
  step(actions: ArrayLike<unknown>): VectorStep;
  /**
   * [N, A], the environments' action masks in their present states, all 1 in rows whose next step is a
   * reset (`next-step`); the next call overwrites it. Undefined where they have none.
   *
   * @throws InputError where a mask forbids every action.
   */
  readonly actionMasks?: () => Uint8Array;
  /** Every environment's state and the current observations; undefined where one cannot. */
  snapshot(): Json | undefined;
  /** Goes on from a snapshot of as many environments of the same kind, to the same bits. */
  restore(snapshot: Json): void;
  /** Closes every environment. */
  close(): void;
}

/** Throws an `InputError` unless `count` is a whole number ≥ 1, and the options are a vector's. */
export function checkVector(count: number, options: { readonly autoreset: Autoreset }): void {
  checkOptions<typeof options>("make a vector of environments", options, { autoreset: autoresets });
  if (!Number.isInteger(count) || count < 1) {
    throw new InputError(
      `Cannot make a vector of environments as count must be a whole number ≥ 1: ${show(count)}`,
    );
  }
}

/** Throws an `InputError` unless there is one of `what` for each environment. */
export function checkRows(act: string, count: number, given: number, what: string): void {
  if (given !== count) {
    throw new InputError(
      `Cannot ${act} ${count} environments as each needs one ${what}: ${given} ${what}s`,
    );
  }
}

/**
 * Reads the masks of a vector's environments into one array of its own.
 *
 * @param rests Whether a row's next step is a reset, which takes any action: its mask is not read.
 */
export function maskReader(
  { id, count, actionSpace }: Pick<Vector, "id" | "count" | "actionSpace">,
  maskOf: (row: number) => ArrayLike<number>,
  rests: (row: number) => boolean,
): () => Uint8Array {
  const size = actionSpace.flatSize;
  const masks = new Uint8Array(count * size);
  return () => {
    for (let i = 0; i < count; i++) {
      if (rests(i)) masks.fill(1, i * size, (i + 1) * size);
      else copyActionMask(id, actionSpace, maskOf(i), masks, i * size);
    }
    return masks;
  };
}

const resetRows: KnownOptions<ResetRows> = { seeds: true, seed: true, mask: true };

function requireSeed(count: number, seed: unknown): void {
  if ((typeof seed === "bigint" || Number.isInteger(seed)) && (seed as Seed) >= 0) {
    parseSeed(seed as Seed);
    return;
  }
  throw new InputError(
    `Cannot reset ${count} environments as the seed must be a whole number ≥ 0: ${show(seed)}`,
  );
}

/**
 * What a reset says of each environment, looked at before any is reset: its seed (undefined: its
 * generator goes on), and 1 where it is reset (undefined: all are).
 *
 * @throws InputError where there is not one for each environment, a seed is none, or a value of the mask
 * is neither 0 nor 1, false nor true.
 */
export function readReset(
  count: number,
  options: ResetRows,
): { readonly seeds?: readonly (Seed | undefined)[]; readonly mask?: Uint8Array } {
  checkOptions<ResetRows>(`reset ${count} environments`, options, resetRows);
  const { seeds, seed, mask } = options;
  if (seed !== undefined && seeds !== undefined) {
    throw new InputError(
      `Cannot reset ${count} environments as either seed or seeds must be given: both`,
    );
  }
  if (seed !== undefined) requireSeed(count, seed);
  const all = seed === undefined ? seeds : Array.from(
    { length: count },
    (_, i) => typeof seed === "bigint" ? seed + BigInt(i) : seed + i,
  );
  if (all !== undefined) checkRows("reset", count, all?.length, "seed");
  for (const own of all ?? []) {
    if (own !== undefined) requireSeed(count, own);
  }
  if (mask === undefined) return { seeds: all };
  checkRows("reset", count, mask?.length, "mask value");
  const wrong = Array.from(mask).findIndex((value) => ![0, 1, false, true].includes(value));
  if (wrong >= 0) {
    throw new InputError(
      `Cannot reset ${count} environments as each value of the mask must be 0 or 1, false or true: ` +
        show(mask[wrong]),
    );
  }
  return { seeds: all, mask: Uint8Array.from(mask, Number) };
}

/** The snapshot of a vector. */
export function snapshotRows(
  environments: Json[],
  ended: number[],
  observations: Float32Array,
): Json {
  // Bit patterns, as JSON has no NaN, no infinities and no −0.
  return { environments, ended, observations: [...new Int32Array(observations.slice().buffer)] };
}

/** The parts of a vector's snapshot; throws an `InputError` where it is of another size. */
export function restoreRows(
  { count, observationSize }: Vector,
  snapshot: Json,
): { environments: Json[]; ended: number[]; observations: Float32Array } {
  const { environments, ended, observations } = snapshot as {
    environments: Json[];
    ended: number[];
    observations: number[];
  };
  if (environments?.length !== count || observations?.length !== count * observationSize) {
    throw new InputError(
      `Cannot restore ${count} environments with ${observationSize} values of observation as ` +
        `the snapshot must be of as many: ${environments?.length} environments with ` +
        `${observations?.length} values in all`,
    );
  }
  const bits = Int32Array.from(observations);
  return { environments, ended, observations: new Float32Array(bits.buffer) };
}

/**
 * N environments in lockstep. Each keeps its own generator, so that it goes exactly the way it
 * would go alone.
 *
 * @example
 * ```ts
 * import { makeEnv } from "../../envs/mod.ts";
 * import { VectorEnvironment } from "./vector.ts";
 * import { strictEqual } from "node:assert";
 *
 * const vector = new VectorEnvironment(() => makeEnv("CartPole-v1"), 4, { autoreset: "same-step" });
 * vector.reset({ seeds: [1, 2, 3, 4] });
 * const { observations, rewards } = vector.step([0, 1, 0, 1]);
 * strictEqual(observations.length, 16);
 * strictEqual(rewards[3], 1);
 * ```
 */
export class VectorEnvironment implements Vector {
  /** The environments, in the order of the rows. */
  readonly environments: readonly Environment[];
  readonly id: string;
  readonly count: number;
  readonly autoreset: Autoreset;
  readonly observationSpace: Space;
  readonly actionSpace: Space;
  readonly observationSize: number;
  readonly actionMasks?: () => Uint8Array;
  /** Rows that need a reset before they can be stepped (`next-step` only). */
  readonly #ended: Uint8Array;
  /** Rows where no episode runs, as far as is known: they are reset, or refuse what they are given. */
  readonly #idle: Uint8Array;
  readonly #step: VectorStep;

  /**
   * Makes the environments.
   *
   * @throws InputError where `count` is no whole number ≥ 1 or the environments' spaces differ.
   */
  constructor(
    make: (index: number) => Environment,
    count: number,
    options: { autoreset: Autoreset },
  ) {
    checkVector(count, options);
    this.count = count;
    this.autoreset = options.autoreset;
    this.environments = Array.from({ length: count }, (_, index) => make(index));
    const first = this.environments[0];
    this.id = first.id;
    this.observationSpace = first.observationSpace;
    this.actionSpace = first.actionSpace;
    this.observationSize = this.observationSpace.flatSize;
    for (const { observationSpace, actionSpace } of this.environments) {
      for (
        const [one, other] of [
          [this.observationSpace, observationSpace],
          [this.actionSpace, actionSpace],
        ]
      ) {
        if (`${one}` !== `${other}`) {
          throw new InputError(
            `Cannot make a vector of environments as their spaces must be equal: ${one}, ${other}`,
          );
        }
      }
    }
    if (this.environments.every(({ actionMask }) => actionMask !== undefined)) {
      this.actionMasks = maskReader(
        this,
        (i) => this.environments[i].actionMask!(),
        (i) => this.#ended[i] === 1,
      );
    }
    this.#ended = new Uint8Array(count);
    this.#idle = new Uint8Array(count).fill(1);
    this.#step = newStep(count, this.observationSize);
  }

  get observations(): Float32Array {
    return this.#step.observations;
  }

  reset(options: ResetRows = {}): Float32Array {
    const { seeds, mask } = readReset(this.count, options);
    for (let i = 0; i < this.count; i++) {
      if (mask === undefined || mask[i] === 1) this.#reset(i, seeds?.[i]);
    }
    return this.observations;
  }

  step(actions: ArrayLike<unknown>): VectorStep {
    const { count, actionSpace } = this;
    const width = actionSpace.flatSize;
    const isFlat = actionSpace.kind === "box" && actions instanceof Float32Array;
    checkRows("step", count, isFlat ? actions.length / width : actions.length, "action");
    if (isFlat) this.#requireFlat(actions);
    else this.#requireActions(actions);
    for (let i = 0; i < this.count; i++) {
      if (this.#ended[i] === 1) {
        this.#reset(i, undefined);
        this.#record(i, 0, false, false, true);
      } else {
        this.#advance(i, isFlat ? actions.subarray(i * width, (i + 1) * width) : actions[i]);
      }
    }
    return this.#step;
  }

  /** Throws unless each row that is running takes its part of the actions of a Box, [N × A]. */
  #requireFlat(actions: Float32Array): void {
    const { low, high, flatSize: width } = this.actionSpace as Box;
    for (let i = 0; i < this.count; i++) {
      if (this.#idle[i] === 1) continue;
      const clips = this.environments[i].clipsActions === true;
      for (let k = 0; k < width; k++) {
        const value = actions[i * width + k];
        // NaN and infinities make the difference NaN.
        if ((value >= low[k] && value <= high[k]) || (clips && value - value === 0)) continue;
        throw this.#refusal(i, actions.slice(i * width, (i + 1) * width));
      }
    }
  }

  /** Throws unless each row that is running takes its action. */
  #requireActions(actions: ArrayLike<unknown>): void {
    const { actionSpace } = this;
    for (let i = 0; i < this.count; i++) {
      if (this.#idle[i] === 1) continue;
      const action = actions[i];
      if (!actionSpace.contains(action) && !this.#clips(i, action)) throw this.#refusal(i, action);
    }
  }

  #clips(i: number, action: unknown): boolean {
    return this.environments[i].clipsActions === true && action instanceof Float32Array &&
      action.length === this.actionSpace.flatSize && action.every(Number.isFinite);
  }

  #refusal(i: number, action: unknown): InputError {
    return new InputError(
      `Cannot step ${this.environments[i].id} as the action must lie in ${this.actionSpace}: ` +
        show(action),
    );
  }

  #advance(i: number, action: unknown): void {
    const { observations, finalObservations } = this.#step;
    const environment = this.environments[i];
    const offset = i * this.observationSize;
    let outcome;
    if (environment.stepInto !== undefined) {
      outcome = environment.stepInto(action, observations, offset);
    } else {
      const result = environment.step(action);
      const observation = requireKind(environment, result.observation, "step");
      this.observationSpace.flatten(observation, observations, offset);
      outcome = result;
    }
    const { reward, terminated, truncated } = outcome;
    const ended = terminated || truncated;
    const resets = ended && this.autoreset === "same-step";
    if (ended) {
      this.#idle[i] = 1;
      finalObservations.set(observations.subarray(offset, offset + this.observationSize), offset);
      if (resets) this.#reset(i, undefined);
      else if (this.autoreset === "next-step") this.#ended[i] = 1;
    }
    this.#record(i, reward, terminated, truncated, resets);
  }

  #record(
    i: number,
    reward: number,
    terminated: boolean,
    truncated: boolean,
    started: boolean,
  ): void {
    const step = this.#step;
    step.rewards[i] = reward;
    step.terminated[i] = terminated ? 1 : 0;
    step.truncated[i] = truncated ? 1 : 0;
    step.started[i] = started ? 1 : 0;
  }

  #reset(i: number, seed: Seed | undefined): void {
    const environment = this.environments[i];
    const result = environment.reset(seed === undefined ? undefined : { seed });
    const observation = requireKind(environment, result.observation, "reset");
    this.observationSpace.flatten(observation, this.observations, i * this.observationSize);
    this.#ended[i] = 0;
    this.#idle[i] = 0;
  }

  snapshot(): Json | undefined {
    const environments: Json[] = [];
    for (const environment of this.environments) {
      const kept = environment.snapshot?.();
      if (kept === undefined || environment.restore === undefined) return undefined;
      environments.push(kept);
    }
    return snapshotRows(environments, [...this.#ended], this.observations);
  }

  restore(snapshot: Json): void {
    const { environments, ended, observations } = restoreRows(this, snapshot);
    environments.forEach((kept, i) => this.environments[i].restore!(kept));
    this.#ended.set(ended);
    this.#idle.set(ended);
    this.observations.set(observations);
  }

  close(): void {
    for (const environment of this.environments) environment.close?.();
  }
}
