/** `arithmetic RUN "A - B + C"`: sums of classes' mean codes. @module */
import { object } from "@optique/core/constructs";
import { argument } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { defineCommand, plain } from "../command.ts";
import {
  givePicture,
  modelOptions,
  openModel,
  pictureOption,
  pictureToWrite,
} from "../stored_model.ts";

/** The command `arithmetic`. */
export const arithmetic = defineCommand({
  name: "arithmetic",
  usage: 'RUN "A - B + C" [OPTIONS]',
  brief: "Adds and subtracts the mean codes of classes",
  description:
    "Draws the mean code of each class that the sum names, and last that of the sum, for " +
    "models that encode and decode images with classes. Classes have the names of the data set, " +
    "which of a folder of own pictures are its subfolders'; spaces stand around the signs.",
  examples: [
    ['arithmetic latest "7 - 1 + 4" --out sum.png', "four images: 7, 1, 4 and the sum"],
    ['arithmetic 3f2a "Q - O + P" --out tail.png', "on letters: the tail of a Q on a P"],
  ],
  mayBeForeign: () => true,
  parser: (known) =>
    object({
      ...modelOptions(known),
      sum: argument(string({ metavar: "SUM" }), {
        description: plain('Classes with + and − between them: "A - B + C".'),
      }),
      out: pictureOption(),
    }),
  async run({ sum, out, force, ...which }, io) {
    const file = await pictureToWrite(io, out, force);
    using model = await openModel(io, which);
    const { arithmetic } = await import("../../models/pictures.ts");
    const { samplesSheet } = await import("../../models/sheet.ts");
    const images = await arithmetic(model.trainer, model.dataset, sum);
    const sheet = samplesSheet(images, images.count);
    await givePicture(io, file, sheet, `${sum} by run ${model.run.id}, the sum last`);
    return 0;
  },
});
