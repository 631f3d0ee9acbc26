/**
 * The colours that the worlds' drawings share.
 *
 * @module
 */
import type { Color } from "../lab/core/scene.ts";

/** Colours by what they stand for. */
export const colors = {
  /** The background. */
  paper: "#f7f6f2",
  /** Lines of a grid. */
  grid: "#dfe1e5",
  /** Tracks, hills, marks of a height. */
  ground: "#8a8f98",
  /** Walls and bodies. */
  body: "#2b3440",
  /** What is swung or balanced. */
  rod: "#d08a4a",
  /** Joints and wheels. */
  joint: "#7f8fd0",
  /** Where an episode starts. */
  start: "#cfd9ea",
  /** What is to be reached. */
  goal: "#58a55c",
  /** What is to be avoided. */
  danger: "#b5473c",
  /** The agent in a grid. */
  agent: "#2f5fd0",
  /** Frozen water. */
  ice: "#d5ebf2",
  /** Letters on a filled cell. */
  mark: "#ffffff",
} as const satisfies Record<string, Color>;
