import { deepStrictEqual, match, rejects, strictEqual, throws } from "node:assert";
import { DatabaseSync } from "node:sqlite";
import { InputError, LabError } from "../../../lab/core/errors.ts";
import { addRun, withStore } from "./fixtures.ts";

const png = (name: string, iteration: number, bytes: Uint8Array) => ({
  name,
  iteration,
  mediaType: "image/png",
  bytes,
});

Deno.test("an artifact comes back by its hash, and equal bytes are kept once", () =>
  withStore(async (store, folder) => {
    const [a, b] = [addRun(store).id, addRun(store).id];
    const bytes = new TextEncoder().encode("abc");
    const stored = await store.putArtifact(a, png("samples", 1, bytes));
    deepStrictEqual(stored, {
      name: "samples",
      iteration: 1,
      mediaType: "image/png",
      // FIPS 180-2, appendix B.1.
      hash: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
      bytes: 3,
    });
    await Promise.all([
      store.putArtifact(b, png("sheet", 2, bytes)),
      store.putArtifact(b, png("sheet", 3, bytes)),
    ]);
    deepStrictEqual(await store.readArtifact(stored.hash), bytes);
    deepStrictEqual(store.artifacts(a), [stored]);
    strictEqual(store.artifacts(b).length, 2);
    deepStrictEqual([...Deno.readDirSync(`${folder}/artifacts/ba`)].map((entry) => entry.name), [
      stored.hash,
    ]);
  }));

Deno.test("artifacts of an earlier attempt are hidden after the iteration it was resumed from", () =>
  withStore(async (store) => {
    const { id } = addRun(store);
    for (const iteration of [1, 2, 3]) {
      await store.putArtifact(id, png("samples", iteration, Uint8Array.of(iteration)));
    }
    store.beginAttempt(id, 2);
    deepStrictEqual(store.artifacts(id).map((artifact) => artifact.iteration), [1, 2]);
    await store.putArtifact(id, png("samples", 3, Uint8Array.of(33)));
    await store.putArtifact(id, png("samples", 3, Uint8Array.of(34)));
    deepStrictEqual(store.artifacts(id).map((artifact) => artifact.iteration), [1, 2, 3]);
    deepStrictEqual(await store.readArtifact(store.artifacts(id)[2].hash), Uint8Array.of(34));
  }));

Deno.test("an artifact that is purged while it is read is said to be gone, not damaged", () =>
  withStore(async (store) => {
    const { id } = addRun(store);
    const { hash } = await store.putArtifact(id, png("samples", 1, Uint8Array.of(1)));
    const { readFile } = Deno;
    Deno.readFile = (...given) => {
      store.trash(id);
      store.purge();
      return readFile(...given);
    };
    try {
      const message = `Cannot read the artifact as no run has it: "${hash}"`;
      await rejects(store.readArtifact(hash), { name: "InputError", message });
    } finally {
      Deno.readFile = readFile;
    }
  }));

Deno.test("while a purge removes a file that no run has, no run gets it", () =>
  withStore(async (store, folder) => {
    const [gone, going] = [addRun(store).id, addRun(store).id];
    const bytes = new TextEncoder().encode("abc");
    const { hash } = await store.putArtifact(gone, png("samples", 1, bytes));
    store.trash(gone);
    using other = new DatabaseSync(`${folder}/lab.db`);
    const { removeSync } = Deno;
    let refused: unknown;
    Deno.removeSync = (path, options) => {
      if (String(path).endsWith(hash)) {
        try {
          // As another process that found the file there.
          other.prepare("INSERT INTO artifact VALUES (NULL, ?, 1, 'samples', 1, 'image/png', ?, 3)")
            .run(going, hash);
        } catch (error) {
          refused = error;
        }
      }
      removeSync(path, options);
    };
    try {
      store.purge();
    } finally {
      Deno.removeSync = removeSync;
    }
    for (const each of store.artifacts(going)) await store.readArtifact(each.hash);
    match(String(refused), /database is locked/);
  }));

Deno.test("a file that a purge removes before its row is there is put again", () =>
  withStore(async (store, folder) => {
    const [gone, going] = [addRun(store).id, addRun(store).id];
    const bytes = new TextEncoder().encode("abc");
    const { hash } = await store.putArtifact(gone, png("samples", 1, bytes));
    store.trash(gone);
    const path = `${folder}/artifacts/${hash.slice(0, 2)}/${hash}`;
    const { statSync } = Deno;
    Deno.statSync = (looked) => {
      const found = statSync(looked);
      if (looked === path) {
        Deno.statSync = statSync;
        store.purge();
        throws(() => statSync(path), Deno.errors.NotFound);
      }
      return found;
    };
    try {
      await store.putArtifact(going, png("samples", 1, bytes));
    } finally {
      Deno.statSync = statSync;
    }
    deepStrictEqual(await store.readArtifact(hash), bytes);
  }));

Deno.test("an altered or missing artifact is reported by its file, and put back by the next writer", () =>
  withStore(async (store, folder) => {
    const { id } = addRun(store);
    const bytes = new Uint8Array(1000).fill(3);
    const { hash } = await store.putArtifact(id, png("samples", 1, bytes));
    const path = `${folder}/artifacts/${hash.slice(0, 2)}/${hash}`;
    const namesTheFile = (error: unknown) =>
      error instanceof LabError && error.message.includes(path);
    Deno.truncateSync(path, 10);
    await rejects(store.readArtifact(hash), namesTheFile);
    Deno.removeSync(path);
    await rejects(store.readArtifact(hash), namesTheFile);
    await store.putArtifact(id, png("samples", 2, bytes));
    deepStrictEqual(await store.readArtifact(hash), bytes);
    // Of the same length, too.
    Deno.writeFileSync(path, bytes.with(500, 4));
    await rejects(store.readArtifact(hash), namesTheFile);
    await store.putArtifact(id, png("samples", 3, bytes));
    deepStrictEqual(await store.readArtifact(hash), bytes);
  }));

Deno.test("what is no hash does not become a path", () =>
  withStore(async (store) => {
    await rejects(store.readArtifact("../../lab.db"), InputError);
  }));
