/** The npm package holds JavaScript for every module of the lab, and works as it is. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as esbuild from "esbuild";
import { buildPackage, declare } from "../../package/build.ts";
import { template, templateKinds } from "../../cli/commands/new.ts";
import { registries } from "../../registries.ts";
import { bundled } from "../browser/bundle.ts";
import { capturedIo } from "../cli/captured_io.ts";
import { lacks, node } from "../programs.ts";

const root = new URL("../../", import.meta.url);

function* filesBelow(folder: string, prefix = ""): Generator<string> {
  for (const entry of Deno.readDirSync(folder)) {
    const path = `${prefix}${entry.name}`;
    if (entry.isDirectory) yield* filesBelow(`${folder}/${entry.name}`, `${path}/`);
    else yield path;
  }
}

/** The packages that modules of a folder import, by their names without subpaths. */
async function importedBy(folder: string, modules: readonly string[]): Promise<Set<string>> {
  const { metafile } = await esbuild.build({
    stdin: { contents: modules.map((path) => `import "./${path}";`).join(""), resolveDir: folder },
    ...{ bundle: true, packages: "external", platform: "node", format: "esm" },
    ...{ write: false, metafile: true, logLevel: "error" },
  });
  await esbuild.stop();
  const imports = Object.values(metafile.inputs).flatMap(({ imports }) => imports);
  return new Set(
    imports.filter(({ path, external }) => external && !path.startsWith("node:"))
      .map(({ path }) => /^(@[^/]+\/)?[^/]+/.exec(path)![0]),
  );
}

/**
 * What a program prints that is run in a folder; `INIT_CWD` as `deno task` sets it. One that hangs
 * ends after two minutes.
 */
async function printed(folder: string, ...line: [string, ...string[]]): Promise<string> {
  const [command, ...args] = line;
  const { stdout, stderr, success } = await new Deno.Command(command, {
    args,
    cwd: folder,
    env: { INIT_CWD: folder, NO_COLOR: "1" },
    signal: AbortSignal.timeout(120_000),
  }).output();
  ok(success, `${line.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

/** Trains under Node what is installed in a folder, and in a project that its command line makes there. */
async function trainInstalled(place: string): Promise<void> {
  const modules = `${place}/node_modules`;
  // What it depends on is the checkout's.
  for (const { name } of Deno.readDirSync(new URL("node_modules", root))) {
    if (name === "@types") continue;
    await Deno.symlink(fileURLToPath(new URL(`node_modules/${name}`, root)), `${modules}/${name}`);
  }
  // As it is with what TensorFlow.js depends on.
  const [types] = [...Deno.readDirSync(new URL("node_modules/.deno", root))]
    .filter(({ name }) => name.startsWith("@types+node@"));
  const nodeTypes = new URL(`node_modules/.deno/${types.name}/node_modules/@types/node`, root);
  await Deno.mkdir(`${modules}/@types`);
  await Deno.symlink(fileURLToPath(nodeTypes), `${modules}/@types/node`);
  await Deno.writeTextFile(`${place}/package.json`, '{ "type": "module", "private": true }');
  await Deno.writeTextFile(
    `${place}/program.mjs`,
    `import { defineExperiment, makeVectorEnv, resumeRun, startRun, train } from "reverie";
    import "reverie/blocks";
    const experiment = defineExperiment({
      name: "packed",
      environment: { id: "CartPole-v1" },
      agent: { name: "reinforce" },
      budget: 512,
      evaluation: { episodes: 1 },
    });
    const { digest, dispose } = await train(experiment);
    dispose();
    const refused = [
      () => train(experiment, { store: "runs" }),
      () => train(experiment, { backend: "native" }),
      () => train({ ...experiment, agent: { name: "a3c", workers: 2 } }),
      () => makeVectorEnv("Acrobot-v1", { count: 4, workers: 2 }),
      () => startRun({ name: "x" }),
      () => resumeRun("x"),
    ];
    const lines = [];
    for (const call of refused) {
      try {
        await call();
      } catch ({ name, message }) {
        lines.push(name + ": " + message);
      }
    }
    console.log(JSON.stringify({ digest, lines }));`,
  );
  const { digest, lines } = JSON.parse(await printed(place, ...node, "program.mjs"));
  match(digest, /^[0-9a-f]{64}$/);
  // What is Deno's, or needs the web's threads, is told in a line each.
  const threads = "as threads need the web's Worker, which this runtime lacks: use one";
  deepStrictEqual(
    lines,
    [
      "Cannot keep runs in a store as its files and locks need Deno: train without",
      "Cannot use the native backend as loading its library needs Deno: use wasm",
      `Cannot train a3c with 2 workers ${threads}`,
      `Cannot step Acrobot-v1 in 2 workers ${threads}`,
      "Cannot start a run as the files and locks of its store need Deno: use it",
      "Cannot go on with a run as the files and locks of its store need Deno: use it",
    ].map((line) => `InputError: ${line}`),
  );

  const cli = `${modules}/reverie/cli/main.js`;
  await printed(place, Deno.execPath(), "run", "-A", cli, "new", "project", "study");
  const study = `${place}/study`;
  // It may be moved with what it is installed in.
  const { tasks } = JSON.parse(await Deno.readTextFile(`${study}/deno.json`));
  ok(!JSON.stringify(tasks).includes(place));
  const endOf = (name: string) => tasks[name].command.split('"../node_modules/reverie/').at(-1);
  strictEqual(endOf("fetch"), 'cli/fetch/main.js"');
  strictEqual(endOf("experiment:isolated"), 'cli/main.js" --isolated');
  const [program, ...flags] = node;
  const byNode = await new Deno.Command(program, {
    args: [...flags, `${modules}/reverie/cli/start.js`, "runs"],
    cwd: place,
  }).output();
  strictEqual(byNode.code, 2);
  match(new TextDecoder().decode(byNode.stderr), /^error: Cannot start as .* needs Deno .*\n$/);
  for (const words of [["run", "cartpole-ppo", "--budget", "2k"], ["reproduce", "latest"], []]) {
    const bare = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", cli, ...words],
      cwd: place,
      env: { NO_COLOR: "1" },
    });
    const { code, stderr } = await bare.output();
    const said = `Cannot ${words[0] ?? "train"} as Deno must be started with ` +
      "--unstable-worker-options and --unstable-lazy-dynamic-imports, as npx reverie starts it";
    deepStrictEqual([code, new TextDecoder().decode(stderr)], [2, `error: ${said}\n`]);
  }
  const line = ["run", "first.ts", "--budget", "512", "--json"];
  const { runs } = JSON.parse(
    await printed(study, Deno.execPath(), "task", "-q", "experiment", ...line),
  );
  strictEqual(runs[0].status, "completed");
  const apart = await printed(study, Deno.execPath(), "task", "-q", "experiment:isolated", ...line);
  strictEqual(JSON.parse(apart).runs[0].digest, runs[0].digest);
}

/** Bundles for a page what is installed: what the page imports, and no worlds and options beside. */
async function bundleInstalled(place: string): Promise<void> {
  const contents = 'import { loadPolicy } from "reverie/page"; globalThis.load = loadPolicy;';
  const code = await bundled("", { stdin: { contents, resolveDir: place }, minify: true });
  ok(code.length < 60_000, `${code.length} bytes of script`);
}

/** Checks the types of every starting file in the project `study`, and that they are some. */
async function checkInstalled(place: string): Promise<void> {
  const study = `${place}/study`;
  for (const kind of templateKinds) {
    await Deno.writeTextFile(`${study}/my_${kind}.ts`, await template(kind, `own-${kind}`));
  }
  await Deno.writeTextFile(
    `${study}/typed.ts`,
    `import { train } from "reverie";
    import { tf } from "reverie/blocks";
    import { strictEqual } from "node:assert";
    strictEqual(1, 1);
    import { loadPolicy } from "reverie/page";
    // @ts-expect-error It takes a definition.
    train(1);
    // @ts-expect-error It is of numbers.
    tf.scalar({});
    // @ts-expect-error It takes bytes.
    await loadPolicy("file");`,
  );
  await printed(study, Deno.execPath(), "check", ".");
}

Deno.test({
  name: "the package has every module as JavaScript, and trains where it is installed",
  ignore: lacks("npx"),
  fn: async () => {
    const place = await Deno.makeTempDir();
    const out = `${place}/node_modules/reverie`;
    let declared: Promise<void> | undefined;
    try {
      await buildPackage(out, { declarations: false });
      const built = new Set(filesBelow(out));
      const typescript = [...built].filter((path) => path.endsWith(".ts"));
      deepStrictEqual(
        typescript.sort(),
        templateKinds.map((kind) => `cli/templates/${kind}.ts`).sort(),
        "starting files alone are TypeScript, as text",
      );
      const wanted = ["lab", "envs", "agents", "models", "experiments", "cli", "web"].flatMap((
        folder,
      ) => [...filesBelow(new URL(folder, root).pathname, `${folder}/`)]).map((path) =>
        path.startsWith("cli/templates/") ? path : path.replace(/\.tsx?$/, ".js")
      );
      deepStrictEqual(wanted.filter((path) => !built.has(path)), ["web/build.js"]);

      declared = declare(out);
      const manifest = JSON.parse(await Deno.readTextFile(`${out}/package.json`));
      for (const { default: file } of Object.values<{ default: string }>(manifest.exports)) {
        ok(built.has(file.slice(2)), file);
      }
      ok(built.has(manifest.bin.reverie));
      const { imports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
      for (const [name, version] of Object.entries(manifest.dependencies)) {
        strictEqual(imports[name], `npm:${name}@${version}`);
      }
      const code = [...built].filter((path) =>
        path.endsWith(".js") && !path.startsWith("web/dist/")
      );
      deepStrictEqual(
        Object.keys(manifest.dependencies).sort(),
        [...await importedBy(out, code)].sort(),
      );

      const { makeEnv, defineExperiment, train } = await import(
        pathToFileURL(`${out}/mod.js`).href
      );
      strictEqual(makeEnv("CartPole-v1").reset({ seed: 1 }).observation.length, 4);
      const { digest, dispose } = await train(
        defineExperiment({
          name: "packed",
          environment: { id: "CartPole-v1" },
          agent: { name: "ppo" },
          budget: 2048,
          evaluation: { episodes: 2 },
        }),
      );
      match(digest, /^[0-9a-f]{64}$/);
      dispose();
      const { createApp } = await import(pathToFileURL(`${out}/web/app.js`).href);
      const { openStore } = await import(pathToFileURL(`${out}/lab/store/sqlite_store.js`).href);
      const store = openStore(`${out}/runs`);
      const page = await createApp(store).handler(new Request("http://127.0.0.1/"));
      const [, client] = /src="(\/assets\/client-\w+\.js)"/.exec(await page.text())!;
      const served = await createApp(store).handler(new Request(`http://127.0.0.1${client}`));
      strictEqual(served.status, 200);
      await served.body.cancel();
      store.close();

      const { main } = await import(pathToFileURL(`${out}/cli/main.js`).href);
      const io = capturedIo({ folder: out });
      strictEqual(await main(["list", "--json"], io), 0);
      strictEqual(JSON.parse(io.written.out).experiments.length, registries.experiments.length);

      await trainInstalled(place);
      await bundleInstalled(place);
      await declared;
      await checkInstalled(place);
    } finally {
      await declared?.catch(() => {});
      await Deno.remove(place, { recursive: true });
    }
  },
});
