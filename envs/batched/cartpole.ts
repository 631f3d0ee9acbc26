/**
 * CartPole-v1 in columns.
 *
 * @module
 */
import type { Batch, BatchStep } from "../../lab/core/environment.ts";
import type { Generator } from "../../lab/core/random.ts";
import { type CartPoleOptions, cartPolePhysics, type CartPoleState } from "../cartpole.ts";
import { cosines, sines } from "../../lab/core/sine.ts";

const { gravity, massPole, totalMass, halfLength, poleMassLength } = cartPolePhysics;
const { forceMagnitude, tau, angleLimit, positionLimit } = cartPolePhysics;

/** N carts with their poles. */
export class CartPoleBatch implements Batch<CartPoleState> {
  readonly #x: Float64Array;
  readonly #xVelocity: Float64Array;
  readonly #angle: Float64Array;
  readonly #angularVelocity: Float64Array;
  readonly #sine: Float64Array;
  readonly #cosine: Float64Array;
  readonly #running: number;
  readonly #fallen: number;

  /** `count` carts, none of them started. */
  constructor({ suttonBartoReward }: CartPoleOptions, readonly count: number) {
    [this.#running, this.#fallen] = suttonBartoReward ? [0, -1] : [1, 1];
    this.#x = new Float64Array(count);
    this.#xVelocity = new Float64Array(count);
    this.#angle = new Float64Array(count);
    this.#angularVelocity = new Float64Array(count);
    this.#sine = new Float64Array(count);
    this.#cosine = new Float64Array(count);
  }

  reset(row: number, random: Generator): void {
    this.#x[row] = random.uniform(-0.05, 0.05);
    this.#xVelocity[row] = random.uniform(-0.05, 0.05);
    this.#angle[row] = random.uniform(-0.05, 0.05);
    this.#angularVelocity[row] = random.uniform(-0.05, 0.05);
  }

  step({ actions, rewards, terminated }: BatchStep): void {
    const { count } = this;
    const x = this.#x;
    const xVelocity = this.#xVelocity;
    const angle = this.#angle;
    const angularVelocity = this.#angularVelocity;
    const sine = this.#sine;
    const cosine = this.#cosine;
    const running = this.#running;
    const fallen = this.#fallen;
    sines(angle, sine, 0, count);
    cosines(angle, cosine, 0, count);
    for (let i = 0; i < count; i++) {
      // Without a branch, as nothing can predict an action.
      const force = (2 * actions[i] - 1) * forceMagnitude;
      const spin = angularVelocity[i];
      const speed = xVelocity[i];
      const push = (force + poleMassLength * (spin * spin) * sine[i]) / totalMass;
      const angularAcceleration = (gravity * sine[i] - cosine[i] * push) /
        (halfLength * (4.0 / 3.0 - massPole * (cosine[i] * cosine[i]) / totalMass));
      const acceleration = push - poleMassLength * angularAcceleration * cosine[i] / totalMass;
      const nextX = x[i] + tau * speed;
      const nextAngle = angle[i] + tau * spin;
      x[i] = nextX;
      xVelocity[i] = speed + tau * acceleration;
      angle[i] = nextAngle;
      angularVelocity[i] = spin + tau * angularAcceleration;
      const ends = Math.abs(nextX) > positionLimit || Math.abs(nextAngle) > angleLimit;
      terminated[i] = ends ? 1 : 0;
      rewards[i] = ends ? fallen : running;
    }
  }

  observe(out: Float32Array, from: number, to: number): void {
    const x = this.#x;
    const xVelocity = this.#xVelocity;
    const angle = this.#angle;
    const angularVelocity = this.#angularVelocity;
    for (let i = from; i < to; i++) {
      out[4 * i] = x[i];
      out[4 * i + 1] = xVelocity[i];
      out[4 * i + 2] = angle[i];
      out[4 * i + 3] = angularVelocity[i];
    }
  }

  stateOf(row: number): CartPoleState {
    return [this.#x[row], this.#xVelocity[row], this.#angle[row], this.#angularVelocity[row]];
  }

  setState(row: number, [x, xVelocity, angle, angularVelocity]: CartPoleState): void {
    this.#x[row] = x;
    this.#xVelocity[row] = xVelocity;
    this.#angle[row] = angle;
    this.#angularVelocity[row] = angularVelocity;
  }
}
