/** `traverse RUN`: each latent in turn. @module */
import { object } from "@optique/core/constructs";
import { option } from "@optique/core/primitives";
import { integer } from "@optique/core/valueparser";
import { defaulting, defineCommand, plain } from "../command.ts";
import {
  givePicture,
  modelOptions,
  openModel,
  pictureOption,
  pictureToWrite,
} from "../stored_model.ts";
import { plural } from "../terminal/format.ts";

/** The command `traverse`. */
export const traverse = defineCommand({
  name: "traverse",
  usage: "RUN [OPTIONS]",
  brief: "Draws what each latent coordinate does to an image",
  description:
    "Draws a row of images for each coordinate of a test image's code: it goes from −3 to " +
    "3 standard deviations about its mean over the test images, the others stay.",
  examples: [
    ["traverse latest --out latents.png", "of the first test image"],
    [
      "traverse 3f2a --from 12 --count 11 --out latents.png",
      "of the thirteenth, eleven images a row",
    ],
  ],
  mayBeForeign: () => true,
  parser: (known) =>
    object({
      ...modelOptions(known),
      from: defaulting(
        option("--from", integer({ metavar: "I", min: 0 }), {
          description: plain("The test image, counted from 0."),
        }),
        0,
      ),
      count: defaulting(
        option("--count", integer({ metavar: "N", min: 2, max: 100 }), {
          description: plain("Images a row."),
        }),
        9,
      ),
      out: pictureOption(),
    }),
  async run({ from, count, out, force, ...which }, io) {
    const file = await pictureToWrite(io, out, force);
    using model = await openModel(io, which);
    const { traversals } = await import("../../models/pictures.ts");
    const { samplesSheet } = await import("../../models/sheet.ts");
    const images = await traversals(model.trainer, model.dataset, { of: from, steps: count });
    const latents = plural(images.count / count, "latent coordinate");
    const what = `${latents} of run ${model.run.id}, a row each`;
    await givePicture(io, file, samplesSheet(images, count), what);
    return 0;
  },
});
