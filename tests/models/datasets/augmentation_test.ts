/** Augmentation: mirrored, moved and enlarged training images, absent unless it is asked for. */
import { deepStrictEqual, notDeepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { defaultRng } from "../../../lab/core/random.ts";
import { datasets } from "../../../models/datasets/mod.ts";
import {
  augment,
  augmentationFields,
  augmentationOf,
} from "../../../models/datasets/augmentation.ts";
import { arrays } from "../../../models/datasets/arrays.ts";
import { glyphs, glyphsBinarized } from "../../../models/datasets/glyphs.ts";
import { binaryHalves, noFiles, trainerOf } from "../laboratory.ts";

/** Images [count, 4, 6, 2] of which every number tells its place: 100 i + 10 j + c. */
function placed(count: number): Float32Array {
  const one = Array.from({ length: 48 }, (_, at) => {
    const [pixel, c] = [Math.floor(at / 2), at % 2];
    return 100 * Math.floor(pixel / 6) + 10 * (pixel % 6) + c;
  });
  return Float32Array.from({ length: 48 * count }, (_, at) => one[at % 48]);
}

const shape = [4, 6, 2];

/** Augmented images, one a list. */
function seen(count: number, fields: object): number[][] {
  const images = placed(count);
  augment(images, count, shape, { flip: false, ...fields }, defaultRng(3));
  return Array.from({ length: count }, (_, i) => [...images.subarray(48 * i, 48 * (i + 1))]);
}

Deno.test("half of the images are mirrored, left to right", () => {
  const [plain] = seen(1, {});
  deepStrictEqual(plain, [...placed(1)]);
  const mirrored = plain.map((_, at) => {
    const [pixel, c] = [Math.floor(at / 2), at % 2];
    return 100 * Math.floor(pixel / 6) + 10 * (5 - pixel % 6) + c;
  });
  const turned = seen(400, { flip: true });
  const count = turned.filter((image) => `${image}` === `${mirrored}`).length;
  strictEqual(turned.filter((image) => `${image}` === `${plain}`).length, 400 - count);
  ok(count > 160 && count < 240, `${count}`);
});

Deno.test("a moved image repeats its edges, each way as often", () => {
  const moves = new Set<string>();
  for (const image of seen(300, { shift: 1 })) {
    // By what its pixel (1, 2) shows.
    const [row, column] = [Math.floor(image[16] / 100), (image[16] % 100) / 10];
    const [down, right] = [1 - row, 2 - column];
    moves.add(`${down} ${right}`);
    image.forEach((value, at) => {
      const [i, j] = [Math.floor(at / 12), Math.floor(at / 2) % 6];
      const y = Math.min(3, Math.max(0, i - down)), x = Math.min(5, Math.max(0, j - right));
      strictEqual(value, 100 * y + 10 * x + at % 2);
    });
  }
  strictEqual(moves.size, 9);
});

Deno.test("an enlarged part of a slope is a gentler slope within it", () => {
  for (const image of seen(100, { crop: 0.5 })) {
    const row = (i: number, j: number) => image[12 * i + 2 * j];
    const step = (row(1, 3) - row(1, 2)) / 10;
    ok(step >= 0.5 - 1e-5 && step <= 1, `${step}`);
    // As far apart down as across.
    ok(Math.abs((row(2, 2) - row(1, 2)) / 100 - step) < 1e-4);
    ok(image.every((value) => value >= 0 && value <= 351));
  }
});

Deno.test("any one of the fields asks for augmentation, a flip that is off does not", () => {
  for (const flip of [undefined, false, true]) {
    for (const shift of [undefined, 2]) {
      for (const crop of [undefined, 0.5]) {
        const given = { flip, shift, crop };
        const none = !flip && shift === undefined && crop === undefined;
        deepStrictEqual(
          augmentationOf(given),
          none ? undefined : { ...given, flip: flip === true },
        );
      }
    }
  }
});

Deno.test("no data set is augmented unless it is asked to be, and nothing but images can be", async () => {
  for (const { load } of datasets) {
    const { configuration, holds } = await load();
    const parsed = configuration.parse({});
    for (const field of Object.keys(augmentationFields)) strictEqual(field in parsed, false);
    const mayBe = holds === undefined || (holds.kind === "images" && !holds.partners);
    strictEqual(configuration.safeParse({ flip: true }).success, mayBe);
  }
  const few = { train: 20, validation: 10, test: 10 };
  const made = (fields: object) =>
    glyphs.create({
      configuration: glyphs.configuration.parse({ ...few, ...fields }),
      readFile: noFiles,
    });
  strictEqual("augmentation" in await made({}), false);
  const augmented = await made({ flip: true, crop: 0.8 });
  deepStrictEqual(augmented.augmentation, { flip: true, shift: undefined, crop: 0.8 });
  deepStrictEqual(augmented.train, (await made({})).train);
  await rejects(
    glyphsBinarized.create({
      configuration: glyphsBinarized.configuration.parse({ ...few, crop: 0.8 }),
      readFile: noFiles,
    }),
    /^InputError: Cannot crop images of glyphs-binarized as its pixels must stay 0 or 1: 0\.8$/,
  );
  const table = new TextEncoder().encode("a,b\n1,2\n3,4\n5,6\n7,8\n");
  await rejects(
    arrays.create({
      configuration: arrays.configuration.parse({ file: "t.csv", flip: true }),
      readFile: () => Promise.resolve(table),
    }),
    /^InputError: Cannot augment arrays as its examples must be images alone: points$/,
  );
});

Deno.test("a model learns from augmented images, goes on to the same bits, and is measured on others", async () => {
  const plain = binaryHalves();
  const dataset = { ...plain, augmentation: { flip: true, shift: 1 } };
  const fields = { hiddenSizes: [8], batchSize: 20, batchesPerIteration: 3 };
  const make = async (from = dataset as typeof plain) =>
    (await trainerOf("autoencoder", from, fields)).trainer;
  const [whole, first, second, without] = [
    await make(),
    await make(),
    await make(),
    await make(plain),
  ];
  for (let i = 0; i < 4; i++) {
    await whole.iterate();
    await without.iterate();
  }
  for (let i = 0; i < 2; i++) await first.iterate();
  await second.restore(await first.snapshot());
  for (let i = 0; i < 2; i++) await second.iterate();
  const parametersOf = async (trainer: typeof whole) => (await trainer.snapshot()).parameters;
  deepStrictEqual(await parametersOf(second), await parametersOf(whole));
  notDeepStrictEqual(await parametersOf(without), await parametersOf(whole));
  for (const trainer of [whole, first, second, without]) trainer.dispose();
});
