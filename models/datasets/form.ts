/**
 * What the parts of a data set must be beside each other, whatever its examples are.
 *
 * @module
 */
import { type Dataset, type ExampleKind, exampleKinds } from "../../lab/core/dataset.ts";
import { InputError } from "../../lab/core/errors.ts";
import { isRecord, show } from "../../lab/core/plain.ts";
import { sizeOf } from "../../lab/core/tensor_data.ts";

/** What a source makes: its name and seed are added, and the validation split where it has none. */
export type MadeDataset =
  & Omit<Dataset, "name" | "seed" | "validation">
  & Partial<Pick<Dataset, "validation">>;

/** Most classes of labels and of factors, which are bytes. */
export const MOST_CLASSES = 256;

/** How many axes an example has. */
const AXES: Readonly<Record<ExampleKind, number>> = { images: 3, sequences: 2, points: 1, text: 1 };

/** Rows whose density is asked for, to see that each gets one. */
const TRIED = 4;

/** Refuses with what must hold and what was given. */
type Require = (holds: boolean, what: string, given: unknown) => void;

const requireOf = (name: string): Require => (holds, what, given) => {
  if (holds) return;
  const shown = typeof given === "string" ? given : show(given);
  throw new InputError(`Cannot use the data set ${name} as ${what}: ${shown}`);
};

const isWhole = (least: number, most = Number.MAX_SAFE_INTEGER) => (size: unknown) =>
  Number.isSafeInteger(size) && Number(size) >= least && Number(size) <= most;
const isText = (value: unknown) => typeof value === "string";

/**
 * Refuses shapes, classes and names that no examples have, columns that some splits lack, and knowledge of
 * the examples that does not fit them.
 *
 * @param expected The kind that the definition says, where it says one.
 */
export function checkForm(name: string, made: MadeDataset, expected?: ExampleKind): void {
  const require = requireOf(name);
  const { kind, shape, partnerShape = [1], classes = 1, classNames } = made;
  require(
    kind === (expected ?? kind),
    `kind must be that of its definition, ${expected ?? exampleKinds.join(" or ")}`,
    kind,
  );
  const axes = AXES[kind];
  const named = `${axes} ${axes === 1 ? "axis" : "axes"}`;
  require(shape.length === axes, `the shape of ${kind} must have ${named}`, shape);
  for (const [what, sizes] of Object.entries({ shape, partnerShape })) {
    const areCounts = sizes.length > 0 && sizes.every(isWhole(1));
    require(areCounts, `${what} must be whole numbers ≥ 1`, sizes);
  }
  require(
    isWhole(1, MOST_CLASSES)(classes),
    `classes must be a whole number, 1 … ${MOST_CLASSES}`,
    classes,
  );
  require(
    classNames === undefined || (classNames.length === classes && classNames.every(isText)),
    `classNames must be a text for each of ${classes} classes`,
    classNames,
  );
  const twice = classNames?.find((text, i) => classNames.indexOf(text) < i);
  require(twice === undefined, "classNames must differ", twice);
  checkColumns(made, require);
  checkFactors(made, require);
  checkKnown(made, require);
}

/** Columns stand in all splits or in none, and what they count is said. */
function checkColumns(made: MadeDataset, require: Require): void {
  const parts = (["train", "validation", "test"] as const).filter((part) => made[part]);
  for (const column of ["labels", "factors", "partners"] as const) {
    const without = parts.filter((part) => made[part]![column] === undefined);
    require(
      without.length === 0 || without.length === parts.length,
      `${column} must stand in all splits or in none`,
      `not in ${without.join(", ")}`,
    );
  }
  const { factors, train } = made;
  require(
    (train.factors === undefined) === (factors === undefined),
    "factors must be named where splits have them, and nowhere else",
    factors,
  );
}

/** Each factor has a name and a number of classes. */
function checkFactors({ factors }: MadeDataset, require: Require): void {
  if (factors === undefined) return;
  const { names, sizes } = factors;
  require(Array.isArray(names) && names.every(isText), "factors.names must be texts", names);
  require(
    Array.isArray(sizes) && sizes.length === names.length &&
      sizes.every(isWhole(1, MOST_CLASSES)),
    `factors.sizes must be a whole number, 1 … ${MOST_CLASSES}, for each of ${names.length} names`,
    sizes,
  );
}

/** What is known of the examples fits them: characters, centres, channels. */
function checkKnown(made: MadeDataset, require: Require): void {
  const { shape, vocabulary = [], mixture, channels } = made;
  const wrong = vocabulary.findIndex((text, i) =>
    !isText(text) || [...text].length !== 1 || vocabulary.indexOf(text) < i
  );
  require(
    wrong < 0,
    "vocabulary must be different texts of one character each",
    `${show(vocabulary[wrong])} at ${wrong}`,
  );
  const size = sizeOf(shape);
  if (mixture !== undefined) {
    const { centers, deviation } = mixture;
    require(
      centers instanceof Float32Array && centers.length > 0 && centers.length % size === 0 &&
        centers.every(Number.isFinite),
      `mixture.centers must be a Float32Array of ${size} numbers each`,
      centers,
    );
    require(
      Number.isFinite(deviation) && deviation > 0,
      "mixture.deviation must be a number > 0",
      deviation,
    );
  }
  require(
    channels === undefined || (isRecord(channels) && isRecord(channels.train) &&
      channels.train.values instanceof Float32Array),
    "channels must be a data set with training examples",
    channels,
  );
}

/** Refuses a density that does not give each example a number, once the examples themselves have been checked. */
export function checkDensity(name: string, { shape, logDensity, test }: MadeDataset): void {
  if (logDensity === undefined) return;
  const rows = Math.min(TRIED, test.count);
  const { length } = logDensity(test.values.subarray(0, rows * sizeOf(shape))) ?? [];
  const what = `logDensity must give a number for each of ${rows} examples`;
  requireOf(name)(length === rows, what, length);
}
