/** `interpolate RUN`: images between the codes of two test images. @module */
import { object } from "@optique/core/constructs";
import { multiple, optional } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { integer, string } from "@optique/core/valueparser";
import type { Split } from "../../lab/core/dataset.ts";
import { InputError } from "../../lab/core/errors.ts";
import { samplingStream } from "../../models/sampling_stream.ts";
import { defaulting, defineCommand, oneOf, plain, seedValue } from "../command.ts";
import { picturesOf } from "../given_examples.ts";
import {
  givePicture,
  modelOptions,
  openModel,
  pictureOption,
  pictureToWrite,
  type Taught,
} from "../stored_model.ts";
import { plural } from "../terminal/format.ts";
import type { Io } from "../terminal/io.ts";

/** The command `interpolate`. */
export const interpolate = defineCommand({
  name: "interpolate",
  usage: "RUN [IMAGE IMAGE] [OPTIONS]",
  brief: "Draws what lies between the codes of two images",
  description:
    "Draws rows of images, each from the code of one test image to that of another, for " +
    "models that encode and decode (autoencoders, VAEs). Pairs are drawn by the seed, or one is " +
    "named by the test images' numbers, or is two pictures of your own, of the classes that their " +
    "folders are named by.",
  examples: [
    ["interpolate latest --out between.png", "ten rows of eight, from image to image"],
    [
      "interpolate 3f2a --from 0 --to 7 --count 12 --out way.png",
      "one row, from the first to the eighth",
    ],
    ["interpolate latest cat.png dog.png --out pets.png", "from a picture of your own to another"],
    ["interpolate latest --path spherical --out arc.png", "along great circles, as suits N(0, I)"],
  ],
  mayBeForeign: () => true,
  parser: (known) =>
    object({
      ...modelOptions(known),
      own: multiple(
        argument(string({ metavar: "IMAGE" }), {
          description: plain("Two pictures (PNG, JPEG, WebP), in place of test images."),
        }),
        { max: 2 },
      ),
      from: optional(option("--from", integer({ metavar: "I", min: 0 }), {
        description: plain("The test image that the row begins with, counted from 0."),
      })),
      to: optional(option("--to", integer({ metavar: "J", min: 0 }), {
        description: plain("The test image that it ends with."),
      })),
      rows: optional(option("--rows", integer({ metavar: "N", min: 1, max: 1000 }), {
        description: plain(
          "Rows, where no pair is named. Default: 10, or half of the test images where they are fewer.",
        ),
      })),
      count: defaulting(
        option("--count", integer({ metavar: "N", min: 2, max: 100 }), {
          description: plain("Images a row, ends included."),
        }),
        8,
      ),
      path: defaulting(
        option("--path", oneOf(["linear", "spherical"], { metavar: "PATH" }), {
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
  async run({ own, from, to, rows, count, path: way, seed, out, force, ...which }, io) {
    if ((from === undefined) !== (to === undefined)) {
      throw new InputError(
        "Cannot interpolate as --from and --to name a pair together: one is given",
      );
    }
    if (from !== undefined && rows !== undefined) {
      throw new InputError(`Cannot interpolate ${rows} rows as --from and --to name one pair`);
    }
    if (own.length === 1 || own.length > 0 && (from ?? rows) !== undefined) {
      throw new InputError(
        "Cannot interpolate as pictures of your own are two, without --from, --to and --rows: " +
          own.join(", "),
      );
    }
    const file = await pictureToWrite(io, out, force);
    using model = await openModel(io, which);
    const { interpolations } = await import("../../models/pictures.ts");
    const { samplesSheet } = await import("../../models/sheet.ts");
    const [dataset, between] = own.length > 0
      ? [{ ...model.dataset, test: await pairOf(io, model, own) }, [0, 1] as const]
      : [model.dataset, from === undefined ? undefined : [from, to!] as const];
    const random = samplingStream(seed);
    const options = { rows, steps: count, path: way, random, between };
    const images = await interpolations(model.trainer, dataset, options);
    const lines = plural(images.count / count, "row");
    const what = `${lines} of ${count} images by run ${model.run.id}`;
    await givePicture(io, file, samplesSheet(images, count), what);
    return 0;
  },
});

/** Two pictures of the caller's, as a model sees them. */
async function pairOf(io: Io, model: Taught, paths: readonly string[]): Promise<Split> {
  const found = await Promise.all(paths.map((path) => picturesOf(io, model, path)));
  const wrong = found.findIndex(({ count }) => count !== 1);
  if (wrong < 0) {
    const labels = found.flatMap(({ labels }) => Array.from(labels ?? []));
    return {
      count: 2,
      values: Float32Array.from(found.flatMap(({ values }) => [...values])),
      ...labels.length === 2 && { labels: Uint8Array.from(labels) },
    };
  }
  throw new InputError(
    `Cannot interpolate as ${paths[wrong]} must be one picture: ${found[wrong].count}`,
  );
}
