/** Random damages to the files of a stored run, and whether they are noticed. */
import { ok, strictEqual } from "node:assert";
import { defaultRng, type Generator } from "../../lab/core/random.ts";
import { launch } from "../../lab/experiment/launch.ts";
import { storedDigest } from "../../lab/experiment/recorder.ts";
import { verify } from "../../lab/experiment/verify.ts";
import { openStore, recoverStore } from "../../lab/store/sqlite_store.ts";
import { options, request } from "../lab/experiment/toy_runs.ts";

/** The kinds of files. */
export const kinds = ["lab.db", ".safetensors", ".json", ".jsonl", "picture"] as const;

/**
 * Damages each kind of file `times` times (one bit, some bytes, a cut), and throws where what comes
 * of it is taken for whole though it is not: verification says that nothing is damaged, and the
 * run's digest is another.
 *
 * @returns How many damages there were, and how many were noticed.
 */
export async function randomDamages(
  seed: number,
  times: number,
): Promise<{ damages: number; seen: number }> {
  const folder = await Deno.makeTempDir();
  const location = `${folder}/runs`;
  const random = defaultRng(seed);
  let [damages, seen] = [0, 0];
  try {
    const store = openStore(location);
    const [{ id, digest }] = await launch([request()], options(store));
    store.close();
    const checkpoints = `${location}/checkpoints/${id}`;
    for (const kind of kinds) {
      const path = kind === "lab.db"
        ? `${location}/lab.db`
        : kind === "picture"
        ? anyFile(`${location}/artifacts`)
        : newest(checkpoints, kind);
      for (let i = 0; i < times; i++) {
        const whole = Deno.readFileSync(path);
        const database = Deno.readFileSync(`${location}/lab.db`);
        Deno.writeFileSync(path, damaged(whole, i, random));
        damages++;
        seen += Number(await isNoticed(location, id, digest!, kind === ".jsonl"));
        for (const end of ["-wal", "-shm"]) {
          await Deno.remove(`${location}/lab.db${end}`).catch(() => {});
        }
        Deno.writeFileSync(`${location}/lab.db`, database);
        Deno.writeFileSync(path, whole);
      }
    }
    return { damages, seen };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * Whether somebody hears of a damage: an error of one line, or what `verify` or `recover` say. Of a journal
 * both are asked, as it does harm only where the database is lost, too.
 */
async function isNoticed(
  location: string,
  id: string,
  digest: string,
  recovers: boolean,
): Promise<boolean> {
  let store;
  try {
    if (recovers) {
      const reader = openStore(location, { readOnly: true });
      const lines = (await verify(reader)).database;
      reader.close();
      ok(
        lines.some((line) => line.includes(`journal of the run ${id}`)),
        "a journal is taken for whole",
      );
      Deno.removeSync(`${location}/lab.db`);
      if (recoverStore(location).recovered.length === 0) return true;
    }
    store = openStore(location, { readOnly: true });
    const found = await verify(store);
    if (found.database.length + found.damaged.length > 0) return true;
    const run = store.run(id)!;
    strictEqual(run.digest ?? digest, digest);
    if (run.digest !== null) strictEqual(await storedDigest(store, run), digest);
    return false;
  } catch (error) {
    ok(error instanceof Error && error.name !== "AssertionError", String(error));
    ok(/Error$/.test(error.name) && !/\n/.test(error.message), String(error));
    return true;
  } finally {
    store?.close();
  }
}

/** Bytes with one bit, up to 512 bytes, or the end gone wrong. */
function damaged(whole: Uint8Array, i: number, random: Generator): Uint8Array<ArrayBuffer> {
  const bytes = Uint8Array.from(whole);
  const at = random.integers(0, bytes.length);
  if (i % 4 === 3) return bytes.subarray(0, at);
  const length = [1, 16, 512][i % 4];
  for (let j = at; j < Math.min(at + length, bytes.length); j++) {
    bytes[j] ^= length === 1 ? 1 << random.integers(0, 8) : random.integers(1, 256);
  }
  return bytes;
}

function newest(folder: string, end: string): string {
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name)
    .filter((name) => name.endsWith(end));
  return `${folder}/${names.sort((a, b) => parseInt(b) - parseInt(a))[0]}`;
}

function anyFile(folder: string): string {
  const [{ name, isDirectory }] = Deno.readDirSync(folder);
  return isDirectory ? anyFile(`${folder}/${name}`) : `${folder}/${name}`;
}
