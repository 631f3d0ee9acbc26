/** `reconstruct RUN image.png`: a picture through a model's code and back. @module */
import { object } from "@optique/core/constructs";
import { multiple } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { InputError } from "../../lab/core/errors.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import { defineCommand, named, plain } from "../command.ts";
import { firstOf, picturesOf, toldClasses } from "../given_examples.ts";
import {
  givePicture,
  modelOptions,
  openModel,
  pictureOption,
  pictureToWrite,
  type StoredModel,
} from "../stored_model.ts";
import { figure, pictures } from "../terminal/format.ts";

/** Most pictures of one sheet, and of one that shows where models differ. */
const [MOST, MOST_OF_SEVERAL] = [100, 16];

/** The command `reconstruct`. */
export const reconstruct = defineCommand({
  name: "reconstruct",
  usage: "RUN IMAGE|FOLDER [OPTIONS]",
  brief: "Draws pictures, and what a model makes of their codes",
  description:
    "Puts a picture, or those of a folder, through a stored model's code and back: the " +
    "pictures as the model sees them in a row, what it makes of them in the one below. Prints the mean " +
    "squared error of pixels in [0, 1]. Of an ensemble, and with other runs, as those of more seeds, the " +
    "second row is the mean of all, the third one where they differ: white at the largest deviation.",
  examples: [
    ["reconstruct latest cat.png --out cats.png", "one picture"],
    ["reconstruct 3f2a holiday --out pairs.png", "those of a folder"],
    ["reconstruct 3f2a cat.png --with 7b1c --with 9d4e --out unsure.png", "by three runs"],
  ],
  mayBeForeign: () => true,
  parser: (known) =>
    object({
      ...modelOptions(known),
      from: argument(string({ metavar: "IMAGE" }), {
        description: plain(`A picture (PNG, JPEG, WebP), or a folder: the first ${MOST} of it.`),
      }),
      others: multiple(option("--with", named("RUN", known.runs), {
        description: plain("Another run of the same data. Repeatable."),
      })),
      out: pictureOption(),
    }),
  async run({ from, others, out, force, ...which }, io) {
    const file = await pictureToWrite(io, out, force);
    using model = await openModel(io, which);
    const { reconstructionErrors } = await import("../../models/anomalies.ts");
    const { ensembleOf, membersReconstructions } = await import("../../models/ensembles.ts");
    const { imageSheet, reconstructionSheet } = await import("../../models/sheet.ts");
    const { run, dataset } = model;
    const examples = await picturesOf(io, model, from);
    const { count: all } = examples;
    const { count, values: originals, names } = firstOf(examples, MOST);
    const shape = dataset.shape as [number, number, number];
    const errorOf = (made: Float32Array) =>
      reconstructionErrors(originals, made, count).reduce((sum, error) => sum + error, 0) / count;
    // A class has in each run the number that the run's own data give it.
    const madeBy = ({ run, trainer, dataset }: StoredModel) =>
      membersReconstructions(trainer, originals, count, {
        model: run.manifest.determined.configuration.model as Readonly<Record<string, Json>>,
        labels: toldClasses(io, dataset, names),
      });
    const members = await madeBy(model);
    const taken = new Set([run.id]);
    for (const other of others) {
      using opened = await openModel(io, { ...which, run: other });
      const { id } = opened.run;
      if (taken.has(id)) {
        throw new InputError(
          `Cannot reconstruct by ${id} twice as each run counts once: --with must name other runs`,
        );
      }
      taken.add(id);
      if (`${opened.dataset.shape}` !== `${shape}`) {
        throw new InputError(
          `Cannot reconstruct by ${run.id} and ${id} together as they must have learned from ` +
            `images of one shape: [${shape.join(", ")}] and [${opened.dataset.shape.join(", ")}]`,
        );
      }
      members.push(...await madeBy(opened));
    }
    if (members.length === 1) {
      const [made] = members;
      const what = `${pictures(count, all)} by run ${run.id}, mean squared error ${
        figure(errorOf(made))
      }`;
      await givePicture(io, file, reconstructionSheet(originals, made, shape), what);
      return 0;
    }
    const { joined } = await import("../../models/datasets/images.ts");
    const { mean, deviation } = ensembleOf(members);
    const largest = deviation.reduce((most, each) => Math.max(most, each), 0);
    const shown = Math.min(count, MOST_OF_SEVERAL);
    const rows = [originals, mean, deviation.map((each) => each / (largest || 1))];
    const sheet = rows.map((row) => row.subarray(0, shown * row.length / count));
    const alone = members.reduce((sum, made) => sum + errorOf(made), 0) / members.length;
    const by = others.length === 0
      ? `the ${members.length} members of run ${run.id}`
      : members.length === others.length + 1
      ? `${members.length} runs`
      : `${members.length} members of ${others.length + 1} runs`;
    const what = `${pictures(count, all)} by ${by}, mean squared error ` +
      `${figure(errorOf(mean))} (${figure(alone)} alone), largest deviation ${figure(largest)}`;
    await givePicture(io, file, imageSheet(joined(sheet), shape, shown), what);
    return 0;
  },
});
