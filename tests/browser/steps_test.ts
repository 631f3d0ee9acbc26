/** Compiled steps in a browser page, with and without memory that threads may share. */
import { match, ok, strictEqual } from "node:assert";
import * as esbuild from "esbuild";
import type { Browser } from "playwright-core";
import type { BackendChoice } from "../../lab/compute/backend_choice.ts";
import { missing, openBrowser, patience } from "./chromium.ts";
import type { Trained } from "./steps_page.ts";

let browser: Browser;
let server: Deno.HttpServer<Deno.NetAddr>;

const pathOf = (path: string) => new URL(path, import.meta.url).pathname;

/** The page's script; the packages of plain backends are not asked for. */
async function script(): Promise<string> {
  const { outputFiles: [{ text }] } = await esbuild.build({
    entryPoints: [pathOf("steps_page.ts")],
    bundle: true,
    format: "esm",
    write: false,
    logLevel: "error",
    alias: {
      "@tensorflow/tfjs": pathOf("../../node_modules/@tensorflow/tfjs/dist/tf.fesm.min.js"),
    },
    external: ["@tensorflow/tfjs-backend-*", "node:*", "fs", "buffer", "crypto", "util"],
  });
  await esbuild.stop();
  return text;
}

Deno.test.beforeAll(async () => {
  if (missing) return;
  const code = await script();
  const isolation = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
  };
  server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    const headers = pathname === "/isolated" ? isolation : undefined;
    return pathname === "/page.js"
      ? new Response(code, { headers: { "content-type": "text/javascript" } })
      : new Response('<script type="module" src="/page.js"></script>', {
        headers: { ...headers, "content-type": "text/html" },
      });
  });
  browser = await openBrowser("--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader");
});

Deno.test.afterAll(async () => {
  if (missing) return;
  await browser.close();
  await server.shutdown();
});

/** What a page says after training on a backend. */
async function trainedIn(path: string, choice: BackendChoice): Promise<Trained> {
  const page = await browser.newPage();
  page.setDefaultTimeout(patience);
  await page.goto(`http://127.0.0.1:${server.addr.port}${path}`, { waitUntil: "load" });
  const trained = await page.evaluate(
    // deno-lint-ignore no-explicit-any
    (choice) => (globalThis as any).trained(choice),
    choice,
  );
  await page.close();
  return trained;
}

Deno.test({
  name: "a page trains to the same losses on WebAssembly and on the graphics device",
  ignore: missing,
  // The browser and the server outlive each test.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    const expected = await trainedIn("/", "wasm-strict");
    strictEqual(expected.backend, "wasm-strict");
    match(expected.reason, /on one thread as the page is not cross-origin isolated/);
    for (const [path, choice] of [["/isolated", "wasm-strict"], ["/", "webgpu"]] as const) {
      const { backend, reason, isolated, losses } = await trainedIn(path, choice);
      if (isolated) match(reason, /on one thread as a page's main thread may not wait/);
      strictEqual(backend, choice);
      strictEqual(isolated, path === "/isolated");
      strictEqual(losses.length, 8);
      losses.forEach((loss, i) => {
        const error = Math.abs(loss - expected.losses[i]);
        ok(
          error <= (choice === "webgpu" ? 1e-5 : 0),
          `${choice}: ${loss}, not ${expected.losses[i]}`,
        );
      });
    }
  },
});
