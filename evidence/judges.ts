/**
 * `deno task judges`: trains the judge of each of the lab's own labelled pictures anew, and writes it to
 * models/judges, from where `judgeOf` takes it.
 *
 * @module
 */
import { type Dataset, holdingsOf } from "../lab/core/dataset.ts";
import { InputError } from "../lab/core/errors.ts";
import type { DatasetDefinition, Entry } from "../lab/core/registry.ts";
import { classifier } from "../models/classifiers/classifier.ts";
import { datasets } from "../models/datasets/mod.ts";
import { judgeFile } from "../models/judge.ts";

/** The data sets that are made at their defaults, from no file, and can have a judge. */
export async function* judgedDatasets(
  entries: readonly Entry<DatasetDefinition>[] = datasets,
): AsyncGenerator<Dataset> {
  for (const { name, load } of entries) {
    const { create, configuration } = await load();
    let dataset: Dataset;
    try {
      dataset = await create({ configuration: configuration.parse({}), readFile: noFile });
    } catch (error) {
      if (error instanceof InputError) continue; // It is read from files, or played in a world.
      throw error;
    }
    if (dataset.kind === "images" && holdingsOf(dataset).labels) yield { ...dataset, name };
  }
}

function noFile(): never {
  throw new InputError("Cannot read a file as none is at hand");
}

if (import.meta.main) {
  const folder = new URL("../models/judges/", import.meta.url);
  const judges: { readonly name: string; readonly bytes: Uint8Array }[] = [];
  for await (const dataset of judgedDatasets()) {
    const judge = await judgeFile(classifier, dataset);
    if (judge === undefined) throw new Error(`${dataset.name} teaches no judge`);
    judges.push(judge);
    console.log(`${dataset.name}: models/judges/${judge.name}`);
  }
  Deno.removeSync(folder, { recursive: true });
  Deno.mkdirSync(folder);
  for (const { name, bytes } of judges) Deno.writeFileSync(new URL(name, folder), bytes);
}
