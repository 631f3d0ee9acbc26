/**
 * What `--dataset` names: a data set, a file or a folder of one's own, or the frames of a world.
 *
 * @module
 */
import { resolve } from "node:path";
import { environmentCalled } from "../lab/core/environment_ids.ts";
import { InputError } from "../lab/core/errors.ts";
import type { Registries } from "../lab/experiment/registries.ts";
import { isFolder, namesIn, sizeOfFile } from "../lab/store/files.ts";
import type { Settings } from "./settings.ts";
import { callersPath, type Io } from "./terminal/io.ts";

/** The data sets of one file, by its ending; a file of any other is a text. */
const FILES: Readonly<Record<string, string>> = {
  ".txt": "text",
  ".csv": "arrays",
  ".npy": "arrays",
  ".npz": "arrays",
};

/** Endings of tables that are no text, and that nothing reads. */
const OTHER_TABLES = /\.(tsv|tab|xlsx?|ods|parquet|feather|mat|h5|hdf5)$/i;

/** Endings of pictures, of which one alone is no data set. */
const PICTURES = /\.(png|jpe?g|webp|gif|bmp|tiff?|heic|avif)$/i;

/** The folders of a folder of pairs of pictures. */
const PAIRS = ["from", "to"];

/** The data sets of a folder that are no folder of pictures, by a file that it holds, plain or packed. */
const FOLDERS: Readonly<Record<string, string>> = {
  "train-images-idx3-ubyte": "idx",
  "test_batch.bin": "cifar",
  "binarized_mnist_train.amat": "binarized-mnist",
};

/**
 * The settings of what `--dataset` names. What has a data set's name is that; a folder of the same name is
 * typed as a path, `./images`.
 *
 * @throws {InputError} for a path where nothing is, and for a table of a form that nothing reads.
 */
export async function chosenData(dataset: string | undefined, io: Io): Promise<Settings> {
  if (dataset === undefined) return [];
  const [ending] = /\.\w+$/.exec(dataset) ?? [];
  const reads = ending && FILES[ending.toLowerCase()];
  if (reads) return [["dataset.name", reads], ["dataset.file", callersPath(io, dataset)]];
  const { environments, datasets } = await io.registries();
  const [, world] = /^frames:(.+)$/.exec(dataset) ?? [];
  if (world !== undefined) {
    const id = environmentCalled(world, environments.map(({ id }) => id));
    return [["dataset.name", "frames"], ["dataset.environment", id]];
  }
  const path = resolve(callersPath(io, dataset));
  if (datasets.some(({ name }) => name === dataset)) return [["dataset.name", dataset]];
  if (isFolder(path)) return [["dataset.name", folderKind(path)], ["dataset.folder", path]];
  const [table] = OTHER_TABLES.exec(dataset) ?? [];
  if (table !== undefined && sizeOfFile(path) !== undefined) {
    throw new InputError(
      `Cannot learn from ${dataset} as a table must be .csv (columns parted by commas), .npy or .npz: ${table}`,
    );
  }
  if (PICTURES.test(dataset) && sizeOfFile(path) !== undefined) {
    throw new InputError(
      `Cannot learn from ${dataset} as one picture is no data set: name the folder that holds them`,
    );
  }
  if (sizeOfFile(path) !== undefined) return [["dataset.name", "text"], ["dataset.file", path]];
  if (!/[/\\]/.test(dataset)) return [["dataset.name", dataset]];
  throw new InputError(`Cannot learn from ${dataset} as there is no file or folder of that name`);
}

/** The data set that reads a folder. */
function folderKind(folder: string): string {
  const names = new Set(namesIn(folder).map((name) => name.replace(/\.gz$/, "")));
  const [, kind] = Object.entries(FOLDERS).find(([name]) => names.has(name)) ?? [];
  if (kind !== undefined) return kind;
  return PAIRS.every((name) => isFolder(`${folder}/${name}`)) ? "image-pairs" : "images";
}

/**
 * Refuses what is no data set's name but is said of some, as `mnist`; a name that nothing is known of is
 * left to who looks it up.
 */
export function requireDataset(name: string, { datasets }: Registries): void {
  if (datasets.some((each) => each.name === name.toLowerCase())) return;
  const told = datasets
    .filter(({ summary }) => summary.toLowerCase().includes(name.toLowerCase()))
    .map((each) => `"${each.name}"`);
  if (told.length === 0) return;
  throw new InputError(
    `Cannot run as there is no data set "${name}" (did you mean ${told.join(" or ")}?): ` +
      `\`list datasets ${name}\` says what each is`,
  );
}
