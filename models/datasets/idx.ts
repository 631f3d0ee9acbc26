/**
 * `idx`: images and labels from a folder of IDX files, the format of MNIST and Fashion-MNIST: two
 * zero bytes, the element type, the number of dimensions, their lengths as big-endian 32-bit
 * integers, then the elements row by row. Gzip is recognised by its first bytes.
 *
 * @module
 */
import * as z from "zod";
import type { Split } from "../../lab/core/dataset.ts";
import { InputError } from "../../lab/core/errors.ts";
import { classesOf } from "./classes.ts";
import { defineDataset, shuffled } from "./define_dataset.ts";
import { folderField, type ReadFile, readNamed } from "./files.ts";

const configuration = z.strictObject(folderField(
  "mnist",
  "Folder of train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and " +
    "t10k-labels-idx1-ubyte, each plain or with .gz",
));

/** Configuration of {@linkcode idx}. */
export type IdxConfiguration = z.output<typeof configuration>;

/** Type byte of unsigned bytes, the only one that images and labels come in. */
const UNSIGNED_BYTE = 0x08;

/** The content of an IDX file of unsigned bytes. */
export interface IdxArray {
  /** The lengths of its dimensions. */
  readonly shape: readonly number[];
  /** Its elements, row-major. */
  readonly values: Uint8Array;
}

/**
 * Parses an IDX file of unsigned bytes.
 *
 * @param bytes The file, plain (not gzip).
 * @param dimensions How many the file must have: 3 for images, 1 for labels.
 * @param path For messages.
 * @throws InputError that names the file where it is truncated, too long or of another kind.
 */
export function parseIdx(bytes: Uint8Array, dimensions: number, path: string): IdxArray {
  const { shape, header, size } = headerOf(bytes, dimensions, path);
  if (bytes.length !== header + size) {
    throw wrong(
      path,
      `[${shape.join(", ")}] takes ${header + size} bytes`,
      `the file has ${bytes.length}${bytes.length < header + size ? " (truncated)" : ""}`,
    );
  }
  return { shape, values: bytes.subarray(header) };
}

function wrong(path: string, requirement: string, given: string): InputError {
  return new InputError(`Cannot read ${path} as ${requirement}: ${given}`);
}

/** What stands before the elements, and how many bytes these are. */
function headerOf(
  bytes: Uint8Array,
  dimensions: number,
  path: string,
): { shape: number[]; header: number; size: number } {
  const magic = (UNSIGNED_BYTE << 8) | dimensions;
  const header = 4 + 4 * dimensions;
  if (bytes.length < header) {
    throw wrong(path, `an IDX header has ${header} bytes`, `the file has ${bytes.length}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0) !== magic) {
    throw wrong(
      path,
      `its magic number must be ${magic} (unsigned bytes, ${dimensions} dimensions)`,
      `${view.getUint32(0)}`,
    );
  }
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  return { shape, header, size: shape.reduce((product, length) => product * length, 1) };
}

/** Reads and parses `name` or `name.gz`, which is unpacked no further than its header says that it goes. */
async function readIdx(
  readFile: ReadFile,
  folder: string,
  name: string,
  dimensions: number,
): Promise<IdxArray & { path: string }> {
  const { bytes, path } = await readNamed(readFile, folder, name, "glyphs", (start, path) => {
    if (start.length < 4 + 4 * dimensions) return undefined;
    const { header, size } = headerOf(start, dimensions, path);
    return header + size;
  });
  return { ...parseIdx(bytes, dimensions, path), path };
}

async function readSplit(
  readFile: ReadFile,
  folder: string,
  prefix: string,
): Promise<Split & { side: readonly number[] }> {
  const images = await readIdx(readFile, folder, `${prefix}-images-idx3-ubyte`, 3);
  const labels = await readIdx(readFile, folder, `${prefix}-labels-idx1-ubyte`, 1);
  const [count, height, width] = images.shape;
  if (count === 0) throw new InputError(`Cannot use ${images.path} as it must hold images: none`);
  if (labels.shape[0] !== count) {
    throw new InputError(
      `Cannot use ${labels.path} as it must label the ${count} images of ${images.path}: ` +
        `${labels.shape[0]} labels`,
    );
  }
  const values = new Float32Array(images.values.length);
  // `Float32Array.from` with a function takes a hundred times as long: ten seconds for MNIST.
  for (let i = 0; i < values.length; i++) values[i] = images.values[i] / 255;
  return { count, values, labels: labels.values.slice(), side: [height, width] };
}

/** The data set that {@linkcode IdxConfiguration} describes; pixels divided by 255. */
export const idx = defineDataset<IdxConfiguration>({
  name: "idx",
  summary: "Images from a folder of IDX files (MNIST, Fashion-MNIST)",
  holds: { kind: "images", labels: true },
  configuration,
  create: async ({ configuration: { folder }, readFile, stream }) => {
    const { side, ...train } = await readSplit(readFile, folder, "train");
    const { side: testSide, ...test } = await readSplit(readFile, folder, "t10k");
    if (`${side}` !== `${testSide}`) {
      throw new InputError(
        `Cannot use ${folder} as train and test images must have one size: ` +
          `${side.join("×")} and ${testSide.join("×")}`,
      );
    }
    const { indexOf, ...classes } = classesOf(train.labels!);
    if (classes.classes === 1) {
      throw new InputError(
        `Cannot use ${folder} as its training labels must be of two classes at least: ` +
          `${train.labels![0]} alone`,
      );
    }
    const unknown = test.labels!.find((label) => !indexOf.has(label));
    if (unknown !== undefined) {
      throw new InputError(
        `Cannot use ${folder} as each class must have training images: the test label ${unknown} ` +
          "has none",
      );
    }
    const indexed = (split: Split): Split => ({
      ...split,
      labels: split.labels!.map((label) => indexOf.get(label)!),
    });
    return {
      kind: "images",
      shape: [...side, 1],
      ...classes,
      train: indexed(train),
      test: shuffled(indexed(test), stream("test")),
    };
  },
});
