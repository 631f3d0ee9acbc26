/**
 * V8's re-vectorisation: pairs of 128-bit vectors computed as one of 256 bits, lane by lane the same
 * arithmetic. It is experimental, so that it is held to scalar arithmetic, and to vectors that it
 * leaves alone, before anything relies on it.
 *
 * @module
 */
import type { Value } from "./ir.ts";
import type { Loop } from "./items.ts";
import { i32, Locals, ModuleBuilder } from "./wasm/assembler.ts";
import { maddOf, type Rounding } from "./wasm/lower.ts";
import { loopFunction, loopScratch } from "./wasm/loops.ts";
import { Products, productScratch } from "./wasm/matmul.ts";

/** Milliseconds in which the engine optimizes what is compared, on a machine that is not busy. */
const patience = 12;

/** Whether what V8 may pair is the same to the bit as what it may not; asked again and again. */
type Comparison = () => boolean;

/**
 * Whether products are scalar arithmetic and elementary functions those of single vectors, to the bit,
 * asked for some milliseconds while the engine optimizes them.
 */
export function agreesWithScalars(rounding: Rounding): boolean {
  const comparisons = [comparedProduct(rounding), comparedFunctions(rounding)];
  const end = performance.now() + patience;
  do {
    if (!comparisons.every((agrees) => agrees())) return false;
  } while (performance.now() < end);
  return true;
}

/** Exported functions of a module, with `bytes` of memory. */
function instantiate(module: ModuleBuilder, bytes: number) {
  const pages = Math.ceil(bytes / 65536);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const binary = module.encode({ shared: false, mostPages: pages, pages });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary), { env: { memory } });
  return { memory: memory.buffer, functions: exports as Record<string, () => void> };
}

/** Lengths with tails in every direction, over more than one block of the inner axis. */
const [rows, columns, inner] = [9, 37, 330];

function comparedProduct(rounding: Rounding): Comparison {
  const module = new ModuleBuilder();
  const products = new Products(module, maddOf(rounding), true);
  const shape = {
    ...{ rows, columns, inner },
    ...{ aStrides: [inner, 1], bStrides: [columns, 1] } as const,
  };
  const [a, b, c] = [64, 64 + rows * inner * 4, 64 + (rows + columns) * inner * 4];
  const scratch = Math.ceil((c + rows * columns * 4) / 64) * 64;
  const code = products.product(shape, [i32.const(a), i32.const(b), i32.const(c)], scratch);
  module.add([], new Locals(0), code, "product");
  const { memory, functions } = instantiate(module, scratch + productScratch(shape) + 64);
  const [left, right] = [a, b].map((at, i) =>
    new Float32Array(memory, at, (i === 0 ? rows : columns) * inner)
  );
  // Of twelve bits: their products are exact, so that fused additions round as others do.
  for (const side of [left, right]) {
    for (let i = 0; i < side.length; i++) side[i] = (Math.imul(i + 7, 0x9e3779b1) >> 20) / 2048;
  }
  const found = new Float32Array(memory, c, rows * columns);
  const wanted = scalarProduct(left, right);
  return () => {
    functions.product();
    return wanted.every((value, i) => value === found[i]);
  };
}

function scalarProduct(a: Float32Array, b: Float32Array): Float32Array {
  const c = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      for (let block = 0; block < inner; block += 256) {
        let sum = 0;
        for (let k = block; k < Math.min(block + 256, inner); k++) {
          sum = Math.fround(sum + a[i * inner + k] * b[k * columns + j]);
        }
        c[i * columns + j] += sum;
      }
    }
  }
  return c;
}

/** They share their instructions with the other elementary functions. */
const kernels = ["Exp", "Log", "Tanh", "Sin"];
const argumentCount = 1024;

function comparedFunctions(rounding: Rounding): Comparison {
  const loop: Loop = {
    ...{ kind: "loop", size: argumentCount, columns: undefined, reductions: [] },
    nodes: kernels.map((kernel, i) => ({
      ...{ kernel, attributes: {}, output: i + 1, dtype: "float32", places: [] },
      operands: [{ access: "full", value: 0 }],
    })),
  };
  const bytes = argumentCount * 4;
  const results = kernels.length * bytes;
  const [given, paired, single] = [64, 64 + bytes, 64 + bytes + results];
  const scratch = single + results;
  const module = new ModuleBuilder();
  for (const [name, to, own] of [["paired", paired, scratch], ["single", single]] as const) {
    const { locals, body } = loopFunction(loop, {
      values: [{ dtype: "float32" } as Value],
      address: (value) => value === 0 ? given : to + (value - 1) * bytes,
      stored: () => true,
      madd: maddOf(rounding),
      scratch: own,
    });
    module.add([], locals, body, name);
  }
  const { memory, functions } = instantiate(module, scratch + loopScratch(loop));
  const special = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 1e-40, 88.8, -87.4, 1e9];
  new Float32Array(memory, given, argumentCount).set(
    Array.from({ length: argumentCount }, (_, i) => special[i] ?? (i - 30) / 4),
  );
  const [found, wanted] = [paired, single].map((at) => new Int32Array(memory, at, results / 4));
  return () => {
    functions.paired();
    functions.single();
    return wanted.every((bits, i) => bits === found[i]);
  };
}
