import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { isFlatPicture, pictureLayout } from "../../../lab/core/picture_space.ts";
import { Box, Discrete } from "../../../lab/core/space.ts";

const box = (...shape: number[]) => new Box({ low: 0, high: 1, shape });

Deno.test("rows and columns are the longest neighbouring axes, channels all others", () => {
  const layouts: [number[], number, number, number, number[]][] = [
    [[84, 80, 4], 84, 80, 4, [0, 1, 2]],
    [[4, 84, 80], 84, 80, 4, [1, 2, 0]],
    [[4, 84, 80, 3], 84, 80, 12, [1, 2, 0, 3]],
    [[4, 3, 84, 80], 84, 80, 12, [2, 3, 0, 1]],
    [[84, 80, 3, 4], 84, 80, 12, [0, 1, 2, 3]],
    [[5, 5, 4], 5, 5, 4, [0, 1, 2]],
    [[5, 5, 5], 5, 5, 5, [0, 1, 2]],
  ];
  for (const [shape, height, width, channels, axes] of layouts) {
    deepStrictEqual(pictureLayout(box(...shape)), { height, width, channels, axes });
  }
});

Deno.test("other spaces are no pictures, and one without channels is known as such", () => {
  for (const space of [box(84), box(84, 84), box(2, 2, 3), new Discrete(4)]) {
    strictEqual(pictureLayout(space), undefined);
  }
  ok(isFlatPicture(box(84, 84)) && !isFlatPicture(box(8, 8)) && !isFlatPicture(new Discrete(4)));
});
