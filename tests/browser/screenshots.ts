/**
 * Takes the documentation's pictures of the dashboard: `deno run -A tests/browser/screenshots.ts STORE`
 * trains what they show into a new store, in about a minute, or finds it in that store.
 *
 * @module
 */
import type { Page } from "playwright-core";
import { launch } from "../../lab/experiment/launch.ts";
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

const names = { car: "mountaincarcontinuous-ppo", dream: "glyphs-vae-mixture-quick" };

/** Trains a sweep of twenty runs, a car that climbs its hill, and a model that dreams of digits. */
async function train(store: Store): Promise<{ car: string; dream: string }> {
  const found = (name: string) =>
    store.runs().find(({ name: own, digest, manifest }) =>
      own === name && digest !== null && manifest.determined.seed === "1"
    )?.id;
  const [oldCar, oldDream] = [found(names.car), found(names.dream)];
  if (oldCar !== undefined && oldDream !== undefined) return { car: oldCar, dream: oldDream };
  const seeds = [1, 2, 3, 4, 5];
  const common = { backend: "auto", budget: 60_000 } as const;
  const sweep = ["0.0002", "0.001", "0.005", "0.02"].flatMap((rate) =>
    seeds.map((seed) => ({
      ...{ ...common, reference: "cartpole-ppo-quick", seed, tags: ["sweep"] },
      set: [["agent.learningRate", rate], ["evaluation.every", "5000"]] as const,
    }))
  );
  const others = [names.car, names.dream].map((reference) => ({
    ...{ reference, seed: 1, backend: "auto" as const },
  }));
  await launch(sweep, { store, registries, workers: 2 });
  const [car, dream] = await launch(others, { store, registries, workers: 2 });
  return { car: car.id, dream: dream.id };
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

async function takeAll(page: Page, { car, dream }: { car: string; dream: string }): Promise<void> {
  await page.goto("/compare?filter=tag%3Dsweep");
  await page.locator(".settings-plot").last().waitFor();
  await page.waitForSelector("[data-connected=true]", { state: "attached" });
  await shoot(page, "dashboard", ".statistics:not(.settings)");
  await page.goto("/");
  await shoot(page, "runs", ".runs tbody tr:nth-child(12)");
  await page.goto(`/runs/${car}`);
  await page.waitForFunction(
    () => Number(document.querySelectorAll(".policy dd")[1]?.textContent) === 60,
    undefined,
    { timeout: PATIENCE },
  );
  await page.locator("button", { hasText: "Pause" }).click();
  await shoot(page, "policy", ".four");
  await page.goto("/train?experiment=cartpole-ppo-quick&seed=3&agent.gamma=0.98");
  await page.locator("summary", { hasText: "agent" }).click();
  await page.locator("button", { hasText: "Start" }).click();
  await page.locator(".result .digest").waitFor({ timeout: PATIENCE });
  await page.locator(".stages canvas").waitFor({ timeout: PATIENCE });
  await shoot(page, "train", ".trained .front");
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto(`/runs/${dream}`);
  await page.locator(".explorer").scrollIntoViewIfNeeded();
  const map = page.locator(".code-map");
  await map.waitFor({ timeout: PATIENCE });
  const drag = await page.locator(".pad canvas").boundingBox();
  const at = (x: number, y: number) =>
    [drag!.x + x * drag!.width, drag!.y + y * drag!.height] as const;
  await page.mouse.move(...at(0.3, 0.25));
  await page.mouse.down();
  for (const [x, y] of [[0.65, 0.25], [0.45, 0.8]]) {
    await page.mouse.move(...at(x, y), { steps: 9 });
  }
  await page.mouse.up();
  await shoot(page, "model", ".explorer");
}

await build();
const [location] = Deno.args;
if (location === undefined) throw new Error("Cannot take pictures as STORE is missing");
const store = openStore(location);
const browser = await openBrowser();
try {
  const runs = await train(store);
  console.log(`trained in ${Math.round(performance.now() / 1000)} s`);
  using comparisons = new Comparisons(store.location);
  const { handler } = createApp(store, comparisons);
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  const page = await browser.newPage({
    baseURL: `http://127.0.0.1:${server.addr.port}`,
    viewport: { width: WIDTH, height: 900 },
    colorScheme: "light",
  });
  await takeAll(page, runs);
  await browser.close();
  await server.shutdown();
} finally {
  await browser.close();
  store.close();
}
