/**
 * The code that a row's runs go through, as a hash: where it is another one, figures are to be
 * verified.
 *
 * @module
 */
import { LabError } from "../lab/core/errors.ts";
import type { ExperimentDefinition } from "../lab/experiment/definition.ts";
import { hashOfModules, labRoot } from "../lab/experiment/load.ts";
import { namedPart } from "../lab/experiment/own.ts";

/** What every run goes through. */
const COMMON = ["lab/experiment/worker.ts", "evidence/exact_return.ts"];
/** Modules that name agents, models and data sets with what they are loaded from. */
const REGISTRIES = {
  agent: ["agents/mod.ts", "agents/tabular/mod.ts"],
  model: ["models/mod.ts"],
  dataset: ["models/datasets/mod.ts"],
} as const;

/**
 * The module that an entry of a registry is loaded from, below the lab's root.
 *
 * @throws LabError where the registries' modules do not name it.
 */
export async function moduleOf(kind: keyof typeof REGISTRIES, name: string): Promise<string> {
  for (const registry of REGISTRIES[kind]) {
    const text = await Deno.readTextFile(labRoot + registry);
    const [, specifier] = text.split(`name: "${name}",`)[1]?.match(/import\("\.\/([^"]+)"\)/) ?? [];
    if (specifier !== undefined) return registry.replace("mod.ts", specifier);
  }
  throw new LabError(
    `Cannot find the code of ${name} as no registry names it: ${REGISTRIES[kind]}`,
  );
}

/** SHA-256 over all files that a run of the definition imports, the experiment's own left out. */
export async function sourcesOf(definition: ExperimentDefinition): Promise<string> {
  const parts = "agent" in definition
    ? ["envs/mod.ts", await moduleOf("agent", String(namedPart(definition.agent).name))]
    : [
      await moduleOf("model", String(namedPart(definition.model).name)),
      await moduleOf("dataset", String(namedPart(definition.dataset).name)),
      // The judge of samples.
      await moduleOf("model", "classifier"),
    ];
  return await hashOfModules([...COMMON, ...parts].map((path) => labRoot + path), labRoot);
}
