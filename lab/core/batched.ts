/**
 * Many worlds of one kind at once, their states in columns: the same steps as one by one, to the
 * bit, at a fraction of the time.
 *
 * @module
 */
import type { Batch, BatchStep, Environment } from "./environment.ts";
import { InputError } from "./errors.ts";
import { keptWorld, phases } from "./kept_world.ts";
import { firstNotJson, show } from "./plain.ts";
import { defaultRng, type Generator, type Seed } from "./random.ts";
import type { Json } from "./snapshot.ts";
import type { Box, Discrete, Space } from "./space.ts";
import {
  type Autoreset,
  checkRows,
  checkVector,
  maskReader,
  newStep,
  readReset,
  type ResetRows,
  restoreRows,
  snapshotRows,
  type Vector,
  VectorEnvironment,
  type VectorStep,
} from "./vector.ts";

const [unstarted, running, terminated, truncated] = [0, 1, 2, 3];

/** N environments that have a batch form. `step` allocates nothing. */
export class BatchedEnvironment implements Vector {
  readonly id: string;
  readonly observationSpace: Space;
  readonly actionSpace: Space;
  readonly observationSize: number;
  readonly count: number;
  readonly autoreset: Autoreset;
  readonly actionMasks?: () => Uint8Array;
  readonly #batch: Batch;
  readonly #limit: number;
  readonly #clips: boolean;
  /** Numbers of an action. */
  readonly #width: number;
  readonly #phase: Uint8Array;
  readonly #elapsed: Float64Array;
  readonly #randoms: Generator[] = [];
  readonly #inputs: BatchStep;
  readonly #step: VectorStep;

  /**
   * `count` environments like `environment`, which itself is left as it is.
   *
   * @throws InputError where `count` is no whole number ≥ 1 or the environment has no batch form.
   */
  constructor(environment: Environment, count: number, options: { autoreset: Autoreset }) {
    checkVector(count, options);
    if (environment.batch === undefined) {
      throw new InputError(
        `Cannot step ${environment.id} in a batch as it must have a batch form: it has none`,
      );
    }
    this.id = environment.id;
    this.observationSpace = environment.observationSpace;
    this.actionSpace = environment.actionSpace;
    this.observationSize = this.observationSpace.flatSize;
    this.count = count;
    this.autoreset = options.autoreset;
    this.#batch = environment.batch.make(count);
    if (environment.actionMask !== undefined) {
      const maskOf = (i: number) => {
        if (this.#phase[i] !== unstarted) return environment.actionMask!(this.#batch.stateOf(i));
        throw new InputError(
          `Cannot read the action mask of ${this.id} as no episode was started: call reset first`,
        );
      };
      const rests = (i: number) => this.#phase[i] > running && this.autoreset === "next-step";
      this.actionMasks = maskReader(this, maskOf, rests);
    }
    this.#limit = environment.timeLimit ?? Infinity;
    this.#clips = environment.clipsActions === true;
    this.#width = this.actionSpace.kind === "discrete" ? 1 : this.actionSpace.flatSize;
    this.#phase = new Uint8Array(count);
    this.#elapsed = new Float64Array(count);
    this.#step = newStep(count, this.observationSize);
    this.#inputs = {
      actions: new Float64Array(count * this.#width),
      resting: new Uint8Array(count),
      randoms: this.#randoms,
      rewards: this.#step.rewards,
      terminated: this.#step.terminated,
    };
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

  #reset(i: number, seed: Seed | undefined): void {
    if (seed !== undefined || this.#randoms[i] === undefined) {
      this.#randoms[i] = defaultRng(seed ?? 0);
    }
    this.#start(i);
  }

  /** Starts an episode with the generator that there is. */
  #start(i: number): void {
    this.#batch.reset(i, this.#randoms[i]);
    this.#batch.observe(this.#step.observations, i, i + 1);
    this.#elapsed[i] = 0;
    this.#phase[i] = running;
    this.#inputs.resting[i] = 0;
  }

  step(actions: ArrayLike<unknown>): VectorStep {
    const isFlat = this.actionSpace.kind === "box" && actions instanceof Float32Array;
    checkRows("step", this.count, isFlat ? actions.length / this.#width : actions.length, "action");
    if (isFlat) this.#readFlat(actions);
    else if (this.actionSpace.kind === "discrete") {
      if (actions instanceof Int32Array) this.#readIntegers(actions);
      else this.#readNumbers(actions);
    } else this.#readArrays(actions);
    this.#batch.step(this.#inputs);
    this.#batch.observe(this.#step.observations, 0, this.count);
    this.#count();
    return this.#step;
  }

  /**
   * Throws unless row `i` can be stepped.
   *
   * @returns Whether it is reset instead.
   */
  #rests(i: number, action: unknown): boolean {
    const phase = this.#phase[i];
    if (phase === running) return false;
    if (phase !== unstarted && this.autoreset === "next-step") return true;
    const why = phase === unstarted
      ? "no episode was started"
      : `its episode was ${phases[phase]} at step ${this.#elapsed[i]}`;
    throw new InputError(`Cannot step ${this.id} as ${why}, call reset first: ${show(action)}`);
  }

  #refuse(action: unknown): InputError {
    return new InputError(
      `Cannot step ${this.id} as the action must lie in ${this.actionSpace}: ${show(action)}`,
    );
  }

  /** The usual form of discrete actions, without a look at their type. */
  #readIntegers(given: Int32Array): void {
    const { actions, resting } = this.#inputs;
    const { n, start } = this.actionSpace as Discrete;
    const phase = this.#phase;
    for (let i = 0; i < given.length; i++) {
      const action = given[i];
      const rests = phase[i] !== running && this.#rests(i, action);
      if (rests) resting[i] = 1;
      else if (action < start || action >= start + n) throw this.#refuse(action);
      actions[i] = rests ? start : action;
    }
  }

  #readNumbers(given: ArrayLike<unknown>): void {
    const { actions, resting } = this.#inputs;
    const { n, start } = this.actionSpace as Discrete;
    const phase = this.#phase;
    for (let i = 0; i < given.length; i++) {
      const action = given[i];
      if (phase[i] !== running && this.#rests(i, action)) {
        resting[i] = 1;
        actions[i] = start;
        continue;
      }
      const isIn = typeof action === "number" && action >= start && action < start + n &&
        Math.floor(action) === action;
      if (!isIn) throw this.#refuse(action);
      actions[i] = action;
    }
  }

  /** Actions of a Box, [N × A] in one array. */
  #readFlat(given: Float32Array): void {
    const { actions, resting } = this.#inputs;
    const { low, high } = this.actionSpace as Box;
    const width = this.#width;
    const clips = this.#clips;
    const phase = this.#phase;
    for (let i = 0; i < this.count; i++) {
      const rests = phase[i] !== running && this.#rests(i, given[i * width]);
      resting[i] = rests ? 1 : 0;
      for (let k = 0; k < width; k++) {
        const value = given[i * width + k];
        // NaN and infinities make the difference NaN.
        const isIn = (value >= low[k] && value <= high[k]) || (clips && value - value === 0);
        if (!isIn && !rests) throw this.#refuse(given.slice(i * width, (i + 1) * width));
        actions[i * width + k] = value;
      }
    }
  }

  #readArrays(given: ArrayLike<unknown>): void {
    const { actions, resting } = this.#inputs;
    const width = this.#width;
    for (let i = 0; i < given.length; i++) {
      const action = given[i];
      if (this.#rests(i, action)) {
        resting[i] = 1;
        continue;
      }
      const isIn = action instanceof Float32Array && action.length === width &&
        ((this.#clips && action.every(Number.isFinite)) || this.actionSpace.contains(action));
      if (!isIn) throw this.#refuse(action);
      for (let k = 0; k < width; k++) actions[i * width + k] = action[k];
    }
  }

  /** Counts the step, ends episodes and starts the next ones. */
  #count(): void {
    const { terminated, truncated, started } = this.#step;
    const { resting } = this.#inputs;
    const elapsed = this.#elapsed;
    const limit = this.#limit;
    for (let i = 0; i < this.count; i++) {
      const counted = elapsed[i] + 1;
      const isCut = counted >= limit ? 1 : 0;
      elapsed[i] = counted;
      truncated[i] = isCut;
      started[i] = 0;
      if (resting[i] === 1) this.#startRested(i);
      else if ((terminated[i] | isCut) === 1) this.#end(i);
    }
  }

  #startRested(i: number): void {
    const step = this.#step;
    this.#start(i);
    step.rewards[i] = 0;
    step.terminated[i] = 0;
    step.truncated[i] = 0;
    step.started[i] = 1;
  }

  #end(i: number): void {
    const { observations, finalObservations, terminated: isTerminated, started } = this.#step;
    this.#phase[i] = isTerminated[i] === 1 ? terminated : truncated;
    const end = (i + 1) * this.observationSize;
    for (let k = i * this.observationSize; k < end; k++) finalObservations[k] = observations[k];
    if (this.autoreset !== "same-step") return;
    this.#start(i);
    started[i] = 1;
  }

  snapshot(): Json {
    const environments = Array.from(this.#phase, (phase, i): Json => {
      const state = phase === unstarted ? null : this.#batch.stateOf(i);
      const wrong = firstNotJson(state, "state");
      if (wrong !== undefined) {
        throw new InputError(
          `Cannot snapshot ${this.id} as its state must be plain JSON: ${wrong}`,
        );
      }
      const random = this.#randoms[i]?.snapshot() ?? null;
      return {
        ...{ world: this.id, state, random },
        ...{ phase: phases[phase], elapsed: this.#elapsed[i] },
      };
    });
    const ended = Array.from(
      this.#phase,
      (phase) => this.autoreset === "next-step" && phase > running ? 1 : 0,
    );
    return snapshotRows(environments, ended, this.observations);
  }

  restore(snapshot: Json): void {
    const { environments, observations } = restoreRows(this, snapshot);
    environments.forEach((kept, i) => {
      const { state, random, phase, elapsed } = keptWorld(this.id, kept);
      if (random === null) delete this.#randoms[i];
      else (this.#randoms[i] = defaultRng(0)).restore(random);
      this.#phase[i] = phases.indexOf(phase);
      this.#elapsed[i] = elapsed;
      if (phase !== "unstarted") this.#batch.setState(i, state);
    });
    this.#inputs.resting.fill(0);
    this.#batch.observe(this.observations, 0, this.count);
    this.observations.set(observations);
  }

  close(): void {}
}

/**
 * Environments side by side: in a batch where all of them can stand in one, else one by one.
 *
 * @throws InputError where `count` is no whole number ≥ 1 or the environments' spaces differ.
 */
export function vectorOf(
  make: (index: number) => Environment,
  count: number,
  options: { autoreset: Autoreset },
): Vector {
  checkVector(count, options);
  const environments = Array.from({ length: count }, (_, index) => make(index));
  const [first] = environments;
  const isBatch = environments.every((other) =>
    first.batch !== undefined && other.batch?.key === first.batch.key && other.id === first.id &&
    other.timeLimit === first.timeLimit
  );
  return isBatch
    ? new BatchedEnvironment(first, count, options)
    : new VectorEnvironment((index) => environments[index], count, options);
}
