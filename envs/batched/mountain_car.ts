/**
 * MountainCar-v0 in columns.
 *
 * @module
 */
import type { Batch, BatchStep } from "../../lab/core/environment.ts";
import type { Generator } from "../../lab/core/random.ts";
import {
  type MountainCarOptions,
  mountainCarPhysics,
  type MountainCarState,
} from "../mountain_car.ts";
import { cosines } from "../../lab/core/sine.ts";

const { leastPosition, mostPosition, mostSpeed, goalPosition, force, gravity } = mountainCarPhysics;

/** N cars in the valley. */
export class MountainCarBatch implements Batch<MountainCarState> {
  readonly #position: Float64Array;
  readonly #velocity: Float64Array;
  readonly #slope: Float64Array;
  readonly #goalVelocity: number;

  /** `count` cars, none of them started. */
  constructor({ goalVelocity }: MountainCarOptions, readonly count: number) {
    this.#goalVelocity = goalVelocity;
    this.#position = new Float64Array(count);
    this.#velocity = new Float64Array(count);
    this.#slope = new Float64Array(count);
  }

  reset(row: number, random: Generator): void {
    this.#position[row] = random.uniform(-0.6, -0.4);
    this.#velocity[row] = 0;
  }

  step({ actions, rewards, terminated }: BatchStep): void {
    const { count } = this;
    const positions = this.#position;
    const velocities = this.#velocity;
    const slope = this.#slope;
    const goalVelocity = this.#goalVelocity;
    for (let i = 0; i < count; i++) slope[i] = 3 * positions[i];
    cosines(slope, slope, 0, count);
    for (let i = 0; i < count; i++) {
      let velocity = velocities[i] + ((actions[i] - 1) * force + slope[i] * -gravity);
      if (velocity < -mostSpeed) velocity = -mostSpeed;
      else if (velocity > mostSpeed) velocity = mostSpeed;
      let position = positions[i] + velocity;
      if (position < leastPosition) position = leastPosition;
      else if (position > mostPosition) position = mostPosition;
      if (position === leastPosition && velocity < 0) velocity = 0;
      positions[i] = position;
      velocities[i] = velocity;
      rewards[i] = -1;
      terminated[i] = position >= goalPosition && velocity >= goalVelocity ? 1 : 0;
    }
  }

  observe(out: Float32Array, from: number, to: number): void {
    const positions = this.#position;
    const velocities = this.#velocity;
    for (let i = from; i < to; i++) {
      out[2 * i] = positions[i];
      out[2 * i + 1] = velocities[i];
    }
  }

  stateOf(row: number): MountainCarState {
    return [this.#position[row], this.#velocity[row]];
  }

  setState(row: number, [position, velocity]: MountainCarState): void {
    this.#position[row] = position;
    this.#velocity[row] = velocity;
  }
}
