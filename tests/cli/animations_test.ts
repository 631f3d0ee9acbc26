/** Animations of a run's pictures: which frames, in which order. */
import { deepStrictEqual, throws } from "node:assert";
import { decodeFrames } from "modern-gif";
import { animationsOf } from "../../cli/animations.ts";
import { encodePng } from "../../lab/core/png.ts";
import type { Run, Store } from "../../lab/store/store.ts";

/** A store of one run with so many pictures `samples`, each of one grey, their hash. */
function storeOf(count: number): Store {
  const picture = (i: number, name: string) => ({
    ...{ name, iteration: i, mediaType: "image/png", hash: String(i), bytes: 1 },
  });
  return {
    artifacts: () => [
      ...Array.from({ length: count }, (_, i) => picture(i, "samples")),
      ...count > 0
        ? [picture(0, "codes"), { ...picture(0, "texts"), mediaType: "text/plain" }]
        : [],
    ],
    readArtifact: (hash: string) => {
      const pixels = new Uint8Array(4).fill(60 * (Number(hash) % 4));
      return Promise.resolve(encodePng({ width: 2, height: 2, channels: 1, pixels }));
    },
  } as unknown as Store;
}

/** The grey of each frame: a GIF's palette is off by little. */
const greys = (bytes: Uint8Array) =>
  decodeFrames(bytes.slice().buffer).map(({ data }) => 10 * Math.round(data[0] / 10));

const run = { id: "1abcde", name: "glyphs-dcgan" } as Run;

Deno.test("a GIF a name holds the run's pictures in their order", async () => {
  const animations = animationsOf(storeOf(4), run);
  deepStrictEqual(animations.map(({ name }) => name), ["samples", "codes"]);
  deepStrictEqual(greys(await animations[0].content()), [0, 60, 120, 180]);
});

Deno.test("of very many pictures some are shown, the last one among them", async () => {
  const [{ content }] = animationsOf(storeOf(606), run);
  const shown = greys(await content());
  // Every other one, up to the last: 1, 3, …, 605.
  deepStrictEqual([shown.length, ...shown.slice(0, 3), shown.at(-1)], [303, 60, 180, 60, 60]);
});

Deno.test("a run without pictures has no animation", () => {
  throws(() => animationsOf(storeOf(0), run), /^InputError: Cannot export animations of 1abcde as/);
});
