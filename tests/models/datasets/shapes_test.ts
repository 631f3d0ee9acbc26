/** Shapes of known factors: every combination once, drawn where its factors say. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { shapes } from "../../../models/datasets/shapes.ts";
import { noFiles } from "../laboratory.ts";

const make = (fields: object) =>
  shapes.create({ configuration: shapes.configuration.parse(fields), readFile: noFiles });

Deno.test("each combination of the factors is there once, in one of the splits", async () => {
  const { train, validation, test, factors } = await make({});
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
