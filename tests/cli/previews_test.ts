/** What models draw in the terminal while they train. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { pictureLines, Previews, upperRows } from "../../cli/previews.ts";
import { ProgressDisplay } from "../../cli/terminal/progress.ts";
import type { Raster } from "../../lab/core/picture.ts";
import { encodePng } from "../../lab/core/png.ts";
import type { RunProgress } from "../../lab/experiment/launch.ts";
import type { Run, Store } from "../../lab/store/store.ts";
import { imageSheet } from "../../models/sheet.ts";
import { registries } from "../../registries.ts";
import { capturedIo } from "./captured_io.ts";

/** Nine images of 6 × 6, the n-th as grey as n says. */
const sheet = imageSheet(
  Float32Array.from({ length: 9 * 36 }, (_, i) => Math.floor(i / 36) / 9),
  [6, 6, 1],
);

const evaluated = (dataset = "glyphs"): RunProgress => ({
  kind: "evaluation",
  run: {
    ...{ id: "aaaaaa", name: "glyphs-vae", status: "running", wallSeconds: 1, message: null },
    manifest: { determined: { seed: "1", configuration: { dataset: { name: dataset } } } },
  } as unknown as Run,
  progress: { iterations: 1, environmentSteps: 0, gradientSteps: 1, examples: 10 },
  budget: { unit: "examples", total: 100 },
  metrics: {},
  wallSeconds: 1,
});

/** A display with previews of a store that has these samples, the newest last. */
function previewing(
  samples: readonly { mediaType?: string; bytes: Uint8Array }[],
  screen: { columns: number; rows: number } | undefined = { columns: 40, rows: 24 },
) {
  const io = capturedIo({ screen });
  const asked: string[] = [];
  const store = {
    artifacts: (run: string) => {
      asked.push(run);
      const others = [{ name: "reconstructions", mediaType: "image/png", hash: "none" }];
      return [
        ...samples.map(({ mediaType = "image/png" }, i) => ({
          ...{ name: "samples", mediaType, hash: `${i}` },
        })),
        ...others,
      ];
    },
    readArtifact: (hash: string) => Promise.resolve(samples[Number(hash)].bytes),
  } as unknown as Store;
  const display = new ProgressDisplay(io, 1);
  return { io, display, asked, previews: new Previews(display, { store, registries }, io) };
}

Deno.test("the upper rows of a sheet are whole images", () => {
  // Rows of 12 pixels and gaps of 2: the plain rows begin at 0, 14, 28 and 42.
  const heights = [100, 44, 43, 30, 29, 16, 15].map((most) => upperRows(sheet, most).height);
  deepStrictEqual(heights, [44, 44, 42, 29, 28, 15, 14]);
  strictEqual(upperRows(sheet, 14).height, 1);
  const { width, height, pixels } = upperRows(sheet, 30);
  deepStrictEqual([width, pixels], [44, sheet.pixels.slice(0, 44 * height)]);
  const slope: Raster = {
    width: 2,
    height: 3,
    channels: 1,
    pixels: Uint8Array.of(1, 2, 3, 4, 5, 6),
  };
  strictEqual(upperRows(slope, 2), slope);
});

Deno.test("the newest samples are shown while a run trains, and stay where it is the only one", async () => {
  const newest = encodePng(sheet);
  const { io, display, previews } = previewing([{ bytes: Uint8Array.of(1) }, { bytes: newest }]);
  display.update({ ...evaluated(), kind: "started" });
  previews.take({ ...evaluated(), kind: "report" });
  previews.take(evaluated());
  await previews.end(true);
  // 12 of 24 rows, of two pixels each, at 44 pixels in 40 columns.
  const picture = pictureLines(upperRows(sheet, 26), io, 12);
  const [, ...frames] = io.written.error.split("\x1b[J");
  ok(frames[0].startsWith(`${picture}\nglyphs-vae seed 1`), frames[0]);
  ok(frames.some((frame) => frame === `${picture}\n` || frame.startsWith(`${picture}\nglyphs`)));
  ok(io.written.error.includes(picture));
  display[Symbol.dispose]();
  const several = previewing([{ bytes: newest }]);
  several.previews.take(evaluated());
  await several.previews.end(false);
  ok(several.io.written.error.includes(picture));
  strictEqual(several.io.written.error.split("\x1b[J").at(-1), "");
});

Deno.test("points are drawn whole, text line by line, and what is damaged or unseen not at all", async () => {
  const seen = async (
    samples: Parameters<typeof previewing>[0],
    dataset?: string,
    screen?: { columns: number; rows: number },
  ) => {
    const { io, previews, asked } = previewing(samples, screen);
    previews.take(evaluated(dataset));
    await previews.end(true);
    return { shown: io.written.error.split("\x1b[J").at(-1), asked, io };
  };
  const points = await seen([{ bytes: encodePng(sheet) }], "ring-8");
  strictEqual(points.shown, `${pictureLines(sheet, points.io, 12)}\n`);
  const text = new TextEncoder().encode(`to be\x1b[2J or not\n${"word ".repeat(20)}`);
  const { shown } = await seen([{ mediaType: "text/plain", bytes: text }], "text");
  deepStrictEqual(shown?.split("\n").slice(0, 2), [
    ...["to be\ufffd[2J or not", "word word word word word word word word"],
  ]);
  strictEqual((await seen([{ bytes: encodePng(sheet).slice(0, 60) }])).shown, "");
  strictEqual((await seen([])).shown, "");
  const unseen = previewing([{ bytes: encodePng(sheet) }]);
  const dark = { ...unseen.io, screen: () => undefined };
  const previews = new Previews(
    unseen.display,
    { store: { artifacts: unseen.asked.push } as never, registries },
    dark,
  );
  previews.take(evaluated());
  await previews.end(true);
  deepStrictEqual([unseen.asked, unseen.io.written.error], [[], ""]);
});
