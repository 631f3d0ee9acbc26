/**
 * `images`: the pictures of a user's own folder. Subfolders are classes, in the order of their names;
 * a folder without any has no classes. Pictures are cropped to their middle square and shrunk by area.
 *
 * @module
 */
import * as z from "zod";
import type { Split } from "../../lab/core/dataset.ts";
import { InputError } from "../../lab/core/errors.ts";
import type { DatasetContext } from "../../lab/core/registry.ts";
import { defineDataset, rowsOf } from "./define_dataset.ts";
import { folderField, pathIn } from "./files.ts";
import { decodePicture, squared } from "./pictures.ts";

const configuration = z.strictObject({
  ...folderField("images", "Folder of PNG and JPEG files, or of a folder of them for each class"),
  side: z.int().min(4).max(256).default(32).meta({
    description: "Side of the square that each picture is cropped and resized to",
    unit: "pixels",
  }),
  grey: z.boolean().default(false).meta({ description: "One channel in place of three" }),
  strict: z.boolean().default(false).meta({
    description: "Stop at a picture that cannot be decoded, in place of leaving it out",
  }),
  test: z.number().gt(0).lt(1).default(0.1).meta({
    description: "Share of the pictures, drawn by the data set's seed, to measure on",
  }),
});

type Files = Required<Pick<DatasetContext<unknown>, "readFile" | "listFolder">>;

const isPicture = (name: string) => /\.(png|jpe?g)$/i.test(name);

/** Paths of pictures with their classes, in the order of their names. */
async function picturesOf(
  { listFolder }: Files,
  folder: string,
): Promise<{ readonly paths: [path: string, label: number][]; readonly classes: number }> {
  const names = (await listFolder(folder)).sort();
  const folders = names.filter((name) => name.endsWith("/"));
  const paths: [string, number][] = names.filter(isPicture).map((
    name,
  ) => [pathIn(folder, name), 0]);
  if (paths.length > 0 || folders.length === 0) return { paths, classes: 0 };
  for (const [label, name] of folders.entries()) {
    const inside = pathIn(folder, name.slice(0, -1));
    const own = (await listFolder(inside)).sort().filter(isPicture);
    paths.push(...own.map((file): [string, number] => [pathIn(inside, file), label]));
  }
  return { paths, classes: folders.length };
}

/** Names of a few, and how many more there are. */
function named(broken: readonly string[]): string {
  const shown = broken.slice(0, 3).join(", ");
  return broken.length > 3 ? `${shown} and ${broken.length - 3} more` : shown;
}

/** A user's own pictures. */
export const images = defineDataset({
  name: "images",
  summary: "Pictures of any folder (PNG, JPEG), classes from its subfolders",
  configuration,
  create: async ({ configuration, stream, readFile, listFolder }) => {
    const { side, grey, strict, test } = configuration;
    const folder = configuration.folder.replace(/\/+$/, "");
    if (listFolder === undefined) {
      throw new InputError("Cannot read a folder of images as this place has no folders");
    }
    const { paths, classes } = await picturesOf({ readFile, listFolder }, folder);
    const channels = grey ? 1 : 3;
    const size = side * side * channels;
    const decoded: [values: Float32Array, label: number][] = [];
    const broken: string[] = [];
    for (const [path, label] of paths) {
      try {
        decoded.push([squared(decodePicture(await readFile(path)), side, channels), label]);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        if (strict) throw new InputError(`Cannot decode ${path}: ${reason}`);
        broken.push(path);
      }
    }
    const count = decoded.length;
    if (count < 3) {
      throw new InputError(
        `Cannot use ${folder} as it must hold three PNG or JPEG files at least, itself or in ` +
          `folders of classes: ${count}${broken.length > 0 ? `, and ${named(broken)} broken` : ""}`,
      );
    }
    const values = new Float32Array(count * size);
    decoded.forEach(([image], i) => values.set(image, i * size));
    const all: Split = {
      count,
      values,
      ...classes > 0 && { labels: Uint8Array.from(decoded, ([, label]) => label) },
    };
    const order = stream("splits").permutation(count);
    const held = Math.max(1, Math.floor(count * test));
    return {
      kind: "images",
      shape: [side, side, channels],
      ...classes > 0 && { classes },
      test: rowsOf(all, order.slice(0, held)),
      train: rowsOf(all, order.slice(held)),
      notes: broken.length === 0
        ? []
        : [`${broken.length} of ${paths.length} pictures cannot be decoded: ${named(broken)}`],
    };
  },
});
