/**
 * Sums over the features of one example and many others, by a small WebAssembly module. Each other has a
 * sum of its own that runs over the features in order, in doubles, so that the bits are those of one at a
 * time; sixteen run side by side.
 *
 * @module
 */
import {
  type Code,
  f64x2,
  get,
  i32,
  Locals,
  ModuleBuilder,
  repeat,
  sequence,
  set,
  tee,
  v128,
} from "../../lab/compute/compile/wasm/assembler.ts";

/** Others whose sums run side by side. */
const ABREAST = 16;
/** Bytes of a double, of a vector of two, of what stands side by side, of a page of memory. */
const [DOUBLE, VECTOR, STRIDE, PAGE] = [8, 16, 8 * ABREAST, 65536];

/** Sums of two rows, and what their code has of the vectors that it is made of. */
const sums = {
  distances: {
    add: (sum: Code, one: Code, other: Code, local: number) => {
      const way = tee(local, f64x2.sub(one, other));
      return f64x2.add(sum, f64x2.mul(way, get(local)));
    },
    end: f64x2.sqrt,
  },
  products: {
    add: (sum: Code, one: Code, other: Code) => f64x2.add(sum, f64x2.mul(one, other)),
    end: (sum: Code) => sum,
  },
};

/** Addresses: the one, from where to where; the others; where sums go, from where to where. */
type Run = (one: number, oneEnd: number, others: number, out: number, outEnd: number) => void;

/** A module with a function of each sum, which writes at least {@linkcode ABREAST} of them. */
function compile(): WebAssembly.Module {
  const builder = new ModuleBuilder();
  for (const [name, { add, end }] of Object.entries(sums)) {
    const [one, oneEnd, others, out, outEnd] = [0, 1, 2, 3, 4];
    const locals = new Locals(5);
    const [at, value, spare] = [locals.add("i32"), locals.add("v128"), locals.add("v128")];
    const vectors = Array.from(
      { length: STRIDE / VECTOR },
      (_, i) => ({ sum: locals.add("v128"), offset: VECTOR * i }),
    );
    const addFeature = sequence(
      set(value, f64x2.loadSplat(get(at))),
      ...vectors.map(({ sum, offset }) =>
        set(sum, add(get(sum), get(value), v128.load(get(others), offset), spare))
      ),
      set(others, i32.add(get(others), i32.const(STRIDE))),
    );
    const body = sequence(
      ...vectors.map(({ sum }) => set(sum, f64x2.splat(0))),
      set(at, get(one)),
      repeat(at, get(oneEnd), i32.const(DOUBLE), addFeature),
      ...vectors.map(({ sum, offset }) => v128.store(get(out), end(get(sum)), offset)),
    );
    const whole = repeat(out, get(outEnd), i32.const(STRIDE), body);
    builder.add(["i32", "i32", "i32", "i32", "i32"], locals, whole, name);
  }
  return new WebAssembly.Module(builder.encode({ shared: false, mostPages: PAGE }));
}
let compiled: WebAssembly.Module | undefined;

/**
 * The sums of rows of `a` with the rows of `b`.
 *
 * @param of `distances`: Euclidean ones; `products`: inner products.
 * @param a [n, size]
 * @param b [m, size]
 * @param options.before Whether row `i` meets only those before place `i`, as of a set with itself; default
 *   false.
 * @returns The sums of row `i`, [m or more], which those of the next row overwrite.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert";
 * const distancesOf = rowSums("distances", Float32Array.of(0, 0, 3, 4), Float32Array.of(0, 0), 2);
 * strictEqual(distancesOf(1)[0], 5);
 * ```
 */
export function rowSums(
  of: keyof typeof sums,
  a: Float32Array,
  b: Float32Array,
  size: number,
  { before = false }: { readonly before?: boolean } = {},
): (i: number) => Float64Array {
  const m = b.length / size;
  const blocks = Math.ceil(m / ABREAST);
  const out = STRIDE * size * blocks;
  const one = out + STRIDE * blocks;
  const bytes = one + DOUBLE * size;
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE), maximum: PAGE });
  const { exports } = new WebAssembly.Instance(compiled ??= compile(), { env: { memory } });
  const run = exports[of] as Run;
  const packed = new Float64Array(memory.buffer, 0, ABREAST * size * blocks);
  const written = new Float64Array(memory.buffer, out, ABREAST * blocks);
  const row = new Float64Array(memory.buffer, one, size);
  for (let j = 0; j < m; j++) {
    const to = Math.floor(j / ABREAST) * ABREAST * size + j % ABREAST;
    for (let d = 0; d < size; d++) packed[to + ABREAST * d] = b[j * size + d];
  }
  return (i) => {
    row.set(a.subarray(i * size, (i + 1) * size));
    const met = before ? Math.ceil(i / ABREAST) : blocks;
    if (met > 0) run(one, bytes, 0, out, out + STRIDE * met);
    return written;
  };
}
