/**
 * CartPoleNoVel-v1, PendulumNoVel-v1 and MountainCarContinuousNoVel-v0: classic control with the
 * velocities hidden.
 *
 * ## Description
 * The worlds of classic control whose observation lacks the velocities, as rl-baselines3-zoo names
 * them: what moves where shows only over several steps. A policy without memory cannot distinguish a pole
 * that falls to the left from one that rises from there.
 *
 * ## Action space
 * That of the world with velocities: `CartPole-v1`, `Pendulum-v1`, `MountainCarContinuous-v0`.
 *
 * ## Observation space
 * `Box` of the cart's position and the pole's angle; of cos θ and sin θ; of the car's position.
 *
 * ## Rewards
 * Those of the world with velocities.
 *
 * ## Starting state
 * That of the world with velocities, with the same draws.
 *
 * ## End of episode
 * That of the world with velocities, time limits included.
 *
 * ## Arguments
 * Those of the world with velocities.
 *
 * ## Version history
 * - The version is that of the world with velocities.
 *
 * @module
 */
import type { EnvironmentDefinition } from "../lab/core/environment.ts";
import { defineEnvironment } from "../lab/core/define_environment.ts";
import { Box } from "../lab/core/space.ts";
import { cartPole, type CartPoleOptions } from "./cartpole.ts";
import type { MountainCarOptions } from "./mountain_car.ts";
import { mountainCarContinuous } from "./mountain_car_continuous.ts";
import { pendulum, type PendulumOptions } from "./pendulum.ts";

/** The world without some elements of its observation. */
function without<State, Action>(
  definition: EnvironmentDefinition<State, Float32Array, Action>,
  id: string,
  hidden: readonly number[],
): EnvironmentDefinition<State, Float32Array, Action> {
  const { low, high } = definition.observationSpace as Box;
  const keep = (values: Float32Array) => values.filter((_, i) => !hidden.includes(i));
  return defineEnvironment({
    ...definition,
    id,
    summary: `${definition.summary}, without seeing velocities`,
    observationSpace: new Box({ low: keep(low), high: keep(high) }),
    observe: (state) => keep(definition.observe(state)),
  });
}

/** CartPoleNoVel-v1: position and angle. */
export function cartPoleNoVel(options: CartPoleOptions): EnvironmentDefinition {
  return without(cartPole(options), "CartPoleNoVel-v1", [1, 3]);
}

/** PendulumNoVel-v1: cos θ and sin θ. */
export function pendulumNoVel(options: PendulumOptions): EnvironmentDefinition {
  return without(pendulum(options), "PendulumNoVel-v1", [2]);
}

/** MountainCarContinuousNoVel-v0: position. */
export function mountainCarContinuousNoVel(options: MountainCarOptions): EnvironmentDefinition {
  return without(mountainCarContinuous(options), "MountainCarContinuousNoVel-v0", [1]);
}
