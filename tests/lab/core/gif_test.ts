import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { decodeFrames } from "modern-gif";
import { makeEnv } from "../../../envs/mod.ts";
import { InputError } from "../../../lab/core/errors.ts";
import { encodeGif } from "../../../lab/core/gif.ts";
import type { Raster } from "../../../lab/core/picture.ts";
import { renderRaster } from "../../../lab/core/render_raster.ts";

/** Frames of a decoded file as delays and the bytes of red, green and blue. */
function decoded(gif: Uint8Array): { delay: number; pixels: Uint8Array }[] {
  return decodeFrames(gif.slice().buffer).map(({ delay, data }) => ({
    delay,
    pixels: Uint8Array.from(data.filter((_, i) => i % 4 < 3)),
  }));
}

Deno.test("a GIF holds all frames with their colours, moves at its pace and starts over", async () => {
  const plain = (...color: number[]): Raster => ({
    width: 3,
    height: 2,
    channels: 3,
    pixels: Uint8Array.from({ length: 18 }, (_, i) => color[i % 3]),
  });
  const frames = [plain(255, 0, 0), plain(10, 200, 30), plain(255, 255, 255), plain(0, 0, 0)];
  const gif = await encodeGif(frames, { milliseconds: 43 });
  const text = new TextDecoder("latin1").decode(gif);
  ok(text.startsWith("GIF89a\x03\x00\x02\x00")); // width and height, little-endian
  // The extension that browsers read: repeat 0 times, which means for ever.
  ok(text.includes("NETSCAPE2.0\x03\x01\x00\x00\x00"));
  const shown = decoded(gif);
  deepStrictEqual(shown.map(({ delay }) => delay), [40, 40, 40, 40]);
  shown.forEach(({ pixels }, i) => { // the library's black is 1, 1, 1
    ok(pixels.every((value, j) => Math.abs(value - frames[i].pixels[j]) <= 1), `${pixels}`);
  });
});

Deno.test("a GIF of a world looks like its frames", async () => {
  const env = makeEnv("CartPole-v1");
  env.reset({ seed: 1 });
  const frames = [0, 1, 1].map((action) => {
    env.step(action);
    return renderRaster(env.scene!(), { width: 120 });
  });
  const shown = decoded(await encodeGif(frames, { milliseconds: 20 }));
  strictEqual(shown.length, 3);
  shown.forEach(({ pixels }, i) => {
    const worst = Math.max(...pixels.map((value, j) => Math.abs(value - frames[i].pixels[j])));
    ok(worst < 24, `frame ${i} is off by ${worst}`);
  });
});

Deno.test("a GIF needs frames, and of one size", async () => {
  const frame = (width: number): Raster => ({
    width,
    height: 1,
    channels: 1,
    pixels: new Uint8Array(width),
  });
  await rejects(encodeGif([], { milliseconds: 40 }), InputError);
  await rejects(encodeGif([frame(2), frame(3)], { milliseconds: 40 }), /2 × 1 and 3 × 1/);
  for (const width of [0, 65_536]) {
    await rejects(encodeGif([frame(width)], { milliseconds: 40 }), {
      name: "InputError",
      message: `Cannot make a GIF as its sides must be 1 … 65535 pixels: ${width} × 1`,
    });
  }
  await rejects(encodeGif([{ ...frame(2), channels: 3 }], { milliseconds: 40 }), {
    name: "InputError",
    message: "Cannot make a GIF as a frame of 2 × 1 × 3 must have 6 bytes: 2",
  });
  for (const milliseconds of [-1, 700_000, NaN]) {
    await rejects(encodeGif([frame(2)], { milliseconds }), {
      name: "InputError",
      message: `Cannot make a GIF as milliseconds must be 0 … 655350: ${milliseconds}`,
    });
  }
});
