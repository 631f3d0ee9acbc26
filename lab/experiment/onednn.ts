/**
 * oneDNN's matrix products and convolutions, through Deno's foreign functions: a library of the machine
 * that is no BLAS.
 *
 * @module
 */
import type { MathLibrary } from "../compute/compile/library.ts";
import { LabError } from "../core/errors.ts";
import { convolver } from "./onednn_convolutions.ts";

const symbols = {
  // Orders, lengths of 64 bits, and matrices that lie by rows.
  dnnl_sgemm: {
    parameters: [
      ...["u8", "u8", "i64", "i64", "i64"] as const,
      ...["f32", "buffer", "i64", "buffer", "i64", "f32", "buffer", "i64"] as const,
    ],
    result: "i32",
  },
  dnnl_version: { parameters: [], result: "usize" },
  dnnl_get_effective_cpu_isa: { parameters: [], result: "i32" },
  // Of the libraries on which it stands.
  omp_set_num_threads: { parameters: ["i32"], result: "void", optional: true },
  memcpy: { parameters: ["buffer", "usize", "usize"], result: "usize" },
} as const satisfies Deno.ForeignLibraryInterface;

/** Bits of its sets of instructions by which it chooses code for float32 products, the best first. */
const types = [[0x20, "AVX512"], [0x4, "AVX2"], [0x2, "AVX"]] as const;
/** What else starts threads in it is not held to one. */
const OPENMP = 2;

/**
 * Opens oneDNN, and holds it to one thread where the present one calls it.
 *
 * @returns Undefined where the file is another library.
 * @throws what `Deno.dlopen` does where it may not or cannot be loaded; LabError where its threads cannot
 *   be held to one.
 */
export function openOneDnn(file: string): MathLibrary | undefined {
  const probe = Deno.dlopen(file, {
    dnnl_sgemm: { parameters: [], result: "void", optional: true },
  });
  const isOther = probe.symbols.dnnl_sgemm === null;
  probe.close();
  if (isOther) return undefined;
  const { symbols: library } = Deno.dlopen(file, symbols);
  // Three int32 (major, minor, patch), a pointer, and what runs its threads.
  const facts = new Int32Array(7);
  library.memcpy(facts, library.dnnl_version(), BigInt(facts.byteLength));
  if (facts[6] > OPENMP) {
    throw new LabError(`Cannot use ${file} as only OpenMP's threads can be held to one`);
  }
  library.omp_set_num_threads?.(1);
  const isa = library.dnnl_get_effective_cpu_isa();
  const [, type] = types.find(([bit]) => (isa & bit) !== 0) ?? [0, "SSE4.1"];
  const { dnnl_sgemm } = library;
  const order = (matrix: { transposed: boolean }) => (matrix.transposed ? "T" : "N").charCodeAt(0);
  return {
    name: `oneDNN ${facts.subarray(0, 3).join(".")} ${type}`,
    bind({ rows, columns, inner, a, b, accumulate }, views) {
      // Deno takes views of shared memory, too.
      const [x, y, z] = views.map((view) => view as Float32Array<ArrayBuffer>);
      const [first, second] = [order(a), order(b)];
      const [m, n, k, aStride, bStride] = [rows, columns, inner, a.stride, b.stride].map(BigInt);
      const beta = accumulate ? 1 : 0;
      return () => {
        dnnl_sgemm(first, second, m, n, k, 1, x, aStride, y, bStride, beta, z, n);
      };
    },
    bindConvolution: convolver(file, facts[0]),
  };
}
