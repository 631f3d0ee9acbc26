/**
 * `arrays`: examples from a file of numbers. An `.npy` file or an array of an `.npz` archive of shape
 * [N, D] holds points, [N, H, W] or [N, H, W, C] images (bytes are divided by 255); a CSV file holds
 * points, a row each, with names in its first line.
 *
 * @module
 */
import * as z from "zod";
import type { Split } from "../../lab/core/dataset.ts";
import { InputError, unknownName } from "../../lab/core/errors.ts";
import { defineDataset, rowsOf } from "./define_dataset.ts";
import type { ReadBytes, ReadFile } from "./files.ts";
import { entriesOf, type NpyArray, parseNpy } from "./npy.ts";

const configuration = z.strictObject({
  file: z.string().min(1).default("examples.npz").meta({
    description: "The file: .npy, .npz or .csv",
  }),
  array: z.string().min(1).default("data").meta({
    description: "The array of an .npz file that holds the examples",
  }),
  labels: z.string().default("").meta({
    description:
      "Whole numbers 0 … 255, a class each: an array of the .npz file, a column of the " +
      "CSV file, or another .npy file; empty for none",
  }),
  channels: z.enum(["last", "first"]).default("last").meta({
    description: "Where images of four axes have their channels: [N, H, W, C] or [N, C, H, W]",
  }),
  test: z.number().gt(0).lt(1).default(0.1).meta({
    description: "Share of the examples, drawn by the data set's seed, to measure on",
  }),
});

/** A table, and the labels of its rows. */
interface Table {
  readonly examples: NpyArray;
  readonly labels?: NpyArray;
}

/**
 * Numbers of a CSV file with names in its first line.
 *
 * @param labels The column of labels; empty for none.
 * @throws InputError that names file and line where a row is of another length or no number.
 */
export function parseCsv({ bytes, path }: ReadBytes, labels = ""): Table {
  const lines = new TextDecoder().decode(bytes).split(/\r?\n/).filter((line) => line.trim() !== "");
  const names = (lines[0] ?? "").split(",").map((name) => name.trim().replaceAll('"', ""));
  const chosen = names.indexOf(labels);
  if (labels !== "" && chosen < 0) throw unknownName(`read ${path}`, "column", labels, names);
  const rows = lines.slice(1).map((line, row) => {
    const cells = line.split(",");
    const numbers = cells.map((cell) => cell.trim() === "" ? NaN : Number(cell));
    const wrong = numbers.findIndex((value) => !Number.isFinite(value));
    if (cells.length !== names.length || wrong >= 0) {
      const given = wrong >= 0 ? JSON.stringify(cells[wrong]) : `${cells.length} values`;
      throw new InputError(
        `Cannot read ${path} as each row must have ${names.length} numbers: ${given} in line ` +
          `${row + 2}`,
      );
    }
    return numbers;
  });
  const column = (values: number[], shape: number[]) => ({
    shape,
    values: Float64Array.from(values),
    bytes: false,
  });
  const width = names.length - (chosen < 0 ? 0 : 1);
  return {
    examples: column(rows.flatMap((row) => row.filter((_, i) => i !== chosen)), [
      rows.length,
      width,
    ]),
    ...chosen >= 0 && { labels: column(rows.map((row) => row[chosen]), [rows.length]) },
  };
}

async function readTable(
  readFile: ReadFile,
  { file, array, labels }: z.output<typeof configuration>,
): Promise<Table> {
  const read = { bytes: await readFile(file), path: file };
  if (/\.csv$/i.test(file)) return parseCsv(read, labels);
  if (/\.npz$/i.test(file)) {
    const entries = entriesOf(read);
    const named = async (name: string) => {
      const entry = entries.get(name);
      if (entry === undefined) {
        throw unknownName(`read ${file}`, "array", name, [...entries.keys()]);
      }
      return parseNpy(await entry());
    };
    return { examples: await named(array), ...labels !== "" && { labels: await named(labels) } };
  }
  return {
    examples: parseNpy(read),
    ...labels !== "" && { labels: parseNpy({ bytes: await readFile(labels), path: labels }) },
  };
}

/** [N, C, H, W] as [N, H, W, C]. */
function channelsLast({ shape, values, bytes }: NpyArray): NpyArray {
  const [count, channels, height, width] = shape;
  const moved = new Float64Array(values.length);
  const plane = height * width;
  for (let i = 0; i < values.length; i++) {
    const [image, channel, pixel] = [
      Math.floor(i / (channels * plane)),
      Math.floor(i / plane) % channels,
      i % plane,
    ];
    moved[(image * plane + pixel) * channels + channel] = values[i];
  }
  return { shape: [count, height, width, channels], values: moved, bytes };
}

/** A user's own arrays. */
export const arrays = defineDataset({
  name: "arrays",
  summary: "A table of numbers from a file: npy, npz or CSV",
  configuration,
  create: async ({ configuration, stream, readFile }) => {
    const { file, test } = configuration;
    const table = await readTable(readFile, configuration);
    const examples = table.examples.shape.length === 4 && configuration.channels === "first"
      ? channelsLast(table.examples)
      : table.examples;
    const [count, ...shape] = examples.shape;
    if (shape.length < 1 || shape.length > 3 || !(count >= 3)) {
      throw new InputError(
        `Cannot use ${file} as it must hold three examples at least, [N, D], [N, H, W] or ` +
          `[N, H, W, C]: [${examples.shape.join(", ")}]`,
      );
    }
    const { labels } = table;
    if (labels !== undefined && labels.values.length !== count) {
      throw new InputError(
        `Cannot use ${file} as labels must be one an example, ${count}: ${labels.values.length}`,
      );
    }
    const wrong = labels?.values.find((label) =>
      !(Number.isInteger(label) && label >= 0 && label < 256)
    );
    if (wrong !== undefined) {
      throw new InputError(`Cannot use ${file} as labels must be whole numbers 0 … 255: ${wrong}`);
    }
    const all: Split = {
      count,
      values: Float32Array.from(examples.values, (x) => examples.bytes ? x / 255 : x),
      ...labels && { labels: Uint8Array.from(labels.values) },
    };
    const order = stream("splits").permutation(count);
    const held = Math.max(1, Math.floor(count * test));
    return {
      kind: shape.length === 1 ? "points" : "images",
      shape: shape.length === 2 ? [...shape, 1] : shape,
      ...labels && { classes: 1 + labels.values.reduce((most, label) => Math.max(most, label), 0) },
      test: rowsOf(all, order.slice(0, held)),
      train: rowsOf(all, order.slice(held)),
    };
  },
});
