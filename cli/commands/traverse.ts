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
import { gatherRows } from "../../lab/core/rows.ts";
import { plural } from "../terminal/format.ts";

/** The command `traverse`. */
export const traverse = defineCommand({
  name: "traverse",
  usage: "RUN [OPTIONS]",
  brief: "Draws what each latent coordinate does to an image",
  description:
    "Draws a row of images for each coordinate of a test image's code: it goes from −3 to " +
    "3 standard deviations about its mean over the test images, the others stay. Of many coordinates " +
    "those are drawn that change the image most.",
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
      latents: defaulting(
        option("--latents", integer({ metavar: "N", min: 1, max: 10_000 }), {
          description: plain("The most rows."),
        }),
        16,
      ),
      out: pictureOption(),
    }),
  async run({ from, count, latents, out, force, ...which }, io) {
    const file = await pictureToWrite(io, out, force);
    using model = await openModel(io, which);
    const { traversals } = await import("../../models/pictures.ts");
    const { samplesSheet } = await import("../../models/sheet.ts");
    const images = await traversals(model.trainer, model.dataset, { of: from, steps: count });
    const all = images.count / count;
    const rows = strongest(images.values, all, count, latents);
    const of = plural(all, "latent coordinate");
    const what = rows.length === all
      ? `${of} of run ${model.run.id}, a row each`
      : `${rows.length} of ${of} of run ${model.run.id}, a row each, those that change the image most ` +
        `(--latents ${all} draws all): ${rows.join(", ")}`;
    const size = images.values.length / all;
    const values = new Float32Array(rows.length * size);
    gatherRows(images.values, rows, size, values);
    const shown = { ...images, count: rows.length * count, values };
    await givePicture(io, file, samplesSheet(shown, count), what);
    return 0;
  },
});

/**
 * The rows, at most so many, whose first and last images differ most, in their order.
 *
 * @param values [rows, steps, …]
 */
function strongest(values: Float32Array, rows: number, steps: number, most: number): number[] {
  const [row, image] = [values.length / rows, values.length / rows / steps];
  const changes = Array.from({ length: rows }, (_, z) => {
    const last = values.subarray((z + 1) * row - image, (z + 1) * row);
    return last.reduce((sum, value, i) => sum + (value - values[z * row + i]) ** 2, 0);
  });
  const order = changes.map((_, z) => z).sort((a, b) => changes[b] - changes[a] || a - b);
  return order.slice(0, most).sort((a, b) => a - b);
}
