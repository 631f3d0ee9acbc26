/**
 * What a stored model is given: examples of its data, or files of the caller's that are such.
 *
 * @module
 */
import { basename, dirname, resolve } from "node:path";
import { optional } from "@optique/core/modifiers";
import { argument } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { classNamesOf, type Dataset, holdingsOf } from "../lab/core/dataset.ts";
import { InputError } from "../lab/core/errors.ts";
import { tokensOf } from "../lab/core/text.ts";
import { utf8Text } from "../lab/core/utf8.ts";
import { webpBinary } from "../lab/experiment/codecs.ts";
import { binarizedBy } from "../models/datasets/binarized.ts";
import type { Background } from "../models/datasets/pictures.ts";
import { plain } from "./command.ts";
import type { Taught } from "./stored_model.ts";
import { callersPath, type Io } from "./terminal/io.ts";

/** `[FOLDER|FILE]`, what {@linkcode examplesOf} reads. */
export function examplesArgument() {
  return optional(argument(string({ metavar: "FOLDER|FILE" }), {
    description: plain(
      "Pictures (PNG, JPEG, WebP), or a picture; rows of a .npy, .npz or .csv file; of a model of text a " +
        "text file. Default: the test examples.",
    ),
  }));
}

/** Examples that a model is given. */
export interface Examples {
  readonly count: number;
  /** [count, D] */
  readonly values: Float32Array;
  /** Names of files, or numbers of test examples. */
  readonly names: readonly string[];
  readonly labels?: ArrayLike<number>;
  /** Width over height of each picture's file, where they are pictures. */
  readonly aspects?: readonly number[];
}

/** The first of some examples, at most so many. */
export function firstOf(examples: Examples, most: number): Examples {
  const count = Math.min(examples.count, most);
  const { values, names, labels } = examples;
  return {
    count,
    values: values.subarray(0, count * (values.length / examples.count)),
    names: names.slice(0, count),
    ...labels && { labels: Array.from(labels).slice(0, count) },
  };
}

/**
 * The pictures of a folder or of one file, cropped, resized and laid over what the model's were, black and
 * white where it learned from such pixels; without a path the test examples of its data. Pictures that cannot
 * be decoded are named and left out. Each is of the class that the folder which it lies in is named by, where all of them are.
 *
 * @throws InputError where there is none, or the model takes no square images.
 */
export async function picturesOf(
  io: Io,
  { dataset, reading }: Taught,
  path: string | undefined,
  strict = false,
): Promise<Examples> {
  const { test, kind, shape } = dataset;
  if (path === undefined) {
    if (strict) throw new InputError("Cannot be --strict as no folder of pictures is given");
    const names = Array.from({ length: test.count }, (_, i) => `test ${i}`);
    return { ...test, names };
  }
  const [side, width, channels] = shape;
  if (kind !== "images" || side !== width || (channels !== 1 && channels !== 3)) {
    throw new InputError(
      `Cannot give it pictures as the model must have learned from square images: ${kind} of ` +
        `[${shape.join(", ")}]`,
    );
  }
  const { readPictures } = await import("../models/datasets/images.ts");
  const background = reading.background as Background | undefined;
  const options = { side, channels, background, strict } as const;
  const found = await readPictures(filesOf(io), path, options);
  const { pictures, note, seeThrough } = found;
  if (pictures.length === 0) {
    throw new InputError(
      `Cannot read ${path} as it must be or hold a picture: ${note ?? "there is none"}`,
    );
  }
  for (const line of [note, seeThrough]) if (line !== undefined) io.notice(`${line}\n`);
  const values = new Float32Array(pictures.length * side * side * channels);
  pictures.forEach((picture, i) => values.set(picture.values, i * picture.values.length));
  const names = pictures.map(({ path }) => path);
  return {
    count: pictures.length,
    values: asLearned(dataset, values),
    names,
    labels: toldClasses(io, dataset, names),
    aspects: pictures.map(({ aspect }) => aspect),
  };
}

/**
 * What a model is asked about: pictures, as {@linkcode picturesOf} reads them; the rows of a `.npy`, `.npz`
 * or `.csv` file, as the data set `arrays` reads them; of a model of text the windows of a text file.
 *
 * @throws InputError where there are none such as the model learned from.
 */
export async function examplesOf(
  io: Io,
  taught: Taught,
  path: string | undefined,
  strict = false,
): Promise<Examples> {
  const { kind, shape } = taught.dataset;
  const isTable = path !== undefined && /\.(npy|npz|csv)$/i.test(path);
  if (path === undefined || (kind === "images" && !isTable)) {
    return await picturesOf(io, taught, path, strict);
  }
  if (strict) throw new InputError(`Cannot be --strict as ${path} is no folder of pictures`);
  if (isTable) return await rowsOf(io, taught, path);
  if (kind === "text") return await windowsOf(io, taught.dataset, path);
  throw new InputError(
    `Cannot give it ${path} as the model learned from ${kind} of [${
      shape.join(", ")
    }], which are rows of ` +
      "a .npy, .npz or .csv file",
  );
}

/** The rows of a table. */
async function rowsOf(io: Io, { dataset, reading }: Taught, path: string): Promise<Examples> {
  const { readExamples } = await import("../models/datasets/arrays.ts");
  // Labels in a file of their own are those of the file that the model learned from, however it is typed.
  const file = resolve(callersPath(io, path)) === reading.file ? reading.file : path;
  const { readFile } = filesOf(io);
  const { count, values, labels } = await readExamples(readFile, file, dataset, reading);
  const classes = classNamesOf(dataset);
  const told = labels && labels.map((label) => classes.indexOf(label));
  const unknown = told?.indexOf(-1) ?? -1;
  if (unknown >= 0) {
    const of = `row ${unknown} is of class ${labels![unknown]}`;
    io.notice(
      `${path} is taken without classes, as ${of}, which the model does not know: ` +
        `${classes.join(", ")}\n`,
    );
  }
  return {
    count,
    values: asLearned(dataset, values),
    names: Array.from({ length: count }, (_, i) => `row ${i}`),
    ...told !== undefined && unknown < 0 && { labels: told },
  };
}

/** Texts of a file, one after another, each as long as those of the data set; a shorter rest is left out. */
async function windowsOf(
  io: Io,
  { shape: [length], vocabulary = [] }: Dataset,
  path: string,
): Promise<Examples> {
  const bytes = await filesOf(io).readFile(path);
  const text = utf8Text({ bytes, path }).replaceAll("\r\n", "\n");
  const tokens = tokensOf(text, vocabulary, `give it ${path}`);
  const count = Math.floor(tokens.length / length);
  if (count === 0) {
    throw new InputError(
      `Cannot give it ${path} as the model's texts have ${length} characters: ${tokens.length}`,
    );
  }
  return {
    count,
    values: Float32Array.from(tokens.subarray(0, count * length)),
    names: Array.from({ length: count }, (_, i) => `characters from ${i * length}`),
  };
}

/** Greys in black and white where the model learned from such. */
function asLearned(dataset: Dataset, values: Float32Array): Float32Array {
  return dataset.kind === "images" && holdingsOf(dataset).binary
    ? binarizedBy(dataset, values)
    : values;
}

/**
 * The classes of pictures by a data set's numbers, as the folders that they lie in are named;
 * undefined where not all of them are told.
 */
export function toldClasses(
  io: Io,
  dataset: Dataset,
  paths: readonly string[],
): readonly number[] | undefined {
  const classes = classNamesOf(dataset);
  const told = paths.map((path) =>
    classes.indexOf(basename(dirname(resolve(callersPath(io, path)))))
  );
  return told.includes(-1) ? undefined : told;
}

/** The caller's files. */
function filesOf(io: Io) {
  const failing = (path: string) => (error: unknown) => {
    const { NotADirectory, NotFound } = Deno.errors;
    if (error instanceof NotFound) {
      throw new InputError(`Cannot read ${path} as there must be such a file or folder`);
    }
    if (error instanceof NotADirectory) {
      throw new InputError(
        `Cannot read ${path} as it must be a folder of pictures, or one of them (.png, .jpg, .webp)`,
      );
    }
    throw error;
  };
  return {
    readFile: (path: string) => Deno.readFile(callersPath(io, path)).catch(failing(path)),
    listFolder: async (path: string) => {
      const folder = callersPath(io, path);
      const entries = await Array.fromAsync(Deno.readDir(folder)).catch(failing(path));
      return await Promise.all(entries!.map(async ({ name, isDirectory, isSymlink }) => {
        const isFolder = isSymlink
          ? await Deno.stat(`${folder}/${name}`).then((at) => at.isDirectory, () => false)
          : isDirectory;
        return isFolder ? `${name}/` : name;
      }));
    },
    webpBinary,
  };
}
