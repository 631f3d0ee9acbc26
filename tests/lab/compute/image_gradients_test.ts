/** Derivatives of pools, resizes, borders and convolutions, by both orders. */
import * as tf from "@tensorflow/tfjs";
import { type Case, sweep } from "./derivatives.ts";

type Shape = readonly [images: number, height: number, width: number, channels: number];

/** Elements without ties, for each an irrational step further round a circle. */
const elements = (count: number) => Array.from({ length: count }, (_, i) => Math.sin(1 + 2.4 * i));
const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const four = (x: tf.Tensor) => x as tf.Tensor4D;

function image(
  name: string,
  shape: readonly number[],
  tensors: Case["tensors"],
  plain: Case["plain"],
  lacking?: string,
): Case {
  return { name, shape, tensors, plain, x: elements(size(shape)), lacking };
}

/** Every element of [N, H, W, C] by what `of` makes of its place. */
function built([images, height, width, channels]: Shape, of: (...at: Shape) => number): number[] {
  const made: number[] = [];
  for (let n = 0; n < images; n++) {
    for (let i = 0; i < height; i++) {
      for (let j = 0; j < width; j++) {
        for (let c = 0; c < channels; c++) made.push(of(n, i, j, c));
      }
    }
  }
  return made;
}

const at = (x: number[], [, height, width, channels]: Shape, [n, i, j, c]: Shape) =>
  x[((n * height + i) * width + j) * channels + c];

interface Geometry {
  readonly shape: Shape;
  readonly window: readonly [number, number];
  /** Down and to the right, where these differ. */
  readonly stride: number | readonly [number, number];
  readonly pad: "same" | "valid" | number;
}

/** Windows and the border before the first, as TensorFlow defines "same" and "valid". */
function windows(
  length: number,
  size: number,
  stride: number,
  { pad }: Geometry,
): [number, number] {
  if (pad === "same") {
    const count = Math.ceil(length / stride);
    return [count, Math.floor(Math.max(0, (count - 1) * stride + size - length) / 2)];
  }
  const border = pad === "valid" ? 0 : pad;
  return [Math.floor((length + 2 * border - size) / stride) + 1, border];
}

/** Down and to the right. */
function stridesOf(stride: Geometry["stride"]): [number, number] {
  return typeof stride === "number" ? [stride, stride] : [...stride];
}

/** What `reduce` makes of the elements of each window that lie inside the image. */
function pooled(geometry: Geometry, reduce: (inside: number[]) => number): Case["plain"] {
  const { shape, window, stride } = geometry;
  const [down, right] = stridesOf(stride);
  const [images, height, width, channels] = shape;
  const [rows, top] = windows(height, window[0], down, geometry);
  const [columns, left] = windows(width, window[1], right, geometry);
  return (x) =>
    built([images, rows, columns, channels], (n, i, j, c) => {
      const inside: number[] = [];
      for (let a = 0; a < window[0]; a++) {
        for (let b = 0; b < window[1]; b++) {
          const [row, column] = [i * down + a - top, j * right + b - left];
          if (row < 0 || row >= height || column < 0 || column >= width) continue;
          inside.push(at(x, shape, [n, row, column, c]));
        }
      }
      return reduce(inside);
    });
}

const mean = (x: number[]) => x.reduce((a, b) => a + b, 0) / x.length;

const pools = ([
  { shape: [1, 4, 5, 2], window: [2, 2], stride: 2, pad: "valid" },
  { shape: [2, 3, 5, 2], window: [3, 3], stride: 1, pad: "same" },
  { shape: [2, 5, 4, 1], window: [3, 2], stride: 2, pad: "same" },
  { shape: [1, 4, 4, 2], window: [3, 3], stride: 2, pad: 1 },
  { shape: [1, 5, 5, 1], window: [2, 2], stride: 3, pad: "same" },
  { shape: [1, 4, 6, 1], window: [3, 3], stride: [1, 2], pad: "same" },
] as const).flatMap((geometry) => {
  const { shape, window, stride, pad } = geometry;
  const what = `pool [${shape}] ∗ [${window}], stride ${stride}, ${pad}`;
  return [
    image(
      `average ${what}`,
      shape,
      (x) => tf.avgPool(four(x), [...window], stridesOf(stride), pad),
      pooled(geometry, mean),
    ),
    image(
      `maximum ${what}`,
      shape,
      (x) => tf.maxPool(four(x), [...window], stridesOf(stride), pad),
      pooled(geometry, (inside) => Math.max(...inside)),
    ),
  ];
});

/** Where an element of a resized axis lies before. */
function position(i: number, before: number, after: number, aligned: boolean, half: boolean) {
  const ratio = aligned && after > 1 ? (before - 1) / (after - 1) : before / after;
  return half ? (i + 0.5) * ratio : i * ratio;
}

const resizes = [[false, false], [true, false], [false, true]].flatMap(([aligned, half]) =>
  ([[[2, 3, 2, 2], [5, 6]], [[2, 5, 4, 1], [2, 3]], [[1, 2, 3, 1], [1, 1]]] as const).flatMap((
    [shape, [rows, columns]],
  ) => {
    const [images, height, width, channels] = shape;
    const out: Shape = [images, rows, columns, channels];
    const what = `[${shape}] to [${rows}, ${columns}]${aligned ? ", aligned corners" : ""}${
      half ? ", half pixels" : ""
    }`;
    const nearest = (i: number, before: number, after: number) => {
      const place = position(i, before, after, aligned, half);
      return Math.min(before - 1, aligned ? Math.round(place) : Math.floor(place));
    };
    const linear = (i: number, before: number, after: number): [number, number, number] => {
      const place = position(i, before, after, aligned, half) - (half ? 0.5 : 0);
      const low = Math.max(0, Math.floor(place));
      return [low, Math.min(before - 1, Math.ceil(place)), Math.max(0, place) - low];
    };
    return [
      image(
        `nearest ${what}`,
        shape,
        (x) => tf.image.resizeNearestNeighbor(four(x), [rows, columns], aligned, half),
        (x) =>
          built(
            out,
            (n, i, j, c) =>
              at(x, shape, [n, nearest(i, height, rows), nearest(j, width, columns), c]),
          ),
      ),
      image(
        `bilinear ${what}`,
        shape,
        (x) => tf.image.resizeBilinear(four(x), [rows, columns], aligned, half),
        (x) =>
          built(out, (n, i, j, c) => {
            const [top, bottom, down] = linear(i, height, rows);
            const [left, right, along] = linear(j, width, columns);
            const row = (i: number) =>
              at(x, shape, [n, i, left, c]) * (1 - along) + at(x, shape, [n, i, right, c]) * along;
            return row(top) * (1 - down) + row(bottom) * down;
          }),
      ),
    ];
  })
);

const mirrors = (["reflect", "symmetric"] as const).map((mode) => {
  const shape = [1, 3, 4, 2] as const;
  const [top, bottom, left, right] = mode === "reflect" ? [2, 1, 0, 3] : [3, 1, 0, 2];
  const edge = mode === "reflect" ? 0 : 1;
  const inside = (i: number, length: number) =>
    i < 0 ? -i - edge : i >= length ? 2 * (length - 1) - i + edge : i;
  return image(
    `mirrored border, ${mode}`,
    shape,
    (x) => tf.mirrorPad(x, [[0, 0], [top, bottom], [left, right], [0, 0]], mode),
    (x) =>
      built(
        [1, 3 + top + bottom, 4 + left + right, 2],
        (n, i, j, c) => at(x, shape, [n, inside(i - top, 3), inside(j - left, 4), c]),
      ),
  );
});

const blocks = image(
  "depth to space",
  [2, 1, 2, 8],
  (x) => tf.depthToSpace(four(x), 2),
  (x) =>
    built([2, 2, 4, 2], (n, i, j, c) => {
      const channel = ((i % 2) * 2 + j % 2) * 2 + c;
      return at(x, [2, 1, 2, 8], [n, Math.floor(i / 2), Math.floor(j / 2), channel]);
    }),
);

const filters = elements(24).map((x) => x / 3 + 0.1);

/** A convolution [2, 3, 4, 2] ∗ [2, 3, 2, 2], stride 2, "same": the border is below and around. */
function convolved(x: number[], filter: number[]): number[] {
  return built([2, 2, 2, 2], (n, i, j, f) => {
    let sum = 0;
    for (let a = 0; a < 2; a++) {
      for (let b = 0; b < 3; b++) {
        for (let c = 0; c < 2; c++) {
          const [row, column] = [2 * i + a, 2 * j + b];
          if (row >= 3 || column >= 4) continue;
          sum += at(x, [2, 3, 4, 2], [n, row, column, c]) * at(filter, [2, 3, 2, 2], [a, b, c, f]);
        }
      }
    }
    return sum;
  });
}

/** Each channel with its own two filters, [1, 3, 3, 2] ∗ [2, 2, 2, 2], stride 1, "valid". */
function separately(x: number[], filter: number[]): number[] {
  return built([1, 2, 2, 4], (n, i, j, f) => {
    let sum = 0;
    for (let a = 0; a < 2; a++) {
      for (let b = 0; b < 2; b++) {
        const c = Math.floor(f / 2);
        sum += at(x, [1, 3, 3, 2], [n, i + a, j + b, c]) *
          at(filter, [2, 2, 2, 2], [a, b, c, f % 2]);
      }
    }
    return sum;
  });
}

const square = (x: number[]) => x.map((each) => each * each);
const convolutions = [
  image(
    "convolution by its filter",
    [2, 3, 2, 2],
    (f) => tf.conv2d(tf.tensor4d(elements(48), [2, 3, 4, 2]), four(tf.square(f)), [2, 2], "same"),
    (f) => convolved(elements(48), square(f)),
    "Conv2DBackpropFilter",
  ),
  image(
    "convolution by image and filter",
    [2, 3, 4, 2],
    (x) => tf.conv2d(four(x), four(tf.reshape(tf.slice(x, 0, 1), [2, 3, 2, 2])), [2, 2], "same"),
    (x) => convolved(x, x.slice(0, 24)),
    "Conv2DBackpropFilter",
  ),
  image(
    "transposed convolution",
    [2, 2, 2, 2],
    (y) =>
      tf.conv2dTranspose(
        four(tf.square(y)),
        tf.tensor4d(filters, [2, 3, 2, 2]),
        [2, 3, 4, 2],
        [2, 2],
        "same",
      ),
    (y) => {
      // Linear in y: element by element what it is of the unit images.
      const given = square(y);
      const units = Array.from(
        { length: 48 },
        (_, i) => convolved(Array.from({ length: 48 }, (_, k) => i === k ? 1 : 0), filters),
      );
      return units.map((unit) => unit.reduce((sum, each, k) => sum + each * given[k], 0));
    },
  ),
  image(
    "depthwise convolution by image and filter",
    [1, 3, 3, 2],
    (x) =>
      tf.depthwiseConv2d(
        four(x),
        four(tf.reshape(tf.slice(tf.reshape(x, [18]), 1, 16), [2, 2, 2, 2])),
        1,
        "valid",
      ),
    (x) => separately(x, x.slice(1, 17)),
    "DepthwiseConv2dNativeBackprop",
  ),
];

sweep("derivatives of pools", pools);
sweep("derivatives of resizes", resizes);
sweep("derivatives of borders, blocks and convolutions", [...mirrors, blocks, ...convolutions]);
