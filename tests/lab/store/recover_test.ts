import { DatabaseSync } from "node:sqlite";
import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert";
import { InputError, LabError } from "../../../lab/core/errors.ts";
import { openStore, recoverStore, syncStores } from "../../../lab/store/sqlite_store.ts";
import type { Store } from "../../../lab/store/store.ts";
import { addRun, checkpointAt, manifestOf, pointAt, withFolder } from "./fixtures.ts";

/** Removes the database of a store. */
function loseDatabase(folder: string): void {
  for (const end of ["", "-wal", "-shm"]) {
    try {
      Deno.removeSync(`${folder}/lab.db${end}`);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/** A run with checkpoints at `until` and before, points and an artifact up to there. */
async function trained(store: Store, id: string, from: number, until: number): Promise<void> {
  for (let i = from + 1; i <= until; i++) {
    store.append(id, [pointAt("losses/policy", i, Math.sqrt(i))]);
    if (i % 7 === 0) store.append(id, [pointAt("evaluation/return_mean", i, -i)]);
    if (i % 300 !== 0 && i !== until) continue;
    const bytes = new TextEncoder().encode(`picture ${i}`);
    await store.putArtifact(id, { name: "samples", iteration: i, mediaType: "text/plain", bytes });
    store.appendEvents(id, i, [{ level: "info", message: `at ${i}` }]);
    await store.saveCheckpoint(id, checkpointAt(i));
  }
}

/** Everything of a run but what recovering it changes. */
async function contentOf(store: Store, id: string) {
  const checkpoints = [];
  for (const checkpoint of store.checkpoints(id)) {
    checkpoints.push({ ...checkpoint, id: 0, ...await store.loadCheckpoint(id, checkpoint) });
  }
  return {
    run: store.run(id),
    series: store.seriesNames(id).map((name) => store.series(id, name)),
    artifacts: store.artifacts(id),
    events: store.events(id).filter(({ message }) => !message.startsWith("recovered")),
    checkpoints,
  };
}

/** What a run is once its store has lost its database and recovered it. */
async function recovered(folder: string, id: string) {
  loseDatabase(folder);
  deepStrictEqual(recoverStore(folder).recovered, [id]);
  const store = openStore(folder);
  const content = await contentOf(store, id);
  store.close();
  return content;
}

Deno.test("an older database learns of the end of a run that had no checkpoint since", () =>
  withFolder(async (parent) => {
    const folder = `${parent}/runs`;
    const store = openStore(folder);
    const { id } = addRun(store, "logged");
    store.append(id, [pointAt("losses/policy", 1, 1)]);
    store.flush();
    await store.backUp(`${parent}/copy`);
    store.append(id, [pointAt("losses/policy", 2, 2)]);
    store.update(id, { status: "completed", iterations: 2, endedAt: 5 });
    const before = await contentOf(store, id);
    store.close();
    loseDatabase(folder);
    Deno.copyFileSync(`${parent}/copy/lab.db`, `${folder}/lab.db`);
    deepStrictEqual(recoverStore(folder).recovered, [id]);
    const again = openStore(folder);
    deepStrictEqual(await contentOf(again, id), before);
    again.close();
    deepStrictEqual(recoverStore(folder).known, [id]);
  }));

Deno.test("a lost database is rebuilt from the journals: every run as of its newest checkpoint", () =>
  withFolder(async (parent) => {
    const folder = `${parent}/runs`;
    let store = openStore(folder);
    const [ended, resumed, deleted] = ["ended", "resumed", "deleted"].map((name) =>
      addRun(store, name).id
    );
    await trained(store, ended, 0, 1300);
    store.update(ended, { status: "completed", digest: "ff", iterations: 1300, endedAt: 5 });
    await trained(store, resumed, 0, 700);
    store.append(resumed, [pointAt("losses/policy", 701, 9)]);
    store.close();
    // Another process goes on with it.
    store = openStore(folder);
    store.beginAttempt(resumed, 600);
    await trained(store, resumed, 600, 950);
    store.trash(deleted);
    store.update(ended, { name: "renamed", tags: ["fig3"], note: "keep" });
    const ids = [ended, resumed, deleted];
    const before = await Promise.all(ids.map((id) => contentOf(store, id)));
    store.close();

    loseDatabase(folder);
    for (const readOnly of [true, false]) {
      throws(
        () => openStore(folder, { readOnly }),
        (error) =>
          error instanceof LabError &&
          /holds checkpoints and artifacts of runs but no database.*`recover`/.test(error.message),
      );
    }
    Deno.writeFileSync(`${folder}/lab.db`, new Uint8Array());
    throws(() => openStore(folder), /no database/);
    const found = recoverStore(folder);
    deepStrictEqual(found.recovered.toSorted(), ids.toSorted());
    deepStrictEqual([found.known, found.lost, found.setAside], [[], [], null]);
    store = openStore(folder);
    const after = await Promise.all(ids.map((id) => contentOf(store, id)));
    deepStrictEqual(after, before);
    const told = store.events(ended).at(-1)!;
    match(told.message, /recovered from its journal/);
    deepStrictEqual([told.level, told.iteration], ["warning", 1300]);
    ok(addRun(store).id > deleted);
    // Its journal goes on, and is as good the next time.
    store.beginAttempt(resumed, 950);
    await trained(store, resumed, 950, 1600);
    const later = await contentOf(store, resumed);
    store.close();
    loseDatabase(folder);
    strictEqual(recoverStore(folder).recovered.length, 4);
    store = openStore(folder);
    deepStrictEqual(await contentOf(store, resumed), later);
    store.close();
    deepStrictEqual(recoverStore(folder).known.length, 4);
  }));

Deno.test("a journal does not outgrow what it holds: most of it out of date, it is written anew", () =>
  withFolder(async (parent) => {
    const folder = `${parent}/runs`;
    let store = openStore(folder);
    const { id } = addRun(store);
    const path = `${folder}/checkpoints/${id}/journal.jsonl`;
    const sizes: number[] = [];
    // Chunks of 400 series, which all grow: several lines, and all of them again at each checkpoint.
    const round = async (i: number) => {
      for (let k = 1; k <= 10; k++) {
        const at = 10 * i + k;
        store.append(
          id,
          Array.from({ length: 400 }, (_, s) => pointAt(`series/${s}`, at, Math.sin(at * s))),
        );
      }
      await store.saveCheckpoint(id, checkpointAt(10 * i + 10));
      sizes.push(Deno.statSync(path).size);
    };
    for (let i = 0; i < 24; i++) await round(i);
    // Another process does not know how large it was anew.
    store.close();
    store = openStore(folder);
    for (let i = 24; i < 30; i++) await round(i);
    const before = await contentOf(store, id);
    store.close();
    ok(sizes.some((size, i) => size < sizes[i - 1]), "it was written anew");
    const growth = Math.max(...sizes.map((size, i) => size - (sizes[i - 1] ?? 0)));
    ok(Math.max(...sizes) < 2 ** 24 + 2 * growth, `${Math.max(...sizes)} bytes`);
    deepStrictEqual(await recovered(folder, id), before);
  }));

Deno.test("a series that rests over a checkpoint is recovered with what came after it", () =>
  withFolder(async (parent) => {
    const folder = `${parent}/runs`;
    const store = openStore(folder);
    const { id } = addRun(store);
    for (let i = 1; i <= 5; i++) {
      store.append(id, [pointAt("losses/policy", i, i)]);
      // Of the same chunk, which the journal writes again each time that it has grown.
      if (i % 2 === 1) store.append(id, [pointAt("evaluation/return_mean", i, -i)]);
      await store.saveCheckpoint(id, checkpointAt(i));
    }
    const before = await contentOf(store, id);
    store.close();
    deepStrictEqual(await recovered(folder, id), before);
  }));

Deno.test("a picture that was put anew is recovered as it was put last", () =>
  withFolder(async (parent) => {
    const folder = `${parent}/runs`;
    const store = openStore(folder);
    const { id } = addRun(store);
    for (const iteration of [1, 2]) {
      store.append(id, [pointAt("losses/policy", iteration, 0)]);
      const bytes = new TextEncoder().encode(`picture ${iteration}`);
      const artifact = { name: "samples", iteration: 1, mediaType: "text/plain", bytes };
      await store.putArtifact(id, artifact);
      // The journal has the first one by now.
      await store.saveCheckpoint(id, checkpointAt(iteration));
    }
    const before = await contentOf(store, id);
    strictEqual(before.artifacts.length, 1);
    store.close();
    deepStrictEqual(await recovered(folder, id), before);
  }));

Deno.test("an older database is brought up to date, and trains nothing before that", () =>
  withFolder(async (parent) => {
    const folder = `${parent}/runs`;
    let store = openStore(folder);
    const { id } = addRun(store, "old");
    await trained(store, id, 0, 300);
    store.close();
    const copy = Deno.readFileSync(`${folder}/lab.db`);
    store = openStore(folder);
    await trained(store, id, 300, 900);
    const { id: later } = addRun(store, "later");
    await trained(store, later, 0, 10);
    const before = await Promise.all([id, later].map((each) => contentOf(store, each)));
    const files = [...Deno.readDirSync(`${folder}/checkpoints/${id}`)].length;
    store.close();
    loseDatabase(folder);
    Deno.writeFileSync(`${folder}/lab.db`, copy);
    store = openStore(folder);
    throws(
      () => store.lock(id),
      (error) =>
        error instanceof LabError && /older than its checkpoints: `recover`/.test(error.message),
    );
    strictEqual([...Deno.readDirSync(`${folder}/checkpoints/${id}`)].length, files);
    strictEqual(store.purge().runs, 0);
    store.close();
    deepStrictEqual(recoverStore(folder).recovered.toSorted(), [id, later].toSorted());
    store = openStore(folder);
    deepStrictEqual(await Promise.all([id, later].map((each) => contentOf(store, each))), before);
    store.lock(id)[Symbol.dispose]();
    store.close();
  }));

/** Closes a store, puts an older database in its place and opens it anew. */
function withOlder(store: Store, copy: Uint8Array<ArrayBuffer>): Store {
  const { location } = store;
  store.close();
  loseDatabase(location);
  Deno.writeFileSync(`${location}/lab.db`, copy);
  return openStore(location);
}

/** A new store, whose first run has the id that each of these begins with. */
function countedStore(location: string): Store {
  openStore(location).close();
  const raw = new DatabaseSync(`${location}/lab.db`);
  raw.exec("UPDATE store SET last_run = 900000000");
  raw.close();
  return openStore(location);
}

/** The bytes of a database as it is once its store is closed, and the store opened anew. */
function copied(store: Store): [copy: Uint8Array<ArrayBuffer>, store: Store] {
  const { location } = store;
  store.close();
  return [Deno.readFileSync(`${location}/lab.db`), openStore(location)];
}

Deno.test("an older database shows, and no run begins in the place of one that it lacks", () =>
  withFolder(async (parent) => {
    let [copy, store] = copied(openStore(`${parent}/runs`));
    const lacking: string[] = [];
    // Ids go on from the newest one where a second holds several runs.
    for (let i = 0; i < 5; i++) {
      const { id } = addRun(store, "lost");
      await trained(store, id, 0, 10);
      lacking.push(id);
    }
    const before = await Promise.all(lacking.map((id) => contentOf(store, id)));
    deepStrictEqual(store.damages(), []);
    store = withOlder(store, copy);
    deepStrictEqual(
      store.damages(),
      lacking.map((id) => `its journal knows more of the run ${id}`),
    );
    const { id } = addRun(store, "new");
    ok(!lacking.includes(id), id);
    await trained(store, id, 0, 10);
    store.close();
    deepStrictEqual(recoverStore(`${parent}/runs`).recovered, lacking);
    store = openStore(`${parent}/runs`);
    deepStrictEqual(await Promise.all(lacking.map((id) => contentOf(store, id))), before);
    deepStrictEqual(store.damages(), []);
    store.close();
  }));

Deno.test("a sync brings no run into the folder of one that an older database lacks", () =>
  withFolder(async (parent) => {
    let [copy, store] = copied(countedStore(`${parent}/runs`));
    const other = countedStore(`${parent}/other`);
    const [lost, own] = [addRun(store, "lost"), addRun(other, "other")];
    strictEqual(lost.id, own.id);
    await trained(store, lost.id, 0, 10);
    await trained(other, own.id, 0, 10);
    other.close();
    store = withOlder(store, copy);
    store.close();
    const { added: [id] } = await syncStores(`${parent}/other`, `${parent}/runs`);
    ok(id !== lost.id, id);
    deepStrictEqual(recoverStore(`${parent}/runs`).recovered, [lost.id]);
  }));

Deno.test("what people said of a run after an older database is taken back, what they said since stays", () =>
  withFolder(async (parent) => {
    const folder = `${parent}/runs`;
    let store = openStore(folder);
    const { id } = addRun(store, "toy");
    await trained(store, id, 0, 10);
    store.update(id, { status: "completed", iterations: 10, endedAt: 5 });
    store.update(id, { note: "first" });
    let copy;
    [copy, store] = copied(store);
    const said = { name: "renamed", tags: ["paper"], note: "mine" };
    store.update(id, said);
    store.trash(id);
    const before = store.run(id)!;
    store = withOlder(store, copy);
    strictEqual(store.run(id)!.note, "first");
    deepStrictEqual(store.damages(), [`its journal knows more of the run ${id}`]);
    store.close();
    deepStrictEqual(recoverStore(folder).recovered, [id]);
    store = openStore(folder);
    deepStrictEqual([store.run(id), store.damages()], [before, []]);
    store.restore(id);
    store.update(id, { note: "last" });
    store.close();
    deepStrictEqual(recoverStore(folder).known, [id]);
    store = openStore(folder);
    deepStrictEqual([store.run(id)!.note, store.damages()], ["last", []]);
    store.close();
  }));

Deno.test("the journal of another run of the same id takes the place of none", () =>
  withFolder(async (parent) => {
    const stores = ["one", "two"].map((name) => countedStore(`${parent}/${name}`));
    const [one, two] = stores.map((store) => addRun(store, "toy"));
    await trained(stores[1], two.id, 0, 10);
    for (const store of stores) store.close();
    const [own, foreign] = ["one", "two"].map((name) =>
      `${parent}/${name}/checkpoints/${one.id}/journal.jsonl`
    );
    strictEqual(one.id, two.id);
    Deno.copyFileSync(foreign, own);
    const raw = new DatabaseSync(`${parent}/one/lab.db`);
    raw.exec("UPDATE run SET created_at = created_at - 1");
    raw.close();
    const { recovered, lost } = recoverStore(`${parent}/one`);
    deepStrictEqual([recovered, lost], [[], [one.id]]);
    const store = openStore(`${parent}/one`);
    deepStrictEqual(store.damages(), [`the journal of the run ${one.id} is another run's`]);
    // By it the database is not older.
    store.lock(one.id)[Symbol.dispose]();
    store.close();
  }));

Deno.test("a damaged database is set aside and rebuilt, none while a run is being trained", () =>
  withFolder(async (parent) => {
    const folder = `${parent}/runs`;
    throws(() => recoverStore(folder), InputError);
    let store = openStore(folder);
    const { id } = addRun(store);
    await trained(store, id, 0, 900);
    const before = await contentOf(store, id);
    const lock = store.lock(id);
    throws(() => recoverStore(folder), /is being trained/);
    lock[Symbol.dispose]();
    store.close();
    const bytes = Deno.readFileSync(`${folder}/lab.db`);
    Deno.writeFileSync(`${folder}/lab.db`, bytes.fill(0xaa, 2 * 4096));
    strictEqual(recoverStore(folder).setAside, `${folder}/lab.db.damaged-1`);
    deepStrictEqual(Deno.readFileSync(`${folder}/lab.db.damaged-1`), bytes);
    store = openStore(folder);
    deepStrictEqual(await contentOf(store, id), before);
    store.close();
  }));

Deno.test("a journal that lost a line hides what came of its run, one cut at its end loses nothing", () =>
  withFolder(async (parent) => {
    const folder = `${parent}/runs`;
    let store = openStore(folder);
    const { id } = addRun(store);
    await trained(store, id, 0, 900);
    const before = await contentOf(store, id);
    store.close();
    const journal = `${folder}/checkpoints/${id}/journal.jsonl`;
    const text = Deno.readTextFileSync(journal);
    Deno.writeTextFileSync(journal, `${text}\n123 {"run": {"id`);
    deepStrictEqual(await recovered(folder, id), before);

    const lines = text.split("\n");
    lines[3] = lines[3].replace("losses/policy", "losses/police");
    Deno.writeTextFileSync(journal, lines.join("\n"));
    loseDatabase(folder);
    deepStrictEqual(recoverStore(folder).incomplete, [id]);
    store = openStore(folder);
    deepStrictEqual([store.checkpoints(id), store.seriesNames(id)], [[], []]);
    match(store.events(id).at(-1)!.message, /without its series/);
    store.close();
    Deno.writeTextFileSync(journal, "nothing");
    loseDatabase(folder);
    deepStrictEqual(recoverStore(folder).lost, [id]);
  }));

/** Ways in which a file of lines goes wrong; undefined: it is lost. */
const damagesOfLines: readonly ((text: string) => string | undefined)[] = [
  ...[0.1, 0.5, 0.9].map((part) => (text: string) => {
    const at = Math.floor(part * text.length);
    return text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + text.slice(at + 1);
  }),
  (text) => text.slice(0, (2 * text.length) / 3),
  (text) => text.slice(0, -1),
  (text) => text.slice(0, text.lastIndexOf("\n")),
  (text) => text.split("\n").toSpliced(1, 1).join("\n"),
  (text) => `\nmore${text}`,
  () => "",
  () => undefined,
];

function damageLines(path: string, damage: (text: string) => string | undefined): void {
  const text = damage(Deno.readTextFileSync(path));
  if (text === undefined) Deno.removeSync(path);
  else Deno.writeTextFileSync(path, text);
}

Deno.test("a journal that was altered, cut or lost is told, and written anew from the database", () =>
  withFolder(async (parent) => {
    const folder = `${parent}/runs`;
    let store = openStore(folder);
    const { id } = addRun(store);
    const path = `${folder}/checkpoints/${id}/journal.jsonl`;
    // What nobody waited for a loss of power may take.
    const begun = Deno.readFileSync(path);
    Deno.truncateSync(path);
    deepStrictEqual(store.damages(), []);
    Deno.writeFileSync(path, begun);
    await trained(store, id, 0, 900);
    store.update(id, { status: "completed", digest: "ff", iterations: 900, endedAt: 5 });
    const before = await contentOf(store, id);
    store.close();
    for (const damage of damagesOfLines) {
      damageLines(path, damage);
      store = openStore(folder, { readOnly: true });
      deepStrictEqual(store.damages(), [
        `the journal of the run ${id} is not as it was written`,
      ], String(damage));
      store.close();
      const { known, lost, mended } = recoverStore(folder);
      deepStrictEqual([known, lost, mended], [[id], [], [id]]);
      store = openStore(folder);
      deepStrictEqual(store.damages(), []);
      store.close();
      deepStrictEqual(recoverStore(folder).mended, []);
      deepStrictEqual(await recovered(folder, id), before);
    }
    // Whoever writes into it next writes all of it.
    damageLines(path, damagesOfLines[3]);
    store = openStore(folder);
    store.update(id, { note: "again" });
    deepStrictEqual(store.damages(), []);
    // What a kill leaves behind what was written is no damage.
    Deno.writeTextFileSync(path, '\n123 {"run": {"id', { append: true });
    deepStrictEqual(store.damages(), []);
    store.trash(id);
    store.purge();
    deepStrictEqual(store.damages(), []);
    store.close();
  }));

Deno.test("a run whose journal has lost its end is told of: later checkpoints, or a line that cannot be read", () =>
  withFolder(async (parent) => {
    const folder = `${parent}/runs`;
    let store = openStore(folder);
    const { id } = addRun(store);
    await trained(store, id, 0, 900);
    store.update(id, { status: "completed", digest: "ff", iterations: 900, endedAt: 5 });
    store.close();
    const path = `${folder}/checkpoints/${id}/journal.jsonl`;
    const text = Deno.readTextFileSync(path);
    const lines = text.split("\n");
    const found = (journal: string) => {
      Deno.writeTextFileSync(path, journal);
      loseDatabase(folder);
      const { recovered, cut } = recoverStore(folder);
      deepStrictEqual(recovered, [id]);
      return cut;
    };
    // Its end, and its last checkpoint, in whose place another one's files went.
    deepStrictEqual(found(lines.slice(0, -2).join("\n")), [id]);
    store = openStore(folder);
    deepStrictEqual(store.checkpoints(id).map(({ iteration }) => iteration), [600]);
    match(store.events(id).at(-1)!.message, /its end is lost/);
    store.close();
    deepStrictEqual(found(text.slice(0, -9)), [id]);
    deepStrictEqual(found(text), []);
    // What was cut off by a kill, and came again with the next line.
    deepStrictEqual(found(lines.toSpliced(3, 0, lines[3].slice(0, -9)).join("\n")), []);
  }));

Deno.test("an event and a picture that a journal has lost are told, though no point is missing", () =>
  withFolder(async (parent) => {
    const folder = `${parent}/runs`;
    const store = openStore(folder);
    const { id } = addRun(store);
    for (const iteration of [1, 2, 3]) {
      store.append(id, [pointAt("losses/policy", iteration, 0)]);
      store.appendEvents(id, iteration, [{ level: "info", message: `at ${iteration}` }]);
      await store.saveCheckpoint(id, checkpointAt(iteration));
    }
    store.close();
    // The chunk of the second checkpoint stands in the third one's line, too.
    damageLines(
      `${folder}/checkpoints/${id}/journal.jsonl`,
      (text) => text.split("\n").toSpliced(3, 1).join("\n"),
    );
    loseDatabase(folder);
    deepStrictEqual(recoverStore(folder).incomplete, [id]);
  }));

Deno.test("journals of batches and sweeps that were altered, cut or lost are told, and mended", () =>
  withFolder((parent) => {
    const folder = `${parent}/runs`;
    let store = openStore(folder);
    addRun(store);
    store.addBatch([{ seed: 1 }]);
    const { waiting } = store.addBatch([{ seed: 2 }, { seed: 3 }]);
    store.dropRequest(waiting[0]);
    store.putSweep("rates", { trials: 3 });
    store.putSweep("sizes", { trials: 4 });
    const before = [store.batches(), store.sweepNames()];
    deepStrictEqual(store.damages(), []);
    store.close();
    for (const name of ["batches.jsonl", "sweeps.jsonl"]) {
      // First without the line that says of a request that it was dropped.
      for (const damage of [damagesOfLines[5], ...damagesOfLines]) {
        damageLines(`${folder}/${name}`, damage);
        store = openStore(folder, { readOnly: true });
        deepStrictEqual(
          store.damages(),
          [`the journal ${name} is not as it was written`],
          String(damage),
        );
        store.close();
        const { mended, skipped } = recoverStore(folder);
        deepStrictEqual([mended, skipped], [[name], []]);
        loseDatabase(folder);
        deepStrictEqual(recoverStore(folder).mended, []);
        store = openStore(folder);
        deepStrictEqual([store.batches(), store.sweepNames()], before);
        deepStrictEqual(store.damages(), []);
        store.close();
      }
    }
    // Where no database knows what stood there, it is lost.
    for (const name of ["batches.jsonl", "sweeps.jsonl"]) {
      damageLines(`${folder}/${name}`, damagesOfLines[0]);
      loseDatabase(folder);
      deepStrictEqual(recoverStore(folder).skipped, [name]);
      deepStrictEqual(recoverStore(folder).skipped, []);
    }
  }));

Deno.test("requests that have not begun come back with a lost database, and with an older one", () =>
  withFolder((parent) => {
    const folder = `${parent}/runs`;
    let store = openStore(folder);
    const begin = (request: number) =>
      store.createRun({
        name: "begun",
        manifest: manifestOf("begun"),
        tags: [],
        note: "",
        request,
      }).id;
    const dropped = store.addBatch([{ seed: 7 }, { seed: 8 }]);
    const batch = store.addBatch([{ seed: 1 }, { seed: 2 }, { seed: 3 }, { seed: 4 }]);
    store.close();
    const copy = Deno.readFileSync(`${folder}/lab.db`);
    store = openStore(folder);
    const first = begin(batch.waiting[0]);
    const purged = begin(dropped.waiting[0]);
    throws(() => begin(batch.waiting[0]), /another process has begun it/);
    store.dropBatch(dropped.id);
    store.dropRequest(batch.waiting[3]);
    store.dropRequest(batch.waiting[0]);
    // What has begun stays its batch's.
    deepStrictEqual(store.batches().at(-1), { id: dropped.id, runs: [purged], waiting: [] });
    store.trash(purged);
    store.purge();
    const before = store.batches();
    deepStrictEqual(before, [{ id: batch.id, runs: [first], waiting: batch.waiting.slice(1, 3) }]);
    store.close();
    for (const bytes of [undefined, copy]) {
      loseDatabase(folder);
      if (bytes !== undefined) Deno.writeFileSync(`${folder}/lab.db`, bytes);
      strictEqual(recoverStore(folder).waiting, 2);
      store = openStore(folder);
      deepStrictEqual(store.batches(), before);
      deepStrictEqual(batch.waiting.slice(1, 3).map((id) => store.request(id)), [
        { seed: 2 },
        { seed: 3 },
      ]);
      ok(store.addBatch([{ seed: 9 }]).id > batch.waiting[2]);
      store.dropBatch(store.batches()[0].id);
      store.close();
    }
  }));

Deno.test("a request that waits in a sound database stays, whatever its journal says of a run", () =>
  withFolder((parent) => {
    const folder = `${parent}/runs`;
    let [copy, store] = copied(openStore(folder));
    const { id: batch, waiting } = store.addBatch([{ seed: 1 }, { seed: 2 }, { seed: 3 }]);
    const begin = (request: number) =>
      store.createRun({ name: "toy", manifest: manifestOf("toy"), tags: [], note: "", request }).id;
    const batches = () => {
      store.close();
      recoverStore(folder);
      store = openStore(folder);
      return store.batches();
    };
    // The disk is full where the run's own journal would begin.
    const { openSync } = Deno;
    Deno.openSync = (path, options) => {
      if (!options?.append || !String(path).endsWith("/journal.jsonl")) {
        return openSync(path, options);
      }
      throw Object.assign(new Error("No space left on device"), { code: "ENOSPC" });
    };
    try {
      throws(() => begin(waiting[0]), /the disk is full/);
    } finally {
      Deno.openSync = openSync;
    }
    deepStrictEqual(batches(), [{ id: batch, runs: [], waiting }]);

    // A kill before the transaction is there leaves a run's journal, and the request is that run's …
    [copy, store] = copied(store);
    const lost = begin(waiting[0]);
    store = withOlder(store, copy);
    deepStrictEqual(batches(), [{ id: batch, runs: [lost], waiting: waiting.slice(1) }]);
    // … unless that is deleted as an orphan.
    [copy, store] = copied(store);
    begin(waiting[1]);
    store = withOlder(store, copy);
    ok(store.purgeOrphans().orphans > 0);
    const now = { id: batch, runs: [lost], waiting: waiting.slice(1) };
    deepStrictEqual(batches(), [now]);

    // A line of the journal that is cut off takes no run from its batch.
    const last = begin(waiting[2]);
    const journal = `${folder}/batches.jsonl`;
    Deno.truncateSync(journal, Deno.statSync(journal).size - 3);
    deepStrictEqual(batches(), [{ ...now, runs: [lost, last], waiting: [waiting[1]] }]);
    store.close();
  }));
