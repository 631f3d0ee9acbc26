/**
 * The lab's own worlds, one entry each.
 *
 * @module
 */
import type * as z from "zod";
import { environmentOf } from "../lab/core/define_environment.ts";
import type { Batch, BatchForm, EnvironmentDefinition } from "../lab/core/environment.ts";
import type { EnvironmentEntry } from "../lab/core/registry.ts";
import { acrobot, acrobotConfiguration } from "./acrobot.ts";
import { bandit, banditConfiguration } from "./bandit.ts";
import { AcrobotBatch } from "./batched/acrobot.ts";
import { CartPoleBatch } from "./batched/cartpole.ts";
import { gridWorldBatch } from "./batched/gridworld.ts";
import { MountainCarBatch } from "./batched/mountain_car.ts";
import { PendulumBatch } from "./batched/pendulum.ts";
import { cliffWalkingBatch, frozenLakeBatch, TaxiBatch } from "./batched/toy_text.ts";
import { blackjack, blackjackConfiguration } from "./blackjack.ts";
import { cartPole, cartPoleConfiguration } from "./cartpole.ts";
import {
  cliffWalking,
  cliffWalkingConfiguration,
  cliffWalkingSlippery,
  cliffWalkingSlipperyConfiguration,
} from "./cliff_walking.ts";
import { contextualBandit, contextualBanditConfiguration } from "./contextual_bandit.ts";
import {
  frozenLake,
  frozenLake8x8,
  frozenLake8x8Configuration,
  frozenLakeConfiguration,
} from "./frozen_lake.ts";
import { gridWorld, gridWorldConfiguration } from "./gridworld.ts";
import { identity, identityConfiguration } from "./identity.ts";
import { memoryCorridor, memoryCorridorConfiguration } from "./memory_corridor.ts";
import { mountainCar, mountainCarConfiguration } from "./mountain_car.ts";
import {
  mountainCarContinuous,
  mountainCarContinuousConfiguration,
} from "./mountain_car_continuous.ts";
import { cartPoleNoVel, mountainCarContinuousNoVel, pendulumNoVel } from "./no_velocity.ts";
import { pendulum, pendulumConfiguration } from "./pendulum.ts";
import {
  creditProbe,
  discountProbe,
  policyProbe,
  probeConfiguration,
  truncationProbe,
  valueProbe,
} from "./probes.ts";
import {
  cartPolePixels,
  cartPolePixelsBatch,
  cartPolePixelsConfiguration,
  gridWorldPixels,
  gridWorldPixelsBatch,
  gridWorldPixelsConfiguration,
} from "./pixel_worlds.ts";
import { randomAllowedReturns, randomReturns } from "./random_returns.ts";
import { repeatPrevious, repeatPreviousConfiguration } from "./repeat_previous.ts";
import { switchedCorridor, switchedCorridorConfiguration } from "./switched_corridor.ts";
import { taxi, taxiConfiguration } from "./taxi.ts";

function entry<Options>(
  id: string,
  summary: string,
  configuration: z.ZodType<Options>,
  define: (options: Options) => EnvironmentDefinition,
  batch?: (options: Options, count: number) => Batch,
): EnvironmentEntry<Options> {
  const formOf = (options: Options): BatchForm | undefined =>
    batch && { key: JSON.stringify(options), make: (count) => batch(options, count) };
  return {
    id,
    summary,
    configuration,
    randomReturn: randomReturns[id],
    randomAllowedReturn: randomAllowedReturns[id],
    make: (options) => environmentOf(define(options), formOf(options)),
    define,
  };
}

/** Every world that the lab brings along. */
export const ownEntries: readonly EnvironmentEntry[] = [
  entry(
    "CartPole-v1",
    "Keep a pole upright on a cart",
    cartPoleConfiguration,
    cartPole,
    (options, count) => new CartPoleBatch(options, count),
  ),
  entry(
    "MountainCar-v0",
    "Drive an underpowered car up a hill",
    mountainCarConfiguration,
    mountainCar,
    (options, count) => new MountainCarBatch(options, count),
  ),
  entry(
    "MountainCarContinuous-v0",
    "Drive an underpowered car up a hill, saving fuel",
    mountainCarContinuousConfiguration,
    mountainCarContinuous,
  ),
  entry(
    "Acrobot-v1",
    "Swing the end of a chain above a line",
    acrobotConfiguration,
    acrobot,
    (options, count) => new AcrobotBatch(options, count),
  ),
  entry(
    "Pendulum-v1",
    "Swing a pendulum up and keep it there",
    pendulumConfiguration,
    pendulum,
    (options, count) => new PendulumBatch(options, count),
  ),
  entry(
    "FrozenLake-v1",
    "Cross a slippery lake without falling into a hole",
    frozenLakeConfiguration,
    frozenLake,
    frozenLakeBatch,
  ),
  entry(
    "FrozenLake8x8-v1",
    "Cross a larger slippery lake without falling into a hole",
    frozenLake8x8Configuration,
    frozenLake8x8,
    frozenLakeBatch,
  ),
  entry(
    "CliffWalking-v1",
    "Walk to the goal along a cliff",
    cliffWalkingConfiguration,
    cliffWalking,
    cliffWalkingBatch,
  ),
  entry(
    "CliffWalkingSlippery-v1",
    "Walk to the goal along a slippery cliff",
    cliffWalkingSlipperyConfiguration,
    cliffWalkingSlippery,
    cliffWalkingBatch,
  ),
  entry(
    "Taxi-v4",
    "Fetch a passenger and bring them where they want",
    taxiConfiguration,
    taxi,
    (options, count) => new TaxiBatch(options, count),
  ),
  entry(
    "Blackjack-v1",
    "Beat the dealer without going over 21",
    blackjackConfiguration,
    blackjack,
  ),
  entry(
    "GridWorld-v0",
    "Walk over a map to a goal",
    gridWorldConfiguration,
    gridWorld,
    gridWorldBatch,
  ),
  entry(
    "CartPoleNoVel-v1",
    "Keep a pole upright on a cart, without seeing velocities",
    cartPoleConfiguration,
    cartPoleNoVel,
  ),
  entry(
    "PendulumNoVel-v1",
    "Swing a pendulum up and hold it, without seeing velocities",
    pendulumConfiguration,
    pendulumNoVel,
  ),
  entry(
    "MountainCarContinuousNoVel-v0",
    "Drive an underpowered car up a hill, saving fuel, without seeing its velocity",
    mountainCarContinuousConfiguration,
    mountainCarContinuousNoVel,
  ),
  entry(
    "CartPolePixels-v0",
    "Keep a pole upright on a cart, seen as pixels",
    cartPolePixelsConfiguration,
    cartPolePixels,
    cartPolePixelsBatch,
  ),
  entry(
    "GridWorldPixels-v0",
    "Walk over a map to a goal, seen as pixels",
    gridWorldPixelsConfiguration,
    gridWorldPixels,
    gridWorldPixelsBatch,
  ),
  entry("Bandit-v0", "Pull the arm that pays best", banditConfiguration, bandit),
  entry(
    "ContextualBandit-v0",
    "Pull the arm that pays best for what is shown",
    contextualBanditConfiguration,
    contextualBandit,
  ),
  entry(
    "MemoryCorridor-v0",
    "Remember the sign at the entrance until the fork",
    memoryCorridorConfiguration,
    memoryCorridor,
  ),
  entry(
    "RepeatPrevious-v0",
    "Say what was shown some steps ago",
    repeatPreviousConfiguration,
    repeatPrevious,
  ),
  entry(
    "SwitchedCorridor-v0",
    "Walk along cells that look alike, one of which is switched",
    switchedCorridorConfiguration,
    switchedCorridor,
  ),
  entry("Identity-v0", "Do what is shown", identityConfiguration, identity),
  entry("ValueProbe-v0", "Learn the value of a constant reward", probeConfiguration, valueProbe),
  entry("PolicyProbe-v0", "Choose by what is shown", probeConfiguration, policyProbe),
  entry(
    "DiscountProbe-v0",
    "Discount a reward that comes one step later",
    probeConfiguration,
    discountProbe,
  ),
  entry(
    "TruncationProbe-v0",
    "Bootstrap from the last observation of an episode that is cut off",
    probeConfiguration,
    truncationProbe,
  ),
  entry(
    "CreditProbe-v0",
    "Give the first action credit for the last reward",
    probeConfiguration,
    creditProbe,
  ),
];
