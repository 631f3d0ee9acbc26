/** Properties of the drawn digits. The bits stand for the exact arithmetic that draws them. */
import { deepStrictEqual, notDeepStrictEqual, ok, strictEqual } from "node:assert";
import { streamOf } from "../../../lab/core/random.ts";
import { drawGlyphs, glyphs, glyphsLetters } from "../../../models/datasets/glyphs.ts";
import { noFiles, trainerOf, trainThrough } from "../laboratory.ts";

async function digestOf(values: Float32Array): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", values.slice().buffer);
  return new Uint8Array(hash).toHex();
}

function create(seed: number, configuration: object) {
  return glyphs.create({
    configuration: glyphs.configuration.parse({ seed, ...configuration }),
    readFile: noFiles,
  });
}

Deno.test("glyphs are 28×28 images in [0, 1] whose classes take turns", async () => {
  const { shape, classes, train, test } = await create(1, { train: 50, test: 30 });
  deepStrictEqual(shape, [28, 28, 1]);
  strictEqual(classes, 10);
  strictEqual(train.values.length, 50 * 784);
  deepStrictEqual([...test.labels!], Array.from({ length: 30 }, (_, i) => i % 10));
  ok(train.values.every((value) => value >= 0 && value <= 1));
  for (let i = 0; i < 50; i++) {
    const ink = train.values.subarray(i * 784, (i + 1) * 784).reduce((sum, v) => sum + v, 0);
    ok(ink > 20 && ink < 300, `image ${i} has ${ink} pixels of ink`);
  }
});

Deno.test("strokes are anti-aliased and stay off the border", () => {
  const { values } = drawGlyphs(500, 1, streamOf(1, "x"));
  const inked = values.filter((value) => value > 0);
  const grey = inked.filter((value) => value < 1).length / inked.length;
  ok(grey > 0.2 && grey < 0.9, `${grey} of the ink is grey`);
  let border = 0;
  values.forEach((value, i) => {
    const [row, column] = [Math.floor(i / 28) % 28, i % 28];
    if (row === 0 || row === 27 || column === 0 || column === 27) border += value;
  });
  ok(border / values.reduce((sum, v) => sum + v, 0) < 0.01);
});

Deno.test("a seed gives the same bits, on every machine", async () => {
  const { values } = drawGlyphs(40, 1, streamOf(1, "dataset/train"));
  deepStrictEqual(drawGlyphs(40, 1, streamOf(1, "dataset/train")).values, values);
  notDeepStrictEqual(drawGlyphs(40, 1, streamOf(2, "dataset/train")).values, values);
  strictEqual(
    await digestOf(values),
    "375fdb7df059a4e44ebb212f804a523e9cdfb006f5c04e9ab5660da389fe62b7",
  );
});

Deno.test("each character is one of its own class: the nearest mean names it, in either alphabet", async () => {
  for (const { create, configuration } of [glyphs, glyphsLetters]) {
    const { classes, train } = await create({
      configuration: configuration.parse({ train: 520, side: 14, variation: 0 }),
      readFile: noFiles,
      stream: (name: string) => streamOf(5, name),
    } as never);
    const image = (i: number) => train.values.subarray(i * 196, (i + 1) * 196);
    const means = Array.from({ length: classes! }, () => new Float64Array(196));
    for (let i = 0; i < 260; i++) image(i).forEach((v, at) => means[train.labels![i]][at] += v);
    means.forEach((mean, label) => {
      const count = train.labels!.subarray(0, 260).filter((each) => each === label).length;
      mean.forEach((sum, at) => mean[at] = sum / count);
    });
    let right = 0;
    for (let i = 260; i < 520; i++) {
      const far = means.map((mean) =>
        mean.reduce((sum, m, at) => sum + (m - image(i)[at]) ** 2, 0)
      );
      right += Number(far.indexOf(Math.min(...far)) === train.labels![i]);
    }
    ok(right > 0.8 * 260, `${right} of 260 in ${classes} classes`);
  }
});

Deno.test("train and test differ, and fewer examples are the first of more", async () => {
  const few = await create(3, { train: 20, test: 20 });
  const more = await create(3, { train: 60, test: 20 });
  deepStrictEqual(few.train.values, more.train.values.subarray(0, 20 * 784));
  notDeepStrictEqual(few.train.values, few.test.values);
});

Deno.test("without variation only variants and thickness differ", () => {
  const { values } = drawGlyphs(400, 0, streamOf(1, "x"));
  // The plain stroke of a 1 is upright and in the middle: its ink is symmetric.
  const plain = Array.from(
    { length: 40 },
    (_, i) => values.subarray((10 * i + 1) * 784, (10 * i + 2) * 784),
  )
    .find((image) => image.every((v, i) => Math.abs(v - image[i - i % 28 + 27 - i % 28]) < 1e-6));
  ok(plain !== undefined);
});

Deno.test("a linear classifier stays below 95 % where a hidden layer passes it", async () => {
  const dataset = await create(1, {});
  const accuracy = async (hiddenSizes: number[], budget: number) => {
    const { trainer } = await trainerOf("classifier", dataset, { hiddenSizes }, { budget });
    await trainThrough(trainer);
    const { metrics } = await trainer.evaluate({ random: streamOf(1, "evaluation") });
    trainer.dispose();
    return metrics["evaluation/accuracy"];
  };
  const linear = await accuracy([], 200_000);
  ok(linear > 0.85 && linear < 0.95, `linear: ${linear}`);
  const dense = await accuracy([128], 40_000);
  ok(dense >= 0.95, `784-128-10: ${dense}`);
});

Deno.test("letters have 26 classes, and images of other sides show the same characters", async () => {
  const fields = { train: 52, validation: 26, test: 26 };
  const letters = await glyphsLetters.create({
    configuration: glyphsLetters.configuration.parse(fields),
    readFile: noFiles,
  });
  strictEqual(letters.classes, 26);
  deepStrictEqual([...letters.test.labels!], Array.from({ length: 26 }, (_, i) => i));
  const whole = await create(1, fields);
  for (const side of [14, 32]) {
    const other = await create(1, { ...fields, side });
    deepStrictEqual(other.shape, [side, side, 1]);
    for (let i = 0; i < 20; i++) {
      // The same share of the image is ink, give or take the edges.
      const share = (values: Float32Array, size: number) =>
        values.subarray(i * size, (i + 1) * size).reduce((sum, value) => sum + value, 0) / size;
      const [found, expected] = [
        share(other.train.values, side * side),
        share(whole.train.values, 784),
      ];
      ok(Math.abs(found / expected - 1) < 0.35, `${found}, ${expected}`);
    }
  }
});
