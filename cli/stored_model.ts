/**
 * What the commands on a stored model share: options, opening it, and the pictures that it draws.
 *
 * @module
 */
import { optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import type { Dataset } from "../lab/core/dataset.ts";
import { InputError } from "../lab/core/errors.ts";
import type { Raster } from "../lab/core/picture.ts";
import type { Json } from "../lab/core/snapshot.ts";
import type { Trainer } from "../lab/core/trainer.ts";
import type { CheckpointChoice } from "../lab/store/chosen_checkpoint.ts";
import type { Run, StoredCheckpoint } from "../lab/store/store.ts";
import { checkpointOption, type Known, plain, runArgument, storeOption } from "./command.ts";
import { fileToWrite, type Out, writeWhole } from "./files.ts";
import { pictureLines } from "./previews.ts";
import { openStoreOf } from "./stores.ts";
import { callersPath, type Io } from "./terminal/io.ts";

/** RUN, `--checkpoint`, `--store`, `--force`. */
export function modelOptions(known: Known) {
  return {
    run: runArgument(known),
    checkpoint: checkpointOption(),
    data: dataOption(),
    force: option("--force", { description: plain("Write over a file that is there.") }),
    store: storeOption(),
  };
}

/** `--data PATH`. */
export function dataOption() {
  return optional(option("--data", string({ metavar: "PATH" }), {
    description: plain(
      "Where the folder or file that the run learned from lies now. Default: where it lay.",
    ),
  }));
}

/** Where `--data` says that a run's data lie. */
export function dataPath(io: Io, data: string | undefined) {
  return data === undefined ? {} : { data: callersPath(io, data) };
}

/** How a run's data are opened: where `--data` says, and what is said of them on standard error. */
export function dataOf(io: Io, data: string | undefined) {
  return {
    ...dataPath(io, data),
    notice: (line: string) => io.notice(`${line}\n`),
  };
}

/** `--out FILE.png`. */
export function pictureOption() {
  return optional(option("--out", string({ metavar: "FILE.png" }), {
    description: plain("The picture to write. Default: it is drawn in the terminal."),
  }));
}

/**
 * A picture to write; undefined where no file is asked for and the terminal takes it.
 *
 * @throws {InputError} where there is no terminal either, and as {@linkcode fileToWrite}.
 */
export async function pictureToWrite(
  io: Io,
  out: string | undefined,
  force: boolean,
): Promise<Out | undefined> {
  if (out !== undefined) return await fileToWrite(io, out, [".png"], force);
  requireTerminal(io);
  return undefined;
}

/** @throws {InputError} where there is no terminal that a picture can be drawn in. */
export function requireTerminal(io: Io): void {
  if (io.screen() !== undefined) return;
  throw new InputError(
    "Cannot draw a picture as standard error is no terminal: --out FILE.png writes it",
  );
}

/** Writes a picture, or draws it in the terminal where there is no path, and says what it is. */
export async function givePicture(
  io: Io,
  out: Out | undefined,
  raster: Raster,
  what: string,
): Promise<void> {
  if (out === undefined) io.error(`${pictureLines(raster, io)}\n`);
  else await writePicture(out, raster);
  io.out(out === undefined ? what : `${what}: ${out.path}`);
}

/** Writes a picture as PNG. */
export async function writePicture(out: Out, raster: Raster): Promise<void> {
  const { encodePng } = await import("../lab/core/png.ts");
  await writeWhole(out, encodePng(raster));
}

/** Writes images a PNG each, unmagnified. @param values [paths.length, ...shape] */
export async function writeImages(
  paths: readonly string[],
  { values, shape }: {
    readonly values: Float32Array;
    readonly shape: readonly [number, number, number];
  },
  force: boolean,
): Promise<void> {
  const { imageSheet } = await import("../models/sheet.ts");
  const size = values.length / paths.length;
  for (const [i, path] of paths.entries()) {
    const image = values.subarray(i * size, (i + 1) * size);
    await writePicture({ path, force }, imageSheet(image, shape, 1, 1, 0));
  }
}

/** What examples must be like to be compared with those of a data set. */
export interface Taught {
  readonly dataset: Dataset;
  /** The fields by which the data set read its examples, `file` where that lies now. */
  readonly reading: Readonly<Record<string, unknown>>;
}

/** A stored model with the data that it learned from. */
export interface StoredModel extends Taught, Disposable {
  readonly run: Run;
  readonly trainer: Trainer;
}

/** Opens a run's model. @throws InputError where it is none. */
export async function openModel(
  io: Io,
  { run: reference, store: location, checkpoint, data }: {
    readonly run: string;
    readonly store?: string;
    readonly checkpoint?: CheckpointChoice;
    readonly data?: string;
  },
): Promise<StoredModel> {
  const registries = await io.registries();
  const { openTrainer } = await import("../lab/experiment/inspect.ts");
  using opened = await openStoreOf(io, location, { readOnly: true });
  const { store } = opened;
  const run = store.find(reference);
  const { trainer, dataset, checkpoint: taken, dispose } = await openTrainer(run, {
    ...{ store, registries, checkpoint },
    ...dataOf(io, data),
  });
  if (dataset === undefined) {
    dispose();
    throw new InputError(
      `Cannot use ${run.id} as it must be a model that learned from data: "${run.name}" is an agent`,
    );
  }
  noticeDiverged(io, run, taken);
  const { dataset: stored } = run.manifest.determined.configuration as { dataset: Json };
  const { data: file } = dataPath(io, data);
  const reading = { ...stored as Taught["reading"], ...file === undefined ? {} : { file } };
  return {
    ...{ run, trainer, dataset, reading },
    [Symbol.dispose]: dispose,
  };
}

/** Says of a model that diverged from when before that it is: it may have learned nothing yet. */
export function noticeDiverged(
  io: Io,
  { id, status, iterations }: Run,
  { iteration }: StoredCheckpoint,
): void {
  if (status !== "diverged") return;
  io.notice(`Run ${id} diverged: it is used as of iteration ${iteration} of ${iterations}\n`);
}
