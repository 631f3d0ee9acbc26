/**
 * Identity-v0: do what is shown.
 *
 * ## Description
 * Each step shows a symbol, drawn anew, and the action equal to it is right. The answer is known in
 * closed form, so that a learning agent is right or broken within seconds.
 *
 * ## Action space
 * Equal to the observation space.
 *
 * ## Observation space
 * - `discrete`: `Discrete(actions)`,
 * - `multi-discrete`: `MultiDiscrete` of `dimensions` symbols with `actions` values each,
 * - `box`: `Box(-1, 1, [dimensions])`.
 *
 * ## Rewards
 * The share of the symbols that the action repeats: 1 for all, 0 for none. With `box` 1 minus the
 * mean absolute difference. The best return is `timeLimit`; a uniform policy's is
 * `timeLimit / actions` on average (`box`: `timeLimit / 3`).
 *
 * ## Starting state
 * A symbol drawn uniformly.
 *
 * ## End of episode
 * Never terminated. Truncated after `timeLimit` steps.
 *
 * ## Arguments
 * - `space` (default `discrete`): `discrete`, `multi-discrete` or `box`.
 * - `actions` (4): values of a symbol.
 * - `dimensions` (2): symbols of `multi-discrete`, numbers of `box`.
 * - `timeLimit` (20).
 *
 * ## Version history
 * - v0: first version.
 *
 * @module
 */
import * as z from "zod";
import { defineEnvironment } from "../lab/core/define_environment.ts";
import type { EnvironmentDefinition } from "../lab/core/environment.ts";
import type { Generator } from "../lab/core/random.ts";
import { Box, Discrete, MultiDiscrete, type Space } from "../lab/core/space.ts";
import { colors } from "./colors.ts";
import { drawGrid } from "./grid_scene.ts";

/** Options of Identity-v0. */
interface IdentityOptions {
  /** Kind of the observations and actions. */
  readonly space: "discrete" | "multi-discrete" | "box";
  /** Values of a symbol. */
  readonly actions: number;
  /** Symbols of `multi-discrete`, numbers of `box`. */
  readonly dimensions: number;
  /** Steps after which an episode is truncated. */
  readonly timeLimit: number;
}

/** Checks the options of Identity-v0 and fills in the defaults. */
export const identityConfiguration: z.ZodType<IdentityOptions> = z.strictObject({
  space: z.enum(["discrete", "multi-discrete", "box"]).default("discrete").describe(
    "kind of the observations and actions",
  ),
  actions: z.int().min(2).max(1000).default(4).describe("values of a symbol"),
  dimensions: z.int().min(1).max(1000).default(2).describe(
    "symbols of multi-discrete, numbers of box",
  ),
  timeLimit: z.int().min(1).default(20).describe("steps after which an episode is truncated"),
});

/** The symbols as a plain array, one for `discrete`. */
type State = readonly number[];

interface Variant {
  readonly space: Space;
  readonly draw: (random: Generator) => State;
  readonly show: (state: State) => unknown;
  readonly reward: (state: State, action: unknown) => number;
}

function variantOf({ space, actions, dimensions }: IdentityOptions): Variant {
  const mean = (state: State, part: (shown: number, i: number) => number) =>
    state.reduce((sum, shown, i) => sum + part(shown, i), 0) / state.length;
  if (space === "discrete") {
    return {
      space: new Discrete(actions),
      draw: (random) => [random.integers(actions)],
      show: ([symbol]) => symbol,
      reward: ([symbol], action) => action === symbol ? 1 : 0,
    };
  }
  if (space === "multi-discrete") {
    return {
      space: new MultiDiscrete(Array(dimensions).fill(actions)),
      draw: (random) => Array.from({ length: dimensions }, () => random.integers(actions)),
      show: (state) => Int32Array.from(state),
      reward: (state, action) =>
        mean(state, (shown, i) => (action as Int32Array)[i] === shown ? 1 : 0),
    };
  }
  return {
    space: new Box({ low: -1, high: 1, shape: [dimensions] }),
    draw: (random) => Array.from({ length: dimensions }, () => Math.fround(random.uniform(-1, 1))),
    show: (state) => Float32Array.from(state),
    reward: (state, action) =>
      1 - mean(state, (shown, i) => Math.abs((action as Float32Array)[i] - shown)),
  };
}

/** Identity-v0; options that are left out take their defaults. */
export function identity(
  options: Partial<IdentityOptions> = {},
): EnvironmentDefinition<State, unknown, unknown> {
  const full = identityConfiguration.parse(options);
  const { space, draw, show, reward } = variantOf(full);
  const columns = full.space === "box" ? 20 : full.actions;
  return defineEnvironment({
    id: "Identity-v0",
    summary: "Do what is shown",
    observationSpace: space,
    actionSpace: space,
    timeLimit: full.timeLimit,
    reset: draw,
    step: (state: State, action: unknown, random: Generator) => ({
      state: draw(random),
      reward: reward(state, action),
      terminated: false,
    }),
    observe: show,
    scene: (state) =>
      drawGrid(state.length, columns, (cell) => {
        const shown = state[Math.floor(cell / columns)];
        const column = full.space === "box"
          ? Math.min(columns - 1, Math.floor((shown + 1) / 2 * columns))
          : shown;
        return cell % columns === column ? { fill: colors.agent } : undefined;
      }, undefined),
  });
}
