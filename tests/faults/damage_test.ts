/** Real runs, damaged on the disk: `verify` finds it, and nothing is read as sound. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { DatabaseSync } from "node:sqlite";
import { main } from "../../cli/main.ts";
import { launch } from "../../lab/experiment/launch.ts";
import { verify } from "../../lab/experiment/verify.ts";
import { openStore } from "../../lab/store/sqlite_store.ts";
import { capturedIo } from "../cli/captured_io.ts";
import { options, request } from "../lab/experiment/toy_runs.ts";
import { kinds, randomDamages } from "./random_damages.ts";

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

Deno.test("of random damages to any file of a store none is read as other numbers", async () => {
  const { damages, seen } = await randomDamages(11, 12);
  strictEqual(damages, 12 * kinds.length);
  // Half of a database's pages is free room.
  ok(seen >= 40, String(seen));
});
