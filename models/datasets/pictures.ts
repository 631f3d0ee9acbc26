/**
 * Picture files as rasters of one size: PNG and JPEG, cropped about their middle and shrunk by area.
 *
 * @module
 */
import { convertIndexedToRgb, decode as decodePng } from "fast-png";
import jpeg from "jpeg-js";

/** Values in [0, 1], [height, width, channels] with 1 (grey) or 3 channels, or with alpha 2 or 4. */
interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly values: Float32Array;
}

function pngPicture(bytes: Uint8Array): Picture {
  const { width, height, channels, depth, data, palette } = decodePng(bytes);
  if (palette !== undefined) {
    const colors = convertIndexedToRgb({ width, height, channels, depth, data, palette } as never);
    const values = Float32Array.from(colors, (byte) => byte / 255);
    return { width, height, channels: values.length / (width * height), values };
  }
  // Depths below 8 come as rows of packed bits.
  const most = 2 ** depth - 1;
  if (depth >= 8) {
    return { width, height, channels, values: Float32Array.from(data, (x) => x / most) };
  }
  const row = Math.ceil(width * depth / 8);
  const values = Float32Array.from({ length: width * height }, (_, i) => {
    const [y, bit] = [Math.floor(i / width), (i % width) * depth];
    return ((data[y * row + (bit >> 3)] >> (8 - depth - bit % 8)) & most) / most;
  });
  return { width, height, channels: 1, values };
}

function jpegPicture(bytes: Uint8Array): Picture {
  const { width, height, data } = jpeg.decode(bytes, { useTArray: true, formatAsRGBA: false });
  return { width, height, channels: 3, values: Float32Array.from(data, (byte) => byte / 255) };
}

/**
 * Decodes a file by its first bytes.
 *
 * @throws Error where it is no PNG or JPEG, or a damaged one.
 */
export function decodePicture(bytes: Uint8Array): Picture {
  if (bytes[0] === 0x89 && bytes[1] === 0x50) return pngPicture(bytes);
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return jpegPicture(bytes);
  throw new Error("neither PNG nor JPEG");
}

/** Red, green and blue, or grey, of a pixel over black. */
function channelOf({ channels, values }: Picture, pixel: number, c: number, grey: boolean): number {
  const at = pixel * channels;
  const alpha = channels === 2 || channels === 4 ? values[at + channels - 1] : 1;
  if (channels < 3) return alpha * values[at];
  // ITU-R BT.601.
  return grey
    ? alpha * (0.299 * values[at] + 0.587 * values[at + 1] + 0.114 * values[at + 2])
    : alpha * values[at + c];
}

/**
 * The middle square of a picture at another size: each new pixel is the mean of the area that it
 * covers, parts of old pixels counting by their share.
 *
 * @param channels 1 (grey) or 3.
 * @returns [side, side, channels]
 */
export function squared(picture: Picture, side: number, channels: 1 | 3): Float32Array {
  const { width, height } = picture;
  const crop = Math.min(width, height);
  const [left, top] = [Math.floor((width - crop) / 2), Math.floor((height - crop) / 2)];
  const scale = crop / side;
  const out = new Float32Array(side * side * channels);
  /** Old pixels that a new one covers, with their shares. */
  const parts = Array.from({ length: side }, (_, i) => {
    const [from, to] = [i * scale, (i + 1) * scale];
    const first = Math.floor(from);
    const last = Math.min(crop, Math.ceil(to - 1e-9));
    return Array.from({ length: Math.max(1, last - first) }, (_, k) => {
      const share = (Math.min(to, first + k + 1) - Math.max(from, first + k)) / scale;
      return [first + k, share] as const;
    });
  });
  for (let i = 0; i < side * side; i++) {
    for (const [y, down] of parts[Math.floor(i / side)]) {
      for (const [x, across] of parts[i % side]) {
        const pixel = (top + y) * width + left + x;
        for (let c = 0; c < channels; c++) {
          out[i * channels + c] += down * across * channelOf(picture, pixel, c, channels === 1);
        }
      }
    }
  }
  return out.map((value) => Math.min(1, value));
}
