/** Sites in folders: what is written, and what one that is written over another leaves of it. */
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { buildSite } from "../../web/site.ts";
import { build, openDashboard } from "./built.ts";

await build();

/** Every file below a folder. */
function filesIn(folder: string, below = ""): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesIn(`${folder}/${name}`, `${below}${name}/`) : [`${below}${name}`]
  );
}

Deno.test("a site over another one leaves nothing of runs that it does not show, and no other file out", async () => {
  await using dashboard = await openDashboard();
  const out = `${dashboard.folder}/site`;
  const request = { store: `${dashboard.folder}/runs`, out, where: "", force: false };
  const [one, other] = dashboard.store.runs().map(({ id }) => id);
  strictEqual(await buildSite({ ...request, runs: [one, other] }), 2);
  const own = ["notes.txt", "data/figures.png", "runs/mine.html"];
  for (const name of own) await Deno.writeTextFile(`${out}/${name}`, "mine");
  // Nor what a list that somebody wrote names outside of the site.
  await Deno.writeTextFile(`${dashboard.folder}/outside.txt`, "mine");
  const listed: string[] = JSON.parse(await Deno.readTextFile(`${out}/reverie-site.json`));
  ok(listed.includes(`runs/${other}.html`));
  await Deno.writeTextFile(
    `${out}/reverie-site.json`,
    JSON.stringify([...listed, "../outside.txt", 7]),
  );

  const again = { ...request, runs: [one] };
  await rejects(buildSite(again), /the folder must be new or empty, unless --force is given/);
  strictEqual(await buildSite({ ...again, force: true }), 1);
  const left = filesIn(out);
  deepStrictEqual(left.filter((path) => path.includes(other)), []);
  for (const path of [`runs/${one}.html`, `data/run-${one}.bin`, "index.html", ...own]) {
    ok(left.includes(path), path);
  }
  strictEqual(await Deno.readTextFile(`${dashboard.folder}/outside.txt`), "mine");
  const shown = left.filter((path) => !own.includes(path) && path !== "reverie-site.json").sort();
  deepStrictEqual(JSON.parse(await Deno.readTextFile(`${out}/reverie-site.json`)).sort(), shown);
  // One that breaks off has named what it wrote until then: here a folder stands in a file's place.
  const both = { ...again, runs: [one, other], force: true };
  const blocked = `${out}/data/run-${other}.bin`;
  await Deno.mkdir(blocked);
  await rejects(buildSite(both), { name: "LabError", message: /^Cannot write the site as/ });
  await Deno.remove(blocked);
  ok(filesIn(out).some((path) => path.includes(other)));
  strictEqual(await buildSite({ ...again, force: true }), 1);
  deepStrictEqual(filesIn(out).sort(), left.toSorted());
  // A damaged list says nothing.
  await Deno.writeTextFile(`${out}/reverie-site.json`, "{");
  strictEqual(await buildSite({ ...again, force: true }), 1);
});
