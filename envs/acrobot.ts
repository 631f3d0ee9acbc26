/**
 * Acrobot-v1: swing the end of a two-link chain above a line.
 *
 * A port of Gymnasium 1.4's classic control environment on NumPy 1.24, equal to it in float32 but
 * for one observation in a thousand (by 2e-7: docs/environments.md). The world is that of R. S.
 * Sutton (1996), "Generalization in reinforcement learning: successful examples using sparse coarse
 * coding", with the equations of Sutton and Barto's book (1998, section 11.3), integrated by the
 * classical Runge-Kutta method.
 *
 * ## Description
 * Two links hang in a chain from a fixed joint; only the joint between them has a motor. The free
 * end is to be swung up to one link's length above the fixed joint.
 *
 * ## Action space
 * `Discrete(3)`: a torque of −1, 0 or 1 N m at the middle joint for 0.2 s.
 *
 * ## Observation space
 * `Box` of 6 values:
 *
 * | index | observation | least | most |
 * |---|---|---|---|
 * | 0, 1 | cosine and sine of the first link's angle | −1 | 1 |
 * | 2, 3 | cosine and sine of the second link's angle | −1 | 1 |
 * | 4 | angular velocity of the first | −4π | 4π |
 * | 5 | angular velocity of the second | −9π | 9π |
 *
 * The first angle is 0 where the link hangs down; the second is relative to the first link.
 *
 * ## Rewards
 * −1 for every step, 0 for the one that reaches the height.
 *
 * ## Starting state
 * Both angles and velocities uniform in [−0.1, 0.1), or between the options `low` and `high` of
 * `reset`, rounded to float32.
 *
 * ## End of episode
 * Terminated where −cos θ₁ − cos(θ₁ + θ₂) > 1. Truncated after 500 steps. Solved at a mean return
 * of −100.
 *
 * ## Arguments
 * - `bookOrNips` (default `book`): the equations of the book, or those of the paper of 1996, which
 *   lack a term.
 * - `torqueNoiseMax` (0): a uniform draw from ± this is added to the torque.
 *
 * In Gymnasium these two are attributes of the environment.
 *
 * ## Version history
 * - v1: at most 500 steps; sines and cosines are shown instead of angles.
 * - v0 is not part of this lab.
 *
 * @module
 */
import * as z from "zod";
import { defineEnvironment, observeInto } from "../lab/core/define_environment.ts";
import type { EnvironmentDefinition } from "../lab/core/environment.ts";
import type { Scene } from "../lab/core/scene.ts";
import { Box, Discrete } from "../lab/core/space.ts";
import { colors } from "./colors.ts";
import { boundNames, boundsOf } from "./reset_bounds.ts";
import { cosine, sine } from "../lab/core/sine.ts";

const tau = 0.2; // s between two states
const gravity = 9.8; // m/s²
const mostVelocities = [4 * Math.PI, 9 * Math.PI] as const; // rad/s

/** The constants of the motion, for the same world in columns. */
export const acrobotPhysics = { tau, gravity, mostVelocities } as const;

/** Angles (rad, in [−π, π]) and angular velocities (rad/s) of the two links. */
export type AcrobotState = readonly [
  angle1: number,
  angle2: number,
  velocity1: number,
  velocity2: number,
];

/** Options of Acrobot-v1. */
export interface AcrobotOptions {
  /** The equations of the book, or those of the paper of 1996. */
  readonly bookOrNips: "book" | "nips";
  /** A uniform draw from ± this is added to the torque, N m. */
  readonly torqueNoiseMax: number;
}

/** Checks the options of Acrobot-v1 and fills in the defaults. */
export const acrobotConfiguration: z.ZodType<AcrobotOptions> = z.strictObject({
  bookOrNips: z.enum(["book", "nips"]).default("book").describe(
    "the equations of the book, or those of the paper of 1996",
  ),
  torqueNoiseMax: z.number().min(0).default(0).describe(
    "a uniform draw from ± this is added to the torque, N m",
  ),
});

/**
 * Angular accelerations under `torque`, for links of 1 m and 1 kg with the centre of mass in the
 * middle and a moment of inertia of 1 kg m². Written in the order of Gymnasium's operations.
 */
function accelerations(
  state: AcrobotState,
  torque: number,
  nips: boolean,
  gravity: number,
): [number, number] {
  const [angle1, angle2, velocity1, velocity2] = state;
  const [cosine2, sine2] = [cosine(angle2), sine(angle2)];
  const d1 = 0.25 + (1.25 + cosine2) + 1 + 1;
  const d2 = 0.25 + 0.5 * cosine2 + 1;
  const phi2 = 0.5 * gravity * cosine(angle1 + angle2 - Math.PI / 2);
  const phi1 = -0.5 * (velocity2 * velocity2) * sine2 - velocity2 * velocity1 * sine2 +
    1.5 * gravity * cosine(angle1 - Math.PI / 2) + phi2;
  const driving = torque + d2 / d1 * phi1;
  const centrifugal = nips ? 0 : 0.5 * (velocity1 * velocity1) * sine2;
  const acceleration2 = (driving - centrifugal - phi2) / (1.25 - d2 * d2 / d1);
  return [-(d2 * acceleration2 + phi1) / d1, acceleration2];
}

type Slope = readonly [number, number, number, number];

/** One step of the classical Runge-Kutta method of order 4. */
function integrate(
  state: AcrobotState,
  torque: number,
  nips: boolean,
  gravity: number,
): AcrobotState {
  const slope = (at: AcrobotState): Slope => {
    const [first, second] = accelerations(at, torque, nips, gravity);
    return [at[2], at[3], first, second];
  };
  const move = (k: Slope, time: number): AcrobotState => [
    state[0] + time * k[0],
    state[1] + time * k[1],
    state[2] + time * k[2],
    state[3] + time * k[3],
  ];
  const k1 = slope(state);
  const k2 = slope(move(k1, tau / 2));
  const k3 = slope(move(k2, tau / 2));
  const k4 = slope(move(k3, tau));
  const total = (i: number) => k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i];
  return move([total(0), total(1), total(2), total(3)], tau / 6);
}

/** The angle in [−π, π]. */
export function wrap(angle: number): number {
  while (angle > Math.PI) angle -= 2 * Math.PI;
  while (angle < -Math.PI) angle += 2 * Math.PI;
  return angle;
}

/** The velocity within ± `most`. */
export function bound(velocity: number, most: number): number {
  return Math.max(-most, Math.min(most, velocity));
}

/** Acrobot-v1 with its options; `physics`: other constants than its own. */
export function acrobot(
  { bookOrNips, torqueNoiseMax }: AcrobotOptions,
  { gravity }: { readonly gravity: number } = acrobotPhysics,
): EnvironmentDefinition<AcrobotState, Float32Array, number> {
  const high = [1, 1, 1, 1, ...mostVelocities];
  return defineEnvironment({
    id: "Acrobot-v1",
    summary: "Swing the end of a chain above a line",
    observationSpace: new Box({ low: high.map((bound) => -bound), high }),
    actionSpace: new Discrete(3),
    timeLimit: 500,
    rewardThreshold: -100,
    goal: "terminated",
    resetOptions: boundNames,
    reset(random, options): AcrobotState {
      const [low, high] = boundsOf("Acrobot-v1", options, [-0.1, 0.1]);
      const draw = () => Math.fround(random.uniform(low, high));
      return [draw(), draw(), draw(), draw()];
    },
    step(before: AcrobotState, action: number, random) {
      let torque = action - 1;
      if (torqueNoiseMax > 0) torque += random.uniform(-torqueNoiseMax, torqueNoiseMax);
      const moved = integrate(before, torque, bookOrNips === "nips", gravity);
      const state: AcrobotState = [
        wrap(moved[0]),
        wrap(moved[1]),
        bound(moved[2], mostVelocities[0]),
        bound(moved[3], mostVelocities[1]),
      ];
      const terminated = -cosine(state[0]) - cosine(state[1] + state[0]) > 1;
      return { state, reward: terminated ? 0 : -1, terminated };
    },
    observe: observeInto(6, write),
    scene: ([angle1, angle2]) => draw(angle1, angle2),
  });
}

function write(state: AcrobotState, out: Float32Array, offset: number): void {
  out[offset] = cosine(state[0]);
  out[offset + 1] = sine(state[0]);
  out[offset + 2] = cosine(state[1]);
  out[offset + 3] = sine(state[1]);
  out[offset + 4] = state[2];
  out[offset + 5] = state[3];
}

function draw(angle1: number, angle2: number): Scene {
  const middle = [sine(angle1), -cosine(angle1)] as const;
  const end = [
    middle[0] + sine(angle1 + angle2),
    middle[1] - cosine(angle1 + angle2),
  ] as const;
  return {
    view: [-2.2, -2.2, 2.2, 2.2],
    background: colors.paper,
    shapes: [
      { kind: "line", points: [[-2.2, 1], [2.2, 1]], color: colors.goal, width: 0.03 },
      { kind: "line", points: [[0, 0], middle], color: colors.rod, width: 0.18 },
      { kind: "line", points: [middle, end], color: colors.rod, width: 0.14 },
      { kind: "circle", center: [0, 0], radius: 0.09, fill: colors.body },
      { kind: "circle", center: middle, radius: 0.09, fill: colors.joint },
    ],
  };
}
