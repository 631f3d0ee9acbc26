/**
 * What an off-policy agent learns from: transitions that are stored as they happen and drawn in
 * batches.
 *
 * @module
 */
import type { ResumableRows } from "../../lab/core/base_trainer.ts";
import type { Metrics } from "../../lab/core/metrics.ts";
import type { Generator } from "../../lab/core/random.ts";
import type { VectorStep } from "../../lab/core/vector.ts";
import type { ActionRows } from "../distributions/actions.ts";

/** Stored transitions, drawn as batches of type `Batch`. */
export interface Memory<Batch> extends ResumableRows {
  /** Transitions that can be drawn. */
  readonly size: number;
  /**
   * Stores a step of all environments. What followed an ended episode's last action is its final
   * observation, never the next episode's first one.
   *
   * @param observations [N, D]: what the actions were chosen from.
   * @param actions [N, K].
   */
  store(observations: Float32Array, actions: ActionRows, step: VectorStep): void;
  /**
   * Fills `batch` with transitions; the memory must hold one.
   *
   * @param spent Share of the budget that is spent, for schedules.
   */
  sample(random: Generator, batch: Batch, spent: number): void;
  /** Values of its schedules for the metrics, where `spent` of the budget is. */
  schedules?(spent: number): Metrics;
}
