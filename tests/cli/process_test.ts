import { match, ok, strictEqual } from "node:assert";

const main = new URL("../../cli/main.ts", import.meta.url).pathname;
const root = new URL("../../", import.meta.url).pathname;

/** The lab as a process of its own, with the permissions of its task. */
function command(folder: string, args: readonly string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", `--allow-read=${root},${folder}`],
      ...[`--allow-write=${folder}`, "--allow-env=INIT_CWD,NO_COLOR,XDG_RUNTIME_DIR"],
      ...[main, ...args],
    ],
    cwd: root,
    env: { INIT_CWD: folder, XDG_RUNTIME_DIR: folder, NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

async function withFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("a missing permission is one line that says how to give it", async () => {
  await withFolder(async (folder) => {
    const denied = "/somewhere/else";
    const { code, stderr } = await command(folder, ["run", "cartpole-ppo", "--store", denied])
      .output();
    ok(code === 1 || code === 2);
    match(text(stderr), /^error: [^\n]*\/somewhere\/else[^\n]*--allow-[^\n]*\n$/);
  });
});

Deno.test("a reader that goes away is no failure", async () => {
  await withFolder(async (folder) => {
    const child = command(folder, ["describe", "cartpole-ppo"]).spawn();
    await child.stdout.cancel(); // as `| head` does, long before the child writes
    const { code } = await child.status;
    const stderr = await new Response(child.stderr).text();
    strictEqual(stderr, "");
    strictEqual(code, 0);
  });
});

Deno.test("SIGINT, sent twice as npx does, checkpoints, says how to resume and exits with 130", async () => {
  await withFolder(async (folder) => {
    const child = command(folder, [
      ...["run", "cartpole-ppo", "--seed", "1", "--backend", "cpu", "--store", "runs", "--json"],
    ]).spawn();
    let error = "";
    let interrupted = false;
    const out = new Response(child.stdout).json();
    for await (const chunk of child.stderr) {
      error += text(chunk);
      if (interrupted || !error.includes("started")) continue;
      interrupted = true;
      child.kill("SIGINT");
      child.kill("SIGINT");
    }
    strictEqual((await child.status).code, 130);
    const { runs: [run] } = await out;
    strictEqual(run.status, "interrupted");
    match(error, new RegExp(`resume ${run.id} --store runs\n`));
  });
});
