import { deepStrictEqual, strictEqual } from "node:assert";
import { ownFolder } from "../../cli/commands/worker.ts";
import { sizeOfFile } from "../../lab/store/files.ts";
import { takeLock, waitForLock } from "../../lab/store/lock.ts";

const isThere = (path: string) => sizeOfFile(path) !== undefined;

Deno.test("a worker removes what killed ones have left, and nothing of one that begins", async () => {
  const fleet = await Deno.makeTempDir();
  try {
    const folders = ["left", "begins", "works"].map((name) => `${fleet}/worker-${name}`);
    const [left, begins, works] = folders;
    for (const folder of folders) {
      Deno.mkdirSync(`${folder}/run`, { recursive: true });
      Deno.writeTextFileSync(`${folder}.lock`, "");
    }
    using _working = takeLock(`${works}.lock`, "works");
    const beginning = await waitForLock(`${fleet}/workers.lock`);
    const asked = ownFolder(fleet, "own");
    // Time enough for one that does not wait.
    for (let i = 0; i < 20; i++) await new Promise((next) => setTimeout(next));
    using _begun = takeLock(`${begins}.lock`, "begins");
    beginning[Symbol.dispose]();
    {
      using own = await asked;
      deepStrictEqual([left, begins, works].map(isThere), [false, true, true]);
      deepStrictEqual([`${left}.lock`, `${begins}.lock`].map(isThere), [false, true]);
      strictEqual(isThere(own.folder), true);
    }
    deepStrictEqual(["worker-own", "worker-own.lock"].map((name) => isThere(`${fleet}/${name}`)), [
      false,
      false,
    ]);
  } finally {
    await Deno.remove(fleet, { recursive: true });
  }
});
