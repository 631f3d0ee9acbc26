/** `interpolate RUN`: images between the codes of two test images. @module */
import { object } from "@optique/core/constructs";
import { optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { choice, integer } from "@optique/core/valueparser";
import { InputError } from "../../lab/core/errors.ts";
import { streamOf } from "../../lab/core/random.ts";
import { defaulting, defineCommand, plain, seedValue } from "../command.ts";
import {
  modelOptions,
  openModel,
  pathToWrite,
  pictureOption,
  writePicture,
} from "../stored_model.ts";
import { plural } from "../terminal/format.ts";

/** The command `interpolate`. */
export const interpolate = defineCommand({
  name: "interpolate",
  usage: "RUN --out FILE.png [OPTIONS]",
  brief: "Draws what lies between the codes of two test images",
  description:
    "Draws rows of images, each from the code of one test image to that of another, for " +
    "models that encode and decode (autoencoders, VAEs). Pairs are drawn by the seed, or one is " +
    "named by the test images' numbers.",
  examples: [
    ["interpolate latest --out between.png", "ten rows of eight, from image to image"],
    [
      "interpolate 3f2a --from 0 --to 7 --count 12 --out way.png",
      "one row, from the first to the eighth",
    ],
    ["interpolate latest --path spherical --out arc.png", "along great circles, as suits N(0, I)"],
  ],
  mayBeForeign: () => true,
  parser: (known) =>
    object({
      ...modelOptions(known),
      from: optional(option("--from", integer({ metavar: "I", min: 0 }), {
        description: plain("The test image that the row begins with, counted from 0."),
      })),
      to: optional(option("--to", integer({ metavar: "J", min: 0 }), {
        description: plain("The test image that it ends with."),
      })),
      rows: defaulting(
        option("--rows", integer({ metavar: "N", min: 1, max: 1000 }), {
          description: plain("Rows, where no pair is named."),
        }),
        10,
      ),
      count: defaulting(
        option("--count", integer({ metavar: "N", min: 2, max: 100 }), {
          description: plain("Images a row, ends included."),
        }),
        8,
      ),
      path: defaulting(
        option("--path", choice(["linear", "spherical"], { metavar: "PATH" }), {
          description: plain("The way between two codes: a line, or a great circle."),
        }),
        "linear" as const,
      ),
      seed: defaulting(
        option("--seed", seedValue(), { description: plain("Seed of the pairs.") }),
        1,
      ),
      out: pictureOption(),
    }),
  async run({ from, to, rows: asked, count, path: way, seed, out, force, ...which }, io) {
    if ((from === undefined) !== (to === undefined)) {
      throw new InputError(
        "Cannot interpolate as --from and --to name a pair together: one is given",
      );
    }
    const path = await pathToWrite(io, out, [".png"], force);
    using model = await openModel(io, which);
    const { interpolations } = await import("../../models/pictures.ts");
    const { samplesSheet } = await import("../../models/sheet.ts");
    const between = from === undefined ? undefined : [from, to!] as const;
    const rows = between === undefined ? asked : 1;
    const random = streamOf(seed, "samples");
    const options = { rows, steps: count, path: way, random, between };
    const images = await interpolations(model.trainer, model.dataset, options);
    await writePicture(path, samplesSheet(images, count));
    io.out(`${plural(rows, "row")} of ${count} images by run ${model.run.id}: ${path}`);
    return 0;
  },
});
