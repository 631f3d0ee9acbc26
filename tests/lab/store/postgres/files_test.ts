import { deepStrictEqual, doesNotMatch, match, rejects, strictEqual } from "node:assert";
import { homedir } from "node:os";
import { DamageError, InputError, LabError } from "../../../../lab/core/errors.ts";
import { UnreachableError } from "../../../../lab/store/postgres/connection.ts";
import type { FleetFiles } from "../../../../lab/store/postgres/files/contract.ts";
import { FolderFiles } from "../../../../lab/store/postgres/files/folder.ts";
import { FenceError, Hub } from "../../../../lab/store/postgres/hub.ts";
import { Mirror, Shipper, takeUp } from "../../../../lab/store/postgres/replica.ts";
import { openStore } from "../../../../lab/store/sqlite_store.ts";
import type { Store } from "../../../../lab/store/store.ts";
import { sha256 } from "../../../../lab/store/files.ts";
import { artifactPath } from "../../../../lab/store/paths.ts";
import { addRun, checkpointAt, contentOf, withFolder } from "../fixtures.ts";
import { Proxy } from "../../experiment/fleet/proxy.ts";
import { Bucket, credentials } from "./bucket.ts";
import { missing, Server } from "./server.ts";

const noPassword = () => Promise.resolve(undefined);
const large = Uint8Array.from({ length: 300 }, (_, i) => i % 251);
const PATH = artifactPath(sha256(large));

/** Requires an error in one line, of a kind, without what nobody is to see. */
async function refused(
  asked: Promise<unknown>,
  Kind: new (message: string) => Error,
  pattern: RegExp,
): Promise<void> {
  await rejects(asked, (error: Error) => {
    strictEqual(error.constructor, Kind, error.message);
    match(error.message, pattern);
    doesNotMatch(error.message, /hunter2|\n/);
    return true;
  });
}

/** What of a run is in files: its picture, and checkpoints at 1 and 2. */
async function trained(store: Store, id: string, ...iterations: number[]): Promise<void> {
  for (const iteration of iterations) {
    await store.putArtifact(id, {
      ...{ name: "samples", iteration, mediaType: "text/plain" },
      bytes: new TextEncoder().encode(`picture ${iteration}`),
    });
    await store.saveCheckpoint(id, checkpointAt(iteration));
  }
  store.flush();
}

Deno.test({ name: "files of a fleet lie where its store says", ignore: missing }, async (t) => {
  await using server = await Server.start();
  await using bucket = await Bucket.start();
  const shared = await Deno.makeTempDir();
  await using cleared = new AsyncDisposableStack();
  cleared.defer(() => Deno.remove(shared, { recursive: true }));
  /** By kind: what the store's URL says, and how a file's bytes are put in place of it. */
  const kinds = {
    table: { query: "", damage: undefined },
    folder: {
      query: `?files=file:${shared}/lab`,
      damage: (path: string) => `${shared}/lab/${path}`,
    },
    bucket: {
      query: `?files=${bucket.url("some/runs")}`,
      damage: (path: string) => bucket.path(`some/runs/${path}`),
    },
  } as const;

  for (const [kind, { query, damage }] of Object.entries(kinds)) {
    await t.step(`${kind}: what stands under a name stays until it is deleted`, async () => {
      const url = await server.database();
      await using made = await Hub.open(`${url}${query}`, noPassword, { credentials });
      // Everybody after reads where that is.
      await using hub = await Hub.open(url, noPassword, { credentials });
      const { files } = hub;
      strictEqual(files.name, made.files.name);
      await files.check();
      await files.put(PATH, large);
      await files.put(PATH, Uint8Array.of(1));
      deepStrictEqual(await files.get(PATH), large);
      // Only what is damaged gives way.
      if (damage !== undefined) await Deno.writeFile(damage(PATH), large.subarray(0, 9));
      else {
        const database = url.slice(url.lastIndexOf("/") + 1);
        await server.query(database, "UPDATE reverie.file SET bytes = substr(bytes, 1, 9)");
      }
      strictEqual((await files.get(PATH))!.length, 9);
      await files.put(PATH, large);
      await files.put("checkpoints/r/1-é b.json", new Uint8Array());
      deepStrictEqual(await files.get(PATH), large);
      deepStrictEqual(await files.get("checkpoints/r/1-é b.json"), new Uint8Array());
      strictEqual(await files.get("checkpoints/r/2"), undefined);
      await files.delete([PATH, "checkpoints/r/2"]);
      strictEqual(await files.get(PATH), undefined);
      await files.put(PATH, Uint8Array.of(1));
      deepStrictEqual(await files.get(PATH), Uint8Array.of(1));
    });

    await t.step(
      `${kind}: a run comes back whole, or is said to be damaged`,
      () =>
        withFolder(async (folder) => {
          const url = `${await server.database()}${query}`;
          await using hub = await Hub.open(url, noPassword, { credentials });
          const [run] = await hub.ask([null]);
          const claim = (await hub.claim("first", 60))!;
          const store = openStore(`${folder}/here`);
          const { id } = addRun(store);
          await trained(store, id, 1, 2);
          const shipper = new Shipper(`${folder}/here`, id, run);
          const ship = () => shipper.ship(hub, (delta) => hub.hold(claim, 60, delta), claim);
          await ship();
          const [gone] = store.checkpoints(id);
          const name = `checkpoints/${run}/1-${gone.hash.slice(0, 16)}.json`;
          strictEqual((await hub.files.get(name))!.length > 0, true);
          await trained(store, id, 3);
          await ship();
          strictEqual(await hub.files.get(name), undefined, "went with its checkpoint");
          const next = await hub.hold(claim, -1).then(() => hub.claim("second", 60));
          await rejects(hub.putFile("checkpoints/x/y", Uint8Array.of(1), claim), FenceError);
          strictEqual(await hub.files.get("checkpoints/x/y"), undefined);

          using mirror = new Mirror(hub, `${folder}/mirror`);
          await mirror.refresh();
          const read = mirror.store();
          if (damage !== undefined) {
            const newest = store.checkpoints(id).at(-1)!;
            const record = damage(`checkpoints/${run}/3-${newest.hash.slice(0, 16)}.json`);
            const { hash } = store.artifacts(id).at(-1)!;
            const picture = damage(`artifacts/${hash.slice(0, 2)}/${hash}`);
            const sound = await Promise.all([record, picture].map((path) => Deno.readFile(path)));
            await Deno.writeFile(record, sound[0].subarray(0, 100));
            await Deno.writeFile(picture, sound[1].map((byte) => byte ^ 1));
            const there = read.checkpoints(run).at(-1)!;
            await refused(read.loadCheckpoint(run, there), DamageError, /must hash to .*cut off$/);
            await refused(read.readArtifact(hash), DamageError, /altered or cut off$/);
            // Who takes the run up goes on from the one before.
            const content = await takeUp(hub, run, `${folder}/other`);
            const other = openStore(`${folder}/other`);
            const [before, after] = other.checkpoints(run);
            strictEqual((await other.loadCheckpoint(run, before)).snapshot.values !== null, true);
            await rejects(other.loadCheckpoint(run, after), DamageError);
            await mirror.refresh({ files: true });
            // What it makes again takes the place of what is damaged.
            const going = new Shipper(`${folder}/other`, run, run, content);
            const shipOther = () => going.ship(hub, (delta) => hub.hold(next!, 60, delta), next);
            await shipOther();
            deepStrictEqual(await Deno.readFile(record), sound[0].subarray(0, 100));
            other.beginAttempt(run, 2);
            await trained(other, run, 3);
            await shipOther();
            deepStrictEqual(await Deno.readFile(record), sound[0]);
            deepStrictEqual(await Deno.readFile(picture), sound[1]);
            other.close();
          }
          await hub.release(next!, "ended");
          deepStrictEqual(await contentOf(read, run), await contentOf(store, id));
          for (const each of [read, store]) each.close();
        }),
    );
  }

  await t.step("where files lie is decided when a store is made, and once", async () => {
    const opened = (url: string, access = { credentials }) =>
      Hub.open(url, noPassword, access).then((hub) => hub.close());
    const url = await server.database();
    const made = `${url}?files=file:${shared}/lab`;
    await opened(made);
    await opened(made);
    await refused(
      opened(`${url}?files=${bucket.url("other")}`),
      InputError,
      /with files in s3:\/\/lab\/other\?endpoint=http:\S+ as it has them in file:\S+\/lab, which was/,
    );
    // One that is older than the choice has them in the database.
    const older = await server.database();
    await opened(older);
    const name = older.slice(older.lastIndexOf("/") + 1);
    await server.query(name, "ALTER TABLE reverie.store DROP COLUMN files");
    await server.query(name, "UPDATE reverie.store SET schema = 2");
    await refused(opened(`${older}?files=file:${shared}/lab`), InputError, /them in the database,/);
    await using hub = await Hub.open(older, noPassword);
    strictEqual(hub.files.name, "the database's tables");
    // What cannot be used is not decided for.
    const none = await server.database();
    await refused(
      opened(`${none}?files=${bucket.url("x", { bucket: "nobodys" })}`),
      InputError,
      /as there is no bucket "nobodys"$/,
    );
    await opened(`${none}?files=file:${shared}/third`);
    await using third = await Hub.open(none, noPassword);
    strictEqual(third.files.name, `file:${shared}/third`);
    await third.files.check();
    await Deno.remove(`${shared}/third/.reverie`);
    for (
      const asked of [third.files.check(), third.files.get(PATH), third.files.put(PATH, large)]
    ) {
      await refused(asked, UnreachableError, /\.reverie is missing there, .* must be mounted here/);
    }
  });

  await t.step("a bucket that cannot be used is refused in a line", async () => {
    const wrong = { accessKeyId: "nobody", secretAccessKey: "hunter2" };
    const url = bucket.url("some/runs");
    const cases: [FleetFiles, new (message: string) => Error, RegExp][] = [
      [
        bucket.files(url, {}),
        InputError,
        /AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be set/,
      ],
      [
        bucket.files(url, { credentials: wrong }),
        InputError,
        /server refuses: InvalidAccessKeyId;/,
      ],
      [bucket.files(bucket.url("x", { bucket: "nobodys" })), InputError, /no bucket "nobodys"/],
    ];
    for (const [files, Kind, pattern] of cases) {
      await refused(files.get(PATH), Kind, pattern);
      await refused(files.put(PATH, large), Kind, pattern);
      files.close();
    }
    const empty = bucket.files(bucket.url("elsewhere"));
    await refused(empty.check(), LabError, /\.reverie is missing there/);
    empty.close();
    using proxy = new Proxy(bucket.port);
    const files = bucket.files(bucket.url("some/runs", { port: proxy.port }));
    await files.check();
    proxy.cut();
    await refused(files.get(PATH), UnreachableError, /server is not to be reached: ECONN/);
    proxy.open();
    await files.check();
    files.close();
  });

  await t.step("a task may do what it needs, and keeps its credentials to itself", async () => {
    const root = new URL("../../../../", import.meta.url);
    const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root))) as {
      tasks: Record<string, { command?: string }>;
    };
    const names = Object.values(tasks)
      .flatMap(({ command }) => command?.includes("PGPASSFILE") ? [command] : [])
      .map((command) => /--allow-env=(\S+)/.exec(command)![1].split(","));
    const [needed, ...others] = names.map((list) =>
      list.filter((name) => /^(AWS|_X|PG)/.test(name))
    );
    strictEqual(names.length, 5);
    for (const list of others) deepStrictEqual(list, needed);
    const script = `
      import { hubOpener } from "${new URL("lab/store/postgres/open.ts", root)}";
      const [url] = Deno.args;
      await using hub = await (await hubOpener(url, () => Promise.resolve(undefined), "it"))();
      const path = "${PATH}";
      await hub.files.put(path, Uint8Array.of(7));
      const found = [...await hub.files.get(path)];
      await hub.files.delete([path]);
      const { state } = Deno.permissions.querySync({
        name: "env",
        variable: "AWS_SECRET_ACCESS_KEY",
      });
      console.log(JSON.stringify([found, state]));`;
    await Deno.writeTextFile(`${shared}/script.ts`, script);
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--quiet", "--no-check", "--no-prompt", "--allow-net"],
        ...[`--config=${new URL("deno.json", root).pathname}`, `--allow-read=${root.pathname}`],
        `--allow-env=${["HOME", ...needed]}`,
        ...[`${shared}/script.ts`, `${await server.database()}?files=s3://lab/by/names`],
      ],
      clearEnv: true,
      env: {
        ...{ HOME: homedir(), XDG_RUNTIME_DIR: "/tmp" },
        ...{ AWS_ACCESS_KEY_ID: "S3RVER", AWS_SECRET_ACCESS_KEY: "S3RVER", AWS_REGION: "eu-1" },
        AWS_ENDPOINT_URL: `http://127.0.0.1:${bucket.port}`,
      },
    }).output();
    strictEqual(new TextDecoder().decode(stderr), "");
    deepStrictEqual(JSON.parse(new TextDecoder().decode(stdout)), [[7], "prompt"]);
  });
});

Deno.test("what a folder's disk answers becomes one line", () =>
  withFolder(async (folder) => {
    const files = new FolderFiles({ kind: "folder", name: folder, path: folder });
    await files.begin();
    const { rename } = Deno;
    const answers: [string, new (message: string) => Error, RegExp][] = [
      ["EACCES", InputError, /^Cannot use the files in .* as this user may not: said/],
      ["EPERM", InputError, /this user may not: said/],
      ["EROFS", InputError, /this user may not: said/],
      ["ENOSPC", LabError, /as its disk is full$/],
      ["EDQUOT", LabError, /as its disk is full$/],
      ["ESTALE", UnreachableError, /the folder is not to be reached: said/],
    ];
    try {
      for (const [code, Kind, pattern] of answers) {
        Deno.rename = () => Promise.reject(Object.assign(new Error("said"), { code }));
        await refused(files.put(PATH, large), Kind, pattern);
        strictEqual(await files.get(PATH), undefined);
      }
    } finally {
      Deno.rename = rename;
    }
    await files.put(PATH, large);
    deepStrictEqual(await files.get(PATH), large);
  }));

Deno.test("what a bucket's server answers becomes one line", async () => {
  const answers: [string, number, new (message: string) => Error, RegExp][] = [
    ["AccessDenied", 403, InputError, /server refuses: AccessDenied; AWS_ACCESS_KEY_ID/],
    ["ExpiredToken", 400, InputError, /server refuses: ExpiredToken/],
    ["XMinioStorageFull", 507, LabError, /the bucket is full: XMinioStorageFull/],
    ["QuotaExceeded", 400, LabError, /the bucket is full/],
    ["PermanentRedirect", 301, InputError, /another region: \?region=/],
    ["MethodNotAllowed", 405, LabError, /answers 405: MethodNotAllowed/],
    ["InternalError", 500, UnreachableError, /not to be reached: InternalError/],
  ];
  let [code, status] = ["", 200];
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    ({ method }) =>
      method === "HEAD" ? new Response(null, { status: 404 }) : new Response(
        `<Error><Code>${code}</Code><Message>hunter2</Message></Error>`,
        { status },
      ),
  );
  const at = (port: number) =>
    Bucket.prototype.files(`s3://lab/x?endpoint=http://127.0.0.1:${port}`);
  const asked = at(server.addr.port);
  for (const [name, number, Kind, pattern] of answers) {
    [code, status] = [name, number];
    await refused(asked.get(PATH), Kind, pattern);
    await refused(asked.put(PATH, large), Kind, pattern);
  }
  asked.close();
});

Deno.test("an answer that ends too early is none", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const answer = new TextEncoder().encode("HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\nshort");
  const answering = (async () => {
    using connection = await listener.accept();
    await connection.read(new Uint8Array(1 << 16));
    await connection.write(answer);
  })();
  const { port } = listener.addr as Deno.NetAddr;
  const asked = Bucket.prototype.files(`s3://lab/x?endpoint=http://127.0.0.1:${port}`);
  await refused(asked.get(PATH), UnreachableError, /not to be reached/);
  await answering;
  asked.close();
});

Deno.test("a server that takes a question and falls silent is gone after a while", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const held: Deno.Conn[] = [];
  const listening = (async () => {
    for await (const connection of listener) held.push(connection);
  })();
  const { port } = listener.addr as Deno.NetAddr;
  const url = `s3://lab/x?endpoint=http://127.0.0.1:${port}`;
  const asked = Bucket.prototype.files(url, undefined, 100);
  await refused(asked.get(PATH), UnreachableError, /not to be reached: TimeoutError$/);
  asked.close();
  listener.close();
  await listening;
  // It was asked more than once.
  strictEqual(held.length, 3);
  for (const connection of held) connection.close();
});
