/** Describing definitions of files, which a thread loads. */
import { deepStrictEqual } from "node:assert";
import { Describer } from "../../../lab/experiment/describe.ts";
import { inFolder } from "../../cli/folder.ts";
import { registries } from "../../../registries.ts";

Deno.test("what is asked at once is answered in turn, each with its own", () =>
  inFolder(async (folder) => {
    const file = `${folder}/own.ts`;
    const lab = new URL("../../../mod.ts", import.meta.url).href;
    await Deno.writeTextFile(
      file,
      `import { defineExperiment } from "${lab}";
       export default defineExperiment({
         name: "own",
         environment: { id: "CartPole-v1" },
         agent: { name: "random" },
         budget: 10,
       });`,
    );
    using describer = new Describer(registries);
    const answers: number[] = [];
    const asked = [20, 30, 40].map(async (budget) => {
      const { configuration } = await describer.describe(file, { budget: String(budget) });
      answers.push(configuration.budget as number);
    });
    await asked[2];
    deepStrictEqual(answers, [20, 30, 40]);
  }));
