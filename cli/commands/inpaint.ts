/** `inpaint RUN image.png`: parts of a picture, or what lies under noise of it, drawn anew. @module */
import { object } from "@optique/core/constructs";
import { optional } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { float, integer, string } from "@optique/core/valueparser";
import { InputError } from "../../lab/core/errors.ts";
import { streamOf } from "../../lab/core/random.ts";
import { defaulting, defineCommand, plain, seedValue } from "../command.ts";
import { drawnAsTyped, samplingOf, samplingOptions } from "../sampling_options.ts";
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

/** From what relative difference on proportions are others, and not those of another size, rounded. */
const UNLIKE = 0.02;

/** The command `inpaint`. */
export const inpaint = defineCommand({
  name: "inpaint",
  usage: "RUN IMAGE [--mask MASK.png] [--strength S] [OPTIONS]",
  brief: "Draws parts of a picture anew by a diffusion or flow model",
  description: "Draws the parts of a picture anew that are white in a mask, so that they fit the " +
    "rest (inpainting), by a stored model that samples from noise. Without a mask the whole " +
    "picture is drawn anew from a noisy version of it (SDEdit): the larger --strength, the less is " +
    "left of it. The upper row shows what was given, the lower one what became of it.",
  examples: [
    ["inpaint latest seven.png --mask half.png --out filled.png", "the white half anew, 8 times"],
    ["inpaint latest sketch.png --strength 0.6 --out drawn.png", "a picture like the sketch"],
  ],
  mayBeForeign: () => true,
  parser: (known) =>
    object({
      ...modelOptions(known),
      from: argument(string({ metavar: "IMAGE" }), {
        description: plain("A picture (PNG, JPEG, WebP)."),
      }),
      mask: optional(option("--mask", string({ metavar: "MASK" }), {
        description: plain(
          "A picture that is white where it is to be drawn anew, black elsewhere.",
        ),
      })),
      strength: optional(option("--strength", float({ metavar: "S", min: 0, max: 1 }), {
        description: plain(
          "Share of the steps that are taken, above 0. Default: 1 with a mask; needed without.",
        ),
      })),
      count: defaulting(
        option("--count", integer({ metavar: "N", min: 1, max: 100 }), {
          description: plain("How many versions."),
        }),
        8,
      ),
      ...samplingOptions(),
      seed: defaulting(
        option("--seed", seedValue(), { description: plain("Seed of the noise.") }),
        1,
      ),
      out: pictureOption(),
    }),
  async run({ from, mask, strength, count, seed, out, force, ...which }, io) {
    if (mask === undefined && strength === undefined) {
      throw new InputError("Cannot draw it anew as --mask or --strength must be given: neither is");
    }
    const file = await pictureToWrite(io, out, force);
    using model = await openModel(io, which);
    const { run, trainer, dataset } = model;
    if (trainer.edit === undefined) {
      throw new InputError(
        `Cannot inpaint by ${run.id} as its model must sample step by step from noise: ` +
          `"${run.name}" does not`,
      );
    }
    const repeated = async (path: string, reading: Taught["reading"]) => {
      const found = await picturesOf(io, { dataset, reading }, path, true);
      if (found.count !== 1) {
        throw new InputError(`Cannot inpaint as ${path} must be one picture: ${found.count}`);
      }
      const { values: one, aspects: [aspect] = [1] } = found;
      const length = count * one.length;
      return { values: Float32Array.from({ length }, (_, i) => one[i % one.length]), aspect };
    };
    const { values, aspect } = await repeated(from, model.reading);
    const masked = mask === undefined ? undefined : await repeated(mask, {});
    if (masked !== undefined && Math.abs(masked.aspect / aspect - 1) > UNLIKE) {
      throw new InputError(
        `Cannot inpaint as ${mask} must have the proportions of ${from}, width over height ` +
          `${aspect.toFixed(2)}: ${masked.aspect.toFixed(2)}`,
      );
    }
    const kept = masked?.values.map((white) => white < 0.5 ? 1 : 0);
    if (kept?.every((keeps) => keeps === 1)) {
      throw new InputError(
        `Cannot inpaint as nothing of ${mask} is white within what is looked at, the square in its middle`,
      );
    }
    const random = streamOf(seed, "inpaint");
    const asked = { random, values, kept, strength, ...samplingOf(which, dataset) };
    const made = await drawnAsTyped(which, () => trainer.edit!(asked));
    const shown = kept === undefined ? values : values.map((value, i) => kept[i] ? value : 0.5);
    const { reconstructionSheet } = await import("../../models/sheet.ts");
    const shape = dataset.shape as [number, number, number];
    const sheet = reconstructionSheet(shown, made.values, shape);
    await givePicture(io, file, sheet, `${plural(count, "version")} by run ${run.id}`);
    return 0;
  },
});
