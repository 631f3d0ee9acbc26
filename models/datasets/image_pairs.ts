/**
 * `image-pairs`: pictures of two of a user's own folders, for models that translate: those of one name
 * with each other, or, where no name is in both folders, the first of one with the first of the other.
 * For a model that needs no pairs (CycleGAN) any two folders with as many pictures will do.
 *
 * @module
 */
import * as z from "zod";
import type { Split } from "../../lab/core/dataset.ts";
import { InputError } from "../../lab/core/errors.ts";
import { defineDataset, drawnOut, inMemory, rowsOf } from "./define_dataset.ts";
import { folderField, pathIn } from "./files.ts";
import {
  backgroundField,
  type FolderPicture,
  joined,
  notesOf,
  pictureFiles,
  readPictures,
} from "./images.ts";

const side = (description: string) =>
  z.int().min(4).max(256).default(32).meta({ description, unit: "pixels" });

const configuration = z.strictObject({
  ...folderField("pairs", "Folder of the two folders"),
  from: z.string().min(1).default("from").meta({ description: "Folder of what is translated" }),
  to: z.string().min(1).default("to").meta({ description: "Folder of what it becomes" }),
  side: side("Side of the square that each picture of from is cropped and resized to"),
  toSide: side("The same of to"),
  grey: z.boolean().default(false).meta({ description: "One channel in place of three" }),
  unpaired: z.boolean().optional().meta({
    description: "No picture of from belongs to one of to: for models that need no pairs",
  }),
  ...backgroundField,
  test: z.number().gt(0).lt(1).default(0.1).meta({
    description: "Share of the pairs, drawn by the data set's seed, to measure on",
  }),
});

/** A picture, and its name below its folder. */
interface NamedPicture extends Pick<FolderPicture, "values"> {
  readonly name: string;
}

/** A name without its ending. */
const stemOf = (name: string) => name.replace(/\.[^.]*$/, "");

/** By their names, in which digits that stand together are a number: 2 before 10. */
function inNaturalOrder(pictures: readonly NamedPicture[]): NamedPicture[] {
  const keyOf = (name: string) => name.replace(/\d+/g, (digits) => digits.padStart(20, "0"));
  const keyed = pictures.map((picture) => [keyOf(picture.name), picture] as const);
  return keyed.sort(([a], [b]) => a < b ? -1 : Number(a > b)).map(([, picture]) => picture);
}

/**
 * Pictures of two folders in pairs: those of one name, endings aside; where the folders have no name in
 * common, by the order of the names, which a note tells.
 *
 * @param ends What the folders are called.
 * @throws InputError where some names are in both folders and others are not: their order would pair
 *   pictures of other names.
 */
function inPairs(
  x: readonly NamedPicture[],
  y: readonly NamedPicture[],
  ends: { readonly folder: string; readonly from: string; readonly to: string },
): { readonly pairs: readonly (readonly NamedPicture[])[]; readonly note?: string } {
  const left = Map.groupBy(y, ({ name }) => stemOf(name));
  const partners = x.map(({ name }) => left.get(stemOf(name))?.shift());
  const alone = partners.indexOf(undefined);
  if (alone < 0) return { pairs: x.map((picture, i) => [picture, partners[i]!]) };
  if (partners.some((partner) => partner !== undefined)) {
    const [other] = [...left.values()].flat();
    throw new InputError(
      `Cannot pair the pictures of ${ends.folder} as both folders must hold the same names, endings ` +
        `aside, or none in common: ${x[alone].name} in ${ends.from} alone, ${other.name} in ` +
        `${ends.to} alone (--set dataset.unpaired=true for models that need no pairs)`,
    );
  }
  const [first, second] = [inNaturalOrder(x), inNaturalOrder(y)];
  const pairs = first.map((picture, i) => [picture, second[i]]);
  const some = pairs.slice(0, 3).map(([a, b]) => `${a.name} with ${b.name}`).join(", ");
  const note =
    `${ends.from} and ${ends.to} have no name in common: their pictures are paired by the ` +
    `order of the names, ${some}${pairs.length > 3 ? ", …" : ""}`;
  return { pairs, note };
}

/** Pairs of a user's own pictures. */
export const imagePairs = defineDataset({
  name: "image-pairs",
  summary: "Pictures of two folders, one becoming the other (PNG, JPEG, WebP)",
  holds: { kind: "images", partners: true },
  configuration,
  create: async ({ configuration, stream, ...context }) => {
    const { folder, from, to, side, toSide, grey, background, unpaired = false, test } =
      configuration;
    const channels = grey ? 1 : 3;
    const notes: string[] = [];
    const read = async (end: string, side: number): Promise<NamedPicture[]> => {
      const inside = pathIn(folder, end).replace(/\/+$/, "");
      const options = { side, channels, background, strict: true } as const;
      const { pictures, ...found } = await readPictures(pictureFiles(context), inside, options);
      notes.push(...notesOf(found).map((note) => `${end}: ${note}`));
      return pictures.map(({ path, values }) => ({ name: path.slice(inside.length + 1), values }));
    };
    const [x, y] = [await read(from, side), await read(to, toSide)];
    const count = x.length;
    if (count !== y.length) {
      throw new InputError(
        `Cannot pair the pictures of ${folder} as both folders must hold as many: ${count} in ` +
          `${from}, ${y.length} in ${to}`,
      );
    }
    if (count < 3) {
      throw new InputError(
        `Cannot pair the pictures of ${folder} as both folders must hold three PNG, JPEG or WebP ` +
          `files at least: ${count}`,
      );
    }
    const { pairs, note } = unpaired
      ? { pairs: x.map((picture, i) => [picture, y[i]]) }
      : inPairs(x, y, { folder, from, to });
    const [values, partners] = [0, 1].map((end) => joined(pairs.map((pair) => pair[end].values)));
    const all: Split = { count, values, partners };
    const [held, rest] = drawnOut(all, test, stream("splits"));
    return {
      kind: "images",
      shape: [side, side, channels],
      partnerShape: [toSide, toSide, channels],
      ...unpaired && { unpaired },
      test: inMemory(all, held),
      train: rowsOf(all, rest),
      notes: note === undefined ? notes : [note, ...notes],
    };
  },
});
