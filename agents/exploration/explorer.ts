/**
 * How an off-policy agent acts while it learns: at random until it has something to learn from, then
 * by a policy that explores.
 *
 * @module
 */
import type { Metrics } from "../../lab/core/metrics.ts";
import type { Generator } from "../../lab/core/random.ts";
import type { ActionRows } from "../distributions/actions.ts";

/** When a step is taken. */
export interface ExploringStep {
  /** Share of the budget that is spent, in [0, 1). */
  readonly spent: number;
  /** Steps since the last training, ≥ 0; an iteration begins at 0. */
  readonly sinceTraining: number;
  /** [N, A] where actions are masked: what may be chosen. */
  readonly masks?: Uint8Array;
}

/** Chooses the actions of N environments. */
export interface Explorer {
  /**
   * Random actions, before learning starts.
   *
   * @param actions Out: [N, K].
   * @param masks [N, A] where actions are masked: what may be chosen.
   */
  random(actions: ActionRows, masks?: Uint8Array): void;
  /**
   * Exploring actions.
   *
   * @param observations [N, D].
   * @param actions Out: [N, K].
   */
  explore(observations: Float32Array, actions: ActionRows, step: ExploringStep): Promise<void>;
  /** Notes that an episode of environment `n` ended. */
  episodeEnded?(n: number): void;
  /** Values of its schedules for the metrics, where `spent` of the budget is. */
  schedules?(spent: number): Metrics;
}

/** Fills `actions` from U[−1, 1). */
export function uniformActions(random: Generator, actions: ActionRows): void {
  for (let i = 0; i < actions.length; i++) actions[i] = random.uniform(-1, 1);
}
