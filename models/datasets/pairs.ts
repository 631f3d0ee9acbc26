/**
 * `pairs`: images and what is to be made of them, for models that translate: drawn digits or shapes, and
 * their outlines, bolder strokes, or four times as many pixels.
 *
 * @module
 */
import * as z from "zod";
import type { Split } from "../../lab/core/dataset.ts";
import { InputError } from "../../lab/core/errors.ts";
import type { Generator } from "../../lab/core/random.ts";
import { blockMeans } from "./blocks.ts";
import { defineDataset, rowsOf } from "./define_dataset.ts";
import { drawGlyphs } from "./glyphs.ts";
import { drawShapes } from "./shapes.ts";
import { drawSplits, splitFields } from "./split_fields.ts";

const configuration = z.strictObject({
  ...splitFields("images", { least: 10, train: 4_500, validation: 500, test: 1_000 }),
  of: z.enum(["glyphs", "shapes"]).default("glyphs").meta({
    description: "What the images show; of shapes there are 6,144 in all",
  }),
  task: z.enum(["edges", "bold", "enlarge"]).default("edges").meta({
    description:
      "edges: outlines to filled images; bold: strokes to ones that are two pixels wider; " +
      "enlarge: a half of the side to the whole",
  }),
  reversed: z.boolean().default(false).meta({
    description: "Whether the task goes the other way",
  }),
});

/** [H, W] to the most, or least, of each pixel and its eight neighbours, black outside. */
function ofNeighbors(
  image: Float32Array,
  side: number,
  choose: (a: number, b: number) => number,
): Float32Array {
  const at = (row: number, column: number) =>
    row < 0 || column < 0 || row >= side || column >= side ? 0 : image[row * side + column];
  return image.map((pixel, i) => {
    const [row, column] = [Math.floor(i / side), i % side];
    for (let d = 0; d < 9; d++) {
      pixel = choose(pixel, at(row + (d / 3 | 0) - 1, column + d % 3 - 1));
    }
    return pixel;
  });
}

/** From an image to the two of a pair, from and to. */
const tasks = {
  edges: (image: Float32Array, side: number) => {
    const inner = ofNeighbors(image, side, Math.min);
    return [image.map((pixel, i) => pixel - inner[i]), image];
  },
  bold: (image: Float32Array, side: number) => [image, ofNeighbors(image, side, Math.max)],
  enlarge: (image: Float32Array, side: number) => [blockMeans(image, [side, side, 1], 2), image],
};

/** The pairs of a split of square grey images. */
export function paired(
  { count, values, labels }: Split,
  side: number,
  task: keyof typeof tasks,
  reversed = false,
): Split {
  const columns: Float32Array[][] = [[], []];
  for (let i = 0; i < count; i++) {
    const image = values.subarray(i * side * side, (i + 1) * side * side);
    tasks[task](image, side).forEach((one, end) => columns[end].push(one));
  }
  if (reversed) columns.reverse();
  const [from, to] = columns.map((images) => {
    const whole = new Float32Array(count * images[0].length);
    images.forEach((image, i) => whole.set(image, i * image.length));
    return whole;
  });
  return { count, values: from, partners: to, labels };
}

/** Shapes, none of them in two splits. @throws InputError where there are not so many. */
function shapeSplits(
  { train, validation, test }: Readonly<Record<"train" | "validation" | "test", number>>,
  random: Generator,
): Record<"train" | "validation" | "test", Split> {
  const all = drawShapes(1);
  if (train + validation + test > all.count) {
    throw new InputError(
      `Cannot pair shapes as train, validation and test together must be at most ${all.count}: ` +
        `${train + validation + test}`,
    );
  }
  const order = random.permutation(all.count);
  const from = (start: number, count: number) => rowsOf(all, order.slice(start, start + count));
  return {
    train: from(0, train),
    validation: from(train, validation),
    test: from(train + validation, test),
  };
}

/** Pairs of images. */
export const pairs = defineDataset({
  name: "pairs",
  summary: "Digits or shapes in pairs: outlines, bolder strokes, or more pixels",
  holds: { kind: "images", labels: true, partners: true },
  configuration,
  create: ({ configuration, stream }) => {
    const { of, task, reversed } = configuration;
    const side = of === "glyphs" ? 28 : 32;
    const shapeOf = (end: 0 | 1) => {
      const own = task === "enlarge" && (end === 0) !== reversed ? side / 2 : side;
      return [own, own, 1];
    };
    const splits = of === "glyphs"
      ? drawSplits(configuration, stream, (count, random) => drawGlyphs(count, 1, random))
      : shapeSplits(configuration, stream("splits"));
    const made = Object.entries(splits).map(([name, split]) => [
      name,
      paired(split, side, task, reversed),
    ]);
    return {
      kind: "images",
      shape: shapeOf(0),
      partnerShape: shapeOf(1),
      classes: of === "glyphs" ? 10 : 3,
      ...Object.fromEntries(made) as typeof splits,
    };
  },
});
