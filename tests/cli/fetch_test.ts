/** Fetching: whole files of a known hash, or none. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { createHash } from "node:crypto";
import { main } from "../../cli/fetch/main.ts";
import { capturedIo } from "./captured_io.ts";
import { inFolder } from "./folder.ts";

const content = Uint8Array.from({ length: 100_000 }, (_, i) => (i * i) % 251);
const hashOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const sha256 = hashOf(content);

/** How a server answers: whole, by ranges, cut off after so many bytes, or with a status. */
interface Answers {
  readonly ranges?: boolean;
  readonly cutAfter?: number;
  readonly status?: number;
  readonly content?: Uint8Array<ArrayBuffer>;
}

/** Runs against a server of this machine, which writes down the ranges that it is asked for. */
async function serving(
  answers: Answers[],
  run: (url: string, asked: (string | null)[]) => Promise<void>,
): Promise<void> {
  const asked: (string | null)[] = [];
  const stopping = new AbortController();
  const { signal } = stopping;
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {}, signal };
  const server = Deno.serve(options, (request) => {
    const range = request.headers.get("range");
    asked.push(range);
    const { ranges = true, cutAfter, status, content: own = content } = answers.shift() ?? {};
    if (status !== undefined) return new Response("no", { status });
    const from = ranges ? Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0) : 0;
    if (from >= own.length) return new Response(null, { status: 416 });
    const rest = own.subarray(from);
    const headers = {
      "content-length": `${rest.length}`,
      ...from > 0 && { "content-range": `bytes ${from}-${own.length - 1}/${own.length}` },
    };
    const body = cutAfter === undefined ? rest : new ReadableStream({
      start: (controller) => controller.enqueue(rest.subarray(0, cutAfter)),
      pull: (controller) => controller.close(),
    });
    return new Response(body, { status: from > 0 ? 206 : 200, headers });
  });
  try {
    await run(`http://127.0.0.1:${server.addr.port}/files/train.gz`, asked);
  } finally {
    stopping.abort();
    await server.finished;
  }
}

/** Fetches into the folder `here` below a folder of its own. */
async function fetching(
  answers: Answers[],
  run: (fetch: (...args: string[]) => Promise<[number, string]>, places: {
    readonly folder: string;
    readonly url: string;
    readonly asked: (string | null)[];
    readonly path: string;
  }) => Promise<void>,
): Promise<void> {
  await inFolder((folder) =>
    serving(answers, (url, asked) => {
      const fetch = async (...args: string[]): Promise<[number, string]> => {
        const io = capturedIo({ folder });
        const code = await main([url, "--sha256", sha256, "--out", "here", ...args], io);
        if (code === 0) strictEqual(io.written.out, `${folder}/here/train.gz\n`);
        return [code, io.written.error];
      };
      return run(fetch, { folder, url, asked, path: `${folder}/here/train.gz` });
    })
  );
}

Deno.test("a file comes whole, and is not fetched again", async () => {
  await fetching([], async (fetch, { asked, path }) => {
    deepStrictEqual(await fetch(), [0, "100.0 kB, hash as given: fetched\n"]);
    strictEqual(hashOf(await Deno.readFile(path)), sha256);
    deepStrictEqual(await fetch("--quiet"), [0, ""]);
    strictEqual(asked.length, 1);
    deepStrictEqual([...Deno.readDirSync(path.replace("/train.gz", ""))].length, 1);
  });
});

Deno.test("what broke off goes on where it ended", async () => {
  await fetching([{ cutAfter: 30_000 }], async (fetch, { asked, path }) => {
    const [code, line] = await fetch();
    strictEqual(code, 1);
    match(
      line,
      /^error: Cannot fetch all of \S+ as the connection ended after 30000 of 100000 bytes/,
    );
    strictEqual((await Deno.stat(`${path}.part`)).size, 30_000);
    deepStrictEqual(await fetch(), [
      0,
      "100.0 kB, hash as given: fetched, the first 30.0 kB of an earlier try\n",
    ]);
    deepStrictEqual(asked, [null, "bytes=30000-"]);
    strictEqual(hashOf(await Deno.readFile(path)), sha256);
  });
});

Deno.test("a server without ranges, a part that is whole, one of another file: each ends in the file", async () => {
  for (
    const [left, answers, requests] of [
      [content.slice(0, 500), [{ ranges: false }], 1],
      [content, [], 1],
      [new Uint8Array(700), [], 2],
      [new Uint8Array(200_000), [], 2],
    ] as const
  ) {
    await fetching([...answers], async (fetch, { asked, path }) => {
      await Deno.mkdir(path.replace("/train.gz", ""));
      await Deno.writeFile(`${path}.part`, left);
      strictEqual((await fetch())[0], 0);
      strictEqual(hashOf(await Deno.readFile(path)), sha256);
      strictEqual(asked.length, requests);
    });
  }
});

Deno.test("a wrong hash leaves nothing behind", async () => {
  await fetching([{ content: content.with(7, 1) }], async (fetch, { path }) => {
    const [code, line] = await fetch();
    strictEqual(code, 1);
    match(
      line,
      /^error: Cannot keep \S+ as its SHA-256 must be [0-9a-f]{64}: it is [0-9a-f]{64}\n$/,
    );
    deepStrictEqual([...Deno.readDirSync(path.replace("/train.gz", ""))], []);
  });
});

Deno.test("a file that is there is written over with --force alone", async () => {
  await fetching([], async (fetch, { asked, path }) => {
    await Deno.mkdir(path.replace("/train.gz", ""));
    await Deno.writeTextFile(path, "mine");
    const [code, line] = await fetch();
    deepStrictEqual([code, asked.length], [2, 0]);
    match(line, /^error: Cannot write \S+ as there is a file with another hash already: choose/);
    strictEqual(await Deno.readTextFile(path), "mine");
    strictEqual((await fetch("--force"))[0], 0);
    strictEqual(hashOf(await Deno.readFile(path)), sha256);
  });
});

Deno.test("a file that is being fetched is left to who fetches it", async () => {
  await fetching([], async (fetch, { path, asked }) => {
    await Deno.mkdir(path.replace("/train.gz", ""));
    using other = await Deno.open(`${path}.part`, { create: true, write: true });
    await other.lock(true);
    const [code, line] = await fetch();
    deepStrictEqual([code, asked.length], [2, 0]);
    match(line, /^error: Cannot fetch \S+ as it is being fetched already/);
    await other.unlock();
    strictEqual((await fetch())[0], 0);
    strictEqual(hashOf(await Deno.readFile(path)), sha256);
  });
});

Deno.test("a server that has it not is told in one line, and so is what cannot be asked for", async () => {
  await fetching([{ status: 404 }], async (fetch, { path }) => {
    const [code, line] = await fetch();
    strictEqual(code, 1);
    match(line, /^error: Cannot fetch \S+ as the server must have it: it answers 404 Not Found\n$/);
    deepStrictEqual([...Deno.readDirSync(path.replace("/train.gz", ""))], []);
  });
  const wrong: readonly (readonly [string[], RegExp])[] = [
    [[], /one URL must be given: none/],
    [["ftp://a/b", "--sha256", sha256], /a URL must begin with https:\/\/ or http:\/\/: ftp/],
    [["http://a/", "--sha256", sha256], /the URL must end in a file's name: http/],
    [["http://a/..%2F..%2F", "--sha256", sha256], /the URL must end in a file's name: http/],
    [["http://a/%E0%A4%A", "--sha256", sha256], /the URL must end in a file's name: http/],
    [["http://a/b"], /--sha256 must be the file's hash, 64 hexadecimal digits: none/],
    [["http://a/b", "--sha256", "abc"], /64 hexadecimal digits: abc/],
    [["http://a/b", "--hash", "abc"], /Unknown option '--hash'/],
  ];
  for (const [args, line] of wrong) {
    const io = capturedIo();
    strictEqual(await main(args, io), 2);
    match(io.written.error, line);
    strictEqual(io.written.error.trimEnd().split("\n").length, 1);
  }
});

Deno.test("a bar on a terminal, at most a line wide; help in 80 columns", async () => {
  await serving([], async (url) => {
    await inFolder(async (folder) => {
      const io = capturedIo({ folder, screen: { columns: 40, rows: 10 } });
      strictEqual(await main([url, "--sha256", sha256], io), 0);
      const lines = io.written.error.split("\r\x1b[K");
      ok(lines.some((line) => line.startsWith(`${"━".repeat(20)}  100 %  100.0 kB`)), `${lines}`);
      ok(lines.slice(0, -1).every((line) => line.length < 40));
    });
  });
  const io = capturedIo();
  strictEqual(await main(["--help"], io), 0);
  ok(io.written.out.split("\n").every((line) => line.length <= 80));
});
