/**
 * `image-pairs`: pictures of two of a user's own folders, for models that translate: the first of one
 * folder with the first of the other, by the order of their names. For a model that needs no pairs
 * (CycleGAN) any two folders with as many pictures will do.
 *
 * @module
 */
import * as z from "zod";
import type { Split } from "../../lab/core/dataset.ts";
import { InputError } from "../../lab/core/errors.ts";
import { defineDataset } from "./define_dataset.ts";
import { folderField, pathIn } from "./files.ts";
import { images } from "./images.ts";

const side = (description: string) =>
  z.int().min(4).max(256).default(32).meta({ description, unit: "pixels" });

const configuration = z.strictObject({
  ...folderField("pairs", "Folder of the two folders"),
  from: z.string().min(1).default("from").meta({ description: "Folder of what is translated" }),
  to: z.string().min(1).default("to").meta({ description: "Folder of what it becomes" }),
  side: side("Side of the square that each picture of from is cropped and resized to"),
  toSide: side("The same of to"),
  grey: z.boolean().default(false).meta({ description: "One channel in place of three" }),
  test: z.number().gt(0).lt(1).default(0.1).meta({
    description: "Share of the pairs, drawn by the data set's seed, to measure on",
  }),
});

const parts = ["train", "validation", "test"] as const;

/** Pairs of a user's own pictures. */
export const imagePairs = defineDataset({
  name: "image-pairs",
  summary: "Pictures of two folders, one becoming the other (PNG, JPEG, WebP)",
  holds: { kind: "images", partners: true },
  configuration,
  create: async ({ configuration, stream: _, ...context }) => {
    const { folder, from, to, side, toSide, ...shared } = configuration;
    const { seed } = configuration as unknown as { seed: number };
    // Of one seed and number of pictures the splits are the same ones.
    const read = (name: string, side: number) =>
      images.create({
        ...context,
        configuration: images.configuration.parse({
          ...{ folder: pathIn(folder, name), side, seed, strict: true },
          ...{ grey: shared.grey, test: shared.test },
        }),
      });
    const [x, y] = [await read(from, side), await read(to, toSide)];
    const countOf = (set: typeof x) => parts.reduce((sum, part) => sum + set[part].count, 0);
    if (countOf(x) !== countOf(y)) {
      throw new InputError(
        `Cannot pair the pictures of ${folder} as both folders must hold as many: ${
          countOf(x)
        } in ` +
          `${from}, ${countOf(y)} in ${to}`,
      );
    }
    const splits = parts.map((part): [string, Split] => [part, {
      count: x[part].count,
      values: x[part].values,
      partners: y[part].values,
    }]);
    return {
      kind: "images",
      shape: x.shape,
      partnerShape: y.shape,
      ...Object.fromEntries(splits) as Record<typeof parts[number], Split>,
    };
  },
});
