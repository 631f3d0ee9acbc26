/**
 * A slowly renewed copy of the learned parameters, in a group of its own.
 *
 * @module
 */
import type { NamedTensors } from "../../lab/core/tensor_data.ts";
import { movingAverage } from "../../lab/compute/descend.ts";
import type { Workspace } from "../../lab/compute/workspace.ts";
import { PARAMETERS } from "../../lab/core/base_trainer.ts";

/** The group that holds the copy θ⁻. */
export const TARGET = "target";

function compileSoft(workspace: Workspace, rate: number) {
  return workspace.compile(
    { name: "target/renew", state: [PARAMETERS, TARGET] },
    ({ state }) => ({
      outputs: {},
      state: { [TARGET]: movingAverage(state[TARGET], state[PARAMETERS], rate) },
    }),
  );
}

/**
 * Defines the target network, equal to `parameters`, and returns how to renew it.
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
