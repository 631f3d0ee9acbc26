/** A trained model draws in a browser page, from its file alone. */
import { deepStrictEqual, ok } from "node:assert";
import { defaultRng } from "../../lab/core/random.ts";
import { models } from "../../models/mod.ts";
import { loadModel } from "../../models/model_file.ts";
import { diffusion } from "../models/kinds.ts";
import { smallTrainer } from "../models/laboratory.ts";
import { bundled } from "./bundle.ts";
import { missing, openBrowser } from "./chromium.ts";

Deno.test({
  name: "a model file draws in Chromium as it does here, without TensorFlow.js",
  ignore: missing,
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    const vae = await models.find(({ name }) => name === "vae")!.load();
    const files: Uint8Array[] = [];
    for (const definition of [vae, diffusion]) {
      const trainer = await smallTrainer(definition);
      for (let i = 0; i < 5; i++) await trainer.iterate();
      files.push(await trainer.exportModel!());
      trainer.dispose();
    }
    const made = (bytes: Uint8Array) => {
      const model = loadModel(bytes);
      const { values } = model.sample!({ count: 20, random: defaultRng(3) });
      const codes = model.encode?.(values) ?? [];
      return [[...values], [...codes], [...model.decode?.(Float32Array.from(codes)) ?? []]];
    };
    const script = `
      import { defaultRng } from "./lab/core/random.ts";
      import { loadModel } from "./models/model_file.ts";
      const made = ${made};
      globalThis.made = (bytes) => made(Uint8Array.from(bytes));
    `;
    const code = await bundled(script, { format: "iife", minify: true });
    ok(code.length < 60_000, `${code.length} bytes of script`);
    const browser = await openBrowser();
    try {
      const page = await browser.newPage();
      await page.addScriptTag({ content: code });
      for (const bytes of files) {
        // deno-lint-ignore no-explicit-any
        const given = await page.evaluate((bytes) => (globalThis as any).made(bytes), [...bytes]);
        deepStrictEqual(given, made(bytes));
      }
    } finally {
      await browser.close();
    }
  },
});
