/**
 * Applies each mutant to a copy of the project and runs the test file that has to fail on it:
 * `deno task test:mutants [WORD…]` takes those whose file or fault contains a word. Ends with exit
 * code 1 where a mutant survives.
 *
 * @module
 */
import { mutants } from "./mutants.ts";

const root = new URL("../../", import.meta.url).pathname;

/** A copy of what git knows and does not ignore, with its packages. */
async function copyOf(folder: string): Promise<string> {
  const copy = await Deno.makeTempDir({ prefix: "mutants_" });
  const { stdout } = await new Deno.Command("git", {
    args: ["ls-files", "--cached", "--others", "--exclude-standard"],
    cwd: folder,
  }).output();
  for (const path of new TextDecoder().decode(stdout).trim().split("\n")) {
    await Deno.mkdir(`${copy}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.copyFile(`${folder}/${path}`, `${copy}/${path}`);
  }
  await new Deno.Command("deno", { args: ["install", "--frozen"], cwd: copy }).output();
  return copy;
}

/** Whether a test file passes. */
async function passes(folder: string, test: string): Promise<boolean> {
  const { success } = await new Deno.Command("deno", {
    args: ["test", "--no-check", "--quiet", "--allow-all", test],
    cwd: folder,
    stdout: "null",
    stderr: "null",
  }).output();
  return success;
}

const words = Deno.args;
const chosen = mutants.filter(({ file, fault }) =>
  words.length === 0 || words.some((word) => file.includes(word) || fault.includes(word))
);
const folder = await copyOf(root);
const survivors: string[] = [];
try {
  const tests = new Set(chosen.map(({ test }) => test));
  const red: string[] = [];
  for (const test of tests) if (!await passes(folder, test)) red.push(test);
  if (red.length > 0) {
    console.error(`Cannot judge mutants as these tests must pass without them: ${red.join(", ")}`);
    Deno.exit(1);
  }
  for (const { fault, file, from, to, test } of chosen) {
    const path = `${folder}/${file}`;
    const code = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, code.replace(from, () => to));
    const survived = await passes(folder, test);
    await Deno.writeTextFile(path, code);
    console.log(`${survived ? "SURVIVED" : "caught  "}  ${file}: ${fault}`);
    if (survived) survivors.push(fault);
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
console.log(`${chosen.length - survivors.length} of ${chosen.length} caught`);
if (survivors.length > 0) Deno.exit(1);
