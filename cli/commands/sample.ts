/** `sample RUN`: draws from a stored generative model. @module */
import { object } from "@optique/core/constructs";
import { optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { choice, integer, string } from "@optique/core/valueparser";
import { InputError } from "../../lab/core/errors.ts";
import { streamOf } from "../../lab/core/random.ts";
import {
  defaulting,
  defineCommand,
  plain,
  runArgument,
  seedValue,
  storeOption,
} from "../command.ts";
import { refuseExisting, writeWhole } from "../files.ts";
import { count, plural } from "../terminal/format.ts";
import { callersPath } from "../terminal/io.ts";
import { openStoreOf } from "../stores.ts";

/** The command `sample`. */
export const sample = defineCommand({
  name: "sample",
  usage: "RUN --out FILE.png [OPTIONS]",
  brief: "Draws samples of a generative model into a picture",
  description: "Draws samples from a stored generative model and writes them as one PNG: a sheet " +
    "of images, or a scatter of points. With --interpolate each row leads from one test image's " +
    "code to another's.",
  examples: [
    ["sample latest --out digits.png", "100 samples of the newest run"],
    ["sample 3f2a --count 16 --seed 7 --out few.png", "16 others"],
    ["sample latest --interpolate 8 --out between.png", "ten rows of eight, from image to image"],
  ],
  mayBeForeign: () => true,
  parser: (known) =>
    object({
      run: runArgument(known),
      count: optional(
        option("--count", integer({ metavar: "N", min: 1, max: 100_000 }), {
          description: plain("How many samples, or rows. Default: 100 samples, 10 rows."),
        }),
      ),
      interpolate: optional(
        option("--interpolate", integer({ metavar: "N", min: 2, max: 100 }), {
          description: plain("Rows of N images between two test images' codes, ends included."),
        }),
      ),
      path: defaulting(
        option("--path", choice(["linear", "spherical"], { metavar: "PATH" }), {
          description: plain("The way between two codes: a line, or a great circle."),
        }),
        "linear" as const,
      ),
      out: option("--out", string({ metavar: "FILE.png" }), {
        description: plain("The picture to write."),
      }),
      seed: defaulting(
        option("--seed", seedValue(), { description: plain("Seed of the samples.") }),
        1,
      ),
      checkpoint: optional(
        option("--checkpoint", choice(["final", "last", "best"], { metavar: "WHICH" }), {
          description: plain("Which checkpoint. Default: the final one, else the last."),
        }),
      ),
      force: option("--force", { description: plain("Write over a file that is there.") }),
      store: storeOption(),
    }),
  async run(
    {
      run: reference,
      count: asked,
      interpolate,
      path: way,
      out,
      seed,
      checkpoint,
      force,
      store: at,
    },
    io,
  ) {
    if (!/\.png$/i.test(out)) {
      throw new InputError(`Cannot write samples as --out must end in .png: ${out}`);
    }
    const path = callersPath(io, out);
    await refuseExisting([path], force);
    const registries = await io.registries();
    const { openTrainer } = await import("../../lab/experiment/inspect.ts");
    const { samplesSheet } = await import("../../models/sheet.ts");
    const { encodePng } = await import("../../lab/core/png.ts");
    using opened = await openStoreOf(io, at, { readOnly: true });
    const { store } = opened;
    const run = store.find(reference);
    const { trainer, dataset, dispose } = await openTrainer(run, { store, registries, checkpoint });
    const random = streamOf(seed, "samples");
    try {
      if (interpolate !== undefined && dataset !== undefined) {
        const { interpolations } = await import("../../models/pictures.ts");
        const rows = { rows: asked ?? 10, steps: interpolate, path: way, random };
        const between = await interpolations(trainer, dataset, rows);
        await writeWhole(path, encodePng(samplesSheet(between, interpolate)));
        io.out(`${plural(rows.rows, "row")} of ${interpolate} images by run ${run.id}: ${path}`);
        return 0;
      }
      if (trainer.sample === undefined) {
        throw new InputError(`Cannot sample ${run.id} as "${run.name}" is no generative model`);
      }
      const samples = await trainer.sample({ random, count: asked ?? 100 });
      await writeWhole(path, encodePng(samplesSheet(samples)));
      io.out(`${count(samples.count)} samples of run ${run.id}: ${path}`);
    } finally {
      dispose();
    }
    return 0;
  },
});
