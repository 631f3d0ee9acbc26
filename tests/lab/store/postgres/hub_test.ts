import { deepStrictEqual, doesNotMatch, match, ok, rejects, strictEqual } from "node:assert";
import { DatabaseSync } from "node:sqlite";
import { InputError } from "../../../../lab/core/errors.ts";
import {
  Connection,
  passwordIn,
  placeOf,
  UnreachableError,
} from "../../../../lab/store/postgres/connection.ts";
import { FenceError, Hub } from "../../../../lab/store/postgres/hub.ts";
import {
  Mirror,
  Shipper,
  syncFromHub,
  syncToHub,
  takeUp,
} from "../../../../lab/store/postgres/replica.ts";
import { migrations } from "../../../../lab/store/postgres/schema.ts";
import { runNumberOf } from "../../../../lab/store/run_id.ts";
import { isAsNamed } from "../../../../lab/store/files.ts";
import { openStore } from "../../../../lab/store/sqlite_store.ts";
import type { Store } from "../../../../lab/store/store.ts";
import { artifactPath, checkpointPaths } from "../../../../lab/store/paths.ts";
import { addRun, checkpointAt, contentOf, manifestOf, pointAt, withFolder } from "../fixtures.ts";
import { missing, PASSWORD, Server } from "./server.ts";

const noPassword = () => Promise.resolve(undefined);

/** A run with points, events, a picture and checkpoints as far as an iteration. */
async function trained(store: Store, id: string, from: number, until: number): Promise<void> {
  for (let i = from + 1; i <= until; i++) store.append(id, [pointAt("losses/policy", i, i / 7)]);
  const bytes = new TextEncoder().encode(`picture ${until}`);
  await store.putArtifact(id, {
    ...{ name: "samples", iteration: until, mediaType: "text/plain", bytes },
  });
  store.appendEvents(id, until, [{ level: "info", message: `at\0 ${until}` }]);
  await store.saveCheckpoint(id, checkpointAt(until));
  store.flush();
}

Deno.test({ name: "PostgreSQL keeps runs as a folder does", ignore: missing }, async (t) => {
  await using server = await Server.start();

  await t.step(
    "a run that is shipped piece by piece is read as the folder has it",
    () =>
      withFolder(async (folder) => {
        await using hub = await Hub.open(await server.database(), noPassword);
        const [run] = await hub.ask([{ what: "toy" }]);
        const claim = (await hub.claim("first", 60))!;
        deepStrictEqual([claim.run, claim.plan, claim.tries], [run, { what: "toy" }, 1]);
        strictEqual(await hub.claim("second", 60), undefined);
        const store = openStore(`${folder}/local`);
        const local = addRun(store, "toy").id;
        const shipper = new Shipper(`${folder}/local`, local, run);
        const ship = () => shipper.ship(hub, (delta) => hub.hold(claim, 60, delta), claim);
        using mirror = new Mirror(hub, `${folder}/mirror`);
        for (const [from, until] of [[0, 3], [3, 700], [700, 710]]) {
          await trained(store, local, from, until);
          await ship();
          await mirror.refresh();
          const read = mirror.store();
          strictEqual(read.run(run)!.active, true);
          const [there, here] = [await contentOf(read, run), await contentOf(store, local)];
          deepStrictEqual(there, here);
          read.close();
        }
        // Its files are those of the checkpoints that count, and nothing is shipped twice.
        const [{ files }] = await server.query(
          "lab1",
          "SELECT count(DISTINCT path) AS files FROM reverie.file",
        ) as [{ files: number }];
        strictEqual(files, 3 + 2 * 2);

        // What people said of it stays, whatever its worker ships.
        const said = { name: "mine", tags: ["kept"], note: "why" };
        await server.query(
          "lab1",
          `UPDATE reverie.run SET name = 'mine', tags = '["kept"]', note = 'why'`,
        );
        store.update(local, { wallSeconds: 1234 });
        // A worker's tries are counted anew from each further checkpoint on.
        const triesAfterShipping = async (shipping = ship) => {
          await server.query("lab1", "UPDATE reverie.task SET tries = 3");
          await shipping();
          const query = "SELECT tries::int FROM reverie.task";
          const [{ tries }] = await server.query("lab1", query) as [{ tries: number }];
          return tries;
        };
        strictEqual(await triesAfterShipping(), 3);
        const seen = async () => {
          await mirror.refresh();
          const read = mirror.store();
          const { name, tags, note, wallSeconds, active } = read.run(run)!;
          read.close();
          return { name, tags, note, wallSeconds, active };
        };
        deepStrictEqual(await seen(), { ...said, wallSeconds: 1234, active: true });
        await trained(store, local, 710, 712);
        strictEqual(await triesAfterShipping(), 0);

        // Another machine goes on from it; one that hands it back at a further checkpoint, too.
        await trained(store, local, 712, 713);
        const handBack = () =>
          shipper.ship(hub, (delta) => hub.release(claim, "waiting", { delta }), claim);
        strictEqual(await triesAfterShipping(handBack), 0);
        deepStrictEqual((await seen()).active, false);
        const next = (await hub.claim("second", 60))!;
        deepStrictEqual((await seen()).active, true);
        const content = await takeUp(hub, run, `${folder}/other`);
        const other = openStore(`${folder}/other`);
        deepStrictEqual(
          (await contentOf(other, run, { bytes: false })).checkpoints,
          (await contentOf(store, local)).checkpoints,
        );
        other.beginAttempt(run, 710);
        await trained(other, run, 710, 720);
        other.update(run, { status: "completed", digest: "ff" });
        const going = new Shipper(`${folder}/other`, run, run, content);
        let shipped: number[] = [];
        await going.ship(hub, async (delta) => {
          shipped = [delta.chunks.length, delta.events.length, delta.artifacts.length];
          await hub.release(next, "ended", { delta });
        }, next);
        deepStrictEqual(shipped, [1, 1, 1]);
        // The first one comes back: nothing of what it writes counts.
        await trained(store, local, 710, 730);
        await rejects(ship(), FenceError);
        await rejects(hub.putFile("checkpoints/x/y", new Uint8Array(1), claim), FenceError);
        await rejects(hub.release(claim, "ended"), FenceError);
        await mirror.refresh();
        const read = mirror.store();
        strictEqual(read.run(run)!.active, false);
        const rows = { bytes: false };
        deepStrictEqual(await contentOf(read, run, rows), await contentOf(other, run, rows));
        for (const each of [read, store, other]) each.close();
      }),
  );

  await t.step(
    "sync carries a folder's runs there and into another folder, once",
    () =>
      withFolder(async (folder) => {
        await using hub = await Hub.open(await server.database(), noPassword);
        using mirror = new Mirror(hub, `${folder}/mirror`);
        const [here, there] = [`${folder}/here`, `${folder}/there`];
        const store = openStore(here);
        const ids = ["one", "two"].map((name) => addRun(store, name).id);
        for (const id of ids) await trained(store, id, 0, 600);
        // As of an import whose steps are parts of an epoch.
        store.update(ids[0], { examples: 1.5, gradientSteps: 0.25, environmentSteps: 2 ** 53 - 1 });
        store.putSweep("rates", { trials: 3 });
        const sync = async () => [
          await syncToHub(here, hub, mirror),
          await syncFromHub(mirror, there),
        ];
        const rates = new Map([["rates", "rates"]]);
        for (const did of await sync()) deepStrictEqual([did.added, did.sweeps], [ids, rates]);
        for (const did of await sync()) deepStrictEqual(did.known, ids);
        store.beginAttempt(ids[1], 500);
        await trained(store, ids[1], 500, 610);
        for (const did of await sync()) deepStrictEqual(did.updated, [ids[1]]);
        const target = openStore(there);
        for (const id of ids) {
          deepStrictEqual(await contentOf(target, id), await contentOf(store, id));
        }
        deepStrictEqual(target.sweep("rates")!.definition, { trials: 3 });
        for (const each of [store, target]) each.close();
      }),
  );

  await t.step(
    "a run that is asked for never gets the id of one that sync has brought",
    () =>
      withFolder(async (folder) => {
        const url = await server.database();
        await using hub = await Hub.open(url, noPassword);
        using mirror = new Mirror(hub, `${folder}/mirror`);
        const store = openStore(`${folder}/here`);
        // Ids run ahead of the clock where many runs begin within a second.
        const raw = new DatabaseSync(`${folder}/here/lab.db`);
        raw.exec("UPDATE store SET last_run = 1000000000");
        raw.close();
        const brought = ["one", "two"].map((name) => addRun(store, name).id);
        store.close();
        await syncToHub(`${folder}/here`, hub, mirror);
        const database = url.slice(url.lastIndexOf("/") + 1);
        const newest = "SELECT last_run::int AS newest FROM reverie.store";
        deepStrictEqual(await server.query(database, newest), [{
          newest: runNumberOf(brought[1]),
        }]);
        // Nor where the count is behind.
        await server.query(
          database,
          `UPDATE reverie.store SET last_run = ${runNumberOf(brought[0])}`,
        );
        const [asked] = await hub.ask([{ what: "toy" }]);
        strictEqual(runNumberOf(asked), runNumberOf(brought[1]) + 1);
        strictEqual(await takeUp(hub, asked, `${folder}/worker`), undefined);
      }),
  );

  await t.step(
    "a sync that is interrupted goes on with the next one, and a mirror shows what the server has",
    () =>
      withFolder(async (folder) => {
        await using hub = await Hub.open(await server.database(), noPassword);
        const here = `${folder}/here`;
        const store = openStore(here);
        const ids = ["one", "two", "three"].map((name) => addRun(store, name).id);
        for (const id of ids) await trained(store, id, 0, 10);
        const { put } = hub;
        const interrupted = async (from: number) => {
          using mirror = new Mirror(hub, `${folder}/mirror`);
          let puts = 0;
          hub.put = (...given) =>
            ++puts === from
              ? Promise.reject(new UnreachableError("Cannot reach the server"))
              : put.apply(hub, given);
          await rejects(syncToHub(here, hub, mirror), UnreachableError);
          hub.put = put;
        };
        const shown = async () => {
          using mirror = new Mirror(hub, `${folder}/mirror`);
          await mirror.refresh();
          const read = mirror.store();
          const runs = read.runs().map(({ id, name }) => [id, name]).sort();
          read.close();
          deepStrictEqual(runs.map(([id]) => id), [...(await hub.revisions()).keys()].sort());
          return Object.fromEntries(runs);
        };
        const again = async () => {
          using mirror = new Mirror(hub, `${folder}/mirror`);
          const { added, updated, known } = await syncToHub(here, hub, mirror);
          return { added, updated, known };
        };
        const [one, two, three] = ids;
        await interrupted(2);
        deepStrictEqual(await shown(), { [one]: "one" });
        deepStrictEqual(await again(), { added: [two, three], updated: [], known: [one] });
        for (const id of [one, two]) {
          store.beginAttempt(id, 10);
          await trained(store, id, 10, 20);
        }
        await interrupted(2);
        deepStrictEqual(await again(), { added: [], updated: [two], known: [one, three] });
        deepStrictEqual(await again(), { added: [], updated: [], known: ids });
        // What else came into the folder goes.
        const all = { [one]: "one", [two]: "two", [three]: "three" };
        const mine = openStore(`${folder}/mirror`);
        mine.update(one, { name: "mine" });
        addRun(mine, "mine");
        mine.close();
        deepStrictEqual(await shown(), all);
        using mirror = new Mirror(hub, `${folder}/other`);
        await mirror.refresh();
        const other = mirror.store();
        for (const id of ids) {
          deepStrictEqual(await contentOf(other, id), await contentOf(store, id));
        }
        for (const each of [store, other]) each.close();
      }),
  );

  await t.step(
    "an id is one run's: others get another, also where two machines sync at once",
    () =>
      withFolder(async (folder) => {
        const url = await server.database();
        await using hub = await Hub.open(url, noPassword);
        const database = url.slice(url.lastIndexOf("/") + 1);
        await server.query(database, "UPDATE reverie.store SET last_run = 1000000000");
        const [asked] = await hub.ask([{ what: "toy" }]);
        const [a, b] = ["a", "b"].map((name) => {
          const store = openStore(`${folder}/${name}`);
          const raw = new DatabaseSync(`${folder}/${name}/lab.db`);
          raw.exec("UPDATE store SET last_run = 1000000000");
          raw.close();
          const [first] = ["first", "second"].map((each) => addRun(store, `${name}'s ${each}`).id);
          strictEqual(first, asked);
          store.close();
          return new Mirror(hub, `${folder}/${name}'s mirror`);
        });
        const { put } = hub;
        hub.put = async (...given) => {
          hub.put = put;
          await syncToHub(`${folder}/b`, hub, b);
          await put.apply(hub, given);
        };
        const refused = /somebody else has written it meanwhile: sync once more$/;
        await rejects(syncToHub(`${folder}/a`, hub, a), { message: refused });
        await syncToHub(`${folder}/a`, hub, a);
        const read = a.store();
        const names = read.runs().map(({ id, name }) => {
          strictEqual(id === asked, false);
          return name;
        });
        deepStrictEqual(names.sort(), ["a's first", "a's second", "b's first", "b's second"]);
        read.close();
        // One that somebody else has written since it was looked at stays as it is.
        const [run] = (await hub.revisions()).keys();
        const content = (await hub.content(run))!;
        const delta = {
          ...{ run: { ...content.run, status: "failed" }, attempts: [], chunks: [], events: [] },
          ...{ artifacts: [], checkpoints: [] },
        };
        for (const known of [undefined, -1]) {
          await rejects(hub.put(delta, known), { message: refused });
        }
        await server.query(database, "UPDATE reverie.run SET note = 'why'");
        await hub.put(delta, a.revisionOf(run));
        const { status, note } = (await hub.content(run))!.run;
        deepStrictEqual([status, note], ["failed", "why"]);
        for (const mirror of [a, b]) mirror[Symbol.dispose]();
      }),
  );

  await t.step(
    "nor does a run take the place of another that came by way of the same mirror",
    () =>
      withFolder(async (folder) => {
        await using hub = await Hub.open(await server.database(), noPassword);
        const [first, second] = ["a", "b"].map((name) => {
          const store = openStore(`${folder}/${name}`);
          const raw = new DatabaseSync(`${folder}/${name}/lab.db`);
          raw.exec("UPDATE store SET last_run = 1000000000");
          raw.close();
          const { id } = addRun(store, name);
          store.close();
          return id;
        });
        strictEqual(first, second);
        using mirror = new Mirror(hub, `${folder}/mirror`);
        const { newId } = hub;
        hub.newId = async (own) => {
          hub.newId = newId;
          const id = await hub.newId(own);
          // Another process that reads the hub through this folder.
          using shared = new Mirror(hub, mirror.folder);
          await syncToHub(`${folder}/b`, hub, shared);
          return id;
        };
        await syncToHub(`${folder}/a`, hub, mirror);
        const read = mirror.store();
        deepStrictEqual(read.runs().map(({ name }) => name).sort(), ["a", "b"]);
        read.close();
      }),
  );

  await t.step(
    "what one process brings into a mirror stays where another one asks meanwhile",
    () =>
      withFolder(async (folder) => {
        await using hub = await Hub.open(await server.database(), noPassword);
        using mirror = new Mirror(hub, `${folder}/mirror`);
        const store = openStore(`${folder}/here`);
        const asked = { revisions: hub.revisions, sweeps: hub.sweeps };
        const brought = async () => {
          Object.assign(hub, asked);
          using shared = new Mirror(hub, mirror.folder);
          await syncToHub(store.location, hub, shared);
        };
        const shown = () => {
          const read = mirror.store();
          const names = [...read.runs().map(({ name }) => name), ...read.sweepNames()];
          read.close();
          return names;
        };
        addRun(store, "run");
        hub.revisions = () => asked.revisions.call(hub).then((now) => brought().then(() => now));
        await mirror.refresh();
        deepStrictEqual(shown(), ["run"]);
        store.putSweep("rates", { trials: 3 });
        hub.sweeps = () => asked.sweeps.call(hub).then((now) => brought().then(() => now));
        await mirror.refresh();
        deepStrictEqual(shown(), ["run", "rates"]);
        store.close();
      }),
  );

  await t.step(
    "a sweep whose name another has comes to the server under a free one, with its runs",
    () =>
      withFolder(async (folder) => {
        await using hub = await Hub.open(await server.database(), noPassword);
        await hub.keepSweep("rates", { space: "rate", trials: 2 });
        using mirror = new Mirror(hub, `${folder}/mirror`);
        const store = openStore(`${folder}/here`);
        store.putSweep("rates", { space: "width", trials: 2 });
        const manifest = { ...manifestOf("trial"), sweep: { name: "rates", trial: 1 } };
        const { id } = store.createRun({ name: "trial", manifest, tags: [], note: "" });
        const raw = new DatabaseSync(`${folder}/here/lab.db`);
        raw.exec("UPDATE sweep SET created_at = 0");
        raw.close();
        const sync = async () => [...(await syncToHub(`${folder}/here`, hub, mirror)).sweeps];
        deepStrictEqual([await sync(), await sync()], [[["rates", "rates-2"]], []]);
        store.putSweep("rates", { space: "width", trials: 3 });
        deepStrictEqual(await sync(), [["rates", "rates-2"]]);
        // A mirror has the sweeps that the server has.
        const own = openStore(mirror.folder);
        own.putSweep("mine", {});
        own.close();
        await mirror.refresh();
        const read = mirror.store();
        deepStrictEqual(read.sweepNames().sort(), ["rates", "rates-2"]);
        deepStrictEqual(read.sweep("rates")!.definition, { space: "rate", trials: 2 });
        deepStrictEqual(read.sweep("rates-2")!.definition, { space: "width", trials: 3 });
        deepStrictEqual(read.run(id)!.manifest.sweep, { name: "rates-2", trial: 1 });
        const [row] = await hub.sweeps();
        await rejects(hub.putSweep({ ...row, definition: "{}" }, undefined), {
          message: /^Cannot put sweep rates as somebody else has written it meanwhile/,
        });
        for (const each of [read, store]) each.close();
      }),
  );

  await t.step(
    "files that are missing or damaged are named, and the rest of the run comes",
    () =>
      withFolder(async (folder) => {
        await using hub = await Hub.open(await server.database(), noPassword);
        using mirror = new Mirror(hub, `${folder}/mirror`);
        const store = openStore(`${folder}/here`);
        const { id } = addRun(store, "hurt");
        await trained(store, id, 0, 10);
        await trained(store, id, 10, 20);
        const [picture] = store.artifacts(id).map(({ hash }) => artifactPath(hash));
        const [lost] = [...Deno.readDirSync(`${folder}/here/checkpoints/${id}`)]
          .flatMap(({ name }) => /^10-.*json$/.test(name) ? `checkpoints/${id}/${name}` : []);
        Deno.removeSync(`${folder}/here/${lost}`);
        Deno.truncateSync(`${folder}/here/${picture}`, 3);
        const did = await syncToHub(`${folder}/here`, hub, mirror);
        deepStrictEqual([did.added, did.missing, did.damaged], [[id], [lost], [picture]]);
        strictEqual(await hub.files.get(picture), undefined);
        const read = mirror.store();
        deepStrictEqual(read.series(id, "losses/policy"), store.series(id, "losses/policy"));
        await read.loadCheckpoint(id, read.checkpoints(id).at(-1)!);
        for (const each of [read, store]) each.close();
      }),
  );

  await t.step(
    "a mirror has the files that its hub has: those that went go, damaged ones come anew",
    () =>
      withFolder(async (folder) => {
        const url = await server.database();
        await using hub = await Hub.open(url, noPassword);
        using mirror = new Mirror(hub, `${folder}/mirror`);
        const store = openStore(`${folder}/here`);
        const [id, other] = ["kept", "gone"].map((name) => addRun(store, name).id);
        const filesIn = (of: string) =>
          [...Deno.readDirSync(`${folder}/${of}`)].map(({ name }) => name)
            .filter((name) => name !== "journal.jsonl").sort();
        for (const until of [10, 20, 30]) {
          await trained(store, id, until - 10, until);
          await trained(store, other, until - 10, until);
          await syncToHub(`${folder}/here`, hub, mirror);
          await mirror.refresh({ files: true });
          const [there, here] = ["mirror", "here"].map((of) => filesIn(`${of}/checkpoints/${id}`));
          deepStrictEqual(there, here);
        }
        const picture = (of: string) =>
          artifactPath(store.artifacts(of).find(({ iteration }) => iteration === 10)!.hash);
        await store.putArtifact(other, {
          ...{ name: "own", iteration: 30, mediaType: "text/plain" },
          bytes: new TextEncoder().encode("its own"),
        });
        await store.saveCheckpoint(other, checkpointAt(31));
        await syncToHub(`${folder}/here`, hub, mirror);
        await mirror.refresh({ files: true });
        const own = artifactPath(store.artifacts(other).at(-1)!.hash);
        // What was seen whole is not read each time that its run changes.
        const { open } = Deno;
        const opened: string[] = [];
        Deno.open = (path, options) => {
          if (String(path).startsWith(`${folder}/mirror/checkpoints/${other}/3`)) {
            opened.push(String(path));
          }
          return open(path, options);
        };
        const database = url.slice(url.lastIndexOf("/") + 1);
        await server.query(
          database,
          "UPDATE reverie.run SET revision = nextval('reverie.revision')",
        );
        try {
          await mirror.refresh({ files: true });
        } finally {
          Deno.open = open;
        }
        deepStrictEqual(opened, []);
        // Damage that nobody saw come is there for another process.
        Deno.truncateSync(`${folder}/mirror/${picture(id)}`, 3);
        await server.query(database, `DELETE FROM reverie.run WHERE id = '${other}'`);
        strictEqual(filesIn(`mirror/${own.slice(0, own.lastIndexOf("/"))}`).length > 0, true);
        using again = new Mirror(hub, mirror.folder);
        await again.refresh({ files: true });
        deepStrictEqual(await isAsNamed(`${folder}/mirror/${picture(id)}`), true);
        deepStrictEqual(filesIn("mirror/checkpoints"), [id]);
        deepStrictEqual([...Deno.readDirSync(`${folder}/mirror/${own.slice(0, 12)}`)], []);
        const read = mirror.store();
        deepStrictEqual(await contentOf(read, id), await contentOf(store, id));
        for (const each of [read, store]) each.close();
      }),
  );

  await t.step(
    "a backup has the files that nothing has read before",
    () =>
      withFolder(async (folder) => {
        await using hub = await Hub.open(await server.database(), noPassword);
        using mirror = new Mirror(hub, `${folder}/mirror`);
        const store = openStore(`${folder}/here`);
        const { id } = addRun(store, "kept");
        await trained(store, id, 0, 10);
        await syncToHub(`${folder}/here`, hub, mirror);
        const read = mirror.store();
        deepStrictEqual((await read.backUp(`${folder}/backup`)).missing, []);
        const copy = openStore(`${folder}/backup`);
        deepStrictEqual(await contentOf(copy, id), await contentOf(store, id));
        for (const each of [copy, read, store]) each.close();
      }),
  );

  await t.step(
    "a backup follows a run whose checkpoints a worker replaces meanwhile",
    () =>
      withFolder(async (folder) => {
        await using hub = await Hub.open(await server.database(), noPassword);
        using mirror = new Mirror(hub, `${folder}/mirror`);
        const [run] = await hub.ask([{ what: "toy" }]);
        const claim = (await hub.claim("worker", 60))!;
        const store = openStore(`${folder}/here`);
        const local = addRun(store, "toy").id;
        const shipper = new Shipper(`${folder}/here`, local, run);
        const ship = () => shipper.ship(hub, (delta) => hub.hold(claim, 60, delta), claim);
        await trained(store, local, 0, 10);
        await ship();
        await mirror.refresh();
        for (const until of [20, 30, 40]) await trained(store, local, until - 10, until);
        await ship();
        const read = mirror.store();
        deepStrictEqual((await read.backUp(`${folder}/backup`)).missing, []);
        const copy = openStore(`${folder}/backup`);
        deepStrictEqual(await contentOf(copy, run), await contentOf(store, local));
        for (const each of [copy, read, store]) each.close();
      }),
  );

  await t.step(
    "files and rows of any number go and come in answers of some megabytes",
    async () => {
      const { transaction } = Connection.prototype;
      let largest = 0;
      const bytesOf = (value: unknown): number =>
        value instanceof Uint8Array || typeof value === "string"
          ? value.length
          : typeof value === "object"
          ? Object.values(value ?? {}).reduce((sum: number, each) => sum + bytesOf(each), 0)
          : 0;
      Connection.prototype.transaction = function (action) {
        return transaction.call(this, (query) =>
          action(async (sql, ...values) => {
            const rows = await query(sql, ...values);
            largest = Math.max(largest, bytesOf(values), bytesOf(rows));
            return rows;
          })) as ReturnType<typeof action>;
      };
      try {
        await using hub = await Hub.open(await server.database(), noPassword);
        const file = Uint8Array.from({ length: 20_000_000 }, (_, i) => i % 251);
        await hub.files.put("artifacts/ab/abc", file);
        deepStrictEqual(await hub.files.get("artifacts/ab/abc"), file);
        await withFolder(async (folder) => {
          const store = openStore(`${folder}/here`);
          const { id } = addRun(store);
          await trained(store, id, 0, 1);
          using mirror = new Mirror(hub, `${folder}/mirror`);
          await syncToHub(store.location, hub, mirror);
          store.close();
          const { run, chunks } = (await hub.content(id))!;
          const [, chunk] = [...chunks][0];
          const many = Array.from({ length: 1000 }, (_, number) => ({
            ...chunk,
            ...{ number, count: number, points: new Uint8Array(20_000).fill(number) },
          }));
          await hub.put({
            ...{ run, attempts: [], chunks: many, events: [], artifacts: [], checkpoints: [] },
          }, mirror.revisionOf(id));
          deepStrictEqual([...(await hub.content(id))!.chunks.values()], many);
        });
      } finally {
        Connection.prototype.transaction = transaction;
      }
      ok(largest <= 9_000_000, `${largest} bytes`);
    },
  );

  await t.step("a server that gave a silent transaction up is gone", async () => {
    const connection = new Connection(placeOf(await server.database()), noPassword);
    const raised = "DO $$ BEGIN RAISE EXCEPTION 'idle' USING ERRCODE = '25P03'; END $$";
    await rejects(connection.transaction((query) => query(raised)), UnreachableError);
    await connection.close();
  });

  await t.step("what cannot be used is refused in a line without the password", async () => {
    const url = await server.database();
    const refused = async (location: string, pattern: RegExp, password?: string) => {
      const opening = Hub.open(location, () => Promise.resolve(password)).then((hub) =>
        hub.close()
      );
      await rejects(opening, (error: Error) => {
        match(error.message, pattern);
        doesNotMatch(error.message, /hunter2|\n/);
        strictEqual(error instanceof InputError, !/not to be reached/.test(error.message));
        return true;
      });
    };
    const secret = url.replace("lab@", "secret@");
    await refused(url.replace("lab@", "lab:hunter2@"), /URL holds a password/);
    await refused(`${url}?password=hunter2`, /URL holds a password/);
    await refused("postgres://127.0.0.1/lab", /must name a user/);
    await refused("postgres://lab@127.0.0.1", /must name a database/);
    await refused(`${url}?sslmode=maybe`, /sslmode must be disable, require, verify-full: maybe/);
    await refused(
      `${url}?sslmod=verify-full`,
      /no URL parameter "sslmod" \(did you mean "sslmode"\?\)/,
    );
    await refused(`${url}none`, /no database "lab\d+none": createdb/);
    await refused(secret, /asks for a password: .*PGPASSFILE/);
    await refused(secret, /refuses the user secret or the password/, "hunter2");
    await refused(`${url}?sslmode=require`, /offers no TLS: \?sslmode=disable/);
    await refused(secret, /the user secret may not/, PASSWORD);
    const other = new URL(url);
    other.port = "1";
    await refused(other.href, /server is not to be reached/);
    // A schema that is newer stays as it is; an older one is brought forward.
    const name = url.slice(url.lastIndexOf("/") + 1);
    await (await Hub.open(url, noPassword)).close();
    await server.query(name, "UPDATE reverie.store SET schema = 99");
    await refused(
      url,
      /schema must be of version \d+ or earlier: .* is of version 99; use a newer/,
    );
    await server.query(name, "ALTER TABLE reverie.task DROP COLUMN stop");
    await server.query(name, "ALTER TABLE reverie.store DROP COLUMN files");
    await server.query(name, "UPDATE reverie.store SET schema = 1");
    await (await Hub.open(url, noPassword)).close();
    const { length: schema } = migrations;
    deepStrictEqual(await server.query(name, "SELECT schema FROM reverie.store"), [{ schema }]);
    deepStrictEqual(await server.query(name, "SELECT stop FROM reverie.task"), []);
  });

  await t.step("a pooler is asked for no setting, and what it refuses is told", async () => {
    const url = await server.database();
    const connection = new Connection(placeOf(url), noPassword);
    deepStrictEqual(
      await connection.transaction((query) => query("SHOW idle_in_transaction_session_timeout")),
      [{ idle_in_transaction_session_timeout: "5s" }],
    );
    await connection.close();
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    const refused = async (message: string, Kind: new (message: string) => Error) => {
      const answering = (async () => {
        using client = await listener.accept();
        const bytes = new Uint8Array(1 << 12);
        const asked = new TextDecoder().decode(bytes.subarray(0, (await client.read(bytes))!));
        const fields = new TextEncoder().encode(`SFATAL\0C08P01\0M${message}\0\0`);
        const answer = new Uint8Array(5 + fields.length);
        answer[0] = "E".charCodeAt(0);
        new DataView(answer.buffer).setUint32(1, 4 + fields.length);
        answer.set(fields, 5);
        await client.write(answer);
        return asked;
      })();
      await rejects(Hub.open(server.url("lab", port), noPassword), (error: Error) => {
        strictEqual(error.constructor, Kind, error.message);
        return error.message.endsWith(`: ${message}`);
      });
      doesNotMatch(await answering, /timeout/);
    };
    await refused("unsupported startup parameter: extra_float_digits", InputError);
    await refused("query_wait_timeout", UnreachableError);
  });

  await t.step("TLS is used where it is asked for, and a certificate looked at", async () => {
    await server.encrypt();
    const url = await server.database();
    const isEncrypted = async (mode: string) => {
      const connection = new Connection(placeOf(`${url}?sslmode=${mode}`), noPassword);
      try {
        return await connection.transaction((query) =>
          query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        );
      } finally {
        await connection.close();
      }
    };
    deepStrictEqual(await isEncrypted("require"), [{ ssl: true }]);
    deepStrictEqual(await isEncrypted("disable"), [{ ssl: false }]);
    await rejects(isEncrypted("verify-full"), {
      name: "InputError",
      message: /^Cannot use the store .* as its certificate is not to be trusted: [^\n]*$/,
    });
  });

  await t.step(
    "a checkpoint that a run makes again is there again, with its files",
    () =>
      withFolder(async (folder) => {
        await using hub = await Hub.open(await server.database(), noPassword);
        const [run] = await hub.ask([{}]);
        const claim = (await hub.claim("worker", 60))!;
        const store = openStore(`${folder}/local`);
        const local = addRun(store, "toy").id;
        const shipper = new Shipper(`${folder}/local`, local, run);
        const save = async (iteration: number) => {
          await store.saveCheckpoint(local, checkpointAt(iteration, { kind: "best", keep: 1 }));
          store.flush();
          await shipper.ship(hub, (delta) => hub.hold(claim, 60, delta), claim);
        };
        await save(10);
        await save(20);
        // A run whose world keeps hidden state begins anew after a crash, and comes to the same bits.
        store.beginAttempt(local, -1);
        await save(10);
        const content = (await hub.content(run))!;
        for (const path of checkpointPaths(run, content.checkpoints)) {
          ok(await hub.files.get(path) !== undefined, path);
        }
        store.close();
      }),
  );

  await t.step("files of passwords are read as libpq reads them", () => {
    const place = placeOf("postgres://me@db:5433/lab");
    const text = "# db:5433:lab:me:no\nother:*:*:*:no\ndb:5433:lab:you:no\n" +
      "*:5433:lab:me:a\\:b\\\\c\n*:*:*:*:last\n";
    strictEqual(passwordIn(text, place), "a:b\\c");
    strictEqual(passwordIn(text, { ...place, port: 1 }), "last");
    strictEqual(passwordIn("db:5433:lab", place), undefined);
  });

  await t.step("one of many takes a run; who is not heard of loses it", async () => {
    const url = await server.database();
    const hubs = await Promise.all([1, 2, 3, 4].map(() => Hub.open(url, noPassword)));
    const [hub] = hubs;
    const runs = await hub.ask([1, 2, 3]);
    strictEqual(new Set(runs).size, 3);
    const database = url.slice(url.lastIndexOf("/") + 1);
    deepStrictEqual(
      await server.query(database, "SELECT run, batch, plan FROM reverie.task ORDER BY run"),
      runs.map((run, i) => ({ run, batch: runs[0], plan: String(i + 1) })),
    );
    const claims = await Promise.all(hubs.map((each, i) => each.claim(`w${i}`, 60)));
    deepStrictEqual(claims.flatMap((claim) => claim?.run ?? []).sort(), runs);
    strictEqual(await hub.workers(60), 4);
    const [first, second] = claims.filter((claim) => claim !== undefined);
    // What is handed back, without a further checkpoint, was not taken in vain.
    await hub.release(second, "waiting");
    const taken = (await hub.claim("again", 60))!;
    deepStrictEqual([taken.run, taken.fence, taken.tries], [second.run, second.fence + 1, 1]);
    await hub.hold(first, -1);
    deepStrictEqual((await hub.tasks([first.run]))[0].state, "waiting");
    const next = (await hub.claim("again", 60))!;
    deepStrictEqual([next.run, next.fence, next.tries], [first.run, first.fence + 1, 2]);
    await rejects(hub.hold(first, 60), /another worker has taken it up/);
    await hub.release(next, "ended", { message: "why" });
    await hub.release(next, "ended", { message: "other" });
    deepStrictEqual(await hub.tasks([first.run]), [
      { run: first.run, worker: null, message: "why", state: "ended" },
    ]);
    await rejects(hub.release(first, "ended"), FenceError);
    // A run is held from when it is written on, not from when that began.
    const [last] = claims.filter((claim) => claim !== undefined).slice(2);
    const connection = new Connection(placeOf(url), noPassword);
    const locked = Promise.withResolvers<void>();
    const locking = connection.transaction(async (query) => {
      await query("SELECT FROM reverie.task WHERE run = $1 FOR UPDATE", last.run);
      locked.resolve();
      await query("SELECT pg_sleep(3)");
    });
    await locked.promise;
    await hub.hold(last, 2.5);
    strictEqual((await hub.tasks([last.run]))[0].state, "held");
    await locking;
    // Nor does one run of a worker wait for another one, whose rows take a while.
    const writing = Promise.withResolvers<void>();
    const over = Promise.withResolvers<string>();
    const written = connection.transaction(async (query) => {
      await query("UPDATE reverie.worker SET seen_at = now()");
      writing.resolve();
      return await over.promise;
    });
    await writing.promise;
    const limit = setTimeout(over.resolve, 20_000, "somebody waited for it");
    await hub.hold(last, 60);
    await hub.claim("w0", 60);
    over.resolve("nobody waited for it");
    strictEqual(await written, "nobody waited for it");
    clearTimeout(limit);
    await connection.close();
    const { length } = await hub.tasks(runs);
    deepStrictEqual([await hub.giveUp([]), (await hub.tasks(runs)).length], [0, length]);
    strictEqual(await hub.giveUp(), length - 3);
    strictEqual((await hub.tasks(runs)).length, 3, "a run that somebody took is not given up");
    for (const each of hubs) await each.close();
  });

  await t.step(
    "of two sweeps of one name that are begun at once one is refused",
    () =>
      withFolder(async (folder) => {
        const url = await server.database();
        const hubs = await Promise.all([1, 2].map(() => Hub.open(url, noPassword)));
        const kept = await Promise.allSettled(
          hubs.map((hub, i) => hub.keepSweep("rates", { trials: 1, gamma: i })),
        );
        deepStrictEqual(kept.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
        const [{ reason }] = kept.filter((each) => each.status === "rejected");
        match(reason.message, /another one of its name meanwhile .*: rates$/);
        const winner = kept.findIndex(({ status }) => status === "fulfilled");
        const before = { trials: 1, gamma: winner };
        using mirror = new Mirror(hubs[0], folder);
        const seen = async () => {
          await mirror.refresh();
          const store = mirror.store();
          const { definition } = store.sweep("rates")!;
          store.close();
          return definition;
        };
        deepStrictEqual(await seen(), before);
        // The same one may be asked for by many, and be extended by who has seen it.
        await hubs[1 - winner].keepSweep("rates", before);
        await hubs[1 - winner].keepSweep("rates", { ...before, trials: 2 }, before);
        await rejects(
          hubs[winner].keepSweep("rates", { ...before, trials: 3 }, before),
          InputError,
        );
        const [{ definition }] = await hubs[0].sweeps();
        deepStrictEqual(JSON.parse(String(definition)), { ...before, trials: 2 });
        deepStrictEqual(await seen(), { ...before, trials: 2 });
        for (const each of hubs) await each.close();
      }),
  );

  await t.step("a hub goes on after its server was killed", async () => {
    await using hub = await Hub.open(await server.database(), noPassword);
    await hub.putFile("artifacts/ab/abc", new Uint8Array(9 << 20).fill(7));
    await server.stop();
    await rejects(hub.ask([1]), UnreachableError);
    await server.resume();
    strictEqual((await hub.ask([1])).length, 1);
    deepStrictEqual(await hub.files.get("artifacts/ab/abc"), new Uint8Array(9 << 20).fill(7));
    strictEqual(await hub.files.get("artifacts/no/none"), undefined);
  });
});
