/**
 * The drawing of both mountain cars: hill, flag, car.
 *
 * @module
 */
import type { Scene, Shape } from "../lab/core/scene.ts";
import { cosine, sine } from "../lab/core/sine.ts";
import { colors } from "./colors.ts";

const [left, right] = [-1.2, 0.6];

/** Height of the hill at `x`. */
function height(x: number): number {
  return sine(3 * x) * 0.45 + 0.55;
}

/** The car at `position` and the flag at `goal`. */
export function drawMountainCar(position: number, goal: number): Scene {
  const hill = Array.from({ length: 61 }, (_, i) => left + (right - left) * i / 60);
  const slope = 1.35 * cosine(3 * position);
  const cosSlope = 1 / Math.sqrt(1 + slope * slope);
  const sinSlope = slope * cosSlope;
  /** From the car's own axes (along the slope, away from it) to the world's. */
  const place = (along: number, away: number) =>
    [
      position + along * cosSlope - away * sinSlope,
      height(position) + along * sinSlope + away * cosSlope,
    ] as const;
  const wheel = (along: number): Shape => ({
    kind: "circle",
    center: place(along, 0.025),
    radius: 0.025,
    fill: colors.joint,
  });
  const [foot, top] = [height(goal), height(goal) + 0.16];
  return {
    view: [left - 0.05, 0, right + 0.05, 1.3],
    background: colors.paper,
    shapes: [
      { kind: "line", points: hill.map((x) => [x, height(x)]), color: colors.ground, width: 0.012 },
      { kind: "line", points: [[goal, foot], [goal, top]], color: colors.body, width: 0.012 },
      {
        kind: "polygon",
        points: [[goal, top], [goal, top - 0.06], [goal + 0.08, top - 0.03]],
        fill: colors.goal,
      },
      {
        kind: "polygon",
        points: [place(-0.07, 0.03), place(0.07, 0.03), place(0.07, 0.09), place(-0.07, 0.09)],
        fill: colors.body,
      },
      wheel(-0.045),
      wheel(0.045),
    ],
  };
}
