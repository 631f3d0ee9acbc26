/**
 * Times the dashboard's pages in Chromium, and prints the rows as JSON: `bench/pages.ts` starts it.
 *
 * @module
 */
import type { Page } from "playwright-core";
import { defaultRng } from "../lab/core/random.ts";
import { launch } from "../lab/experiment/launch.ts";
import type { Store } from "../lab/store/store.ts";
import { registries } from "../registries.ts";
import { createApp } from "../web/app.ts";
import { Comparisons } from "../web/comparisons.ts";
import { hasChromium, openBrowser } from "./chromium.ts";
import { type Row, row, targetRow } from "./row.ts";
import { addWalk, emptyManifest, temporaryStore } from "./temporary_store.ts";

/** Runs that are compared, and points of each. */
const [RUNS, POINTS] = [20, 100_000];
/** Milliseconds that a page may take to its first content, and curves to be drawn. */
const [FIRST, DRAWN] = [300, 500];
/** Kilobytes that the first page may bring, compressed. */
const BYTES = 60;
/** Frames a second while a range is chosen; images a second that a code is decoded to. */
const [FRAMES, IMAGES] = [50, 60];
/** Steps a second that a policy may take at least where it is not drawn. */
const STEPS = 2000;
/** How many times the command line's time a training in the page may take. */
const SLOWER = 2;
/** Milliseconds for which frames are counted. */
const WHILE = 2000;

/** Runs of one group with a long series each. */
function fill(store: Store): void {
  const random = defaultRng(0);
  for (let seed = 1; seed <= RUNS; seed++) {
    const determined = { ...emptyManifest.determined, seed: String(seed) };
    const { id } = store.createRun({
      ...{ name: "bench", tags: [], note: "" },
      manifest: { ...emptyManifest, determined },
    });
    addWalk(store, id, POINTS, random);
  }
}

/** Milliseconds to the first content, and kilobytes of all that the page brought by then. */
async function firstPage(page: Page): Promise<{ paint: number; kilobytes: number }> {
  await page.goto("/");
  await page.waitForFunction(() =>
    performance.getEntriesByName("first-contentful-paint").length > 0 &&
    document.querySelector("[data-island]:not([data-ready])") === null
  );
  return await page.evaluate(() => {
    const [paint] = performance.getEntriesByName("first-contentful-paint");
    const brought = [
      ...performance.getEntriesByType("navigation"),
      ...performance.getEntriesByType("resource"),
    ] as PerformanceResourceTiming[];
    const bytes = brought.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
    return { paint: paint.startTime, kilobytes: bytes / 1000 };
  });
}

/** Milliseconds until curves are drawn. */
async function drawn(page: Page, path: string): Promise<number> {
  await page.goto(path);
  return await page.waitForFunction(
    () => {
      const canvas = document.querySelector<HTMLCanvasElement>(".uplot canvas");
      if (canvas === null) return false;
      const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
      return data.some((value) => value > 0) && performance.now();
    },
    undefined,
    { polling: "raf" },
  ).then((handle) => handle.jsonValue() as Promise<number>);
}

/** Frames a second while `move` is called with ever other numbers from 0 to 1. */
async function framesWhile(
  page: Page,
  move: (share: number) => Promise<unknown>,
): Promise<number> {
  const counting = page.evaluate((length) =>
    new Promise<number>((resolve) => {
      const start = performance.now();
      let frames = 0;
      requestAnimationFrame(function count(now) {
        frames++;
        if (now - start < length) requestAnimationFrame(count);
        else resolve(1000 * frames / (now - start));
      });
    }), WHILE);
  const start = performance.now();
  for (let i = 0; performance.now() - start < WHILE; i++) await move((i % 50) / 50);
  return await counting;
}

/** Milliseconds of training in the page, from the click, and on the command line's way. */
async function training(page: Page, store: Store): Promise<{ here: number; there: number }> {
  const experiment = "cartpole-ppo-quick";
  const [run] = await launch([{ reference: experiment, seed: 1, backend: "wasm" }], {
    ...{ store, registries, workers: 1 },
  });
  await page.goto(`/train?experiment=${experiment}&seed=1`);
  const start = page.locator("button:text-is('Start')");
  await start.waitFor();
  await page.waitForFunction(() =>
    document.querySelector<HTMLButtonElement>(".setting button[type=submit]")?.disabled === false
  );
  const clicked = performance.now();
  await start.click();
  await page.locator(".result .digest").waitFor();
  const here = performance.now() - clicked;
  return { here, there: 1000 * store.run(run.id)!.wallSeconds };
}

/** Steps a second of the policy that {@linkcode training} left in the store, undrawn. */
async function undrawn(page: Page, store: Store): Promise<number> {
  const run = store.runs().find(({ name }) => name === "cartpole-ppo-quick")!;
  await page.goto(`/runs/${run.id}`);
  await page.locator(".player").scrollIntoViewIfNeeded();
  await page.locator(".policy select").first().waitFor();
  await page.locator(".policy label:has-text('Speed') select").selectOption("undrawn");
  const rate = page.locator(".policy .figures div:has(dt:text-is('Steps a second')) dd");
  await rate.waitFor();
  await page.waitForTimeout(WHILE);
  // As the page says it: 25.3K.
  const [, figure, unit] = /^([\d.]+)([KM]?)$/.exec(await rate.innerText())!;
  return Number(figure) * { "": 1, K: 1e3, M: 1e6 }[unit as "" | "K" | "M"];
}

/** Images a second while a code is dragged over the map of a VAE. */
async function decoding(page: Page, store: Store): Promise<number> {
  const [run] = await launch([{
    reference: "glyphs-vae-quick",
    set: [["model.judge", "false"]],
    budget: 2000,
    seed: 1,
    backend: "wasm",
  }], { store, registries, workers: 1 });
  await page.goto(`/runs/${run.id}`);
  await page.locator(".explorer").scrollIntoViewIfNeeded();
  const map = page.locator(".code-map");
  await map.waitFor();
  await map.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await map.boundingBox())!;
  await page.mouse.move(x + width / 2, y + height / 2);
  await page.mouse.down();
  const rate = await framesWhile(
    page,
    (share) => page.mouse.move(x + width * (0.2 + 0.6 * share), y + height / 2),
  );
  await page.mouse.up();
  return rate;
}

/** All rows. */
async function* measured(): AsyncIterable<Row> {
  await using opened = await temporaryStore();
  const { store } = opened;
  fill(store);
  using comparisons = new Comparisons(store.location);
  comparisons.expect();
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    createApp(store, comparisons).handler,
  );
  const browser = await openBrowser();
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    baseURL: `http://127.0.0.1:${server.addr.port}`,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(300_000);
  try {
    await page.goto("/nowhere"); // the browser itself has started
    const { paint, kilobytes } = await firstPage(page);
    yield targetRow("first page in Chromium, contentful", paint, "ms", FIRST);
    yield targetRow("first page in Chromium, all that it loads", kilobytes, "kB", BYTES);

    const name = `${RUNS} runs × ${POINTS.toLocaleString("en")} points`;
    const path = "/compare?filter=name%3Dbench&metric=losses%2Floss";
    yield targetRow(`${name} compared, the first time`, await drawn(page, path), "ms", DRAWN);
    yield targetRow(`${name} compared, again`, await drawn(page, path), "ms", DRAWN);
    const box = (await page.locator(".uplot .u-over").first().boundingBox())!;
    const at = (share: number) => box.x + box.width * (0.1 + 0.8 * share);
    await page.mouse.move(at(0), box.y + box.height / 2);
    await page.mouse.down();
    const choose = (share: number) => page.mouse.move(at(share), box.y + box.height / 2);
    const frames = await framesWhile(page, choose);
    await page.mouse.up();
    yield targetRow(`${name}, frames while a range is chosen`, frames, "frames/s", FRAMES);

    const { here, there } = await training(page, store);
    yield row("PPO on CartPole in the page, from the click", here, "ms", {
      ...{ name: "command line", value: there, reach: 1 / SLOWER },
    });
    const steps = await undrawn(page, store);
    yield targetRow("a policy of CartPole played undrawn", steps, "steps/s", STEPS);
    const images = await decoding(page, store);
    yield targetRow("a code dragged over its map, images", images, "images/s", IMAGES);
  } finally {
    await browser.close();
  }
}

if (import.meta.main) {
  const rows: Row[] = [];
  if (hasChromium) {
    for await (const each of measured()) rows.push(each);
  }
  console.log(JSON.stringify(rows));
  // What the browser leaves open ends with the process.
  Deno.exit(0);
}
