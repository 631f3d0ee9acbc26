/** Users' modules as scripts of a page: the one that a run was trained with, and no other file. */
import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { environmentOf } from "../../lab/core/define_environment.ts";
import { hashOfModule } from "../../lab/experiment/load.ts";
import { ownPartsOf } from "../../lab/experiment/own.ts";
import { asset } from "../../web/assets.ts";
import { stateOf } from "../../web/export/answer.ts";
import * as pageOfRun from "../../web/routes/runs/[id].tsx";
import { openWorld } from "../../web/player/world.ts";
import { playerOf } from "../../web/run_parts.ts";
import type { State } from "../../web/state.ts";
import { build, openDashboard, root } from "./built.ts";
import { addRun, manifestOf } from "./sample_store.ts";

await build();

const SECRET = "the combination is 12345";

const corridor = `
import { Box, defineEnvironment, defineExperiment, Discrete } from "reverie";
import { GOAL } from "./goal.ts";
export const world = defineEnvironment({
  id: "Corridor-v0",
  observationSpace: new Box({ low: 0, high: GOAL, shape: [1] }),
  actionSpace: new Discrete(2),
  timeLimit: 50,
  reset: (random) => random.integers(3),
  step: (position: number, action: number) => {
    const next = Math.max(0, position + (action === 1 ? 1 : -1));
    return { state: next, reward: next === GOAL ? 1 : -0.01, terminated: next === GOAL };
  },
  observe: (position) => Float32Array.of(position),
  scene: () => ({ view: [0, 0, 1, 1], background: "#ffffff", shapes: [] }),
});
export default defineExperiment({
  name: "corridor",
  environment: world,
  agent: { name: "a2c" },
  budget: 1000,
});
`;

/** A dashboard, and a folder with the module of a run. */
async function opened() {
  const dashboard = await openDashboard({ empty: true });
  const folder = `${dashboard.folder}/own`;
  await Deno.mkdir(folder);
  await Deno.writeTextFile(`${folder}/goal.ts`, "export const GOAL: number = 5;\n");
  await Deno.writeTextFile(`${folder}/corridor.ts`, corridor);
  await Deno.writeTextFile(`${dashboard.folder}/secret.ts`, `export default "${SECRET}";\n`);
  const runOf = (module: string, hash: string) => {
    const manifest = manifestOf({
      experiment: "corridor",
      configuration: { environment: { id: "Corridor-v0", own: true }, agent: { name: "a2c" } },
      seed: 1,
    });
    const definition = { module, hash };
    return dashboard.store.createRun({
      name: "corridor",
      manifest: { ...manifest, definition },
      ...{ tags: [], note: "" },
    }).id;
  };
  const get = async (path: string) => {
    const response = await dashboard.app.handler(new Request(`http://127.0.0.1${path}`));
    const { status, headers } = response;
    return { status, type: headers.get("content-type"), headers, text: await response.text() };
  };
  return { dashboard, folder, runOf, get };
}

Deno.test("a run's module becomes a script of the page's own lab", async () => {
  const { dashboard, folder, runOf, get } = await opened();
  await using _ = dashboard;
  const module = `${folder}/corridor.ts`;
  const run = runOf(module, await hashOfModule(module));
  const { status, type, headers, text } = await get(`/api/own?run=${run}`);
  strictEqual(status, 200, text);
  match(type!, /^text\/javascript/);
  // No page of elsewhere may load it.
  strictEqual(headers.get("cross-origin-resource-policy"), "same-origin");
  strictEqual(headers.get("x-content-type-options"), "nosniff");
  ok(!text.includes(dashboard.folder), text);

  const file = `${folder}/script.js`;
  await Deno.writeTextFile(file, text.replace(asset("reverie.js"), `${root}mod.ts`));
  const { default: definition } = await import(`file://${file}`);
  const world = environmentOf(ownPartsOf(definition).environment!);
  world.reset({ seed: 3 });
  let steps = 1;
  while (!world.step(1).terminated) steps++;
  ok(steps >= 3 && steps <= 5, String(steps));

  const page = (await get(`/runs/${run}`)).text;
  ok(page.includes(`&quot;own&quot;:{&quot;address&quot;:&quot;/api/own?run=${run}&quot;`));
  ok(page.includes("train it here"));
  const base = JSON.parse((await get(`/api/setting?run=${run}`)).text);
  deepStrictEqual(base.own, { address: `/api/own?run=${run}`, module, experiment: "corridor" });
});

Deno.test("a module's world is opened where its drawing can be drawn", async () => {
  const { dashboard, folder } = await opened();
  await using _ = dashboard;
  const worldOf = async (name: string, text: string) => {
    const file = `${folder}/${name}.ts`;
    await Deno.writeTextFile(file, text.replace('"reverie"', `"${root}mod.ts"`));
    const code = { address: `file://${file}`, module: file, experiment: "corridor" };
    return openWorld({ id: "Corridor-v0", own: true }, code);
  };
  strictEqual((await worldOf("drawn", corridor)).id, "Corridor-v0");
  await rejects(() => worldOf("undrawn", corridor.replace('background: "#ffffff", ', "")), {
    message: "Cannot draw the scene as its background must be a colour #rrggbb: undefined",
  });
});

Deno.test("what has changed since, or is gone, is not run, and the page says so", async () => {
  const { dashboard, folder, runOf, get } = await opened();
  await using _ = dashboard;
  const module = `${folder}/corridor.ts`;
  const run = runOf(module, await hashOfModule(module));
  const refused = async (reason: RegExp) => {
    const { status, text } = await get(`/api/own?run=${run}`);
    strictEqual(status, 404);
    match(text, reason);
    const page = (await get(`/runs/${run}`)).text;
    match(page, /The policy does not play here, as Corridor-v0 stands in a file of yours/);
    match(page, reason);
    ok(!page.includes("train it here"));
    ok(!page.includes("&quot;player&quot;:"));
    match((await get(`/api/setting?run=${run}`)).text, reason);
    return page;
  };
  const commands = ["resume", "evaluate"].map((word) => `deno task -q experiment ${word} ${run}`);
  const named = (page: string) => commands.filter((command) => page.includes(command));
  await Deno.writeTextFile(`${folder}/goal.ts`, "export const GOAL = 6;\n");
  await refused(/corridor\.ts has changed since the run was trained with it/);
  await Deno.writeTextFile(`${folder}/goal.ts`, "export const GOAL: number = 5;\n");
  strictEqual((await get(`/api/setting?run=${run}`)).status, 200);
  await Deno.writeTextFile(module, corridor.replace("0.01", "0.02"));
  const changed = await refused(/corridor\.ts has changed since the run was trained with it/);
  deepStrictEqual(named(changed), commands);
  await Deno.remove(module);
  // No command is offered that needs the file.
  const gone = await refused(/corridor\.ts is gone/);
  match(gone, /corridor\.ts is gone\. Put back there it plays again/);
  deepStrictEqual(named(gone), []);
});

Deno.test("the page of a run reads its module once, and of a world without an id none", async () => {
  const { dashboard, folder, runOf } = await opened();
  await using _ = dashboard;
  let read = 0;
  const own: State["own"] = {
    isGone: () => false,
    refusalOf: () => Promise.resolve(`it is read ${++read} times`),
    script: () => Promise.reject(),
  };
  const policies = { of: () => Promise.reject() };
  const pageOf = async (id: string) => {
    const state = { ...stateOf(dashboard.store, policies), own };
    const url = new URL(`http://127.0.0.1/runs/${id}`);
    const answer = await pageOfRun.handler(
      { req: new Request(url), url, params: { id }, state, events: () => new Response() },
    );
    const { unplayable, trainable } = answer.data as {
      readonly unplayable: string | undefined;
      readonly trainable: boolean;
    };
    return { unplayable, trainable, read };
  };
  const run = runOf(`${folder}/corridor.ts`, "");
  deepStrictEqual(await pageOf(run), {
    ...{ unplayable: "it is read 1 times", trainable: false, read: 1 },
  });
  // Another program's: its environment is no world of a module's.
  const logged = addRun(dashboard.store, {
    experiment: "torch-loop",
    configuration: { environment: { name: "ALE/Pong-v5" } },
    seed: 1,
  });
  deepStrictEqual(await pageOf(logged), { unplayable: undefined, trainable: true, read: 1 });
  strictEqual(playerOf(dashboard.store.find(logged)), undefined);
});

Deno.test("no other file is read out by a run that names it", async () => {
  const { dashboard, folder, runOf, get } = await opened();
  await using _ = dashboard;
  const right = await hashOfModule(`${folder}/corridor.ts`);
  const refused = async (run: string, reason: RegExp, query = "") => {
    const { status, text } = await get(`/api/own?run=${run}${query}`);
    strictEqual(status, 404, text);
    match(text, reason);
    ok(!text.includes(SECRET), text);
  };
  const other = /has changed since the run was trained with it/;
  await refused(runOf(`${dashboard.folder}/secret.ts`, right), other);
  await refused(runOf(`${folder}/../secret.ts`, right), other);
  await refused(runOf("../../../../../../etc/passwd", right), /it is no module/);
  await refused(runOf("/etc/passwd", right), /it is no module/);
  await refused(runOf("", right), /named no module/);
  await refused(runOf(folder, right), /it is no module/);
  await refused("../../etc/passwd", /no id begins with/, `&module=${dashboard.folder}/secret.ts`);

  // The right hash of a module that reaches for more than the hash is of.
  const reaches = async (name: string, source: string) => {
    const module = `${folder}/${name}.ts`;
    await Deno.writeTextFile(module, `${source}\nexport default secret;\n`);
    return runOf(module, await hashOfModule(module));
  };
  const named = `${dashboard.folder}/secret.ts`;
  const others = [named, `file://${named}`, "node:fs", "esbuild", "https://example.com/a"];
  const unseen = `import hidden from/**/"../secret.ts";`;
  const source = others.map((other, i) => `import secret${i} from "${other}";`).join("\n");
  const all = `it imports ${others.join(", ")}, ../secret.ts, which pages have not`;
  const instead =
    "(they have reverie, reverie/blocks, zod and files of yours): in the terminal it " +
    "runs, by deno task -q experiment evaluate";
  const run = await reaches(
    "far",
    `${source}\n${unseen}\nconst secret = [hidden, ${others.map((_, i) => `secret${i}`)}];`,
  );
  const { text } = await get(`/api/own?run=${run}`);
  strictEqual(
    text,
    `Cannot take the module of run ${run} to a page as ${all} ${instead} ${run}`,
  );
  await refused(await reaches("wrong", "const secret = ;"), /it cannot be read: Unexpected/);
});
