/** `doctor`: the machine's library of matrix products and convolutions, and what it gains. @module */
import { object } from "@optique/core/constructs";
import type { Tensor, Tensor4D } from "@tensorflow/tfjs";
import type { Workspace } from "../../lab/compute/workspace.ts";
import { defineCommand, jsonOption, NATIVE_PROGRAM } from "../command.ts";
import { table } from "../terminal/format.ts";
import type { Io } from "../terminal/io.ts";

/** Rows and columns of the square matrices that are multiplied. */
const sizes = [64, 128, 256];
/** Channels, in and out, of a convolution with its gradients: 3 × 3, on 32 images of 14 × 14. */
const channels = [32];
const images = { count: 32, side: 14, window: 3 };
/** Milliseconds of a burst of products, and bursts of each backend: the fastest counts. */
const burst = 2;
const bursts = 100;

/** GFLOP/s. */
export interface Rates {
  readonly wasm: number;
  readonly native: number;
}

/** The command `doctor`. */
export const doctor = defineCommand({
  name: "doctor",
  call: `${NATIVE_PROGRAM} doctor`,
  usage: "[OPTIONS]",
  brief: "Looks for a library of matrix products and measures what it gains",
  description:
    `Looks for a library of matrix products and convolutions (oneDNN or a BLAS) for --backend native ` +
    `and measures it beside the lab's own code, on one thread, for two seconds. It is loaded by ` +
    `${NATIVE_PROGRAM} alone. Exit code 2 where there is none, with the line that installs one.`,
  examples: [["doctor", "what there is, and what it gains"]],
  parser: () => object({ json: jsonOption() }),
  async run({ json }, io) {
    const { findLibrary } = await import("../../lab/experiment/blas.ts");
    const { openWorkspace } = await import("../../lab/compute/backend.ts");
    const { revectorizes } = await import("../../lab/experiment/engine_flags.ts");
    const source = findLibrary();
    const options = { revectorizes: revectorizes() };
    const native = await openWorkspace("native", { ...options, library: source });
    const wasm = await openWorkspace("wasm", options);
    const ratesBy = async (program: Timed, length: number) => {
      const runs = [
        await program.compile(wasm.workspace, length),
        await program.compile(native.workspace, length),
      ];
      return ratesOf(program.operations(length), fastest(runs));
    };
    const products = [];
    for (const size of sizes) products.push({ size, ...await ratesBy(squares, size) });
    const convolutions = [];
    for (const each of channels) {
      convolutions.push({ channels: each, ...await ratesBy(convolution, each) });
    }
    const { library } = native.workspace;
    if (json) {
      io.out(JSON.stringify({ library, file: source.file, products, convolutions }, null, 2));
    } else {
      io.out([
        `${library}: ${source.file}`,
        ratesTable([
          ...products.map(({ size, ...rates }) => ({
            what: `product ${size} × ${size} × ${size}`,
            ...rates,
          })),
          ...convolutions.map(({ channels, ...rates }) => ({
            what: `convolution of ${channels} channels`,
            ...rates,
          })),
        ], io),
        `To use it: ${NATIVE_PROGRAM} run NAME --backend native`,
      ].join("\n"));
    }
    return 0;
  },
});

/**
 * The rates of a computation by two backends.
 *
 * @param operations Multiplications and additions.
 * @param milliseconds Of the lab's own one, and of the library's.
 */
export function ratesOf(operations: number, [own, library]: readonly number[]): Rates {
  const rate = (milliseconds: number) => operations / milliseconds / 1e6;
  return { wasm: rate(own), native: rate(library) };
}

/** A computation of a length, which is timed. */
interface Timed {
  operations(length: number): number;
  compile(workspace: Workspace, length: number): Promise<() => void>;
}

/** The product of two square matrices. */
const squares: Timed = {
  operations: (size) => 2 * size ** 3,
  async compile(workspace, size) {
    const { matMul } = await import("@tensorflow/tfjs");
    const shape = [[size, size], "float32"] as const;
    const { input, run } = workspace.compile(
      { name: `product ${size}`, inputs: { a: shape, b: shape } },
      ({ input: { a, b } }) => ({ outputs: { c: matMul(a, b) } }),
    );
    input.a.fill(0.5);
    input.b.fill(0.5);
    return run;
  },
};

/** A convolution and its two gradients. */
const convolution: Timed = {
  operations: (channels) =>
    3 * 2 * images.count * images.side ** 2 * images.window ** 2 * channels ** 2,
  async compile(workspace, channels) {
    const { conv2d, grads } = await import("@tensorflow/tfjs");
    const { count, side, window } = images;
    const { input, run } = workspace.compile({
      name: `convolution ${channels}`,
      inputs: {
        x: [[count, side, side, channels], "float32"],
        filter: [[window, window, channels, channels], "float32"],
        dy: [[count, side, side, channels], "float32"],
      },
    }, ({ input: { x, filter, dy } }) => {
      const convolve = (x: Tensor, filter: Tensor) =>
        conv2d(x as Tensor4D, filter as Tensor4D, 1, "same");
      const [dx, df] = grads(convolve)([x, filter], dy);
      return { outputs: { y: convolve(x, filter), dx, df } };
    });
    for (const view of [input.x, input.filter, input.dy]) view.fill(0.5);
    return run;
  },
};

/** Milliseconds of one run of each, by bursts that take turns. */
export function fastest(runs: readonly (() => void)[]): number[] {
  const best = runs.map(() => Infinity);
  for (let i = 0; i < bursts; i++) {
    runs.forEach((run, which) => {
      const begun = performance.now();
      let count = 0;
      for (; performance.now() - begun < burst; count++) run();
      best[which] = Math.min(best[which], (performance.now() - begun) / count);
    });
  }
  return best;
}

/** Rates side by side, with what the library gains. */
export function ratesTable(
  rows: readonly (Rates & { readonly what: string })[],
  io: Io,
): string {
  const columns = ["", "wasm", "native", "gain"];
  return table(
    columns.map((title, i) => ({ title, align: i === 0 ? "left" : "right" })),
    rows.map(({ what, wasm, native }) => [
      what,
      `${wasm.toFixed(0)} GFLOP/s`,
      `${native.toFixed(0)} GFLOP/s`,
      `${(native / wasm).toFixed(1)} ×`,
    ]),
    io,
  );
}
