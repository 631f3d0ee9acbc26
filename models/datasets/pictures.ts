/**
 * Picture files as rasters of one size: PNG, JPEG and WebP, turned as EXIF says, cropped about their
 * middle and shrunk by area.
 *
 * @module
 */
import { convertIndexedToRgb, decode as decodePng } from "fast-png";
import jpeg from "jpeg-js";

/** A picture: values in [0, 1], [height, width, channels] with 1 (grey) or 3 channels, or with alpha 2 or 4. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly values: Float32Array;
}

/** Whole numbers as shares of the most that they may be. A loop, as `Float32Array.from` takes ten times as
 * long. */
function shares(numbers: ArrayLike<number>, most: number): Float32Array {
  const values = new Float32Array(numbers.length);
  for (let i = 0; i < values.length; i++) values[i] = numbers[i] / most;
  return values;
}

/** Where a PNG says what its numbers are, and that they are of a palette. */
const [COLOR_TYPE, INDEXED] = [25, 3];

function pngPicture(bytes: Uint8Array): Picture {
  const { width, height, channels, depth, data, palette, transparency = [] } = decodePng(bytes, {
    checkCrc: true,
  });
  // Of truecolour a palette is a proposal for screens of few colours.
  if (bytes[COLOR_TYPE] === INDEXED) {
    if (palette === undefined) throw new Error("no palette");
    const colors = convertIndexedToRgb({ width, height, channels, depth, data, palette } as never);
    const values = shares(colors, 255);
    return { width, height, channels: values.length / (width * height), values };
  }
  // Depths below 8 come as rows of packed bits.
  const most = 2 ** depth - 1;
  const key = shares(transparency, most);
  if (depth >= 8) {
    return withoutKey({ width, height, channels, values: shares(data, most) }, key);
  }
  const row = Math.ceil(width * depth / 8);
  const values = Float32Array.from({ length: width * height }, (_, i) => {
    const [y, bit] = [Math.floor(i / width), (i % width) * depth];
    return ((data[y * row + (bit >> 3)] >> (8 - depth - bit % 8)) & most) / most;
  });
  return withoutKey({ width, height, channels: 1, values }, key);
}

/** A picture with alpha where one color stands for no picture (PNG, section 11.3.2.1); as it is without. */
function withoutKey(picture: Picture, key: Float32Array): Picture {
  const { width, height, channels, values } = picture;
  if (key.length !== channels) return picture;
  const all = new Float32Array(width * height * (channels + 1));
  for (let i = 0; i < width * height; i++) {
    const pixel = values.subarray(i * channels, (i + 1) * channels);
    all.set(pixel, i * (channels + 1));
    all[i * (channels + 1) + channels] = pixel.every((value, c) => value === key[c]) ? 0 : 1;
  }
  return { width, height, channels: channels + 1, values: all };
}

/** Most pixels of a JPEG, in millions, and the bytes that its decoder may take for them. */
const LARGEST_JPEG = { maxResolutionInMP: 400, maxMemoryUsageInMB: 6000 };

function jpegPicture(bytes: Uint8Array): Picture {
  const { width, height, data } = jpeg.decode(bytes, {
    ...{ useTArray: true, formatAsRGBA: false, ...LARGEST_JPEG },
    ...isPlainRgb(bytes) && { colorTransform: false },
  });
  return { width, height, channels: 3, values: shares(data, 255) };
}

/** The tag of a picture's orientation (EXIF 2.3, section 4.6.4). */
const ORIENTATION = 0x0112;

/** The content of a JPEG's segments of a marker that begin with a word; what is cut off is none. */
function* segmentsOf(bytes: Uint8Array, marker: number, word: string): Generator<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Segments: ff, a marker, the length of what follows with itself; the picture begins with ff da.
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff && bytes[at + 1] !== 0xda;) {
    const end = at + 2 + view.getUint16(at + 2);
    const content = bytes.subarray(at + 4, end);
    const begin = new TextDecoder().decode(content.subarray(0, word.length));
    if (end <= bytes.length && bytes[at + 1] === marker && begin === word) {
      yield content.subarray(word.length);
    }
    at = end;
  }
}

/** How a JPEG is to be turned, 1 … 8, by the first EXIF segment that says so; 1: as it is. */
function orientationOf(bytes: Uint8Array): number {
  const [exif] = segmentsOf(bytes, 0xe1, "Exif\0\0");
  return exif === undefined ? 1 : tagged(exif);
}

/** Whether a JPEG's components are red, green and blue themselves: Adobe's transform 0. */
function isPlainRgb(bytes: Uint8Array): boolean {
  const [adobe] = segmentsOf(bytes, 0xee, "Adobe");
  // A version and two words of flags before it.
  return adobe !== undefined && adobe[6] === 0;
}

/** The orientation among the tags of the first directory of TIFF's form; 1 where there is none. */
function tagged(tiff: Uint8Array): number {
  if (tiff.length < 8) return 1;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const little = tiff[0] === 0x49;
  const directory = view.getUint32(4, little);
  if (directory + 2 > tiff.length) return 1;
  const entries = view.getUint16(directory, little);
  for (let i = 0, at = directory + 2; i < entries && at + 12 <= tiff.length; i++, at += 12) {
    if (view.getUint16(at, little) !== ORIENTATION) continue;
    const value = view.getUint16(at + 8, little);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

/** A picture as its orientation means it to be seen: 2 mirrored, 3 upside down, …, 5 to 8 on its side. */
function upright(picture: Picture, orientation: number): Picture {
  if (orientation === 1) return picture;
  const { channels } = picture;
  const turned = orientation >= 5;
  const [width, height] = turned
    ? [picture.height, picture.width]
    : [picture.width, picture.height];
  const values = new Float32Array(picture.values.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [right, below] = [width - 1 - x, height - 1 - y];
      // Column and row of the stored picture.
      const [column, row] = [
        [x, y],
        [right, y],
        [right, below],
        [x, below],
        [y, x],
        [y, right],
        [below, right],
        [below, x],
      ][orientation - 1];
      const from = (row * picture.width + column) * channels;
      values.set(picture.values.subarray(from, from + channels), (y * width + x) * channels);
    }
  }
  return { width, height, channels, values };
}

/** Whether a file is a WebP picture, by its first bytes. */
export function isWebp(bytes: Uint8Array): boolean {
  return wordAt(bytes, 0) === "RIFF" && wordAt(bytes, 8) === "WEBP";
}

function wordAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

/** How a WebP picture is to be turned, by the chunk that says so. */
function webpOrientation(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Chunks of a name, a length, and that many bytes, one more where that is odd.
  for (let at = 12; at + 8 <= bytes.length;) {
    const length = view.getUint32(at + 4, true);
    const chunk = bytes.subarray(at + 8, at + 8 + length);
    if (wordAt(bytes, at) === "EXIF") {
      return tagged(wordAt(chunk, 0) === "Exif" ? chunk.subarray(6) : chunk);
    }
    at += 8 + length + length % 2;
  }
  return 1;
}

/**
 * Decodes a file by its first bytes, turned as its EXIF data say.
 *
 * @param webp What decodes WebP; left out: such a file is an error.
 * @throws Error where it is no PNG, JPEG or WebP, a damaged one, or an interlaced PNG of fewer than 8 bits
 *   a channel, which the decoder does not know.
 */
export function decodePicture(
  bytes: Uint8Array,
  webp?: (bytes: Uint8Array) => Picture,
): Picture {
  if (bytes[0] === 0x89 && bytes[1] === 0x50) {
    // Of the first chunk's content: depth, and whether rows are interlaced.
    if (bytes[24] < 8 && bytes[28] === 1) {
      throw new Error(
        "an interlaced PNG picture of fewer than 8 bits a channel, which cannot be read: save it " +
          "without interlacing",
      );
    }
    return whole("PNG", () => pngPicture(bytes));
  }
  if (bytes[0] === 0xff && bytes[1] === 0xd8) {
    return whole("JPEG", () => upright(jpegPicture(bytes), orientationOf(bytes)));
  }
  if (!isWebp(bytes)) throw new Error("neither PNG, JPEG nor WebP");
  if (webp === undefined) throw new Error("a WebP picture, whose decoder this place does not have");
  return upright(webp(bytes), webpOrientation(bytes));
}

/** What a decoder gives; where it fails, one reason in place of its own words for each place in a file. */
function whole(kind: string, decode: () => Picture): Picture {
  try {
    const picture = decode();
    if (picture.values.length === 0) throw new Error("no pixels");
    return picture;
  } catch (error) {
    const isLarge = error instanceof Error && error.message.includes("limit exceeded");
    throw new Error(
      isLarge
        ? `a ${kind} picture of more pixels than can be decoded here`
        : `a damaged ${kind} picture`,
    );
  }
}

/** What transparent places of a picture become. */
export type Background = "black" | "white";

const hasAlpha = ({ channels }: Picture) => channels === 2 || channels === 4;

/** Whether a picture has places that are not opaque. */
export function isTransparent(picture: Picture): boolean {
  const { channels, values } = picture;
  return hasAlpha(picture) && values.some((value, i) => i % channels === channels - 1 && value < 1);
}

/** Red, green and blue, or grey, of a pixel over a grey. */
function channelOf(
  picture: Picture,
  pixel: number,
  c: number,
  grey: boolean,
  over: number,
): number {
  const { channels, values } = picture;
  const at = pixel * channels;
  const alpha = hasAlpha(picture) ? values[at + channels - 1] : 1;
  const behind = (1 - alpha) * over;
  if (channels < 3) return alpha * values[at] + behind;
  // ITU-R BT.601.
  return grey
    ? alpha * (0.299 * values[at] + 0.587 * values[at + 1] + 0.114 * values[at + 2]) + behind
    : alpha * values[at + c] + behind;
}

/**
 * The middle square of a picture at another size: each new pixel is the mean of the area that it
 * covers, parts of old pixels counting by their share.
 *
 * @param channels 1 (grey) or 3.
 * @param background What lies behind transparent places.
 * @returns [side, side, channels]
 */
export function squared(
  picture: Picture,
  side: number,
  channels: 1 | 3,
  background: Background = "black",
): Float32Array {
  const over = Number(background === "white");
  const { width, height } = picture;
  const crop = Math.min(width, height);
  const [left, top] = [Math.floor((width - crop) / 2), Math.floor((height - crop) / 2)];
  const scale = crop / side;
  const out = new Float32Array(side * side * channels);
  /** Old pixels that a new one covers, from the first on, as shares of it. */
  const parts = Array.from({ length: side }, (_, i) => {
    const [from, to] = [i * scale, (i + 1) * scale];
    const first = Math.floor(from);
    const last = Math.min(crop, Math.ceil(to - 1e-9));
    const covered = new Float64Array(Math.max(1, last - first));
    for (let k = 0; k < covered.length; k++) {
      covered[k] = (Math.min(to, first + k + 1) - Math.max(from, first + k)) / scale;
    }
    return { first, covered };
  });
  for (let i = 0; i < side * side; i++) {
    const [rows, columns] = [parts[Math.floor(i / side)], parts[i % side]];
    for (let y = 0; y < rows.covered.length; y++) {
      for (let x = 0; x < columns.covered.length; x++) {
        const pixel = (top + rows.first + y) * width + left + columns.first + x;
        const share = rows.covered[y] * columns.covered[x];
        for (let c = 0; c < channels; c++) {
          out[i * channels + c] += share * channelOf(picture, pixel, c, channels === 1, over);
        }
      }
    }
  }
  for (let i = 0; i < out.length; i++) out[i] = Math.min(1, out[i]);
  return out;
}
