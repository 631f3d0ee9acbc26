/** `sample RUN`: draws from a stored generative model. @module */
import { object } from "@optique/core/constructs";
import { option } from "@optique/core/primitives";
import { integer } from "@optique/core/valueparser";
import { InputError } from "../../lab/core/errors.ts";
import { streamOf } from "../../lab/core/random.ts";
import { defaulting, defineCommand, plain, seedValue } from "../command.ts";
import { samplingOf, samplingOptions } from "../sampling_options.ts";
import {
  modelOptions,
  openModel,
  pathToWrite,
  pictureOption,
  writePicture,
} from "../stored_model.ts";
import { count } from "../terminal/format.ts";

/** The command `sample`. */
export const sample = defineCommand({
  name: "sample",
  usage: "RUN --out FILE.png [OPTIONS]",
  brief: "Draws samples of a generative model into a picture",
  description: "Draws samples from a stored generative model and writes them as one PNG: a sheet " +
    "of images, or a scatter of points.",
  examples: [
    ["sample latest --out digits.png", "100 samples of the newest run"],
    ["sample 3f2a --count 16 --seed 7 --out few.png", "16 others"],
    ["sample latest --class 7 --count 64 --out sevens.png", "of one class, where it has labels"],
    [
      "sample latest --steps 10 --sampler heun --out fast.png",
      "in ten steps, where it takes steps",
    ],
    ["sample latest --guidance 2 --class 7 --out sevens.png", "truer to their class, less diverse"],
  ],
  mayBeForeign: () => true,
  parser: (known) =>
    object({
      ...modelOptions(known),
      count: defaulting(
        option("--count", integer({ metavar: "N", min: 1, max: 100_000 }), {
          description: plain("How many samples."),
        }),
        100,
      ),
      ...samplingOptions(),
      seed: defaulting(
        option("--seed", seedValue(), { description: plain("Seed of the samples.") }),
        1,
      ),
      out: pictureOption(),
    }),
  async run({ count: asked, seed, out, force, ...which }, io) {
    const path = await pathToWrite(io, out, [".png"], force);
    using model = await openModel(io, which);
    const { run, trainer, dataset } = model;
    if (trainer.sample === undefined) {
      throw new InputError(`Cannot sample ${run.id} as "${run.name}" is no generative model`);
    }
    const random = streamOf(seed, "samples");
    const samples = await trainer.sample({ random, count: asked, ...samplingOf(which, dataset) });
    const { samplesSheet } = await import("../../models/sheet.ts");
    await writePicture(path, samplesSheet(samples));
    io.out(`${count(samples.count)} samples of run ${run.id}: ${path}`);
    return 0;
  },
});
