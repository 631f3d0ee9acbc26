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

Deno.test("of a file with several experiments the others are named, each once", () =>
  inFolder(async (folder) => {
    const file = `${folder}/several.ts`;
    const lab = new URL("../../../mod.ts", import.meta.url).href;
    await Deno.writeTextFile(
      file,
      `import { defineExperiment } from "${lab}";
       const made = (name: string) => defineExperiment({
         name, environment: { id: "CartPole-v1" }, agent: { name: "random" }, budget: 10,
       });
       export const first = made("first"), list = [made("second"), first], size = 3;
       export default first;`,
    );
    using describer = new Describer(registries);
    const { name, others } = await describer.describe(file);
    deepStrictEqual([name, others], ["first", ["second"]]);
    const one = `${folder}/one.ts`;
    await Deno.writeTextFile(one, 'export { first as default } from "./several.ts";');
    deepStrictEqual((await describer.describe(one)).others, []);
  }));
