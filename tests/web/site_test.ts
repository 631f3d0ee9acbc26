/** Sites in folders: what is written, and what one that is written over another leaves of it. */
import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { buildSite } from "../../web/site.ts";
import { build, openDashboard } from "./built.ts";
import { addSweep } from "./sample_store.ts";

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

Deno.test("a site has the sweeps whose runs it has all, with what they found and nothing to type", async () => {
  await using dashboard = await openDashboard();
  const { store, folder } = dashboard;
  const name = "50% of a/b?";
  for (const each of [name, "rates"]) addSweep(store, each);
  const request = { store: `${folder}/runs`, runs: [], force: true };
  const [whole, part] = [`${folder}/site`, `${folder}/part`];
  await buildSite({ ...request, out: whole, where: "" });
  const text = (path: string) => Deno.readTextFile(`${whole}/${path}`);
  /** A name as a host finds it by a link. */
  const linked = (page: string, shown: string) =>
    decodeURIComponent(new RegExp(`href="([^"]*)"[^>]*>${RegExp.escape(shown)}<`).exec(page)![1]);
  match(await text("index.html"), /<a href="\.\/sweeps\.html">Sweeps</);
  const list = await text("sweeps.html");
  deepStrictEqual(filesIn(`${whole}/sweeps`).sort(), ["50%25%20of%20a%2Fb%3F.html", "rates.html"]);
  strictEqual(linked(list, name), "./sweeps/50%25%20of%20a%2Fb%3F.html");
  const page = await text(linked(list, name));
  match(page, /<h1>Sweep 50% of a\/b\?<\/h1>/);
  match(page, /What matters/);
  strictEqual(/What to run next|--seeds 10/.test(page), false);
  const { id } = store.runs().findLast(({ manifest }) => manifest.sweep?.name === name)!;
  const run = await text(`runs/${id}.html`);
  strictEqual(linked(run, name), "../sweeps/50%25%20of%20a%2Fb%3F.html");

  // One whose runs are not all there has no page, and nothing leads to it.
  await buildSite({ ...request, out: part, where: "seed<100" });
  deepStrictEqual(filesIn(part).filter((path) => path.startsWith("sweeps")), []);
  strictEqual((await Deno.readTextFile(`${part}/index.html`)).includes("Sweeps"), false);
  match(await Deno.readTextFile(`${part}/runs/${id}.html`), /trial \d+ of <a>50% of a\/b\?<\/a>/);
  // What a site had of them goes with it.
  await buildSite({ ...request, out: whole, where: "seed<100" });
  deepStrictEqual(filesIn(whole).filter((path) => path.startsWith("sweeps")), []);
});
