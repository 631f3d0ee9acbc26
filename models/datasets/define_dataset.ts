/**
 * Data sets as data: what one is called, its fields, and how its examples are made.
 *
 * @module
 */
import * as z from "zod";
import {
  type Augmentation,
  type ExampleKind,
  exampleKinds,
  type ExampleReader,
  type Holdings,
  isBit,
  type Split,
} from "../../lab/core/dataset.ts";
import { InputError } from "../../lab/core/errors.ts";
import { actOfDefining, checkFields, type KnownFields } from "../../lab/core/options.ts";
import { type Generator, streamOf } from "../../lab/core/random.ts";
import type { DatasetContext, DatasetDefinition } from "../../lab/core/registry.ts";
import { type Column, gatherRows } from "../../lab/core/rows.ts";
import { firstExamples, mostHeld, streamedSplit } from "./streamed.ts";
import { checkDensity, checkForm, type MadeDataset, MOST_CLASSES } from "./form.ts";
import { augmentationFields, augmentationOf, requireAugmentable } from "./augmentation.ts";
import { sizeOf } from "../../lab/core/tensor_data.ts";

/** A data set as its file says it. */
export interface DatasetSource<Configuration> {
  /** As in registries. */
  readonly name: string;
  /** One line for `list`. */
  readonly summary: string;
  /** Strict zod object; every field has `.default` and `.meta({ description, unit? })`; none by
   * default. The field `seed` is added, and where it may hold images those of their augmentation. */
  readonly configuration?: z.ZodType<Configuration>;
  /** What its examples are: a run of a model that does not take them is refused before they are
   * made; left out: when they are. */
  readonly holds?: Holdings;
  /** What its examples are, where what else they hold is looked at when they are made. */
  readonly kind?: ExampleKind;
  /** Makes or reads the examples; all that it draws comes from `stream`, named streams of the data
   * set's own seed. */
  create(
    context: DatasetContext<Configuration> & { stream(name: string): Generator },
  ): MadeDataset | Promise<MadeDataset>;
}

const ofSource: KnownFields<DatasetSource<unknown>> = {
  required: { name: "text", summary: "text", create: "function" },
  optional: { configuration: "object", holds: "object", kind: exampleKinds },
};

const ofHoldings: KnownFields<Holdings> = {
  required: { kind: exampleKinds },
  optional: {
    labels: "boolean",
    partners: "boolean",
    unpaired: "boolean",
    binary: "boolean",
    bipolar: "boolean",
  },
};

const ofMade: KnownFields<MadeDataset> = {
  required: { kind: exampleKinds, shape: "list", train: "object", test: "object" },
  optional: {
    classes: "number",
    classNames: "list",
    factors: "object",
    partnerShape: "list",
    unpaired: "boolean",
    validation: "object",
    augmentation: "object",
    notes: "list",
    anomalous: "list",
    channels: "object",
    vocabulary: "list",
    logDensity: "function",
    mixture: "object",
  },
};

const ofSplit: KnownFields<Split> = {
  required: { count: "number", values: "object" },
  optional: { reader: "object", labels: "object", factors: "object", partners: "object" },
};

const ofReader: KnownFields<ExampleReader> = {
  required: { size: "number", binary: "boolean", gather: "function" },
  optional: { digest: "text", prefetch: "function" },
};

const seed = z.int().min(0).max(2 ** 32 - 1).default(0).meta({
  description: "Draws the examples, the splits and the judge; runs of any seed share them",
});

/** Share of the training examples that becomes the validation split where a source makes none. */
const HELD_OUT = 0.1;

/**
 * The data set as an entry of a registry, drawn by a seed of its own. Where its source makes no
 * validation split, a tenth of the training examples, of each class, becomes it. The examples are
 * checked when they are made: their number, shape and length, finite values, images in [0, 1], text in its
 * vocabulary, labels below `classes`, a name for each class where they have names, and what else is known of
 * them beside it.
 *
 * @throws InputError where a field is missing, of another sort than it must be, or none of a data
 * set's; what is made is held to the same.
 */
export function defineDataset<Configuration = Record<string, never>>(
  source: DatasetSource<Configuration>,
): DatasetDefinition<Configuration & { readonly seed: number }> {
  const action = actOfDefining("data set", source);
  const { name, summary, configuration, holds, kind, create } = source;
  checkFields(action, source, ofSource as KnownFields<DatasetSource<Configuration>>);
  if (holds !== undefined) checkFields(`${action} by what it holds`, holds, ofHoldings);
  const fields = (configuration ?? z.strictObject({})) as unknown as z.ZodObject;
  const mayAugment = holds === undefined || (holds.kind === "images" && !holds.partners);
  return {
    name,
    summary,
    holds,
    kind: holds?.kind ?? kind,
    configuration: fields.extend({
      ...mayAugment && augmentationFields,
      seed,
    }) as unknown as z.ZodType<
      Configuration & { readonly seed: number }
    >,
    async create({ configuration, ...context }) {
      const { seed } = configuration;
      const stream = (part: string) => streamOf(seed, `dataset/${part}`);
      const made = await create({ ...context, configuration, stream });
      checkFields(`use the data set ${name}`, made, ofMade);
      checkForm(name, made, holds?.kind ?? kind);
      for (const part of ["train", "validation", "test"] as const) {
        if (made[part] !== undefined) check(name, made, part, made[part]);
      }
      checkDensity(name, made);
      const { train, validation } = made.validation === undefined
        ? heldOut(made.train, stream("validation"), name)
        : made as Required<MadeDataset>;
      const augmentation = mayAugment
        ? augmentationOf(configuration as Partial<Augmentation>)
        : undefined;
      if (augmentation !== undefined) requireAugmentable(name, made, augmentation);
      return { ...made, name, seed, train, validation, ...augmentation && { augmentation } };
    },
  };
}

/**
 * A random tenth of a split as one of its own, in the order in which it is drawn, as the first examples are
 * compared; and the rest, in the order in which it stands.
 */
function heldOut(
  train: Split,
  random: Generator,
  name: string,
): Record<"train" | "validation", Split> {
  if (train.count < 2) {
    throw new InputError(
      `Cannot use the data set ${name} as a validation split must be left of train.count: ` +
        `${train.count}`,
    );
  }
  const [validation, rest] = drawnOut(train, HELD_OUT, random);
  return { train: rowsOf(train, rest.sort()), validation: inMemory(train, validation) };
}

/**
 * A random share of the examples, one at least and no more than memory is to hold, and the others. Where
 * examples have classes, it is a share of each: one example at least, and never all.
 *
 * @returns Indices of both.
 */
export function drawnOut(
  { count, labels, reader }: Pick<Split, "count" | "labels" | "reader">,
  share: number,
  random: Generator,
): [drawn: Int32Array, rest: Int32Array] {
  const order = random.permutation(count);
  const most = reader === undefined ? Infinity : mostHeld(reader);
  const sizes = new Int32Array(MOST_CLASSES);
  for (const label of labels ?? []) sizes[label]++;
  if (!sizes.some((size) => size > 1)) {
    const held = Math.min(most, Math.max(1, Math.floor(count * share)));
    return [order.slice(0, held), order.slice(held)];
  }
  // What each class is rounded up by must fit beneath the most, too.
  const own = Math.min(share, (most - sizes.length) / count);
  const left = sizes.map((size) => Math.min(size - 1, Math.max(1, Math.round(size * own))));
  const isDrawn = order.map((row) => Number(left[labels![row]]-- > 0));
  return [order.filter((_, i) => isDrawn[i]), order.filter((_, i) => !isDrawn[i])];
}

/** These examples of a split, as one of their own. */
export function rowsOf(split: Split, rows: Int32Array): Split {
  const own = {
    count: rows.length,
    ...chosen(
      { labels: split.labels, factors: split.factors, partners: split.partners },
      split,
      rows,
    ),
  };
  const { reader } = split;
  if (reader === undefined) return { ...own, ...chosen({ values: split.values }, split, rows) };
  const there = (which: ArrayLike<number>) => Int32Array.from(which, (row) => rows[row]);
  return streamedSplit({
    ...own,
    reader: {
      ...reader,
      gather: (which, to) => reader.gather(there(which), to),
      prefetch: (which) => reader.prefetch?.(there(which)),
    },
  });
}

/**
 * The examples of a split in an order that is drawn: those that are compared are its first ones, and a file
 * may be sorted by class.
 */
export function shuffled(split: Split, random: Generator): Split {
  return rowsOf(split, random.permutation(split.count));
}

/** These rows of the columns that a split has. */
function chosen<Columns extends Readonly<Record<string, Column | undefined>>>(
  columns: Columns,
  { count }: Split,
  rows: Int32Array,
): Columns {
  const own = Object.entries(columns).flatMap(([part, column]) => {
    if (column === undefined) return [];
    const width = column.length / count;
    const values = new (column.constructor as typeof Float32Array)(rows.length * width);
    gatherRows(column, rows, width, values);
    return [[part, values]];
  });
  return Object.fromEntries(own);
}

/** These examples of a split as one of their own, which is in memory. */
export function inMemory(split: Split, rows: Int32Array): Split {
  const own = rowsOf(split, rows);
  if (own.reader === undefined) return own;
  const { reader, labels } = own;
  return { count: own.count, values: firstExamples(reader, own.count), ...labels && { labels } };
}

/** Examples of a reader that are looked at where it does not give what is in memory. */
const LOOKED_AT = 256;

/** Refuses columns of a split that are not as long, or not in the range, that they must be. */
function check(
  name: string,
  { kind, shape, partnerShape, classes, factors: known, vocabulary = [] }: MadeDataset,
  part: string,
  split: Split,
): void {
  checkFields(`use ${part} of the data set ${name}`, split, ofSplit);
  const { count, values, reader, labels, factors, partners } = split;
  if (reader !== undefined) checkFields(`use the reader of ${part}`, reader, ofReader);
  const require = (holds: boolean, what: string, given: unknown) => {
    if (holds) return;
    throw new InputError(`Cannot use the data set ${name} as ${part}.${what}: ${given}`);
  };
  const ranges: Partial<Record<typeof kind, readonly [string, (value: number) => boolean]>> = {
    images: ["in [0, 1]", (value) => value >= 0 && value <= 1],
    text: [
      `tokens of the vocabulary, whole numbers below ${vocabulary.length}`,
      (value) => Number.isInteger(value) && value >= 0 && value < vocabulary.length,
    ],
  };
  const [range, isInside] = ranges[kind] ?? ["finite", Number.isFinite];
  const requireType = (
    column: string,
    type: typeof Float32Array | typeof Uint8Array,
    values: unknown,
  ) =>
    require(
      values instanceof type,
      `${column} must be a ${type.name}`,
      Object.prototype.toString.call(values).slice(8, -1),
    );
  const requireValues = (
    column: string,
    shape: readonly number[],
    values: Float32Array,
    count: number,
  ) => {
    const size = sizeOf(shape);
    requireType(column, Float32Array, values);
    require(
      values.length === count * size,
      `${column} must have ${count} × ${size} elements`,
      values.length,
    );
    const wrong = values.findIndex((value) => !isInside(value));
    require(wrong < 0, `${column} must be ${range}`, `${values[wrong]} at ${wrong}`);
  };
  require(Number.isInteger(count) && count >= 1, "count must be a whole number ≥ 1", count);
  if (reader !== undefined) {
    const size = sizeOf(shape);
    require(reader.size === size, `reader.size must be that of an example, ${size}`, reader.size);
    const looked = Math.min(count, LOOKED_AT);
    const read = firstExamples(reader, looked);
    requireValues("reader", shape, read, looked);
    require(
      !reader.binary || read.every(isBit),
      "reader.binary must be false where there are other numbers than 0 and 1",
      reader.binary,
    );
  }
  const held = reader === undefined ? count : Math.min(count, mostHeld(reader));
  requireValues("values", shape, values, held);
  if (partners !== undefined) requireValues("partners", partnerShape ?? [0], partners, count);
  if (labels !== undefined) {
    requireType("labels", Uint8Array, labels);
    require(labels.length === count, `labels must have ${count} elements`, labels.length);
    const wrong = labels.find((label) => label >= (classes ?? MOST_CLASSES));
    require(
      wrong === undefined,
      `labels must be whole numbers from 0 on, below classes, ${classes}`,
      wrong,
    );
  }
  if (factors === undefined) return;
  const { sizes } = known!;
  requireType("factors", Uint8Array, factors);
  require(
    factors.length === count * sizes.length,
    `factors must have ${count} × ${sizes.length} elements`,
    factors.length,
  );
  const wrong = factors.findIndex((factor, i) => factor >= sizes[i % sizes.length]);
  require(
    wrong < 0,
    `factors must be whole numbers below their sizes, ${sizes.join(", ")}`,
    `${factors[wrong]} at ${wrong}`,
  );
}
