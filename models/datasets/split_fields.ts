/**
 * How many examples each split of a drawn data set has.
 *
 * @module
 */
import * as z from "zod";

/** Fields `train`, `validation` and `test`: a drawn data set draws each from a stream of its own. */
export function splitFields(
  unit: string,
  { least, train, validation, test }: Readonly<
    Record<"least" | "train" | "validation" | "test", number>
  >,
) {
  const count = (amount: number, description: string) =>
    z.int().min(least).max(1_000_000).default(amount).meta({ description, unit });
  return {
    train: count(train, "Examples to learn from"),
    validation: count(validation, "Examples to choose the best checkpoint by"),
    test: count(test, "Examples to measure on"),
  };
}

/** The three splits, each drawn from the stream of its name. */
export function drawSplits<Made, Random>(
  counts: Readonly<Record<"train" | "validation" | "test", number>>,
  stream: (name: string) => Random,
  draw: (count: number, random: Random) => Made,
): Record<"train" | "validation" | "test", Made> {
  return {
    train: draw(counts.train, stream("train")),
    validation: draw(counts.validation, stream("validation")),
    test: draw(counts.test, stream("test")),
  };
}
