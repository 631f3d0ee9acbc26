/**
 * The contract of a store's readers, held wherever a run comes to: what one was told of a run, every
 * other one says of it.
 */
import { deepStrictEqual } from "node:assert";
import { Hub } from "../../../lab/store/postgres/hub.ts";
import { Mirror, syncFromHub, syncToHub } from "../../../lab/store/postgres/replica.ts";
import { openStore, syncStores } from "../../../lab/store/sqlite_store.ts";
import type { Store } from "../../../lab/store/store.ts";
import { addRun, checkpointAt, contentOf, pointAt, withFolder } from "./fixtures.ts";
import { missing, Server } from "./postgres/server.ts";

const numbers = [NaN, Infinity, -Infinity, -0, 5e-324, 1.7976931348623157e308, 1 / 3];

/** What a run may have been through. */
const histories: Readonly<Record<string, (store: Store, id: string) => void | Promise<void>>> = {
  "nothing yet": () => {},
  "every kind of number": (store, id) =>
    numbers.forEach((value, i) => store.append(id, [pointAt("losses/policy", i + 1, value)])),
  "several series, one of them long": (store, id) => {
    for (let i = 1; i <= 1100; i++) {
      store.append(id, [
        pointAt("losses/policy", i, i / 7),
        ...i % 100 === 0 ? [pointAt("evaluation/return_mean", i, -i)] : [],
      ]);
    }
  },
  "attempts that hide points, pictures and checkpoints": async (store, id) => {
    for (const from of [0, 4, 2]) {
      if (from > 0) store.beginAttempt(id, from);
      for (let i = from + 1; i <= from + 6; i++) {
        store.append(id, [pointAt("losses/policy", i, 10 * from + i)]);
      }
      const bytes = new TextEncoder().encode(`picture of ${from}`);
      const picture = { name: "samples", iteration: from + 3, mediaType: "text/plain", bytes };
      await store.putArtifact(id, picture);
      await store.saveCheckpoint(id, checkpointAt(from + 2, { keep: 9 }));
      await store.saveCheckpoint(id, checkpointAt(from + 6, { keep: 9 }));
    }
  },
  "checkpoints of every kind, older ones gone": async (store, id) => {
    for (let i = 1; i <= 4; i++) await store.saveCheckpoint(id, checkpointAt(i));
    await store.saveCheckpoint(id, { ...checkpointAt(5, { kind: "best" }), score: 0.5 });
    await store.saveCheckpoint(id, { ...checkpointAt(6, { kind: "diverged" }), score: NaN });
    await store.saveCheckpoint(id, checkpointAt(7, { kind: "final", length: 4000 }));
  },
  "an end, with what people said of it": (store, id) => {
    store.append(id, [pointAt("evaluation/return_mean", 3, 475)]);
    store.appendEvents(id, 3, [
      { level: "warning", message: "loss of 1e9: „größer“ 🙂" },
      { level: "error", message: 'a\ttab, a "quote", a \\' },
    ]);
    store.update(id, {
      ...{ status: "stopped", message: "reached 475", digest: "ab12", endedAt: 1_700_000_000_123 },
      ...{ iterations: 3, environmentSteps: 48, wallSeconds: 0.25 },
      ...{ name: "it's mine", tags: ["gamma", "ünï"], note: "line\nline" },
    });
  },
};

/** Where a folder's runs may come to, and how they are read there. */
const places: Readonly<
  Record<string, (folder: string, hub: () => Promise<Hub>) => Promise<Store>>
> = {
  "another process": (folder) => Promise.resolve(openStore(`${folder}/runs`, { readOnly: true })),
  "a backup": async (folder) => {
    const store = openStore(`${folder}/runs`);
    await store.backUp(`${folder}/backup`);
    store.close();
    return openStore(`${folder}/backup`, { readOnly: true });
  },
  "a folder by sync": async (folder) => {
    await syncStores(`${folder}/runs`, `${folder}/synced`);
    return openStore(`${folder}/synced`, { readOnly: true });
  },
  "PostgreSQL": async (folder, open) => {
    await using hub = await open();
    using mirror = new Mirror(hub, `${folder}/mirror`);
    await syncToHub(`${folder}/runs`, hub, mirror);
    // Another machine, which has nothing of it yet.
    using other = new Mirror(hub, `${folder}/other`);
    await other.refresh({ files: true });
    return other.store();
  },
  "a folder by way of PostgreSQL": async (folder, open) => {
    await using hub = await open();
    using mirror = new Mirror(hub, `${folder}/third`);
    await syncFromHub(mirror, `${folder}/brought`);
    return openStore(`${folder}/brought`, { readOnly: true });
  },
};

Deno.test("what a store was told of a run is read alike wherever the run comes to", (t) =>
  withFolder(async (folder) => {
    await using server = missing ? undefined : await Server.start();
    const url = await server?.database();
    const open = () => Hub.open(url!, () => Promise.resolve(undefined));
    const store = openStore(`${folder}/runs`);
    const runs = new Map<string, string>();
    for (const [name, live] of Object.entries(histories)) {
      const { id } = addRun(store, name);
      await live(store, id);
      runs.set(name, id);
    }
    store.putSweep("rates", { trials: 3, space: [{ path: "agent.gamma" }] });
    store.flush();
    for (const [place, arrive] of Object.entries(places)) {
      await t.step({
        name: place,
        ignore: place.includes("PostgreSQL") && missing,
        fn: async () => {
          const there = await arrive(folder, open);
          try {
            for (const [name, id] of runs) {
              deepStrictEqual(await contentOf(there, id), await contentOf(store, id), name);
            }
            deepStrictEqual(there.runs().map(({ id }) => id), store.runs().map(({ id }) => id));
            deepStrictEqual(there.sweep("rates")!.definition, store.sweep("rates")!.definition);
          } finally {
            there.close();
          }
        },
      });
    }
    store.close();
  }));
