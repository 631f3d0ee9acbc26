import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import { FenceError, Hub } from "../../../../lab/store/postgres/hub.ts";
import { Mirror, Shipper, takeUp } from "../../../../lab/store/postgres/replica.ts";
import { openStore } from "../../../../lab/store/sqlite_store.ts";
import type { Store } from "../../../../lab/store/store.ts";
import { addRun, checkpointAt, pointAt, withFolder } from "../fixtures.ts";
import { missing, Server } from "./server.ts";

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

/** All of a run, whatever it is called. */
async function contentOf(store: Store, id: string, { bytes = true } = {}) {
  const checkpoints = [];
  for (const checkpoint of store.checkpoints(id)) {
    checkpoints.push({ ...checkpoint, id: 0, ...await store.loadCheckpoint(id, checkpoint) });
  }
  const artifacts = store.artifacts(id);
  return {
    run: { ...store.run(id), id: "", active: false },
    series: store.seriesNames(id).map((name) => store.series(id, name)),
    last: store.lastMetrics(id),
    events: store.events(id),
    artifacts,
    bytes: bytes && await Promise.all(artifacts.map(({ hash }) => store.readArtifact(hash))),
    checkpoints,
  };
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

        // Another machine goes on from it.
        await hub.release(claim, "waiting");
        const next = (await hub.claim("second", 60))!;
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
});
