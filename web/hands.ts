/**
 * What a hand does to a world: which part of the drawing it takes hold of, where that part is
 * dragged to, and what a kick gives it. States and points are those of the world's own drawing.
 *
 * @module
 */

/** A point of a drawing, in the units of its scene. */
export type Point = readonly [x: number, y: number];

/** A state that can be taken hold of: a row of numbers. */
export type Pose = readonly number[];

/** How one world is handled. */
export interface Handle {
  /** The parts that can be held, for people. */
  readonly parts: string;
  /** The one that is pushed by a button. */
  readonly pushed: string;
  /** The part under the pointer; undefined: none. `length` is that of rods, in m. */
  partAt(pose: Pose, point: Point, length: number): string | undefined;
  /** The pose with a part at the pointer, at rest. */
  dragged(pose: Pose, part: string, point: Point): Pose;
  /** The pose after a push at the pointer, away from it. */
  kicked(pose: Pose, part: string, point: Point): Pose;
}

/** How near the pointer must be, in units of the scene. */
const NEAR = 0.3;

/** Distance from a point to the line between two others. */
function distanceTo([x, y]: Point, [ax, ay]: Point, [bx, by]: Point): number {
  const [dx, dy] = [bx - ax, by - ay];
  const along = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1);
  const t = Math.min(1, Math.max(0, along));
  return Math.hypot(x - ax - t * dx, y - ay - t * dy);
}

/** A number brought within ± a bound: what a world cannot look like, no policy has an answer to. */
function within(bound: number, value: number): number {
  return Math.max(-bound, Math.min(bound, value));
}

/** −1 where the pointer stands at or right of `x`, so that what is pushed goes left, else 1. */
function awayFrom(pointer: number, x: number): number {
  return pointer >= x ? -1 : 1;
}

const HINGE = 0.2;
/** Half of the track that is seen, in m, and the pole's greatest angle, in rad. */
const [TRACK, TILT] = [4.8, 24 * Math.PI / 180];

const cartPole: Handle = {
  parts: "the pole or the cart",
  pushed: "pole",
  partAt([x, , angle], point, length) {
    const tip: Point = [x + length * Math.sin(angle), HINGE + length * Math.cos(angle)];
    if (point[1] > HINGE && distanceTo(point, [x, HINGE], tip) < NEAR) return "pole";
    return Math.abs(point[0] - x) < 0.4 && point[1] < 0.35 ? "cart" : undefined;
  },
  dragged([x, xVelocity, angle, spin], part, point) {
    return part === "cart"
      ? [within(TRACK, point[0]), 0, angle, spin]
      : [x, xVelocity, within(TILT, Math.atan2(point[0] - x, Math.max(0.01, point[1] - HINGE))), 0];
  },
  kicked([x, xVelocity, angle, spin], part, point) {
    return part === "cart" ? [x, xVelocity + 0.5 * awayFrom(point[0], x), angle, spin] : [
      x,
      xVelocity,
      angle,
      spin + 0.5 * awayFrom(point[0], x + Math.tan(angle) * (point[1] - HINGE)),
    ];
  },
};

const pendulum: Handle = {
  parts: "the rod",
  pushed: "rod",
  partAt: ([angle], point, length) =>
    distanceTo(point, [0, 0], [-length * Math.sin(angle), length * Math.cos(angle)]) < NEAR
      ? "rod"
      : undefined,
  dragged: (_, __, point) => [Math.atan2(-point[0], point[1]), 0],
  kicked([angle, spin], _, [x, y]) {
    // Which side of the rod the pointer is on: the rod points to (−sin, cos).
    const side = -Math.sin(angle) * y - Math.cos(angle) * x;
    return [angle, within(8, spin + (side >= 0 ? -3 : 3))];
  },
};

const car: Handle = {
  parts: "the car",
  pushed: "car",
  partAt: ([position], [x]) => Math.abs(x - position) < 0.15 ? "car" : undefined,
  dragged: (_, __, [x]) => [Math.max(-1.2, Math.min(0.44, x)), 0],
  kicked: ([position, velocity], _, [x]) => [
    position,
    within(0.07, velocity + 0.02 * awayFrom(x, position)),
  ],
};

const acrobot: Handle = {
  parts: "the upper link",
  pushed: "link",
  partAt: ([angle], point) =>
    distanceTo(point, [0, 0], [Math.sin(angle), -Math.cos(angle)]) < NEAR ? "link" : undefined,
  dragged: ([, second, , spin], _, [x, y]) => [Math.atan2(x, -y), second, 0, spin],
  kicked([angle, second, first, spin], _, [x, y]) {
    const side = Math.sin(angle) * y + Math.cos(angle) * x;
    return [angle, second, within(4 * Math.PI, first + (side >= 0 ? -2 : 2)), spin];
  },
};

/** The pose after a push to the right (1) or the left (−1), as a pointer far off gives it. */
export function pushedTo({ kicked, pushed }: Handle, pose: Pose, side: 1 | -1): Pose {
  return kicked(pose, pushed, [-1000 * side, 0]);
}

/** Handles by the world's id. */
export const handles: Readonly<Record<string, Handle>> = {
  "CartPole-v1": cartPole,
  "Pendulum-v1": pendulum,
  "MountainCar-v0": car,
  "MountainCarContinuous-v0": car,
  "Acrobot-v1": acrobot,
};
