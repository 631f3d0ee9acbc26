/**
 * GridWorld-v0 in columns.
 *
 * @module
 */
import { type GridWorldOptions, partsOf } from "../gridworld.ts";
import { stateCount } from "../gridworld_moves.ts";
import { TabularBatch } from "./tabular.ts";

/** `count` walkers on one map, none of them started. */
export function gridWorldBatch(options: GridWorldOptions, count: number): TabularBatch {
  const { map, actions, view, reset, rowOf } = partsOf(options);
  const { space, observe } = view;
  const shown = (state: number, out: Float32Array, offset: number) =>
    space.flatten(observe(state), out, offset);
  return new TabularBatch({
    states: stateCount(map),
    actions,
    observationSize: space.flatSize,
    reset,
    rowOf,
    ...options.observation !== "index" && { observeInto: observe.into ?? shown },
  }, count);
}
