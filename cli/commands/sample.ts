/** `sample RUN`: draws from a stored generative model. @module */
import { extname, join } from "node:path";
import { object } from "@optique/core/constructs";
import { optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { integer, string } from "@optique/core/valueparser";
import { classNamesOf, type Dataset } from "../../lab/core/dataset.ts";
import { InputError } from "../../lab/core/errors.ts";
import { streamOf } from "../../lab/core/random.ts";
import { samplingStream } from "../../models/sampling_stream.ts";
import type { Trainer } from "../../lab/core/trainer.ts";
import { csvField } from "../../lab/store/exports/csv.ts";
import { joined, textsOf } from "../../lab/core/text.ts";
import { defaulting, defineCommand, plain, seedValue } from "../command.ts";
import { isFolder } from "../../lab/store/files.ts";
import { fileToWrite, refuseExisting, writeWhole } from "../files.ts";
import { drawnAsTyped, samplingOf, samplingOptions } from "../sampling_options.ts";
import {
  givePicture,
  modelOptions,
  openModel,
  requireTerminal,
  type Taught,
  writeImages,
} from "../stored_model.ts";
import { plural } from "../terminal/format.ts";
import { callersPath, type Io } from "../terminal/io.ts";

/** The command `sample`. */
export const sample = defineCommand({
  name: "sample",
  usage: "RUN [--out FILE|FOLDER] [OPTIONS]",
  brief: "Draws samples of a generative model: a picture, or text",
  description: "Draws samples from a stored generative model and writes them as one PNG: a sheet " +
    "of images, or a scatter of points. Into a folder go images, a PNG each; into FILE.npy the numbers " +
    "themselves, [count, H, W, C], into FILE.csv those of points. Of a model that is told classes the folder " +
    "has one for each, the table a column. Text is printed, or written into a text file.",
  examples: [
    ["sample latest --out digits.png", "100 samples of the newest run"],
    ["sample latest --count 1000 --out digits", "a file each, into a folder"],
    ["sample latest --out digits.npy", "numpy.load('digits.npy')"],
    ["sample 3f2a --count 16 --seed 7 --out few.png", "16 others"],
    ["sample latest --class 7 --count 64 --out sevens.png", "of one class, where it has labels"],
    [
      "sample latest --steps 10 --sampler heun --out fast.png",
      "in ten steps, where it takes steps",
    ],
    ["sample latest --guidance 2 --class 7 --out sevens.png", "truer to their class, less diverse"],
    ['sample latest --prompt "the cat"', "text that goes on from a beginning"],
  ],
  mayBeForeign: () => true,
  parser: (known) =>
    object({
      ...modelOptions(known),
      count: optional(option("--count", integer({ metavar: "N", min: 1, max: 100_000 }), {
        description: plain("How many samples. Default: 100, of text 3."),
      })),
      prompt: optional(option("--prompt", string({ metavar: "TEXT" }), {
        description: plain("What all samples of text begin with."),
      })),
      ...samplingOptions(),
      seed: defaulting(
        option("--seed", seedValue(), { description: plain("Seed of the samples.") }),
        1,
      ),
      out: optional(option("--out", string({ metavar: "FILE|FOLDER" }), {
        description: plain(
          "What to write: FILE.png, a FOLDER of images, FILE.npy, of points FILE.csv, of text FILE.txt. " +
            "Default: it is shown in the terminal.",
        ),
      })),
    }),
  async run({ count: asked, prompt, seed, out, force, ...which }, io) {
    const folder = out !== undefined && isFolderNamed(io, out) ? callersPath(io, out) : undefined;
    const file = out === undefined || folder !== undefined
      ? undefined
      : await fileToWrite(io, out, [".png", ".npy", ".csv", ".txt"], force);
    using model = await openModel(io, which);
    const { run, trainer, dataset } = model;
    if (trainer.sample === undefined) {
      throw new InputError(`Cannot sample ${run.id} as "${run.name}" is no generative model`);
    }
    const random = samplingStream(seed);
    const isText = dataset.kind === "text";
    const number = asked ?? (isText ? 3 : 100);
    const form = folder === undefined ? extname(file?.path ?? "").toLowerCase() : "folder";
    requireForm(run.id, dataset, form, out);
    if (!isText && out === undefined) requireTerminal(io);
    const how = samplingOf(which, dataset);
    const classes = form === "folder" || form === ".csv"
      ? await drawnAsTyped(which, () => classesOf(trainer, dataset, number, how))
      : undefined;
    const paths = folder === undefined ? [] : imagePaths(folder, number, classes);
    await refuseExisting(paths, force);
    const drawn = { random, count: number, prompt };
    const samples = await drawnAsTyped(which, () => trainer.sample!({ ...drawn, ...how }));
    const what = `${plural(samples.count, "sample")} of run ${run.id}`;
    if (samples.kind === "text") {
      const text = joined(textsOf(samples));
      if (file === undefined) {
        io.out(printable(text));
        return 0;
      }
      await writeWhole(file, [text]);
    } else if (folder !== undefined && samples.kind === "images") {
      await writeImages(paths, samples, force);
    } else if (file !== undefined && form === ".npy") {
      const { encodeNpy } = await import("../../lab/core/npy.ts");
      const shape = samples.kind === "images" ? samples.shape : dataset.shape;
      await writeWhole(file, encodeNpy(samples.values, [samples.count, ...shape]));
    } else if (file !== undefined && form === ".csv") {
      const { columns, labels } = await headOf(model);
      await writeWhole(file, tableOf(samples, columns, classes && { name: labels, classes }));
    } else {
      if (samples.kind === "points" && samples.dimensions !== 2) {
        throw new InputError(
          `Cannot draw samples of ${run.id} as a picture shows points of two numbers: they have ` +
            `${samples.dimensions} (--out FILE.npy${
              dataset.kind === "points" ? " or FILE.csv" : ""
            } ` +
            "writes them)",
        );
      }
      const { samplesSheet } = await import("../../models/sheet.ts");
      await givePicture(io, file, samplesSheet(samples), what);
      return 0;
    }
    io.out(`${what}: ${folder ?? file!.path}`);
    return 0;
  },
});

/** What samples of each kind are written into: files by their endings, or a folder. */
const FORMS: Readonly<Record<Dataset["kind"], readonly string[]>> = {
  images: [".png", ".npy", "folder"],
  points: [".png", ".npy", ".csv"],
  sequences: [".npy"],
  text: [".txt"],
};

/** Whether `--out` names a folder: one that is there, or a name without an ending. */
function isFolderNamed(io: Io, out: string): boolean {
  return extname(out) === "" || out.endsWith("/") || isFolder(callersPath(io, out));
}

/** @throws InputError where samples of this kind do not go into that. */
function requireForm(
  run: string,
  { kind }: Dataset,
  form: string,
  out: string | undefined,
): void {
  const forms = FORMS[kind];
  if (out === undefined || forms.includes(form)) return;
  const named = forms.map((each) => each === "folder" ? "FOLDER" : `FILE${each}`);
  const allowed = new Intl.ListFormat("en-GB", { type: "disjunction" }).format(named);
  throw new InputError(
    `Cannot write samples of ${run} as they are ${kind}, --out ${allowed}: ${out}`,
  );
}

/**
 * The names of the classes that so many samples are of; undefined of a model that is told none, which shows
 * when it is asked for a sample of one.
 */
async function classesOf(
  trainer: Trainer,
  dataset: Dataset,
  count: number,
  { label, settings }: ReturnType<typeof samplingOf>,
): Promise<readonly string[] | undefined> {
  const names = classNamesOf(dataset);
  if (names.length === 0) return undefined;
  if (label === undefined) {
    const one = { random: streamOf(0, "one of a class"), count: 1, label: 0, settings };
    const isTold = await trainer.sample!(one).then(() => true, (error) => {
      if (error instanceof InputError) return false;
      throw error;
    });
    if (!isTold) return undefined;
  }
  const { askedClasses } = await import("../../models/samples.ts");
  return Array.from(askedClasses(count, names.length, label), (each) => names[each]);
}

/**
 * A PNG for each of so many samples, numbered from 0, so that names are in their order: in folders of their
 * classes, where they are told, as the data set `images` reads them.
 */
function imagePaths(folder: string, count: number, classes?: readonly string[]): string[] {
  const digits = String(count - 1).length;
  const folderOf = (name: string) => name.replaceAll(/[/\\\0]/g, "_").replace(/^\.*$/, "_");
  return Array.from({ length: count }, (_, i) =>
    join(
      folder,
      ...classes === undefined ? [] : [folderOf(classes[i])],
      `${String(i).padStart(digits, "0")}.png`,
    ));
}

/** What the columns of a table like the one that a model learned from are called, and that of its labels. */
async function headOf(
  { dataset, reading }: Taught,
): Promise<{ readonly columns?: readonly string[]; readonly labels: string }> {
  if (dataset.name !== "arrays") return { labels: "label" };
  const { columnsOf } = await import("../../models/datasets/arrays.ts");
  const { file, labels } = { ...reading as { file: string; labels: string } };
  const columns = await columnsOf((path) => Deno.readFile(path), { file, labels });
  return { columns, labels: labels === "" || /\.npy$/i.test(labels) ? "label" : labels };
}

/** Lines of a table of points, and of their classes where they are told, as the data set `arrays` reads it. */
function* tableOf(
  { values, count }: { readonly values: Float32Array; readonly count: number },
  columns: readonly string[] | undefined,
  labels: { readonly name: string; readonly classes: readonly string[] } | undefined,
): Generator<string> {
  const width = values.length / count;
  const names = columns ?? Array.from({ length: width }, (_, i) => `x${i}`);
  const line = (cells: readonly string[], label?: string) =>
    `${[...cells, ...label === undefined ? [] : [label]].map(csvField).join(",")}\n`;
  yield line(names, labels?.name);
  for (let i = 0; i < count; i++) {
    const row = Array.from(values.subarray(i * width, (i + 1) * width), String);
    yield line(row, labels?.classes[i]);
  }
}

/** Text as a terminal shows it and does nothing else. */
function printable(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "·");
}
