/**
 * WebAssembly as nested expressions: each instruction is a function from the code of its operands
 * to code. A module is functions, imports and exports; nothing more than the lowering needs.
 *
 * @module
 */

/** Bytes of a function body, or of a part of it. */
export type Code = readonly number[];

/** Types of parameters and locals. */
type Type = "i32" | "v128";

const typeByte: Record<Type, number> = { i32: 0x7f, v128: 0x7b };

/** Unsigned LEB128. */
export function unsigned(n: number): number[] {
  const bytes: number[] = [];
  do {
    const rest = Math.floor(n / 128);
    bytes.push((n % 128) | (rest > 0 ? 128 : 0));
    n = rest;
  } while (n > 0);
  return bytes;
}

/** Signed LEB128 of a 32-bit integer. */
function signed(n: number): number[] {
  const bytes: number[] = [];
  for (;;) {
    const low = n & 127;
    n >>= 7;
    const last = (n === 0 && (low & 64) === 0) || (n === -1 && (low & 64) !== 0);
    bytes.push(last ? low : low | 128);
    if (last) return bytes;
  }
}

/** Code after code, which is faster than by `flat`. */
export function sequence(...parts: readonly Code[]): Code {
  return ([] as number[]).concat(...parts);
}

/** A SIMD instruction over its operands. */
function simd(opcode: number, ...operands: readonly Code[]): Code {
  return sequence(...operands, [0xfd, ...unsigned(opcode)]);
}

/** Reads a local. */
export const get = (local: number): Code => [0x20, ...unsigned(local)];
/** Writes a local. */
export const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)];
/** Writes a local and keeps the value. */
export const tee = (local: number, value: Code): Code => [...value, 0x22, ...unsigned(local)];
/** Calls a function. */
export const call = (index: number, ...operands: readonly Code[]): Code =>
  sequence(...operands, [0x10, ...unsigned(index)]);

const binary = (opcode: number) => (a: Code, b: Code): Code => [...a, ...b, opcode];

/** 32-bit integers: addresses and counters. */
export const i32 = {
  const: (n: number): Code => [0x41, ...signed(n)],
  add: binary(0x6a),
  sub: binary(0x6b),
  mul: binary(0x6c),
  and: binary(0x71),
  or: binary(0x72),
  shl: binary(0x74),
  eq: binary(0x46),
  ne: binary(0x47),
  lt: binary(0x48),
  /** Compares as unsigned: also false for a < 0. */
  below: binary(0x49),
  ge: binary(0x4e),
  /** Loads 4 bytes. */
  load: (address: Code, offset = 0): Code => [...address, 0x28, 2, ...unsigned(offset)],
  /** Stores 4 bytes. */
  store: (address: Code, value: Code, offset = 0): Code => [
    ...address,
    ...value,
    0x36,
    2,
    ...unsigned(offset),
  ],
  /** a where the condition is not 0, else b. */
  select: (a: Code, b: Code, condition: Code): Code => [...a, ...b, ...condition, 0x1b],
};

/** Runs `then` where the condition is not 0, else `otherwise`. */
export function when(condition: Code, then: Code, otherwise: Code = []): Code {
  const tail = otherwise.length > 0 ? [0x05, ...otherwise] : [];
  return [...condition, 0x04, 0x40, ...then, ...tail, 0x0b];
}

/** Runs `body` for `counter` = its present value, + step, … while it is below `limit`; at least once. */
export function repeat(counter: number, limit: Code, step: Code, body: Code): Code {
  const next = tee(counter, i32.add(get(counter), step));
  return [0x03, 0x40, ...body, ...i32.lt(next, limit), 0x0d, 0, 0x0b];
}

/** Runs `body` for `counter` = 0, step, … while it is below `limit`; not at all where limit ≤ 0. */
export function loop(counter: number, limit: Code, step: Code, body: Code): Code {
  return sequence(
    set(counter, i32.const(0)),
    when(i32.lt(get(counter), limit), repeat(counter, limit, step, body)),
  );
}

/** memory.copy and memory.fill, in bytes. */
export const memory = {
  copy: (target: Code, source: Code, size: Code): Code => [
    ...target,
    ...source,
    ...size,
    0xfc,
    10,
    0,
    0,
  ],
  fill: (target: Code, byte: Code, size: Code): Code => [...target, ...byte, ...size, 0xfc, 11, 0],
};

/** Sequentially consistent access to 4 bytes of shared memory. */
export const atomic = {
  load: (address: Code): Code => [...address, 0xfe, 0x10, 2, 0],
  /** Sleeps up to `milliseconds` while the memory holds `expected`; the outcome is dropped. */
  wait: (address: Code, expected: Code, milliseconds: number): Code => [
    ...address,
    ...expected,
    0x42,
    ...signed(milliseconds * 1_000_000),
    0xfe,
    0x01,
    2,
    0,
    0x1a,
  ],
  /** Wakes all that sleep at an address; their number is dropped. */
  notify: (address: Code): Code => [...address, ...i32.const(-1), 0xfe, 0x00, 2, 0, 0x1a],
  /** Adds; the old value is dropped. */
  add: (address: Code, value: Code): Code => [...address, ...value, 0xfe, 0x1e, 2, 0, 0x1a],
};

/** Stops the program with an error. */
export const unreachable: Code = [0x00];

const aligned = (opcode: number) => (address: Code, offset = 0): Code => [
  ...address,
  0xfd,
  ...unsigned(opcode),
  2,
  ...unsigned(offset),
];

function bytesOf(lanes: Float32Array | Float64Array | Int32Array): number[] {
  return [...new Uint8Array(lanes.buffer)];
}

/** 128-bit vectors of four lanes. */
export const v128 = {
  load: aligned(0),
  /** One element in all lanes. */
  loadSplat: aligned(9),
  /** One element in the first lane, zeros in the others. */
  loadZero: aligned(0x5c),
  store: (address: Code, value: Code, offset = 0): Code => [
    ...address,
    ...value,
    0xfd,
    11,
    2,
    ...unsigned(offset),
  ],
  /** Stores a lane, the first unless said. */
  storeLane: (address: Code, value: Code, offset = 0, lane = 0): Code => [
    ...address,
    ...value,
    0xfd,
    0x5a,
    2,
    ...unsigned(offset),
    lane,
  ],
  const: (lanes: Float32Array | Float64Array | Int32Array): Code => [0xfd, 12, ...bytesOf(lanes)],
  and: (a: Code, b: Code): Code => simd(0x4e, a, b),
  andNot: (a: Code, b: Code): Code => simd(0x4f, a, b),
  or: (a: Code, b: Code): Code => simd(0x50, a, b),
  xor: (a: Code, b: Code): Code => simd(0x51, a, b),
  not: (a: Code): Code => simd(0x4d, a),
  /** An i32: 1 where any bit is set. */
  anyTrue: (a: Code): Code => simd(0x53, a),
  /** Bits of a where the mask is set, else of b. */
  select: (a: Code, b: Code, mask: Code): Code => simd(0x52, a, b, mask),
  /** Lanes of a (0–3) and b (4–7) by index. */
  shuffle: (a: Code, b: Code, lanes: readonly number[]): Code => [
    ...a,
    ...b,
    0xfd,
    13,
    ...lanes.flatMap((lane) => [lane * 4, lane * 4 + 1, lane * 4 + 2, lane * 4 + 3]),
  ],
};

/** One float32 in all lanes. */
export const splat = (x: number): Code => v128.const(new Float32Array(4).fill(x));
/** One int32 in all lanes. */
export const splatInt = (x: number): Code => v128.const(new Int32Array(4).fill(x));

/** Four float32 lanes. */
export const f32x4 = {
  add: (a: Code, b: Code): Code => simd(0xe4, a, b),
  sub: (a: Code, b: Code): Code => simd(0xe5, a, b),
  mul: (a: Code, b: Code): Code => simd(0xe6, a, b),
  div: (a: Code, b: Code): Code => simd(0xe7, a, b),
  min: (a: Code, b: Code): Code => simd(0xe8, a, b),
  max: (a: Code, b: Code): Code => simd(0xe9, a, b),
  /** b where b < a, else a (also where either is NaN): one instruction, where min is several. */
  lesser: (a: Code, b: Code): Code => simd(0xea, a, b),
  /** b where a < b, else a. */
  greater: (a: Code, b: Code): Code => simd(0xeb, a, b),
  abs: (a: Code): Code => simd(0xe0, a),
  neg: (a: Code): Code => simd(0xe1, a),
  sqrt: (a: Code): Code => simd(0xe3, a),
  ceil: (a: Code): Code => simd(0x67, a),
  floor: (a: Code): Code => simd(0x68, a),
  trunc: (a: Code): Code => simd(0x69, a),
  nearest: (a: Code): Code => simd(0x6a, a),
  eq: (a: Code, b: Code): Code => simd(0x41, a, b),
  ne: (a: Code, b: Code): Code => simd(0x42, a, b),
  lt: (a: Code, b: Code): Code => simd(0x43, a, b),
  gt: (a: Code, b: Code): Code => simd(0x44, a, b),
  le: (a: Code, b: Code): Code => simd(0x45, a, b),
  ge: (a: Code, b: Code): Code => simd(0x46, a, b),
  /** a·b + c with one rounding or two, as the machine likes. */
  relaxedMadd: (a: Code, b: Code, c: Code): Code => simd(0x105, a, b, c),
  fromInt: (a: Code): Code => simd(0xfa, a),
  /** The first lane. */
  lane: (a: Code): Code => [...a, 0xfd, 0x1f, 0],
  /** a with another first lane. */
  replaceLane: (a: Code, lane: Code): Code => [...a, ...lane, 0xfd, 0x20, 0],
};

/** Two float64 lanes, made from and turned into the first two lanes of a vector. */
export const f64x2 = {
  /** One float64 in both lanes. */
  splat: (x: number): Code => v128.const(new Float64Array(2).fill(x)),
  /** One element in both lanes. */
  loadSplat: aligned(10),
  add: (a: Code, b: Code): Code => simd(0xf0, a, b),
  sub: (a: Code, b: Code): Code => simd(0xf1, a, b),
  mul: (a: Code, b: Code): Code => simd(0xf2, a, b),
  div: (a: Code, b: Code): Code => simd(0xf3, a, b),
  sqrt: (a: Code): Code => simd(0xef, a),
  floor: (a: Code): Code => simd(0x75, a),
  nearest: (a: Code): Code => simd(0x94, a),
  fromFloat: (a: Code): Code => simd(0x5f, a),
  fromInt: (a: Code): Code => simd(0xfe, a),
  /** Zeros in the last two lanes. */
  toFloat: (a: Code): Code => simd(0x5e, a),
  /** Truncates towards zero; NaN gives 0; zeros in the last two lanes. */
  toInt: (a: Code): Code => simd(0xfc, a),
};

/** Four int32 lanes. */
export const i32x4 = {
  /** One integer in all lanes. */
  splat: (a: Code): Code => [...a, 0xfd, 17],
  add: (a: Code, b: Code): Code => simd(0xae, a, b),
  sub: (a: Code, b: Code): Code => simd(0xb1, a, b),
  mul: (a: Code, b: Code): Code => simd(0xb5, a, b),
  min: (a: Code, b: Code): Code => simd(0xb6, a, b),
  max: (a: Code, b: Code): Code => simd(0xb8, a, b),
  abs: (a: Code): Code => simd(0xa0, a),
  neg: (a: Code): Code => simd(0xa1, a),
  eq: (a: Code, b: Code): Code => simd(0x37, a, b),
  ne: (a: Code, b: Code): Code => simd(0x38, a, b),
  lt: (a: Code, b: Code): Code => simd(0x39, a, b),
  gt: (a: Code, b: Code): Code => simd(0x3b, a, b),
  le: (a: Code, b: Code): Code => simd(0x3d, a, b),
  ge: (a: Code, b: Code): Code => simd(0x3f, a, b),
  shl: (a: Code, bits: number): Code => [...a, ...i32.const(bits), 0xfd, ...unsigned(0xab)],
  shr: (a: Code, bits: number): Code => [...a, ...i32.const(bits), 0xfd, ...unsigned(0xac)],
  /** Truncates towards zero; NaN gives 0. */
  fromFloat: (a: Code): Code => simd(0xf8, a),
};

/** The locals of one function, after its parameters. */
export class Locals {
  readonly #types: Type[] = [];
  /** @param parameters How many parameters come first. */
  constructor(private readonly parameters: number) {}

  /** A new local. */
  add(type: Type): number {
    this.#types.push(type);
    return this.parameters + this.#types.length - 1;
  }

  /** Their declaration: runs of equal types. */
  encode(): Code {
    const runs: [number, Type][] = [];
    for (const type of this.#types) {
      const run = runs.at(-1);
      if (run?.[1] === type) run[0]++;
      else runs.push([1, type]);
    }
    return vector(runs.map(([count, type]) => [...unsigned(count), typeByte[type]]));
  }
}

/** Items after their number. */
function vector(items: readonly Code[]): Code {
  return sequence(unsigned(items.length), ...items);
}

function text(value: string): Code {
  return vector([...new TextEncoder().encode(value)].map((byte) => [byte]));
}

interface FunctionCode {
  readonly parameters: readonly Type[];
  readonly locals: Locals;
  readonly body: Code;
  readonly exported?: string;
}

/** A module under construction: one imported memory, functions over it. */
export class ModuleBuilder {
  readonly #functions: FunctionCode[] = [];

  /** @param imported Names of functions of `env` that take an i32: the first functions. */
  constructor(private readonly imported: readonly string[] = []) {}

  /** Calls an imported function. */
  callOut(name: string, argument: Code): Code {
    return call(this.imported.indexOf(name), argument);
  }

  /**
   * Adds a function without results.
   *
   * @returns Its index.
   */
  add(parameters: readonly Type[], locals: Locals, body: Code, exported?: string): number {
    this.#functions.push({ parameters, locals, body, exported });
    return this.#functions.length - 1 + this.imported.length;
  }

  /** The binary. The memory is imported as `env.memory`; a shared one says its most pages. */
  encode(
    memory: { shared: boolean; mostPages: number; pages?: number },
  ): Uint8Array<ArrayBuffer> {
    const imported = this.imported.map((): readonly Type[] => ["i32"]);
    const signatures = [...imported, ...this.#functions.map(({ parameters }) => parameters)];
    const types = signatures.map((parameters) => [
      0x60,
      ...vector(parameters.map((type) => [typeByte[type]])),
      0,
    ]);
    const bodies = this.#functions.map(({ locals, body }) => {
      const declared = locals.encode();
      const length = unsigned(declared.length + body.length + 1);
      return sequence(length, declared, body, [0x0b]);
    });
    const exports = this.#functions.flatMap(({ exported }, i) =>
      exported === undefined ? [] : [[...text(exported), 0, ...unsigned(i + imported.length)]]
    );
    const section = (id: number, content: Code) =>
      sequence([id], unsigned(content.length), content);
    const limits = [
      memory.shared ? 3 : 1,
      ...unsigned(memory.pages ?? 1),
      ...unsigned(memory.mostPages),
    ];
    return new Uint8Array(sequence(
      [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, vector(types)),
      section(
        2,
        vector([
          [...text("env"), ...text("memory"), 2, ...limits],
          ...this.imported.map((name, i) => [...text("env"), ...text(name), 0, ...unsigned(i)]),
        ]),
      ),
      section(3, vector(this.#functions.map((_, i) => unsigned(i + imported.length)))),
      section(7, vector(exports)),
      section(10, vector(bodies)),
    ));
  }
}
