/**
 * `binarized-mnist`: MNIST with pixels of 0 and 1, drawn once (Larochelle & Murray 2011, "The Neural
 * Autoregressive Distribution Estimator"), the data that published likelihoods in nats are of. Text
 * files (`.amat`) with an image a line, its pixels between blanks.
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
  "binarized-mnist",
  "Folder of binarized_mnist_train.amat, binarized_mnist_valid.amat and " +
    "binarized_mnist_test.amat, each plain or with .gz",
));

const SIZE = 784;
const [ZERO, ONE] = [48, 49];

/**
 * Images [count, 784] of a file.
 *
 * @throws InputError that names file and line where a line has not 784 numbers of 0 and 1 between blanks.
 */
export function parseAmat({ bytes, path }: ReadBytes): Split {
  const isPixel = (byte: number) => byte === ZERO || byte === ONE;
  const pixels = new Float32Array(bytes.reduce((sum, byte) => sum + Number(isPixel(byte)), 0));
  let [at, begin, line, isApart] = [0, 0, 1, true];
  const endLine = () => {
    if (at - begin !== SIZE) {
      throw new InputError(
        `Cannot read ${path} as each line must have ${SIZE} pixels: ${at - begin} in line ${line}`,
      );
    }
    begin = at;
    line++;
  };
  for (const byte of bytes) {
    if (isPixel(byte) && isApart) pixels[at++] = byte - ZERO;
    else if (byte === 10) endLine();
    else if (byte !== 32 && byte !== 13) {
      const given = isPixel(byte) ? "two together" : JSON.stringify(String.fromCharCode(byte));
      throw new InputError(
        `Cannot read ${path} as pixels must be 0 or 1, between blanks: ${given} in line ${line}`,
      );
    }
    isApart = !isPixel(byte);
  }
  // The last line may end without a line feed.
  if (at > begin || at === 0) endLine();
  return { count: at / SIZE, values: pixels };
}

/** MNIST of black and white pixels, with its own three splits. */
export const binarizedMnist = defineDataset({
  name: "binarized-mnist",
  summary: "MNIST of black and white pixels, from a folder of .amat files",
  holds: { kind: "images", binary: true },
  configuration,
  create: async ({ configuration: { folder }, readFile, stream }) => {
    const split = async (name: string) =>
      parseAmat(await readNamed(readFile, folder, `binarized_mnist_${name}.amat`, "glyphs"));
    return {
      kind: "images",
      shape: [28, 28, 1],
      train: await split("train"),
      validation: shuffled(await split("valid"), stream("validation")),
      test: shuffled(await split("test"), stream("test")),
    };
  },
});
