/** Shapes of known factors: every combination once, drawn where its factors say. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { shapes } from "../../../models/datasets/shapes.ts";
import { noFiles } from "../laboratory.ts";

const make = (fields: object) =>
  shapes.create({ configuration: shapes.configuration.parse(fields), readFile: noFiles });

const white = await make({});

Deno.test("each combination of the factors is there once, in one of the splits", () => {
  const { train, validation, test, factors } = white;
  const { names, sizes } = factors!;
  deepStrictEqual(names, ["shape", "scale", "rotation", "x", "y"]);
  const total = sizes.reduce((product, size) => product * size, 1);
  strictEqual(total, 6144);
  const seen = new Set(
    [train, validation, test].flatMap((split) =>
      Array.from({ length: split.count }, (_, i) => `${split.factors!.subarray(5 * i, 5 * i + 5)}`)
    ),
  );
  strictEqual(seen.size, total);
  const middle = (image: Float32Array) => {
    const ink = image.reduce((sum, value) => sum + value, 0);
    const at = (axis: (pixel: number) => number) =>
      image.reduce((sum, value, pixel) => sum + value * (axis(pixel) + 0.5), 0) / ink;
    return { ink, x: at((pixel) => pixel % 32), y: at((pixel) => Math.floor(pixel / 32)) };
  };
  for (let i = 0; i < 200; i++) {
    const [shape, scale, , x, y] = train.factors!.subarray(5 * i, 5 * i + 5);
    const found = middle(train.values.subarray(1024 * i, 1024 * (i + 1)));
    // Squares of half side 0.7·r, ellipses of half axes r and r/2; a heart's middle is not its mean.
    const radius = 4 + 5 * scale / 3;
    const area = [1.96 * radius * radius, Math.PI / 2 * radius * radius][shape];
    if (area !== undefined) ok(Math.abs(found.ink / area - 1) < 0.2, `${found.ink}, ${area}`);
    const apart = shape === 2 ? 2.5 : 0.3;
    ok(Math.abs(found.x - (9 + 2 * x)) < apart && Math.abs(found.y - (9 + 2 * y)) < apart);
    strictEqual(train.labels![i], shape);
  }
});

Deno.test("coloured shapes have a sixth factor and three channels", async () => {
  const { shape, factors, test } = await make({ colors: 3 });
  deepStrictEqual(shape, [32, 32, 3]);
  deepStrictEqual([factors!.names[0], factors!.sizes[0]], ["color", 3]);
  for (let i = 0; i < 30; i++) {
    const image = test.values.subarray(3072 * i, 3072 * (i + 1));
    const ink = [0, 1, 2].map((c) => image.reduce((sum, v, at) => at % 3 === c ? sum + v : sum, 0));
    deepStrictEqual(ink.map((sum) => sum > 0), [0, 1, 2].map((c) => c === test.factors![6 * i]));
  }
});

Deno.test("a heart stands on its tip, and shapes turn against the clock", () => {
  const { train } = white;
  /** A largest shape of a kind, turned by so many eighths. */
  const imageOf = (shape: number, rotation: number) => {
    // Wherever it lies: not each combination is among the training examples.
    for (let i = 0; i < train.count; i++) {
      const own = train.factors!.subarray(5 * i, 5 * i + 5);
      if (own[0] === shape && own[1] === 3 && own[2] === rotation) {
        return train.values.subarray(1024 * i, 1024 * (i + 1));
      }
    }
    throw new Error(`none of ${shape}, ${rotation}`);
  };
  const moments = (image: Float32Array) => {
    const [sum, x, y] = image.reduce(
      (
        [sum, x, y],
        value,
        i,
      ) => [sum + value, x + value * (i % 32), y - value * Math.floor(i / 32)],
      [0, 0, 0],
    );
    let [across, skewed, third] = [0, 0, 0];
    image.forEach((value, i) => {
      const [dx, dy] = [i % 32 - x / sum, -Math.floor(i / 32) - y / sum];
      across += value * dx * dy;
      skewed += value * dy * dy * dy;
      third += value * dx * dx * dx;
    });
    return { across, skewed, third };
  };
  // Upwards the lobes are wide and end soon, downwards the tip reaches far.
  ok(moments(imageOf(2, 0)).skewed < -100, `${moments(imageOf(2, 0)).skewed}`);
  ok(moments(imageOf(2, 4)).skewed > 100);
  // A quarter turn against the clock puts the tip to the right.
  ok(moments(imageOf(2, 2)).third > 100);
  // A long ellipse lies flat, and an eighth later points up to the right.
  ok(Math.abs(moments(imageOf(1, 0)).across) < 1);
  ok(moments(imageOf(1, 1)).across > 100);
  ok(moments(imageOf(1, 3)).across < -100);
});
