/** Rows of images between the codes of two test images. */
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { defaultRng } from "../../lab/core/random.ts";
import { interpolations } from "../../models/pictures.ts";
import { fewPoints, halves } from "./laboratory.ts";

const dataset = halves();
const size = 16;
/** An image is its own code; labels that were asked for are noted. */
function identity() {
  const asked: { labels?: ArrayLike<number> } = {};
  return {
    asked,
    encode: (values: Float32Array) => Promise.resolve(values),
    decode: (codes: Float32Array, _count: number, labels?: ArrayLike<number>) => {
      asked.labels = labels;
      return Promise.resolve(codes);
    },
  };
}

Deno.test("each row leads in even steps from one test image to another", async () => {
  const model = identity();
  const options = { rows: 3, steps: 5, random: defaultRng(1) };
  const { count, values } = await interpolations(model, dataset, options);
  strictEqual(count, 15);
  const image = (row: number, step: number) => {
    const first = (5 * row + step) * size;
    return values.subarray(first, first + size);
  };
  const { test } = dataset;
  const placeOf = (wanted: Float32Array) =>
    Array.from({ length: test.count }, (_, i) => i).find((i) =>
      wanted.every((value, d) => value === test.values[i * size + d])
    );
  const ends = [0, 1, 2].flatMap((row) => [placeOf(image(row, 0)), placeOf(image(row, 4))]);
  ok(!ends.includes(undefined), `${ends}`);
  strictEqual(new Set(ends).size, 6, "no image twice");
  for (let row = 0; row < 3; row++) {
    image(row, 2).forEach((value, d) => {
      ok(Math.abs(value - (image(row, 0)[d] + image(row, 4)[d]) / 2) < 1e-6);
    });
    const [from, to] = [2 * row, 2 * row + 1].map((end) => test.labels![ends[end]!]);
    const asked = Array.from(model.asked.labels!).slice(5 * row, 5 * row + 5);
    deepStrictEqual(asked, [from, from, from, to, to]);
  }
});

Deno.test("what makes no codes of images, or has too few of them, is refused", async () => {
  const options = { rows: 21, steps: 2, random: defaultRng(1) };
  await rejects(
    interpolations(identity(), dataset, options),
    /^InputError: Cannot interpolate as 21 rows need 42 test images \(--rows 20 at most\): 40$/,
  );
  const [few, one] = [13, 1].map((count) => ({ ...dataset, test: { ...dataset.test, count } }));
  const drawn = { steps: 2, random: defaultRng(1) };
  strictEqual((await interpolations(identity(), few, drawn)).count, 2 * 6);
  strictEqual((await interpolations(identity(), dataset, drawn)).count, 2 * 10);
  await rejects(interpolations(identity(), one, drawn), /as 1 row needs 2 test images/);
  const codes = /^InputError: Cannot interpolate as the model must make codes of images/;
  await rejects(interpolations({}, dataset, options), codes);
  await rejects(interpolations(identity(), await fewPoints(), options), codes);
});
