/** A reader who does whatever comes: on the page of every model and every world, and on all others. */
import { deepStrictEqual } from "node:assert";
import type { Browser } from "playwright-core";
import { experiments } from "../../experiments/mod.ts";
import { streamOf } from "../../lab/core/random.ts";
import type { ExperimentDefinition, ModelExperiment } from "../../lab/experiment/definition.ts";
import { train } from "../../lab/experiment/train.ts";
import { registries } from "../../registries.ts";
import { missing, openBrowser, patience } from "../browser/chromium.ts";
import { known, smallOf } from "../models/laboratory.ts";
import { build, type Dashboard, openDashboard } from "../web/built.ts";
import { readAtRandom } from "./reader.ts";

const [SEED, ACTS] = [23, 100];

/** The first experiment of every model, on little data, and every world. */
async function* kinds(): AsyncGenerator<ExperimentDefinition> {
  const all = await Promise.all(experiments.map((entry) => entry.load()));
  const often = { every: 200 };
  for (const entry of registries.models) {
    const found = all.find((each): each is ModelExperiment =>
      "model" in each && (each.model as { name: string }).name === entry.name
    );
    const data = registries.datasets.find(({ name }) => name === found?.dataset.name);
    // What reads files of the user's has none here.
    if (found === undefined || data === undefined || data.name === "images") continue;
    const [model, dataset] = [await entry.load(), await data.load()];
    // As many as there are kinds that a model is told.
    const few = known(dataset.configuration, { train: 256, validation: 40, test: 40 });
    const own = known(model.configuration, { judge: false, batchSize: 4 });
    yield {
      ...{ name: entry.name, budget: 400, evaluation: often },
      dataset: { ...found.dataset, ...few },
      model: { ...found.model, ...smallOf(model), ...own },
    } as ModelExperiment;
  }
  for (const { id } of registries.environments) {
    const evaluation = { ...often, episodes: 3 };
    yield { name: id, environment: { id }, agent: { name: "a2c" }, budget: 400, evaluation };
  }
}

let browser: Browser;
let dashboard: Dashboard;
let server: Deno.HttpServer<Deno.NetAddr>;

Deno.test.beforeAll(async () => {
  if (missing) return;
  await build();
  dashboard = await openDashboard({ readOnly: false });
  server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, dashboard.app.handler);
  browser = await openBrowser();
});

Deno.test.afterAll(async () => {
  if (missing) return;
  await browser.close();
  await server.shutdown();
  await dashboard[Symbol.asyncDispose]();
});

Deno.test({
  name: "whatever a reader does, no page breaks, hangs or asks for what is not there",
  ignore: missing,
  // The browser and the server outlive the test.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const paths: string[] = [];
    for await (const definition of kinds()) {
      const options = { registries, store: dashboard.store.location, seed: SEED };
      const { run, dispose } = await train(definition, options);
      dispose();
      paths.push(`/runs/${run!}`);
    }
    // Last the pages that can throw runs away.
    paths.push("/train", "/sweeps", "/compare", "/");
    const random = streamOf(SEED, "reader");
    for (const path of paths) {
      const baseURL = `http://127.0.0.1:${server.addr.port}`;
      const context = await browser.newContext({ baseURL });
      const page = await context.newPage();
      page.setDefaultTimeout(patience);
      const acts: string[] = [];
      const problems: string[] = [];
      const broke = (problem: string) =>
        problems.push(`${path}, after ${acts.slice(-3).join(", ")}: ${problem}`);
      page.on("pageerror", (error) => broke(`${error.stack}`));
      page.on("console", (message) => {
        // What is refused, as a tag of no letters, is told by the page.
        const isRefused = / status of 409 /.test(message.text());
        if (message.type() === "error" && !isRefused) broke(message.text());
      });
      page.on("dialog", (dialog) => void dialog.dismiss());
      await readAtRandom(page, path, { random, acts: ACTS }, (act) => acts.push(act));
      await page.evaluate(() => document.title);
      deepStrictEqual(problems, []);
      await context.close();
    }
    console.log(`${paths.length} pages, ${ACTS} acts each`);
  },
});
