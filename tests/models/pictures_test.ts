/** Pictures of what a model makes: which examples they are of, in which order, and what is told of them. */
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import type { Dataset } from "../../lab/core/dataset.ts";
import type { Artifact, Raster, Samples } from "../../lab/core/picture.ts";
import { classMeans, traversed } from "../../models/codes.ts";
import { arithmetic, picturesOf, traversals } from "../../models/pictures.ts";
import {
  codesSheet,
  imageSheet,
  reconstructionSheet,
  scatterSheet,
  translationSheet,
} from "../../models/sheet.ts";
import { fewPoints, halves } from "./laboratory.ts";

type Labels = ArrayLike<number> | undefined;

/** A model whose codes are examples doubled; it notes what it was asked for. */
function doubling() {
  const asked: { values: Float32Array; labels: Labels; count?: number }[] = [];
  return {
    asked,
    encode: (values: Float32Array, labels?: ArrayLike<number>) => {
      asked.push({ values, labels });
      return Promise.resolve(values.map((value) => 2 * value));
    },
    decode: (values: Float32Array, count: number, labels?: ArrayLike<number>) => {
      asked.push({ values, labels, count });
      return Promise.resolve(values.map((value) => value / 2));
    },
  };
}

/** The pixels of the picture of a name. */
function rasterOf(artifacts: readonly Artifact[], name: string): Raster {
  const found = artifacts.find((artifact) => artifact.name === name)!;
  ok("raster" in found, `no raster: ${name}`);
  return found.raster;
}

const images = halves(30, 40);
const size = 16;
const shape = [4, 4, 1] as const;

Deno.test("samples of images are the first hundred, ten a row; of text they are texts", async () => {
  const values = Float32Array.from({ length: 120 * size }, (_, i) => (i % 97) / 97);
  const samples: Samples = { kind: "images", count: 120, shape: [4, 4, 1], values };
  const artifacts = await picturesOf({}, images, samples);
  deepStrictEqual(artifacts.map(({ name }) => name), ["samples"]);
  deepStrictEqual(
    rasterOf(artifacts, "samples"),
    imageSheet(values.subarray(0, 100 * size), shape, 10),
  );
  const text = {
    ...{ kind: "text", count: 2, length: 3, vocabulary: ["a", "b"] } as const,
    values: Float32Array.of(0, 0, 1, 1, 0, 1),
  };
  deepStrictEqual(await picturesOf({}, images, text), [{ name: "samples", text: "aab\n\nbab\n" }]);
  deepStrictEqual(await picturesOf({}, images, undefined), []);
});

Deno.test("samples of points are drawn over the test examples' square with the mixture, in the plane alone", async () => {
  const points = await fewPoints(20, 20);
  const far = { ...points, test: { count: 2, values: Float32Array.of(0, 30, 0, 0) } };
  const values = Float32Array.of(1, 1, -3, 20);
  const samples: Samples = { kind: "points", count: 2, dimensions: 2, values };
  deepStrictEqual(
    rasterOf(await picturesOf({}, far, samples), "samples"),
    scatterSheet(values, points.mixture, 33),
  );
  deepStrictEqual(await picturesOf({}, points, { ...samples, count: 1, dimensions: 4 }), []);
});

Deno.test("translations are of the first ten test images, below their partners' place, or their own", async () => {
  const asked: [Float32Array, Labels][] = [];
  const translate = (values: Float32Array, labels?: ArrayLike<number>) => {
    asked.push([values, labels]);
    return Promise.resolve(values.map((value) => value / 3));
  };
  const { values, labels, partners } = images.test;
  const first = values.subarray(0, 10 * size);
  const made = first.map((value) => value / 3);
  const paired = await picturesOf({ translate }, images, undefined);
  deepStrictEqual(
    rasterOf(paired, "translations"),
    reconstructionSheet(partners!.subarray(0, 10 * size), made, shape),
  );
  const alone = await picturesOf({ translate }, { ...images, unpaired: true }, undefined);
  deepStrictEqual(
    rasterOf(alone, "translations"),
    translationSheet(first, shape, made, shape),
  );
  for (const [given, told] of asked) {
    deepStrictEqual(given, first);
    deepStrictEqual(told, labels!.subarray(0, 10));
  }
  deepStrictEqual(await picturesOf({ translate }, await fewPoints(20, 20), undefined), []);
});

Deno.test("reconstructions are of the first ten test images, codes of the first five hundred", async () => {
  for (const count of [40, 7, 600]) {
    const dataset = halves(30, count);
    const { values, labels } = dataset.test;
    const model = doubling();
    const artifacts = await picturesOf(model, dataset, undefined);
    deepStrictEqual(artifacts.map(({ name }) => name), ["reconstructions", "codes"]);
    const [seen, pairs] = [Math.min(count, 500), Math.min(count, 10)];
    const first = values.subarray(0, pairs * size);
    deepStrictEqual(
      rasterOf(artifacts, "reconstructions"),
      reconstructionSheet(first, first, shape),
    );
    const codes = values.subarray(0, seen * size).map((value) => 2 * value);
    deepStrictEqual(rasterOf(artifacts, "codes"), codesSheet(codes, seen, labels));
    const [encoded, decoded] = model.asked;
    strictEqual(encoded.values.length, seen * size);
    deepStrictEqual([decoded.count, decoded.values.length], [pairs, pairs * size]);
    deepStrictEqual(encoded.labels, labels!.subarray(0, seen));
    deepStrictEqual(decoded.labels, labels!.subarray(0, pairs));
  }
});

Deno.test("codes of one number are not drawn, and without a decoder nothing is reconstructed", async () => {
  const encode = (values: Float32Array) => Promise.resolve(new Float32Array(values.length / size));
  deepStrictEqual(await picturesOf({ encode }, images, undefined), []);
  const { decode: _, ...coder } = doubling();
  const named = (await picturesOf(coder, images, undefined)).map(({ name }) => name);
  deepStrictEqual(named, ["codes"]);
});

Deno.test("a traversal is about one test image, by the deviations of all of them", async () => {
  const model = doubling();
  const { values, labels, count } = images.test;
  const other = labels!.indexOf(1 - labels![0]);
  const shown = await traversals(model, images, { of: other, steps: 5 });
  deepStrictEqual([shown.kind, shown.count], ["images", 5 * size]);
  const lines = traversed(values.map((value) => 2 * value), count, other, 5);
  deepStrictEqual(shown.values, lines.map((value) => value / 2));
  const [encoded, decoded] = model.asked;
  strictEqual(encoded.values, values);
  strictEqual(encoded.labels, labels);
  deepStrictEqual(decoded.count, 5 * size);
  // Of the image's class, whatever becomes of its code.
  deepStrictEqual(Array.from(decoded.labels!), Array(5 * size).fill(labels![other]));
  for (const wrong of [count, NaN]) {
    await rejects(
      traversals(model, images, { of: wrong, steps: 3 }),
      /^InputError: Cannot traverse latents as test images have the numbers 0 … 39: /,
    );
  }
  const codes = /^InputError: Cannot traverse latents as the model must make codes of images/;
  await rejects(traversals({}, images, { of: 0, steps: 3 }), codes);
  await rejects(traversals({ encode: model.encode }, images, { of: 0, steps: 3 }), codes);
  await rejects(traversals(model, await fewPoints(20, 20), { of: 0, steps: 3 }), codes);
});

Deno.test("a sum of classes is decoded behind its terms, as one of the first term's class", async () => {
  const named = { ...images, classNames: ["low", "high"] };
  const model = doubling();
  const shown = await arithmetic(model, named, "high + high - low");
  deepStrictEqual([shown.kind, shown.count], ["images", 4]);
  const { values, labels } = images.test;
  const [low, high] = [0, 1].map((label) =>
    classMeans(values, labels!, 2).slice(16 * label, 16 * label + 16)
  );
  const expected = [...high, ...high, ...low, ...high.map((value, z) => 2 * value - low[z])];
  shown.values.forEach((value, i) => ok(Math.abs(value - expected[i]) < 1e-5, `${value} at ${i}`));
  const [encoded, decoded] = model.asked;
  strictEqual(encoded.values, values);
  strictEqual(encoded.labels, labels);
  deepStrictEqual([decoded.count, ...Array.from(decoded.labels!)], [4, 1, 1, 0, 1]);
  const codes = /^InputError: Cannot reckon with codes as the model must make codes of images/;
  await rejects(arithmetic({}, named, "high"), codes);
  await rejects(arithmetic(model, await fewPoints(20, 20), "0"), codes);
  const none: Dataset = { ...images, classes: undefined };
  await rejects(
    arithmetic(model, none, "0"),
    /^InputError: Cannot reckon with codes as its images must have classes/,
  );
});
