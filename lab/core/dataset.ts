/**
 * Data sets as plain arrays.
 *
 * @module
 */
import { InputError } from "./errors.ts";
import { checkFields, checkWord } from "./options.ts";
import { gatherRows } from "./rows.ts";

/** Examples that are read as they are needed. */
export interface ExampleReader {
  /** Numbers an example. */
  readonly size: number;
  /** Whether all numbers are 0 or 1. */
  readonly binary: boolean;
  /** SHA-256 of what it reads of, where all of that was looked through once. */
  readonly digest?: string;
  /** Reads the examples `rows` into the first places of `to`, [≥ rows.length, size]. */
  gather(rows: ArrayLike<number>, to: Float32Array): void;
  /** Says which examples are gathered next, so that they may be read meanwhile. */
  prefetch?(rows: ArrayLike<number>): void;
}

/** A part of a data set. */
export interface Split {
  /** Examples. */
  readonly count: number;
  /**
   * [count, ...shape], float32. Images in [0, 1], text as places in the vocabulary. Where there is a
   * `reader`, of the first examples alone.
   */
  readonly values: Float32Array;
  /** Of a training split that memory need not hold. */
  readonly reader?: ExampleReader;
  /** [count] class indices, where there are classes. */
  readonly labels?: Uint8Array;
  /** [count, factors] class indices, where the factors of each example are known. */
  readonly factors?: Uint8Array;
  /** [count, ...partnerShape], where each example is paired with another. */
  readonly partners?: Float32Array;
}

/** What the examples of a data set are. */
export type ExampleKind = "images" | "points" | "sequences" | "text";

/** What the examples of a data set may be. */
export const exampleKinds: readonly ExampleKind[] = ["images", "points", "sequences", "text"];

/** What a data set holds: enough to say which models can learn from it. */
export interface Holdings {
  /** What its examples are. */
  readonly kind: ExampleKind;
  /** Whether each example has a class. */
  readonly labels?: boolean;
  /** Whether each example is paired with another. */
  readonly partners?: boolean;
  /** Whether that is any other: nothing is known of what the two have in common. */
  readonly unpaired?: boolean;
  /** Whether all numbers of the examples are 0 or 1. */
  readonly binary?: boolean;
  /** Whether all numbers of the examples are −1 or 1. */
  readonly bipolar?: boolean;
}

/** How training images are changed each time they are seen. */
export interface Augmentation {
  /** Whether every other one is mirrored, at random. */
  readonly flip: boolean;
  /** Most pixels that one is moved by each way; left out: none. */
  readonly shift?: number;
  /** Least share of the sides that is seen, enlarged; left out: all of it. */
  readonly crop?: number;
}

/** Examples to learn from, others to choose by, and others to measure on. */
export interface Dataset {
  /** As in registries. */
  readonly name: string;
  /** Draws its examples and its judge: not the run's, so that all runs share them. */
  readonly seed: number;
  /** What the examples are. */
  readonly kind: ExampleKind;
  /** Of one example: [H, W, C] for images, [D] for points, [T, F] for sequences, [T] for text. */
  readonly shape: readonly number[];
  /** Of the labels, where there are any. */
  readonly classes?: number;
  /** What the classes are called, where they have names; left out: 0, 1, …. */
  readonly classNames?: readonly string[];
  /** Of the factors, where they are known: what each is called, and how many classes it has. */
  readonly factors?: { readonly names: readonly string[]; readonly sizes: readonly number[] };
  /** Of what an example is paired with, where it is. */
  readonly partnerShape?: readonly number[];
  /** Whether examples are paired with any others, for models that look at both kinds alone. */
  readonly unpaired?: boolean;
  /** To learn from. */
  readonly train: Split;
  /** To choose by: which checkpoint is the best one, when to stop. */
  readonly validation: Split;
  /** To measure on: no decision has seen it. */
  readonly test: Split;
  /** How examples to learn from are changed each time they are seen; left out: not at all. */
  readonly augmentation?: Augmentation;
  /** What is worth telling of how it was made: files that were left out. */
  readonly notes?: readonly string[];
  /** Classes that a model of the training examples should find strange. */
  readonly anomalous?: readonly number[];
  /** Stacks: the data set that each channel of an image is an example of, whose judge counts modes. */
  readonly channels?: Dataset;
  /** Text: the characters that it consists of, a token each. */
  readonly vocabulary?: readonly string[];
  /**
   * ln p of examples [count, ...shape] in nats, [count], where what they are drawn from is known; −∞
   * where it gives none such.
   */
  readonly logDensity?: (values: Float32Array) => Float64Array;
  /** Mixtures: [modes, D] centres and the standard deviation, for mode coverage. */
  readonly mixture?: { readonly centers: Float32Array; readonly deviation: number };
}

/** What the classes of a data set are called; empty where it has none. */
export function classNamesOf({ classes = 0, classNames }: Dataset): readonly string[] {
  return classNames ?? Array.from({ length: classes }, (_, label) => String(label));
}

/**
 * Copies chosen examples of a split into the first places of `to`, from memory or where they are read.
 *
 * @param rows Indices, each in [0, count).
 * @param size Numbers an example.
 * @param to At least [rows.length, size].
 */
export function gatherExamples(
  { values, reader }: Split,
  rows: ArrayLike<number>,
  size: number,
  to: Float32Array,
): void {
  if (reader === undefined) gatherRows(values, rows, size, to);
  else reader.gather(rows, to);
}

/** Whether a number is 0 or 1. */
export const isBit = (value: number): boolean => value === 0 || value === 1;

/** Whether a number is −1 or 1. */
const isSign = (value: number): boolean => value === -1 || value === 1;

/** What a made data set holds. */
export function holdingsOf(
  { kind, classes, unpaired, train, validation, test }: Dataset,
): Holdings {
  const splits = [train, validation, test];
  const bipolar = splits.every(({ values, reader }) => !reader && values.every(isSign));
  return {
    kind,
    labels: classes !== undefined && splits.every(({ labels }) => labels !== undefined),
    partners: splits.every(({ partners }) => partners !== undefined),
    ...unpaired && { unpaired },
    binary: splits.every(({ values, reader }) => reader?.binary ?? values.every(isBit)),
    ...bipolar && { bipolar },
  };
}

/** The data sets that a model can learn from. */
export interface DataTakes {
  /** What its examples may be. */
  readonly examples: readonly ExampleKind[];
  /** Left out: labels are not looked at. */
  readonly labels?: "optional" | "required";
  /** `any`: of another kind, whichever they are; left out: partners are not looked at. */
  readonly partners?: "required" | "any";
  /** Examples of 0 and 1 alone (probabilities of bits), of −1 and 1 alone, or of any but 0 and 1 alone
   * (densities, as those of binary examples have no bound); left out: all. Text is none of them. */
  readonly values?: "binary" | "bipolar" | "continuous";
}

/** @throws InputError for what a model takes that no data set is. */
export function checkTakes(action: string, takes: DataTakes): void {
  checkFields<DataTakes>(`${action} by its takes`, takes, {
    required: { examples: "list" },
    optional: {
      labels: ["optional", "required"],
      partners: ["required", "any"],
      values: ["binary", "bipolar", "continuous"],
    },
  });
  for (const kind of takes.examples) {
    checkWord(`${action} by its takes`, "kind of examples", kind, exampleKinds);
  }
}

/** Whether such a data set will do. */
export function takesData(
  { examples, labels, partners, values }: DataTakes,
  held: Holdings,
): boolean {
  return examples.includes(held.kind) &&
    (values === undefined || held.kind === "text" ||
      (values === "bipolar"
        ? held.bipolar === true
        : (values === "binary") === (held.binary === true))) &&
    (labels !== "required" || held.labels === true) &&
    (partners === undefined || held.partners === true) &&
    (partners !== "required" || held.unpaired !== true);
}

/** `images with labels`: the data that a model takes, for people. */
export function dataTaken({ examples, labels, partners, values }: DataTakes): string {
  return dataNamed(examples, labels === "required", pairings[partners ?? "none"], values);
}

/** `images with labels`: the data that are held, for people. */
export function dataHeld(
  { kind, labels = false, partners = false, unpaired = false, binary, bipolar }: Holdings,
): string {
  const pairing = pairings[!partners ? "none" : unpaired ? "any" : "required"];
  return dataNamed([kind], labels, pairing, binary ? "binary" : bipolar ? "bipolar" : undefined);
}

/** What is said of examples that come with others. */
const pairings = { none: "", required: " in pairs", any: " of two kinds" } as const;

/** What is said of examples of such numbers. */
const numbers = {
  binary: "binary ",
  bipolar: "bipolar (−1 and 1) ",
  continuous: "continuous ",
} as const;

function dataNamed(
  kinds: readonly ExampleKind[],
  labels: boolean,
  pairing: string,
  values?: keyof typeof numbers,
): string {
  const named = `${values === undefined ? "" : numbers[values]}${kinds.join(" or ")}`;
  return `${named}${labels ? " with labels" : ""}${pairing}`;
}

/**
 * Refuses a data set that a model cannot learn from.
 *
 * @param others Models that can, to name them.
 * @throws InputError that says what the model takes and what the data set holds.
 */
export function requireData(
  model: { readonly name: string; readonly takes: DataTakes },
  dataset: string,
  held: Holdings,
  others?: readonly string[],
): void {
  if (takesData(model.takes, held)) return;
  const fitting = others === undefined ? "" : `. Models that fit: ${others.join(", ") || "none"}`;
  throw new InputError(
    `Cannot train ${model.name} on ${dataset} as it takes ${dataTaken(model.takes)}: ${dataset} ` +
      `holds ${dataHeld(held)}${fitting}`,
  );
}
