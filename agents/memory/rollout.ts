/**
 * Rollouts: T steps of N environments in typed columns, time-major, as on-policy agents learn from
 * them.
 *
 * @module
 */
import type { Generator } from "../../lab/core/random.ts";
import type { Dtype, NamedTensors, TensorData, TypedArrays } from "../../lab/core/tensor_data.ts";
import type { World, WorldShape } from "../worlds/world.ts";
import type { RolloutColumns } from "../returns/advantages.ts";
import { type ActionRows, actionRows, actionSize, maskLogits } from "../distributions/actions.ts";
import type { PolicyDistribution } from "../distributions/policy_distribution.ts";
import type { ScoreProgram } from "../trainers/evaluation.ts";

/** The last observation of an episode that a time limit cut: its value is bootstrapped from. */
export interface CutEpisode {
  /** Row of the transition, t · N + n. */
  readonly row: number;
  /** [D]. */
  readonly observation: Float32Array;
}

/** Room for T · N transitions; each collection overwrites it. */
export class Rollout {
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
  /** [T · N, A] where actions are masked: what might be chosen. */
  readonly masks: Uint8Array | undefined;
  /** [T · N, P] where they are kept: distribution inputs of the policy that acted. */
  readonly distributionInputs: Float32Array | undefined;
  /** [T · N]. */
  readonly rewards: Float64Array;
  /** [T · N]. */
  readonly terminated: Uint8Array;
  /** [T · N]. */
  readonly truncated: Uint8Array;
  /** Final observations of truncated episodes, by row. */
  readonly cut: CutEpisode[] = [];

  /**
   * @param length Steps T of each environment.
   * @param environments Environments N.
   * @param inputSize P, to keep the distribution inputs; left out: they are not.
   */
  constructor(
    readonly length: number,
    readonly environments: number,
    { observationSize, actionSpace, masked }: WorldShape,
    inputSize?: number,
  ) {
    const size = length * environments;
    this.size = size;
    this.observationSize = observationSize;
    this.observations = new Float32Array(size * observationSize);
    this.actionSize = actionSize(actionSpace);
    this.actions = actionRows(actionSpace, size);
    this.logProbabilities = new Float64Array(size);
    if (masked) this.masks = new Uint8Array(size * actionSpace.flatSize);
    if (inputSize !== undefined) this.distributionInputs = new Float32Array(size * inputSize);
    this.rewards = new Float64Array(size);
    this.terminated = new Uint8Array(size);
    this.truncated = new Uint8Array(size);
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
      const { masks } = world;
      if (masks !== undefined) this.masks!.set(masks, t * masks.length);
      const inputs = maskLogits(await actor.read("scores"), masks);
      this.distributionInputs?.set(inputs, t * inputs.length);
      const actions = this.actions.subarray(row * this.actionSize, (row + count) * this.actionSize);
      distribution.sample(
        inputs,
        random,
        actions,
        this.logProbabilities.subarray(row, row + count),
      );
      const step = world.step(actions);
      this.rewards.set(step.rewards, row);
      this.terminated.set(step.terminated, row);
      this.truncated.set(step.truncated, row);
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

  /** The first `count` transitions, copied. */
  snapshot(count: number): NamedTensors {
    const { observationSize: width, actionSize, cut } = this;
    const actions = this.actions.slice(0, count * actionSize);
    const column = <D extends Dtype>(dtype: D, values: TypedArrays[D]): TensorData => ({
      shape: [count],
      dtype,
      values: values.slice(0, count) as TypedArrays[D],
    });
    const cutObservations = new Float32Array(cut.length * width);
    cut.forEach(({ observation }, i) => cutObservations.set(observation, i * width));
    return {
      observations: {
        shape: [count, width],
        dtype: "float32",
        values: this.observations.slice(0, count * width),
      },
      actions: actions instanceof Float32Array
        ? { shape: [count, actionSize], dtype: "float32", values: actions }
        : { shape: [count, actionSize], dtype: "int32", values: actions },
      logProbabilities: column("float64", this.logProbabilities),
      rewards: column("float64", this.rewards),
      terminated: column("uint8", this.terminated),
      truncated: column("uint8", this.truncated),
      cutRows: {
        shape: [cut.length],
        dtype: "int32",
        values: Int32Array.from(cut, ({ row }) => row),
      },
      cutObservations: { shape: [cut.length, width], dtype: "float32", values: cutObservations },
    };
  }

  /** Goes on from a snapshot of a rollout of the same shape. */
  restore(tensors: NamedTensors): void {
    const width = this.observationSize;
    for (
      const name of [
        "observations",
        "actions",
        "logProbabilities",
        "rewards",
        "terminated",
        "truncated",
      ] as const
    ) {
      this[name].set(tensors[name].values);
    }
    const finals = tensors.cutObservations.values as Float32Array;
    this.cut.length = 0;
    tensors.cutRows.values.forEach((row, i) =>
      this.cut.push({ row, observation: finals.slice(i * width, (i + 1) * width) })
    );
  }
}
