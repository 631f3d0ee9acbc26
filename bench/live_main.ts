/**
 * Fifty runs that train while a page of the dashboard shows them: what its server and the page take.
 * Prints the rows as JSON: `bench/pages.ts` starts it. A number of seconds as its argument makes a
 * shorter trial of it.
 *
 * @module
 */
import type { CDPSession, Page } from "playwright-core";
import { StoreRecorder } from "../lab/experiment/recorder.ts";
import type { Store } from "../lab/store/store.ts";
import { hasChromium, openBrowser } from "./chromium.ts";
import { type Row, row, targetRow } from "./row.ts";
import { emptyRun, temporaryStore } from "./temporary_store.ts";

/** Runs, and records a second of each. */
const [RUNS, RATE] = [50, 10];
const SECONDS = Number(Deno.args[0] ?? 600);
/** Per cent of a core that the server and the page may take. */
const SHARE = 15;
/** Of the clock that Linux counts a process's time by, a second. */
const TICKS = 100;

/** Writes a record of each run, as often as it is due, until it is told to end. */
function training(store: Store): { end(): Promise<void> } {
  const runs = Array.from({ length: RUNS }, () => {
    const run = emptyRun(store);
    return { lock: store.lock(run.id), recorder: new StoreRecorder(store, run, "gradientSteps") };
  });
  const startedAt = performance.now();
  let isOver = false;
  const writing = (async () => {
    for (let i = 1; !isOver; i++) {
      const progress = { iterations: i, environmentSteps: 0, gradientSteps: i, examples: i };
      for (const [k, { recorder }] of runs.entries()) {
        const metrics = { "losses/a": 1 / i + k, "losses/b": k - i, "schedule/c": 1 };
        const report = { kind: "iteration", progress, metrics, wallSeconds: i / RATE } as const;
        await recorder.report({ ...report, events: [], artifacts: [] });
      }
      const due = startedAt + 1000 * i / RATE;
      await new Promise((resume) => setTimeout(resume, Math.max(0, due - performance.now())));
    }
  })();
  return {
    async end() {
      isOver = true;
      await writing;
      for (const { lock } of runs) lock[Symbol.dispose]();
    },
  };
}

/** The dashboard in a process of its own. */
async function serve(store: Store): Promise<{ process: Deno.ChildProcess; address: string }> {
  const main = new URL("../web/main.ts", import.meta.url).pathname;
  const process = new Deno.Command("deno", {
    args: ["run", "--quiet", "--no-check", "-A", main, "--port", "0", "--store", store.location],
    ...{ stdin: "null", stdout: "piped", stderr: "inherit" },
  }).spawn();
  let said = "";
  for await (const text of process.stdout.pipeThrough(new TextDecoderStream())) {
    said += text;
    const address = /http:\S+/.exec(said)?.[0];
    if (address !== undefined) return { process, address };
  }
  throw new Error("The dashboard has ended");
}

/** Seconds of a core, and megabytes, that both have taken so far. */
async function taken(pid: number, session: CDPSession) {
  const text = (file: string) => Deno.readTextFileSync(`/proc/${pid}/${file}`);
  // Behind the name, which may hold anything but a closing bracket and a space.
  const fields = text("stat").split(") ").at(-1)!.split(" ");
  const { metrics } = await session.send("Performance.getMetrics");
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  return {
    at: performance.now() / 1000,
    server: (Number(fields[11]) + Number(fields[12])) / TICKS,
    page: metrics.find(({ name }) => name === "TaskDuration")!.value,
    memory: Number(/VmRSS:\s+(\d+)/.exec(text("status"))![1]) / 1000,
    heap: usedSize / 1e6,
  };
}

/** Waits until the table shows the runs as they train. */
async function shown(page: Page): Promise<void> {
  await page.waitForFunction(
    (runs) => document.querySelectorAll(".runs tbody tr").length === runs,
    RUNS,
  );
}

/** All rows. */
async function measured(): Promise<Row[]> {
  await using opened = await temporaryStore();
  const { store } = opened;
  const trained = training(store);
  const { process, address } = await serve(store);
  const browser = await openBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(address);
    await shown(page);
    const session = await page.context().newCDPSession(page);
    await session.send("Performance.enable");
    await page.waitForTimeout(1000 * SECONDS / 5);
    const warm = await taken(process.pid, session);
    await page.waitForTimeout(1000 * SECONDS * 4 / 5);
    const last = await taken(process.pid, session);
    const share = (of: "server" | "page") => 100 * (last[of] - warm[of]) / (last.at - warm.at);
    const name = `${RUNS} live runs at ${RATE} records/s`;
    const before = (value: number) => ({ name: "after a fifth of the time", value });
    const long = `after ${SECONDS} s`;
    return [
      targetRow(`${name}, the server`, share("server"), "% of a core", SHARE),
      targetRow(`${name}, their table in Chromium`, share("page"), "% of a core", SHARE),
      row(`${name}, memory of the server ${long}`, last.memory, "MB", before(warm.memory)),
      row(`${name}, heap of the page ${long}`, last.heap, "MB", before(warm.heap)),
    ];
  } finally {
    await browser.close();
    process.kill();
    await process.status;
    await trained.end();
  }
}

if (import.meta.main) {
  console.log(JSON.stringify(hasChromium ? await measured() : []));
  // What the browser leaves open ends with the process.
  Deno.exit(0);
}
