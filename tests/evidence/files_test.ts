/** Files of measured figures. */
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { readFigures, writeFigures } from "../../evidence/files.ts";
import { LabError } from "../../lab/core/errors.ts";
import { inFolder } from "../cli/folder.ts";

Deno.test("figures are a line a seed in a folder that is made, and read as they were written", () =>
  inFolder(async (folder) => {
    const path = `${folder}/docs/results/toy.json`;
    strictEqual(await readFigures(path), undefined);
    const runs = [{ seed: 101, score: 0.5 }, { seed: 102, score: null }];
    await writeFigures(path, { experiment: "toy", irreproducible: undefined, key: "k", runs });
    strictEqual(
      await Deno.readTextFile(path),
      '{\n  "experiment": "toy",\n  "key": "k",\n  "runs": [\n' +
        '    {"seed":101,"score":0.5},\n    {"seed":102,"score":null}\n  ]\n}\n',
    );
    deepStrictEqual(await readFigures(path), { experiment: "toy", key: "k", runs });
    // Over what is there, with nothing left beside it.
    await writeFigures(path, { experiment: "toy", runs: [] });
    deepStrictEqual(await readFigures(path), { experiment: "toy", runs: [] });
    deepStrictEqual([...Deno.readDirSync(`${folder}/docs/results`)].map(({ name }) => name), [
      "toy.json",
    ]);
  }));

Deno.test("a file of figures that is damaged is no missing one", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/toy.json`, "{");
    const path = `${folder}/toy.json`;
    await rejects(readFigures(path), (error) => {
      ok(error instanceof LabError);
      ok(error.message.startsWith(`Cannot read figures as ${path} is damaged: `), error.message);
      return true;
    });
  }));
