/** One hash of each small run under Deno, Node and in a page: no engine's own arithmetic is in it. */
import { deepStrictEqual, ok } from "node:assert";
import { lacks, node } from "../programs.ts";
import { bundled } from "./bundle.ts";
import { missing, openBrowser, patience } from "./chromium.ts";
import { smallRuns } from "./small_runs.ts";

const module = `export { smallRuns } from "./tests/browser/small_runs.ts";`;
const printed = `import { smallRuns } from "./tests/browser/small_runs.ts";
console.log(JSON.stringify(await smallRuns()));
process.exit();`;

/** Those of Deno, which the others are held against. */
let made: ReturnType<typeof smallRuns> | undefined;
const ownRuns = () => made ??= smallRuns();

Deno.test({
  name: "Node's small runs are Deno's, to the bit",
  ignore: lacks("npx"),
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      // TensorFlow.js asks for Node's modules by require.
      const banner = `import { createRequire as requireFrom } from "node:module";
const require = requireFrom(import.meta.url);`;
      await Deno.writeTextFile(
        `${folder}/runs.mjs`,
        await bundled(printed, { platform: "node", banner: { js: banner } }),
      );
      const [command, ...args] = node;
      const { stdout, stderr, success } = await new Deno.Command(command, {
        args: [...args, "runs.mjs"],
        cwd: folder,
      }).output();
      ok(success, new TextDecoder().decode(stderr));
      deepStrictEqual(JSON.parse(new TextDecoder().decode(stdout)), await ownRuns());
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: "a page's small runs are Deno's, to the bit",
  ignore: missing,
  fn: async () => {
    const text = await bundled(module, { platform: "browser" });
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
      const isModule = new URL(request.url).pathname === "/runs.js";
      return new Response(isModule ? text : "<!DOCTYPE html><link rel=icon href=data:,>", {
        headers: { "content-type": isModule ? "text/javascript" : "text/html" },
      });
    });
    const browser = await openBrowser();
    try {
      const page = await browser.newPage();
      page.setDefaultTimeout(patience);
      await page.goto(`http://127.0.0.1:${server.addr.port}/`);
      const found = await page.evaluate(`import("/runs.js").then(({ smallRuns }) => smallRuns())`);
      deepStrictEqual(found, await ownRuns());
    } finally {
      await browser.close();
      await server.shutdown();
    }
  },
});
