/**
 * A slowly renewed copy of the learned parameters, in a group of its own.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { NamedTensors } from "../../lab/core/tensor_data.ts";
import type { Tensors, Workspace } from "../../lab/compute/workspace.ts";
import { PARAMETERS } from "../trainers/checkpoint.ts";

/** The group that holds the copy θ⁻. */
export const TARGET = "target";

/**
 * The soft renewal θ⁻ ← (1 − τ)θ⁻ + τθ of every parameter that `target` has. Lillicrap et al. (2015),
 * algorithm 1.
 *
 * @param rate τ in (0, 1].
 */
export function renewed(target: Tensors, parameters: Tensors, rate: number): Tensors {
  const next: Tensors = {};
  for (const [name, previous] of Object.entries(target)) {
    next[name] = tf.add(tf.mul(previous, 1 - rate), tf.mul(parameters[name], rate));
  }
  return next;
}

function compileSoft(workspace: Workspace, rate: number) {
  return workspace.compile(
    { name: "target/renew", state: [PARAMETERS, TARGET] },
    ({ state }) => ({
      outputs: {},
      state: { [TARGET]: renewed(state[TARGET], state[PARAMETERS], rate) },
    }),
  );
}

/**
 * Defines the target network, equal to `parameters`, and answers how to renew it.
 *
 * @param rate τ in (0, 1]: the share of the learned parameters in a renewal; 1 copies them.
 */
export function targetNetwork(
  workspace: Workspace,
  parameters: NamedTensors,
  rate: number,
): () => void {
  workspace.define(TARGET, parameters);
  if (rate === 1) return () => workspace.copy(PARAMETERS, TARGET);
  const soft = compileSoft(workspace, rate);
  return () => soft.run();
}
