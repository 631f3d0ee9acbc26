import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import { paired, pairs } from "../../../models/datasets/pairs.ts";
import { noFiles } from "../laboratory.ts";

/** A square of 2 × 2 ones in 4 × 4 pixels, with one grey corner. */
// deno-fmt-ignore
const image = Float32Array.of(
  0, 0, 0, 0,
  0, 1, 1, 0,
  0, 1, 0.5, 0,
  0, 0, 0, 0,
);
const split = { count: 1, values: image, labels: Uint8Array.of(3) };

Deno.test("outlines are what an image has more than its least neighbour", () => {
  const { values, partners, labels } = paired(split, 4, "edges");
  // Every pixel of so small a square touches the black around it.
  deepStrictEqual([...values], [...image]);
  deepStrictEqual([...partners!], [...image]);
  strictEqual(labels![0], 3);
  const whole = { count: 1, values: new Float32Array(25).fill(1) };
  const { values: outline } = paired(whole, 5, "edges");
  strictEqual(outline.reduce((sum, pixel) => sum + pixel), 16);
  strictEqual(outline[12], 0);
});

Deno.test("bold strokes reach a pixel further, and small images are means", () => {
  const bold = paired(split, 4, "bold").partners!;
  deepStrictEqual([...bold], new Array(16).fill(1).with(15, 0.5));
  const { values, partners } = paired(split, 4, "enlarge");
  deepStrictEqual([...values], [0.25, 0.25, 0.25, 0.125]);
  deepStrictEqual([...partners!], [...image]);
});

Deno.test("reversed, what was made is what is to be made", async () => {
  const few = { train: 12, validation: 10, test: 10 };
  const made = async (fields: object) =>
    await pairs.create({
      configuration: pairs.configuration.parse({ ...few, ...fields }),
      readFile: noFiles,
    });
  const there = await made({ task: "enlarge" });
  const back = await made({ task: "enlarge", reversed: true });
  deepStrictEqual([there.shape, there.partnerShape], [[14, 14, 1], [28, 28, 1]]);
  deepStrictEqual([back.shape, back.partnerShape], [[28, 28, 1], [14, 14, 1]]);
  deepStrictEqual(back.train.partners, there.train.values);
  const shapes = await made({ of: "shapes" });
  deepStrictEqual([shapes.shape, shapes.classes], [[32, 32, 1], 3]);
  // No image is in two splits.
  const each = (values: Float32Array) =>
    Array.from(
      { length: values.length / 1024 },
      (_, i) => values.subarray(1024 * i, 1024 * i + 1024).join(),
    );
  const all = [shapes.train, shapes.validation, shapes.test].flatMap(({ partners }) =>
    each(partners!)
  );
  strictEqual(new Set(all).size, 32);
  await rejects(made({ of: "shapes", train: 6200 }), {
    name: "InputError",
    message: /at most 6144/,
  });
});
