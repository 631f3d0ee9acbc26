/**
 * Pendulum-v1 in columns.
 *
 * @module
 */
import type { Batch, BatchStep } from "../../lab/core/environment.ts";
import type { Generator } from "../../lab/core/random.ts";
import {
  normalize,
  type PendulumOptions,
  pendulumPhysics,
  type PendulumState,
} from "../pendulum.ts";
import { cosines, sines } from "../../lab/core/sine.ts";

const { mostSpeed, mostTorque, tau } = pendulumPhysics;

/** N pendulums. */
export class PendulumBatch implements Batch<PendulumState> {
  readonly #angle: Float64Array;
  readonly #angularVelocity: Float64Array;
  /** Of the present angles: `observe` leaves them for the next step. */
  readonly #sine: Float64Array;
  readonly #cosine: Float64Array;
  readonly #g: number;

  /** `count` pendulums, none of them started. */
  constructor({ g }: PendulumOptions, readonly count: number) {
    this.#g = g;
    this.#angle = new Float64Array(count);
    this.#angularVelocity = new Float64Array(count);
    this.#sine = new Float64Array(count);
    this.#cosine = new Float64Array(count);
  }

  reset(row: number, random: Generator): void {
    this.#angle[row] = random.uniform(-Math.PI, Math.PI);
    this.#angularVelocity[row] = random.uniform(-1, 1);
  }

  step({ actions, rewards, terminated }: BatchStep): void {
    const { count } = this;
    const angles = this.#angle;
    const velocities = this.#angularVelocity;
    const sine = this.#sine;
    const g = this.#g;
    for (let i = 0; i < count; i++) {
      const torque = Math.max(-mostTorque, Math.min(mostTorque, actions[i]));
      const deviation = normalize(angles[i]);
      const velocity = velocities[i];
      const cost = deviation * deviation + 0.1 * (velocity * velocity) +
        0.001 * (torque * torque);
      const free = velocity + (3 * g / 2 * sine[i] + 3 * torque) * tau;
      const next = Math.max(-mostSpeed, Math.min(mostSpeed, free));
      angles[i] += next * tau;
      velocities[i] = next;
      rewards[i] = -cost;
      terminated[i] = 0;
    }
  }

  observe(out: Float32Array, from: number, to: number): void {
    const velocities = this.#angularVelocity;
    const sine = this.#sine;
    const cosine = this.#cosine;
    sines(this.#angle, sine, from, to);
    cosines(this.#angle, cosine, from, to);
    for (let i = from; i < to; i++) {
      out[3 * i] = cosine[i];
      out[3 * i + 1] = sine[i];
      out[3 * i + 2] = velocities[i];
    }
  }

  stateOf(row: number): PendulumState {
    return [this.#angle[row], this.#angularVelocity[row]];
  }

  setState(row: number, [angle, angularVelocity]: PendulumState): void {
    this.#angle[row] = angle;
    this.#angularVelocity[row] = angularVelocity;
  }
}
