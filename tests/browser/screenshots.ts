/**
 * Takes the documentation's pictures of the dashboard:
 * `deno run -A tests/browser/screenshots.ts [STORE [RUN]]` compares the newest runs of a
 * store (without a store, made-up ones); with RUN, shows that run's policy at work.
 *
 * @module
 */
import type { Page } from "playwright-core";
import { openStore } from "../../lab/store/sqlite_store.ts";
import type { Store } from "../../lab/store/store.ts";
import { createApp } from "../../web/app.ts";
import { Comparisons } from "../../web/comparisons.ts";
import { build, openDashboard, root } from "../web/built.ts";
import { openBrowser } from "./chromium.ts";

const folder = new URL("docs/images/", root).pathname;

async function take(store: Store, run?: string): Promise<string> {
  using comparisons = new Comparisons(store.location);
  const { handler } = createApp(store, comparisons);
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  const browser = await openBrowser();
  try {
    const page = await browser.newPage({
      baseURL: `http://127.0.0.1:${server.addr.port}`,
      viewport: { width: 1280, height: 800 },
      colorScheme: "light",
    });
    return run === undefined ? await compare(page) : await play(page, run);
  } finally {
    await browser.close();
    await server.shutdown();
  }
}

async function compare(page: Page): Promise<string> {
  const path = `${folder}dashboard.png`;
  await page.goto("/compare");
  await page.waitForSelector("canvas");
  await page.waitForSelector("[data-connected=true]", { state: "attached" });
  const { bottom } = await page.locator(".statistics").evaluate((table) =>
    table.getBoundingClientRect().toJSON()
  );
  await page.setViewportSize({ width: 1280, height: Math.ceil(bottom) + 14 });
  await page.screenshot({ path });
  return path;
}

async function play(page: Page, run: string): Promise<string> {
  const path = `${folder}policy.png`;
  await page.goto(`/runs/${run}`);
  await page.waitForFunction(() =>
    Number(document.querySelectorAll(".policy dd")[1]?.textContent) === 60
  );
  await page.screenshot({ path });
  return path;
}

await build();
await Deno.mkdir(folder, { recursive: true });
const [location, run] = Deno.args;
let path: string;
if (location === undefined) {
  await using dashboard = await openDashboard();
  path = await take(dashboard.store);
} else {
  const store = openStore(location, { readOnly: true });
  path = await take(store, run);
  store.close();
}
console.log(`${path}: ${Math.round((await Deno.stat(path)).size / 1000)} kB`);
