/**
 * V8's re-vectorisation: pairs of 128-bit vectors computed as one of 256 bits, lane by lane the same
 * arithmetic. It is experimental, so that it is held to scalar arithmetic before anything relies on
 * it.
 *
 * @module
 */
import { f32x4, i32, Locals, ModuleBuilder } from "./wasm/assembler.ts";
import type { Rounding } from "./wasm/lower.ts";
import { strictMadd } from "./wasm/math.ts";
import { Products, productScratch } from "./wasm/matmul.ts";

/** Milliseconds in which the engine optimizes what is compared, on a machine that is not busy. */
const patience = 12;

/** Lengths with tails in every direction, over more than one block of the inner axis. */
const [rows, columns, inner] = [9, 37, 330];

/**
 * Whether products are scalar arithmetic to the bit, asked for some milliseconds while the engine
 * optimizes them.
 */
export function agreesWithScalars(rounding: Rounding): boolean {
  const module = new ModuleBuilder();
  const madd = rounding === "relaxed" ? f32x4.relaxedMadd : strictMadd;
  const products = new Products(module, madd, true);
  const shape = {
    ...{ rows, columns, inner },
    ...{ aStrides: [inner, 1], bStrides: [columns, 1] } as const,
  };
  const [a, b, c] = [64, 64 + rows * inner * 4, 64 + (rows + columns) * inner * 4];
  const scratch = Math.ceil((c + rows * columns * 4) / 64) * 64;
  const pages = Math.ceil((scratch + productScratch(shape) + 64) / 65536);
  const code = products.product(shape, [i32.const(a), i32.const(b), i32.const(c)], scratch);
  module.add([], new Locals(0), code, "product");
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const binary = module.encode({ shared: false, mostPages: pages, pages });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary), { env: { memory } });
  const product = exports.product as () => void;
  const [left, right] = [a, b].map((at, i) =>
    new Float32Array(memory.buffer, at, (i === 0 ? rows : columns) * inner)
  );
  // Of twelve bits: their products are exact, so that fused additions round as others do.
  for (const side of [left, right]) {
    for (let i = 0; i < side.length; i++) side[i] = (Math.imul(i + 7, 0x9e3779b1) >> 20) / 2048;
  }
  const found = new Float32Array(memory.buffer, c, rows * columns);
  const wanted = scalarProduct(left, right);
  const end = performance.now() + patience;
  do {
    product();
    if (wanted.some((value, i) => value !== found[i])) return false;
  } while (performance.now() < end);
  return true;
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
