/** `sample RUN`: draws from a stored generative model. @module */
import { object } from "@optique/core/constructs";
import { optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { integer, string } from "@optique/core/valueparser";
import { classNamesOf, type Dataset } from "../../lab/core/dataset.ts";
import { InputError, unknownName } from "../../lab/core/errors.ts";
import { streamOf } from "../../lab/core/random.ts";
import type { SamplingSettings } from "../../lab/core/trainer.ts";
import { defaulting, defineCommand, plain, seedValue, setOption } from "../command.ts";
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
      "sample latest --set model.samplerSteps=10 --out fast.png",
      "in ten steps, where it takes steps",
    ],
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
      class: optional(option("--class", string({ metavar: "NAME" }), {
        description: plain("The class of all samples. Default: all classes in turn."),
      })),
      set: setOption(
        "Draw with another value of a field that no weight hangs on, as model.samplerSteps=10. " +
          "Repeatable.",
      ),
      seed: defaulting(
        option("--seed", seedValue(), { description: plain("Seed of the samples.") }),
        1,
      ),
      out: pictureOption(),
    }),
  async run({ count: asked, class: name, set, seed, out, force, ...which }, io) {
    const path = await pathToWrite(io, out, [".png"], force);
    using model = await openModel(io, which);
    const { run, trainer, dataset } = model;
    if (trainer.sample === undefined) {
      throw new InputError(`Cannot sample ${run.id} as "${run.name}" is no generative model`);
    }
    const label = name === undefined ? undefined : labelOf(name, dataset);
    const random = streamOf(seed, "samples");
    const settings = settingsOf(set);
    const samples = await trainer.sample({ random, count: asked, label, settings });
    const { samplesSheet } = await import("../../models/sheet.ts");
    await writePicture(path, samplesSheet(samples));
    io.out(`${count(samples.count)} samples of run ${run.id}: ${path}`);
    return 0;
  },
});

/** Sampling settings as they are typed: `model.` may stand before a field's name. */
function settingsOf(set: readonly (readonly [path: string, text: string])[]): SamplingSettings {
  return Object.fromEntries(set.map(([path, text]) => {
    const number = Number(text);
    return [path.replace(/^model\./, ""), Number.isNaN(number) || text === "" ? text : number];
  }));
}

/** A class by its name. @throws InputError where there is none. */
function labelOf(name: string, dataset: Dataset): number {
  const names = classNamesOf(dataset);
  const label = names.indexOf(name);
  if (label < 0) throw unknownName("sample one class", "class", name, names);
  return label;
}
