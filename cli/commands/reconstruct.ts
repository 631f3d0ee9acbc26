/** `reconstruct RUN image.png`: a picture through a model's code and back. @module */
import { object } from "@optique/core/constructs";
import { argument } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { defineCommand, plain } from "../command.ts";
import {
  examplesOf,
  givePicture,
  modelOptions,
  openModel,
  pictureOption,
  picturePath,
} from "../stored_model.ts";
import { figure, pictures } from "../terminal/format.ts";

/** Most pictures of one sheet. */
const MOST = 100;

/** The command `reconstruct`. */
export const reconstruct = defineCommand({
  name: "reconstruct",
  usage: "RUN IMAGE|FOLDER [OPTIONS]",
  brief: "Draws pictures, and what a model makes of their codes",
  description:
    "Puts a picture, or those of a folder, through a stored model's code and back: the " +
    "pictures as the model sees them in a row, what it makes of them in the one below. Prints the mean " +
    "squared error of pixels in [0, 1].",
  examples: [
    ["reconstruct latest cat.png --out cats.png", "one picture"],
    ["reconstruct 3f2a holiday --out pairs.png", "those of a folder"],
  ],
  mayBeForeign: () => true,
  parser: (known) =>
    object({
      ...modelOptions(known),
      from: argument(string({ metavar: "IMAGE" }), {
        description: plain(`A picture (PNG, JPEG, WebP), or a folder: the first ${MOST} of it.`),
      }),
      out: pictureOption(),
    }),
  async run({ from, out, force, ...which }, io) {
    const path = await picturePath(io, out, force);
    using model = await openModel(io, which);
    const { reconstructed, reconstructionErrors } = await import("../../models/anomalies.ts");
    const { reconstructionSheet } = await import("../../models/sheet.ts");
    const { run, trainer, dataset } = model;
    const { count: all, values, labels } = await examplesOf(io, dataset, from);
    const count = Math.min(all, MOST);
    const originals = values.subarray(0, count * values.length / all);
    const made = await reconstructed(trainer, originals, count, labels);
    const shape = dataset.shape as [number, number, number];
    const errors = reconstructionErrors(originals, made, count);
    const mean = errors.reduce((sum, error) => sum + error, 0) / count;
    const what = `${pictures(count, all)} by run ${run.id}, mean squared error ${figure(mean)}`;
    await givePicture(io, path, reconstructionSheet(originals, made, shape), what);
    return 0;
  },
});
