/**
 * Data sets as data: what one is called, its fields, and how its examples are made.
 *
 * @module
 */
import * as z from "zod";
import type { Dataset, Holdings, Split } from "../../lab/core/dataset.ts";
import { InputError } from "../../lab/core/errors.ts";
import type { DatasetContext, DatasetDefinition } from "../../lab/core/registry.ts";

/** A data set as its file says it. */
export interface DatasetSource<Configuration> {
  /** As in registries. */
  readonly name: string;
  /** One line for `list`. */
  readonly summary: string;
  /** Strict zod object; every field has `.default` and `.meta({ description, unit? })`; none by
   * default. */
  readonly configuration?: z.ZodType<Configuration>;
  /** What its examples are: a run of a model that does not take them is refused before they are
   * made; left out: when they are. */
  readonly holds?: Holdings;
  /** Makes or reads the examples; all that it draws comes from `stream`. */
  create(
    context: DatasetContext<Configuration>,
  ): Omit<Dataset, "name"> | Promise<Omit<Dataset, "name">>;
}

/**
 * The data set as an entry of a registry. Its examples are checked when they are made: their number,
 * their length, finite values, images in [0, 1], labels below `classes`.
 */
export function defineDataset<Configuration = Record<string, never>>(
  { name, summary, configuration, holds, create }: DatasetSource<Configuration>,
): DatasetDefinition<Configuration> {
  return {
    name,
    summary,
    holds,
    configuration: configuration ?? z.strictObject({}) as unknown as z.ZodType<Configuration>,
    async create(context) {
      const dataset = { ...await create(context), name };
      check(dataset, "train");
      check(dataset, "test");
      return dataset;
    },
  };
}

function check({ name, kind, shape, classes, ...splits }: Dataset, part: "train" | "test"): void {
  const { count, values, labels }: Split = splits[part];
  const require = (holds: boolean, what: string, given: unknown) => {
    if (holds) return;
    throw new InputError(`Cannot use the data set ${name} as ${part}.${what}: ${given}`);
  };
  const size = shape.reduce((product, length) => product * length, 1);
  require(Number.isInteger(count) && count >= 1, "count must be a whole number ≥ 1", count);
  require(
    values.length === count * size,
    `values must have ${count} × ${size} elements`,
    values.length,
  );
  const wrong = values.findIndex((value) =>
    !Number.isFinite(value) || (kind === "images" && (value < 0 || value > 1))
  );
  const range = kind === "images" ? "in [0, 1]" : "finite";
  require(wrong < 0, `values must be ${range}`, `${values[wrong]} at ${wrong}`);
  if (labels === undefined) return;
  require(labels.length === count, `labels must have ${count} elements`, labels.length);
  require(
    labels.every((label) => label < (classes ?? 256)),
    `labels must be below classes, ${classes}`,
    labels.reduce((most, label) => Math.max(most, label), 0),
  );
}
