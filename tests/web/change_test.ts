/** What pages change in a store, and who may not. */
import { deepStrictEqual, match, strictEqual } from "node:assert";
import { Feed } from "../../web/feed.ts";
import { tableRequestOf } from "../../web/runs_query.ts";
import { tableOf } from "../../web/runs_table.ts";
import { answeredBy } from "../../web/ask.ts";
import { connected } from "../../web/live.ts";
import { ChangeBar } from "../../web/components/change_bar.tsx";
import Trash from "../../web/islands/trash.tsx";
import { hear } from "../../web/live.ts";
import type { TrashedRun } from "../../web/trash.ts";
import { build, type Dashboard, openDashboard } from "./built.ts";
import { answered, settle, SmallPage } from "./small_page.ts";

await build();

const own = { "origin": "http://127.0.0.1", "content-type": "application/json" };

async function ask(
  { app }: Dashboard,
  body: unknown,
  headers: Record<string, string> = own,
): Promise<{ status: number; text: string }> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const request = new Request("http://127.0.0.1/api/change", {
    method: "POST",
    headers: { "content-length": String(text.length), ...headers },
    body: text,
  });
  const response = await app.handler(request);
  return { status: response.status, text: await response.text() };
}

Deno.test("tags, notes and the trash are changed as the store's rules say", async () => {
  await using dashboard = await openDashboard({ readOnly: false });
  const { store, runs } = dashboard;
  const [first, second] = [runs["ppo-1"], runs["ppo-2"]];
  const change = async (change: object, of = [first, second]) => {
    const { status, text } = await ask(dashboard, { runs: of, change });
    strictEqual(status, 200);
    return JSON.parse(text).changed;
  };
  deepStrictEqual(await change({ action: "tag", tag: " starred " }, [first]), [first]);
  deepStrictEqual(await change({ action: "tag", tag: "starred" }), [second]);
  deepStrictEqual(store.run(first)!.tags, ["agents", "starred"]);
  await change({ action: "untag", tag: "starred" });
  deepStrictEqual(store.run(second)!.tags, ["agents"]);
  await change({ action: "note", note: "why <b>it</b> failed", before: "" }, [first]);
  strictEqual(store.run(first)!.note, "why <b>it</b> failed");
  const page = await dashboard.app.handler(new Request(`http://127.0.0.1/runs/${first}`));
  strictEqual((await page.text()).includes("<b>it</b>"), false);
  await change({ action: "trash" });
  strictEqual(store.runs().some(({ id }) => id === first), false);
  await change({ action: "restore" });
  strictEqual(store.runs().some(({ id }) => id === first), true);

  const kept = store.run(first)!;
  const { status, text } = await ask(dashboard, {
    runs: [first, runs.running],
    change: { action: "trash" },
  });
  strictEqual(status, 409);
  match(text, /is being trained/);
  // All or none.
  for (
    const change of [{ action: "tag", tag: "x" }, { action: "note", note: "x", before: kept.note }]
  ) {
    strictEqual((await ask(dashboard, { runs: [first, "gone"], change })).status, 409);
  }
  deepStrictEqual(store.run(first), kept);
  // What is so already is no change, and taken back with none.
  deepStrictEqual(await change({ action: "restore" }, [first]), []);
  await change({ action: "trash" }, [second]);
  deepStrictEqual(await change({ action: "trash" }, [second]), []);
  for (const [id, action] of [[first, "restore"], [second, "trash"]]) {
    strictEqual((await ask(dashboard, { runs: [id, "gone"], change: { action } })).status, 409);
  }
  deepStrictEqual(
    [first, second].map((id) => store.run(id)!.trashedAt === null),
    [true, false],
  );
  await change({ action: "restore" }, [second]);
});

Deno.test("a note that was written meanwhile is answered in place of being lost", async () => {
  await using dashboard = await openDashboard({ readOnly: false });
  const { store, runs: { "ppo-1": run } } = dashboard;
  const write = (note: string, before: string) =>
    ask(dashboard, { runs: [run], change: { action: "note", note, before } });
  strictEqual((await write("from the first tab", "")).status, 200);
  const { status, text } = await write("from the second tab", "");
  deepStrictEqual([status, JSON.parse(text)], [409, { note: "from the first tab" }]);
  strictEqual(store.run(run)!.note, "from the first tab");
  // Both wrote the same: nothing is lost.
  strictEqual((await write("from the first tab", "")).status, 200);
  // A page shows controls as a mark, and begins with what it shows.
  store.update(run, { note: "a\tb" });
  deepStrictEqual(await write("c", "a\ufffdb"), { status: 200, text: `{"changed":["${run}"]}` });
});

Deno.test("a request from elsewhere, of another form or too large changes nothing", async () => {
  await using dashboard = await openDashboard({ readOnly: false });
  const { store, runs } = dashboard;
  const body = { runs: [runs["ppo-1"]], change: { action: "trash" } };
  const attacks: [headers: Record<string, string>, body: unknown, status: number][] = [
    [{ ...own, origin: "http://evil.example" }, body, 403],
    [{ ...own, origin: "null" }, body, 403],
    [{ ...own, origin: "http://127.0.0.1:9999" }, body, 403],
    [{ "content-type": "application/json" }, body, 403],
    [{ ...own, "content-type": "text/plain" }, body, 403],
    [{ ...own, "content-length": "200000" }, body, 403],
    [own, "{", 400],
    [own, { ...body, more: 1 }, 400],
    [own, { runs: [], change: { action: "trash" } }, 400],
    [own, { runs: body.runs, change: { action: "purge" } }, 400],
    [own, { runs: body.runs, change: { action: "tag", tag: "x".repeat(51) } }, 400],
    [own, { runs: body.runs, change: { action: "tag", tag: "a\u001bb" } }, 400],
    [own, { runs: body.runs, change: { action: "note", note: "a\u001bb", before: "" } }, 400],
    [own, { runs: ["../../etc"], change: { action: "trash" } }, 409],
  ];
  for (const [headers, attack, expected] of attacks) {
    const { status, text } = await ask(dashboard, attack, headers);
    strictEqual(status, expected, `${JSON.stringify([headers, attack])}: ${text}`);
    strictEqual(text.trim().split("\n").length, 1);
  }
  strictEqual(store.run(runs["ppo-1"])!.trashedAt, null);
  const read = await dashboard.app.handler(new Request("http://127.0.0.1/api/change"));
  strictEqual(read.status, 404);
});

Deno.test("with --read-only nothing is changed", async () => {
  await using dashboard = await openDashboard();
  const { runs } = dashboard;
  const { status, text } = await ask(dashboard, {
    runs: [runs["ppo-1"]],
    change: { action: "trash" },
  });
  strictEqual(status, 403);
  match(text, /--read-only/);
});

Deno.test("archived runs are left out unless the filter names them", async () => {
  await using dashboard = await openDashboard({ readOnly: false });
  const { store, runs } = dashboard;
  const feed = new Feed(store);
  const table = (query: string) =>
    tableOf(feed, feed.records(), tableRequestOf(new URLSearchParams(query)));
  const before = table("").found;
  await ask(dashboard, {
    runs: [runs["ppo-1"]],
    change: { action: "tag", tag: "archived" },
  });
  const { found, archived, total } = table("");
  deepStrictEqual([found, archived, total], [before - 1, 1, before]);
  deepStrictEqual(table("filter=tag%3Darchived").rows.map(({ row }) => row.id), [runs["ppo-1"]]);
});

Deno.test("a store that was replaced under the dashboard is neither shown nor changed", async () => {
  await using dashboard = await openDashboard({ readOnly: false });
  const { store, runs, app } = dashboard;
  const path = `${store.location}/lab.db`;
  await Deno.copyFile(path, `${path}.other`);
  await Deno.rename(`${path}.other`, path);
  const line = /^Cannot go on with the store as it was deleted or replaced while it was open: /;
  const change = { action: "tag", tag: "lost" };
  const { status, text } = await ask(dashboard, { runs: [runs["ppo-1"]], change });
  strictEqual(status, 409);
  match(text, line);
  strictEqual(text.includes(store.location), false);
  const shown = await app.handler(new Request("http://127.0.0.1/api/runs"));
  strictEqual(shown.status, 500);
  match(await shown.text(), /deleted or replaced/);
  // Who listens is refused, as a stream that ends at once would be opened again and again.
  const live = await app.handler(new Request("http://127.0.0.1/api/live?after=0"));
  strictEqual(live.status, 500);
  await live.body?.cancel();
});

Deno.test("the trash follows the store, and a run that is back keeps a link", async () => {
  const [a, b, c] = ["a", "b", "c"].map((id) => ({ id, name: `run ${id}`, seed: "1", at: 0 }));
  let lying: readonly TrashedRun[] = [a, b];
  const asked: string[] = [];
  const before = answeredBy((path) => {
    asked.push(path);
    return Promise.resolve(Response.json(lying));
  });
  const { fetch } = globalThis;
  globalThis.fetch = () => Promise.resolve(Response.json({ changed: ["a"] }));
  try {
    using page = new SmallPage(Trash, {
      ...{ runs: lying, single: false, readOnly: false, program: { name: "lab" }, now: 0 },
    });
    const links = (name: string) => page.all(name)[0].all("a").map((link) => link.textContent);
    const follows = async (next: readonly TrashedRun[]) => {
      lying = next;
      hear({ complete: false, rows: [], removed: ["c"] });
      await answered();
      deepStrictEqual(asked.splice(0), ["/api/trash"]);
    };
    page.get("button", "Restore run a, run a").click();
    await answered();
    page.get("td", "restored");
    await follows([b, c]);
    deepStrictEqual([links("tbody"), links("p")], [["run b", "run c"], ["run a"]]);
    // One that was moved there again can be taken back again.
    await follows([{ ...a, at: 1 }]);
    page.get("button", "Restore run a, run a");
    await follows([]);
    strictEqual(page.get("p", ".empty").textContent, "Nothing is in the trash.");
  } finally {
    globalThis.fetch = fetch;
    answeredBy(before);
  }
});

Deno.test("a run is taken back from the trash by a click, and a refusal stands beside it", async () => {
  const asked: string[] = [];
  const refused = "Cannot restore the run";
  const before = globalThis.fetch;
  globalThis.fetch = (_, init) => {
    asked.push(String(init!.body));
    const { runs } = JSON.parse(String(init!.body));
    return Promise.resolve(
      runs[0] === "a" ? Response.json({ changed: runs }) : new Response(refused, { status: 409 }),
    );
  };
  try {
    const runs = [{ id: "a", name: "ppo", seed: "1", at: 0 }, { id: "b", name: "dqn" }];
    const common = { program: { name: "lab" }, now: 60_000 };
    const click = async (page: SmallPage, name: string) => {
      page.get("button", name).click();
      await answered();
    };
    {
      using page = new SmallPage(Trash, { ...common, runs, single: false, readOnly: false });
      await click(page, "Restore ppo, run a");
      await click(page, "Restore dqn, run b");
      const rows = page.get("tbody").all("tr").map((row) =>
        row.all("td").map(({ textContent }) => textContent)
      );
      deepStrictEqual(rows, [["1", "1 min ago", "restored"], ["–", "–", `Restore${refused}`]]);
      deepStrictEqual(asked.splice(0).map((each) => JSON.parse(each)), [
        { runs: ["a"], change: { action: "restore" } },
        { runs: ["b"], change: { action: "restore" } },
      ]);
    }
    // On the run's own page it is shown again, once it is back.
    for (const [i, times] of [[0, 1], [1, 0]]) {
      let reloads = 0;
      using page = new SmallPage(Trash, {
        ...common,
        ...{ runs: [runs[i]], single: true, readOnly: false, reload: () => reloads += 1 },
      });
      await click(page, "Restore");
      strictEqual(reloads, times);
    }
  } finally {
    globalThis.fetch = before;
  }
});

Deno.test("where no server answers, a change says so", async () => {
  const before = globalThis.fetch;
  let isAway = true;
  globalThis.fetch = (_, init) =>
    isAway
      ? Promise.reject(new TypeError("Failed to fetch"))
      : Promise.resolve(Response.json({ changed: JSON.parse(String(init!.body)).runs }));
  try {
    using page = new SmallPage(ChangeBar, { chosen: new Set(["a"]), left() {} });
    const said = () => page.all("span").map(({ textContent }) => textContent);
    page.get("button", "Star").click();
    await answered();
    deepStrictEqual(said(), [" ", "The server does not answer."]);
    isAway = false;
    page.get("button", "Star").click();
    await answered();
    isAway = true;
    page.get("button", "Undo").click();
    await answered();
    deepStrictEqual(said(), ["1 run starred. Undo", "The server does not answer."]);
    // Once it does, that is no longer said.
    connected.value = false;
    settle();
    connected.value = true;
    settle();
    deepStrictEqual(said(), ["1 run starred. Undo"]);
  } finally {
    globalThis.fetch = before;
    connected.value = undefined;
  }
});
