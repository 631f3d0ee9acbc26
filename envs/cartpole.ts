/**
 * CartPole-v1: keep a pole upright on a cart that is pushed left or right.
 *
 * A port of Gymnasium 1.4's classic control environment on NumPy 1.24, equal to it bit for bit
 * (float32 observations, draws of `reset` included; docs/environments.md says what NumPy 2 changes).
 * The physics are those of A. G. Barto, R. S. Sutton and C. W. Anderson (1983), "Neuronlike adaptive
 * elements that can solve difficult learning control problems", IEEE SMC 13(5), corrected by R. V.
 * Florian (2007), "Correct equations for the dynamics of the cart-pole system", equations 23 and 24
 * without friction.
 *
 * ## Description
 * A cart rolls without friction on a rail, and carries a pole on a free hinge. The pole starts almost
 * upright; pushes to the cart, to the left or to the right, are to keep it so.
 *
 * ## Action space
 * `Discrete(2)`: 0 pushes the cart to the left, 1 to the right, with 10 N for 0.02 s.
 *
 * ## Observation space
 * `Box` of 4 values:
 *
 * | index | observation | least | most | unit |
 * |---|---|---|---|---|
 * | 0 | cart position | −4.8 | 4.8 | m |
 * | 1 | cart velocity | −∞ | ∞ | m/s |
 * | 2 | pole angle | −0.418 (−24°) | 0.418 (24°) | rad |
 * | 3 | pole angular velocity | −∞ | ∞ | rad/s |
 *
 * The bounds are twice the limits at which the episode ends, so that the last observation lies
 * inside, too.
 *
 * ## Rewards
 * 1 for every step, the last one included. With `suttonBartoReward`: 0 for every step and −1 for
 * the one at which the pole falls.
 *
 * ## Starting state
 * All four values uniform in [−0.05, 0.05), or between the options `low` and `high` of `reset`.
 *
 * ## End of episode
 * Terminated where the pole's angle leaves ±12° or the cart's position ±2.4 m. Truncated after 500
 * steps. Solved at a mean return of 475.
 *
 * ## Arguments
 * - `suttonBartoReward` (default false): the reward of Sutton and Barto's book.
 *
 * ## Version history
 * - v1: at most 500 steps; the threshold is 475.
 * - v0 (200 steps) is not part of this lab.
 *
 * @module
 */
import * as z from "zod";
import { defineEnvironment, observeInto } from "../lab/core/define_environment.ts";
import type { EnvironmentDefinition } from "../lab/core/environment.ts";
import type { Color, Scene, Shape } from "../lab/core/scene.ts";
import { Box, Discrete } from "../lab/core/space.ts";
import { boundNames, boundsOf } from "./reset_bounds.ts";
import { cosine, sine } from "../lab/core/sine.ts";

const gravity = 9.8; // m/s²
const massCart = 1.0; // kg
const massPole = 0.1; // kg
const totalMass = massPole + massCart;
const halfLength = 0.5; // m, of the pole
const poleMassLength = massPole * halfLength;
const forceMagnitude = 10.0; // N
const tau = 0.02; // s between two states
const angleLimit = 12 * 2 * Math.PI / 360; // rad
const positionLimit = 2.4; // m

/** The constants of the motion, for the same world in columns. */
export const cartPolePhysics = {
  gravity,
  massPole,
  totalMass,
  halfLength,
  poleMassLength,
  forceMagnitude,
  tau,
  angleLimit,
  positionLimit,
} as const;

/** Constants of the motion that another world may have. */
export type CartPolePhysics = Readonly<
  Record<
    "gravity" | "massPole" | "totalMass" | "halfLength" | "poleMassLength" | "forceMagnitude",
    number
  >
>;

/** Cart position (m) and velocity (m/s), pole angle (rad) and angular velocity (rad/s). */
export type CartPoleState = readonly [
  x: number,
  xVelocity: number,
  angle: number,
  angularVelocity: number,
];

/** Options of CartPole-v1. */
export interface CartPoleOptions {
  /** 0 for every step and −1 for the one at which the pole falls, instead of 1 for every step. */
  readonly suttonBartoReward: boolean;
}

/** Checks the options of CartPole-v1 and fills in the defaults. */
export const cartPoleConfiguration: z.ZodType<CartPoleOptions> = z.strictObject({
  suttonBartoReward: z.boolean().default(false).describe(
    "0 for every step and −1 for the one at which the pole falls, instead of 1 for every step",
  ),
});

/** One Euler step of 0.02 s under `force` (N): Florian's equations 23 and 24, no friction. */
function integrate(
  [x, xVelocity, angle, angularVelocity]: CartPoleState,
  force: number,
  { gravity, massPole, totalMass, halfLength, poleMassLength }: CartPolePhysics,
) {
  const cosAngle = cosine(angle);
  const sinAngle = sine(angle);
  const push = (force + poleMassLength * (angularVelocity * angularVelocity) * sinAngle) /
    totalMass;
  const angularAcceleration = (gravity * sinAngle - cosAngle * push) /
    (halfLength * (4.0 / 3.0 - massPole * (cosAngle * cosAngle) / totalMass));
  const acceleration = push - poleMassLength * angularAcceleration * cosAngle / totalMass;
  return [
    x + tau * xVelocity,
    xVelocity + tau * acceleration,
    angle + tau * angularVelocity,
    angularVelocity + tau * angularAcceleration,
  ] as const;
}

/** CartPole-v1 with its options; `physics`: other constants than its own. */
export function cartPole(
  options: CartPoleOptions,
  physics: CartPolePhysics = cartPolePhysics,
): EnvironmentDefinition<CartPoleState, Float32Array, number> {
  const { forceMagnitude, halfLength } = physics;
  const [running, fallen] = options.suttonBartoReward ? [0, -1] : [1, 1];
  const high = [positionLimit * 2, Infinity, angleLimit * 2, Infinity];
  return defineEnvironment({
    id: "CartPole-v1",
    summary: "Keep a pole upright on a cart",
    observationSpace: new Box({ low: high.map((bound) => -bound), high }),
    actionSpace: new Discrete(2),
    timeLimit: 500,
    rewardThreshold: 475,
    resetOptions: boundNames,
    reset(random, options): CartPoleState {
      const [low, high] = boundsOf("CartPole-v1", options, [-0.05, 0.05]);
      const draw = () => random.uniform(low, high);
      return [draw(), draw(), draw(), draw()];
    },
    step(before: CartPoleState, action: number) {
      const state = integrate(before, action === 1 ? forceMagnitude : -forceMagnitude, physics);
      const terminated = state[0] < -positionLimit || state[0] > positionLimit ||
        state[2] < -angleLimit || state[2] > angleLimit;
      return { state, reward: terminated ? fallen : running, terminated };
    },
    observe: observeInto(4, (state, out, offset) => {
      out[offset] = state[0];
      out[offset + 1] = state[1];
      out[offset + 2] = state[2];
      out[offset + 3] = state[3];
    }),
    scene: ([x, , angle]) => draw(x, angle, 2 * halfLength),
  });
}

const colors: Record<"paper" | "track" | "cart" | "pole" | "axle", Color> = {
  paper: "#f7f6f2",
  track: "#8a8f98",
  cart: "#2b3440",
  pole: "#d08a4a",
  axle: "#7f8fd0",
};

function draw(x: number, angle: number, length: number): Scene {
  const joint = [x, 0.2] as const;
  const tip = [x + length * sine(angle), 0.2 + length * cosine(angle)] as const;
  const track = (...points: [number, number][]): Shape => ({
    kind: "line",
    points,
    color: colors.track,
    width: 0.02,
  });
  const [left, right] = [x - 0.25, x + 0.25];
  return {
    view: [-2.6, -0.4, 2.6, 1.4],
    background: colors.paper,
    shapes: [
      track([-2.6, -0.1], [2.6, -0.1]),
      track([-positionLimit, -0.1], [-positionLimit, 0.06]),
      track([positionLimit, -0.1], [positionLimit, 0.06]),
      {
        kind: "polygon",
        points: [[left, -0.1], [right, -0.1], [right, 0.2], [left, 0.2]],
        fill: colors.cart,
      },
      { kind: "line", points: [joint, tip], color: colors.pole, width: 0.09 },
      { kind: "circle", center: joint, radius: 0.05, fill: colors.axle },
    ],
  };
}
