/** `sample RUN`: draws from a stored generative model. @module */
import { extname, join } from "node:path";
import { object } from "@optique/core/constructs";
import { optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { integer, string } from "@optique/core/valueparser";
import type { Dataset } from "../../lab/core/dataset.ts";
import { InputError } from "../../lab/core/errors.ts";
import { samplingStream } from "../../models/sampling_stream.ts";
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
  writeImages,
} from "../stored_model.ts";
import { count } from "../terminal/format.ts";
import { callersPath, type Io } from "../terminal/io.ts";

/** The command `sample`. */
export const sample = defineCommand({
  name: "sample",
  usage: "RUN [--out FILE|FOLDER] [OPTIONS]",
  brief: "Draws samples of a generative model: a picture, or text",
  description: "Draws samples from a stored generative model and writes them as one PNG: a sheet " +
    "of images, or a scatter of points. Into a folder go images, a PNG each; into FILE.npy the numbers " +
    "themselves, [count, H, W, C], into FILE.csv those of points. Text is printed, or written into a text file.",
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
    const paths = folder === undefined ? [] : imagePaths(folder, number);
    await refuseExisting(paths, force);
    const drawn = { random, count: number, prompt };
    const how = samplingOf(which, dataset);
    const samples = await drawnAsTyped(which, () => trainer.sample!({ ...drawn, ...how }));
    const what = `${count(samples.count)} samples of run ${run.id}`;
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
      await writeWhole(file, tableOf(samples.values, samples.count));
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

/** A PNG for each of so many samples, numbered from 0, so that names are in their order. */
function imagePaths(folder: string, count: number): string[] {
  const digits = String(count - 1).length;
  return Array.from(
    { length: count },
    (_, i) => join(folder, `${String(i).padStart(digits, "0")}.png`),
  );
}

/** Lines of a table of points, as the data set `arrays` reads it. */
function* tableOf(values: Float32Array, count: number): Generator<string> {
  const width = values.length / count;
  yield `${Array.from({ length: width }, (_, i) => `x${i}`).join(",")}\n`;
  for (let i = 0; i < count; i++) {
    yield `${values.subarray(i * width, (i + 1) * width).join(",")}\n`;
  }
}

/** Text as a terminal shows it and does nothing else. */
function printable(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "·");
}
