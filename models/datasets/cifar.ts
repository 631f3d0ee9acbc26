/**
 * `cifar`: CIFAR-10 from the binary files of its authors (Krizhevsky 2009, "Learning Multiple Layers
 * of Features from Tiny Images"): records of a label and the red, green and blue planes of an image of
 * 32 × 32 pixels, without a header.
 *
 * @module
 */
import * as z from "zod";
import type { Split } from "../../lab/core/dataset.ts";
import { InputError } from "../../lab/core/errors.ts";
import type { ReadBytes } from "../../lab/core/registry.ts";
import { defineDataset, shuffled } from "./define_dataset.ts";
import { folderField, readNamed } from "./files.ts";

const configuration = z.strictObject(folderField(
  "cifar-10-batches-bin",
  "Folder of data_batch_1.bin … data_batch_5.bin and test_batch.bin, each plain or with .gz",
));

const SIDE = 32;
const PLANE = SIDE * SIDE;
const RECORD = 1 + 3 * PLANE;

/**
 * Images [count, 32, 32, 3] and labels of a batch file.
 *
 * @throws InputError that names the file where it holds no whole records, or a label above 9.
 */
export function parseCifar({ bytes, path }: ReadBytes): Split {
  const count = Math.floor(bytes.length / RECORD);
  if (count === 0 || count * RECORD !== bytes.length) {
    throw new InputError(
      `Cannot read ${path} as it must hold records of ${RECORD} bytes: ${bytes.length} bytes`,
    );
  }
  const values = new Float32Array(count * 3 * PLANE);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    labels[i] = bytes[i * RECORD];
    if (labels[i] > 9) {
      throw new InputError(`Cannot read ${path} as labels must be 0 … 9: ${labels[i]} at ${i}`);
    }
    for (let at = 0; at < 3 * PLANE; at++) {
      const [channel, pixel] = [Math.floor(at / PLANE), at % PLANE];
      values[(i * PLANE + pixel) * 3 + channel] = bytes[i * RECORD + 1 + at] / 255;
    }
  }
  return { count, values, labels };
}

/** One split after another. */
function joined(splits: readonly Split[]): Split {
  const count = splits.reduce((sum, split) => sum + split.count, 0);
  const values = new Float32Array(count * 3 * PLANE);
  const labels = new Uint8Array(count);
  let first = 0;
  for (const split of splits) {
    values.set(split.values, first * 3 * PLANE);
    labels.set(split.labels!, first);
    first += split.count;
  }
  return { count, values, labels };
}

/** CIFAR-10; pixels divided by 255, channels last. */
export const cifar = defineDataset({
  name: "cifar",
  summary: "Colour images of CIFAR-10's binary files in a folder",
  holds: { kind: "images", labels: true },
  configuration,
  create: async ({ configuration: { folder }, readFile, stream }) => {
    let first: { readonly path: string; readonly count: number } | undefined;
    const batch = async (name: string) => {
      const file = await readNamed(readFile, folder, `${name}.bin`, "shapes");
      const split = parseCifar(file);
      first ??= { path: file.path, count: split.count };
      if (split.count === first.count) return split;
      throw new InputError(
        `Cannot use ${file.path} as all batches must have as many images (10,000 in CIFAR-10): ` +
          `${split.count}, and ${first.count} in ${first.path}`,
      );
    };
    const batches: Split[] = [];
    for (let i = 1; i <= 5; i++) batches.push(await batch(`data_batch_${i}`));
    const test = shuffled(await batch("test_batch"), stream("test"));
    return { kind: "images", shape: [SIDE, SIDE, 3], classes: 10, train: joined(batches), test };
  },
});
