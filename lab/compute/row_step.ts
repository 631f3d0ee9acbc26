/**
 * Functions of rows as steps: what a trainer hands to those who write its networks in a format of
 * others.
 *
 * @module
 */
import type { NamedStep } from "../core/trainer.ts";
import type { NamedTensors } from "../core/tensor_data.ts";
import type { InputSpec, Tensors } from "./workspace.ts";

/** A function of rows: a step for any number of them, and the state that it reads. */
export interface RowStep extends NamedStep {
  /** Groups of tensors as they stand. */
  readonly state: Readonly<Record<string, NamedTensors>>;
  /** Inputs of so many rows. */
  inputs(rows: number): Record<string, InputSpec>;
  /** Outputs by name; it replaces no state. */
  step(
    context: { readonly input: Tensors; readonly state: Readonly<Record<string, Tensors>> },
    rows: number,
  ): Tensors;
}
