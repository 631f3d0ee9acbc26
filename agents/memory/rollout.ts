/**
 * Rollouts: T steps of N environments in typed columns, time-major, as on-policy agents learn from
 * them.
 *
 * @module
 */
import type { Generator } from "../../lab/core/random.ts";
import { type NamedTensors, tensorOf } from "../../lab/core/tensor_data.ts";
import type { VectorStep } from "../../lab/core/vector.ts";
import type { World, WorldShape } from "../worlds/world.ts";
import type { RolloutColumns } from "../returns/advantages.ts";
import { type ActionRows, actionRows, actionSize, maskLogits } from "../distributions/actions.ts";
import type { PolicyDistribution } from "../distributions/policy_distribution.ts";
import type { ScoreProgram } from "../trainers/evaluation.ts";
import { type Columns, copied, restoreColumns, tensorsOf } from "./columns.ts";

/** The last observation of an episode that a time limit cut: its value is bootstrapped from. */
export interface CutEpisode {
  /** Row of the transition, t · N + n. */
  readonly row: number;
  /** [D]. */
  readonly observation: Float32Array;
}

/** Room for T · N transitions of a policy. */
export class TransitionRows {
  /** T · N. */
  readonly size: number;
  /** Length D of a flat observation. */
  readonly observationSize: number;
  /** [T · N, D]. */
  readonly observations: Float32Array;
  /** [T · N, K]. */
  readonly actions: ActionRows;
  /** K. */
  readonly actionSize: number;
  /** [T · N], ln π(a|s) under the policy that acted. */
  readonly logProbabilities: Float64Array;
  /** [T · N]. */
  readonly rewards: Float64Array;
  /** [T · N]. */
  readonly terminated: Uint8Array;
  /** [T · N]. */
  readonly truncated: Uint8Array;
  /** [T · N, A] where actions are masked: what might be chosen. */
  readonly masks: Uint8Array | undefined;

  /**
   * @param length Steps T of each environment.
   * @param environments Environments N.
   */
  constructor(
    readonly length: number,
    readonly environments: number,
    { observationSize, actionSpace, masked }: WorldShape,
  ) {
    const size = length * environments;
    this.size = size;
    this.observationSize = observationSize;
    this.observations = new Float32Array(size * observationSize);
    this.actionSize = actionSize(actionSpace);
    this.actions = actionRows(actionSpace, size);
    this.logProbabilities = new Float64Array(size);
    this.rewards = new Float64Array(size);
    this.terminated = new Uint8Array(size);
    this.truncated = new Uint8Array(size);
    if (masked) this.masks = new Uint8Array(size * actionSpace.flatSize);
  }

  /**
   * Draws the actions of step `t` from distribution inputs [N, P] within the world's masks, takes it
   * and notes all of it but the observations.
   *
   * @param scores Out: those of forbidden actions are the lowest.
   */
  protected act(
    t: number,
    scores: Float32Array,
    world: World,
    distribution: PolicyDistribution,
    random: Generator,
  ): VectorStep {
    const [row, next] = [t * this.environments, (t + 1) * this.environments];
    const { masks } = world;
    if (masks !== undefined) this.masks!.set(masks, t * masks.length);
    const inputs = maskLogits(scores, masks);
    const actions = this.actions.subarray(row * this.actionSize, next * this.actionSize);
    distribution.sample(inputs, random, actions, this.logProbabilities.subarray(row, next));
    const step = world.step(actions);
    this.rewards.set(step.rewards, row);
    this.terminated.set(step.terminated, row);
    this.truncated.set(step.truncated, row);
    return step;
  }
}

/** A rollout of a policy without memory; each collection overwrites it. */
export class Rollout extends TransitionRows {
  /** [T · N, P] where they are kept: distribution inputs of the policy that acted. */
  readonly distributionInputs: Float32Array | undefined;
  /** Final observations of truncated episodes, by row. */
  readonly cut: CutEpisode[] = [];

  /** @param inputSize P, to keep the distribution inputs; left out: they are not. */
  constructor(length: number, environments: number, shape: WorldShape, inputSize?: number) {
    super(length, environments, shape);
    if (inputSize !== undefined) this.distributionInputs = new Float32Array(this.size * inputSize);
  }

  /**
   * Acts for `length` steps (at most T), sampling from the policy. Episodes go on from where the
   * last collection left them.
   *
   * @param actor Distribution inputs [N, P] for observations [N, D].
   * @param random Draws the actions.
   */
  async collect(
    world: World,
    actor: ScoreProgram,
    distribution: PolicyDistribution,
    random: Generator,
    length: number,
  ): Promise<void> {
    const { environments: count, observationSize: width } = this;
    this.cut.length = 0;
    for (let t = 0; t < length; t++) {
      const row = t * count;
      distribution.renewNoise?.(t, count, random);
      this.observations.set(world.observations, row * width);
      actor.input.observations.set(world.observations);
      actor.run();
      const inputs = await actor.read("scores");
      const step = this.act(t, inputs, world, distribution, random);
      this.distributionInputs?.set(inputs, t * inputs.length);
      for (let n = 0; n < count; n++) {
        if (!step.truncated[n] || step.terminated[n]) continue;
        const observation = step.finalObservations.slice(n * width, (n + 1) * width);
        this.cut.push({ row: row + n, observation });
      }
    }
  }

  /** The first `count` transitions with their values, as advantages are estimated from. */
  columns(count: number, values: Float64Array, nextValues: Float64Array): RolloutColumns {
    return {
      environments: this.environments,
      rewards: this.rewards.subarray(0, count),
      values,
      nextValues,
      terminated: this.terminated.subarray(0, count),
      truncated: this.truncated.subarray(0, count),
    };
  }

  get #columns(): Columns {
    return {
      observations: [this.observations, this.observationSize],
      actions: [this.actions, this.actionSize],
      logProbabilities: [this.logProbabilities],
      rewards: [this.rewards],
      terminated: [this.terminated],
      truncated: [this.truncated],
      ...this.masks && { masks: [this.masks, this.masks.length / this.size] },
    };
  }

  /** The first `count` transitions, copied. */
  snapshot(count: number): NamedTensors {
    const { observationSize: width, cut } = this;
    const finals = new Float32Array(cut.length * width);
    cut.forEach(({ observation }, i) => finals.set(observation, i * width));
    return {
      ...copied(tensorsOf(this.#columns, count)),
      cutRows: tensorOf(Int32Array.from(cut, ({ row }) => row), [cut.length]),
      cutObservations: tensorOf(finals, [cut.length, width]),
    };
  }

  /** Goes on from a snapshot of a rollout of the same shape. */
  restore(tensors: NamedTensors): void {
    const width = this.observationSize;
    restoreColumns(this.#columns, tensors);
    const finals = tensors.cutObservations.values as Float32Array;
    this.cut.length = 0;
    tensors.cutRows.values.forEach((row, i) =>
      this.cut.push({ row, observation: finals.slice(i * width, (i + 1) * width) })
    );
  }
}
