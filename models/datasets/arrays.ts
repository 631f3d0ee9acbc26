/**
 * `arrays`: examples from a file of numbers. An `.npy` file or an array of an `.npz` archive of shape
 * [N, D] holds points, [N, H, W] or [N, H, W, C] images (whose bytes are divided by 255); a CSV file holds
 * points, a row each, with names in its first line.
 *
 * @module
 */
import * as z from "zod";
import { type Dataset, type ExampleReader, isBit, type Split } from "../../lab/core/dataset.ts";
import { csvRecords } from "../../lab/core/csv.ts";
import { InputError, unknownName } from "../../lab/core/errors.ts";
import { entriesOf, type NpyArray, type NpyRows, openNpy, parseNpy } from "../../lab/core/npy.ts";
import type { DatasetContext, ReadBytes } from "../../lab/core/registry.ts";
import { rowRanges } from "../../lab/core/rows.ts";
import { sizeOf } from "../../lab/core/tensor_data.ts";
import { utf8Text } from "../../lab/core/utf8.ts";
import { classesOf } from "./classes.ts";
import { defineDataset, drawnOut, inMemory, rowsOf } from "./define_dataset.ts";
import type { ReadFile } from "./files.ts";
import { digestOfParts, openerOf, streamedField, streamedSplit } from "./streamed.ts";

const configuration = z.strictObject({
  file: z.string().min(1).default("examples.npz").meta({
    description: "The file: .npy, .npz or .csv",
  }),
  array: z.string().min(1).default("data").meta({
    description: "The array of an .npz file that holds the examples",
  }),
  labels: z.string().default("").meta({
    description:
      "Whole numbers, or words of a column, at most 256 of them, a class each: an array of the .npz " +
      "file, a column of the CSV file, or another .npy file; empty for none",
  }),
  channels: z.enum(["last", "first"]).default("last").meta({
    description: "Where images of four axes have their channels: [N, H, W, C] or [N, C, H, W]",
  }),
  test: z.number().gt(0).lt(1).default(0.1).meta({
    description: "Share of the examples, drawn by the data set's seed, to measure on",
  }),
  ...streamedField,
});

type Configuration = z.output<typeof configuration>;

/** A table, and the labels of its rows. */
interface Table {
  readonly examples: NpyArray;
  readonly labels?: Labels;
  /** The examples' columns, of a file that names them. */
  readonly columns?: readonly string[];
}

/** A label a row: a number, or where the file has words which of them it is, from 0. */
interface Labels extends Pick<NpyArray, "values"> {
  readonly words?: readonly string[];
}

/**
 * Numbers of a CSV file with names in its first line, with or without quotes around them.
 *
 * @param labels The column of labels, whose cells may be words; empty for none.
 * @param mustHave Whether it must be there.
 * @throws InputError that names file and line where the first has numbers alone, or a row is of another
 *   length or no number.
 */
export function parseCsv(file: ReadBytes, labels = "", mustHave = true): Table {
  const { path } = file;
  const records = csvRecords(utf8Text(file), `read ${path}`);
  const head = records.next();
  if (head.done) throw new InputError(`Cannot read ${path} as it must hold a table: it is empty`);
  const names = head.value.cells.map((name) => name.trim());
  const [other] = names.length === 1 ? /[;\t]/.exec(names[0]) ?? [] : [];
  if (other !== undefined) {
    throw new InputError(
      `Cannot read ${path} as its columns must be parted by commas, and numbers have points: ` +
        `${JSON.stringify(other)} in line ${head.value.line}`,
    );
  }
  if (names.every((name) => name !== "" && Number.isFinite(Number(name)))) {
    const some = `${names.slice(0, 3).join(", ")}${names.length > 3 ? ", …" : ""}`;
    throw new InputError(
      `Cannot read ${path} as its first line must have the columns' names, or its first example is ` +
        `lost: numbers alone, ${some} (put a line of names before it)`,
    );
  }
  if (names.includes("")) {
    throw new InputError(
      `Cannot read ${path} as each column must have a name, and the ${
        names.length > 1 ? `one numbered ${names.indexOf("") + 1}` : "only one"
      } has none: numbers of rows are no data (pandas leaves them out by index=False)`,
    );
  }
  const twice = names.findIndex((name, i) => names.indexOf(name) < i);
  if (twice >= 0) {
    throw new InputError(
      `Cannot read ${path} as each column must have a name of its own: ` +
        `"${names[twice]}" is that of columns ${names.indexOf(names[twice]) + 1} and ${twice + 1}`,
    );
  }
  const chosen = names.indexOf(labels);
  if (labels !== "" && chosen < 0 && mustHave) {
    throw unknownName(`read ${path}`, "column", labels, names);
  }
  const isExample = (_: unknown, i: number) => i !== chosen;
  const columns = names.filter(isExample);
  const values: number[] = [];
  const told: { readonly cell: string; readonly line: number }[] = [];
  for (const { cells, line } of records) {
    const numbers = cells.map((cell) => cell.trim() === "" ? NaN : Number(cell));
    const wrong = numbers.findIndex((value, i) => i !== chosen && !Number.isFinite(value));
    if (cells.length !== names.length || wrong >= 0) {
      const given = cells.length !== names.length
        ? `${cells.length} values in line ${line}`
        : `${JSON.stringify(cells[wrong])} in line ${line}, column ${names[wrong]}` +
          (labels === "" && cells[wrong].trim() !== ""
            ? ` (dataset.labels=${names[wrong]} makes classes of words)`
            : "");
      const wanted = columns.length === 1 ? "a number" : `${columns.length} numbers`;
      throw new InputError(
        `Cannot read ${path} as each row must have ${wanted}${
          chosen < 0 ? "" : " and a label"
        }: ${given}`,
      );
    }
    for (const value of numbers.filter(isExample)) values.push(value);
    if (chosen >= 0) told.push({ cell: cells[chosen].trim(), line });
  }
  const rows = columns.length === 0 ? told.length : values.length / columns.length;
  return {
    examples: {
      shape: [rows, columns.length],
      values: Float64Array.from(values),
      bytes: false,
    },
    columns,
    ...chosen >= 0 && { labels: labelsOf(told, `read ${path}`, labels) },
  };
}

/** What stands for a number that is missing, as programs write it. */
const MISSING = /^(nan|[+-]?inf(inity)?)?$/i;

/**
 * The labels of a column: numbers, or words in the order of their letters where one is no number.
 *
 * @throws InputError for a row without one.
 */
function labelsOf(
  told: readonly { readonly cell: string; readonly line: number }[],
  action: string,
  column: string,
): Labels {
  const missing = told.find(({ cell }) => MISSING.test(cell));
  if (missing !== undefined) {
    throw new InputError(
      `Cannot ${action} as each row must have a label: ${JSON.stringify(missing.cell)} in line ` +
        `${missing.line}, column ${column}`,
    );
  }
  const numbers = Float64Array.from(told, ({ cell }) => Number(cell));
  if (numbers.every(Number.isFinite)) return { values: numbers };
  const words = [...new Set(told.map(({ cell }) => cell))].sort();
  const indexOf = new Map(words.map((word, index) => [word, index]));
  return { values: Float64Array.from(told, ({ cell }) => indexOf.get(cell)!), words };
}

/** The names of a CSV file's columns that are examples; undefined of other files. */
export async function columnsOf(
  readFile: ReadFile,
  { file, labels }: Pick<Configuration, "file" | "labels">,
): Promise<readonly string[] | undefined> {
  if (!/\.csv$/i.test(file)) return undefined;
  return parseCsv({ bytes: await readFile(file), path: file }, labels).columns;
}

/** @param mustHave Whether the labels must be there. */
async function readTable(
  readFile: ReadFile,
  { file, array, labels }: Configuration,
  mustHave = true,
): Promise<Table> {
  const read = { bytes: await readFile(file), path: file };
  if (/\.csv$/i.test(file)) return parseCsv(read, labels, mustHave);
  if (/\.npz$/i.test(file)) {
    const entries = entriesOf(read);
    const named = async (name: string) => {
      const entry = entries.get(name);
      if (entry === undefined) {
        throw unknownName(`read ${file}`, "array", name, [...entries.keys()]);
      }
      return parseNpy(await entry());
    };
    const areTold = labels !== "" && (mustHave || entries.has(labels));
    return { examples: await named(array), ...areTold && { labels: await named(labels) } };
  }
  return { examples: parseNpy(read), ...await readLabels(readFile, labels) };
}

/**
 * A table with its columns in the order of others.
 *
 * @throws InputError where these are no others than its own.
 */
function ordered(table: Table, columns: readonly string[], file: string): Table {
  const { columns: own = [], examples: { shape, values, bytes } } = table;
  const places = columns.map((name) => own.indexOf(name));
  if (places.includes(-1) || own.length !== columns.length) {
    const named = (names: readonly string[]) =>
      names.length > 8 ? `${names.slice(0, 8).join(", ")}, … (${names.length})` : names.join(", ");
    throw new InputError(
      `Cannot use ${file} as its columns must be those that the model learned from, ` +
        `${named(columns)}: ${named(own)}`,
    );
  }
  if (places.every((place, i) => place === i)) return table;
  const width = columns.length;
  const moved = values.map((_, i) => values[i - i % width + places[i % width]]);
  return { ...table, columns, examples: { shape, bytes, values: moved } };
}

/**
 * The examples of a file that are such as a data set holds, of whatever kind that is. Columns of a CSV file
 * go by their names where the data set read one.
 *
 * @param reading The fields by which the data set read its own ones; a CSV file may lack the labels' column,
 *   an archive their array. Labels in a file of their own are those of the data set's own file.
 * @throws InputError where they are of another shape, or have other columns or numbers than its examples have.
 */
export async function readExamples(
  readFile: ReadFile,
  file: string,
  { name, kind, shape }: Pick<Dataset, "name" | "kind" | "shape">,
  reading: Readonly<Record<string, unknown>>,
): Promise<Pick<Split, "count" | "values"> & { readonly labels?: readonly string[] }> {
  const own = name === "arrays" ? reading as Partial<Configuration> : {};
  const fields = { ...configuration.parse({}), ...own, file };
  const table = await readTable(readFile, {
    ...fields,
    labels: /\.(csv|npz)$/i.test(file) || file === own.file ? fields.labels : "",
  }, false);
  const columns = table.columns && own.file !== undefined && own.file !== file
    ? await columnsOf(readFile, { file: own.file, labels: fields.labels })
    : undefined;
  const { examples: array, labels } = columns === undefined ? table : ordered(table, columns, file);
  const [count, ...given] = array.shape;
  const isImage = kind === "images" && given.length > 1;
  const examples = isImage
    ? examplesOf(array, fields)
    : { shape: given, values: new Float32Array(array.values) };
  if (!(count > 0) || examples.shape.join() !== shape.join()) {
    throw new InputError(
      `Cannot use ${file} as it must hold [N, ${
        shape.join(", ")
      }], examples such as the model learned ` +
        `from: [${array.shape.join(", ")}]`,
    );
  }
  requireBytes(lookAt(isImage ? array : { ...array, shape: [count, sizeOf(given)] }, file), file);
  if (labels === undefined) return { count, values: examples.values };
  const names = Array.from(labels.values, (label) => labels.words?.[label] ?? String(label));
  return { count, values: examples.values, labels: names };
}

/** The labels in an `.npy` file of their own, where there is one. */
async function readLabels(readFile: ReadFile, path: string): Promise<Pick<Table, "labels">> {
  return path === "" ? {} : { labels: parseNpy({ bytes: await readFile(path), path }) };
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

/** Examples of one shape. */
interface Examples {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** An array's examples, channels last, bytes as shares of 255. */
function examplesOf(array: NpyArray, { channels }: Configuration): Examples {
  const ordered = array.shape.length === 4 && channels === "first" ? channelsLast(array) : array;
  const { shape: [, ...shape], values } = ordered;
  return {
    shape: shape.length === 2 ? [...shape, 1] : shape,
    values: new Float32Array(arePixels(ordered) ? values.map((x) => x / 255) : values),
  };
}

/** Whether numbers are shares of 255: bytes of images. Those of points are what they are. */
function arePixels({ shape, bytes }: NpyArray): boolean {
  return bytes && shape.length > 2;
}

/**
 * Looks at examples, the first of which has the number `first` in its file.
 *
 * @throws InputError that names the file and the example where a number is none that an example may have.
 */
function lookAt(
  array: NpyArray,
  file: string,
  first = 0,
): Looked {
  const { shape: [count, ...shape], values } = array;
  const isPoints = shape.length === 1;
  const one = arePixels(array) ? 255 : 1;
  const [least, most] = isPoints ? [-Number.MAX_VALUE, Number.MAX_VALUE] : [0, one];
  let binary = true;
  let highest = 0;
  for (let i = 0; i < values.length; i++) {
    // As it is held: what rounding put a trifle above 1 is 1 in 32 bits.
    const held = Math.fround(values[i]);
    if (!(held >= least && held <= most)) {
      const wanted = !isPoints
        ? "in [0, 1]"
        : Number.isFinite(values[i])
        ? "finite in 32 bits"
        : "finite";
      throw new InputError(
        `Cannot use ${file} as its numbers must be ${wanted}: ${values[i]} in example ` +
          `${first + Math.floor(i * count / values.length)}`,
      );
    }
    if (held !== 0 && held !== one) binary = false;
    highest = Math.max(highest, held);
  }
  return { binary, highest: one === 1 ? 255 : highest };
}

/** What was seen of examples. */
interface Looked {
  /** Whether every number is a bit. */
  readonly binary: boolean;
  /** The highest byte of images; of other numbers 255. */
  readonly highest: number;
}

/** @throws InputError for bytes that are bits: divided by 255 they would be next to black. */
function requireBytes({ highest }: Looked, file: string): void {
  if (highest !== 1) return;
  throw new InputError(
    `Cannot use ${file} as bytes of images must go up to 255: they are 0 and 1 alone (save them as ` +
      "bool or float32, and they are black and white)",
  );
}

/** Rows that are looked at together. */
const LOOKED_AT = 256;

/** Looks at all rows of an `.npy` file, as {@linkcode lookAt} does. */
async function lookThrough(
  { shape: [count], rows }: NpyRows,
  file: string,
): Promise<Pick<ExampleReader, "binary" | "digest">> {
  let all: Looked = { binary: true, highest: 0 };
  const parts = digestOfParts();
  for (const { first, length } of rowRanges(count, LOOKED_AT)) {
    const part = rows(Int32Array.from({ length }, (_, i) => first + i));
    const { binary, highest } = lookAt(part, file, first);
    all = { binary: all.binary && binary, highest: Math.max(all.highest, highest) };
    await parts.add(part.values);
  }
  requireBytes(all, file);
  return { binary: all.binary, digest: parts.digest() };
}

/** What reads the examples of an `.npy` file, all of which are looked at once. */
async function readerOf(
  stored: NpyRows,
  configuration: Configuration,
): Promise<Pick<Examples, "shape"> & { readonly reader: ExampleReader }> {
  const looked = await lookThrough(stored, configuration.file);
  const examples = (rows: ArrayLike<number>) => examplesOf(stored.rows(rows), configuration);
  const { shape, values: { length: size } } = examples([0]);
  return {
    shape,
    reader: { size, ...looked, gather: (rows, to) => to.set(examples(rows).values) },
  };
}

/** The most channels of an image: red, green, blue and alpha. */
const MOST_CHANNELS = 4;

/**
 * @throws InputError unless it is an array of three examples at least, none of them empty, images of one to
 * four channels.
 */
function requireExamples(
  [count, ...shape]: readonly number[],
  { file, channels }: Pick<Configuration, "file" | "channels">,
): void {
  const given = `[${[count, ...shape].join(", ")}]`;
  if (shape.length < 1 || shape.length > 3 || count < 3) {
    throw new InputError(
      `Cannot use ${file} as it must hold three examples at least, [N, D], [N, H, W] or ` +
        `[N, H, W, C]: ${given}`,
    );
  }
  if (shape.includes(0)) {
    throw new InputError(`Cannot use ${file} as an example must hold a number at least: ${given}`);
  }
  if (shape.length < 3) return;
  const [own, other] = channels === "last" ? [shape[2], shape[0]] : [shape[0], shape[2]];
  if (own <= MOST_CHANNELS) return;
  const turned = channels === "last" ? "first" : "last";
  throw new InputError(
    `Cannot use ${file} as images must have ${MOST_CHANNELS} channels at most: ${given} has ${own} ` +
      `with dataset.channels=${channels}` +
      (other <= MOST_CHANNELS ? ` (--set dataset.channels=${turned} takes ${other})` : ""),
  );
}

/** What the labels of a file's examples say. */
interface Labelled {
  readonly columns: Pick<Split, "labels">;
  readonly classes: Pick<Dataset, "classes" | "classNames">;
}

/** The labels of `count` examples, where there are any, with a class for each number that occurs. */
function labelled({ labels }: Pick<Table, "labels">, count: number, file: string): Labelled {
  if (labels === undefined) return { columns: {}, classes: {} };
  const { values } = labels;
  if (values.length !== count) {
    throw new InputError(
      `Cannot use ${file} as labels must be one an example, ${count}: ${values.length}`,
    );
  }
  const wrong = values.find((label) => !Number.isInteger(label));
  if (wrong !== undefined) {
    throw new InputError(`Cannot use ${file} as labels must be whole numbers: ${wrong}`);
  }
  const { words } = labels;
  const { indexOf, ...numbered } = classesOf(values);
  const classes = words === undefined ? numbered : { classes: words.length, classNames: words };
  if (classes.classes === 1) {
    const only = words?.[0] ?? values[0];
    throw new InputError(
      `Cannot use ${file} as labels must be of two classes at least: ${only} alone (without ` +
        "dataset.labels there are no classes)",
    );
  }
  if (classes.classes > 256) {
    throw new InputError(
      `Cannot use ${file} as labels must be of 256 classes at most: ${classes.classes} ${
        words === undefined ? "numbers" : "words"
      }`,
    );
  }
  const indices = Uint8Array.from(values, (label) => indexOf.get(label)!);
  return { columns: { labels: indices }, classes };
}

/** All examples of the file: in memory, or read as they are needed. */
async function allOf(
  context: Pick<DatasetContext<unknown>, "readFile" | "openFile">,
  configuration: Configuration,
): Promise<Pick<Labelled, "classes"> & { readonly shape: readonly number[]; readonly all: Split }> {
  const { file, streamed } = configuration;
  if (!streamed) {
    const table = await readTable(context.readFile, configuration);
    const [count] = table.examples.shape;
    requireExamples(table.examples.shape, configuration);
    requireBytes(lookAt(table.examples, file), file);
    const { shape, values } = examplesOf(table.examples, configuration);
    const { columns, classes } = labelled(table, count, file);
    return { shape, classes, all: { count, values, ...columns } };
  }
  if (!/\.npy$/i.test(file)) {
    throw new InputError(`Cannot stream ${file} as dataset.file must be an .npy file`);
  }
  const stored = openNpy(openerOf(context), file);
  const [count] = stored.shape;
  requireExamples(stored.shape, configuration);
  const labels = await readLabels(context.readFile, configuration.labels);
  const { shape, reader } = await readerOf(stored, configuration);
  const { columns, classes } = labelled(labels, count, file);
  return { shape, classes, all: streamedSplit({ count, reader, ...columns }) };
}

/** What a file's examples are, by its name and the shape of its array: nothing else is looked at. */
export async function kindOfArrays(
  context: Pick<DatasetContext<unknown>, "readFile" | "openFile">,
  fields: Partial<Configuration>,
): Promise<Dataset["kind"]> {
  const read = configuration.parse(fields);
  if (/\.csv$/i.test(read.file)) return "points";
  const { shape } = /\.npy$/i.test(read.file)
    ? openNpy(openerOf(context), read.file)
    : (await readTable(context.readFile, { ...read, labels: "" })).examples;
  return shape.length > 2 ? "images" : "points";
}

/** Within what a coordinate's deviation is usual, and how many of them its mean may lie from 0. */
const [NARROW, WIDE, FAR] = [0.2, 5, 3];

/**
 * What is to be said of points whose coordinates are of another scale than noise is; of bits and signs, and of
 * coordinates that are always the same, nothing.
 *
 * @param values [N, D]
 */
function scaleNotes(values: Float32Array, dimensions: number): string[] {
  if (values.every((value) => isBit(Math.abs(value)))) return [];
  const count = values.length / dimensions;
  const scales = Array.from({ length: dimensions }, (_, d) => {
    let [sum, squares] = [0, 0];
    for (let i = d; i < values.length; i += dimensions) sum += values[i];
    const mean = sum / count;
    for (let i = d; i < values.length; i += dimensions) {
      squares += (values[i] - mean) * (values[i] - mean);
    }
    return { d, mean, deviation: Math.sqrt(squares / count) };
  });
  const off = scales.filter(({ mean, deviation }) =>
    deviation > 0 &&
    (deviation < NARROW || deviation > WIDE || Math.abs(mean) > FAR * deviation)
  );
  if (off.length === 0) return [];
  const [{ d, mean, deviation }] = off;
  const [middle, spread] = [mean, deviation].map((value) => Number(value.toPrecision(3)));
  return [
    `${off.length} of ${dimensions} coordinates are far from mean 0 and deviation 1, on which most models ` +
    `of points rely: number ${d} (from 0) has ${middle} and ${spread} (subtract the mean of each and ` +
    "divide by its deviation)",
  ];
}

/** A user's own arrays. */
export const arrays = defineDataset({
  name: "arrays",
  summary: "A table of numbers from a file: npy, npz or CSV",
  configuration,
  create: async ({ configuration, stream, ...context }) => {
    const { shape, classes, all } = await allOf(context, configuration);
    const [test, train] = drawnOut(all, configuration.test, stream("splits"));
    const learned = rowsOf(all, train);
    const arePoints = shape.length === 1;
    return {
      kind: arePoints ? "points" : "images",
      shape,
      ...classes,
      test: inMemory(all, test),
      train: learned,
      notes: arePoints ? scaleNotes(learned.values, shape[0]) : [],
    };
  },
});
