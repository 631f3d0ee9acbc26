/**
 * `text`: the characters of a user's own text file. Its first part is learned from, in windows that
 * overlap, the next one chosen by, the last one measured on.
 *
 * @module
 */
import * as z from "zod";
import type { Split } from "../../lab/core/dataset.ts";
import { InputError } from "../../lab/core/errors.ts";
import { tokensOf } from "../../lab/core/text.ts";
import { defineDataset } from "./define_dataset.ts";

/** Most characters that a vocabulary may have. */
const MOST = 4096;

const configuration = z.strictObject({
  file: z.string().min(1).default("text.txt").meta({ description: "The file, UTF-8" }),
  length: z.int().min(4).max(1024).default(96).meta({
    description: "Characters of an example: how far a model looks back",
    unit: "characters",
  }),
  stride: z.int().min(1).max(1024).default(24).meta({
    description: "Characters from the beginning of an example to learn from to that of the next",
    unit: "characters",
  }),
  vocabulary: z.string().default("").meta({
    description: "The characters that the text may have; empty: those that it has",
  }),
  validation: z.number().gt(0).lt(0.5).default(0.1).meta({
    description: "Share of the text, next to last, to choose the best checkpoint by",
  }),
  test: z.number().gt(0).lt(0.5).default(0.1).meta({
    description: "Share of the text, at its end, to measure on",
  }),
});

/** Windows of tokens, `stride` apart. */
function windowsOf(tokens: Int32Array, length: number, stride: number): Split {
  const count = Math.max(0, Math.floor((tokens.length - length) / stride) + 1);
  const values = new Float32Array(count * length);
  for (let i = 0; i < count; i++) {
    values.set(tokens.subarray(i * stride, i * stride + length), i * length);
  }
  return { count, values };
}

/** The file's text, its lines ending in one character. */
async function readText(
  readFile: (path: string) => Promise<Uint8Array>,
  file: string,
): Promise<string> {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(await readFile(file));
    return text.replaceAll("\r\n", "\n");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new InputError(`Cannot read ${file} as it must be UTF-8 text: other bytes are in it`);
  }
}

/** A user's own text. */
export const text = defineDataset({
  name: "text",
  summary: "Characters of a text file",
  holds: { kind: "text" },
  configuration,
  create: async ({ configuration, readFile }) => {
    const { file, length, stride, validation, test } = configuration;
    const read = await readText(readFile, file);
    const vocabulary = [...new Set(configuration.vocabulary || read)].sort();
    if (vocabulary.length > MOST) {
      throw new InputError(
        `Cannot use ${file} as it must have at most ${MOST} different characters: ` +
          `${vocabulary.length}`,
      );
    }
    const tokens = tokensOf(read, vocabulary, `use ${file}`);
    const [first, second] = [1 - validation - test, 1 - test]
      .map((share) => Math.round(share * tokens.length));
    const splits = {
      train: windowsOf(tokens.subarray(0, first), length, stride),
      validation: windowsOf(tokens.subarray(first, second), length, length),
      test: windowsOf(tokens.subarray(second), length, length),
    };
    if (Object.values(splits).some(({ count }) => count === 0)) {
      const least = Math.ceil((length + 1) / Math.min(1 - validation - test, validation, test));
      throw new InputError(
        `Cannot use ${file} as each split must hold an example of ${length} characters, which ` +
          `takes about ${least} (a smaller dataset.length takes fewer): ${tokens.length}`,
      );
    }
    return { kind: "text", shape: [length], vocabulary, ...splits };
  },
});
