import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert";
import { DatabaseSync } from "node:sqlite";
import { InputError } from "../../../lab/core/errors.ts";
import { checksum } from "../../../lab/store/checksum.ts";
import { sizeOfFile } from "../../../lab/store/files.ts";
import { Database } from "../../../lab/store/database.ts";
import { contentOf as rowsOf } from "../../../lab/store/journal.ts";
import { openStore, recoverStore, syncInto, syncStores } from "../../../lab/store/sqlite_store.ts";
import type { Store } from "../../../lab/store/store.ts";
import { FolderTarget } from "../../../lab/store/sync.ts";
import { placedAmong } from "../../../lab/store/sweeps.ts";
import { addRun, checkpointAt, manifestOf, pointAt, withFolder } from "./fixtures.ts";

/** A run with points, events, a picture and checkpoints as far as an iteration. */
async function trained(store: Store, id: string, from: number, until: number): Promise<void> {
  for (let i = from + 1; i <= until; i++) store.append(id, [pointAt("losses/policy", i, i / 7)]);
  const bytes = new TextEncoder().encode(`picture ${until}`);
  await store.putArtifact(id, {
    name: "samples",
    iteration: until,
    mediaType: "text/plain",
    bytes,
  });
  store.appendEvents(id, until, [{ level: "info", message: `at ${until}` }]);
  await store.saveCheckpoint(id, checkpointAt(until));
}

/** All of a run, whatever it is called. */
async function contentOf(store: Store, id: string) {
  const checkpoints = [];
  for (const checkpoint of store.checkpoints(id)) {
    checkpoints.push({ ...checkpoint, id: 0, ...await store.loadCheckpoint(id, checkpoint) });
  }
  const artifacts = store.artifacts(id);
  return {
    run: { ...store.run(id), id: "" },
    series: store.seriesNames(id).map((name) => store.series(id, name)),
    last: store.lastMetrics(id),
    events: store.events(id),
    artifacts,
    bytes: await Promise.all(artifacts.map(({ hash }) => store.readArtifact(hash))),
    checkpoints,
  };
}

Deno.test("sync copies what is lacking, once, and brings up to date what has gone on", () =>
  withFolder(async (folder) => {
    const [from, to] = [`${folder}/from`, `${folder}/to`];
    let source = openStore(from);
    const ended = addRun(source, "ended").id;
    await trained(source, ended, 0, 600);
    source.update(ended, { status: "completed", digest: "ff", iterations: 600 });
    const going = addRun(source, "going").id;
    await trained(source, going, 0, 20);
    const gone = addRun(source, "gone").id;
    source.trash(gone);
    source.putSweep("rates", { trials: 3 });
    const first = await syncStores(from, to);
    deepStrictEqual([first.added, first.updated, first.known, first.sweeps], [
      [ended, going],
      [],
      [],
      new Map([["rates", "rates"]]),
    ]);
    let target = openStore(to);
    for (const id of [ended, going]) {
      deepStrictEqual(await contentOf(target, id), await contentOf(source, id));
    }
    deepStrictEqual(target.sweep("rates")!.definition, { trials: 3 });
    const version = target.version();
    deepStrictEqual((await syncStores(from, to)).known, [ended, going]);
    strictEqual(target.version(), version);

    // It goes on there; here a person has given it a name and a tag.
    target.update(going, { name: "mine", tags: ["kept"] });
    source.beginAttempt(going, 20);
    await trained(source, going, 20, 50);
    deepStrictEqual((await syncStores(from, to)).updated, [going]);
    const { run, ...rest } = await contentOf(target, going);
    const { run: there, ...expected } = await contentOf(source, going);
    deepStrictEqual(rest, expected);
    deepStrictEqual(run, { ...there, name: "mine", tags: ["kept"] });
    source.update(going, { status: "failed", message: "broke" });
    deepStrictEqual((await syncStores(from, to)).updated, [going]);
    strictEqual(target.run(going)!.status, "failed");

    // What the target has further stays; a run that is being trained comes another time.
    target.beginAttempt(ended, 600);
    await trained(target, ended, 600, 640);
    deepStrictEqual((await syncStores(from, to)).known, [ended, going]);
    const open = addRun(source, "open").id;
    {
      using _ = source.lock(open);
      deepStrictEqual((await syncStores(from, to)).training, [open]);
    }
    deepStrictEqual((await syncStores(from, to)).added, [open]);
    const before = await contentOf(target, going);
    source.close();
    target.close();
    // Its journals are good.
    await Deno.remove(`${to}/lab.db`);
    recoverStore(to);
    target = openStore(to);
    deepStrictEqual((await contentOf(target, going)).series, before.series);
    target.close();
    source = openStore(from);
    strictEqual(source.runs().length, 3);
    source.close();
  }));

Deno.test("runs of two machines with one id keep both, under other ids; what is damaged stays so", () =>
  withFolder(async (folder) => {
    const stores = ["a", "b"].map((name) => openStore(`${folder}/${name}`));
    const ids = stores.map((store, i) => {
      // As where both begin a run in one second.
      const raw = new DatabaseSync(`${store.location}/lab.db`);
      raw.exec("UPDATE store SET last_run = 1000000000");
      raw.close();
      return addRun(store, `run-${i}`).id;
    });
    strictEqual(ids[0], ids[1]);
    for (const [i, store] of stores.entries()) await trained(store, ids[i], 0, 30);
    const before = await contentOf(stores[1], ids[1]);
    stores.forEach((store) => store.close());
    const all = `${folder}/all`;
    await syncStores(`${folder}/a`, all);
    const { added: [second] } = await syncStores(`${folder}/b`, all);
    deepStrictEqual((await syncStores(`${folder}/b`, all)).known, [second]);
    const store = openStore(all);
    deepStrictEqual(store.runs().map(({ id }) => id), [second, ids[0]]);
    deepStrictEqual(await contentOf(store, second), before);
    // What the first one has keeps its place beside it.
    const first = openStore(`${folder}/a`, { readOnly: true });
    deepStrictEqual(await contentOf(store, ids[0]), await contentOf(first, ids[0]));
    first.close();
    store.close();
    const damaged = new DatabaseSync(`${folder}/a/lab.db`);
    damaged.exec("UPDATE chunk SET last_value = zeroblob(8)");
    damaged.close();
    await syncStores(`${folder}/a`, `${folder}/hurt`);
    const hurt = openStore(`${folder}/hurt`);
    const [{ id }] = hurt.runs();
    throws(() => hurt.series(id, "losses/policy"), /are damaged/);
    hurt.close();
  }));

Deno.test("a damaged file that several rows and runs name is named once", () =>
  withFolder(async (folder) => {
    const source = openStore(`${folder}/from`);
    for (let i = 0; i < 2; i++) await trained(source, addRun(source).id, 0, 10);
    const { id } = addRun(source);
    for (const kind of ["last", "best"] as const) {
      await source.saveCheckpoint(id, checkpointAt(10, { kind }));
    }
    const picture = pathOf(source, source.runs().at(-1)!.id);
    alter(`${source.location}/${picture}`);
    const checkpoints = [...Deno.readDirSync(`${source.location}/checkpoints/${id}`)]
      .map(({ name }) => `checkpoints/${id}/${name}`).filter((path) => !path.endsWith(".jsonl"));
    strictEqual(checkpoints.length, 2);
    for (const path of checkpoints) alter(`${source.location}/${path}`);
    source.close();
    const { missing, damaged } = await syncStores(`${folder}/from`, `${folder}/to`);
    deepStrictEqual([missing, damaged.toSorted()], [[], [picture, ...checkpoints].toSorted()]);
  }));

Deno.test("files that are damaged in the source are named, and take the place of none in the target", () =>
  withFolder(async (folder) => {
    const [from, to] = [`${folder}/from`, `${folder}/to`];
    const [source, target] = [openStore(from), openStore(to)];
    const shared = addRun(source, "shared").id;
    await trained(source, shared, 0, 10);
    // A run of the target's own has the same picture.
    const own = addRun(target, "own").id;
    await trained(target, own, 0, 10);
    const picture = pathOf(target, own);
    alter(`${from}/${picture}`);
    const first = await syncStores(from, to);
    deepStrictEqual([first.added.length, first.missing, first.damaged], [1, [], []]);
    await contentOf(target, own);
    const elsewhere = await syncStores(from, `${folder}/third`);
    deepStrictEqual([elsewhere.missing, elsewhere.damaged], [[], [picture]]);
    strictEqual(sizeOfFile(`${folder}/third/${picture}`), undefined);

    // Where a file is damaged in the target alone, the whole one takes its place.
    alter(`${from}/${picture}`);
    alter(`${to}/${picture}`);
    source.beginAttempt(shared, 10);
    await trained(source, shared, 10, 20);
    deepStrictEqual((await syncStores(from, to)).damaged, []);
    await contentOf(target, own);

    // A checkpoint that both have, and that the source has lost since.
    const folderOfRun = `${from}/checkpoints/${shared}`;
    const tensors = [...Deno.readDirSync(folderOfRun)].map(({ name }) => name)
      .find((name) => /^20-.*safetensors$/.test(name));
    alter(`${folderOfRun}/${tensors}`);
    source.beginAttempt(shared, 20);
    await trained(source, shared, 20, 30);
    const last = await syncStores(from, to);
    deepStrictEqual([last.updated, last.damaged], [first.added, []]);
    await contentOf(target, first.added[0]);
    strictEqual(
      [...Deno.readDirSync(`${to}/checkpoints/${first.added[0]}`)]
        .filter(({ name }) => name.endsWith(".part")).length,
      0,
    );
    source.close();
    target.close();
  }));

Deno.test("what is gone of a run that is there comes again, from whichever store has it", () =>
  withFolder(async (folder) => {
    const [from, to, whole] = [`${folder}/from`, `${folder}/to`, `${folder}/whole`];
    const source = openStore(from);
    const { id } = addRun(source);
    await trained(source, id, 0, 10);
    await syncStores(from, whole);
    const tensors = [...Deno.readDirSync(`${from}/checkpoints/${id}`)].map(({ name }) => name)
      .find((name) => /^10-.*safetensors$/.test(name));
    const [checkpoint, picture] = [`checkpoints/${id}/${tensors}`, pathOf(source, id)];
    // It is damaged where it comes from at first, and each time.
    alter(`${from}/${checkpoint}`);
    for (let i = 0; i < 2; i++) {
      const { mended, missing, damaged } = await syncStores(from, to);
      deepStrictEqual([mended, missing, damaged], [[], [], [checkpoint]]);
    }
    Deno.removeSync(`${to}/${picture}`);
    const target = openStore(to);
    const training = target.lock(id);
    deepStrictEqual((await syncStores(whole, to)).mended, []);
    training[Symbol.dispose]();
    const again = await syncStores(whole, to);
    deepStrictEqual(again.mended.toSorted(), [picture, checkpoint].toSorted());
    deepStrictEqual([again.known, again.missing, again.damaged], [[id], [], []]);
    await contentOf(target, id);
    deepStrictEqual((await syncStores(whole, to)).mended, []);
    Deno.removeSync(`${to}/${picture}`);
    Deno.removeSync(`${from}/${picture}`);
    deepStrictEqual((await syncStores(from, to)).missing, [picture]);
    source.close();
    target.close();
  }));

Deno.test("a file that a purge removes while its run is brought comes again", () =>
  withFolder(async (folder) => {
    const [from, to] = [`${folder}/from`, `${folder}/to`];
    const [source, target] = [openStore(from), openStore(to)];
    const { id } = addRun(source, "brought");
    await trained(source, id, 0, 10);
    // A run of the target's own had the same picture.
    const own = addRun(target, "own").id;
    await trained(target, own, 0, 10);
    target.trash(own);
    const { open } = Deno;
    Deno.open = async (path, options) => {
      const file = await open(path, options);
      // What was brought has its names.
      if (path === `${to}/artifacts`) {
        Deno.open = open;
        strictEqual(target.purge().runs, 1);
        strictEqual(sizeOfFile(`${to}/${pathOf(source, id)}`), undefined);
      }
      return file;
    };
    try {
      await syncStores(from, to);
    } finally {
      Deno.open = open;
    }
    const [run] = target.runs();
    const { bytes, checkpoints } = await contentOf(target, run.id);
    deepStrictEqual([bytes.length, checkpoints.length], [1, 1]);
    for (const store of [source, target]) store.close();
  }));

/** The file of a run's first picture, below its store's folder. */
function pathOf(store: Store, id: string): string {
  const [{ hash }] = store.artifacts(id);
  return `artifacts/${hash.slice(0, 2)}/${hash}`;
}

/** Flips the first byte of a file: twice, and it is as it was. */
function alter(path: string): void {
  const bytes = Deno.readFileSync(path);
  bytes[0] ^= 255;
  Deno.writeFileSync(path, bytes);
}

/** A run that is a trial of a sweep, another run than all others though they begin in one moment. */
function addTrial(store: Store, sweep: string, trial: number): string {
  const manifest = { ...manifestOf(`trial ${crypto.randomUUID()}`), sweep: { name: sweep, trial } };
  return store.createRun({ name: `trial ${trial}`, manifest, tags: [], note: "" }).id;
}

/** The sweeps of a store: what each tries, and the names of its runs. */
function sweepsOf(store: Store): Record<string, unknown> {
  return Object.fromEntries(
    store.sweepNames().sort().map((name) => {
      const runs = store.runs().filter(({ manifest }) => manifest.sweep?.name === name);
      return [name, [store.sweep(name)!.definition, runs.map(({ name }) => name).sort()]];
    }),
  );
}

Deno.test("a sweep whose name another has comes under a free one, with its runs, each time", () =>
  withFolder(async (folder) => {
    const [a, b] = ["a", "b"].map((name) => openStore(`${folder}/${name}`));
    const tried = { a: { space: "rate", trials: 2 }, b: { space: "width", trials: 2 } };
    a.putSweep("rates", tried.a);
    b.putSweep("rates", tried.b);
    // A name that is free in the target, but not in the source.
    b.putSweep("rates-2", { space: "depth", trials: 1 });
    const raw = new DatabaseSync(`${folder}/b/lab.db`);
    raw.exec("UPDATE sweep SET created_at = created_at + 1000 * length(name)");
    raw.close();
    addTrial(a, "rates", 0);
    const first = addTrial(b, "rates", 1);
    await trained(b, first, 0, 20);
    addTrial(b, "rates-2", 0);
    const all = `${folder}/all`;
    const sync = async (name: string) => [...(await syncStores(`${folder}/${name}`, all)).sweeps];
    deepStrictEqual(await sync("a"), [["rates", "rates"]]);
    deepStrictEqual(await sync("b"), [["rates", "rates-3"], ["rates-2", "rates-2"]]);
    for (const name of ["a", "b"]) deepStrictEqual(await sync(name), []);
    // It goes on, and is extended, in the source.
    addTrial(b, "rates", 2);
    b.beginAttempt(first, 20);
    await trained(b, first, 20, 30);
    b.putSweep("rates", { ...tried.b, trials: 3 });
    deepStrictEqual(await sync("b"), [["rates", "rates-3"]]);
    const expected = {
      "rates": [tried.a, ["trial 0"]],
      "rates-2": [{ space: "depth", trials: 1 }, ["trial 0"]],
      "rates-3": [{ ...tried.b, trials: 3 }, ["trial 1", "trial 2"]],
    };
    const read = () => {
      const store = openStore(all);
      const found = sweepsOf(store);
      const series = store.runs().filter(({ name }) => name === "trial 1")
        .map(({ id }) => store.series(id, "losses/policy"));
      store.close();
      return { found, series };
    };
    deepStrictEqual(read(), { found: expected, series: [b.series(first, "losses/policy")] });
    for (const each of [a, b]) each.close();
    // The journals know it, too.
    Deno.removeSync(`${all}/lab.db`);
    recoverStore(all);
    deepStrictEqual(read().found, expected);
  }));

Deno.test("a sweep is one in two stores where it tries the same, whatever its number of trials", () => {
  const rowOf = (name: string, definition: object, created_at: number, isDamaged = false) => {
    const text = JSON.stringify(definition);
    return { name, definition: text, created_at, checksum: checksum(name, text) + +isDamaged };
  };
  const here = [rowOf("rates", { trials: 4, space: [1] }, 10), rowOf("rates-2", { trials: 1 }, 20)];
  const placed = (...others: ReturnType<typeof rowOf>[]) =>
    placedAmong(here, others).map(({ before, row }) => [before === row ? "as new" : before, row]);
  deepStrictEqual(placed(rowOf("rates", { space: [1], trials: 3 }, 11)), [["as new", here[0]]]);
  const more = rowOf("rates", { space: [1], trials: 5 }, 11);
  deepStrictEqual(placed(more), [[here[0], { ...more, created_at: 10 }]]);
  // It has gone on since it came, and its name was another one's.
  deepStrictEqual(placed(rowOf("rates", { trials: 2 }, 20)), [
    [here[1], rowOf("rates-2", { trials: 2 }, 20)],
  ]);
  deepStrictEqual(placed(rowOf("rates", { trials: 1, space: [2] }, 30)), [
    [undefined, rowOf("rates-3", { trials: 1, space: [2] }, 30)],
  ]);
  // What is damaged stays so, and takes the place of nothing that is whole.
  deepStrictEqual(placed(rowOf("rates", { trials: 9 }, 10, true)), [["as new", here[0]]]);
  deepStrictEqual(placed(rowOf("other", { trials: 9 }, 30, true)), [
    [undefined, rowOf("other", { trials: 9 }, 30, true)],
  ]);
});

Deno.test("sync refuses one store twice, and none", () =>
  withFolder(async (folder) => {
    openStore(`${folder}/runs`).close();
    await rejects(syncStores(`${folder}/runs`, `${folder}/runs`), /must be two stores/);
    await Deno.symlink(`${folder}/runs`, `${folder}/linked`);
    await rejects(syncStores(`${folder}/linked`, `${folder}/runs`), /must be two stores/);
    // Nor does it make an empty database beside files that one has lost.
    Deno.mkdirSync(`${folder}/lost/checkpoints/1a2b3c`, { recursive: true });
    await rejects(
      syncStores(`${folder}/runs`, `${folder}/lost`),
      /holds checkpoints of runs but no/,
    );
    await rejects(
      syncStores(`${folder}/none`, `${folder}/runs`),
      (error) => error instanceof InputError && /there is no store: .*none/.test(error.message),
    );
  }));

Deno.test("of two runs alike that began at once each goes on under its own id", () =>
  withFolder(async (folder) => {
    const [from, to] = [`${folder}/from`, `${folder}/to`];
    let source = openStore(from);
    const ids = ["twin", "twin"].map((name) => addRun(source, name).id);
    source.close();
    const raw = new DatabaseSync(`${from}/lab.db`);
    raw.exec("UPDATE run SET created_at = 1700000000000");
    raw.close();
    copyFolder(from, to);
    source = openStore(from);
    for (const [i, id] of ids.entries()) {
      await trained(source, id, 0, 10 + i);
      deepStrictEqual((await syncStores(from, to)).updated, [id]);
      const target = openStore(to);
      deepStrictEqual((await contentOf(target, id)).series, (await contentOf(source, id)).series);
      strictEqual(target.series(id, "losses/policy").total, 10 + i);
      target.close();
    }
    // Also where the other one is in the target alone.
    source.trash(ids[0]);
    source.purge();
    source.beginAttempt(ids[1], 11);
    await trained(source, ids[1], 11, 20);
    source.close();
    deepStrictEqual((await syncStores(from, to)).updated, [ids[1]]);
  }));

Deno.test("runs that began in one moment are all brought, whatever they differ in", () =>
  withFolder(async (folder) => {
    const [from, to] = [`${folder}/from`, `${folder}/to`];
    const source = openStore(from);
    const { determined, ...rest } = manifestOf("sweep");
    const configurations = [
      { ...determined.configuration },
      { ...determined.configuration, budget: 600 },
      { ...determined.configuration, evaluation: { every: 7 } },
    ];
    const created = configurations.map((configuration) => {
      const manifest = { ...rest, determined: { ...determined, configuration } };
      return source.createRun({ name: "trial", manifest, tags: [], note: "" }).id;
    });
    // Nothing but its seed's luck tells the last one from the first.
    const ids = [...created, addRun(source, "sweep").id];
    for (const [i, id] of ids.entries()) {
      await trained(source, id, 0, 10 + i);
      source.update(id, { status: "completed", digest: `d${i}`, iterations: 10 + i });
    }
    source.close();
    const raw = new DatabaseSync(`${from}/lab.db`);
    raw.exec("UPDATE run SET created_at = 1700000000000");
    raw.close();
    deepStrictEqual((await syncStores(from, to)).added, ids);
    deepStrictEqual((await syncStores(from, to)).known, ids);
    const target = openStore(to, { readOnly: true });
    deepStrictEqual(ids.map((id) => target.run(id)!.digest), ["d0", "d1", "d2", "d3"]);
    target.close();
    // From another machine, where it has an id that nothing here has.
    const other = openStore(`${folder}/other`);
    const manifest = {
      ...rest,
      determined: { ...determined, configuration: { ...configurations[2], stop: null } },
    };
    const { id } = other.createRun({ name: "trial", manifest, tags: [], note: "" });
    other.close();
    const there = new DatabaseSync(`${folder}/other/lab.db`);
    there.exec("UPDATE run SET created_at = 1700000000000");
    there.close();
    strictEqual((await syncStores(`${folder}/other`, to)).added.length, 1, id);
  }));

function copyFolder(from: string, to: string): void {
  Deno.mkdirSync(to);
  for (const { name, isDirectory } of Deno.readDirSync(from)) {
    if (isDirectory) copyFolder(`${from}/${name}`, `${to}/${name}`);
    else Deno.copyFileSync(`${from}/${name}`, `${to}/${name}`);
  }
}

Deno.test("what went on in both stores is brought where it came further, however often it was resumed", () =>
  withFolder(async (folder) => {
    const [from, to] = [`${folder}/from`, `${folder}/to`];
    const source = openStore(from);
    const { id } = addRun(source);
    await trained(source, id, 0, 10);
    source.update(id, { status: "interrupted", iterations: 10 });
    await syncStores(from, to);
    const target = openStore(to);
    target.beginAttempt(id, 10);
    await trained(target, id, 10, 100);
    target.update(id, { status: "completed", iterations: 100, digest: "d".repeat(64) });
    const ended = await contentOf(target, id);
    for (let i = 0; i < 2; i++) {
      source.beginAttempt(id, 10);
      source.update(id, { status: "interrupted" });
    }
    deepStrictEqual((await syncStores(from, to)).known, [id]);
    deepStrictEqual(await contentOf(target, id), ended);
    // As far as that it is the one that ended, further it is the other.
    await trained(source, id, 10, 100);
    deepStrictEqual((await syncStores(from, to)).known, [id]);
    await trained(source, id, 100, 130);
    deepStrictEqual((await syncStores(from, to)).updated, [id]);
    strictEqual(target.run(id)!.attempt, source.run(id)!.attempt);
    source.close();
    target.close();
  }));

Deno.test("a run that went on under other budgets in both stores stays in each as it is", () =>
  withFolder(async (folder) => {
    const [from, to] = [`${folder}/from`, `${folder}/to`];
    const [source, target] = [openStore(from), openStore(to)];
    const { id } = addRun(source);
    /** Goes on from iteration 10 to another one under a budget, as resume does. */
    const extended = async (store: Store, budget: number, until: number, left = 10) => {
      const { manifest } = store.run(id)!;
      const { determined } = manifest;
      const { configuration } = determined;
      const earlier = { budget: configuration.budget, iterations: left };
      const earlierBudgets = [...(configuration.earlierBudgets as [] ?? []), earlier];
      const changed = { ...configuration, budget, earlierBudgets };
      store.beginAttempt(id, left);
      store.update(id, {
        manifest: { ...manifest, determined: { ...determined, configuration: changed } },
        status: "running",
        digest: null,
      });
      await trained(store, id, left, until);
      store.update(id, { status: "completed", digest: `d${budget}`, iterations: until });
    };
    const digests = (store: Store) => store.runs().map(({ digest }) => digest).sort();
    await trained(source, id, 0, 10);
    source.update(id, { status: "completed", digest: "first", iterations: 10 });
    deepStrictEqual((await syncStores(from, to)).added, [id]);
    await extended(source, 400, 40);
    await extended(target, 300, 30);
    const kept = await contentOf(target, id);
    const { added, updated } = await syncStores(from, to);
    deepStrictEqual([added.length, updated], [1, []]);
    deepStrictEqual(await contentOf(target, id), kept);
    deepStrictEqual(digests(target), ["d300", "d400"]);
    // Each is known from then on, and goes on as itself.
    deepStrictEqual((await syncStores(from, to)).known, added);
    await extended(source, 500, 50, 40);
    deepStrictEqual((await syncStores(from, to)).updated, added);
    deepStrictEqual(digests(target), ["d300", "d500"]);
    deepStrictEqual((await syncStores(to, from)).added.length, 1);
    deepStrictEqual(digests(source), ["d300", "d500"]);
    source.close();
    target.close();
  }));

Deno.test("two syncs at once into one folder bring both runs of one id", () =>
  withFolder(async (folder) => {
    const ids = ["a", "b"].map((name) => {
      const store = openStore(`${folder}/${name}`);
      // As where both begin a run in one second.
      const raw = new DatabaseSync(`${store.location}/lab.db`);
      raw.exec("UPDATE store SET last_run = 1000000000");
      raw.close();
      const { id } = addRun(store, name);
      store.close();
      return id;
    });
    strictEqual(ids[0], ids[1]);
    const all = `${folder}/all`;
    const store = openStore(all);
    using database = new Database(`${all}/lab.db`, { readOnly: false });
    const target = new FolderTarget(database, all);
    const newId = target.newId.bind(target);
    let others: Promise<unknown> | undefined;
    const slower = Object.assign(target, {
      // The other sync begins and ends between this one's choice of an id and its rows.
      newId: async (own: string) => {
        const id = newId(own);
        await (others ??= syncStores(`${folder}/b`, all));
        return id;
      },
    });
    const { added: [id] } = await syncInto(`${folder}/a`, slower);
    deepStrictEqual(store.runs().map((run) => [run.id, run.name]), [[id, "a"], [ids[0], "b"]]);
    // A run that changed meanwhile is looked at again.
    strictEqual(
      await target.put(rowsOf(database, id), `${folder}/a`, id, undefined),
      "changed",
    );
    store.close();
  }));

Deno.test("a run that went on elsewhere and is brought back stays with its batch", () =>
  withFolder(async (folder) => {
    const [from, to] = [`${folder}/from`, `${folder}/to`];
    const store = openStore(from);
    const { waiting } = store.addBatch([1, 2]);
    const ids = waiting.map((request) => {
      const manifest = manifestOf(`run ${request}`);
      return store.createRun({ name: "run", manifest, tags: [], note: "", request }).id;
    });
    for (const id of ids) await trained(store, id, 0, 10);
    const before = store.batches();
    deepStrictEqual(before[0].runs, ids);
    await syncStores(from, to);
    const other = openStore(to);
    other.beginAttempt(ids[0], 10);
    await trained(other, ids[0], 10, 20);
    other.close();
    deepStrictEqual((await syncStores(to, from)).updated, [ids[0]]);
    deepStrictEqual(store.batches(), before);
    store.close();
  }));

Deno.test("a sync that ends before it has written a journal leaves no run without it", () =>
  withFolder(async (folder) => {
    const [from, to] = [`${folder}/from`, `${folder}/to`];
    const source = openStore(from);
    const { id } = addRun(source);
    const { renameSync } = Deno;
    for (const [begun, until] of [[0, 10], [10, 20]]) {
      if (begun > 0) source.beginAttempt(id, begun);
      await trained(source, id, begun, until);
      Deno.renameSync = () => {
        throw new Error("killed");
      };
      try {
        await rejects(syncStores(from, to), /killed/);
      } finally {
        Deno.renameSync = renameSync;
      }
      await syncStores(from, to);
      Deno.removeSync(`${to}/lab.db`);
      deepStrictEqual(recoverStore(to).recovered, [id]);
      const target = openStore(to);
      deepStrictEqual((await contentOf(target, id)).series, (await contentOf(source, id)).series);
      target.close();
    }
    source.close();
  }));
