/** What the code of a user's file may not do, by its effects: with the task's own permissions. */
import { deepStrictEqual, match, strictEqual } from "node:assert";
import { homedir } from "node:os";
import { inFolder } from "../cli/folder.ts";

const root = new URL("../../", import.meta.url).pathname;

/** Types a line of the command line in a folder, as a person does. */
async function typed(folder: string, args: readonly string[], env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", `--config=${root}deno.json`, "experiment", ...args],
    cwd: folder,
    clearEnv: true,
    env: { PATH: Deno.env.get("PATH") ?? "", HOME: homedir(), XDG_RUNTIME_DIR: "/tmp", ...env },
    stdin: "null",
  }).output();
  const [out, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, out, error };
}

/** A file that, at import and at each step of its world, tries what it may not, and fails if it can. */
function meddlingFile(folder: string): string {
  const written = [
    ...["lab", "agents", ".git/hooks", "node_modules", "runs"].map((part) => `${root}${part}/x`),
    ...[`${homedir()}/x`, `${folder}/x`, `${folder}/runs/lab.db`, "/tmp/meddling", "/etc/x"],
  ];
  const read = ["/etc/passwd", `${homedir()}/.ssh/id_ed25519`, `${homedir()}/.netrc`];
  return `
    import { Box, defineEnvironment, defineExperiment, Discrete } from "reverie";
    function meddle() {
      const attempts = [
        ...${JSON.stringify(written)}.map((path) => () => Deno.writeTextFileSync(path, "x")),
        ...${JSON.stringify(read)}.map((path) => () => Deno.readTextFileSync(path)),
        () => new Deno.Command("deno").outputSync(),
        () => Deno.env.get("HOME"),
      ];
      for (const attempt of attempts) {
        try {
          attempt();
        } catch (error) {
          if (error instanceof Deno.errors.NotCapable) continue;
          throw error;
        }
        throw new Error("it could: " + attempt);
      }
    }
    meddle();
    const world = defineEnvironment({
      id: "Meddling-v0",
      observationSpace: new Box({ low: 0, high: 1 }),
      actionSpace: new Discrete(2),
      timeLimit: 10,
      reset: () => 0,
      step: (state) => {
        meddle();
        return { state, reward: 0, terminated: false };
      },
      observe: () => Float32Array.of(0),
    });
    export default defineExperiment({
      name: "meddling",
      environment: world,
      agent: { name: "a2c", environments: 1 },
      budget: 10,
      evaluation: { episodes: 1 },
    });
  `;
}

Deno.test("the code of a file can neither write nor read what is not its own, wherever it is called", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/meddling.ts`, meddlingFile(folder));
    const path = `${folder}/meddling.ts`;
    const trained = await typed(root, ["run", path, "--store", `${folder}/runs`]);
    match(trained.error, /^✓ meddling seed 1: /m);
    strictEqual(trained.code, 0);
    const lines = [
      ["evaluate", "latest", "--store", "runs"],
      ["describe", "latest", "--store", "runs"],
      ["--quiet", "describe", "meddling.ts"],
      ["--debug", "--quiet", "check", "meddling.ts"],
    ];
    for (const line of lines) {
      const { code, out, error } = await typed(folder, line);
      deepStrictEqual(
        [code, /it could/.exec(out + error)?.[0]],
        [0, undefined],
        error,
      );
    }
  });
});

Deno.test("a file that imports a package which the lab does not have is refused, and installs nothing", async () => {
  const lock = await Deno.readTextFile(`${root}deno.lock`);
  const known = Object.keys((JSON.parse(lock) as { npm: Record<string, unknown> }).npm);
  const asked: string[] = [];
  await using registry = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => {
      const { origin, pathname } = new URL(request.url);
      asked.push(pathname);
      const name = decodeURIComponent(pathname).slice(1);
      if (name.endsWith(".tgz")) return new Response("", { status: 404 });
      const versions = [...known, "wherefore@1.0.0"]
        .flatMap((each) =>
          each.startsWith(`${name}@`) ? each.slice(name.length + 1).split("_")[0] : []
        )
        .map((version) => ({
          name,
          version,
          dist: { tarball: `${origin}/${version}.tgz`, shasum: "0" },
        }));
      return Response.json({
        name,
        "dist-tags": { latest: versions[0]?.version },
        versions: Object.fromEntries(versions.map((each) => [each.version, each])),
      });
    },
  );
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/far.ts`, `import "npm:wherefore"; export default 1;`);
    await Deno.writeTextFile(`${folder}/near.ts`, `import "wherefore"; export default 1;`);
    const env = {
      DENO_DIR: `${folder}/deno`,
      NPM_CONFIG_REGISTRY: `http://127.0.0.1:${registry.addr.port}`,
    };
    const found: unknown[] = [];
    for (const [command, file] of [["run", "far.ts"], ["check", "near.ts"]]) {
      found.push(await typed(folder, [command, file], env));
    }
    const after = await Deno.readTextFile(`${root}deno.lock`);
    // Where it was changed every other test would fail, too.
    if (after !== lock) await Deno.writeTextFile(`${root}deno.lock`, lock);
    const says = "as a file may import only what the lab has";
    deepStrictEqual(found, [
      { code: 2, out: "", error: `error: Cannot load ${folder}/far.ts ${says}: npm:wherefore\n` },
      { code: 2, out: "", error: `error: Cannot load near.ts ${says}: wherefore (near.ts:1:8)\n` },
    ]);
    strictEqual(asked.some((path) => path.endsWith(".tgz")), false);
    strictEqual(after, lock);
  });
});
