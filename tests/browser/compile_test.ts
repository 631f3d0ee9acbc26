/** Compiled steps in a page, with and without cross-origin isolation: the bits of Deno. */
import { deepStrictEqual, ok } from "node:assert";
import * as esbuild from "esbuild";
import type { Browser } from "playwright-core";
import { missing, openBrowser, patience } from "./chromium.ts";
import { train, type Trained } from "./compiled_training.ts";

let browser: Browser;
let server: Deno.HttpServer<Deno.NetAddr>;

const isolation = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/** The training module and what it imports, by path, as a page loads them. */
async function bundle(): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const { outputFiles } = await esbuild.build({
    absWorkingDir: new URL("../../", import.meta.url).pathname,
    entryPoints: ["tests/browser/compiled_training.ts"],
    outdir: "/",
    bundle: true,
    splitting: true,
    write: false,
    format: "esm",
    platform: "browser",
    target: "es2022",
    logLevel: "error",
  });
  await esbuild.stop();
  return new Map(outputFiles.map(({ path, contents }) => [path, contents.slice()]));
}

Deno.test.beforeAll(async () => {
  if (missing) return;
  const files = await bundle();
  server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    const found = files.get(pathname);
    if (found !== undefined) {
      return new Response(found, { headers: { "content-type": "text/javascript" } });
    }
    const headers = {
      "content-type": "text/html",
      ...(pathname === "/isolated" ? isolation : undefined),
    };
    return new Response("<!DOCTYPE html><link rel=icon href=data:,>", { headers });
  });
  browser = await openBrowser();
});

Deno.test.afterAll(async () => {
  if (missing) return;
  await browser.close();
  await server.shutdown();
});

for (const [path, shared] of [["/isolated", true], ["/plain", false]] as const) {
  Deno.test({
    name: `a page ${shared ? "with" : "without"} cross-origin isolation trains as Deno does`,
    ignore: missing,
    // The browser and the server outlive each test.
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      const page = await browser.newPage();
      page.setDefaultTimeout(patience);
      try {
        await page.goto(`http://127.0.0.1:${server.addr.port}${path}`);
        const found: Trained[] = [];
        for (const choice of ["wasm", "wasm-strict"] as const) {
          found.push(
            await page.evaluate(
              `import("/compiled_training.js").then(({ train }) => train("${choice}"))`,
            ) as Trained,
          );
        }
        const expected = [await train("wasm"), await train("wasm-strict")];
        deepStrictEqual(found, expected.map((each) => ({ ...each, shared })));
        ok(expected.every(({ digest }) => /^[0-9a-f]{8}$/.test(digest)));
      } finally {
        await page.close();
      }
    },
  });
}
