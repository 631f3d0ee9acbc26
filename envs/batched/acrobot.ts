/**
 * Acrobot-v1 in columns.
 *
 * @module
 */
import type { Batch, BatchStep } from "../../lab/core/environment.ts";
import type { Generator } from "../../lab/core/random.ts";
import { type AcrobotOptions, acrobotPhysics, type AcrobotState, bound, wrap } from "../acrobot.ts";
import { cosines, sines } from "../../lab/core/sine.ts";

const { tau, gravity, mostVelocities } = acrobotPhysics;

/** One column for each of a state's four values. */
type Columns = readonly [Float64Array, Float64Array, Float64Array, Float64Array];

/** N chains of two links. */
export class AcrobotBatch implements Batch<AcrobotState> {
  readonly #state: Columns;
  /** States at which a slope is taken, and the weighted sum of the slopes. */
  readonly #at: Columns;
  readonly #total: Columns;
  readonly #torque: Float64Array;
  /** Sines and cosines by what they are of. */
  readonly #sine1: Float64Array;
  readonly #sine2: Float64Array;
  readonly #cosine1: Float64Array;
  readonly #cosine2: Float64Array;
  readonly #sum: Float64Array;
  readonly #nips: boolean;
  readonly #noise: number;

  /** `count` chains, none of them started. */
  constructor({ bookOrNips, torqueNoiseMax }: AcrobotOptions, readonly count: number) {
    const column = () => new Float64Array(count);
    const columns = (): Columns => [column(), column(), column(), column()];
    this.#state = columns();
    this.#at = columns();
    this.#total = columns();
    this.#torque = column();
    this.#sine1 = column();
    this.#sine2 = column();
    this.#cosine1 = column();
    this.#cosine2 = column();
    this.#sum = column();
    this.#nips = bookOrNips === "nips";
    this.#noise = torqueNoiseMax;
  }

  reset(row: number, random: Generator): void {
    for (let k = 0; k < 4; k++) {
      this.#state[k][row] = Math.fround(random.uniform(-0.1, 0.1));
    }
  }

  step({ actions, resting, randoms, rewards, terminated }: BatchStep): void {
    const { count } = this;
    const noise = this.#noise;
    const torque = this.#torque;
    for (let i = 0; i < count; i++) {
      torque[i] = actions[i] - 1;
      if (noise > 0 && resting[i] === 0) torque[i] += randoms[i].uniform(-noise, noise);
    }
    // The classical Runge-Kutta method of order 4.
    for (let k = 0; k < 4; k++) this.#at[k].set(this.#state[k]);
    this.#addSlopes(1, tau / 2);
    this.#addSlopes(2, tau / 2);
    this.#addSlopes(2, tau);
    this.#addSlopes(1, 0);
    this.#move();
    const sum = this.#sum;
    const cosine1 = this.#cosine1;
    cosines(sum, sum, 0, count);
    cosines(this.#state[0], cosine1, 0, count);
    for (let i = 0; i < count; i++) {
      const ends = -cosine1[i] - sum[i] > 1;
      terminated[i] = ends ? 1 : 0;
      rewards[i] = ends ? 0 : -1;
    }
  }

  /** Moves the states along their total slopes, which start from 0 again. */
  #move(): void {
    const { count } = this;
    const [angle1, angle2, velocity1, velocity2] = this.#state;
    const [total1, total2, total3, total4] = this.#total;
    const [most1, most2] = mostVelocities;
    const sum = this.#sum;
    for (let i = 0; i < count; i++) {
      angle1[i] = wrap(angle1[i] + tau / 6 * total1[i]);
      angle2[i] = wrap(angle2[i] + tau / 6 * total2[i]);
      velocity1[i] = bound(velocity1[i] + tau / 6 * total3[i], most1);
      velocity2[i] = bound(velocity2[i] + tau / 6 * total4[i], most2);
      sum[i] = angle2[i] + angle1[i];
    }
    for (const total of this.#total) total.fill(0);
  }

  /**
   * Adds `weight` × the slopes at `at` to their total, then moves `at` by `time` along them from the
   * state. The equations of motion are those of `accelerations` of the single chain.
   */
  #addSlopes(weight: number, time: number): void {
    const { count } = this;
    const nips = this.#nips;
    const torque = this.#torque;
    const [angle1, angle2, velocity1, velocity2] = this.#state;
    const [at1, at2, at3, at4] = this.#at;
    const [total1, total2, total3, total4] = this.#total;
    const sine2 = this.#sine2;
    const cosine2 = this.#cosine2;
    const cosine1 = this.#cosine1;
    const sum = this.#sum;
    for (let i = 0; i < count; i++) {
      cosine1[i] = at1[i] - Math.PI / 2;
      sum[i] = at1[i] + at2[i] - Math.PI / 2;
    }
    sines(at2, sine2, 0, count);
    cosines(at2, cosine2, 0, count);
    cosines(cosine1, cosine1, 0, count);
    cosines(sum, sum, 0, count);
    for (let i = 0; i < count; i++) {
      const v1 = at3[i];
      const v2 = at4[i];
      const d1 = 0.25 + (1.25 + cosine2[i]) + 1 + 1;
      const d2 = 0.25 + 0.5 * cosine2[i] + 1;
      const phi2 = 0.5 * gravity * sum[i];
      const phi1 = -0.5 * (v2 * v2) * sine2[i] - v2 * v1 * sine2[i] +
        1.5 * gravity * cosine1[i] + phi2;
      const driving = torque[i] + d2 / d1 * phi1;
      const centrifugal = nips ? 0 : 0.5 * (v1 * v1) * sine2[i];
      const slope4 = (driving - centrifugal - phi2) / (1.25 - d2 * d2 / d1);
      const slope3 = -(d2 * slope4 + phi1) / d1;
      total1[i] += weight * v1;
      total2[i] += weight * v2;
      total3[i] += weight * slope3;
      total4[i] += weight * slope4;
      at1[i] = angle1[i] + time * v1;
      at2[i] = angle2[i] + time * v2;
      at3[i] = velocity1[i] + time * slope3;
      at4[i] = velocity2[i] + time * slope4;
    }
  }

  observe(out: Float32Array, from: number, to: number): void {
    const [angle1, angle2, velocity1, velocity2] = this.#state;
    const sine1 = this.#sine1;
    const sine2 = this.#sine2;
    const cosine1 = this.#cosine1;
    const cosine2 = this.#cosine2;
    cosines(angle1, cosine1, from, to);
    sines(angle1, sine1, from, to);
    cosines(angle2, cosine2, from, to);
    sines(angle2, sine2, from, to);
    for (let i = from; i < to; i++) {
      out[6 * i] = cosine1[i];
      out[6 * i + 1] = sine1[i];
      out[6 * i + 2] = cosine2[i];
      out[6 * i + 3] = sine2[i];
      out[6 * i + 4] = velocity1[i];
      out[6 * i + 5] = velocity2[i];
    }
  }

  stateOf(row: number): AcrobotState {
    const [angle1, angle2, velocity1, velocity2] = this.#state;
    return [angle1[row], angle2[row], velocity1[row], velocity2[row]];
  }

  setState(row: number, state: AcrobotState): void {
    for (let k = 0; k < 4; k++) this.#state[k][row] = state[k];
  }
}
