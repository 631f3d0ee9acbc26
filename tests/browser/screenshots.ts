/**
 * Takes the documentation's pictures of the dashboard: `deno run -A tests/browser/screenshots.ts STORE`
 * trains what they show into a new store, in about a minute, or finds it in that store; names of
 * pictures after STORE take these alone.
 *
 * @module
 */
import type { Page } from "playwright-core";
import { launch } from "../../lab/experiment/launch.ts";
import { runSweep } from "../../lab/experiment/sweep/run.ts";
import { resolveSweep } from "../../lab/experiment/sweep/sweep.ts";
import { openStore } from "../../lab/store/sqlite_store.ts";
import type { Store } from "../../lab/store/store.ts";
import { registries } from "../../registries.ts";
import { createApp } from "../../web/app.ts";
import { Comparisons } from "../../web/comparisons.ts";
import { build, root } from "../web/built.ts";
import { openBrowser } from "./chromium.ts";

const folder = new URL("docs/images/", root).pathname;
const WIDTH = 1440;
/** Milliseconds that a policy or a model may take to appear. */
const PATIENCE = 120_000;

/** The id of a preset's run of seed 1, which is trained where the store has none. */
async function runOf(store: Store, reference: string): Promise<string> {
  const found = store.runs().find(({ name, digest, manifest }) =>
    name === reference && digest !== null && manifest.determined.seed === "1"
  );
  if (found !== undefined) return found.id;
  const [{ id }] = await launch([{ reference, seed: 1, backend: "auto" }], {
    ...{ store, registries, workers: 1 },
  });
  return id;
}

/** A sweep of twenty runs, which is trained where the store has none. */
async function sweep(store: Store): Promise<void> {
  if (store.runs().some(({ tags }) => tags.includes("sweep"))) return;
  const seeds = [1, 2, 3, 4, 5];
  const common = { backend: "auto", budget: 60_000 } as const;
  const runs = ["0.0002", "0.001", "0.005", "0.02"].flatMap((rate) =>
    seeds.map((seed) => ({
      ...{ ...common, reference: "cartpole-ppo-quick", seed, tags: ["sweep"] },
      set: [["agent.learningRate", rate], ["evaluation.every", "5000"]] as const,
    }))
  );
  await launch(runs, { store, registries, workers: 2 });
}

/** A sweep over two fields by the sampler that learns, which is trained where the store has none. */
async function tried(store: Store): Promise<string> {
  const name = "a2c-two-fields";
  if (store.sweepNames().includes(name)) return name;
  const definition = {
    ...{ name, experiment: "cartpole-a2c-quick", trials: 24, seeds: 1, judge: 3, budget: 20_000 },
    space: { "agent.learningRate": "log:1e-4..1e-1", "agent.gamma": "0.9..0.999" },
  };
  await runSweep(name, await resolveSweep(definition, registries), {
    ...{ store, registries, workers: 2 },
  });
  return name;
}

async function shoot(page: Page, name: string, bottom: string): Promise<void> {
  const { bottom: end } = await page.locator(bottom).last().evaluate((element) => {
    scrollTo(0, 0);
    return element.getBoundingClientRect().toJSON();
  });
  await page.setViewportSize({ width: WIDTH, height: Math.ceil(end) + 14 });
  await page.waitForTimeout(1500);
  const path = `${folder}${name}.png`;
  await page.screenshot({ path });
  console.log(`${path}: ${Math.round((await Deno.stat(path)).size / 1000)} kB`);
}

/** Draws on the page's pad, by strokes over its width and height. */
async function draw(page: Page, strokes: readonly (readonly [x: number, y: number][])[]) {
  const pad = page.locator(".pad canvas");
  await pad.scrollIntoViewIfNeeded();
  const drawn = () => pad.evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
  const empty = await drawn();
  const box = (await pad.boundingBox())!;
  for (const stroke of strokes) {
    for (const [i, [x, y]] of stroke.entries()) {
      await page.mouse.move(box.x + x * box.width, box.y + y * box.height, { steps: 6 });
      if (i === 0) await page.mouse.down();
    }
    await page.mouse.up();
  }
  if (await drawn() === empty) throw new Error("Cannot take the picture as the pad is empty");
}

/** A place on the page where the pole is: its colour is warm, near the upper end of the stage. */
async function poleOf(page: Page): Promise<{ x: number; y: number }> {
  const canvas = page.locator(".stages canvas");
  await canvas.scrollIntoViewIfNeeded();
  const box = (await canvas.boundingBox())!;
  const share = await canvas.evaluate((each: HTMLCanvasElement) => {
    const { width, height } = each;
    const row = each.getContext("2d")!.getImageData(0, Math.round(0.25 * height), width, 1).data;
    const warm = Array.from({ length: width }, (_, x) => x)
      .filter((x) => row[4 * x] - row[4 * x + 2] > 80);
    return warm[Math.floor(warm.length / 2)] / width;
  });
  return { x: box.x + share * box.width, y: box.y + 0.25 * box.height };
}

/** What is opened, and how it is brought to the picture, by the pictures' names. */
const pictures: Readonly<Record<string, (page: Page, store: Store) => Promise<void>>> = {
  async dashboard(page, store) {
    await sweep(store);
    await page.goto("/compare?filter=tag%3Dsweep");
    await page.locator(".settings-plot").last().waitFor();
    await page.waitForSelector("[data-connected=true]", { state: "attached" });
    await shoot(page, "dashboard", ".statistics:not(.settings)");
  },
  async runs(page, store) {
    await sweep(store);
    await page.goto("/");
    await shoot(page, "runs", ".runs tbody tr:nth-child(12)");
  },
  async policy(page, store) {
    await page.goto(`/runs/${await runOf(store, "cartpole-ppo-quick")}`);
    await page.waitForFunction(
      () => Number(document.querySelectorAll(".policy dd")[1]?.textContent) >= 40,
      undefined,
      { timeout: PATIENCE },
    );
    await page.locator("button", { hasText: "Pause" }).click();
    // Two kicks on the pole's right side, and what the policy makes of them.
    const place = await poleOf(page);
    for (let kick = 0; kick < 2; kick++) await page.mouse.click(place.x + 4, place.y);
    await page.locator(".pushed", { hasText: "Changed by hand" }).waitFor();
    for (let step = 0; step < 7; step++) await page.click("button[aria-label='One step']");
    await shoot(page, "policy", ".four");
  },
  async sweep(page, store) {
    await page.goto(`/sweeps/${await tried(store)}`);
    await page.locator(".settings-plot").last().waitFor();
    await shoot(page, "sweep", ".importance, .settings-plot");
  },
  async train(page) {
    await page.goto("/train?experiment=cartpole-ppo-quick&seed=3&agent.gamma=0.99");
    await page.locator("summary", { hasText: "agent" }).click();
    await page.locator("button", { hasText: "Start" }).click();
    await page.locator(".result .digest").waitFor({ timeout: PATIENCE });
    await page.locator(".stages canvas").waitFor({ timeout: PATIENCE });
    await shoot(page, "train", ".trained .front");
  },
  async model(page, store) {
    await page.emulateMedia({ colorScheme: "dark" });
    await page.goto(`/runs/${await runOf(store, "glyphs-vae-mixture-quick")}`);
    await page.locator(".explorer").scrollIntoViewIfNeeded();
    await page.locator(".code-map").waitFor({ timeout: PATIENCE });
    await draw(page, [[[0.28, 0.22], [0.7, 0.22], [0.44, 0.82]]]);
    await shoot(page, "model", ".explorer");
  },
};

await build();
const [location, ...names] = Deno.args;
if (location === undefined) throw new Error("Cannot take pictures as STORE is missing");
const unknown = names.find((name) => !(name in pictures));
if (unknown !== undefined) {
  throw new Error(`Cannot take a picture as it must be ${Object.keys(pictures)}: ${unknown}`);
}
const store = openStore(location);
const browser = await openBrowser();
try {
  using comparisons = new Comparisons(store.location);
  const { handler } = createApp(store, comparisons);
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  for (const name of names.length > 0 ? names : Object.keys(pictures)) {
    const page = await browser.newPage({
      baseURL: `http://127.0.0.1:${server.addr.port}`,
      viewport: { width: WIDTH, height: 900 },
      colorScheme: "light",
    });
    await pictures[name](page, store);
    await page.close();
  }
  await browser.close();
  await server.shutdown();
} finally {
  await browser.close();
  store.close();
}
