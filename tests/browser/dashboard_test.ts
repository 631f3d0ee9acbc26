/** Every page and every island of the dashboard in a real browser. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { dirname } from "node:path";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { decode } from "fast-png";
import { startRun } from "../../mod.ts";
import { registries } from "../../registries.ts";
import { streamOf } from "../../lab/core/random.ts";
import { launch } from "../../lab/experiment/launch.ts";
import { build, type Dashboard, openDashboard } from "../web/built.ts";
import {
  addPoints,
  addRun,
  addSweep,
  agentConfiguration,
  setProgress,
  sheet,
  trainAgent,
} from "../web/sample_store.ts";
import { loadPolicy } from "../../agents/policy.ts";
import { cartpoleA2cQuick } from "../../experiments/quick_start_agents.ts";
import { train } from "../../lab/experiment/train.ts";
import { built } from "../../web/assets.ts";
import { pageFile, siteFiles } from "../../web/export/pages.tsx";
import { capsuleOf } from "../../web/export/take.ts";
import { Policies } from "../../web/policies.ts";
import { queryOf, settingOf } from "../../web/training/setting.ts";
import { missing, openBrowser, patience } from "./chromium.ts";
import { changes, shows } from "./soon.ts";

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

/** A test on a fresh page, on which nothing may go wrong. */
function test(
  name: string,
  body: (page: Page) => Promise<void>,
  { expected = [], ...options }: BrowserContextOptions & { expected?: string[] } = {},
): void {
  Deno.test({
    name,
    ignore: missing,
    // The browser and the server outlive each test.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const context = await browser.newContext({
        viewport: { width: 1280, height: 900 },
        baseURL: `http://127.0.0.1:${server.addr.port}`,
        ...options,
      });
      const problems: string[] = [];
      const page = await context.newPage();
      page.setDefaultTimeout(patience);
      page.on("console", (message) => {
        if (["error", "warning"].includes(message.type())) problems.push(message.text());
      });
      page.on("pageerror", (error) => problems.push(String(error)));
      page.on("request", (request) => {
        const { protocol, hostname } = new URL(request.url());
        if (protocol.startsWith("http") && hostname !== "127.0.0.1") problems.push(request.url());
      });
      try {
        await body(page);
        deepStrictEqual(problems, expected);
      } finally {
        await context.close();
      }
    },
  });
}

/** Opens a page and waits until every island is taken over and it hears from the server. */
async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await ready(page);
}

/** Waits until the page's islands answer and follow the store. */
async function ready(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    document.querySelector("[data-island]:not([data-ready])") === null &&
    document.querySelector("[data-connected=true]") !== null
  );
}

/** Waits until the page's address says so, or has this query: it follows a reader's hand. */
async function addressed(page: Page, wanted: RegExp | string): Promise<void> {
  await page.waitForURL(
    ({ href, search }) => typeof wanted === "string" ? search === wanted : wanted.test(href),
    { waitUntil: "commit" },
  );
}

/** What fingers that drag an element do to the page: `none` where the drag is the element's. */
function forFingers(dragged: Locator): Promise<string> {
  return dragged.evaluate((element) => getComputedStyle(element).touchAction);
}

/** Whether the browser would ask before the page is left. */
function asksBeforeLeaving(page: Page): Promise<boolean> {
  return page.evaluate(() => !dispatchEvent(new Event("beforeunload", { cancelable: true })));
}

/** Waits until the page has drawn `count` frames. */
async function frames(page: Page, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(drawn)));
  }
}

/** Texts of the first cells of the table's rows. */
const names = (page: Page) => page.locator(".runs tbody tr th a").allTextContents();

test("the first page brings at most 60 kB, compressed", async (page) => {
  await open(page, "/");
  const brought = await page.evaluate(() =>
    ["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind)).map(
      (entry) => {
        const { name, encodedBodySize } = entry as PerformanceResourceTiming;
        return [name, encodedBodySize] as const;
      },
    )
  );
  const bytes = brought.reduce((sum, [, size]) => sum + size, 0);
  ok(bytes > 10_000 && bytes <= 60_000, brought.map((each) => each.join(" ")).join("\n"));
});

test("a page names all the scripts that it begins with, so that none waits for another", async (page) => {
  // Not what a thread of the page's own runs, which comes when it comes.
  const parts = Object.values(built().parts).flat();
  for (const path of ["/", `/runs/${dashboard.runs["ppo-1"]}`, "/compare", "/sweeps", "/train"]) {
    await page.goto(path);
    await page.waitForFunction(() =>
      document.readyState === "complete" &&
      document.querySelector("[data-island]:not([data-ready])") === null
    );
    const late = await page.evaluate((parts) => {
      const named = [...document.querySelectorAll<HTMLLinkElement>("link[rel=modulepreload]")]
        .map(({ href }) => href);
      return performance.getEntriesByType("resource").map(({ name }) => name)
        .filter((name) => parts.includes(name.split("/").pop()!) && !named.includes(name));
    }, parts);
    deepStrictEqual(late, [], path);
  }
});

test("the runs page filters, keeps what is asked in its address, and sorts", async (page) => {
  await open(page, "/");
  const all = (await names(page)).length;
  ok(all >= 18, String(all));
  const heights = await page.locator(".runs tbody tr").evaluateAll((rows) =>
    rows.map((row) => Math.round(row.getBoundingClientRect().height))
  );
  deepStrictEqual(heights.filter((height) => Math.abs(height - 32) > 1), []);
  await page.fill("input[type=search]", "ppo status=completed and seed=1");
  await shows(() => names(page), ["cartpole-ppo"]);
  await page.reload();
  await shows(() => names(page), ["cartpole-ppo"]);
  await page.fill("input[type=search]", "no such run");
  await page.locator(".empty:has-text('No run matches')").waitFor();
  await page.fill("input[type=search]", "agent.learningrate<0.01");
  await page.locator(".problem:has-text('did you mean \"agent.learningRate\"')").waitFor();
  await page.fill("input[type=search]", "environment=CartPole-v1 evaluation/return_mean>400");
  await page.locator(".problem").waitFor({ state: "detached" });

  const results = async () =>
    (await page.locator(".runs tbody td:nth-child(5)").allTextContents()).map(Number);
  const head = page.locator("thead th:has-text('evaluation return mean')");
  strictEqual(await head.getAttribute("title"), "more is better");
  const sorted = async (order: string) => {
    await head.locator("button").click();
    await page.waitForFunction(() => document.querySelectorAll(".runs tbody tr").length > 1);
    await page.locator(`thead th[aria-sort=${order}]:has-text('evaluation return mean')`).waitFor();
    await page.waitForFunction((sign) => {
      const cells = [...document.querySelectorAll(".runs tbody td:nth-child(5)")]
        .map((each) => sign * Number(each.textContent));
      return cells.every((value, i) => i === 0 || cells[i - 1] <= value);
    }, order === "ascending" ? 1 : -1);
  };
  await sorted("descending"); // the better end first
  await sorted("ascending");
  ok((await results()).every((value) => value > 400));
  await addressed(page, /sort=evaluation/);
});

test("the heads Run, Status and figure sort by a click", async (page) => {
  await open(page, "/?columns=figure");
  const click = async (head: string, order: string) => {
    // Wherever in its cell.
    const cell = page.locator("thead th", { has: page.locator(`button:text-is('${head}')`) });
    await cell.click({ position: { x: 2, y: 3 } });
    await page.locator(`thead th[aria-sort=${order}]:has-text('${head}')`).waitFor();
  };
  const isSorted = async (texts: Locator, sign: number) => {
    const all = await texts.allTextContents();
    return all.length > 10 &&
      all.every((text, i) => i === 0 || sign * all[i - 1].localeCompare(text, "en") <= 0);
  };
  for (const [head, texts] of [["Run", "th a"], ["Status", ".status"]]) {
    for (const [order, sign] of [["ascending", 1], ["descending", -1]] as const) {
      await click(head, order);
      await shows(() => isSorted(page.locator(`.runs tbody ${texts}`), sign), true);
    }
  }
  // Returns, of which there are most, from the highest on; then the other metrics.
  await click("figure", "descending");
  const cells = page.locator(".runs tbody tr td[data-label=figure]");
  await shows(async () => {
    const figures = await cells.evaluateAll((all) =>
      all.map((cell) => cell.textContent!.split(/ (?=\S*$)/))
    );
    const returns = figures.filter(([metric]) => metric === "return");
    return returns.length > 10 &&
      figures.slice(0, returns.length).every((each, i) =>
        each[0] === "return" && (i === 0 || Number(figures[i - 1][1]) >= Number(each[1]))
      );
  }, true);
  await addressed(page, /sort=-figure/);
});

test("a column is as wide as it is drawn, also from the address", async (page) => {
  await open(page, "/");
  const head = page.locator("thead th:has-text('Run')").first();
  const width = async () => Math.round((await head.boundingBox())!.width);
  const grip = (await head.locator(".grip").boundingBox())!;
  const wanted = await width() + 60;
  await page.mouse.move(grip.x + 4, grip.y + 8);
  await page.mouse.down();
  await page.mouse.move(grip.x + 64, grip.y + 8, { steps: 3 });
  await page.mouse.up();
  await page.waitForURL(/widths=name/);
  const asWanted = async () => Math.abs(await width() - wanted) <= 2;
  await shows(asWanted, true);
  await page.reload();
  await ready(page);
  await shows(asWanted, true);
  deepStrictEqual(await findings(page, ".runs"), []);
  strictEqual(await forFingers(head.locator(".grip")), "none");
  await head.locator(".grip").dblclick();
  await page.waitForFunction(() => !location.search.includes("widths"));
});

test("the palette leads to a run by words, and leaves by Escape", async (page) => {
  await open(page, "/compare");
  await page.keyboard.press("Control+k");
  const palette = page.locator("dialog.palette");
  await palette.waitFor();
  await page.keyboard.press("Escape");
  await palette.waitFor({ state: "detached" });
  await page.locator(".palette-button").click();
  await palette.waitFor();
  await page.keyboard.type(dashboard.runs.vae);
  const run = palette.locator("li", { hasText: dashboard.runs.vae }).first();
  await run.waitFor();
  deepStrictEqual(await findings(page, "dialog.palette"), []);
  await run.click();
  await page.waitForURL(`**/runs/${dashboard.runs.vae}`);
  await ready(page);
  await page.keyboard.press("Control+k");
  await palette.waitFor();
  await page.keyboard.type("dark colours");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.documentElement.dataset.theme === "dark");
});

test("columns are added and taken away, runs grouped, and the address keeps both", async (page) => {
  await open(page, "/?filter=status%3Dcompleted");
  await page.click(".columns summary");
  await page.fill(".columns input", "agent.learningRate");
  await page.locator(".columns input").blur();
  await page.locator("thead th:has-text('agent.learningRate')").waitFor();
  await page.click("button[aria-label='Take evaluation/modes away']");
  await page.locator("thead th:has-text('evaluation modes')").waitFor({ state: "detached" });
  await page.fill("input[list=groups]", "agent");
  await page.locator("input[list=groups]").blur();
  const ppo = page.locator(".runs tbody tr:has(th a:text-is('ppo'))");
  await ppo.waitFor();
  await shows(() => ppo.innerText(), /3 runs.*498\.4.*495\.1 … 500/s);
  // Its returns, and its rates on the scale of all.
  await shows(() => ppo.locator("svg circle").count(), 6);
  await ppo.locator(".spark path").first().waitFor({ state: "attached" });
  await page.reload();
  await ppo.waitFor();
  await shows(() => page.locator("thead th:has-text('agent.learningRate')").count(), 1);
});

test("a grouped table cuts no name off, on a page or a phone", async (page) => {
  const { store } = dashboard;
  const runs = [0.1, 0.2, 0.3].flatMap((rate) =>
    ["first", "second"].map((method) => {
      const configuration = {
        aVeryLongNameOfASetting: rate,
        anotherLongNameOfASetting: 1 / rate,
        method: `the ${method} one of those that have a long name, and a longer one than most`,
        rate: rate === 0.1 ? rate : 7,
      };
      const run = addRun(store, { experiment: "long-names", configuration, seed: 1 });
      addPoints(store, run, 1, { "evaluation/return_mean": rate });
      setProgress(store, run, 1, { status: "completed" });
      return run;
    })
  );
  for (const width of [900, 390]) {
    await page.setViewportSize({ width, height: 900 });
    await open(page, "/?group=configuration&filter=long-names");
    await shows(() => names(page).then(({ length }) => length), 6);
    const cut = await page.locator(".runs tbody th").evaluateAll((cells) =>
      cells.filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth).length
    );
    strictEqual(cut, 0);
  }
  for (const run of runs) store.trash(run);
});

test("the runs page goes by keys", async (page) => {
  await open(page, "/");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  const chosen = () => page.locator(".runs tbody tr.chosen").count();
  await shows(chosen, 1);
  await page.locator(".runs tbody input").nth(4).click({ modifiers: ["Shift"] });
  await shows(chosen, 4);
  await page.keyboard.press("?");
  await page.locator("kbd").first().waitFor();
  const [, second] = await page.locator(".runs tbody th a").all();
  const href = await second.getAttribute("href");
  await page.keyboard.press("Enter");
  await page.waitForURL(`**${href}`);
  await page.goBack();
  await ready(page);
  await page.keyboard.press("/");
  await shows(
    () => page.evaluate(() => (document.activeElement as HTMLInputElement).type),
    "search",
  );
});

test("runs are starred, noted, trashed, and taken back", async (page) => {
  const { store, runs } = dashboard;
  const run = runs["reinforce-3"];
  await open(page, "/?filter=reinforce");
  const row = page.locator(`tr:has(a[href="/runs/${run}"])`);
  await row.locator("input").check();
  await page.click("button:text-is('Star')");
  await row.locator(".tag:text-is('starred')").waitFor();
  await page.click("button:text-is('Undo')");
  await row.locator(".tag:text-is('starred')").waitFor({ state: "detached" });
  await page.click("button:text-is('Move to the trash')");
  await row.waitFor({ state: "detached" });
  await page.click("button:text-is('Undo')");
  await row.waitFor();

  await open(page, `/runs/${run}`);
  await page.fill("textarea", "Too slow a rate.");
  await page.locator("textarea").blur();
  await page.locator(".own-note small:text-is('kept')").waitFor();
  strictEqual(store.run(run)!.note, "Too slow a rate.");
  await shows(() => page.inputValue("textarea"), "Too slow a rate.");
  // What is typed as the page is left goes along with the last request.
  await page.locator("textarea").pressSequentially(" Yes.");
  await page.locator(".own-note small:text-is('kept')").waitFor({ state: "detached" });
  await page.reload();
  await shows(() => Promise.resolve(store.run(run)!.note), "Too slow a rate. Yes.");
  await page.reload();
  await ready(page);
  await shows(() => page.inputValue("textarea"), "Too slow a rate. Yes.");
});

test("the trash follows the store, and what is restored there leads to its run", async (page) => {
  const { store } = dashboard;
  const sample = { experiment: "cartpole-old", configuration: agentConfiguration("ppo", 0.5) };
  const [run, other] = [1, 2].map((seed) => addRun(store, { ...sample, seed }));
  store.trash(run);
  await open(page, "/trash");
  const row = (id: string) => page.locator(`tbody tr:has(a[href="/runs/${id}"])`);
  await row(run).waitFor();
  store.trash(other);
  await row(other).waitFor();
  // By keys: the place of the button that goes away stays the keyboard's.
  await page.focus(`button[aria-label='Restore cartpole-old, run ${run}']`);
  await page.keyboard.press("Enter");
  await shows(() => page.locator("*:focus").evaluate((place) => place.localName), /^t/);
  await row(run).waitFor({ state: "detached" });
  await page.locator(`[role=status] a[href="/runs/${run}"]`).waitFor();
  store.purge();
  await page.locator("text=Nothing is in the trash").waitFor();
  store.trash(run);
  await row(run).waitFor();
  store.purge();
  await page.locator("text=Nothing is in the trash").waitFor();
});

test("runs that are chosen are compared", async (page) => {
  await open(page, "/");
  await page.fill("input[type=search]", "status=completed seed=2");
  await page.check("input[aria-label^='Choose cartpole-ppo, seed 2, ']");
  await page.check("input[aria-label^='Choose cartpole-a2c, seed 2, ']");
  await page.click("text=Compare 2 chosen");
  await page.waitForSelector("canvas");
  await shows(
    async () =>
      (await page.locator(".statistics:not(.settings) tbody th").allTextContents()).map((name) =>
        name.trim()
      ),
    ["cartpole-ppo", "cartpole-a2c"],
  );
  await addressed(page, /run=.*run=/);
});

test("a run appears and goes on while the runs page stands open", async (page) => {
  const { store } = dashboard;
  await open(page, "/");
  const configuration = agentConfiguration("ppo", 0.05);
  const run = addRun(store, { experiment: "cartpole-new", configuration, seed: 5 });
  const row = page.locator(`tr:has(a[href="/runs/${run}"])`);
  await row.waitFor();
  const lock = store.lock(run);
  addPoints(store, run, 100, { "evaluation/return_mean": 123 });
  setProgress(store, run, 100);
  await row.locator("text=123").waitFor();
  await row.locator("text=running").waitFor();
  setProgress(store, run, 390, { status: "completed" });
  await row.locator("text=completed").waitFor();
  lock[Symbol.dispose]();
  store.trash(run);
  await row.waitFor({ state: "detached" });
});

test("an empty store says what to type, and a loop of one's own fills it", async (page) => {
  const empty = await openDashboard({ empty: true });
  const own = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, empty.app.handler);
  try {
    const base = `http://127.0.0.1:${own.addr.port}`;
    await open(page, `${base}/`);
    await shows(() => page.locator("main").innerText(), /No run yet .*deno task -q experiment/);
    deepStrictEqual(await findings(page), []);

    const configuration = { optimizer: { rate: 0.1 } };
    const run = await startRun({ store: `${empty.folder}/runs`, name: "my-loop", configuration });
    run.log({ "losses/loss": 0.5 }, { examples: 32 });
    const link = page.locator(`a[href="/runs/${run.id}"]`);
    await link.waitFor();
    await page.locator("tr:has-text('my-loop'):has-text('running')").waitFor();
    await link.click();
    await ready(page);
    run.log({ "losses/loss": 0.25 }, { examples: 64 });
    await page.fill("input[type=search]", "loss");
    await page.locator("h3:has-text('losses loss')").waitFor();
    await shows(
      () => page.locator(".canvas:visible").first().getAttribute("aria-label"),
      /0\.25 at 64 examples/,
    );
    await page.fill("input[type=search]", "");
    run.event("the rate was halved");
    await page.locator("text=the rate was halved").first().waitFor();
    const picture = { width: 2, height: 2, channels: 1, pixels: new Uint8Array([0, 90, 180, 255]) };
    await run.image("samples", picture as Parameters<typeof run.image>[1]);
    await page.locator("img[alt='samples at iteration 2']").waitFor();
    run.finish();
    await page.locator(".status.completed").first().waitFor();
  } finally {
    await page.goto("about:blank"); // it listens no more
    await own.shutdown();
    await empty[Symbol.asyncDispose]();
  }
});

/** Right end of a chart's line by what the page says of it to who cannot see. */
const chart = (page: Page, name: string) =>
  page.locator(`.card:has(h3:has-text("${name}")) .canvas`);

test("curves, series, pictures and status grow while a run trains", async (page) => {
  const { store, runs } = dashboard;
  const run = runs.running;
  await open(page, `/runs/${run}`);
  const hero = chart(page, "evaluation return");
  await hero.locator("canvas").waitFor();
  await shows(
    () => hero.getAttribute("aria-label"),
    /training: .* at 51,200 environment steps/,
  );
  strictEqual(await page.locator(".gallery").count(), 0);

  const random = streamOf(4, "more");
  trainAgent(store, run, { random, best: 480, pace: 180, from: 200, until: 260 });
  addPoints(store, run, 260, { "losses/brand_new": 7 });
  await store.putArtifact(run, {
    name: "samples",
    iteration: 260,
    mediaType: "image/png",
    bytes: sheet(random, 0.7),
  });
  setProgress(store, run, 260);
  await page.locator(".canvas[aria-label*='at 66,560 environment steps']").first().waitFor();
  await page.fill("input[type=search]", "brand_new");
  await page.locator("h3:has-text('losses brand new')").waitFor();
  await page.fill("input[type=search]", "");
  await page.locator(".gallery img[alt='samples at iteration 260']").waitFor();
  await shows(() => page.locator(".figures").innerText(), /66,560/);
  store.appendEvents(run, 260, [{ level: "warning", message: "half of it is over" }]);
  await page.locator("text=half of it is over").waitFor();
  const resume = page.locator(".commands li", { hasText: `resume ${run}` });
  strictEqual(await resume.count(), 0);
  setProgress(store, run, 260, { status: "interrupted" });
  await resume.waitFor();
  setProgress(store, run, 260, { status: "running" });
  await resume.waitFor({ state: "detached" });
});

test("a zoom fetches its range, outlives new points and is undone", async (page) => {
  const { store, runs } = dashboard;
  await open(page, `/runs/${runs.killed}`);
  const ranged = page.waitForRequest((request) =>
    /name=losses%2Fvalue&.*[?&]from=\d+(\.\d+)?&to=\d/.test(request.url())
  );
  const plot = chart(page, "losses value").locator(".u-over");
  await plot.scrollIntoViewIfNeeded();
  const box = (await plot.boundingBox())!;
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * 0.3, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, y, { steps: 4 });
  await page.mouse.up();
  const card = page.locator(".card:has(h3:has-text('losses value'))");
  await card.locator("text=Zoom out").waitFor();
  // All charts of the run show the range, and so few points that each is read from the store.
  await page.waitForFunction(() =>
    document.querySelectorAll(".foot > .quiet").length ===
      document.querySelectorAll(".plot > .canvas").length
  );
  await ranged;
  addPoints(store, runs.killed, 500, { "losses/value": 3 });
  store.flush();
  await card.locator(".last:text-is('3')").waitFor();
  await card.locator("text=Zoom out").click();
  await chart(page, "losses value").and(page.locator("[aria-label*='128,000']")).waitFor();
  await card.locator("text=Zoom out").waitFor({ state: "detached" });
  await page.mouse.move(box.x + box.width * 0.5, y);
  await shows(() => card.locator(".readout").innerText(), /environment steps/);
});

test("charts show one x, what happened there, and a finger or a wheel zooms them", async (page) => {
  await open(page, `/runs/${dashboard.runs.diverged}`);
  const plots = page.locator(".run-figures .plot:visible");
  await plots.nth(1).locator("canvas").waitFor();
  await plots.first().locator(".u-over").scrollIntoViewIfNeeded();
  const box = (await plots.first().locator(".u-over").boundingBox())!;
  const y = box.y + box.height / 2;
  const told = (index: number) => plots.nth(index).locator(".readout").innerText();
  // The run was clipped at iteration 58 of 64.
  await shows(async () => {
    for (let x = 0.85; x < 0.97; x += 0.005) {
      await page.mouse.move(box.x + box.width * x, y);
      if (/gradient norm 310 was clipped/.test(await told(0))) return true;
    }
    return false;
  }, true);
  const place = /^[\d.,KM]+ environment steps/;
  await shows(() => told(1), place);
  const [one, other] = [await told(0), await told(1)].map((text) => text.match(place)![0]);
  strictEqual(one, other);

  const out = page.locator("button:visible:text-is('Zoom out')");
  await page.keyboard.down("Control");
  await page.mouse.wheel(0, -100);
  await page.keyboard.up("Control");
  await out.first().waitFor();
  await page.keyboard.down("Control");
  for (let i = 0; i < 4; i++) await page.mouse.wheel(0, 100);
  await page.keyboard.up("Control");
  await shows(() => out.count(), 0);

  const finger = await page.context().newCDPSession(page);
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", share?: number) => {
    const touchPoints = share === undefined ? [] : [{ x: box.x + box.width * share, y }];
    return finger.send("Input.dispatchTouchEvent", { type, touchPoints });
  };
  await touch("touchStart", 0.2);
  for (const share of [0.25, 0.4, 0.6]) await touch("touchMove", share);
  await touch("touchEnd");
  await out.first().waitFor();
});

test("keys go through a chart's points, zoom it, and what they find is told", async (page) => {
  const { store } = dashboard;
  const run = addRun(store, {
    ...{ experiment: "cartpole-keys", configuration: agentConfiguration("ppo", 0.3), seed: 1 },
  });
  for (let i = 1; i <= 40; i++) {
    addPoints(store, run, i, { "losses/value": i, "losses/policy": -i });
  }
  setProgress(store, run, 40, { status: "completed" });
  await open(page, `/runs/${run}`);
  const card = page.locator(".card:has(h3:has-text('losses value'))");
  const [canvas, told] = [card.locator(".canvas"), card.locator("[aria-live]")];
  await canvas.locator("canvas").waitFor();
  // The search comes before; the ring and what keys do are there for who comes by Tab alone.
  await canvas.evaluate((element) => (element as HTMLElement).focus());
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Tab");
  await shows(
    () => canvas.evaluate((element) => getComputedStyle(element).outlineStyle),
    "solid",
  );
  strictEqual(await card.locator(".chart-keys").isVisible(), true);
  const at = async (key: string, place: string, value: number) => {
    await page.keyboard.press(key);
    await shows(() => told.textContent(), `${place} environment steps: value ${value}.`);
    await shows(
      () => card.locator(".readout").innerText(),
      new RegExp(`^${place} [^\\d]*${value}$`),
    );
  };
  await at("ArrowRight", "256", 1);
  await at("ArrowRight", "512", 2);
  await at("Shift+ArrowRight", "3,072", 12);
  await at("ArrowLeft", "2,816", 11);
  await at("End", "10,240", 40);
  await at("Home", "256", 1);
  await at("Shift+ArrowRight", "2,816", 11);
  // The other charts of the run show the same x, and say nothing of it.
  const other = page.locator(".card:has(h3:has-text('losses policy'))");
  await shows(() => other.locator(".readout").innerText(), /environment steps[^]*-11$/);
  strictEqual(await other.locator("[aria-live]").textContent(), "");
  await page.keyboard.press("+");
  await shows(() => told.textContent(), /^Shown: 1,5\d\d to 6,5\d\d environment steps\.$/);
  await card.locator("text=Zoom out").waitFor();
  // The cursor stays where it was, and its next point is the one beside it.
  await at("ArrowRight", "3,072", 12);
  // Beyond the last point the stretch goes along, and so it does under a mouse with Shift.
  await at("End", "6,400", 25);
  await page.keyboard.press("ArrowRight");
  await shows(() => told.textContent(), /^Shown: 4,0\d\d to 9,0\d\d environment steps\.$/);
  await at("ArrowRight", "6,656", 26);
  const box = (await canvas.locator(".u-over").boundingBox())!;
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * 0.2, y);
  await page.keyboard.down("Shift");
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.7, y, { steps: 5 });
  await page.mouse.up();
  await page.keyboard.up("Shift");
  await shows(() => told.textContent(), /^Shown: 1,5\d\d to 6,5\d\d environment steps\.$/);
  for (let i = 0; i < 2; i++) await page.keyboard.press("-");
  await card.locator("text=Zoom out").waitFor({ state: "detached" });
  await page.keyboard.press("+");
  await card.locator("text=Zoom out").waitFor();
  await page.keyboard.press("Escape");
  await card.locator("text=Zoom out").waitFor({ state: "detached" });
  await shows(() => told.textContent(), "All is shown.");
  await shows(() => card.locator(".readout").innerText(), "environment steps");
  deepStrictEqual(await findings(page), []);
  store.trash(run); // Compare begins with what belongs to the newest one
});

test("hands and keys go on from where they are as points come between them", async (page) => {
  await open(page, `/runs/${dashboard.runs["ppo-1"]}`);
  const card = page.locator(".card:has(h3:has-text('losses value'))");
  const canvas = card.locator(".canvas");
  await canvas.locator("canvas").waitFor();
  await canvas.focus();
  /** Does it twice from when the points of a stretch stand in the page, before its next frame. */
  const twice = (hand: "key" | "wheel") =>
    canvas.evaluate((element, hand) =>
      new Promise<void>((done) => {
        const over = element.querySelector(".u-over")!;
        const key = () => element.dispatchEvent(new KeyboardEvent("keydown", { key: "+" }));
        const wheel = () => {
          const { left, top, width } = over.getBoundingClientRect();
          over.dispatchEvent(
            new WheelEvent("wheel", {
              ...{ deltaY: -120, ctrlKey: true },
              ...{ clientX: left + width / 2, clientY: top + 20 },
            }),
          );
        };
        const act = hand === "key" ? key : wheel;
        // What a key asks for is drawn at once; a wheel asks at rest, and frames come before.
        const between = async () => {
          for (let i = 0; i < 20; i++) await undefined;
          if (hand === "key") return;
          await new Promise((next) => requestAnimationFrame(() => setTimeout(next, 20)));
        };
        const observer = new MutationObserver(async () => {
          observer.disconnect();
          act();
          await between();
          act();
          done();
        });
        observer.observe(element, { attributeFilter: ["aria-label"] });
        key();
      }), hand);
  const shown = () => card.locator("[aria-live]").textContent();
  await twice("key");
  await shows(shown, "Shown: 43,824 to 56,272 environment steps.");
  await page.keyboard.press("Escape");
  await shows(shown, "All is shown.");
  await twice("wheel");
  await shows(shown, "Shown: 36,328 to 63,655 environment steps.");
});

test("what a page says to type is copied by a button", async (page) => {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page, `/runs/${dashboard.runs["ppo-1"]}`);
  const button = page.locator(".commands button[data-copy]").first();
  const text = (await button.getAttribute("data-copy"))!;
  match(text, /experiment/);
  await button.click();
  await page.locator("button[data-copy]:text-is('Copied')").waitFor();
  strictEqual(await page.evaluate(() => navigator.clipboard.readText()), text);
});

test("above three groups single seeds are those of the name that is pointed at", async (page) => {
  await open(page, "/compare?filter=tag%3Dagents+status%3Dcompleted");
  const canvas = page.locator(".compared canvas").first();
  await canvas.waitFor();
  const names = page.locator(".legend button");
  await shows(() => names.count(), 4);
  const seeds = page.locator("label:has-text('Single seeds') input");
  strictEqual(await seeds.isChecked(), false);
  const alone = await pixels(canvas);
  await names.first().hover();
  await changes(() => pixels(canvas), alone);
  await page.mouse.move(0, 0);
  await shows(() => pixels(canvas), alone);
  await seeds.check();
  await changes(() => pixels(canvas), alone);
});

test("axis, smoothing and search change the charts of a run", async (page) => {
  await open(page, `/runs/${dashboard.runs["ppo-1"]}`);
  const value = chart(page, "evaluation return");
  await value.locator("canvas").waitFor();
  await page.selectOption("label:has-text('X axis') select", "wallSeconds");
  await page.locator(".canvas[aria-label*='at 30.4 seconds']").first().waitFor();
  await page.locator("label:has-text('Smoothing') input").fill("0.1");
  await page.locator(".canvas[aria-label*='smoothed:']").first().waitFor();
  await page.fill("input[type=search]", "entropy");
  await page.locator(".charts .card h3:has-text('losses entropy')").waitFor();
  await shows(() => page.locator(".charts:visible .card").count(), 1);
  await page.click("summary:visible:has-text('Figures')");
  await shows(() => page.locator(".plot table:visible").innerText(), /smoothed/);
  for (const kind of ["CSV", "PNG", "SVG"]) {
    const saved = page.waitForEvent("download");
    await page.click(`button:visible:text-is('${kind}')`);
    const file = await saved;
    strictEqual(file.suggestedFilename(), `entropy.${kind.toLowerCase()}`);
    if (kind !== "PNG") continue;
    // What the SVG holds, title and legend included, at twice its size and on the card's ground.
    const { width, height, data, channels } = decode(await Deno.readFile(await file.path()));
    deepStrictEqual([width, height], [1440, 2 * (360 + 18)]);
    deepStrictEqual([...data.slice(0, channels)], [...new Array(channels).fill(255)]);
    const left = (y: number) => data.subarray(channels * width * y, channels * (width * y + 700));
    ok(left(36).some((value) => value < 128), "a title");
  }
});

test("a figure whose first digits are nines or zeros is drawn, and the page goes on", async (page) => {
  const { store } = dashboard;
  const run = addRun(store, {
    ...{ experiment: "cartpole-near", configuration: agentConfiguration("ppo", 0.4), seed: 1 },
  });
  for (let i = 1; i <= 50; i++) addPoints(store, run, i, { "losses/value": 1 - 1e-8 * i });
  setProgress(store, run, 50, { status: "completed" });
  await open(page, `/runs/${run}`);
  const card = page.locator(".card:has(h3:has-text('losses value'))");
  await card.locator("canvas").waitFor();
  ok((await pixels(card.locator("canvas"))).length > 0);
  await page.getByRole("button", { name: "Copy" }).first().click({ timeout: 3000 });
  store.trash(run);
});

test("an axis of iterations has no tick between two of them, a saved chart neither", async (page) => {
  const { store } = dashboard;
  const run = addRun(store, {
    ...{ experiment: "cartpole-short", configuration: agentConfiguration("ppo", 0.4), seed: 1 },
  });
  for (let i = 1; i <= 3; i++) addPoints(store, run, i, { "losses/value": i / 7 });
  setProgress(store, run, 3, { status: "completed" });
  const ticksOf = async (axis: string) => {
    await open(page, `/runs/${run}?axis=${axis}`);
    await page.locator(".card canvas").waitFor();
    await page.click("summary:visible:has-text('Figures')");
    const saved = page.waitForEvent("download");
    await page.click("button:visible:text-is('SVG')");
    const svg = await Deno.readTextFile(await (await saved).path());
    return [...svg.matchAll(/text-anchor="middle" >([^<]*)</g)].map(([, label]) => Number(label));
  };
  deepStrictEqual(await ticksOf("iterations"), [1, 2, 3]);
  ok(!(await ticksOf("wallSeconds")).every(Number.isInteger));
  store.trash(run);
});

test("a page is printed light, charts included, and without what is pressed", async (page) => {
  await open(page, `/runs/${dashboard.runs["ppo-1"]}`);
  const canvas = chart(page, "evaluation return").locator("canvas");
  await canvas.waitFor();
  const dark = await pixels(canvas);
  const shown = (of: string) => page.locator(of).filter({ visible: true }).count();
  ok(await shown("input") > 0 && await shown("nav a") > 0);
  await page.emulateMedia({ media: "print" });
  const paper = await changes(() => pixels(canvas), dark);
  deepStrictEqual([await shown("input, select, button"), await shown(".top nav a")], [0, 0]);
  ok(await shown(".card canvas") > 0);
  strictEqual(
    await page.locator(".card").first().evaluate((card) => getComputedStyle(card).backgroundColor),
    "rgb(255, 255, 255)",
  );
  await page.emulateMedia({ media: "screen" });
  await changes(() => pixels(canvas), paper);
}, { colorScheme: "dark" });

test("a logarithmic x axis stays in the address, and leaves out what stands at 0", async (page) => {
  const { store } = dashboard;
  const run = addRun(store, {
    ...{ experiment: "cartpole-early", configuration: agentConfiguration("ppo", 0.4), seed: 1 },
  });
  for (let i = 0; i <= 50; i++) addPoints(store, run, i, { "losses/value": i });
  setProgress(store, run, 50, { status: "completed" });
  await open(page, `/runs/${run}`);
  const card = page.locator(".card:has(h3:has-text('losses value'))");
  const canvas = card.locator("canvas");
  await canvas.waitFor();
  const linear = await pixels(canvas);
  await page.check("label:has-text('Log x axis') input");
  await card.locator("text=1 of 51 points stand at 0 or less, and are left out on this x axis.")
    .waitFor();
  await addressed(page, /\?xscale=log$/);
  const logarithmic = await changes(() => pixels(canvas), linear);
  // Halfway along from 256 to 12,800 stands √(256 · 12,800): the pointer reads 1,810 there.
  const box = (await card.locator(".u-over").boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await shows(() => card.locator(".readout").innerText(), /^1,8[01]\d[^]*7$/);
  await page.mouse.move(0, 0);
  await page.check("label:has-text('Log y axis') input");
  await addressed(page, /\?scale=log&xscale=log$/);
  await page.reload();
  await ready(page);
  strictEqual(await page.isChecked("label:has-text('Log x axis') input"), true);
  await page.uncheck("label:has-text('Log y axis') input");
  await shows(() => pixels(canvas), logarithmic);
  await page.uncheck("label:has-text('Log x axis') input");
  await shows(() => pixels(canvas), linear);
  await addressed(page, "");
  await page.check("label:has-text('Ignore outliers') input");
  await card.locator(
    "text=The y axis fits the middle 90 % of what is drawn, 2 to 48: all of it goes from 0 to 50.",
  ).waitFor();
  await addressed(page, "?outliers=ignored");
  await changes(() => pixels(canvas), linear);
  store.trash(run); // Compare begins with what belongs to the newest one

  await open(page, "/compare?filter=tag%3Dagents&xscale=log");
  strictEqual(await page.isChecked("label:has-text('Log x axis') input"), true);
  const compared = page.locator(".compared canvas").first();
  await compared.waitFor();
  const drawn = await pixels(compared);
  await page.uncheck("label:has-text('Log x axis') input");
  await changes(() => pixels(compared), drawn);
  await addressed(page, /^(?!.*xscale).*compare/);
});

test("values that are not finite are named beside the chart", async (page) => {
  await open(page, `/runs/${dashboard.runs.diverged}`);
  await page.fill("input[type=search]", "losses policy");
  await page.locator("text=first NaN at 15,616 environment steps").waitFor();
  await shows(() => page.locator(".card .last").innerText(), /NaN/);
});

test("sample sheets are gone through by a slider", async (page) => {
  await open(page, `/runs/${dashboard.runs.vae}`);
  const image = page.locator(".gallery img");
  await shows(() => image.getAttribute("alt"), "samples at iteration 100");
  const newest = await image.getAttribute("src");
  await page.locator(".gallery input").focus();
  await page.keyboard.press("Home");
  await shows(() => image.getAttribute("alt"), "samples at iteration 20");
  await changes(() => image.getAttribute("src"), newest);
  const width = await image.evaluate(async (element) => {
    const picture = element as HTMLImageElement;
    await picture.decode();
    return picture.naturalWidth;
  });
  strictEqual(width, 160);
});

test("the compare page changes metric and axis, hides groups, and says so in its address", async (page) => {
  await open(page, "/compare");
  // What stood in its place meanwhile has gone.
  strictEqual(await page.locator(".meanwhile").isVisible(), false);
  await page.waitForSelector("canvas");
  await page.selectOption("label:has-text('Metric') select", "losses/entropy");
  await page.locator("h2:has-text('losses entropy')").waitFor();
  await page.selectOption("label:has-text('X axis') select", "iterations");
  await page.locator(".canvas[aria-label*='iterations']").first().waitFor();
  await addressed(page, /metric=losses%2Fentropy/);
  const drawn = page.locator(".canvas[aria-label*='of each group.']");
  const before = await drawn.getAttribute("aria-label");
  await page.click(".legend button >> nth=0");
  await shows(() => page.getAttribute(".legend button >> nth=0", "aria-pressed"), "false");
  await changes(() => drawn.getAttribute("aria-label"), before);
  await page.reload();
  await page.locator("h2:has-text('losses entropy')").waitFor();
});

test("the compare page follows runs that train", async (page) => {
  const { store, runs } = dashboard;
  const run = runs.running;
  await open(page, `/compare?run=${run}&metric=evaluation/return_mean`);
  await page.waitForSelector("canvas");
  addPoints(store, run, 380, { "evaluation/return_mean": 456.5 });
  setProgress(store, run, 380);
  await page.locator(".statistics td b:text-is('456.5')").waitFor();
  await page.locator(".canvas[aria-label*='456.5 at 97,280']").waitFor();
});

/** Ratio of contrast of text to the ground beneath it, the least on the page (WCAG 2.2, 1.4.3). */
function leastContrast(): { ratio: number; text: string } {
  const parse = (color: string) => (color.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (color: number[]) => {
    const [r, g, b] = color.map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  let least = { ratio: 21, text: "" };
  for (const element of document.querySelectorAll<HTMLElement>("body *")) {
    const own = [...element.childNodes].some((node) =>
      node.nodeType === Node.TEXT_NODE && node.textContent!.trim() !== ""
    );
    if (!own || element.offsetParent === null) continue;
    let ground: HTMLElement | null = element;
    while (ground && parse(getComputedStyle(ground).backgroundColor)[3] === 0) {
      ground = ground.parentElement;
    }
    const [a, b] = [
      luminance(parse(getComputedStyle(element).color).slice(0, 3)),
      luminance(parse(getComputedStyle(ground ?? document.body).backgroundColor).slice(0, 3)),
    ].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < least.ratio) least = { ratio, text: element.outerHTML.slice(0, 120) };
  }
  return least;
}

const paths =
  () => ["/", `/runs/${dashboard.runs.diverged}`, `/runs/${dashboard.runs.vae}`, "/compare"];

for (const colorScheme of ["light", "dark"] as const) {
  test(`text on ${colorScheme} pages has a contrast of at least 4.5`, async (page) => {
    for (const path of paths()) {
      await open(page, path);
      const { ratio, text } = await page.evaluate(leastContrast);
      ok(ratio >= 4.5, `${path}: ${ratio.toFixed(2)} of ${text}`);
      const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      strictEqual(ground === "rgb(17, 14, 30)", colorScheme === "dark");
    }
  }, { colorScheme });
}

/** A small trained run with several checkpoints, made once. */
let trained: Promise<string> | undefined;

function trainedRun(): Promise<string> {
  trained ??= launch([{
    reference: "cartpole-dqn-quick",
    set: [
      ["evaluation.every", "1000"],
      ["checkpoint.everyIterations", "4"],
      ["checkpoint.keepLast", "5"],
    ],
    budget: 3000,
    seed: 1,
    backend: "auto",
  }], { store: dashboard.store, registries, workers: 1 }).then(([{ id }]) => id);
  return trained;
}

/** What the player's figures say: `Step`, `Return`, `Seed` and so on. */
const said = async (page: Page, name: string) =>
  await page.locator(`.policy dl > div:has(dt:text-is("${name}")) dd`).innerText();

/** What a canvas shows: it is drawn after the frame in which what it shows changed. */
async function pixels(canvas: Locator): Promise<string> {
  await frames(canvas.page(), 3);
  return await canvas.evaluate((each: HTMLCanvasElement) => each.toDataURL());
}

const picture = (page: Page, index = 0) => pixels(page.locator(".stages canvas").nth(index));

async function openPlayer(page: Page): Promise<void> {
  await open(page, `/runs/${await trainedRun()}`);
  await page.locator(".stages canvas").waitFor({ timeout: patience });
}

test("the trained policy plays, pauses, is stepped and taken back", async (page) => {
  await openPlayer(page);
  const panel = page.locator(".policy");
  await panel.locator("label:has-text('Speed') select").selectOption("0");
  await page.waitForFunction(() =>
    / of \d\d/.test(document.querySelector(".policy dl")!.textContent!)
  );
  await panel.locator("dt:text-is('Steps a second')").waitFor();
  await panel.locator("button", { hasText: "Pause" }).click();
  await frames(page, 3); // those under way
  const [standing, drawn] = [await said(page, "Step"), await picture(page)];
  await frames(page, 20);
  deepStrictEqual([await said(page, "Step"), await picture(page)], [standing, drawn]);

  await panel.locator("button", { hasText: "New episode" }).click();
  await panel.locator("button[aria-label='One step']").click();
  await shows(() => said(page, "Step"), "1");
  const first = await picture(page);
  await panel.locator("button[aria-label='One step']").click();
  await shows(() => said(page, "Step"), "2");
  await changes(() => picture(page), first);
  await panel.locator("button[aria-label='One step back']").click();
  await shows(() => said(page, "Step"), "1");
  await shows(() => picture(page), first);
  await shows(() => panel.locator(".strip").innerText(), /worth \(Q\).*left.*right/s);
  for (let i = 0; i < 4; i++) await panel.locator("button[aria-label='One step']").click();
  const back = panel.locator("button[aria-label='Play backwards']");
  await back.click();
  await shows(() => said(page, "Step"), "0");
  await shows(() => back.getAttribute("aria-pressed"), "false"); // it stands at the beginning
  await panel.locator("button[aria-label='One step']").click();
  await shows(() => picture(page), first);
  const bottom = (selector: string) =>
    page.locator(selector).last().evaluate((each) =>
      Math.round(each.getBoundingClientRect().bottom)
    );
  const below = async (a: string, b: string) => await bottom(a) - await bottom(b);
  await shows(() => below(".four .card", ".policy"), 0);
  await page.setViewportSize({ width: 1920, height: 900 });
  await shows(() => below(".front > .card", ".policy"), 0);
  await shows(async () => await below(".front > .card canvas", ".stages canvas") > 0, true);
  strictEqual(await panel.locator(".problem").count(), 0);
});

test("weights and gradients are seen tensor by tensor, checkpoint by checkpoint", async (page) => {
  await open(page, `/runs/${await trainedRun()}`);
  await page.click(".section summary:has-text('Gradients')");
  await page.locator(".histograms figcaption:has-text('/kernel')").first().waitFor();
  await shows(() => page.locator(".section:has(.histograms) .note").innerText(), /running mean/);
  await page.click(".section summary:has-text('Gradients')");
  await page.click(".section summary:has-text('Weights')");
  const first = page.locator(".histograms figure").first();
  await first.waitFor();
  const ends = () => first.locator(".ends").innerText();
  await shows(ends, /\d.* ± .*\d/s);
  const last = await ends();
  ok(await first.locator("rect").count() > 10);
  await page.locator(".section .playback input").press("Home");
  await changes(ends, last);
  deepStrictEqual(await findings(page, ".section:has(.histograms)"), []);
});

test("the pole is pushed and dragged, the world turned, and the episode says so", async (page) => {
  await openPlayer(page);
  const panel = page.locator(".policy");
  await panel.locator("button", { hasText: "Pause" }).click();
  await panel.locator("button", { hasText: "New episode" }).click();
  const pushed = () => panel.locator(".pushed").innerText();
  await shows(pushed, "");
  const before = await picture(page);
  const box = (await panel.locator("canvas").first().boundingBox())!;
  const [x, y] = [box.x + box.width / 2, box.y + box.height * 0.4];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 12, y, { steps: 5 });
  await page.mouse.up();
  const dragged = await changes(() => picture(page), before);
  await shows(pushed, /by hand from step 0 on/);
  await page.mouse.click(x + 14, y);
  await panel.locator("button[aria-label='One step']").click();
  await changes(() => picture(page), dragged);

  await panel.locator("button", { hasText: "New episode" }).click();
  await shows(pushed, "");
  await panel.locator("summary", { hasText: "Another world: constants" }).click();
  const gravity = panel.locator("label:has-text('gravity') input");
  strictEqual(await gravity.inputValue(), "9.8");
  await gravity.press("ArrowRight");
  await shows(pushed, /from step 0 on/);
  await shows(() => gravity.getAttribute("aria-valuetext"), /^9.948 m/);
  await panel.locator("label:has-text('come late') input").fill("4");
  await panel.locator("button", { hasText: "As it was trained in" }).click();
  await panel.locator("button", { hasText: "New episode" }).click();
  await shows(pushed, "");
  await shows(() => panel.locator("label:has-text('gravity') output").innerText(), /^9.8 m/);
});

test("on a phone the player's sliders are as long as its card, and all is high enough for a finger", async (page) => {
  const before = page.viewportSize()!;
  await page.setViewportSize({ width: 360, height: 780 });
  try {
    await openPlayer(page);
    const panel = page.locator(".policy");
    await panel.locator("summary", { hasText: "Another world: constants" }).click();
    const sizes = await panel.locator("input[type=range], button, summary, select").evaluateAll(
      (all) =>
        all.map((each) => {
          const { width, height } = each.getBoundingClientRect();
          return { isSlider: each.closest(".sliders") !== null && "min" in each, width, height };
        }),
    );
    ok(sizes.filter(({ isSlider }) => isSlider).length >= 7);
    deepStrictEqual(sizes.filter(({ height }) => height < 24), []);
    deepStrictEqual(sizes.filter(({ isSlider, width }) => isSlider && width < 240), []);
  } finally {
    await page.setViewportSize(before);
  }
});

test("checkpoints follow the slider, two play on one seed, a person beside them by keys", async (page) => {
  await openPlayer(page);
  const panel = page.locator(".policy");
  await panel.locator("button", { hasText: "Pause" }).click();
  const slider = panel.locator("input.checkpoint");
  await shows(() => slider.getAttribute("aria-valuetext"), /final/);
  await slider.focus();
  await page.keyboard.press("Home");
  await panel.locator("output:has-text('on the way')").first().waitFor({ timeout: patience });
  // The curve and the slider go together: a click near its end chooses the last one.
  const curve = page.locator(".front > .card .u-over");
  const { width, height } = (await curve.boundingBox())!;
  await curve.click({ position: { x: width - 30, y: height / 2 } });
  await shows(() => slider.getAttribute("aria-valuetext"), /final/);
  await slider.focus();
  await page.keyboard.press("Home");
  await panel.locator("output:has-text('on the way')").first().waitFor({ timeout: patience });
  const beside = panel.locator("label:has-text('Beside it') select");
  await beside.focus();
  await beside.selectOption("keys");
  await panel.locator(".keys button:has-text('← left')").waitFor();
  const alike = async () => await picture(page) === await picture(page, 1);
  await shows(alike, true);
  // One way and the other: wherever the episode was paused, the policy does not act the same.
  for (const key of ["ArrowLeft", "ArrowRight"]) {
    await page.keyboard.press(key);
    for (let i = 0; i < 5; i++) await panel.locator("button[aria-label='One step']").click();
  }
  await shows(alike, false);
  const options = await beside.locator("option").allTextContents();
  ok(options.some((text) => text.startsWith("final")), options.join());
  await beside.selectOption({ label: options.find((text) => text.startsWith("final"))! });
  const captions = panel.locator(".stages figcaption");
  await shows(
    async () => (await captions.allTextContents()).map((each) => each.split(",")[0]),
    ["on the way", "final"],
  );
  const stages = () => panel.locator(".stages canvas").count();
  await shows(stages, 2);
  const alone = await picture(page);
  await panel.locator("label:has-text('as a ghost')").click();
  await panel.locator("figcaption:has-text('pale, final')").waitFor();
  await shows(stages, 1);
  for (let i = 0; i < 8; i++) await panel.locator("button[aria-label='One step']").click();
  await changes(() => picture(page), alone);

  await panel.locator("summary:has-text('elsewhere')").click();
  const map = panel.locator(".policy-map canvas");
  await shows(() => map.getAttribute("aria-label"), "cart position, m and cart velocity, m/s");
  const drawn = () => pixels(map);
  const before = await drawn();
  await panel.locator("label:has-text('Across') select").selectOption("pole angle, rad");
  await shows(() => map.getAttribute("aria-label"), "pole angle, rad and cart velocity, m/s");
  await changes(drawn, before);
  await shows(() => panel.locator(".policy-map .legend").innerText(), /left\s+right\s+from/);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    deepStrictEqual(await findings(page, ".policy"), [], colorScheme);
  }
});

test("a world of cells shows what each is worth, where the policy goes, and where it was", async (page) => {
  const [{ id: run }] = await launch([{
    reference: "frozenlake-value-iteration",
    set: [],
    seed: 1,
    backend: "auto",
  }], { store: dashboard.store, registries, workers: 1 });
  await open(page, `/runs/${run}`);
  await page.locator(".player").scrollIntoViewIfNeeded();
  const panel = page.locator(".policy");
  await panel.locator("button", { hasText: "Pause" }).click();
  await panel.locator("button", { hasText: "New episode" }).click();
  for (let i = 0; i < 3; i++) await panel.locator("button[aria-label='One step']").click();
  await shows(() => said(page, "Step"), "3");
  const bare = await picture(page);
  const map = panel.locator("label:has-text('Map') select");
  await map.selectOption("values");
  const values = await changes(() => picture(page), bare);
  await panel.locator("label:has-text('Speed') select").selectOption("0");
  await panel.locator("button", { hasText: "Play" }).first().click();
  await shows(() => said(page, "Mean return"), / of \d/);
  await panel.locator("button", { hasText: "Pause" }).click();
  await map.selectOption("visits");
  await changes(() => picture(page), values);
  await map.selectOption("none");
  await changes(() => picture(page), values);
  deepStrictEqual(await findings(page, ".policy"), []);
});

test(
  "on a phone all rows that are shown are chosen by one box, with its words beside it",
  async (page) => {
    await open(page, "/?filter=cartpole-ppo");
    await page.getByText("all that are shown", { exact: true }).click();
    const count = await page.locator(".runs tbody tr").count();
    ok(count > 2);
    await shows(() => page.locator(".runs tbody tr.chosen").count(), count);
    await page.setViewportSize({ width: 1280, height: 844 });
    strictEqual(await page.getByText("all that are shown", { exact: true }).isVisible(), false);
  },
  { viewport: { width: 390, height: 844 } },
);

test("the episodes of the evaluation are played again, its worst one by a click", async (page) => {
  await openPlayer(page);
  const panel = page.locator(".policy");
  await panel.locator("button", { hasText: "episodes of its evaluation" }).click();
  const extremes = panel.locator(".extremes");
  await extremes.waitFor({ timeout: patience });
  await shows(
    () => extremes.innerText(),
    /of 100, mean .*to the bit what the run's evaluation says/s,
  );
  await extremes.locator("button", { hasText: "Worst" }).click();
  await shows(async () => Number(await said(page, "Seed")) > 1000, true);
});

test("no page is wider than a phone, and every control has a name", async (page) => {
  for (const path of paths()) {
    await open(page, path);
    // That of most phones, and the narrowest to which a page that is enlarged fourfold has to flow.
    for (const wanted of [375, 360, 320]) {
      await page.setViewportSize({ width: wanted, height: 812 });
      // Charts take their new width a moment later.
      const left = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      await shows(async () => `${path} at ${wanted}: ${await left()}`, `${path} at ${wanted}: 0`);
    }
    const nameless = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLInputElement>("input, select, button")]
        .filter((control) =>
          !control.labels?.length && !control.ariaLabel && !control.textContent?.trim()
        ).map((control) => control.outerHTML)
    );
    deepStrictEqual(nameless, []);
    // What scrolls sideways is shaded where there is more: behind covers that move along.
    const unshaded = await page.evaluate(() =>
      [...document.querySelectorAll(".scroll")]
        .filter((each) => !getComputedStyle(each).backgroundAttachment.startsWith("local, local"))
        .length
    );
    strictEqual(unshaded, 0);
  }
  await open(page, "/?group=configuration");
  await page.locator(".runs tbody td.number:visible").first().waitFor();
}, { viewport: { width: 375, height: 812 } });

test("below the drawing over settings nothing lies over anything, a row is as high as what is seen", async (page) => {
  const { store } = dashboard;
  const names = ["epsilon-greedy", "gradient", "thompson", "ucb"].map((name) => `${name}-bandit`);
  const runs = names.flatMap((name) =>
    Array.from({ length: 30 }, (_, seed) => {
      const configuration = agentConfiguration(name, 1e-3);
      const run = addRun(store, { experiment: name, configuration, seed, tags: ["many"] });
      addPoints(store, run, 1, { "evaluation/return_mean": seed });
      setProgress(store, run, 1, { status: "completed" });
      return run;
    })
  );
  const plot = page.locator(".settings-plot:not(.axes)").first();
  for (const width of [390, 500, 640, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    await open(page, "/compare?filter=tag%3Dmany");
    await plot.waitFor();
    const texts = await plot.locator("text").evaluateAll((all) =>
      all.map((each) => {
        const { left, right, top, bottom } = each.getBoundingClientRect();
        return { text: each.textContent!, left, right, top, bottom };
      })
    );
    deepStrictEqual(names.filter((name) => !texts.some(({ text }) => text === name)), []);
    const over = texts.flatMap((a, i) =>
      texts.slice(i + 1).filter((b) =>
        a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
      ).map((b) => `${width}: ${a.text} over ${b.text}`)
    );
    deepStrictEqual(over, []);
    const heights = texts.map(({ top, bottom }) => bottom - top);
    ok(heights.every((height) => height > 9 && height < 20), `${width}: ${heights}`);
    // Seeds that are scrolled out of sight stand in a line.
    const lines = await page.locator(".statistics .links").evaluateAll((cells) =>
      cells.map((cell) => {
        const range = document.createRange();
        range.selectNodeContents(cell);
        return range.getBoundingClientRect().height;
      })
    );
    ok(width > 1000 || lines.every((height) => height < 30), `${width}: ${lines}`);
  }
  for (const run of runs) store.trash(run);
});

test("a long name leaves room for its tags and settings, a long note is seen whole", async (page) => {
  const { store } = dashboard;
  const name = "a long name that goes on and on, as a careless student writes them once in a while";
  const note = "A very long note about what happened, of one paragraph. ".repeat(8);
  const runs = [1e-3, 1e-2].map((rate) => {
    const configuration = agentConfiguration("ppo", rate);
    const sample = { experiment: "named", configuration, seed: 1, note };
    const tags = ["a-rather-long-tag-that-somebody-chose", "two"];
    const run = addRun(store, rate === 1e-2 ? { ...sample, name, tags } : sample);
    // Each was measured once: none of its series has a line.
    addPoints(
      store,
      run,
      1,
      Object.fromEntries(["a", "b", "c", "d"].map((each) => [`other/${each}`, 1])),
    );
    addPoints(store, run, 1, { "other/e_of_several": 1 });
    addPoints(store, run, 2, { "other/e_of_several": 2 });
    setProgress(store, run, 2, { status: "completed" });
    return run;
  });
  await open(page, "/?filter=experiment%3Dnamed");
  const parts = page.locator(".called", { hasText: "careless" }).locator("*");
  await shows(() => parts.count(), 4);
  const seen = await parts.evaluateAll((all) => {
    const { right } = all[0].closest("th")!.getBoundingClientRect();
    return all.map((each) => {
      const box = each.getBoundingClientRect();
      return Math.min(right, box.right) - box.left >= Math.min(30, each.scrollWidth);
    });
  });
  deepStrictEqual(seen, [true, true, true, true]);
  const settings = await parts.last().evaluate((each) => each.scrollWidth - each.clientWidth);
  strictEqual(settings, 0);

  for (const width of [390, 640, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    await open(page, `/runs/${runs[1]}`);
    const area = page.locator(".own-note textarea");
    const left = () =>
      area.evaluate(({ scrollHeight, clientHeight }) => Math.max(0, scrollHeight - clientHeight));
    await shows(() => area.inputValue(), /^A very long note/);
    strictEqual(await left(), 0);
    const before = await area.evaluate(({ clientHeight }) => clientHeight);
    await area.pressSequentially("\nand\nmore");
    ok(await area.evaluate(({ clientHeight }) => clientHeight) > before);
    strictEqual(await left(), 0);
    // What has no room in a line of sparks is out of sight.
    const cut = await page.locator(".sparks").evaluateAll((all) =>
      all.flatMap((each) => {
        const { bottom } = each.getBoundingClientRect();
        return [...each.children].map((child) => child.getBoundingClientRect())
          .filter((box) => box.top < bottom && box.bottom > bottom + 1)
          .map(({ top }) => bottom - top);
      })
    );
    deepStrictEqual(cut, []);
  }
  for (const run of runs) store.trash(run);
});

test("charts of the compare page push nothing away as they are drawn", async (page) => {
  await page.addInitScript(() => {
    const seen: number[] = Object.assign(globalThis, { shifts: [] }).shifts;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        seen.push((entry as unknown as { value: number }).value);
      }
    }).observe({ type: "layout-shift", buffered: true });
  });
  await open(page, "/compare");
  await page.locator(".compared canvas").first().waitFor();
  await shows(() => page.evaluate(() => (globalThis as unknown as { shifts: [] }).shifts), []);
});

test("the pages work from the keyboard, with a ring on what has the focus", async (page) => {
  await open(page, "/");
  await page.keyboard.press("Tab");
  await shows(() => page.evaluate(() => document.activeElement?.textContent), "Skip to content");
  const outline = () => page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle);
  for (let i = 0; i < 6; i++) {
    await page.keyboard.press("Tab");
    await shows(outline, "solid");
  }
});

test("a server that goes away is reported, and heard again once it is back", async (page) => {
  const { store } = dashboard;
  await open(page, "/");
  const back = Promise.withResolvers<void>();
  let asked = 0;
  await page.route("**/api/live*", async (route) => {
    if (asked++ === 0) return await route.abort();
    await back.promise;
    await route.continue();
  });
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  const report = page.locator("text=The server does not answer");
  await report.waitFor();
  const configuration = agentConfiguration("ppo", 0.06);
  const run = addRun(store, { experiment: "cartpole-meanwhile", configuration, seed: 1 });
  back.resolve();
  await page.locator(`tr:has(a[href="/runs/${run}"])`).waitFor();
  await report.waitFor({ state: "detached" });
  store.trash(run);
}, { expected: ["Failed to load resource: net::ERR_FAILED"] });

test("what the policy bears is measured in the page, a line a checkpoint", async (page) => {
  await open(page, `/runs/${await trainedRun()}`);
  await page.locator(".player").scrollIntoViewIfNeeded();
  await page.locator(".stages canvas").waitFor({ timeout: 60_000 });
  await page.click("summary:has-text('How much it bears')");
  await page.selectOption("label:has-text('Turn') select", "noise");
  await page.click(".bears button:has-text('1K episodes')");
  const chart = page.locator(".bears .plot");
  await chart.waitFor({ timeout: patience });
  const isMeasured = page.locator("button:disabled:has-text('Another checkpoint adds a line')");
  await isMeasured.waitFor();
  // Until another policy's file has come, what was measured is that of the one that plays.
  const sent = Promise.withResolvers<void>();
  await page.route("**/api/policy?*", async (route) => {
    await sent.promise;
    await route.continue();
  });
  await page.locator(".checkpoint").fill("0");
  await shows(() => page.getAttribute(".checkpoint", "aria-valuetext"), /on the way/);
  strictEqual(await isMeasured.count(), 1);
  sent.resolve();
  await page.click(".bears button:has-text('1K episodes')");
  await page.waitForFunction(() =>
    document.querySelectorAll(".bears .readout .swatch, .bears .readout svg").length === 2
  );
});

/** A small trained model, made once. */
let dreaming: Promise<string> | undefined;

function dreamingRun(): Promise<string> {
  dreaming ??= launch([{
    reference: "glyphs-vae-quick",
    set: [
      ["dataset.train", "200"],
      ["dataset.validation", "20"],
      ["dataset.test", "60"],
      ["model.hiddenSizes", "[32]"],
      ["model.latentSize", "4"],
      ["model.judge", "false"],
    ],
    budget: 2000,
    seed: 1,
    backend: "auto",
  }], { store: dashboard.store, registries, workers: 1 }).then(([{ id }]) => id);
  return dreaming;
}

test("the pad stays where it is under a stroke, whatever is said beside it", async (page) => {
  await open(page, `/runs/${await dreamingRun()}`);
  await page.locator(".explorer").scrollIntoViewIfNeeded();
  const pad = page.locator(".pad canvas");
  await pad.waitFor({ timeout: patience });
  await pad.scrollIntoViewIfNeeded();
  const box = (await pad.boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + 20);
  await page.mouse.down();
  for (let y = 30; y < box.height - 20; y += 20) {
    await page.mouse.move(box.x + box.width / 2, box.y + y);
    deepStrictEqual(await pad.boundingBox(), box);
  }
  await page.mouse.up();
  // Of a fast machine, and of a larger font.
  await page.locator(".pair figcaption small").evaluate((said) => {
    said.textContent = "20,000,000 images a second, and more than that";
  });
  deepStrictEqual(await pad.boundingBox(), box);
});

test("the dream is dragged over its map, turned by sliders, drawn, and mixed", async (page) => {
  await open(page, `/runs/${await dreamingRun()}`);
  await page.locator(".explorer").scrollIntoViewIfNeeded();
  const map = page.locator(".code-map");
  await map.waitFor({ timeout: patience });
  await map.scrollIntoViewIfNeeded(); // below sheets of any height
  const decoded = () => pixels(page.locator(".pair .picture").first());
  const first = await decoded();
  const box = (await map.boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.2, box.y + box.height * 0.2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.8, box.y + box.height * 0.7, { steps: 4 });
  await page.mouse.up();
  const dragged = await changes(decoded, first);
  await page.locator(".latents input").first().fill("0");
  await changes(decoded, dragged);
  strictEqual(await page.locator(".latents input").count(), 4);

  await page.click("button:text-is('Keep as A')");
  const pad = (await page.locator(".pad canvas").boundingBox())!;
  const before = await map.getAttribute("aria-label");
  await page.mouse.move(pad.x + pad.width / 2, pad.y + 20);
  await page.mouse.down();
  await page.mouse.move(pad.x + pad.width / 2, pad.y + pad.height - 20, { steps: 5 });
  await page.mouse.up();
  await changes(() => map.getAttribute("aria-label"), before);
  await page.click("button:text-is('Keep as B')");
  await page.locator(".row[aria-label='Between A and B'] button").nth(8).click();
  const mixed = await decoded();
  await page.locator("button:text-is('Add')").click();
  await changes(decoded, mixed);
  await shows(() => page.locator(".row.samples .picture").count(), 24);
  const near = page.locator(".explore .row:not([aria-label]) button");
  await shows(() => near.count(), 8);
  const added = await decoded();
  await near.last().click();
  await changes(decoded, added);

  // The map is over the coordinates that are chosen, as they are counted on the page.
  const coordinates = page.locator("select[aria-label='Coordinate']");
  for (const axes of [["4", "2"], ["1", "3"], ["2", "1"]]) {
    for (const [i, label] of axes.entries()) await coordinates.nth(i).selectOption({ label });
    const [across, up] = axes;
    await shows(
      () => map.getAttribute("aria-label"),
      new RegExp(`^Codes over coordinates ${across} and ${up};`),
    );
  }
});

test("a model under labels draws those that are asked for, and the judge says what it sees", async (page) => {
  const [{ id: run }] = await launch([{
    reference: "glyphs-conditional-vae",
    // Of its training examples as they are there is a judge already.
    set: [
      ["dataset.validation", "20"],
      ["dataset.test", "60"],
      ["model.hiddenSizes", "[16]"],
      ["model.latentSize", "2"],
      ["model.judge", "false"],
    ],
    budget: 1000,
    seed: 1,
    backend: "wasm",
  }], { store: dashboard.store, registries, workers: 1 });
  await open(page, `/runs/${run}`);
  await page.locator(".explorer").scrollIntoViewIfNeeded();
  const sample = () => pixels(page.locator(".row.samples .picture").first());
  const zero = await sample();
  await page.selectOption("label:has-text('Under the label') select", { index: 7 });
  await changes(sample, zero);

  await page.click("button:text-is('What does the judge see?')");
  const bars = page.locator(".explore .bars li");
  await bars.nth(9).waitFor({ timeout: patience });
  strictEqual(await bars.count(), 10);
  const shares = () =>
    bars.locator("meter").evaluateAll((all) => all.map((each) => (each as HTMLMeterElement).value));
  const before = await shares();
  const sum = before.reduce((total, share) => total + share, 0);
  ok(Math.abs(sum - 1) < 1e-4, String(before));
  await page.selectOption("label:has-text('Under the label') select", { index: 1 });
  await changes(shares, before);
  deepStrictEqual(await findings(page, ".explorer"), []);
});

let axeSource: Promise<string> | undefined;

/** What axe finds on a page, or in a part of it, as `rule: element`. */
async function findings(page: Page, part = "html"): Promise<string[]> {
  axeSource ??= Deno.readTextFile(
    new URL("../../node_modules/axe-core/axe.min.js", import.meta.url),
  );
  await page.evaluate(await axeSource);
  return await page.evaluate(async (part) => {
    const { axe } = globalThis as unknown as {
      axe: { run(part: string, options: object): Promise<{ violations: Violation[] }> };
    };
    type Violation = { id: string; nodes: { html: string }[] };
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const { violations } = await axe.run(part, { runOnly: { type: "tag", values: tags } });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html }) => `${id}: ${html.slice(0, 140)}`)
    );
  }, part);
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`axe finds nothing on ${colorScheme} pages`, async (page) => {
    const played = [await trainedRun(), await dreamingRun()].map((run) => `/runs/${run}`);
    for (const path of [...paths(), ...played, "/?group=configuration", "/nowhere"]) {
      if (path === "/nowhere") await page.goto(path);
      else await open(page, path);
      if (played.includes(path)) {
        await page.locator(".player, .explorer").scrollIntoViewIfNeeded();
        await page.locator(".stages canvas, .code-map").first().waitFor({ timeout: patience });
      }
      deepStrictEqual(await findings(page), [], path);
    }
  }, {
    colorScheme,
    expected: ["Failed to load resource: the server responded with a status of 404 (Not Found)"],
  });
}

test(
  "a sweep shows its trials, what matters and what to run next, and follows its runs",
  async (page) => {
    addSweep(dashboard.store, "rates", 3);
    await page.goto("/sweeps");
    match(await page.locator("tbody tr").innerText(), /rates.*3 of 12, not over/s);
    deepStrictEqual(await findings(page), []);
    await page.click("text=rates");
    await ready(page);
    const trials = () => page.locator(".settings-plot .trial").count();
    await shows(trials, 3);
    await shows(() => page.locator("tbody tr").count(), 12);
    addSweep(dashboard.store, "rates"); // as if it had gone on
    await shows(trials, 12);
    await shows(() => page.locator("tbody tr").first().innerText(), /best/);
    await shows(() => page.locator(".bars").innerText(), /^agent.learningRate/);
    await shows(() => page.locator(".commands").innerText(), /upper end.*--seeds 10 --seed 101/s);
    deepStrictEqual(await findings(page), []);
    ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 390);
    await page.click("text=their curves");
    await ready(page);
    await shows(() => page.locator(".conclusion, .legend").first().innerText(), /./);
  },
  { viewport: { width: 390, height: 844 } },
);

test(
  "a page on a phone trains what its address says, to the command line's digest",
  async (page) => {
    const fields = {
      "agent.gamma": "0.9",
      "evaluation.every": "600",
      "evaluation.episodes": "3",
    };
    const address = new URLSearchParams({
      ...{ experiment: "cartpole-a2c-quick", seed: "4", budget: "1200" },
      ...fields,
    });
    await page.goto(`/train?${address}`);
    await page.locator(".ahead canvas[aria-label='CartPole-v1 as an episode begins']").waitFor();
    await shows(() => page.locator(".ahead dl").innerText(), /at most 1,200 environment steps/);
    const gamma = page.locator("input[id='field-agent.gamma']");
    await page.locator("summary:has-text('agent')").click();
    await shows(() => gamma.inputValue(), "0.9");
    await gamma.fill("2");
    await gamma.blur();
    const wrong = page.locator(".field:has(input[id='field-agent.gamma']) .problem");
    await shows(
      () => wrong.innerText(),
      "Cannot set agent.gamma as it must be number, 0 … 1: 2",
    );
    await addressed(page, /agent\.gamma=2/);
    await shows(() => page.locator("button:text-is('Start')").isDisabled(), true);
    await gamma.fill("0.990");
    await gamma.blur();
    await wrong.waitFor({ state: "detached" });
    const changed = page.locator(".field.changed:has(input[id='field-agent.gamma'])");
    await changed.waitFor({ state: "detached" });
    await gamma.fill("0.9");
    await gamma.blur();
    await changed.waitFor();
    await addressed(page, `?${queryOf(settingOf(address))}`);
    deepStrictEqual(await findings(page), []);

    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await page.locator("#seed").press("Enter");
    await page.locator(".result .digest").waitFor();
    await page.locator(".player").scrollIntoViewIfNeeded();
    await page.locator(".stages canvas").waitFor();
    await page.locator(".strip:has-text('its critic expects')").waitFor();
    const expected = await train(cartpoleA2cQuick, {
      ...{ registries, seed: 4, backend: "wasm", budget: 1200, set: Object.entries(fields) },
    });
    expected.dispose();
    await shows(() => page.locator(".result .digest").innerText(), expected.digest);
    const saved = page.waitForEvent("download");
    await page.click("text=Take the policy away");
    const file = await saved;
    strictEqual(file.suggestedFilename(), "cartpole-a2c-quick-4.policy.safetensors");
    strictEqual(loadPolicy(await Deno.readFile(await file.path())).about.seed, "4");
    // It has been taken away: the page may go.
    await shows(() => asksBeforeLeaving(page), false);
    deepStrictEqual(asked.filter((path) => !path.startsWith("/assets/")), []);
    await page.locator(".section .spark").first().waitFor();
    ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 375);
    deepStrictEqual(await findings(page), []);
    await page.emulateMedia({ colorScheme: "dark" });
    deepStrictEqual(await findings(page), []);
  },
  { viewport: { width: 375, height: 812 } },
);

test("what a page needs to train and to show it is there before it begins", async (page) => {
  const { app } = dashboard;
  const own = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, app.handler);
  await page.goto(
    `http://127.0.0.1:${own.addr.port}/train?experiment=cartpole-a2c-quick&budget=600&` +
      "evaluation.every=600&evaluation.episodes=2",
  );
  await page.locator(".ahead canvas").waitFor();
  await page.waitForLoadState("networkidle");
  await own.shutdown();
  await page.click("button:text-is('Start')");
  await page.locator(".result .digest").waitFor();
  await page.locator(".stages canvas").waitFor();
  await page.locator(".run-figures .u-over").first().waitFor();
});

test("a run is trained again in a page, to its bits", async (page) => {
  const run = await trainedRun();
  await open(page, `/runs/${run}`);
  await page.click("text=train it here");
  await page.waitForURL(`**/train?run=${run}`);
  await page.click("button:text-is('Start')");
  await page.locator(".result b.good").waitFor();
  await shows(() => page.locator(".digest").innerText(), dashboard.store.run(run)!.digest);
  // Nobody has taken it away: the browser asks before it goes with the page.
  strictEqual(await asksBeforeLeaving(page), true);
});

test("a browser without relaxed SIMD says whose digest its run has", async (page) => {
  // The engine of the thread that trains does not know `f32x4.relaxed_madd`: FD 85 02.
  await page.route(`**/assets/${built().names["training.js"]}`, async (route) => {
    const response = await route.fetch();
    const lacking = `const validate = WebAssembly.validate.bind(WebAssembly);
      WebAssembly.validate = (code) => validate(code) &&
        !code.some((byte, i) => byte === 0xfd && code[i + 1] === 0x85 && code[i + 2] === 2);`;
    await route.fulfill({ response, body: lacking + await response.text() });
  });
  await page.goto(
    "/train?experiment=cartpole-a2c-quick&budget=600&evaluation.every=600&evaluation.episodes=2",
  );
  await page.click("button:text-is('Start')");
  await page.locator(".result .digest").waitFor();
  await shows(
    () => page.locator(".result").innerText(),
    /that of --backend wasm-strict, not of wasm: this browser has no relaxed SIMD/,
  );
});

test("who starts, stops or waits for a run by keys stays at it", async (page) => {
  const focus = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
  const press = async (name: string) => {
    await page.getByRole("button", { name, exact: true }).first().focus();
    await page.keyboard.press("Enter");
  };
  // Held in the page as it begins: a run of a second may be over before keys come from outside.
  const startHeld = async (name: string) => {
    await page.evaluate(() => {
      new MutationObserver((_, self) => {
        const [pause] = document.querySelectorAll<HTMLButtonElement>(".trained .toolbar button");
        if (pause?.textContent !== "Pause" || pause.disabled) return;
        self.disconnect();
        pause.click();
      }).observe(document.body, { attributes: true, childList: true, subtree: true });
    });
    await press(name);
    await shows(focus, "The run");
    await page.locator(".trained .toolbar .button", { hasText: "Go on" }).waitFor();
  };
  await page.goto("/train?experiment=cartpole-a2c-quick");
  await page.locator("[type=submit]:enabled").waitFor();
  await startHeld("Start");
  await press("Stop");
  await page.locator(".result").waitFor();
  await shows(focus, "The run");
  // A run that comes to its end takes the button with it that has the focus.
  await startHeld("Start anew");
  await press("Go on");
  await page.locator(".result").waitFor();
  await shows(focus, "The run");
});

test("a model of the plane goes by over its training, and what it made of the plane where none was kept", async (page) => {
  const set = {
    ...{ "model.width": "8", "model.layers": "2", "model.batchSize": "16" },
    ...{ "dataset.train": "200", "dataset.validation": "50", "dataset.test": "50" },
    ...{ "evaluation.every": "100", "checkpoint.everyIterations": "1", "checkpoint.keepLast": "2" },
  };
  const [{ id: run }] = await launch([{
    reference: "ring-wgan-gp",
    set: Object.entries(set),
    budget: 600,
    seed: 1,
    backend: "wasm",
  }], { store: dashboard.store, registries, workers: 1 });
  const kept = dashboard.store.checkpoints(run).map(({ iteration }) => iteration);
  const planes = dashboard.store.artifacts(run).filter(({ name }) => name === "plane");
  const [first] = planes;
  ok(planes.length > 4 && first.iteration < Math.min(...kept), `${first.iteration}: ${kept}`);
  await open(page, `/runs/${run}`);
  const plane = page.locator(".front .plane");
  await plane.waitFor();
  strictEqual(await page.locator(".gallery pre").count(), 0, "numbers are no samples of text");
  const drawn = () => pixels(plane);
  const at = async () => Number((await page.locator(".explorer h3 small").innerText()).slice(10));
  await shows(at, Math.max(...kept));
  const final = await drawn();
  await page.locator(".explorer input[type=range]").focus();
  await page.keyboard.press("Home");
  const begun = await changes(drawn, final);
  await shows(at, first.iteration);
  // There is no model.
  await shows(() => page.locator("button:text-is('New samples')").isDisabled(), true);
  await page.click("button[aria-label='Play the model over training']");
  await changes(drawn, begun);
  await page.click("button[aria-label='Stop the model']");
  await page.locator(".explorer input[type=range]").focus();
  await page.keyboard.press("End");
  await page.locator("button:text-is('New samples'):enabled").waitFor();
  await shows(drawn, final);
  deepStrictEqual(await findings(page, ".explorer"), []);
});

test("modes are dragged and moved by keys while the page trains, which goes on with them", async (page) => {
  await page.goto(
    "/train?experiment=ring-wgan-gp&model.width=8&model.layers=2&model.batchSize=16&" +
      "model.roundsPerIteration=5&dataset.train=200&dataset.validation=50&dataset.test=100&budget=1000000",
  );
  await page.click("button:text-is('Start')");
  const modes = page.locator(".explorer .mode");
  await modes.first().waitFor();
  await shows(() => modes.count(), 8);
  const places = () =>
    modes.evaluateAll((all) =>
      all.map((each) => each.getAttribute("aria-label")!.match(/-?\d+\.\d+/g)!.map(Number))
    );
  const begun = await places();
  await modes.first().focus();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Shift+ArrowLeft");
  await shows(async () => {
    const [x, y] = (await places())[0];
    return x < begun[0][0] && y > begun[0][1];
  }, true);
  await page.locator(".events", { hasText: "moved by hand" }).waitFor();
  const box = (await modes.nth(2).boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, box.y - 5000, { steps: 3 });
  await page.mouse.up();
  await shows(async () => {
    const [, y] = (await places())[2];
    return y > begun[2][1] && y < 3; // it stays in the plane
  }, true);
  // A finger, too, which does not scroll the page, though there is more of it below.
  const finger = await page.context().newCDPSession(page);
  const third = (await modes.nth(3).boundingBox())!;
  const [x, y] = [third.x + third.width / 2, third.y + third.height / 2];
  const scrolled = await page.evaluate(() => scrollY);
  ok(await page.evaluate(() => document.body.scrollHeight - innerHeight - scrollY) > 100);
  await finger.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [{ x, y }] });
  for (const far of [5, 15, 30, 60]) {
    const touchPoints = [{ x: x - far / 2, y: y - far }];
    await finger.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints });
  }
  await finger.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await shows(async () => {
    const [right, up] = (await places())[3];
    return right < begun[3][0] && up > begun[3][1];
  }, true);
  strictEqual(await page.evaluate(() => scrollY), scrolled);
  deepStrictEqual((await places()).slice(4), begun.slice(4));
  deepStrictEqual(await findings(page, ".explorer"), []);
  await page.click("text=Put the modes back");
  await shows(places, begun);
  await page.click("button:text-is('Stop')");
  await page.locator(".result").waitFor();
  await shows(() => modes.count(), 0);
});

test("the field of a flow lies over the plane, and samples go along it", async (page) => {
  const set = {
    ...{ "model.hiddenSizes": "[16]", "model.samplerSteps": "4", "model.batchSize": "64" },
    ...{ "dataset.train": "200", "dataset.validation": "50", "dataset.test": "50" },
    ...{ "evaluation.every": "1280" },
  };
  const [{ id: run }] = await launch([{
    reference: "ring-moons-flow-matching",
    set: Object.entries(set),
    budget: 1280,
    seed: 1,
    backend: "wasm",
  }], { store: dashboard.store, registries, workers: 1 });
  await open(page, `/runs/${run}`);
  const plane = page.locator(".front .plane");
  await plane.waitFor();
  strictEqual(await forFingers(plane), "auto");
  const slider = page.locator("input[aria-label='Moment of the field']");
  const told = () => page.locator(".playback output").innerText();
  const drawn = () => pixels(plane);
  await shows(told, "samples");
  const arrived = await drawn();
  await slider.focus();
  await page.keyboard.press("Home");
  await shows(told, "time 0");
  const begun = await changes(drawn, arrived);
  // Both change with the moment: the samples and, without them, the arrows.
  await page.click("text=Samples >> input");
  const arrows = await changes(drawn, begun);
  await slider.focus();
  await page.keyboard.press("ArrowRight");
  await shows(told, "time 0.25");
  await changes(drawn, arrows);
  await page.click("text=Samples >> input");
  await page.click("button[aria-label='Play the way of the samples']");
  await page.locator(".playback output:text-is('samples')").waitFor();
  await page.locator("button[aria-label='Play the way of the samples']").waitFor();
  await shows(drawn, arrived);

  // The same model in other steps, which the server makes; what it refuses stands at its field.
  await page.click(".sampling summary");
  const steps = page.locator("[id='field-model.samplerSteps']");
  const type = async (text: string) => {
    await steps.fill(text);
    await steps.press("Enter");
  };
  await type("2");
  await shows(() => slider.getAttribute("max"), "2");
  await slider.focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowRight");
  await shows(told, "time 0.5");
  deepStrictEqual(await findings(page, ".explorer"), []);
  await type("none");
  await page.locator(".sampling .problem:has-text('must be integer')").waitFor();
  strictEqual(await slider.getAttribute("max"), "2");
  await page.click("text=back to 4");
  await shows(() => slider.getAttribute("max"), "4");
}, {
  expected: ["Failed to load resource: the server responded with a status of 404 (Not Found)"],
});

test("a world of a user's file plays in the page and is trained again, to its bits", async (page) => {
  const module = `${dashboard.folder}/my-environment.ts`;
  await Deno.copyFile(new URL("../../cli/templates/environment.ts", import.meta.url), module);
  const [{ id: run }] = await launch([{
    reference: module,
    set: [["agent.name", "a2c"], ["evaluation.every", "600"], ["evaluation.episodes", "3"]],
    budget: 600,
    seed: 1,
    backend: "wasm",
  }], { store: dashboard.store, registries, workers: 1 });
  await open(page, `/runs/${run}`);
  await page.locator(".player").scrollIntoViewIfNeeded();
  await page.waitForFunction(() =>
    / of \d/.test(document.querySelector(".policy dl")?.textContent ?? "")
  );
  await shows(
    () => page.locator(".policy").innerText(),
    /The world is the code of .*my-environment\.ts/,
  );
  deepStrictEqual(await findings(page), []);
  await page.click("text=train it here");
  await page.locator(".fields").waitFor();
  await page.click("button:text-is('Start')");
  await page.locator(".result b.good").waitFor();
  await page.locator(".stages canvas").waitFor();
  await shows(() => page.locator(".digest").innerText(), dashboard.store.run(run)!.digest);
});

/** Runs as they leave the store, with what was learned. */
async function taken(...runs: readonly string[]) {
  const { store } = dashboard;
  return await capsuleOf(store, runs.map((run) => store.find(run)), new Policies(store));
}

test("an exported page plays, dreams and draws from a disk, and asks nobody", async (page) => {
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  const opened = async (run: string) => {
    const file = `${dashboard.folder}/${run}.html`;
    await Deno.writeTextFile(file, await pageFile(await taken(run), { run }));
    await page.goto(`file://${file}`);
    await page.waitForFunction(() =>
      document.querySelector("[data-island]:not([data-ready])") === null
    );
    return file;
  };
  const files = [await opened(await trainedRun())];
  await page.locator(".player").scrollIntoViewIfNeeded();
  await page.locator(".stages canvas").waitFor();
  const before = await said(page, "Step");
  await changes(() => said(page, "Step"), before);
  await page.click("summary:has-text('How much it bears')");
  await page.click(".bears button:has-text('episodes')");
  await page.locator(".bears .plot").waitFor({ timeout: patience });
  // Stop, unless it is over, so that it takes no time from what follows.
  await page.locator(".bears button").first().evaluate((each: HTMLButtonElement) => each.click());
  await page.locator(".chart .canvas").first().waitFor();
  await page.fill("input[type=search]", "td error");
  await page.locator(".charts .chart").first().waitFor();
  await page.fill("input[type=search]", "");
  deepStrictEqual(await page.evaluate(() => [...document.querySelectorAll("a[href^='/']")]), []);
  strictEqual(await page.locator("text=Do more with it").count(), 0);
  await page.selectOption("#theme", "dark");

  files.push(await opened(await dreamingRun()));
  await page.locator(".explorer").scrollIntoViewIfNeeded();
  await page.locator(".code-map").waitFor();
  const decoded = () => pixels(page.locator(".pair .picture").first());
  const first = await decoded();
  await page.locator(".latents input").first().fill("2");
  await changes(decoded, first);
  await shows(() => page.locator(".row.samples .picture").count(), 24);
  await shows(
    () =>
      page.locator(".gallery img").first().evaluate((each) =>
        (each as HTMLImageElement).naturalWidth > 0
      ),
    true,
  );
  await page.evaluate(() => scrollTo(0, 0));
  deepStrictEqual(
    asked.filter((url) => !url.startsWith("data:") && !url.startsWith("blob:")),
    files.map((file) => `file://${file}`),
  );
  deepStrictEqual(await findings(page), []);
});

test("a site that nobody serves says so in place of pages that do not answer", async (page) => {
  const folder = await Deno.makeTempDir();
  try {
    const run = await trainedRun();
    for await (const { path, content } of siteFiles(await taken(run))) {
      if (!path.endsWith(".html")) continue;
      await Deno.mkdir(dirname(`${folder}/${path}`), { recursive: true });
      await Deno.writeTextFile(`${folder}/${path}`, String(content));
    }
    // A page of its own, as browsers say on the console what they refuse here.
    const unserved = await page.context().newPage();
    for (const path of ["index.html", `runs/${run}.html`]) {
      await unserved.goto(`file://${folder}/${path}`);
      await unserved.locator("text=browsers run no program of a page that lies in a folder")
        .waitFor();
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

test("a site filters, compares and plays from plain files", async (page) => {
  if (dashboard.store.sweep("rates") === undefined) addSweep(dashboard.store, "rates");
  const others = dashboard.store.runs().filter(({ name }) => name === "cartpole-a2c");
  const runs = [await trainedRun(), ...others.map(({ id }) => id)];
  const files = new Map(
    (await Array.fromAsync(siteFiles(await taken(...runs)))).map((
      { path, content },
    ) => [path, content]),
  );
  const types = { html: "text/html", js: "text/javascript", css: "text/css", png: "image/png" };
  const site = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, ({ url }) => {
    const path = new URL(url).pathname.replace("/lab/", "");
    const content = files.get(path);
    const type = types[path.split(".").at(-1) as keyof typeof types] ?? "application/octet-stream";
    return content === undefined
      ? new Response(null, { status: 404 })
      : new Response(content as BodyInit, { headers: { "content-type": type } });
  });
  try {
    const base = `http://127.0.0.1:${site.addr.port}/lab`;
    const isReady = () =>
      page.waitForFunction(() =>
        document.querySelector("[data-island]:not([data-ready])") === null
      );
    await page.goto(`${base}/index.html?filter=agent%3Ddqn`);
    await isReady();
    await shows(() => names(page), ["cartpole-dqn-quick"]);
    strictEqual(await page.isVisible("#unserved"), false);
    await page.click("thead th:has-text('evaluation return mean') button");
    await addressed(page, /index\.html\?.*sort=/);
    await page.click(".runs tbody a");
    await addressed(page, /\/lab\/runs\/\w+\.html$/);
    await isReady();
    await page.locator(".stages canvas").waitFor();
    await page.click("nav a:has-text('Compare')");
    // The page before is ready, too, and one of which little has come has no island yet.
    await page.locator(".compared .canvas").first().waitFor();
    await isReady();
    await page.selectOption("label:has-text('X axis') select", "wallSeconds");
    await page.waitForFunction(() => location.search.includes("axis=wallSeconds"));
    await page.reload();
    await isReady();
    await shows(
      () => page.locator("label:has-text('X axis') select").inputValue(),
      "wallSeconds",
    );
    await page.click("nav a:has-text('Sweeps')");
    await page.click("th a:has-text('rates')");
    await addressed(page, /\/lab\/sweeps\/rates\.html$/);
    await isReady();
    await shows(() => page.locator(".settings-plot .trial").count(), 12);
    await page.locator("tbody a").first().click();
    await addressed(page, /\/lab\/runs\/\w+\.html$/);
    await isReady();
    await page.click(".sub a:has-text('rates')");
    await addressed(page, /\/lab\/sweeps\/rates\.html$/);
    await page.click("text=their curves");
    await addressed(page, /\/lab\/compare\.html\?filter=sweep%3Drates$/);
    await isReady();
    await shows(() => page.locator(".conclusion, .legend").first().innerText(), /./);
  } finally {
    await site.shutdown();
  }
});

test("the reader's choice of light or dark is kept, and drawn from the first byte", async (page) => {
  await open(page, "/compare");
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const before = await ground();
  await page.selectOption("#theme", "dark");
  await changes(ground, before);
  const { ok: answered } = (await page.goto("/"))!;
  ok(answered);
  match(await page.content(), /<html lang="en" data-theme="dark">/);
  ok(await ground() !== before);
});

test("metrics stand side by side, and the result is a sentence", async (page) => {
  await open(page, "/compare?filter=tag%3Dagents+status%3Dcompleted");
  await shows(
    () => page.locator(".conclusion").innerText(),
    /^cartpole-ppo .* P = \d\.\d\d.*, n = 3 each/,
  );
  await shows(() => page.locator(".statistics .interval").count(), 4);
  await page.selectOption("label:has-text('Beside it') select", "losses/entropy");
  await page.locator(".compared .canvas[aria-label^='losses entropy of each group']").waitFor();
  await addressed(page, /also=losses%2Fentropy/);
  await shows(async () => await page.locator(".settings-plot .marker").count() >= 12, true);
  await page.reload();
  await page.locator(".compared .canvas[aria-label^='losses entropy of each group']").waitFor();
  await page.click("button[aria-label='Take losses entropy away']");
  await page.locator(".canvas[aria-label^='losses entropy']").waitFor({ state: "detached" });
});

test("what was measured once is a mark a group, side by side", async (page) => {
  const { store } = dashboard;
  const runs = [0.1, 0.2].flatMap((rate) =>
    [1, 2, 3].map((seed) => {
      const configuration = agentConfiguration("a2c", rate);
      const run = addRun(store, {
        experiment: "cartpole-once",
        configuration,
        seed,
        tags: ["once"],
      });
      addPoints(store, run, 390, { "evaluation/return_mean": 2000 * rate + 10 * seed });
      setProgress(store, run, 390, { status: "completed" });
      return run;
    })
  );
  await open(page, "/compare?filter=tag%3Donce");
  const canvas = page.locator(".compared canvas").first();
  await canvas.waitFor();
  await frames(page, 3);
  const colors = await page.locator(".legend .swatch").evaluateAll((swatches) =>
    swatches.map((each) => getComputedStyle(each).stroke)
  );
  strictEqual(colors.length, 2);
  // Left of their names: where each group is drawn, and how much of it there is.
  const drawn = await canvas.evaluate((element, colors) => {
    const { width, height } = element as HTMLCanvasElement;
    const { data } = (element as HTMLCanvasElement).getContext("2d")!
      .getImageData(0, 0, 0.75 * width, height);
    return colors.map((color) => {
      const [r, g, b] = color.match(/\d+/g)!.map(Number);
      const own = Array.from({ length: data.length / 4 }, (_, i) => i).filter((i) =>
        data[4 * i] === r && data[4 * i + 1] === g && data[4 * i + 2] === b
      );
      return {
        pixels: own.length,
        place: own.reduce((sum, i) => sum + i % Math.trunc(0.75 * width), 0) / own.length,
      };
    });
  }, colors);
  ok(drawn.every(({ pixels }) => pixels > 60), JSON.stringify(drawn));
  ok(Math.abs(drawn[0].place - drawn[1].place) > 20, JSON.stringify(drawn));

  strictEqual(await page.locator(".sheets").count(), 0, "there is no sheet");
  for (const run of runs) {
    for (const [i, iteration] of [100, 390].entries()) {
      const bytes = sheet(streamOf(run.charCodeAt(0), "sheet"), i);
      await store.putArtifact(run, { name: "samples", iteration, mediaType: "image/png", bytes });
    }
  }
  await page.reload();
  const sheets = page.locator(".sheets img");
  await sheets.nth(1).waitFor();
  const alts = () => sheets.evaluateAll((all) => all.map((each) => each.getAttribute("alt")));
  const at = (iteration: number) =>
    ["0.1", "0.2"].map((rate) => `samples of ${rate} at iteration ${iteration}`);
  deepStrictEqual((await alts()).map((alt) => alt!.replace(/learningRate.? ?=? ?/, "")), at(390));
  await page.locator(".sheets .playback input").press("Home");
  await page.locator(".sheets img[alt$='at iteration 100']").nth(1).waitFor();
  await page.locator(".sheets label:has-text('Enlarged') input").fill("3");
  const windows = page.locator(".sheets .window");
  await windows.first().evaluate((each) => each.scrollTo(80, 60));
  await page.waitForFunction(() =>
    [...document.querySelectorAll(".sheets .window")].every(({ scrollLeft, scrollTop }) =>
      scrollLeft === 80 && scrollTop === 60
    )
  );
  deepStrictEqual(await findings(page, ".sheets"), []);
  for (const run of runs) store.trash(run);
});

test("sections fold, and say what a figure means where it is healthy and sick", async (page) => {
  await open(page, `/runs/${dashboard.runs["ppo-1"]}`);
  await page.locator(".section .spark").first().waitFor();
  await page.click(".section summary:has-text('Schedules')");
  await page.locator(".card h3:has-text('schedule learning rate')").waitFor();
  const entropy = page.locator(".card:has(h3:has-text('losses entropy'))");
  await entropy.locator(".about summary").click();
  await shows(() => entropy.locator(".about").innerText(), /healthy.*sick.*exploration/s);
  await shows(() => page.locator(".family").innerText(), /of 4 seeds|best/);
  await page.click(".family a[rel=next]");
  await page.waitForURL((url) => !url.href.endsWith(dashboard.runs["ppo-1"]));
});
