/** What the command palette offers, and what the server finds for it. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { commandsFor } from "../../web/commands.ts";
import { Feed } from "../../web/feed.ts";
import { lookedUp, nothingFound } from "../../web/lookup.ts";
import { addSweep } from "./sample_store.ts";
import { openDashboard } from "./built.ts";

Deno.test("words leave the commands that have all of them, and lead to the runs that have them", () => {
  const titles = (text: string) => commandsFor(text, nothingFound).map(({ title }) => title);
  ok(titles("").includes("Compare"));
  deepStrictEqual(titles("colours DARK"), ["Dark colours", "colours DARK"]);
  deepStrictEqual(titles("seed=1"), ["seed=1"]);
  // The page of runs says why it finds nothing by this.
  deepStrictEqual(titles("ppo or seed=1"), ["ppo or seed=1"]);
  const [{ kind, does }] = commandsFor(" seed=1 ", nothingFound);
  deepStrictEqual({ kind, does }, { kind: "filter", does: { href: "/?filter=seed%3D1" } });
});

Deno.test("what the server finds stands between them, each with where it leads", () => {
  const found = {
    experiments: [{ name: "my pole", runs: 3 }],
    sweeps: ["a/b"],
    runs: [{ id: "r1", name: "pole", seed: "2", status: "running" }],
  };
  deepStrictEqual(
    commandsFor("pole", found).map(({ title, hint, does }) => [title, hint, does]),
    [
      ["my pole", "3 runs", { href: "/?filter=experiment%3D%22my+pole%22" }],
      ["a/b", "", { href: "/sweeps/a%2Fb" }],
      ["pole", "seed 2, running, r1", { href: "/runs/r1" }],
      ["pole", "runs with these words", { href: "/?filter=pole" }],
    ],
  );
});

Deno.test("the server finds runs, their experiments and sweeps, and nothing by half a condition", async () => {
  await using dashboard = await openDashboard();
  const { store, runs } = dashboard;
  const feed = new Feed(store);
  const found = (text: string) => lookedUp(feed, feed.records(), text);
  strictEqual(found("").runs.length, 6);
  deepStrictEqual(found(runs.vae).runs.map(({ id }) => id), [runs.vae]);
  const ppo = found("agent=ppo and seed=1");
  deepStrictEqual(ppo.experiments.map(({ name }) => name), ["cartpole-ppo"]);
  ok(ppo.runs.every(({ seed }) => seed === "1"));
  deepStrictEqual(found("agent.learningrate<1"), nothingFound);
  const response = await dashboard.app.handler(new Request("http://127.0.0.1/api/find?text=ppo"));
  deepStrictEqual(await response.json(), found("ppo"));
  addSweep(store, "rates");
  const later = new Feed(store);
  for (const text of ["sweep=rates", "rates", "RAT", "sweep", "sweep ra"]) {
    deepStrictEqual(lookedUp(later, later.records(), text).sweeps, ["rates"], text);
  }
  deepStrictEqual(lookedUp(later, later.records(), "rats").sweeps, []);
  for (let i = 0; i < 7; i++) addSweep(store, `more-${i}`, 1);
  const last = new Feed(store);
  const records = last.records();
  const all = lookedUp(last, records, "");
  deepStrictEqual([all.runs.length, all.sweeps.length], [6, 6]);
  ok(all.experiments.length > 1);
  const nameless = records.map((each) => ({ ...each, row: { ...each.row, experiment: "" } }));
  deepStrictEqual(lookedUp(last, nameless, "").experiments, []);
});
