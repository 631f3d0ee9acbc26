import { createHash } from "node:crypto";
import { deepStrictEqual, match, notStrictEqual, ok, strictEqual } from "node:assert";
import { fileURLToPath } from "node:url";
import { codeOnce } from "../../../evidence/sources.ts";
import type { NamedTensors } from "../../../lab/core/tensor_data.ts";
import { cpuFeatures } from "../../../lab/experiment/cpu_features.ts";
import { digestOf } from "../../../lab/experiment/digest.ts";
import { revisionOf } from "../../../lab/experiment/git.ts";
import { hashOfModules, labRoot, moduleName } from "../../../lab/experiment/load.ts";
import { hashedFolders, provenance } from "../../../lab/experiment/manifest.ts";
import { lacks } from "../../programs.ts";

const determined = {
  experiment: "line-toy",
  version: 1,
  configuration: { budget: 5, agent: { name: "toy", rate: 0.5 }, checkpoint: { keepLast: 2 } },
  seed: "1",
  backend: "tfjs-cpu",
};
const series = (values: number[], name = "losses/toy") => ({
  name,
  iterations: Float64Array.from(values, (_, i) => i + 1),
  values: Float64Array.from(values),
});
const parameters = (values: number[]): NamedTensors => ({
  "b/kernel": { shape: [2], dtype: "float32", values: Float32Array.from(values) },
  "a/kernel": { shape: [1], dtype: "float32", values: Float32Array.of(0) },
});

Deno.test("the digest depends on configuration, series and parameters, bit for bit", () => {
  const digest = digestOf(determined, [series([1, 2])], parameters([1, 2]));
  match(digest, /^[0-9a-f]{64}$/);
  const changed = [
    digestOf({ ...determined, seed: "2" }, [series([1, 2])], parameters([1, 2])),
    digestOf({ ...determined, backend: "tfjs-wasm" }, [series([1, 2])], parameters([1, 2])),
    digestOf(determined, [series([1, 2 + 2 ** -51])], parameters([1, 2])),
    digestOf(determined, [series([1, 2, 3])], parameters([1, 2])),
    digestOf(determined, [series([1, 2], "losses/other")], parameters([1, 2])),
    digestOf(determined, [series([1, NaN])], parameters([1, 2])),
    digestOf(determined, [series([1, 2])], parameters([1, 2 + 2 ** -22])),
    digestOf(determined, [series([0, 2])], parameters([1, 2])),
    digestOf(determined, [series([-0, 2])], parameters([1, 2])),
  ];
  strictEqual(new Set([digest, ...changed]).size, changed.length + 1);
});

Deno.test("the digest does not depend on order, timing or how often checkpoints were written", () => {
  const digest = digestOf(determined, [series([1]), series([2], "a")], parameters([1, 2]));
  const { "b/kernel": b, "a/kernel": a } = parameters([1, 2]);
  const rearranged = digestOf(
    {
      backend: "tfjs-cpu",
      seed: "1",
      configuration: { checkpoint: { keepLast: 9 }, agent: { rate: 0.5, name: "toy" }, budget: 5 },
      version: 1,
      experiment: "line-toy",
    },
    [series([7], "timing/iteration_seconds"), series([2], "a"), series([1])],
    { "a/kernel": a, "b/kernel": b },
  );
  strictEqual(rearranged, digest);
});

Deno.test("the manifest knows code, versions and machine of this process", async () => {
  const { code, versions, machine } = await provenance();
  match(code.hash, /^[0-9a-f]{64}$/);
  match(code.lock, /^[0-9a-f]{64}$/);
  strictEqual(versions.deno, Deno.version.deno);
  match(versions.tfjs, /^\d+\.\d+\.\d+$/);
  strictEqual(machine.cpuFeatures[0], Deno.build.arch);
  ok(machine.cores >= 1);
});

Deno.test("WebAssembly features are found by validation and one fused product", () => {
  ok(cpuFeatures().includes("wasm-simd"));
  ok(cpuFeatures().includes("wasm-relaxed-simd"));
  deepStrictEqual(cpuFeatures(), cpuFeatures().toSorted());
});

/** What git prints that is run in a folder. */
async function git(folder: string, ...args: string[]): Promise<string> {
  const { stdout, success, stderr } = await new Deno.Command("git", {
    args: ["-c", "user.name=a", "-c", "user.email=a@b", ...args],
    cwd: folder,
    env: { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" },
  }).output();
  ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim();
}

const ignore = lacks("git");

Deno.test(
  "revision and changes of a working tree are read as git sees them",
  { ignore },
  async () => {
    const folder = await Deno.makeTempDir();
    try {
      deepStrictEqual(await revisionOf(folder), { revision: null, dirty: null });
      await git(folder, "init", "-q", "-b", "main");
      await Deno.mkdir(`${folder}/inner`);
      await Deno.writeTextFile(`${folder}/inner/a_rather_long_name.ts`, "one");
      await Deno.writeTextFile(`${folder}/b.ts`, "two");
      await Deno.writeTextFile(`${folder}/README.md`, "prose");
      await git(folder, "add", ".");
      await git(folder, "commit", "-q", "-m", "first");
      const revision = await git(folder, "rev-parse", "HEAD");
      deepStrictEqual(await revisionOf(folder), { revision, dirty: false });

      await git(folder, "pack-refs", "--all");
      await Deno.writeTextFile(`${folder}/untracked.ts`, "three");
      deepStrictEqual(await revisionOf(folder), { revision, dirty: false });

      await Deno.writeTextFile(`${folder}/README.md`, "other prose, which computes nothing");
      deepStrictEqual(await revisionOf(folder), { revision, dirty: false });
      await Deno.utime(`${folder}/b.ts`, 1, 1);
      deepStrictEqual(await revisionOf(folder), { revision, dirty: false });
      await Deno.writeTextFile(`${folder}/b.ts`, "TWO");
      deepStrictEqual(await revisionOf(folder), { revision, dirty: true });
      await git(folder, "add", "b.ts");
      deepStrictEqual(await revisionOf(folder), { revision, dirty: true });
      await git(folder, "commit", "-q", "-m", "second");
      const second = await revisionOf(folder);
      strictEqual(second.dirty, false);
      notStrictEqual(second.revision, revision);
      await git(folder, "gc", "-q");
      deepStrictEqual(await revisionOf(folder), second);
      const { mtime } = await Deno.stat(`${folder}/b.ts`);
      await Deno.writeTextFile(`${folder}/b.ts`, "longer, at the same time");
      await Deno.utime(`${folder}/b.ts`, mtime!, mtime!);
      strictEqual((await revisionOf(folder)).dirty, true);
      await git(folder, "checkout", "-q", "b.ts");
      deepStrictEqual(await revisionOf(folder), second);
      await Deno.remove(`${folder}/inner/a_rather_long_name.ts`);
      strictEqual((await revisionOf(folder)).dirty, true);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

Deno.test("a linked working tree, a detached one and other indexes are read as git sees them", {
  ignore,
}, async () => {
  const folder = await Deno.makeTempDir();
  const main = `${folder}/main`;
  try {
    await Deno.mkdir(main);
    await git(main, "init", "-q", "-b", "main");
    for (const name of ["a.ts", "b.ts"]) await Deno.writeTextFile(`${main}/${name}`, name);
    await git(main, "add", ".");
    await git(main, "commit", "-q", "-m", "first");
    const revision = await git(main, "rev-parse", "HEAD");
    const clean = { revision, dirty: false };
    // Its branch stands in the folder that all trees share, loose and then packed.
    await git(main, "worktree", "add", "-q", "-b", "other", "../linked");
    deepStrictEqual(await revisionOf(`${folder}/linked`), clean);
    await git(main, "pack-refs", "--all");
    deepStrictEqual(await revisionOf(`${folder}/linked`), clean);
    await git(main, "worktree", "add", "-q", "--detach", "../detached");
    deepStrictEqual(await revisionOf(`${folder}/detached`), clean);
    await Deno.writeTextFile(`${folder}/detached/a.ts`, "other");
    deepStrictEqual(await revisionOf(`${folder}/detached`), { revision, dirty: true });
    deepStrictEqual(await revisionOf(`${folder}/linked`), clean);
    // A file that is not checked out makes an index of version 3.
    const linked = `${folder}/linked`;
    await git(linked, "update-index", "--skip-worktree", "a.ts");
    await git(linked, "commit", "-q", "--allow-empty", "-m", "second");
    const second = await git(linked, "rev-parse", "HEAD");
    await Deno.remove(`${linked}/a.ts`);
    deepStrictEqual(await revisionOf(linked), { revision: second, dirty: false });
    await Deno.writeTextFile(`${linked}/b.ts`, "changed");
    deepStrictEqual(await revisionOf(linked), { revision: second, dirty: true });
    await git(main, "update-index", "--index-version", "4");
    deepStrictEqual(await revisionOf(main), { revision, dirty: null });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test(
  "what the index has is held against the commit, wherever git keeps that",
  { ignore },
  async () => {
    const folder = await Deno.makeTempDir();
    const main = `${folder}/main`;
    try {
      await Deno.mkdir(`${main}/inner/deep`, { recursive: true });
      await git(main, "init", "-q", "-b", "main");
      const write = (name: string, text: string) => Deno.writeTextFile(`${main}/${name}`, text);
      await write("inner.ts", "beside a folder of that name");
      await write("inner/deep/a.ts", "deep");
      await write("run.sh", "may be executed");
      await Deno.chmod(`${main}/run.sh`, 0o755);
      await Deno.symlink("run.sh", `${main}/link`);
      // Messages so long and alike that the pack keeps some as differences, of numbers of several bytes.
      const message = Array.from({ length: 9000 }, (_, line) => `${line} of them`).join("\n");
      const commits: string[] = [];
      for (let i = 0; i < 8; i++) {
        await write("b.ts", `${i}`);
        await git(main, "add", ".");
        await write("../message", `${i}\n${message}`);
        await git(main, "commit", "-q", "-F", "../message");
        commits.push(await git(main, "rev-parse", "HEAD"));
      }
      const revision = commits.at(-1)!;
      const [clean, changed] = [{ revision, dirty: false }, { revision, dirty: true }];
      deepStrictEqual(await revisionOf(main), clean);
      // What was staged and is taken back leaves an index that knows its tree no more.
      await write("b.ts", "other");
      await git(main, "add", "b.ts");
      deepStrictEqual(await revisionOf(main), changed);
      await git(main, "restore", "--staged", "--worktree", "b.ts");
      deepStrictEqual(await revisionOf(main), clean);
      await write("b.ts", "other");
      await git(main, "stash", "-q", "--", "b.ts");
      deepStrictEqual(await revisionOf(main), clean);
      await git(main, "stash", "drop", "-q");
      // An index of another commit, whose tree git knows, and files as it has them.
      await git(main, "reset", "-q", "--soft", "HEAD~1");
      deepStrictEqual(await revisionOf(main), { revision: commits.at(-2), dirty: true });
      await git(main, "reset", "-q", "--hard", revision);
      // All of them from a pack, with differences from earlier and from later ones.
      await git(main, "gc", "-q");
      for (const references of ["true", "false"]) {
        await git(main, "-c", `repack.useDeltaBaseOffset=${references}`, "repack", "-adfq");
        const types = await git(
          main,
          "cat-file",
          "--batch-all-objects",
          "--batch-check=%(objecttype) %(deltabase)",
        );
        ok(/^commit 0*[1-9a-f]/m.test(types) && /^commit 0+$/m.test(types), types);
        for (const commit of commits) {
          await git(main, "checkout", "-q", "--detach", commit);
          deepStrictEqual(await revisionOf(main), { revision: commit, dirty: false });
        }
      }
      // A clone that borrows them, and one that has lost them.
      await git(folder, "clone", "-q", "--shared", "main", "borrows");
      deepStrictEqual(await revisionOf(`${folder}/borrows`), clean);
      await Deno.remove(`${folder}/borrows/.git/objects/info/alternates`);
      deepStrictEqual(await revisionOf(`${folder}/borrows`), { revision, dirty: null });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

Deno.test("the hash of the sources is over the path, the length and the bytes of each", async () => {
  const paths: string[] = [];
  const walk = (folder: string) => {
    for (const { name, isDirectory } of Deno.readDirSync(labRoot + folder)) {
      const path = `${folder}/${name}`;
      if (isDirectory) walk(path);
      else if (/\.(ts|tsx|js|jsx)$/.test(name) && !name.endsWith(".d.ts")) paths.push(path);
    }
  };
  for (const folder of hashedFolders) walk(folder);
  const hash = createHash("sha256");
  for (const path of paths.sort()) {
    const bytes = Deno.readFileSync(labRoot + path);
    hash.update(path).update("\0").update(String(bytes.length)).update("\0").update(bytes);
  }
  const { code } = await provenance();
  strictEqual(code.hash, hash.digest("hex"));
  const lock = createHash("sha256").update(Deno.readFileSync(`${labRoot}deno.lock`)).digest("hex");
  strictEqual(code.lock, lock);
});

Deno.test("all that trains and is trained lies in the folders whose files are hashed", async () => {
  const imported = new Set<string>();
  const notes = (path: string) => imported.add(moduleName(path)) !== undefined;
  const begins = ["lab/experiment/worker.ts", "registries.ts"].map((path) => labRoot + path);
  await hashOfModules(begins, labRoot, notes, codeOnce);
  const parts = [
    "lab/statistics/scores.ts",
    "agents/ppo.ts",
    "models/variational/vae.ts",
    "envs/entries.ts",
  ];
  for (const part of parts) ok(imported.has(part), part);
  // Experiments say what is trained, which the configuration holds.
  const folders = [...hashedFolders, "experiments"];
  deepStrictEqual(
    [...imported].filter((path) => !folders.some((folder) => path.startsWith(`${folder}/`))),
    [],
  );
});

Deno.test("the tasks that train read the folder that a .git file leads to, and nothing beside it", {
  ignore,
}, async () => {
  const root = fileURLToPath(new URL("../../../", import.meta.url));
  const { tasks } = JSON.parse(await Deno.readTextFile(`${root}deno.json`)) as {
    tasks: Record<string, { command?: string }>;
  };
  const commands = Object.values(tasks).flatMap(({ command = "" }) => command);
  const asking = commands.filter((command) => command.startsWith("GIT="));
  strictEqual(asking.length, 10);
  ok(asking.every((command) => /"--allow-read=\.,[^" ]*\$GIT"/.test(command)));
  const [set, ...others] = new Set(
    asking.map((command) => /^GIT=.*?; GIT=.*?; /.exec(command)![0]),
  );
  deepStrictEqual(others, []);
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    const [main, linked] = [`${folder}/main`, `${folder}/linked`];
    await Deno.mkdir(main);
    const given = async (place: string) => {
      const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["task", "--quiet", "--cwd", place, "given"],
        env: { NO_COLOR: "1" },
      }).output();
      return new TextDecoder().decode(stdout).trim() + new TextDecoder().decode(stderr);
    };
    const settings = { tasks: { given: `${set}echo "--allow-read=.,/tmp$GIT"` } };
    await Deno.writeTextFile(`${main}/deno.json`, JSON.stringify(settings));
    strictEqual(await given(main), "--allow-read=.,/tmp");
    await git(main, "init", "-q", "-b", "main");
    await git(main, "add", ".");
    await git(main, "commit", "-q", "-m", "first");
    await git(main, "worktree", "add", "-q", "--detach", linked);
    strictEqual(await given(main), "--allow-read=.,/tmp");
    strictEqual(await given(linked), `--allow-read=.,/tmp,${main}/.git`);
    // Without that folder it is told apart from a tree that there is none of.
    const script = `${linked}/revision.ts`;
    await Deno.writeTextFile(
      script,
      `import { revisionOf } from "${new URL("../../../lab/experiment/git.ts", import.meta.url)}";
       console.log(JSON.stringify(await revisionOf("${linked}")));`,
    );
    const read = async (...reads: string[]) => {
      const { stdout } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "--quiet", "--no-prompt", `--allow-read=${reads}`, script],
      }).output();
      return JSON.parse(new TextDecoder().decode(stdout));
    };
    const revision = await git(main, "rev-parse", "HEAD");
    deepStrictEqual(await read(linked, `${main}/.git`), { revision, dirty: false });
    const refused = { revision: null, dirty: null, refused: `${main}/.git/worktrees/linked` };
    deepStrictEqual(await read(linked), refused);
    // A branch stands in the folder that all trees share.
    await git(linked, "checkout", "-q", "-b", "other");
    deepStrictEqual(await read(linked, `${main}/.git/worktrees`), refused);
    await Deno.writeTextFile(`${linked}/.git`, "gitdir: /nowhere/at-all\n");
    strictEqual(await given(linked), "--allow-read=.,/tmp");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
