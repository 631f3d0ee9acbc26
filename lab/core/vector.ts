/**
 * Several environments side by side, stepped in lockstep, with their observations in one flat
 * array. Gymnasium 1's meaning of autoreset.
 *
 * @module
 */
import type { Environment } from "./environment.ts";
import { InputError } from "./errors.ts";
import type { Seed } from "./random.ts";
import type { Json } from "./snapshot.ts";
import type { Space } from "./space.ts";

/**
 * When an ended episode gives way to the next one. `same-step`: within the step that ended it, so
 * that `observations` already shows the new episode. `next-step`: with the following step, which
 * ignores that environment's action, has reward 0 and is no transition. `disabled`: not by itself;
 * stepping an ended environment is an error until `reset({ mask })` was called.
 */
export type Autoreset = "next-step" | "same-step" | "disabled";

/**
 * What a step of N environments answers. The arrays belong to the vector: the next call of `step`
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
export class VectorEnvironment {
  /** The environments, in the order of the rows. */
  readonly environments: readonly Environment[];
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
  /** Rows that need a reset before they can be stepped (`next-step` only). */
  readonly #ended: Uint8Array;
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
    if (!Number.isInteger(count) || count < 1) {
      throw new InputError(
        `Cannot make a vector of environments as count must be a whole number ≥ 1: ${count}`,
      );
    }
    this.count = count;
    this.autoreset = options.autoreset;
    this.environments = Array.from({ length: count }, (_, index) => make(index));
    const first = this.environments[0];
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
    const size = count * this.observationSize;
    this.#ended = new Uint8Array(count);
    this.#step = {
      observations: new Float32Array(size),
      rewards: new Float64Array(count),
      terminated: new Uint8Array(count),
      truncated: new Uint8Array(count),
      finalObservations: new Float32Array(size),
      started: new Uint8Array(count),
    };
  }

  /** [N, D] current observations; the next call of `step` or `reset` overwrites them. */
  get observations(): Float32Array {
    return this.#step.observations;
  }

  /**
   * Starts an episode in every environment and returns the observations [N, D], a view that the
   * next call overwrites.
   *
   * @param options `seeds`: one for each environment; or `seed`: environment i takes seed + i, as in
   * Gymnasium. Both left out: their generators go on. `mask`: only where it is 1; the others go on.
   */
  reset(
    options: { seeds?: readonly Seed[]; seed?: Seed; mask?: ArrayLike<number> } = {},
  ): Float32Array {
    const { seed, mask } = options;
    const seeds = seed === undefined ? options.seeds : this.#consecutive(seed);
    if (seeds !== undefined && seeds.length !== this.count) {
      throw new InputError(
        `Cannot reset ${this.count} environments as each needs one seed: ${seeds.length} seeds`,
      );
    }
    if (mask !== undefined && mask.length !== this.count) {
      throw new InputError(
        `Cannot reset ${this.count} environments as each needs one value of the mask: ` +
          `${mask.length} values`,
      );
    }
    for (let i = 0; i < this.count; i++) {
      if (mask === undefined || mask[i] === 1) this.#reset(i, seeds?.[i]);
    }
    return this.observations;
  }

  #consecutive(seed: Seed): Seed[] {
    return Array.from(
      { length: this.count },
      (_, i) => typeof seed === "bigint" ? seed + BigInt(i) : seed + i,
    );
  }

  /**
   * Steps every environment with its action.
   *
   * @throws InputError where there is not one action for each environment, and what the
   * environments throw.
   */
  step(actions: ArrayLike<unknown>): VectorStep {
    if (actions.length !== this.count) {
      throw new InputError(
        `Cannot step ${this.count} environments as each needs one action: ` +
          `${actions.length} actions`,
      );
    }
    for (let i = 0; i < this.count; i++) {
      if (this.#ended[i] === 1) {
        this.#reset(i, undefined);
        this.#record(i, 0, false, false, true);
      } else {
        this.#advance(i, actions[i]);
      }
    }
    return this.#step;
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
      this.observationSpace.flatten(result.observation, observations, offset);
      outcome = result;
    }
    const { reward, terminated, truncated } = outcome;
    const ended = terminated || truncated;
    const resets = ended && this.autoreset === "same-step";
    if (ended) {
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
    const { observation } = this.environments[i].reset(seed === undefined ? undefined : { seed });
    this.observationSpace.flatten(observation, this.observations, i * this.observationSize);
    this.#ended[i] = 0;
  }

  /** Every environment's state and the current observations; undefined where one cannot. */
  snapshot(): Json | undefined {
    const environments: Json[] = [];
    for (const environment of this.environments) {
      const kept = environment.snapshot?.();
      if (kept === undefined || environment.restore === undefined) return undefined;
      environments.push(kept);
    }
    // Bit patterns, as JSON has no NaN, no infinities and no −0.
    const observations = [...new Int32Array(this.observations.slice().buffer)];
    return { environments, ended: [...this.#ended], observations };
  }

  /** Goes on from a snapshot of as many environments of the same kind, to the same bits. */
  restore(snapshot: Json): void {
    const { environments, ended, observations } = snapshot as {
      environments: Json[];
      ended: number[];
      observations: number[];
    };
    if (environments?.length !== this.count || observations?.length !== this.observations.length) {
      throw new InputError(
        `Cannot restore ${this.count} environments with ${this.observationSize} values of ` +
          `observation as the snapshot must be of as many: ${environments?.length} environments ` +
          `with ${observations?.length} values in all`,
      );
    }
    environments.forEach((kept, i) => this.environments[i].restore!(kept));
    this.#ended.set(ended);
    this.observations.set(new Float32Array(Int32Array.from(observations).buffer));
  }

  /** Closes every environment. */
  close(): void {
    for (const environment of this.environments) environment.close?.();
  }
}
