import { deepStrictEqual, match, notStrictEqual, rejects, strictEqual } from "node:assert";
import { InputError } from "../../../lab/core/errors.ts";
import {
  hashOfModule,
  importModule,
  isFile,
  loadDefinition,
} from "../../../lab/experiment/load.ts";
import { registries } from "./toy_registries.ts";

/** A folder with files, removed at the end. */
async function folderOf(files: Record<string, string>) {
  const path = await Deno.makeTempDir();
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${path}/${name}`, text);
  }
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

const definition = (name: string) =>
  `{ name: "${name}", budget: 1, environment: { id: "x" }, agent: { name: "y" } }`;

Deno.test("a registered name brings its definition and the module that holds it", async () => {
  const loaded = await loadDefinition("line-toy", registries);
  strictEqual(loaded.definition.name, "line-toy");
  strictEqual(loaded.module, "tests/lab/experiment/toy_registries.ts");
  match(loaded.hash, /^[0-9a-f]{64}$/);
});

Deno.test("a file brings its default export, or its only definition", async () => {
  await using folder = await folderOf({
    "default.ts": `export const a = ${definition("a")}; export default ${definition("b")};`,
    "only.ts": `export const helper = 1; export const a = ${definition("a")};`,
    "model.ts": `export const model = { name: "m", model: {}, create() {} };
export const a = ${definition("a")};`,
    "several.ts": `export const a = ${definition("a")}; export const b = ${definition("b")};`,
    "module.mts": `export const a = ${definition("a")};`,
  });
  const load = (name: string) => loadDefinition(`${folder.path}/${name}`, registries);
  const loaded = await load("default.ts");
  strictEqual(loaded.definition.name, "b");
  strictEqual(loaded.module, `${folder.path}/default.ts`);
  strictEqual((await load("only.ts")).definition.name, "a");
  strictEqual((await load("model.ts")).definition.name, "a"); // a model is no experiment
  strictEqual((await load("module.mts")).definition.name, "a");
  deepStrictEqual(["a.cts", "a.jsx", "a.json", "cartpole-ppo"].map(isFile), [
    true,
    true,
    false,
    false,
  ]);
  await rejects(load("several.ts"), /must export one experiment definition .*: it exports a, b/);
  strictEqual((await importModule(`${folder.path}/several.ts`, "b")).name, "b");
});

Deno.test("two experiments of one name are refused where they stand, one that is exported twice is not", async () => {
  await using folder = await folderOf({
    "both.ts": `export const short = ${definition("a")}; export const long = ${definition("a")};`,
    "list.ts": `const b = ${definition("b")};
export const all = [${definition("a")}, b, ${definition("a")}]; export default b;`,
    "twice.ts": `const a = ${definition("a")}; export { a, a as again }; export default a;`,
  });
  const refused = async (name: string, places: string) => {
    const message =
      `as each of its experiments must have a name of its own: ${places} are both "a"`;
    const path = `${folder.path}/${name}`;
    for (const loaded of [() => loadDefinition(path, registries), () => importModule(path, "a")]) {
      await rejects(loaded, { name: "InputError", message: `Cannot load ${path} ${message}` });
    }
  };
  await refused("both.ts", "long and short");
  await refused("list.ts", "all[0] and all[2]");
  strictEqual((await loadDefinition(`${folder.path}/twice.ts`, registries)).definition.name, "a");
});

Deno.test("an unknown name, and a file that does not load, are refused in one line", async () => {
  await using folder = await folderOf({
    "throws.ts": `throw new Error("no luck\\ntoday");`,
    "syntax.ts": `const = 3;`,
    "missing_import.ts": `import "./nowhere.ts";`,
    "empty.ts": `export {};`,
    "other.ts": `export default 3; export const size = 4;`,
  });
  const refused = async (reference: string, line: RegExp) => {
    await rejects(loadDefinition(reference, registries), (error) => {
      strictEqual((error as Error).constructor, InputError);
      match((error as Error).message, line);
      strictEqual((error as Error).message.includes("\n"), false);
      return true;
    });
  };
  await refused("line-tou", /no experiment "line-tou" \(did you mean "line-toy"\?\)/);
  await refused(`${folder.path}/gone.ts`, /gone\.ts as there must be such a file/);
  await refused(
    `${folder.path}/throws.ts`,
    /throws\.ts as it must import: Error: no luck \(throws\.ts:1:7\)$/,
  );
  await refused(
    `${folder.path}/syntax.ts`,
    /syntax\.ts as it must import: SyntaxError: .* \(syntax\.ts:1:\d+\)$/,
  );
  await refused(
    `${folder.path}/missing_import.ts`,
    /missing_import\.ts as it must import: .*nowhere/,
  );
  await refused(
    `${folder.path}/empty.ts`,
    /must export one experiment definition .* exports nothing/,
  );
  await refused(`${folder.path}/other.ts`, /it exports default, size$/);
  await refused(folder.path, /no experiment/);
});

Deno.test("the hash follows the module and its local imports, wherever they lie", async () => {
  const files = {
    "main.ts": `import { a } from "./part.ts"; import "npm:zod"; export default a;`,
    "part.ts": `export * from "./deep.ts"; export const a = 1;`,
    "deep.ts": `export const b = await import("./lazy.ts");`,
    "lazy.ts": `import "./main.ts";`,
    "other.ts": "",
  };
  await using one = await folderOf(files);
  await using two = await folderOf(files);
  const hash = await hashOfModule(`${one.path}/main.ts`);
  strictEqual(await hashOfModule(`${two.path}/main.ts`), hash);
  await Deno.writeTextFile(`${two.path}/other.ts`, "1;");
  strictEqual(await hashOfModule(`${two.path}/main.ts`), hash);
  await Deno.writeTextFile(`${two.path}/lazy.ts`, "1;");
  notStrictEqual(await hashOfModule(`${two.path}/main.ts`), hash);
});
