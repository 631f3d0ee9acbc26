/**
 * Two episodes of one world in one drawing.
 *
 * @module
 */
import type { Color, Scene, Shape } from "../lab/core/scene.ts";
import { mixed } from "./grid_map.ts";

/** How far a ghost's colours are from their own towards the background. */
const PALE = 0.6;

/**
 * A drawing with another one's moving parts as a ghost: those that this one has not, pale, behind
 * its own. Words are left out.
 *
 * @param scene Of the episode.
 * @param other Of the other episode, in the same view.
 * @param drawn What is drawn of `scene`, with more between its shapes; left out: `scene`.
 */
export function ghosted(scene: Scene, other: Scene, drawn: Scene = scene): Scene {
  const [own, others] = [scene, other].map(({ shapes }) =>
    new Set(shapes.map((shape) => JSON.stringify(shape)))
  );
  const ghost = other.shapes
    .filter((shape) => shape.kind !== "text" && !own.has(JSON.stringify(shape)))
    .map((shape) => pale(shape, scene.background));
  const moving = scene.shapes.find((shape) => !others.has(JSON.stringify(shape)));
  const at = moving === undefined ? drawn.shapes.length : drawn.shapes.indexOf(moving);
  return { ...drawn, shapes: drawn.shapes.toSpliced(at, 0, ...ghost) };
}

function pale(shape: Shape, background: Color): Shape {
  const paled = (color: Color) => mixed(color, background, PALE);
  return "fill" in shape
    ? { ...shape, fill: paled(shape.fill) }
    : { ...shape, color: paled(shape.color) };
}
