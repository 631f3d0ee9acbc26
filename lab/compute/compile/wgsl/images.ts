/**
 * Work on windows of images [N, H, W, C]: convolutions as matrix products whose rows are read from
 * the image where they lie, pools and depthwise convolutions with a lane for each result.
 *
 * @module
 */
import type { Convolution, WindowItem, Windows } from "../items.ts";
import { opaque } from "./functions.ts";
import { type Factor, productTasks } from "./products.ts";
import { columnTasks } from "./reductions.ts";
import { coordinates, each, index, type Lowering, spanOf, type Task } from "./tasks.ts";

/** Names and lengths of the axes of windows, and of a window's taps. */
const windowAxes = (w: Windows) =>
  [["n", w.images], ["oy", w.outHeight], ["ox", w.outWidth]] as const;
const tapAxes = (w: Windows) => [["ky", w.kernelHeight], ["kx", w.kernelWidth]] as const;
const pixelAxes = (w: Windows) => [["n", w.images], ["iy", w.height], ["ix", w.width]] as const;

/**
 * Statements that name the pixel (`iy`, `ix`) of tap (`ky`, `kx`) of window (`oy`, `ox`). What lies
 * before the image wraps around to large numbers.
 */
function tapCode(w: Windows): string {
  return `let iy = oy * ${w.strideY}u + ky * ${w.dilationY}u - ${w.padTop}u;
      let ix = ox * ${w.strideX}u + kx * ${w.dilationX}u - ${w.padLeft}u;`;
}

/** Whether that pixel is one of the image. */
const inImage = (w: Windows) => `iy < ${w.height}u && ix < ${w.width}u`;

/** Statements that name the window (`oy`, `ox`) whose tap (`ky`, `kx`) is pixel (`iy`, `ix`). */
function windowCode(w: Windows): string {
  return `let sy = iy + ${w.padTop}u - ky * ${w.dilationY}u;
      let sx = ix + ${w.padLeft}u - kx * ${w.dilationX}u;
      let oy = sy / ${w.strideY}u;
      let ox = sx / ${w.strideX}u;`;
}

/** Whether there is such a window. */
function isWindow(w: Windows): string {
  return `sy % ${w.strideY}u == 0u && sx % ${w.strideX}u == 0u && ` +
    `oy < ${w.outHeight}u && ox < ${w.outWidth}u`;
}

/** Index of channel `c` of the pixel, and of filter or channel `f` of the window. */
const pixelAt = (base: number, w: Windows) =>
  index(base, [`((n * ${w.height}u + iy) * ${w.width}u + ix)`, w.channels], ["c", 1]);
const windowAt = (base: number, w: Windows, f: string, filters: number) =>
  index(base, [`((n * ${w.outHeight}u + oy) * ${w.outWidth}u + ox)`, filters], [f, 1]);

const value = (at: string) => `bitcast<f32>(m[${at}])`;

/** A convolution or one of its gradients. */
export function convolutionTasks(item: Convolution, lowering: Lowering): Task[] {
  const { solves, inputs, windows: w, filters } = item;
  const [first, second] = inputs.map((input) => lowering.address(input) / 4);
  const reads = inputs.map((input) => spanOf(input, lowering));
  const size = w.kernelHeight * w.kernelWidth * w.channels;
  const windows = w.images * w.outHeight * w.outWidth;
  const pixel = (window: string, tap: string): string =>
    `${coordinates(window, windowAxes(w))}
      ${coordinates(tap, [...tapAxes(w), ["c", w.channels]])}
      ${tapCode(w)}
      if (${inImage(w)}) { x = ${value(pixelAt(first, w))}; }`;
  const rowMajor = (base: number, columns: number, reads: Factor["reads"]): Factor => ({
    element: `x = ${value(index(base, ["k", columns], ["t", 1]))};`,
    alongInner: false,
    reads,
  });
  const target = lowering.address(item.output);
  const common = { batch: 1, target };
  switch (solves) {
    case "output":
      return productTasks({
        ...common,
        ...{ rows: windows, columns: filters, inner: size },
        a: { element: pixel("t", "k"), alongInner: true, reads: reads[0] },
        b: rowMajor(second, filters, reads[1]),
      }, lowering);
    case "filter":
      return productTasks({
        ...common,
        ...{ rows: size, columns: filters, inner: windows },
        a: { element: pixel("k", "t"), alongInner: false, reads: reads[0] },
        b: rowMajor(second, filters, reads[1]),
      }, lowering);
    case "input": {
      const taps = [...tapAxes(w), ["f", filters]] as const;
      const gradient = `${coordinates("t", pixelAxes(w))}
      ${coordinates("k", taps)}
      ${windowCode(w)}
      if (${isWindow(w)}) { x = ${value(windowAt(first, w, "f", filters))}; }`;
      const tap = `(k / ${filters}u * ${w.channels}u + t)`;
      const filter = index(second, [tap, filters], [`k % ${filters}u`, 1]);
      return productTasks({
        ...common,
        rows: w.images * w.height * w.width,
        columns: w.channels,
        inner: w.kernelHeight * w.kernelWidth * filters,
        a: { element: gradient, alongInner: true, reads: reads[0] },
        b: { element: `x = ${value(filter)};`, alongInner: true, reads: reads[1] },
      }, lowering);
    }
  }
}

/** Code for each tap of a window. */
function eachTap(w: Windows, body: string): string {
  return `for (var ky = 0u; ky < ${w.kernelHeight}u; ky++) {
    for (var kx = 0u; kx < ${w.kernelWidth}u; kx++) {
      ${body}
    }
  }`;
}

/** A pool, a depthwise convolution or a gradient of one. */
export function windowTasks(item: WindowItem, lowering: Lowering): Task[] {
  const { role, inputs, output, windows: w } = item;
  if (role === "depthwiseFilter") return depthwiseFilter(item, lowering);
  const forward = role === "max" || role === "average" || role === "depthwise";
  const [first, second] = inputs.map((input) => lowering.address(input) / 4);
  const axes = [...forward ? windowAxes(w) : pixelAxes(w), ["c", w.channels]] as const;
  const tapAt = (base: number) =>
    index(base, [`(ky * ${w.kernelWidth}u + kx)`, w.channels], ["c", 1]);
  const inside = (body: string) =>
    eachTap(w, `${tapCode(w)}\n      if (${inImage(w)}) { ${body} }`);
  const covering = (body: string) =>
    eachTap(w, `${windowCode(w)}\n      if (${isWindow(w)}) { ${body} }`);
  const pixel = value(pixelAt(first, w));
  const window = value(windowAt(first, w, "c", w.channels));
  const bodies: Record<Exclude<typeof role, "depthwiseFilter">, () => string> = {
    max: () =>
      `var result = ${opaque(-Infinity)};\n  ${inside(`result = maximum(result, ${pixel});`)}`,
    average: () =>
      `var sum = 0.0f;\n  var count = 0.0f;
  ${inside(`sum += ${pixel}; count += 1.0f;`)}
  let result = sum / count;`,
    depthwise: () =>
      `var result = 0.0f;\n  ${inside(`result = fma(${pixel}, ${value(tapAt(second))}, result);`)}`,
    averageGradient: () =>
      `var sum = 0.0f;\n  ${covering(`sum += ${window};`)}
  let result = sum * ${opaque(1 / (w.kernelHeight * w.kernelWidth))};`,
    depthwiseInput: () =>
      `var result = 0.0f;\n  ${
        covering(`result = fma(${window}, ${value(tapAt(second))}, result);`)
      }`,
    maxGradient: () =>
      `var result = 0.0f;\n  ${
        covering(`${firstLargest(w, second)}
      if (largest == ky * ${w.kernelWidth}u + kx && !isNan(best)) { result += ${window}; }`)
      }`,
  };
  const { size } = lowering.values[output];
  const to = index(lowering.address(output) / 4, ["i", 1]);
  const body = `${coordinates("i", axes)}
  ${bodies[role]()}
  m[${to}] = bitcast<u32>(result);`;
  const reads = inputs.map((input) => spanOf(input, lowering));
  return [each(size, body, reads, [spanOf(output, lowering)])];
}

/**
 * Statements that name the first of a window's largest elements (`largest`, a tap's number) and the
 * element (`best`, NaN where there is one).
 */
function firstLargest(w: Windows, image: number): string {
  const at = index(image, [`((n * ${w.height}u + jy) * ${w.width}u + jx)`, w.channels], ["c", 1]);
  return `var best = ${opaque(-Infinity)};
      var largest = ${w.kernelHeight * w.kernelWidth}u;
      for (var tap = 0u; tap < ${w.kernelHeight * w.kernelWidth}u; tap++) {
        let jy = oy * ${w.strideY}u + tap / ${w.kernelWidth}u * ${w.dilationY}u - ${w.padTop}u;
        let jx = ox * ${w.strideX}u + tap % ${w.kernelWidth}u * ${w.dilationX}u - ${w.padLeft}u;
        if (jy < ${w.height}u && jx < ${w.width}u) {
          let x = ${value(at)};
          if (largest == ${w.kernelHeight * w.kernelWidth}u || x > best) { largest = tap; }
          best = maximum(best, x);
        }
      }`;
}

/** The filter's gradient: each of its elements is a sum over all windows, folded in a tree. */
function depthwiseFilter(item: WindowItem, lowering: Lowering): Task[] {
  const { inputs, output, windows: w } = item;
  const [image, gradient] = inputs.map((input) => lowering.address(input) / 4);
  const product = `${value(pixelAt(image, w))} * ${value(windowAt(gradient, w, "c", w.channels))}`;
  return columnTasks({
    count: w.images * w.outHeight * w.outWidth,
    length: w.kernelHeight * w.kernelWidth * w.channels,
    sinks: [{
      combine: "Sum",
      dtype: "float32",
      target: lowering.address(output),
      taken: "x",
    }],
    body: ({ row, column }) =>
      `${coordinates(row, windowAxes(w))}
      ${coordinates(column, [...tapAxes(w), ["c", w.channels]])}
      ${tapCode(w)}
      var x = 0.0f;
      if (${inImage(w)}) { x = ${product}; }`,
    reads: inputs.map((input) => spanOf(input, lowering)),
    writes: [],
  }, lowering);
}
