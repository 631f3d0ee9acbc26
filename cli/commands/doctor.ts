/** `doctor`: the machine's library of matrix products, and what it gains. @module */
import { object } from "@optique/core/constructs";
import type { Workspace } from "../../lab/compute/workspace.ts";
import { defineCommand, jsonOption, NATIVE_PROGRAM } from "../command.ts";
import { table } from "../terminal/format.ts";
import type { Io } from "../terminal/io.ts";

/** Rows and columns of the square matrices that are multiplied. */
const sizes = [64, 128, 256];
/** Milliseconds of a burst of products, and bursts of each backend: the fastest counts. */
const burst = 2;
const bursts = 150;

/** GFLOP/s of a product of square matrices. */
export interface Rates {
  readonly size: number;
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
    `Looks for a library of matrix products (oneDNN or a BLAS) for --backend native and measures it beside ` +
    `the lab's own products, on one thread, for two seconds. It is loaded by ${NATIVE_PROGRAM} ` +
    "alone. Exit code 2 where there is none, with the line that installs one.",
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
    const products: Rates[] = [];
    for (const size of sizes) {
      const runs = [
        await squares(wasm.workspace, size),
        await squares(native.workspace, size),
      ];
      products.push(ratesOf(size, fastest(runs)));
    }
    const { library } = native.workspace;
    if (json) io.out(JSON.stringify({ library, file: source.file, products }, null, 2));
    else {
      io.out([
        `${library}: ${source.file}`,
        ratesTable(products, io),
        `To use it: ${NATIVE_PROGRAM} run NAME --backend native`,
      ].join("\n"));
    }
    return 0;
  },
});

/**
 * The rates of two products of square matrices, each of 2 size³ operations.
 *
 * @param milliseconds Of the lab's own one, and of the library's.
 */
export function ratesOf(size: number, [own, library]: readonly number[]): Rates {
  const rate = (milliseconds: number) => 2 * size ** 3 / milliseconds / 1e6;
  return { size, wasm: rate(own), native: rate(library) };
}

/** A program that multiplies two matrices. */
async function squares(workspace: Workspace, size: number): Promise<() => void> {
  const { matMul } = await import("@tensorflow/tfjs");
  const shape = [[size, size], "float32"] as const;
  const { input, run } = workspace.compile(
    { name: `product ${size}`, inputs: { a: shape, b: shape } },
    ({ input: { a, b } }) => ({ outputs: { c: matMul(a, b) } }),
  );
  input.a.fill(0.5);
  input.b.fill(0.5);
  return run;
}

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
export function ratesTable(products: readonly Rates[], io: Io): string {
  const columns = ["product", "wasm", "native", "gain"];
  return table(
    columns.map((title, i) => ({ title, align: i === 0 ? "left" : "right" })),
    products.map(({ size, wasm, native }) => [
      `${size} × ${size} × ${size}`,
      `${wasm.toFixed(0)} GFLOP/s`,
      `${native.toFixed(0)} GFLOP/s`,
      `${(native / wasm).toFixed(1)} ×`,
    ]),
    io,
  );
}
