/** Real runs, damaged on the disk: `verify` finds it, and nothing is read as sound. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { DatabaseSync } from "node:sqlite";
import { main } from "../../cli/main.ts";
import { defaultRng } from "../../lab/core/random.ts";
import { launch } from "../../lab/experiment/launch.ts";
import { storedDigest } from "../../lab/experiment/recorder.ts";
import { verify } from "../../lab/experiment/verify.ts";
import { openStore } from "../../lab/store/sqlite_store.ts";
import { capturedIo } from "../cli/captured_io.ts";
import { options, request } from "../lab/experiment/toy_runs.ts";

Deno.test("verify names each damaged run and what of it is, and exits with 1", async () => {
  const folder = await Deno.makeTempDir();
  const location = `${folder}/runs`;
  try {
    const store = openStore(location);
    const [run, other] = await launch([request(), request({ seed: 2 })], options(store));
    const bytes = new TextEncoder().encode("a picture");
    const picture = { name: "samples", iteration: 1, mediaType: "text/plain", bytes };
    const { hash } = await store.putArtifact(run.id, picture);
    store.close();
    const reader = openStore(location, { readOnly: true });
    deepStrictEqual(await verify(reader), { database: [], runs: 2, damaged: [] });
    const raw = new DatabaseSync(`${location}/lab.db`);
    const ofRun = "WHERE series = (SELECT id FROM series WHERE run = ? AND name = 'losses/toy')";
    const checkpoints = `${location}/checkpoints/${run.id}`;
    const tensors = [...Deno.readDirSync(checkpoints)].map(({ name }) => name)
      .filter((name) => name.endsWith(".safetensors")).sort((a, b) => parseInt(b) - parseInt(a));
    const sql = (text: string) => raw.prepare(text).run(run.id);
    const flip = (path: string) => {
      const content = Deno.readFileSync(path);
      content[content.length - 1] ^= 1;
      Deno.writeFileSync(path, content);
    };
    const twice = (action: () => void) => [action, action] as const;
    const damages: (readonly [RegExp, () => void, () => void])[] = [
      [
        /series losses\/toy of run/,
        () => sql(`UPDATE chunk SET count = count + 1 ${ofRun}`),
        () => sql(`UPDATE chunk SET count = count - 1 ${ofRun}`),
      ],
      [
        /do not have the digest/,
        () => sql("UPDATE run SET digest = 'a' || digest WHERE id = ?"),
        () => sql("UPDATE run SET digest = substr(digest, 2) WHERE id = ?"),
      ],
      [
        /its record: its manifest/,
        () => sql("UPDATE run SET manifest = ' ' || manifest WHERE id = ?"),
        () => sql("UPDATE run SET manifest = substr(manifest, 2) WHERE id = ?"),
      ],
      [/content must hash to/, ...twice(() => flip(`${checkpoints}/${tensors[0]}`))],
      [
        /content must hash to/,
        ...twice(() => flip(`${location}/artifacts/${hash.slice(0, 2)}/${hash}`)),
      ],
    ];
    for (const [line, damage, mend] of damages) {
      damage();
      const { database, damaged: [found, ...more] } = await verify(reader);
      deepStrictEqual([database, found.id, more], [[], run.id, []]);
      match(found.lines.join(), line);
      deepStrictEqual((await verify(reader, { ids: [other.id] })).damaged, []);
      mend();
    }
    sql(`UPDATE chunk SET points = zeroblob(800) ${ofRun}`);
    const io = capturedIo({ folder, root: `${folder}/` });
    strictEqual(await main(["verify"], io), 1);
    match(
      io.written.out,
      new RegExp(`^${run.id} \\(line-toy\\): .*series losses/toy.*\\ndamaged  1 of 2 runs`),
    );
    const reproduced = capturedIo({ folder, root: `${folder}/` });
    strictEqual(await main(["reproduce", run.id], reproduced), 1);
    match(reproduced.written.error, /series losses\/toy of run .* damaged/);
    raw.close();
    reader.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("of random damages to a database none is read as other numbers", async () => {
  const folder = await Deno.makeTempDir();
  const location = `${folder}/runs`;
  try {
    const store = openStore(location);
    const [run] = await launch([request()], options(store));
    store.close();
    const path = `${location}/lab.db`;
    const whole = Deno.readFileSync(path);
    const random = defaultRng(11);
    let seen = 0;
    for (let i = 0; i < 40; i++) {
      const bytes = whole.slice();
      const at = random.integers(0, bytes.length);
      const length = [1, 1, 16, 512][i % 4];
      for (let j = at; j < Math.min(at + length, bytes.length); j++) {
        bytes[j] ^= length === 1 ? 1 << random.integers(0, 8) : random.integers(1, 256);
      }
      Deno.writeFileSync(path, bytes);
      for (const end of ["-wal", "-shm"]) await Deno.remove(path + end).catch(() => {});
      let opened;
      try {
        opened = openStore(location, { readOnly: true });
        const { database, damaged } = await verify(opened);
        const found = database.length + damaged.length > 0;
        seen += Number(found);
        if (found) continue;
        // Not noticed: then nothing that counts was hit.
        strictEqual(await storedDigest(opened, opened.run(run.id)!), run.digest);
      } catch (error) {
        ok(error instanceof Error && !/\n/.test(error.message), String(error));
        seen++;
      } finally {
        opened?.close();
      }
    }
    ok(seen > 2, String(seen));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
