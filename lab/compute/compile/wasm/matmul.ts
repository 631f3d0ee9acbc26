/**
 * Matrix product c = a·b for any strides, packed and blocked: the inner axis in blocks that keep a
 * panel of b in the first-level cache, four rows by eight columns at a time in registers.
 *
 * @module
 */
import {
  call,
  type Code,
  f32x4,
  get,
  i32,
  Locals,
  loop,
  memory,
  type ModuleBuilder,
  repeat,
  sequence,
  set,
  splat,
  v128,
  when,
} from "./assembler.ts";
import type { Madd } from "./math.ts";

/** Length of a block of the inner axis: a panel of b has 8 · 4 bytes a step of it. */
const innerBlock = 256;
/** Columns of a panel of b, and rows of a tile. */
const panelColumns = 8;
const tileRows = 4;
/** Rows of a in one block, so that it stays in the second-level cache for all panels. */
const rowBlock = 256;

/** Scratch memory, in bytes: a spilled tile, a packed panel of b, packed tiles of a. */
const panelOffset = tileRows * panelColumns * 4;
const packedOffset = panelOffset + innerBlock * panelColumns * 4;

/** Bytes of scratch memory that a product of this size needs. */
export function matMulScratch(rows: number, inner: number): number {
  return packedOffset + Math.min(rows, rowBlock) * Math.min(inner, innerBlock) * 4;
}

/** Indices of the functions that a module has for products. */
export interface MatMulFunctions {
  readonly matMul: number;
}

/**
 * Adds the functions. `matMul(a, aRow, aInner, b, bInner, bColumn, c, rows, columns, inner,
 * scratch)`: addresses and strides in bytes, c row-major and contiguous.
 */
export function addMatMul(module: ModuleBuilder, madd: Madd): MatMulFunctions {
  const tile = { four: addTile(module, madd, tileRows), one: addTile(module, madd, 1) };
  const pack = { b: addPackB(module), a: addPackA(module) };
  return { matMul: addDriver(module, tile, pack) };
}

/**
 * tile(a, aRow, aInner, panel, panelStep, inner, c, cRow, columns, accumulate, spill): `rows` rows
 * of a times a panel of eight columns, into the first `columns` columns of c.
 */
function addTile(module: ModuleBuilder, madd: Madd, rows: number): number {
  const [a, aRow, aInner, panel, panelStep, inner, c, cRow, columns, accumulate, spill] = range(11);
  const locals = new Locals(11);
  const k = locals.add("i32");
  const at = locals.add("i32");
  const count = locals.add("i32");
  const pointers = range(rows).map(() => locals.add("i32"));
  const sums = range(rows).map(() => [locals.add("v128"), locals.add("v128")]);
  const [left, right, x] = [locals.add("v128"), locals.add("v128"), locals.add("v128")];

  const step = sequence(
    set(left, v128.load(get(panel))),
    set(right, v128.load(get(panel), 16)),
    ...sums.map(([low, high], row) =>
      sequence(
        set(x, v128.loadSplat(get(pointers[row]))),
        set(low, madd(get(x), get(left), get(low))),
        set(high, madd(get(x), get(right), get(high))),
        set(pointers[row], i32.add(get(pointers[row]), get(aInner))),
      )
    ),
    set(panel, i32.add(get(panel), get(panelStep))),
  );
  const whole = sums.map(([low, high], row) => {
    const store = (add: boolean) =>
      sequence(
        v128.store(get(c), add ? f32x4.add(v128.load(get(c)), get(low)) : get(low)),
        v128.store(get(c), add ? f32x4.add(v128.load(get(c), 16), get(high)) : get(high), 16),
      );
    return sequence(
      when(get(accumulate), store(true), store(false)),
      row < rows - 1 ? set(c, i32.add(get(c), get(cRow))) : [],
    );
  });
  // Fewer columns than a panel has: through the spill buffer, element by element.
  const partial = sums.map(([low, high], row) => {
    const element = v128.loadSplat(i32.add(get(spill), get(at)));
    const target = i32.add(get(c), get(at));
    return sequence(
      v128.store(get(spill), get(low)),
      v128.store(get(spill), get(high), 16),
      set(count, i32.shl(get(columns), i32.const(2))),
      loop(
        at,
        get(count),
        i32.const(4),
        v128.storeLane(
          target,
          f32x4.add(
            element,
            v128.select(
              v128.loadSplat(target),
              splat(0),
              // All lanes set where the product goes on from an earlier block.
              maskOf(get(accumulate)),
            ),
          ),
        ),
      ),
      row < rows - 1 ? set(c, i32.add(get(c), get(cRow))) : [],
    );
  });
  const body = sequence(
    set(pointers[0], get(a)),
    ...range(rows - 1).map((row) => set(pointers[row + 1], i32.add(get(pointers[row]), get(aRow)))),
    ...sums.flat().map((sum) => set(sum, splat(0))),
    loop(k, get(inner), i32.const(1), step),
    when(
      i32.eq(get(columns), i32.const(panelColumns)),
      sequence(...whole),
      sequence(...partial),
    ),
  );
  return module.add(new Array(11).fill("i32"), locals, body);
}

/** 0 or 1 as a lane mask. */
function maskOf(flag: Code): Code {
  return [...i32.sub(i32.const(0), flag), 0xfd, 17];
}

/** packB(b, bInner, bColumn, inner, columns, panel): eight columns side by side, zero-padded. */
function addPackB(module: ModuleBuilder): number {
  const [b, bInner, bColumn, inner, columns, panel] = range(6);
  const locals = new Locals(6);
  const [k, column, from, to] = range(4).map(() => locals.add("i32"));
  const next = sequence(
    set(b, i32.add(get(b), get(bInner))),
    set(panel, i32.add(get(panel), i32.const(panelColumns * 4))),
  );
  const contiguous = sequence(
    v128.store(get(panel), v128.load(get(b))),
    v128.store(get(panel), v128.load(get(b), 16), 16),
    next,
  );
  const strided = sequence(
    v128.store(get(panel), splat(0)),
    v128.store(get(panel), splat(0), 16),
    set(from, get(b)),
    set(to, get(panel)),
    loop(
      column,
      get(columns),
      i32.const(1),
      sequence(
        i32.store(get(to), i32.load(get(from))),
        set(from, i32.add(get(from), get(bColumn))),
        set(to, i32.add(get(to), i32.const(4))),
      ),
    ),
    next,
  );
  const full = i32.eq(get(columns), i32.const(panelColumns));
  const transposed = transposeEight(locals, { b, bInner, bColumn, inner, panel, k });
  const body = when(
    i32.and(full, i32.eq(get(bColumn), i32.const(4))),
    loop(k, get(inner), i32.const(1), contiguous),
    when(
      i32.and(full, i32.eq(get(bInner), i32.const(4))),
      sequence(
        transposed,
        // What is left of the inner axis after blocks of four.
        when(i32.lt(get(k), get(inner)), repeat(k, get(inner), i32.const(1), strided)),
      ),
      loop(k, get(inner), i32.const(1), strided),
    ),
  );
  return module.add(new Array(6).fill("i32"), locals, body);
}

/** Packs a transposed b four steps of the inner axis at a time; leaves k at the first not packed. */
function transposeEight(
  locals: Locals,
  { b, bColumn, inner, panel, k }: Record<
    "b" | "bInner" | "bColumn" | "inner" | "panel" | "k",
    number
  >,
): Code {
  const whole = locals.add("i32");
  const source = locals.add("i32");
  const rows = range(4).map(() => locals.add("v128"));
  const half = (offset: number) =>
    sequence(
      ...rows.map((row, i) =>
        sequence(
          set(row, v128.load(get(source))),
          i < 3 || offset === 0 ? set(source, i32.add(get(source), get(bColumn))) : [],
        )
      ),
      ...transposed(rows).map((value, i) =>
        v128.store(get(panel), value, i * panelColumns * 4 + offset)
      ),
    );
  const block = sequence(
    set(source, get(b)),
    half(0),
    half(16),
    set(b, i32.add(get(b), i32.const(16))),
    set(panel, i32.add(get(panel), i32.const(4 * panelColumns * 4))),
  );
  return sequence(
    set(whole, i32.and(get(inner), i32.const(-4))),
    loop(k, get(whole), i32.const(4), block),
  );
}

/** The columns of a 4×4 matrix given by its rows. */
function transposed(rows: readonly number[]): Code[] {
  const [a, b, c, d] = rows.map(get);
  const low = (x: Code, y: Code) => v128.shuffle(x, y, [0, 4, 1, 5]);
  const high = (x: Code, y: Code) => v128.shuffle(x, y, [2, 6, 3, 7]);
  const pair = (x: Code, y: Code, second: boolean) =>
    v128.shuffle(x, y, second ? [2, 3, 6, 7] : [0, 1, 4, 5]);
  return [
    pair(low(a, b), low(c, d), false),
    pair(low(a, b), low(c, d), true),
    pair(high(a, b), high(c, d), false),
    pair(high(a, b), high(c, d), true),
  ];
}

/** packA(a, aInner, rows, inner, packed): a transposed a as tiles of four rows, step by step. */
function addPackA(module: ModuleBuilder): number {
  const [a, aInner, rows, inner, packed] = range(5);
  const locals = new Locals(5);
  const [row, k, from] = range(3).map(() => locals.add("i32"));
  const body = loop(
    row,
    get(rows),
    i32.const(tileRows),
    sequence(
      set(from, i32.add(get(a), i32.shl(get(row), i32.const(2)))),
      loop(
        k,
        get(inner),
        i32.const(1),
        sequence(
          v128.store(get(packed), v128.load(get(from))),
          set(packed, i32.add(get(packed), i32.const(16))),
          set(from, i32.add(get(from), get(aInner))),
        ),
      ),
    ),
  );
  return module.add(new Array(5).fill("i32"), locals, body);
}

/** The loops over blocks, panels and tiles. */
function addDriver(
  module: ModuleBuilder,
  tile: { four: number; one: number },
  pack: { a: number; b: number },
): number {
  const [a, aRow, aInner, b, bInner, bColumn, c, rows, columns, inner, scratch] = range(11);
  const locals = new Locals(11);
  const [k, block, j, width, i, first, whole, end, packA, panel, panelStep, packedA] = range(12)
    .map(() => locals.add("i32"));
  const panelAt = i32.add(get(scratch), i32.const(panelOffset));
  const packedAt = i32.add(get(scratch), i32.const(packedOffset));
  const aAt = (row: Code) =>
    i32.add(get(a), i32.add(i32.mul(row, get(aRow)), i32.mul(get(k), get(aInner))));
  const cRow = i32.shl(get(columns), i32.const(2));
  const cAt = i32.add(
    get(c),
    i32.add(i32.mul(get(i), cRow), i32.shl(get(j), i32.const(2))),
  );
  const tail = [get(panel), get(panelStep), get(block), cAt, cRow, get(width)];
  const accumulate = i32.ne(get(k), i32.const(0));
  const fourRows = when(
    get(packA),
    sequence(
      call(
        tile.four,
        get(packedA),
        i32.const(4),
        i32.const(16),
        ...tail,
        accumulate,
        get(scratch),
      ),
      set(packedA, i32.add(get(packedA), i32.shl(get(block), i32.const(4)))),
    ),
    call(tile.four, aAt(get(i)), get(aRow), get(aInner), ...tail, accumulate, get(scratch)),
  );
  const oneRow = call(
    tile.one,
    aAt(get(i)),
    get(aRow),
    get(aInner),
    ...tail,
    accumulate,
    get(scratch),
  );
  const onePanel = sequence(
    set(width, minimum(i32.sub(get(columns), get(j)), i32.const(panelColumns))),
    set(
      panel,
      i32.add(
        get(b),
        i32.add(i32.mul(get(k), get(bInner)), i32.mul(get(j), get(bColumn))),
      ),
    ),
    set(panelStep, get(bInner)),
    // A whole panel of contiguous short rows is read where it lies; all else is packed.
    when(
      readInPlace(width, bColumn, bInner, rows),
      [],
      sequence(
        call(
          pack.b,
          get(panel),
          get(bInner),
          get(bColumn),
          get(block),
          get(width),
          panelAt,
        ),
        set(panel, panelAt),
        set(panelStep, i32.const(panelColumns * 4)),
      ),
    ),
    set(packedA, packedAt),
    set(i, get(first)),
    when(i32.lt(get(i), get(whole)), repeat(i, get(whole), i32.const(tileRows), fourRows)),
    when(i32.lt(get(i), get(end)), repeat(i, get(end), i32.const(1), oneRow)),
  );
  const oneRowBlock = sequence(
    set(end, minimum(i32.add(get(first), i32.const(rowBlock)), get(rows))),
    set(whole, i32.add(get(first), i32.and(i32.sub(get(end), get(first)), i32.const(-tileRows)))),
    when(
      get(packA),
      call(
        pack.a,
        aAt(get(first)),
        get(aInner),
        i32.sub(get(whole), get(first)),
        get(block),
        packedAt,
      ),
    ),
    loop(j, get(columns), i32.const(panelColumns), onePanel),
  );
  const oneBlock = sequence(
    set(block, minimum(i32.sub(get(inner), get(k)), i32.const(innerBlock))),
    loop(first, get(rows), i32.const(rowBlock), oneRowBlock),
  );
  const body = sequence(
    // A transposed a has its rows side by side: four of them are one load.
    set(packA, i32.and(i32.eq(get(aRow), i32.const(4)), i32.ne(get(aInner), i32.const(4)))),
    loop(k, get(inner), i32.const(innerBlock), oneBlock),
    when(
      i32.eq(get(inner), i32.const(0)),
      memory.fill(get(c), i32.const(0), i32.mul(get(rows), cRow)),
    ),
  );
  return module.add(new Array(11).fill("i32"), locals, body);
}

/** Whether a panel of b needs no packing: eight contiguous columns, rows that do not collide. */
function readInPlace(width: number, bColumn: number, bInner: number, rows: number): Code {
  const whole = i32.eq(get(width), i32.const(panelColumns));
  const contiguous = i32.eq(get(bColumn), i32.const(4));
  // Long rows land in few cache sets; packing pays once there are a few tiles to share it.
  const short = i32.lt(get(bInner), i32.const(1024));
  const few = i32.lt(get(rows), i32.const(16));
  return i32.and(i32.and(whole, contiguous), [...short, ...few, 0x72]);
}

function minimum(a: Code, b: Code): Code {
  return i32.select(a, b, i32.lt(a, b));
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
