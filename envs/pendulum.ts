/**
 * Pendulum-v1: swing a pendulum up and keep it there.
 *
 * A port of Gymnasium 1.4's classic control environment on NumPy 1.24, equal to it in float32;
 * one reward in a thousand differs by 2e-15 in float64 (docs/environments.md).
 *
 * ## Description
 * A rod hangs on a joint at one end and starts at a random angle. A torque too weak to lift it at
 * once is applied at the joint: the rod is to be swung up and balanced there.
 *
 * ## Action space
 * `Box(-2, 2, [1])`: the torque (N m), counterclockwise. A finite action outside is clipped.
 *
 * ## Observation space
 * `Box` of 3 values:
 *
 * | index | observation | least | most | unit |
 * |---|---|---|---|---|
 * | 0 | cosine of the angle | −1 | 1 | |
 * | 1 | sine of the angle | −1 | 1 | |
 * | 2 | angular velocity | −8 | 8 | rad/s |
 *
 * The angle is 0 where the rod stands upright.
 *
 * ## Rewards
 * −(angle² + 0.1 velocity² + 0.001 torque²) with the angle in [−π, π), all before the step: 0 at
 * best, −16.27 at worst.
 *
 * ## Starting state
 * Angle uniform in [−π, π), angular velocity in [−1, 1); the options `xInit` and `yInit` of `reset`
 * take the places of π and 1.
 *
 * ## End of episode
 * Never terminated. Truncated after 200 steps.
 *
 * ## Arguments
 * - `g` (default 10): acceleration of gravity, m/s².
 *
 * ## Version history
 * - v1: simpler equations, the same motion.
 * - v0 is not part of this lab.
 *
 * @module
 */
import * as z from "zod";
import { defineEnvironment, observeInto } from "../lab/core/define_environment.ts";
import type { EnvironmentDefinition } from "../lab/core/environment.ts";
import type { Scene } from "../lab/core/scene.ts";
import { Box } from "../lab/core/space.ts";
import { colors } from "./colors.ts";
import { cosine, sine } from "../lab/core/sine.ts";

const mostSpeed = 8; // rad/s
const mostTorque = 2; // N m
const tau = 0.05; // s between two states

/** The constants of the motion, for the same world in columns. */
export const pendulumPhysics = { mostSpeed, mostTorque, tau } as const;

/** Constants of the motion that another world may have. */
export interface PendulumPhysics {
  /** kg. */
  readonly mass: number;
  /** m. */
  readonly length: number;
}

const ownPhysics: PendulumPhysics = { mass: 1, length: 1 };

/** Angle (rad, not wrapped) and angular velocity (rad/s). */
export type PendulumState = readonly [angle: number, angularVelocity: number];

/** Options of Pendulum-v1. */
export interface PendulumOptions {
  /** Acceleration of gravity, m/s². */
  readonly g: number;
}

/** Checks the options of Pendulum-v1 and fills in the defaults. */
export const pendulumConfiguration: z.ZodType<PendulumOptions> = z.strictObject({
  g: z.number().default(10).describe("acceleration of gravity, m/s²"),
});

/** The angle in [−π, π). */
export function normalize(angle: number): number {
  const turn = 2 * Math.PI;
  const shifted = angle + Math.PI;
  // The remainder is slow to take, and within one turn it is the value itself.
  const rest = shifted >= 0 && shifted < turn ? shifted : shifted % turn;
  return (rest < 0 ? rest + turn : rest) - Math.PI;
}

/** Pendulum-v1 with its options: a rod of 1 kg and 1 m, or of other `physics`. */
export function pendulum(
  { g }: PendulumOptions,
  { mass, length }: PendulumPhysics = ownPhysics,
): EnvironmentDefinition<PendulumState, Float32Array, Float32Array> {
  const high = [1, 1, mostSpeed];
  return defineEnvironment({
    id: "Pendulum-v1",
    summary: "Swing a pendulum up and keep it there",
    observationSpace: new Box({ low: high.map((bound) => -bound), high }),
    actionSpace: new Box({ low: -mostTorque, high: mostTorque, shape: [1] }),
    clipsActions: true,
    timeLimit: 200,
    resetOptions: ["xInit", "yInit"],
    reset: (random, { xInit = Math.PI, yInit = 1 }): PendulumState => [
      random.uniform(-xInit, xInit),
      random.uniform(-yInit, yInit),
    ],
    step([angle, angularVelocity]: PendulumState, [action]: Float32Array) {
      const torque = Math.max(-mostTorque, Math.min(mostTorque, action));
      const deviation = normalize(angle);
      const cost = deviation * deviation + 0.1 * (angularVelocity * angularVelocity) +
        0.001 * (torque * torque);
      let next = angularVelocity +
        (3 * g / (2 * length) * sine(angle) + 3 / (mass * (length * length)) * torque) * tau;
      next = Math.max(-mostSpeed, Math.min(mostSpeed, next));
      return { state: [angle + next * tau, next] as const, reward: -cost, terminated: false };
    },
    observe: observeInto(3, (state, out, offset) => {
      out[offset] = cosine(state[0]);
      out[offset + 1] = sine(state[0]);
      out[offset + 2] = state[1];
    }),
    scene: ([angle]) => draw(angle, length),
  });
}

function draw(angle: number, length: number): Scene {
  return {
    view: [-1.2, -1.2, 1.2, 1.2],
    background: colors.paper,
    shapes: [
      { kind: "circle", center: [0, 0], radius: 1.02, fill: colors.grid },
      { kind: "circle", center: [0, 0], radius: 1, fill: colors.paper },
      {
        kind: "line",
        points: [[0, 0], [-length * sine(angle), length * cosine(angle)]],
        color: colors.rod,
        width: 0.18,
      },
      { kind: "circle", center: [0, 0], radius: 0.05, fill: colors.body },
    ],
  };
}
