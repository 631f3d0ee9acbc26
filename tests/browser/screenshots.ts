/**
 * Takes the README's picture of the dashboard from a store's finished runs of agents:
 * `deno run -A tests/browser/screenshots.ts [STORE]`; without a store, of made-up runs.
 *
 * @module
 */
import { openStore } from "../../lab/store/sqlite_store.ts";
import type { Store } from "../../lab/store/store.ts";
import { createApp } from "../../web/app.ts";
import { build, openDashboard, root } from "../web/built.ts";
import { openBrowser } from "./chromium.ts";

const target = new URL("docs/images/dashboard.png", root).pathname;

/** The compare page of the finished agents. */
function pathOf(store: Store): string {
  const runs = store.runs().filter(({ status, manifest }) =>
    ["completed", "stopped"].includes(status) && "agent" in manifest.determined.configuration
  );
  return `/compare?${runs.map(({ id }) => `run=${id}`).join("&")}`;
}

async function take(store: Store): Promise<void> {
  const { handler } = createApp(store);
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  const browser = await openBrowser();
  try {
    const page = await browser.newPage({
      baseURL: `http://127.0.0.1:${server.addr.port}`,
      viewport: { width: 1280, height: 800 },
      colorScheme: "light",
    });
    await page.goto(pathOf(store));
    await page.waitForSelector("canvas");
    await page.waitForSelector("[data-connected=true]", { state: "attached" });
    const { bottom } = await page.locator(".statistics").evaluate((table) =>
      table.getBoundingClientRect().toJSON()
    );
    await page.setViewportSize({ width: 1280, height: Math.ceil(bottom) + 14 });
    await page.screenshot({ path: target });
  } finally {
    await browser.close();
    await server.shutdown();
  }
}

await build();
await Deno.mkdir(new URL(".", `file://${target}`), { recursive: true });
if (Deno.args.length > 0) {
  const store = openStore(Deno.args[0], { readOnly: true });
  await take(store);
  store.close();
} else {
  await using dashboard = await openDashboard();
  await take(dashboard.store);
}
console.log(`${target}: ${Math.round((await Deno.stat(target)).size / 1000)} kB`);
