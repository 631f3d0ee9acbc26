/**
 * The fields of a stored configuration, as the lab describes them today.
 *
 * @module
 */
import { InputError } from "../core/errors.ts";
import type { Json } from "../core/snapshot.ts";
import type { Manifest } from "../store/store.ts";
import type { ExperimentDefinition } from "./definition.ts";
import type { FieldDescription } from "./fields.ts";
import { importModule } from "./load.ts";
import { LOGGED } from "./untrained.ts";
import { isOwn, needsModule, type OwnParts, ownPartsOf } from "./own.ts";
import type { Registries } from "./registries.ts";
import { resolve } from "./resolve.ts";

/**
 * Every field with its stored value, its default, range, unit and meaning.
 *
 * @throws InputError where the lab has no longer such a part or field, the module of own parts is gone,
 *   or the lab did not train the run.
 */
export async function storedFields(
  { determined: { experiment, configuration, backend }, definition: { module } }: Manifest,
  registries: Registries,
): Promise<readonly FieldDescription[]> {
  if (backend === LOGGED) {
    throw new InputError("a program of yours logged it: the lab does not know what they mean");
  }
  const own: OwnParts = needsModule(configuration)
    ? ownPartsOf(await importModule(module, experiment))
    : {};
  const { environment, agent, dataset, model, budget, evaluation, checkpoint } = configuration;
  const part = (stored: Json, definition: unknown) => {
    const { own: _, ...options } = stored as { [field: string]: Json };
    if (!isOwn(stored)) return options;
    const { name: __, id: ___, ...fields } = options;
    return { definition, ...fields };
  };
  const stop = configuration.stop ?? undefined;
  const common = { name: experiment, budget, evaluation, checkpoint, ...(stop && { stop }) };
  const definition = agent === undefined
    ? { ...common, dataset: part(dataset, own.dataset), model: part(model, own.model) }
    : {
      ...common,
      environment: isOwn(environment) ? own.environment : part(environment, undefined),
      agent: part(agent, own.agent),
      ...(own.body && { body: own.body }),
    };
  return (await resolve(definition as ExperimentDefinition, registries)).fields;
}
