/** Judges: those of models/judges are what training gives on this machine. */
import { deepStrictEqual } from "node:assert";
import { judgedDatasets } from "../../../evidence/judges.ts";
import { classifier } from "../../../models/classifiers/classifier.ts";
import { judgeFile } from "../../../models/judge.ts";

Deno.test("the judge of each of the lab's own pictures is its file, and there is no other", async () => {
  const folder = new URL("../../../models/judges/", import.meta.url);
  const names: string[] = [];
  for await (const dataset of judgedDatasets()) {
    const { name, bytes } = (await judgeFile(classifier, dataset))!;
    deepStrictEqual(Deno.readFileSync(new URL(name, folder)), bytes, dataset.name);
    names.push(name);
  }
  deepStrictEqual([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), names.sort());
});
