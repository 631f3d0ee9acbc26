/**
 * A user's module in a page: the run's definition, with the parts that stand in it as code.
 *
 * @module
 */
import type { ExperimentDefinition } from "../../lab/experiment/definition.ts";
import { isExperiment } from "../../lab/experiment/load.ts";
import { ask } from "../ask.ts";
import type { OwnCode } from "./code.ts";

/**
 * Runs a module in this thread.
 *
 * @returns Its definition. Rejects with a line where the server refuses the module, or it does not
 *   run in a page.
 */
export async function definitionIn(
  { address, module, experiment }: OwnCode,
): Promise<ExperimentDefinition> {
  // An import that fails does not say why.
  const response = await ask(address);
  if (!response.ok) throw new Error(await response.text());
  await response.body?.cancel();
  const exported: Record<string, unknown> = await import(address).catch((error: Error) => {
    throw new Error(`Cannot run ${module} in a page: ${error.message}`);
  });
  const found = Object.values(exported).flat().filter(isExperiment)
    .find(({ name }) => name === experiment);
  if (found !== undefined) return found;
  throw new Error(`Cannot run ${module} in a page as it exports no "${experiment}"`);
}
