/**
 * The package's program, with a command line in its place that tells how it was started.
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { dirname } from "node:path";
import { DENO_FLAGS } from "../../cli/deno_flags.ts";
import { REVECTORIZE } from "../../lab/experiment/engine_flags.ts";

const root = new URL("../../", import.meta.url);
const started = `
  import { fork } from "node:child_process";
  const { spawnargs } = fork("none", [], { execPath: "/nowhere/deno" }).on("error", () => {});
  const words = Deno.build.os === "linux"
    ? Deno.readTextFileSync("/proc/self/cmdline").split("\\0")
    : spawnargs; // They leave out V8's flags.
  Deno.addSignalListener("SIGTERM", () => Deno.exit(7));
  console.log(JSON.stringify({ args: Deno.args, env: Deno.env.get("REVERIE_V8_FLAGS"), words }));
  if (Deno.args.includes("wait")) setTimeout(() => {}, 60_000);
  else Deno.exitCode = 2;
`;

/** Starts the program in a folder of its own. */
async function start(folder: string, args: readonly string[]): Promise<Deno.ChildProcess> {
  for (const path of ["cli/start.ts", "cli/deno_flags.ts", "lab/experiment/engine_flags.ts"]) {
    await Deno.mkdir(dirname(`${folder}/${path}`), { recursive: true });
    await Deno.copyFile(new URL(path, root), `${folder}/${path}`);
  }
  await Deno.writeTextFile(`${folder}/cli/main.ts`, started);
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-prompt", `${folder}/cli/start.ts`, ...args],
    stdout: "piped",
    env: { REVERIE_V8_FLAGS: "" },
  }).spawn();
}

Deno.test("the package's program starts the command line with Deno's and V8's flags", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { code, stdout } = await (await start(folder, ["run", "a name", "--seed=1"])).output();
    const { args, env, words } = JSON.parse(new TextDecoder().decode(stdout));
    strictEqual(code, 2, "its code is the command line's");
    deepStrictEqual(args, ["run", "a name", "--seed=1"]);
    strictEqual(env, REVECTORIZE, "which this Deno knows");
    const flags = Deno.build.os === "linux" ? [`--v8-flags=${REVECTORIZE}`] : [];
    for (const flag of [...DENO_FLAGS, ...flags]) ok(words.includes(flag), flag);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a signal to the package's program reaches the command line", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const child = await start(folder, ["wait"]);
    const lines = child.stdout.getReader();
    await lines.read();
    child.kill("SIGTERM");
    strictEqual((await child.status).code, 7);
    await lines.cancel();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
