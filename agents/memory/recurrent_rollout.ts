/**
 * Rollouts of a policy with memory: T steps of N environments in typed columns, time-major, with the
 * memory at the start of every sequence of L steps, from which learning unrolls the networks again.
 *
 * @module
 */
import type { Generator } from "../../lab/core/random.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import type { Program } from "../../lab/compute/workspace.ts";
import type { RolloutColumns } from "../returns/advantages.ts";
import type { PolicyDistribution } from "../distributions/policy_distribution.ts";
import type { World, WorldShape } from "../worlds/world.ts";
import { TransitionRows } from "./rollout.ts";

/** One step of N environments: distribution inputs, values and the memory after it. */
export type RecurrentActor = Program<
  {
    readonly observations: readonly [readonly number[], "float32"];
    readonly memory: readonly [readonly number[], "float32"];
    readonly kept: readonly [readonly number[], "float32"];
  },
  never,
  "inputs" | "values" | "memory"
>;

/** A rollout of a policy with memory; each collection overwrites it. */
export class RecurrentRollout extends TransitionRows implements RolloutColumns {
  /** [T · N], 0 where the observation is an episode's first: memory is cleared before it. */
  readonly kept: Float32Array;
  /** [T · N], V(s_t) under the networks that acted. */
  readonly values: Float64Array;
  /** [T · N], V of what each step led to, the final observation where an episode ended. */
  readonly nextValues: Float64Array;
  /** [T / L · N, M]: memory before the first step of each sequence. */
  readonly memories: Float32Array;
  /** [N, M]: memory of the episodes under way. */
  readonly #memory: Float32Array;
  /** [N]: 1 where the next observation is an episode's first. */
  readonly #started: Uint8Array;

  /**
   * @param length Steps T of each environment.
   * @param sequenceLength Steps L of a sequence; divides T.
   * @param environments Environments N.
   * @param memorySize Length M of a row of memory.
   */
  constructor(
    length: number,
    readonly sequenceLength: number,
    environments: number,
    readonly memorySize: number,
    shape: WorldShape,
  ) {
    super(length, environments, shape);
    this.kept = new Float32Array(this.size);
    this.values = new Float64Array(this.size);
    this.nextValues = new Float64Array(this.size);
    this.memories = new Float32Array(this.size / sequenceLength * memorySize);
    this.#memory = new Float32Array(environments * memorySize);
    this.#started = new Uint8Array(environments).fill(1);
  }

  /** Acts for T steps, sampling from the policy. Episodes and memory go on from the last time. */
  async collect(
    world: World,
    actor: RecurrentActor,
    distribution: PolicyDistribution,
    random: Generator,
  ): Promise<void> {
    const { length, sequenceLength, environments: count, observationSize: width } = this;
    for (let t = 0; t < length; t++) {
      const row = t * count;
      distribution.renewNoise?.(t, count, random);
      if (t % sequenceLength === 0) {
        this.memories.set(this.#memory, t / sequenceLength * this.#memory.length);
      }
      this.observations.set(world.observations, row * width);
      this.#run(actor, world.observations);
      this.kept.set(actor.input.kept, row);
      this.values.set(await actor.read("values"), row);
      if (t > 0) this.#follow(t - 1, this.values.subarray(row));
      this.#memory.set(await actor.read("memory"));
      const step = this.act(t, await actor.read("inputs"), world, distribution, random);
      this.#started.fill(0);
      if (step.truncated.includes(1)) {
        this.#run(actor, step.finalObservations);
        const finals = await actor.read("values");
        for (let n = 0; n < count; n++) {
          if (step.truncated[n]) this.nextValues[row + n] = finals[n];
        }
      }
      this.#started.set(step.started);
    }
    this.#run(actor, world.observations);
    this.#follow(length - 1, await actor.read("values"));
  }

  /** Runs the networks on `observations` with the memory as it stands. */
  #run(actor: RecurrentActor, observations: Float32Array): void {
    actor.input.observations.set(observations);
    actor.input.memory.set(this.#memory);
    for (let n = 0; n < this.environments; n++) actor.input.kept[n] = 1 - this.#started[n];
    actor.run();
  }

  /** Notes what step `t` led to by the values after it, [N], but where it was cut. */
  #follow(t: number, values: ArrayLike<number>): void {
    const row = t * this.environments;
    for (let n = 0; n < this.environments; n++) {
      if (!this.truncated[row + n]) this.nextValues[row + n] = values[n];
    }
  }

  /** Memory and starts of the episodes under way. */
  snapshot(): Json {
    return { memory: [...this.#memory], started: [...this.#started] };
  }

  /** Goes on from a snapshot. */
  restore(snapshot: Json): void {
    const { memory, started } = snapshot as { memory: number[]; started: number[] };
    this.#memory.set(memory);
    this.#started.set(started);
  }

  /** The next observations are the first ones of their episodes. */
  abandon(): void {
    this.#started.fill(1);
  }
}
