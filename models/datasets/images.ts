/**
 * `images`: the pictures of a user's own folder. Subfolders are classes, in the order of their names;
 * a folder without any has no classes. Pictures are cropped to their middle square and shrunk by area.
 *
 * @module
 */
import * as z from "zod";
import { type ExampleReader, isBit, type Split } from "../../lab/core/dataset.ts";
import { InputError } from "../../lab/core/errors.ts";
import type { DatasetContext, OpenFile, ReadAhead } from "../../lab/core/registry.ts";
import { defineDataset, drawnOut, inMemory, rowsOf } from "./define_dataset.ts";
import { folderField, pathIn } from "./files.ts";
import { type DecodePicture, decoderOf, type Decoding } from "./picture_decoder.ts";
import { isTransparent, isWebp, type Picture } from "./pictures.ts";
import { digestOfParts, openerOf, streamedField, streamedSplit } from "./streamed.ts";

/** The field `background`. */
export const backgroundField = {
  background: z.enum(["black", "white"]).optional().meta({
    description: "What lies behind transparent places of a picture. Default: black",
  }),
};

const configuration = z.strictObject({
  ...folderField(
    "images",
    "Folder of PNG, JPEG and WebP files, or of a folder of them for each class",
  ),
  side: z.int().min(4).max(256).default(32).meta({
    description: "Side of the square that each picture is cropped and resized to",
    unit: "pixels",
  }),
  grey: z.boolean().default(false).meta({ description: "One channel in place of three" }),
  strict: z.boolean().default(false).meta({
    description: "Stop at a picture that cannot be decoded, in place of leaving it out",
  }),
  ...backgroundField,
  test: z.number().gt(0).lt(1).default(0.1).meta({
    description: "Share of the pictures, drawn by the data set's seed, to measure on",
  }),
  ...streamedField,
});

/** Where pictures are read from. */
export type PictureFiles =
  & Required<Pick<DatasetContext<unknown>, "readFile" | "listFolder">>
  & Pick<DatasetContext<unknown>, "webpBinary">;

/** Where a place has folders. @throws InputError where it has none. */
export function pictureFiles(
  { readFile, listFolder, webpBinary }: Omit<DatasetContext<unknown>, "configuration">,
): PictureFiles {
  if (listFolder !== undefined) return { readFile, listFolder, webpBinary };
  throw new InputError("Cannot read a folder of images as this place has no folders");
}

const isPicture = (name: string) => /\.(png|jpe?g|webp)$/i.test(name);

/** Pictures of forms that are not read. */
const OTHER_FORMS = /\.(avif|bmp|gif|hei[cf]|jfif|jp2|jxl|svg|tga|tiff?)$/i;

/** Paths of pictures with their classes, in the order of their names. */
interface Listed {
  readonly paths: readonly (readonly [path: string, label: number])[];
  readonly classNames: readonly string[];
  /** What else there is that its owner may take for a part of it, a line each. */
  readonly passedOver: readonly string[];
}

/** The pictures of a folder, or where it has none those of its subfolders. */
async function pathsOf({ listFolder }: PictureFiles, folder: string): Promise<Listed> {
  const names = await listFolder(folder);
  const folders = names.filter((name) => name.endsWith("/")).map((name) => name.slice(0, -1))
    .sort();
  const own = names.filter(isPicture).sort().map((name) => [pathIn(folder, name), 0] as const);
  const isOwn = own.length > 0 || folders.length === 0;
  const inside = await Promise.all(folders.map(async (name) => {
    const listed = listFolder(pathIn(folder, name));
    // What is passed over need not be there for whoever reads.
    return await (isOwn ? listed.catch(() => []) : listed);
  }));
  if (isOwn) {
    const beside = folders.filter((_, at) => inside[at].some(isPicture));
    return {
      ...{ paths: own, classNames: [] },
      passedOver: [
        ...otherForms(names),
        ...beside.length === 0
          ? []
          : [`the pictures in ${named(beside)} are left out as the folder itself holds others`],
      ],
    };
  }
  const paths = folders.flatMap((name, label) =>
    inside[label].toSorted().filter(isPicture).map((file) =>
      [pathIn(pathIn(folder, name), file), label] as const
    )
  );
  return { paths, classNames: folders, passedOver: otherForms([...names, ...inside.flat()]) };
}

/** How many pictures of which forms are not read, one line, or none. */
function otherForms(names: readonly string[]): string[] {
  const endings = names.flatMap((name) => OTHER_FORMS.exec(name)?.[0].toLowerCase() ?? []).sort();
  if (endings.length === 0) return [];
  const counted = Array.from(
    Map.groupBy(endings, (ending) => ending),
    ([ending, { length }]) => `${length} ${ending}`,
  );
  const are = endings.length === 1 ? "file is" : "files are";
  return [`${counted.join(", ")} ${are} left out (PNG, JPEG and WebP are read)`];
}

/** A picture of a folder. */
export interface FolderPicture {
  readonly path: string;
  /** Of its subfolder, 0 where there are no classes. */
  readonly label: number;
  /** [side, side, channels] in [0, 1]. */
  readonly values: Float32Array;
  /** Width over height of the file's picture, as it is seen. */
  readonly aspect: number;
}

/** What was found in a folder. */
interface Found {
  /** Names of the subfolders; empty where the folder itself holds pictures. */
  readonly classNames: readonly string[];
  /** What was left out, one line; undefined: nothing. */
  readonly note?: string;
  /** How many pictures have transparent places, and of how many, where nothing says what lies behind them. */
  readonly seeThrough?: string;
  /** What its pictures were decoded by. */
  readonly decode: DecodePicture;
  readonly decoding: Decoding;
}

/** Pictures of a folder, all of one size. */
export interface Pictures extends Found {
  readonly pictures: readonly FolderPicture[];
}

/** How pictures are read. */
interface PictureOptions extends Omit<Decoding, "webp"> {
  readonly strict: boolean;
}

/**
 * Reads the pictures of a folder, or of its subfolders, cropped and resized; of a path that ends as a
 * picture's, that one.
 *
 * @throws InputError that names a picture which cannot be decoded, where `strict`.
 */
export async function readPictures(
  files: PictureFiles,
  folder: string,
  options: PictureOptions,
): Promise<Pictures> {
  const pictures: FolderPicture[] = [];
  const found = await lookThrough(files, folder, options, (picture) => void pictures.push(picture));
  return { pictures, ...found };
}

/** Shows one picture after another, and says what there was. */
async function lookThrough(
  files: PictureFiles,
  folder: string,
  { strict, ...size }: PictureOptions,
  show: (picture: FolderPicture) => void | Promise<void>,
): Promise<Found> {
  const { paths, classNames, passedOver }: Listed = isPicture(folder)
    ? { paths: [[folder, 0]], classNames: [], passedOver: [] }
    : await pathsOf(files, folder.replace(/\/+$/, ""));
  const broken: string[] = [];
  let transparent = 0;
  let aspect = 1;
  const look = (picture: Picture) => {
    transparent += Number(isTransparent(picture));
    aspect = picture.width / picture.height;
  };
  let decoding: Decoding = { ...size, webp: false };
  let decode = await decoderOf(decoding, files, look);
  for (const [path, label] of paths) {
    const bytes = await files.readFile(path);
    if (isWebp(bytes) && !decoding.webp) {
      decoding = { ...decoding, webp: true };
      decode = await decoderOf(decoding, files, look);
    }
    let values: Float32Array;
    try {
      values = decode(bytes);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (strict) throw new InputError(`Cannot decode ${path}: ${reason}`);
      broken.push(path);
      continue;
    }
    await show({ path, label, values, aspect });
  }
  const notes = [
    ...broken.length > 0
      ? [`${broken.length} of ${paths.length} pictures cannot be decoded: ${named(broken)}`]
      : [],
    ...passedOver,
  ];
  const seeThrough =
    `${transparent} of ${paths.length} pictures have transparent places, which become black`;
  return {
    ...{ classNames, decode, decoding },
    ...notes.length > 0 && { note: notes.join("; ") },
    ...transparent > 0 && size.background === undefined && { seeThrough },
  };
}

/** What is to be said of a folder's pictures to who may set how they are read. */
export function notesOf({ note, seeThrough }: Pick<Found, "note" | "seeThrough">): string[] {
  return [
    ...note === undefined ? [] : [note],
    ...seeThrough === undefined
      ? []
      : [`${seeThrough} (--set dataset.background=white, or =black where they are to be)`],
  ];
}

/** Names of a few, and how many more there are. */
function named(all: readonly string[]): string {
  const shown = all.slice(0, 3).join(", ");
  return all.length > 3 ? `${shown} and ${all.length - 3} more` : shown;
}

/** What reads the pictures of these paths again. */
function readerOf(
  open: (path: string) => OpenFile,
  paths: readonly string[],
  { decode, ahead, ...known }:
    & Pick<ExampleReader, "size" | "binary" | "digest">
    & Pick<Found, "decode">
    & { readonly ahead?: ReadAhead },
): ExampleReader {
  const again = (path: string) => {
    using file = open(path);
    const bytes = new Uint8Array(file.size);
    file.read(0, bytes);
    try {
      return decode(bytes);
    } catch {
      throw new InputError(`Cannot decode ${path}, which was whole when the run began`);
    }
  };
  const pathsAt = (rows: ArrayLike<number>) => Array.from(rows, (row) => paths[row]);
  return {
    ...known,
    gather(rows, to) {
      const wanted = pathsAt(rows);
      if (ahead?.take(wanted, to)) return;
      wanted.forEach((path, i) => to.set(again(path), i * known.size));
    },
    prefetch: ahead && ((rows) => ahead.ask(pathsAt(rows))),
  };
}

/** A user's own pictures. */
export const images = defineDataset({
  name: "images",
  summary: "Pictures of any folder (PNG, JPEG, WebP), classes from its subfolders",
  kind: "images",
  configuration,
  create: async ({ configuration, stream, ...context }) => {
    const { folder, side, grey, background, strict, test, streamed } = configuration;
    const { readAhead } = context;
    const channels = grey ? 1 : 3;
    const size = side * side * channels;
    const open = streamed ? openerOf(context) : undefined;
    const paths: string[] = [];
    const given: number[] = [];
    const kept: Float32Array[] = [];
    let binary = true;
    const parts = digestOfParts();
    const found = await lookThrough(
      pictureFiles(context),
      folder,
      { side, channels, background, strict },
      async ({ path, label, values }) => {
        paths.push(path);
        given.push(label);
        if (open === undefined) return void kept.push(values);
        binary &&= values.every(isBit);
        await parts.add(values);
      },
    );
    const { classNames, note, decode, decoding } = found;
    const count = paths.length;
    if (count < 3) {
      throw new InputError(
        `Cannot use ${folder} as it must hold three PNG, JPEG or WebP files at least, itself or in ` +
          `folders of classes: ${count}${note === undefined ? "" : `, as ${note}`}`,
      );
    }
    const classes = classNames.length;
    if (classes === 1 || classes > 256) {
      throw new InputError(
        `Cannot use ${folder} as classes must be 2 to 256 folders: ${classes} (pictures without ` +
          "classes lie in the folder itself)",
      );
    }
    const bare = classNames.find((_, label) => !given.includes(label));
    if (bare !== undefined) {
      throw new InputError(
        `Cannot use ${folder} as each folder of a class must hold pictures: none in ${bare}` +
          `${note === undefined ? "" : `, as ${note}`}`,
      );
    }
    const columns = { count, ...classes > 0 && { labels: Uint8Array.from(given) } };
    const all: Split = open === undefined ? { ...columns, values: joined(kept) } : streamedSplit({
      ...columns,
      reader: readerOf(open, paths, {
        ...{ size, binary, digest: parts.digest(), decode },
        ahead: readAhead?.(new URL("./picture_decoder.ts", import.meta.url), decoding, size),
      }),
    });
    const [held, rest] = drawnOut(all, test, stream("splits"));
    return {
      kind: "images",
      shape: [side, side, channels],
      ...classes > 0 && { classes, classNames },
      test: inMemory(all, held),
      train: rowsOf(all, rest),
      notes: notesOf(found),
    };
  },
});

/** Pictures of one size, one after another. */
export function joined(pictures: readonly Float32Array[]): Float32Array {
  const size = pictures[0].length;
  const values = new Float32Array(pictures.length * size);
  pictures.forEach((picture, i) => values.set(picture, i * size));
  return values;
}
