import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { environments } from "../../envs/mod.ts";
import { headings, pages, worldFiles } from "./pages.ts";

const folder = new URL("../../docs/environments/", import.meta.url);

Deno.test("every world's docstring has Gymnasium's headings in their order", () => {
  for (const { file, text } of worldFiles()) {
    const found = [...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    deepStrictEqual(found.filter((heading) => heading !== "Information"), headings, file);
  }
  const documented = worldFiles().flatMap(({ ids }) => ids);
  deepStrictEqual(documented.sort(), environments.map(({ id }) => id).sort());
});

Deno.test("the worlds' pages are up to date (deno run tests/envs/pages.ts writes them)", () => {
  const overview = Deno.readTextFileSync(new URL("../environments.md", folder));
  for (const [name, content] of pages()) {
    strictEqual(Deno.readTextFileSync(new URL(name, folder)), content, name);
    if (name.endsWith(".md")) ok(overview.includes(`environments/${name}`), name);
  }
});
