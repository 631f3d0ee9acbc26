/**
 * Applies each mutant to a copy of the project and runs the test file that has to fail on it:
 * `deno task test:mutants [WORD…]` takes those whose file, fault or test contains a word. Ends with
 * exit code 1 where a mutant survives, or where a test fails without one.
 *
 * @module
 */
import { copyOf, passes } from "./copy.ts";
import { mutants } from "./mutants.ts";

const root = new URL("../../", import.meta.url).pathname;

const words = Deno.args;
const chosen = mutants.filter(({ file, fault, test }) =>
  words.length === 0 ||
  words.some((word) => [file, fault, test].some((text) => text.includes(word)))
);
const folder = await copyOf(root);
let caught = 0;
try {
  for (const [test, ofTest] of Map.groupBy(chosen, ({ test }) => test)) {
    const began = performance.now();
    if (!await passes(folder, test, 600)) {
      console.log(`RED       ${test} fails without its ${ofTest.length} mutants`);
      continue;
    }
    // Well over what it took, as other work may have begun beside it.
    const patience = 30 + 5 * (performance.now() - began) / 1000;
    for (const { fault, file, from, to } of ofTest) {
      const path = `${folder}/${file}`;
      const code = await Deno.readTextFile(path);
      await Deno.writeTextFile(path, code.replace(from, () => to));
      const survived = await passes(folder, test, patience);
      await Deno.writeTextFile(path, code);
      console.log(`${survived ? "SURVIVED" : "caught  "}  ${file}: ${fault}`);
      if (!survived) caught++;
    }
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
console.log(`${caught} of ${chosen.length} caught`);
if (caught < chosen.length) Deno.exit(1);
