/** That every mutant still fits the code; `deno task test:mutants` says whether it is caught. */
import { strictEqual } from "node:assert";
import { mutants } from "./mutants.ts";

const root = new URL("../../", import.meta.url);

for (const { fault, file, from, test } of mutants) {
  Deno.test(`a mutant has its place in ${file}: ${fault}`, async () => {
    const code = await Deno.readTextFile(new URL(file, root));
    strictEqual(code.split(from).length - 1, 1, `places of ${JSON.stringify(from)}`);
    await Deno.stat(new URL(test, root));
  });
}
