/** The npm package holds JavaScript for every module of the lab, and works as it is. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { pathToFileURL } from "node:url";
import { buildPackage } from "../../package/build.ts";
import { templateKinds } from "../../cli/commands/new.ts";
import { registries } from "../../registries.ts";
import { capturedIo } from "../cli/captured_io.ts";

const root = new URL("../../", import.meta.url);

function* filesBelow(folder: string, prefix = ""): Generator<string> {
  for (const entry of Deno.readDirSync(folder)) {
    const path = `${prefix}${entry.name}`;
    if (entry.isDirectory) yield* filesBelow(`${folder}/${entry.name}`, `${path}/`);
    else yield path;
  }
}

Deno.test("the package has every module as JavaScript, and what package.json names", async () => {
  const out = await Deno.makeTempDir();
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

    const manifest = JSON.parse(await Deno.readTextFile(`${out}/package.json`));
    for (const { default: file } of Object.values<{ default: string }>(manifest.exports)) {
      ok(built.has(file.slice(2)), file);
    }
    ok(built.has(manifest.bin.reverie));
    const { imports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
    for (const [name, version] of Object.entries(manifest.dependencies)) {
      strictEqual(imports[name], `npm:${name}@${version}`);
    }
    ok("zod" in manifest.dependencies);

    const { makeEnv, defineExperiment, train } = await import(pathToFileURL(`${out}/mod.js`).href);
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
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});
