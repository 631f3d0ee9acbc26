/** The browser's canvas shows what the rasteriser shows without a browser. */
import { ok } from "node:assert";
import * as esbuild from "esbuild";
import { environments, makeEnv } from "../../envs/mod.ts";
import { renderRaster } from "../../lab/core/render_raster.ts";
import type { Scene } from "../../lab/core/scene.ts";
import { missing, openBrowser } from "./chromium.ts";

/** A page's script that returns red, green and blue of a scene drawn on a canvas: in Base64, as numbers
 * one by one take seconds. */
async function script(): Promise<string> {
  const { outputFiles: [{ text }] } = await esbuild.build({
    stdin: {
      contents: `
        import { drawScene } from "./lab/core/render_canvas.ts";
        globalThis.drawn = (scene, width, height) => {
          const canvas = Object.assign(document.createElement("canvas"), { width, height });
          const context = canvas.getContext("2d");
          drawScene(context, scene, width, height);
          const { data } = context.getImageData(0, 0, width, height);
          const colors = data.filter((_, i) => i % 4 < 3);
          return btoa(Array.from(colors, (byte) => String.fromCharCode(byte)).join(""));
        };
      `,
      resolveDir: new URL("../../", import.meta.url).pathname,
    },
    bundle: true,
    write: false,
  });
  await esbuild.stop();
  return text;
}

Deno.test({
  name: "a canvas in Chromium and the rasteriser draw every world alike",
  ignore: missing,
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    const browser = await openBrowser();
    try {
      const page = await browser.newPage();
      await page.addScriptTag({ content: await script() });
      for (const { id } of environments) {
        const env = makeEnv(id);
        env.reset({ seed: 1 });
        const drawn = env.scene!();
        // Fonts differ: letters are left out.
        const shapes = drawn.shapes.filter(({ kind }) => kind !== "text");
        const scene: Scene = { ...drawn, shapes };
        const { width, height, pixels } = renderRaster(scene, { width: 180 });
        const text = await page.evaluate(
          // deno-lint-ignore no-explicit-any
          ([scene, width, height]) => (globalThis as any).drawn(scene, width, height),
          [scene, width, height] as const,
        ) as string;
        const shown = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
        const off = pixels.map((value, i) => Math.abs(value - shown[i]));
        const mean = off.reduce((sum, value) => sum + value, 0) / off.length;
        const far = off.filter((value) => value > 40).length / off.length;
        ok(shown.length === pixels.length && mean < 2 && far < 0.01, `${id}: ${mean}, ${far}`);
      }
    } finally {
      await browser.close();
    }
  },
});
