/**
 * What the numbers of an observation are, in the worlds of the lab, with their units.
 *
 * @module
 */

const circle = (angle: string) => [`cosine of ${angle}`, `sine of ${angle}`];

const cart = [
  "cart position, m",
  "cart velocity, m/s",
  "pole angle, rad",
  "pole angular velocity, rad/s",
];
const car = ["position", "velocity"];
const rod = [...circle("the angle"), "angular velocity, rad/s"];

const names: Readonly<Record<string, readonly string[]>> = {
  "CartPole-v1": cart,
  "CartPoleNoVel-v1": [cart[0], cart[2]],
  "MountainCar-v0": car,
  "MountainCarContinuous-v0": car,
  "Pendulum-v1": rod,
  "PendulumNoVel-v1": rod.slice(0, 2),
  "Acrobot-v1": [
    ...circle("the first angle"),
    ...circle("the second angle"),
    "first angular velocity, rad/s",
    "second angular velocity, rad/s",
  ],
};

/** A name for each of a world's numbers, in their order; elsewhere they are counted from 0. */
export function observationNames(world: string, count: number): readonly string[] {
  return names[world] ?? Array.from({ length: count }, (_, i) => `number ${i}`);
}
