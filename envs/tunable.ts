/**
 * Worlds whose physical constants may be turned while they are played: what a policy was trained in
 * keeps its own.
 *
 * @module
 */
import type { EnvironmentDefinition } from "../lab/core/environment.ts";
import { acrobot, type AcrobotOptions, acrobotPhysics } from "./acrobot.ts";
import { cartPole, type CartPoleOptions, cartPolePhysics } from "./cartpole.ts";
import { mountainCar, type MountainCarOptions, mountainCarPhysics } from "./mountain_car.ts";
import { mountainCarContinuous, mountainCarContinuousPhysics } from "./mountain_car_continuous.ts";
import { pendulum, type PendulumOptions } from "./pendulum.ts";

/** A physical constant of a world. */
export interface Constant {
  readonly key: string;
  readonly title: string;
  readonly unit: string;
  /** What the world has. */
  readonly value: number;
  /** Within these the motion stays one that can be watched. */
  readonly least: number;
  readonly most: number;
}

/** Values of constants by their keys. */
export type Constants = Readonly<Record<string, number>>;

/** A world with constants that may be turned. */
export interface TunableWorld {
  /** Those of the world with these options. */
  constants(options: object): readonly Constant[];
  /** The world with other values; at its own to the same bits. */
  define(options: object, values: Constants): EnvironmentDefinition;
}

/** A constant from a tenth of its value to three times that, unless said otherwise. */
function constant(
  key: string,
  title: string,
  unit: string,
  value: number,
  [least, most]: readonly [number, number] = [value / 10, 3 * value],
): Constant {
  return { key, title, unit, value, least, most };
}

const slope = ({ force, gravity }: { readonly force: number; readonly gravity: number }) => [
  constant("force", "engine", "per step²", force, [0, 3 * force]),
  constant("gravity", "gravity", "per step²", gravity, [0, 2 * gravity]),
];

const motion = ({ force, gravity }: Constants) => ({ force, gravity });

const { massPole, halfLength } = cartPolePhysics;

/** Tunable worlds by their ids. */
export const tunableWorlds: Readonly<Record<string, TunableWorld>> = {
  "CartPole-v1": {
    constants: () => [
      constant("gravity", "gravity", "m/s²", cartPolePhysics.gravity, [0, 30]),
      constant("length", "pole's length", "m", 2 * halfLength, [0.2, 1.2]),
      constant("massPole", "pole's mass", "kg", massPole, [0.01, 2]),
      constant("massCart", "cart's mass", "kg", 1, [0.2, 5]),
      constant("force", "push", "N", cartPolePhysics.forceMagnitude, [0, 30]),
    ],
    define: (options, { gravity, length, massPole, massCart, force }) =>
      cartPole(options as CartPoleOptions, {
        gravity,
        massPole,
        totalMass: massPole + massCart,
        halfLength: length / 2,
        poleMassLength: massPole * (length / 2),
        forceMagnitude: force,
      }),
  },
  "Pendulum-v1": {
    constants: (options) => [
      constant("gravity", "gravity", "m/s²", (options as PendulumOptions).g, [0, 30]),
      constant("length", "length", "m", 1, [0.3, 1.1]),
      constant("mass", "mass", "kg", 1),
    ],
    define: (_, { gravity, length, mass }) => pendulum({ g: gravity }, { length, mass }),
  },
  "MountainCar-v0": {
    constants: () => slope(mountainCarPhysics),
    define: (options, values) => mountainCar(options as MountainCarOptions, motion(values)),
  },
  "MountainCarContinuous-v0": {
    constants: () => slope(mountainCarContinuousPhysics),
    define: (options, values) =>
      mountainCarContinuous(options as MountainCarOptions, motion(values)),
  },
  "Acrobot-v1": {
    constants: () => [constant("gravity", "gravity", "m/s²", acrobotPhysics.gravity, [0, 30])],
    define: (options, { gravity }) => acrobot(options as AcrobotOptions, { gravity }),
  },
};
