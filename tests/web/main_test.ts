import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { openStore } from "../../lab/store/sqlite_store.ts";
import { buildAnew, root } from "./built.ts";

/** What an earlier build left, and what another one is writing. */
const besides = ["left-by-a-test.js", "written-by-a-test.next"];
const dist = new URL("web/dist/", root);
await Deno.mkdir(dist, { recursive: true });
for (const name of besides) await Deno.writeTextFile(new URL(name, dist), "");
await buildAnew();

Deno.test("a build removes what it did not make, but for what another one is writing", async () => {
  const names = [...Deno.readDirSync(dist)].map(({ name }) => name);
  deepStrictEqual(besides.filter((name) => names.includes(name)), besides.slice(1));
  ok(names.includes("manifest.json"));
  await Deno.remove(new URL(besides[1], dist));
});

function command(args: readonly string[], folder: string): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-check", "--no-prompt", "--allow-net=127.0.0.1"],
      ...[`--allow-read=.,${folder}`, `--allow-write=${folder}`, "web/main.ts", ...args],
    ],
    cwd: root,
    stdout: "piped",
    stderr: "piped",
  });
}

async function withStore(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    openStore(`${folder}/runs`).close();
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("wrong flags and stores get one line and exit code 2, a port in use 1", () =>
  withStore(async (folder) => {
    const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = taken.addr as Deno.NetAddr;
    await Deno.writeTextFile(`${folder}/file`, "no folder");
    const cases: [args: string[], code: number, message: RegExp][] = [
      [["--store", `${folder}/none`, "--read-only"], 2, /there is none: .*deno task -q experiment/],
      [["--store", `${folder}/file`], 2, /there is a file of that name/],
      [["--store", "/etc"], 2, /may not read there/],
      [["--store", ""], 2, /^error: Cannot take a path as it is empty/],
      [["--store", "postgres://me:secret@db/lab"], 2, /its URL holds a password/],
      [
        ["--ports", "80"],
        2,
        /flags are --host NAME, --port N, --store FOLDER and --read-only.*--ports/,
      ],
      [["--port", "eighty"], 2, /from 0 to 65535: eighty/],
      [["--port", ""], 2, /from 0 to 65535: /],
      [["--port", "0x50"], 2, /from 0 to 65535: 0x50/],
      [
        ["--host", "0.0.0.0", "--store", `${folder}/runs`],
        2,
        /127\.0\.0\.1 alone: deno task -q dashboard:shared/,
      ],
      [["--host", "a b"], 2, /--host must be a name or an address: a b/],
      [["--host", "300.1.1.1"], 2, /--host must be a name or an address: 300\.1\.1\.1/],
      [["--host", "fd00::zz"], 2, /--host must be a name or an address: fd00::zz/],
      [["extra"], 2, /extra/],
      [["build"], 2, /--out is missing/],
      [["build", "--out", "", "--force", "--store", `${folder}/runs`], 2, /--out is empty/],
      [["build", "--out", "x", "--for"], 2, /it takes --out FOLDER.*--for/],
      [["build", "--out", folder, "--store", `${folder}/runs`], 2, /there is no run yet/],
      [["build", "--out", "x", "none", "--store", `${folder}/runs`], 2, /none/],
      [["--port", String(port), "--store", `${folder}/runs`], 1, /in use.*--port/],
    ];
    await Promise.all(cases.map(async ([args, expected, message]) => {
      const { code, stderr } = await command(args, folder).output();
      const text = new TextDecoder().decode(stderr);
      strictEqual(code, expected, `${args.join(" ")}: ${text}`);
      match(text, message);
      strictEqual(text.trim().split("\n").length, 1, text);
      ok(!text.includes("secret"));
    }));
    taken.close();
  }));

Deno.test("--help says what may be asked for, before a store is opened", () =>
  withStore(async (folder) => {
    for (const args of [["--help"], ["build", "-h"], ["--store", `${folder}/none`, "--help"]]) {
      const { code, stdout, stderr } = await command(args, folder).output();
      deepStrictEqual([code, new TextDecoder().decode(stderr)], [0, ""]);
      const text = new TextDecoder().decode(stdout);
      match(text, /^Usage: deno task -q dashboard \[OPTIONS\]\n/);
      for (const flag of ["host", "port", "store", "read-only", "out", "where", "force"]) {
        match(text, new RegExp(`^  --${flag}`, "m"));
      }
      // Training in a page changes nothing there, and goes on.
      match(text, /--read-only +Pages change nothing in the store\.\n/);
    }
    await rejects(Deno.stat(`${folder}/none`), Deno.errors.NotFound);
  }));

Deno.test("a relative store starts at the folder that the task is called from, whatever stands before it", () =>
  withStore(async (folder) => {
    const tasks = JSON.parse(await Deno.readTextFile(new URL("deno.json", root))).tasks;
    const [before, line] = tasks.dashboard.command.split("deno task --quiet build && ");
    for (const store of ["none", "sqlite:another"]) {
      const child = new Deno.Command("sh", {
        args: ["-c", `${before} exec ${line} --store ${store} --port 0`],
        cwd: root,
        env: { INIT_CWD: folder },
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      const reader = child.stdout.getReader();
      ok((await reader.read()).value);
      child.kill();
      await reader.cancel();
      const made = `${folder}/${store.replace("sqlite:", "")}`;
      strictEqual(
        await new Response(child.stderr).text(),
        `Made an empty store, as there was none: ${made}\n`,
      );
      await child.status;
      ok((await Deno.stat(`${folder}/${store.replace("sqlite:", "")}/lab.db`)).isFile);
    }
  }));

Deno.test("it serves on 127.0.0.1 and says where, also where there is no store yet", () =>
  withStore(async (folder) => {
    // However the host is written, its requests have the name that a browser makes of it.
    const flags = ["--host", "127.1", "--port", "0", "--store", `${folder}/new`];
    const child = command(flags, folder).spawn();
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let line = "";
    while (!line.includes("\n")) line += (await reader.read()).value ?? "\n";
    const [, address] = /(http:\/\/127\.0\.0\.1:\d+)$/m.exec(line) ?? [];
    ok(address !== undefined, line);
    const response = await fetch(address);
    strictEqual(response.status, 200);
    // What is typed reaches the store that is shown.
    const typed = `deno task -q experiment run cartpole-ppo-quick --store ${folder}/new`;
    match(await response.text(), new RegExp(`No run yet.*<code>${typed}</code>`));
    child.kill("SIGTERM");
    await reader.cancel();
    await child.stderr.cancel();
    await child.status;
  }));
