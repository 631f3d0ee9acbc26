/**
 * What registries hold: environments, data sets, agents and models by name, loaded on demand.
 *
 * @module
 */
import type * as z from "zod";
import type { Dataset, ExampleKind, Holdings } from "./dataset.ts";
import type { Json } from "./snapshot.ts";
import type { Environment, EnvironmentDefinition } from "./environment.ts";
import type { Space } from "./space.ts";
import type { BudgetUnit } from "./trainer.ts";

/** A registry's entry: light enough for `list` and `--help`; `load` brings the code. */
export interface Entry<T> {
  /** What it is called. */
  readonly name: string;
  /** One line for `list`. */
  readonly summary: string;
  /** Brings its code. */
  load(): Promise<T>;
}

/** An agent or a model of a registry. */
export interface TrainerEntry<T> extends Entry<T> {
  /** What a budget of it counts; left out: an agent's environment steps, a model's examples. */
  readonly budgetUnit?: BudgetUnit;
}

/** Mean and standard deviation of an episode's return. */
interface Returns {
  readonly mean: number;
  readonly deviation: number;
}

/** Returns of episodes that are cut after so many steps. */
export interface CutReturns extends Returns {
  readonly after: number;
}

/** What uniformly random actions return in a world: over whole episodes. */
export interface RandomReturn extends Returns {
  /**
   * The same where episodes are cut, as evaluations do: first as they do where nothing is said, then as
   * the presets' agents do by their `episodeLimit`. Left out: none is.
   */
  readonly cuts?: readonly CutReturns[];
}

/** A world with options. */
// deno-lint-ignore no-explicit-any
export interface EnvironmentEntry<Options = any> {
  readonly id: string;
  readonly summary: string;
  /** Strict zod object of the options, in camelCase; every field described and with a default. */
  readonly configuration: z.ZodType<Options>;
  make(options: Options): Environment;
  /** What random actions return with the default options; undefined: not measured. */
  readonly randomReturn?: RandomReturn;
  /** The same of random actions that its masks allow; undefined: it has none, or not measured. */
  readonly randomAllowedReturn?: RandomReturn;
  /** The world as plain functions; undefined where it is none. */
  define?(options: Options): EnvironmentDefinition | undefined;
}

/** A data set, made by seed or parsed from files that the caller hands over. */
// deno-lint-ignore no-explicit-any
export interface DatasetDefinition<Configuration = any> {
  /** As in registries. */
  readonly name: string;
  /** One line for `list`. */
  readonly summary: string;
  /** What every data set that it makes holds; left out: looked at when one is made. */
  readonly holds?: Holdings;
  /** What its examples are, which may be known where what else it holds is not. */
  readonly kind?: ExampleKind;
  /** Strict zod object; every field described and with a default. */
  readonly configuration: z.ZodType<Configuration>;
  /** Makes or reads the examples. */
  create(context: DatasetContext<Configuration>): Promise<Dataset>;
}

/** A policy that acts in a world. */
export interface Player {
  /** What it was trained to see. */
  readonly observationSpace: Space;
  /** What it chooses from. */
  readonly actionSpace: Space;
  /** Whether it should be given the world's action masks. */
  readonly masked: boolean;
  /** The greedy action. */
  act(observation: unknown, options: { readonly actionMask?: ArrayLike<number> }): unknown;
  /** Forgets what was seen, where an episode starts. */
  reset(): void;
}

/** A file's bytes, unpacked, and the path that they were read from. */
export interface ReadBytes {
  readonly bytes: Uint8Array;
  readonly path: string;
}

/** A file that is read in parts, without waiting. */
export interface OpenFile extends Disposable {
  /** Bytes. */
  readonly size: number;
  /** Reads the bytes from `at` on, as many as `to` holds. */
  read(at: number, to: Uint8Array): void;
}

/** Reads files before they are asked for, in a thread of its own. */
export interface ReadAhead {
  /** Says which files are needed next; one that still reads others leaves them. */
  ask(paths: readonly string[]): void;
  /**
   * Hands over the examples of the first files that it was asked for.
   *
   * @param to At least as long as they are.
   * @returns Whether it did: not of other files, nor where one could not be read.
   */
  take(paths: readonly string[], to: Float32Array): boolean;
}

/** What a data set is made from. */
export interface DatasetContext<Configuration> {
  /** Parsed by the definition's schema. */
  readonly configuration: Configuration;
  /** Reads a file for loaders; rejects with an `InputError` where it cannot. */
  readFile(path: string): Promise<Uint8Array>;
  /** Opens a file for examples that are read as they are needed; throws an `InputError` where it
   * cannot, and where it ends before what is read of it. */
  openFile?(path: string): OpenFile;
  /** Names in a folder, those of folders with a slash behind them; rejects as `readFile` does. */
  listFolder?(path: string): Promise<string[]>;
  /** The WebAssembly binary that decodes WebP pictures (`@jsquash/webp`). */
  webpBinary?(): Promise<Uint8Array<ArrayBuffer>>;
  /** Reads files ahead: `decoder` is a module whose `decoderOf(options, …)` makes what makes
   * `size` numbers of a file's bytes. */
  readAhead?(decoder: URL, options: Json, size: number): ReadAhead;
  /** A world with its default options; rejects with an `InputError` for an id that is not known. */
  makeEnvironment?(id: string): Promise<Environment>;
  /** Opens a policy file; rejects with an `InputError` where it is none. */
  openPolicy?(bytes: Uint8Array): Promise<Player>;
}
