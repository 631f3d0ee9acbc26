/**
 * MountainCarContinuous-v0: drive an underpowered car up a hill with a graded engine.
 *
 * A port of Gymnasium 1.4's classic control environment on NumPy 1.24, equal to it bit for bit in
 * float32. After A. W. Moore (1990), "Efficient memory-based learning for robot control".
 *
 * ## Description
 * As MountainCar-v0, with an acceleration between full left and full right and a price on it.
 *
 * ## Action space
 * `Box(-1, 1, [1])`: the engine's force. A finite action outside is clipped, its price is not.
 *
 * ## Observation space
 * `Box` of 2 values:
 *
 * | index | observation | least | most |
 * |---|---|---|---|
 * | 0 | position | −1.2 | 0.6 |
 * | 1 | velocity | −0.07 | 0.07 |
 *
 * velocity ← velocity + 0.0015 action − 0.0025 cos(3 position), then position ← position +
 * velocity, both clipped to their bounds, and both rounded to float32 after each step. A car that
 * reaches the left border stops there.
 *
 * ## Rewards
 * −0.1 action² for every step, and 100 more for the one that reaches the goal.
 *
 * ## Starting state
 * Position uniform in [−0.6, −0.4), or between the options `low` and `high` of `reset`; velocity 0.
 *
 * ## End of episode
 * Terminated at position ≥ 0.45 with velocity ≥ `goalVelocity`. Truncated after 999 steps. Solved
 * at a mean return of 90.
 *
 * ## Arguments
 * - `goalVelocity` (default 0): least velocity at the goal.
 *
 * ## Version history
 * - v0: first version.
 *
 * @module
 */
import type * as z from "zod";
import { defineEnvironment, observeInto } from "../lab/core/define_environment.ts";
import type { EnvironmentDefinition } from "../lab/core/environment.ts";
import { Box } from "../lab/core/space.ts";
import {
  mountainCarConfiguration,
  type MountainCarOptions,
  type MountainCarPhysics,
  type MountainCarState,
} from "./mountain_car.ts";
import { drawMountainCar } from "./mountain_car_scene.ts";
import { boundNames, boundsOf } from "./reset_bounds.ts";
import { cosine } from "../lab/core/sine.ts";

const [leastPosition, mostPosition] = [-1.2, 0.6];
const mostSpeed = 0.07;
const goalPosition = 0.45;

/** Constants of the motion. */
export const mountainCarContinuousPhysics = { force: 0.0015, gravity: 0.0025 } as const;

/** Checks the options of MountainCarContinuous-v0 and fills in the defaults. */
export const mountainCarContinuousConfiguration: z.ZodType<MountainCarOptions> =
  mountainCarConfiguration;

/** MountainCarContinuous-v0 with its options; `physics`: other constants than its own. */
export function mountainCarContinuous(
  options: MountainCarOptions,
  { force: power, gravity }: MountainCarPhysics = mountainCarContinuousPhysics,
): EnvironmentDefinition<MountainCarState, Float32Array, Float32Array> {
  return defineEnvironment({
    id: "MountainCarContinuous-v0",
    summary: "Drive an underpowered car up a hill, saving fuel",
    observationSpace: new Box({
      low: [leastPosition, -mostSpeed],
      high: [mostPosition, mostSpeed],
    }),
    actionSpace: new Box({ low: -1, high: 1, shape: [1] }),
    clipsActions: true,
    timeLimit: 999,
    rewardThreshold: 90,
    goal: "terminated",
    resetOptions: boundNames,
    reset: (random, options): MountainCarState => [
      random.uniform(...boundsOf("MountainCarContinuous-v0", options, [-0.6, -0.4])),
      0,
    ],
    step([before, velocityBefore]: MountainCarState, [action]: Float32Array) {
      const force = Math.max(-1, Math.min(1, action));
      let velocity = velocityBefore + (force * power - gravity * cosine(3 * before));
      velocity = Math.max(-mostSpeed, Math.min(mostSpeed, velocity));
      const position = Math.max(leastPosition, Math.min(mostPosition, before + velocity));
      if (position === leastPosition && velocity < 0) velocity = 0;
      const terminated = position >= goalPosition && velocity >= options.goalVelocity;
      return {
        state: [Math.fround(position), Math.fround(velocity)] as const,
        reward: (terminated ? 100 : 0) - action * action * 0.1,
        terminated,
      };
    },
    observe: observeInto(2, (state, out, offset) => {
      out[offset] = state[0];
      out[offset + 1] = state[1];
    }),
    scene: ([position]) => drawMountainCar(position, goalPosition),
  });
}
