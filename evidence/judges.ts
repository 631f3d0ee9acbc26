/**
 * `deno task judges`: trains the judge of each of the lab's own labelled pictures anew, and writes it to
 * models/judges, from where `judgeOf` takes it.
 *
 * @module
 */
import { taskCode } from "../cli/exit_code.ts";
import { writeWhole } from "../cli/files.ts";
import { type Io, processIo } from "../cli/terminal/io.ts";
import { type Dataset, holdingsOf } from "../lab/core/dataset.ts";
import { InputError, LabError } from "../lab/core/errors.ts";
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

const help = `Usage: deno task judges

Trains the judge of each of the lab's own labelled pictures anew, and writes it to models/judges in the
place of those there.`;

/** Runs on `args` and returns the exit code: 2 for bad input, 1 for a failure. */
export function main(args: readonly string[], io: Io): Promise<number> {
  return taskCode(args, io, help, () => trainJudges(args, io));
}

async function trainJudges(args: readonly string[], io: Io): Promise<void> {
  if (args.length > 0) {
    throw new InputError(`Cannot train judges as there is nothing to choose: ${args.join(" ")}`);
  }
  const judges: JudgeFile[] = [];
  for await (const dataset of judgedDatasets()) {
    const judge = await judgeFile(classifier, dataset);
    if (judge === undefined) {
      throw new LabError(`Cannot judge ${dataset.name} as it teaches no judge`);
    }
    judges.push(judge);
    io.out(`${dataset.name}: models/judges/${judge.name}`);
  }
  await keepJudges(`${io.root}models/judges`, judges);
}

/** A judge's file. */
interface JudgeFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Writes judges into a folder, and removes the others there once all are written. */
export async function keepJudges(folder: string, judges: readonly JudgeFile[]): Promise<void> {
  for (const { name, bytes } of judges) {
    await writeWhole({ path: `${folder}/${name}`, force: true }, bytes);
  }
  const names = judges.map(({ name }) => name);
  for await (const { name } of Deno.readDir(folder)) {
    if (!names.includes(name)) await Deno.remove(`${folder}/${name}`);
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args, processIo()));
