/** `translate RUN image.png`: what a model of pairs makes of a picture, or of a folder's. @module */
import { basename, join } from "node:path";
import { object } from "@optique/core/constructs";
import { optional } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { InputError } from "../../lab/core/errors.ts";
import { defineCommand, plain } from "../command.ts";
import { refuseExisting } from "../files.ts";
import { firstOf, picturesOf } from "../given_examples.ts";
import {
  givePicture,
  modelOptions,
  openModel,
  pictureToWrite,
  writeImages,
} from "../stored_model.ts";
import { pictures } from "../terminal/format.ts";
import { callersPath } from "../terminal/io.ts";

/** Most pictures of one sheet. */
const MOST = 100;

/** The command `translate`. */
export const translate = defineCommand({
  name: "translate",
  usage: "RUN IMAGE|FOLDER [OPTIONS]",
  brief: "Draws what a model of pairs makes of pictures",
  description:
    "Translates a picture, or those of a folder, by a stored model that learned from pairs " +
    "(pix2pix, cyclegan, srgan). Into FILE.png goes a sheet: the pictures as the model sees them, " +
    "what it makes of them below. Into a folder go the translations alone, a PNG each by the " +
    "picture's name.",
  examples: [
    ["translate latest sketch.png --out pair.png", "one picture, beside its translation"],
    ["translate 3f2a sketches --out filled", "those of a folder, a file each"],
  ],
  mayBeForeign: () => true,
  parser: (known) =>
    object({
      ...modelOptions(known),
      from: argument(string({ metavar: "IMAGE" }), {
        description: plain("A picture (PNG, JPEG, WebP), or a folder of them."),
      }),
      out: optional(option("--out", string({ metavar: "FILE.png" }), {
        description: plain(
          `The sheet to write, of ${MOST} pictures at most; or the folder for a file each, made ` +
            "where it is missing. Default: the sheet is drawn in the terminal.",
        ),
      })),
    }),
  async run({ from, out, force, ...which }, io) {
    const isSheet = out === undefined || /\.png$/i.test(out);
    const sheet = isSheet ? await pictureToWrite(io, out, force) : undefined;
    using model = await openModel(io, which);
    const { run, trainer, dataset: { shape, partnerShape } } = model;
    if (trainer.translate === undefined || partnerShape?.length !== 3) {
      throw new InputError(
        `Cannot translate by ${run.id} as it must be a model that makes images of images: ` +
          `"${run.name}" is none`,
      );
    }
    const examples = await picturesOf(io, model, from);
    const { count, values, names, labels } = isSheet ? firstOf(examples, MOST) : examples;
    const paths = isSheet ? [] : translationPaths(names, callersPath(io, out));
    await refuseExisting(paths, force);
    const made = await trainer.translate(values, labels);
    const { translationSheet } = await import("../../models/sheet.ts");
    const [seen, drawn] = [shape, partnerShape] as [number, number, number][];
    const what = `${pictures(count, examples.count)} by run ${run.id}`;
    if (isSheet) {
      await givePicture(io, sheet, translationSheet(values, seen, made, drawn), what);
      return 0;
    }
    await writeImages(paths, { values: made, shape: drawn }, force);
    io.out(`${what}: ${callersPath(io, out)}`);
    return 0;
  },
});

/** A PNG for each picture, by its name. @throws InputError where two have the same. */
function translationPaths(names: readonly string[], folder: string): string[] {
  const files = names.map((name) => `${basename(name).replace(/\.[^.]*$/, "")}.png`);
  const twice = files.findIndex((file, i) => files.indexOf(file) < i);
  if (twice >= 0) {
    throw new InputError(
      `Cannot write a file each as pictures must have names of their own: ` +
        `${names[files.indexOf(files[twice])]} and ${names[twice]} are both ${files[twice]}`,
    );
  }
  return files.map((file) => join(folder, file));
}
