/**
 * Other values of the fields that a stored model draws its samples by, as no weight hangs on them: a
 * sampler's steps, guidance, a temperature.
 *
 * @module
 */
import { unknownName } from "../core/errors.ts";
import type { Json } from "../core/snapshot.ts";
import { type Field, type FieldDescription, fieldsOf, parseValue } from "./fields.ts";
import type { Registries } from "./registries.ts";
import { type Job, trainerDefinition } from "./session.ts";

/** Fields, as `model.guidance` or `guidance`, and their values as text. */
export type SettingTexts = readonly (readonly [path: string, text: string])[];

/** The fields that a run's samples may be drawn by, with the run's values; empty: there are none. */
export async function samplingFieldsOf(
  job: Job,
  registries: Registries,
): Promise<FieldDescription[]> {
  const stored = job.configuration.model as Readonly<Record<string, Json>>;
  return (await fieldsFor(job, registries))
    .map(({ group: _, choices: __, ...field }) => ({
      ...field,
      value: stored[nameOf(field.path)] ?? null,
    }));
}

/**
 * A run's job with other values of such fields.
 *
 * @throws InputError for a path that is no such field's, and for a text that is no value of its type.
 */
export async function drawnBy(
  job: Job,
  registries: Registries,
  settings: SettingTexts,
): Promise<Job> {
  if (settings.length === 0) return job;
  const fields = new Map(
    (await fieldsFor(job, registries)).map((field) => [nameOf(field.path), field]),
  );
  const model = { ...job.configuration.model as Record<string, Json> };
  for (const [path, text] of settings) {
    const name = nameOf(path);
    const field = fields.get(name);
    if (field === undefined) {
      throw unknownName(`draw samples of ${job.experiment}`, "sampling field", name, [
        ...fields.keys(),
      ]);
    }
    const value = parseValue(text, field);
    if (value === undefined) delete model[name];
    else model[name] = value;
  }
  return { ...job, configuration: { ...job.configuration, model } };
}

function nameOf(path: string): string {
  return path.replace(/^model\./, "");
}

async function fieldsFor(job: Job, registries: Registries): Promise<Field[]> {
  if (job.configuration.model === undefined) return [];
  const definition = await trainerDefinition(job, registries);
  const names = "model" in definition ? definition.model?.samplingFields ?? [] : [];
  const fields = fieldsOf(definition.configuration, "model");
  return names.flatMap((name) => fields.filter(({ path }) => nameOf(path) === name));
}
