/** Whose pictures have judges, and that each of them stands in the folder. */
import { deepStrictEqual, rejects } from "node:assert";
import { judgedDatasets, keepJudges } from "../../evidence/judges.ts";
import type { Dataset } from "../../lab/core/dataset.ts";
import { InputError } from "../../lab/core/errors.ts";
import type { DatasetDefinition, Entry } from "../../lab/core/registry.ts";
import { decodeSafetensors } from "../../lab/core/safetensors.ts";
import { datasets } from "../../models/datasets/mod.ts";
import { inFolder } from "../cli/folder.ts";
import { fewPoints, fewTexts, halves } from "../models/laboratory.ts";

/** A data set that is made of nothing but its defaults. */
const entryOf = (name: string, create: () => Dataset | Promise<Dataset>) =>
  ({
    name,
    summary: "",
    load: () => Promise.resolve({ create, configuration: { parse: () => ({}) } }),
  }) as unknown as Entry<DatasetDefinition>;

const ofFiles = entryOf("of-files", () => {
  throw new InputError("Cannot read a file as none is at hand");
});

async function namesOf(entries: readonly Entry<DatasetDefinition>[]): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of judgedDatasets(entries)) names.push(name!);
  return names;
}

Deno.test("labelled pictures that are made of nothing have a judge, by the registry's names", async () => {
  const unlabelled = () => {
    const { classes: _, ...dataset } = halves(4, 4);
    const without = ({ labels: _, ...split }: Dataset["train"]) => split;
    const { train, validation, test } = dataset;
    return {
      ...dataset,
      train: without(train),
      validation: without(validation),
      test: without(test),
    } as Dataset;
  };
  const entries = [
    ofFiles,
    entryOf("one", () => halves(4, 4)),
    entryOf("without-labels", unlabelled),
    entryOf("texts", () => fewTexts(4, 4)),
    entryOf("points", () => fewPoints(4, 4)),
    ofFiles,
    entryOf("other", () => Promise.resolve(halves(4, 4))),
  ];
  deepStrictEqual(await namesOf(entries), ["one", "other"]);
  const failing = entryOf("failing", () => {
    throw new TypeError("a fault of its own");
  });
  await rejects(() => namesOf([entries[1], failing]), /a fault of its own/);
});

Deno.test("the folder holds a judge of each of the lab's data sets that have one, and no other", () => {
  const folder = new URL("../../models/judges/", import.meta.url);
  const judged = [...Deno.readDirSync(folder)].map(({ name }) =>
    decodeSafetensors(Deno.readFileSync(new URL(name, folder))).metadata.dataset
  );
  const names = datasets.map(({ name }) => name);
  deepStrictEqual(judged.filter((name) => !names.includes(name)), []);
  deepStrictEqual(judged.sort(), [
    "glyphs",
    "glyphs-anomaly",
    "glyphs-binarized",
    "glyphs-letters",
    "pairs",
    "shapes",
  ]);
});

Deno.test("judges that cannot be written leave those that are there", () =>
  inFolder(async (folder) => {
    const namesIn = () => Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
    await Deno.writeTextFile(`${folder}/old`, "");
    const bytes = Uint8Array.of(1);
    await rejects(keepJudges(folder, [{ name: "new", bytes }, { name: "old/no", bytes }]));
    deepStrictEqual(namesIn(), ["new", "old"]);
    await keepJudges(folder, [{ name: "new", bytes }]);
    deepStrictEqual(namesIn(), ["new"]);
  }));
