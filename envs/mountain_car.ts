/**
 * MountainCar-v0: drive an underpowered car up a hill.
 *
 * A port of Gymnasium 1.4's classic control environment, equal to it bit for bit in float32. The
 * world is A. W. Moore's (1990), "Efficient memory-based learning for robot control", as in Sutton
 * and Barto (2018), example 10.1.
 *
 * ## Description
 * A car stands in a sinusoidal valley. Its engine is too weak to climb the hill on the right, so
 * that it must first gather momentum on the left one.
 *
 * ## Action space
 * `Discrete(3)`: 0 accelerates to the left, 1 not at all, 2 to the right.
 *
 * ## Observation space
 * `Box` of 2 values:
 *
 * | index | observation | least | most |
 * |---|---|---|---|
 * | 0 | position | −1.2 | 0.6 |
 * | 1 | velocity | −0.07 | 0.07 |
 *
 * velocity ← velocity + 0.001 (action − 1) − 0.0025 cos(3 position), then position ← position +
 * velocity, both clipped to their bounds. A car that reaches the left border stops there.
 *
 * ## Rewards
 * −1 for every step.
 *
 * ## Starting state
 * Position uniform in [−0.6, −0.4), or between the options `low` and `high` of `reset`; velocity 0.
 *
 * ## End of episode
 * Terminated at position ≥ 0.5 with velocity ≥ `goalVelocity`. Truncated after 200 steps. Solved
 * at a mean return of −110.
 *
 * ## Arguments
 * - `goalVelocity` (default 0): least velocity at the goal.
 *
 * ## Version history
 * - v0: first version.
 *
 * @module
 */
import * as z from "zod";
import { defineEnvironment, observeInto } from "../lab/core/define_environment.ts";
import type { EnvironmentDefinition } from "../lab/core/environment.ts";
import { Box, Discrete } from "../lab/core/space.ts";
import { drawMountainCar } from "./mountain_car_scene.ts";
import { boundNames, boundsOf } from "./reset_bounds.ts";
import { cosine } from "../lab/core/sine.ts";

const [leastPosition, mostPosition] = [-1.2, 0.6];
const mostSpeed = 0.07;
const goalPosition = 0.5;
const force = 0.001;
const gravity = 0.0025;

/** The constants of the motion, for the same world in columns. */
export const mountainCarPhysics = {
  leastPosition,
  mostPosition,
  mostSpeed,
  goalPosition,
  force,
  gravity,
} as const;

/** Constants of the motion that another world may have. */
export type MountainCarPhysics = Readonly<Record<"force" | "gravity", number>>;

/** Position and velocity. */
export type MountainCarState = readonly [position: number, velocity: number];

/** Options of MountainCar-v0. */
export interface MountainCarOptions {
  /** Least velocity at the goal. */
  readonly goalVelocity: number;
}

/** Checks the options of MountainCar-v0 and fills in the defaults. */
export const mountainCarConfiguration: z.ZodType<MountainCarOptions> = z.strictObject({
  goalVelocity: z.number().default(0).describe("least velocity at the goal"),
});

function clip(value: number, least: number, most: number): number {
  return value < least ? least : value > most ? most : value;
}

/** MountainCar-v0 with its options; `physics`: other constants than its own. */
export function mountainCar(
  options: MountainCarOptions,
  { force, gravity }: MountainCarPhysics = mountainCarPhysics,
): EnvironmentDefinition<MountainCarState, Float32Array, number> {
  return defineEnvironment({
    id: "MountainCar-v0",
    summary: "Drive an underpowered car up a hill",
    observationSpace: new Box({
      low: [leastPosition, -mostSpeed],
      high: [mostPosition, mostSpeed],
    }),
    actionSpace: new Discrete(3),
    timeLimit: 200,
    rewardThreshold: -110,
    goal: "terminated",
    resetOptions: boundNames,
    reset: (random, options): MountainCarState => [
      random.uniform(...boundsOf("MountainCar-v0", options, [-0.6, -0.4])),
      0,
    ],
    step([before, velocityBefore]: MountainCarState, action: number) {
      let velocity = clip(
        velocityBefore + ((action - 1) * force + cosine(3 * before) * -gravity),
        -mostSpeed,
        mostSpeed,
      );
      const position = clip(before + velocity, leastPosition, mostPosition);
      if (position === leastPosition && velocity < 0) velocity = 0;
      const terminated = position >= goalPosition && velocity >= options.goalVelocity;
      return { state: [position, velocity] as const, reward: -1, terminated };
    },
    observe: observeInto(2, (state, out, offset) => {
      out[offset] = state[0];
      out[offset + 1] = state[1];
    }),
    scene: ([position]) => drawMountainCar(position, goalPosition),
  });
}
