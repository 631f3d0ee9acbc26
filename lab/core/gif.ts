/**
 * Pictures that move, as GIF files.
 *
 * @module
 */
import { encode } from "modern-gif";
import { InputError } from "./errors.ts";
import { checkOptions } from "./options.ts";
import type { Raster } from "./picture.ts";

/** Viewers slow down what asks for less between two frames. */
const leastDelay = 20;
/** Two bytes: pixels of a side, and hundredths of a second between two frames. */
const LONGEST = 65_535;

/** Bytes of red, green, blue and an opaque alpha. */
function opaque({ channels, pixels }: Raster): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray(pixels.length / channels * 4).fill(255);
  for (let from = 0, to = 0; from < pixels.length; from += channels, to += 4) {
    rgba[to] = pixels[from];
    rgba[to + 1] = pixels[from + (channels === 1 ? 0 : 1)];
    rgba[to + 2] = pixels[from + (channels === 1 ? 0 : 2)];
  }
  return rgba;
}

/**
 * The bytes of a GIF file that shows `frames` over and over. All colours of all frames share one
 * palette of at most 255. An alpha channel is left out.
 *
 * @param options `milliseconds` between two frames, at most 655,350: in the format's steps of 10 and at
 *   least 20.
 * @throws InputError where there are no frames, their sizes differ or are none that the format has (1 to
 *   65,535 a side), a frame has not as many pixels, or the time is none of these.
 */
export async function encodeGif(
  frames: readonly Raster[],
  options: { milliseconds: number },
): Promise<Uint8Array> {
  checkOptions<typeof options>("make a GIF", options, { milliseconds: true });
  const { milliseconds } = options;
  if (frames.length === 0) throw new InputError("Cannot make a GIF as it needs a frame: none");
  const { width, height } = frames[0];
  const odd = frames.find((frame) => frame.width !== width || frame.height !== height);
  if (odd !== undefined) {
    throw new InputError(
      `Cannot make a GIF as its frames must have one size: ${width} × ${height} and ` +
        `${odd.width} × ${odd.height}`,
    );
  }
  if (![width, height].every((side) => Number.isInteger(side) && side >= 1 && side <= LONGEST)) {
    throw new InputError(
      `Cannot make a GIF as its sides must be 1 … ${LONGEST} pixels: ${width} × ${height}`,
    );
  }
  const wrong = frames.find(({ channels, pixels }) => pixels.length !== width * height * channels);
  if (wrong !== undefined) {
    throw new InputError(
      `Cannot make a GIF as a frame of ${width} × ${height} × ${wrong.channels} must have ` +
        `${width * height * wrong.channels} bytes: ${wrong.pixels.length}`,
    );
  }
  if (!(milliseconds >= 0 && milliseconds <= 10 * LONGEST)) {
    throw new InputError(
      `Cannot make a GIF as milliseconds must be 0 … ${10 * LONGEST}: ${milliseconds}`,
    );
  }
  const delay = Math.max(leastDelay, Math.round(milliseconds / 10) * 10);
  const bytes = await encode({
    width,
    height,
    looped: true,
    maxColors: 255,
    frames: frames.map((frame) => ({ data: opaque(frame), delay })),
  });
  return new Uint8Array(bytes);
}
