/**
 * What of a stored run may be other than it was trained with: the fields that a model draws its samples by, as
 * no weight hangs on them (a sampler's steps, guidance, a temperature), and those of an agent's world.
 *
 * @module
 */
import { InputError, unknownName } from "../core/errors.ts";
import type { Json } from "../core/snapshot.ts";
import { type Field, type FieldDescription, fieldsOf, parseValue } from "./fields.ts";
import { importModule } from "./load.ts";
import { isOwn } from "./own.ts";
import type { Registries } from "./registries.ts";
import { environmentEntry } from "./resolve.ts";
import { type Job, trainerDefinition } from "./session.ts";

/** Fields, as `model.guidance` or `guidance`, and their values as text. */
export type SettingTexts = readonly (readonly [path: string, text: string])[];

/** The fields that a run's samples may be drawn by, with the run's values; empty: there are none. */
export async function samplingFieldsOf(
  job: Job,
  registries: Registries,
): Promise<FieldDescription[]> {
  const stored = job.configuration.model as Readonly<Record<string, Json>>;
  return (await samplingFields(job, registries))
    .map(({ group: _, choices: __, ...field }) => ({
      ...field,
      value: stored[nameOf(field.path)] ?? null,
    }));
}

/**
 * A run's job with other values of the fields that its samples are drawn by, or of its world's.
 *
 * @throws InputError for a path that is no such field's, and for a text that is no value of its type.
 */
export async function askedAs(
  job: Job,
  registries: Registries,
  settings: SettingTexts,
): Promise<Job> {
  if (settings.length === 0) return job;
  const isModel = job.configuration.model !== undefined;
  const part = isModel ? "model" : "environment";
  const [action, kind] = isModel
    ? [`draw samples of ${job.experiment}`, "sampling field"]
    : [`play ${job.experiment}`, "field of its world"];
  const all = await (isModel ? samplingFields : worldFields)(job, registries);
  const fields = new Map(all.map((field) => [nameOf(field.path), field]));
  const changed = { ...job.configuration[part] as Record<string, Json> };
  for (const [path, text] of settings) {
    const name = nameOf(path);
    const field = fields.get(name);
    if (field === undefined) throw unknownName(action, kind, name, fields.keys());
    const value = parseValue(text, field);
    if (value === undefined) delete changed[name];
    else changed[name] = value;
  }
  return { ...job, configuration: { ...job.configuration, [part]: changed } };
}

function nameOf(path: string): string {
  return path.replace(/^(model|environment)\./, "");
}

async function samplingFields(job: Job, registries: Registries): Promise<Field[]> {
  if (job.configuration.model === undefined) return [];
  const definition = await trainerDefinition(job, registries);
  const names = "model" in definition ? definition.model?.samplingFields ?? [] : [];
  const fields = fieldsOf(definition.configuration, "model");
  return names.flatMap((name) => fields.filter(({ path }) => nameOf(path) === name));
}

/** @throws InputError where the world is code of the run's own module, which takes none. */
async function worldFields(
  { configuration: { environment }, module, experiment }: Job,
  registries: Registries,
): Promise<Field[]> {
  const { id } = environment as { id: string };
  if (isOwn(environment)) {
    throw new InputError(
      `Cannot play ${experiment} in another world as ${id} is code of its file, which takes no settings`,
    );
  }
  const isKnown = registries.environments.some((entry) => entry.id === id);
  if (!isKnown) await importModule(module, experiment);
  return fieldsOf(environmentEntry(registries, id, experiment).configuration, "environment");
}
