/**
 * Matrix products c = a·b of lengths and strides that are known. Each element is a sum over the
 * inner axis in order, in blocks of 256 that are added one after the other: whichever form computes
 * it, the bits are the same.
 *
 * Tiles of a few rows by sixteen columns lie at constant addresses, as does the packed panel of b
 * that they are multiplied by, and up to 80 steps of the inner axis are written out: V8 checks no bounds
 * of such an access, and its re-vectorisation, where that is on, makes one vector of 256 bits of two
 * neighbours. A tile has as many rows as the registers hold sums of: five of those vectors, two of
 * 128 bits.
 *
 * @module
 */
import type { MatMul } from "../items.ts";
import {
  call,
  type Code,
  f32x4,
  get,
  i32,
  i32x4,
  Locals,
  type ModuleBuilder,
  repeat,
  sequence,
  set,
  splat,
  tee,
  v128,
  when,
} from "./assembler.ts";
import type { Madd } from "./math.ts";

/** The most steps of the inner axis of a product that is added to something: one block. */
export const mostAdded = 256;

/** The lengths and strides of a product, in elements; one stride of a and one of b is 1. */
export interface ProductShape
  extends Pick<MatMul, "rows" | "columns" | "inner" | "aStrides" | "bStrides"> {
  /** Whether it is added to what c holds; the inner axis has from 1 to 256 steps then. */
  readonly adds?: boolean;
  /** Where the rows of one of the matrices lie, if not one after the other. */
  readonly table?: RowTable;
}

/** Rows that lie anywhere, as windows of images do: an element lies where row and column say. */
export interface RowTable {
  /** Whose rows: its strides say nothing then. A result with such rows has more than four columns. */
  readonly of: "a" | "b" | "c";
  /** Address of where they begin, in bytes from the first element: {@linkcode tableEntries} numbers. */
  readonly at: number;
  /** Where the columns lie in a row, in elements: every fourth of b is followed by three neighbours. */
  readonly columns: readonly number[];
}

/** Numbers in a table of so many rows: a tile also reads what lies behind, and does not take it. */
export function tableEntries(rows: number): number {
  return rows + wideRows;
}

/** A product whose result may lie transposed. */
interface Layout extends ProductShape {
  readonly adds: boolean;
  readonly cStrides: readonly [row: number, column: number];
}

/** Length of a block of the inner axis, whose sum is added to those of the blocks before it. */
const innerBlock = mostAdded;
/**
 * Steps of the inner axis that a kernel writes out at most. A step of five rows is 18 instructions of 100
 * bytes, and a processor keeps 1,500 to 6,000 instructions decoded: more than these steps it would decode
 * anew in every tile.
 */
const mostSteps = 80;
/** Elements of a row that a kernel loads at a time where it broadcasts them: a vector. */
const neighboursLoaded = 4;
/** Most rows of a tile, where vectors have 256 bits and where they have 128. */
export const wideRows = 5;
const narrowRows = 2;
/** Vectors of a tile's row. */
const tileVectors = 4;
/** Columns of a panel. */
const panelWidth = tileVectors * 4;
/** Rows of a in one block, so that it stays in the second-level cache for all panels: whole tiles. */
const rowBlock = 260;
/** Products of fewer rows read b where it lies, without tiles. */
export const fewRows = 8;
/** So many of these rows at a time. */
const directRows = 4;
/** Steps of the inner axis that their loop writes out; divides a block. */
const unrolledSteps = 4;
/** Products of no more columns are computed transposed: their rows become the lanes of vectors. */
export const fewColumns = 4;

/** Scratch memory, in bytes: the tile, the panel, sums of a panel's rows, packed rows of a. */
const vector = 16;
const rowBytes = tileVectors * vector;
const panelAt = wideRows * rowBytes;
const sumsAt = panelAt + mostSteps * rowBytes;
const packedAt = sumsAt + rowBlock * rowBytes;
/** Rows of a that are packed at a time. */
const packedRows = 4;

/** Bytes of scratch memory that a product, or one of fewer rows, needs. */
export function productScratch({ rows, aStrides }: ProductShape): number {
  const packed = aStrides[1] === 1 ? 0 : Math.min(rows, rowBlock);
  const rounded = Math.ceil(Math.max(packed, fewColumns) / packedRows) * packedRows;
  return packedAt + rounded * innerBlock * 4;
}

/** The product that is computed: cᵀ = bᵀ·aᵀ where c has few columns. */
function layoutOf(shape: ProductShape): Layout {
  const { rows, columns, inner, aStrides, bStrides, adds = false, table } = shape;
  if (!transposes(shape)) {
    return { rows, columns, inner, aStrides, bStrides, cStrides: [columns, 1], adds, table };
  }
  return {
    ...{ rows: columns, columns: rows, inner, cStrides: [1, columns], adds },
    aStrides: [bStrides[1], bStrides[0]],
    bStrides: [aStrides[1], aStrides[0]],
  };
}

function transposes({ rows, columns, table }: ProductShape): boolean {
  return columns <= fewColumns && rows > columns && table === undefined;
}

/** Functions of a module for products, one for each layout. */
export class Products {
  readonly #functions = new Map<string, number>();

  /**
   * @param revectorized Whether V8 makes one vector of two; undefined: it does not; false: it must
   *   not, as what it makes is wrong. The bits are the same.
   */
  constructor(
    private readonly module: ModuleBuilder,
    private readonly madd: Madd,
    private readonly revectorized?: boolean,
  ) {}

  /**
   * Code that computes a product.
   *
   * @param at Addresses of a, b and c, which is row-major and contiguous.
   * @param scratch Address of {@linkcode productScratch} bytes.
   */
  product(shape: ProductShape, [a, b, c]: readonly [Code, Code, Code], scratch: number): Code {
    const layout = layoutOf(shape);
    const index = this.#once(["product", scratch, JSON.stringify(layout)], () => {
      const { rows, bStrides, table } = layout;
      const locals = new Locals(3);
      const body = rows < fewRows && bStrides[1] === 1 && table === undefined
        ? this.#direct(layout, locals)
        : this.#tiled(layout, locals, scratch);
      return this.module.add(["i32", "i32", "i32"], locals, body);
    });
    return transposes(shape) ? call(index, b, a, c) : call(index, a, b, c);
  }

  #once(name: readonly unknown[], add: () => number): number {
    const known = this.#functions.get(name.join()) ?? add();
    this.#functions.set(name.join(), known);
    return known;
  }

  /** A function's body: a few rows over as many columns as registers hold; b is read in place. */
  #direct(layout: Layout, locals: Locals): Code {
    const { rows, columns, inner, aStrides: [aRow, aInner], bStrides: [bInner] } = layout;
    const [a, b, c] = range(3);
    const [fromA, fromB, j, k, block] = range(5).map(() => locals.add("i32"));
    const tall = Math.min(rows, directRows);
    const wide = Math.floor(8 / tall);
    const sums = range(tall).map(() => range(wide).map(() => locals.add("v128")));
    const panel = range(wide).map(() => locals.add("v128"));
    const x = locals.add("v128");
    const moveOn = (local: number, elements: number) =>
      set(local, i32.add(get(local), i32.const(elements * 4)));
    /** `count` rows from `first` on times `width` columns. */
    const tile = (first: number, count: number, width: number) => {
      const own = sums.slice(0, count).map((row) => row.slice(0, Math.ceil(width / 4)));
      const steps = (count: number) =>
        sequence(
          ...range(count).flatMap((s) => [
            ...own[0].map((_, v) =>
              set(panel[v], v128.load(get(fromB), s * bInner * 4 + v * vector))
            ),
            ...own.flatMap((row, r) => [
              set(x, v128.loadSplat(get(fromA), ((first + r) * aRow + s * aInner) * 4)),
              ...row.map((sum, v) => set(sum, this.madd(get(x), get(panel[v]), get(sum)))),
            ]),
          ]),
          moveOn(fromA, count * aInner),
          moveOn(fromB, count * bInner),
        );
      const sumOf = (length: number, add: boolean) => {
        const whole = Math.floor(length / unrolledSteps) * unrolledSteps;
        return sequence(
          ...own.flat().map((sum) => set(sum, splat(0))),
          set(k, i32.const(0)),
          whole > 0
            ? repeat(k, i32.const(whole), i32.const(unrolledSteps), steps(unrolledSteps))
            : [],
          length > whole ? steps(length - whole) : [],
          ...own.map((row, r) =>
            storeRow(c, first + r, width, layout.cStrides, (v) => get(row[v]), add)
          ),
        );
      };
      const whole = Math.floor(inner / innerBlock) * innerBlock;
      return sequence(
        set(fromA, get(a)),
        set(fromB, get(b)),
        sumOf(Math.min(inner, innerBlock), layout.adds),
        set(block, i32.const(innerBlock)),
        whole > innerBlock
          ? repeat(block, i32.const(whole), i32.const(innerBlock), sumOf(innerBlock, true))
          : [],
        inner > innerBlock && inner > whole ? sumOf(inner - whole, true) : [],
      );
    };
    const tiles = (width: number) =>
      sequence(
        ...range(Math.ceil(rows / tall)).map((i) =>
          tile(i * tall, Math.min(tall, rows - i * tall), width)
        ),
        moveOn(b, width),
        moveOn(c, width * layout.cStrides[1]),
      );
    const width = wide * 4;
    const whole = Math.floor(columns / width) * width;
    return sequence(
      set(j, i32.const(0)),
      whole > 0 ? repeat(j, i32.const(whole), i32.const(width), tiles(width)) : [],
      whole < columns ? tiles(columns - whole) : [],
    );
  }

  /** A function's body: blocks of rows, blocks of the inner axis, panels, steps, tiles. */
  #tiled(layout: Layout, locals: Locals, scratch: number): Code {
    const { rows, columns, inner, aStrides, bStrides: [bInner, bColumn], cStrides } = layout;
    const [a, b, c] = range(3);
    const tableOf = (matrix: RowTable["of"]) =>
      layout.table?.of === matrix ? layout.table : undefined;
    const [aTable, bTable, cTable] = [tableOf("a"), tableOf("b"), tableOf("c")];
    const [first, count, block, end, j, k, i, last, from] = range(9).map(() => locals.add("i32"));
    const most = this.revectorized ? wideRows : narrowRows;
    // No higher than so many tiles must be.
    const tall = Math.ceil(rows / Math.ceil(rows / most));
    const pointers = range(tall).map(() => locals.add("i32"));
    const packs = aStrides[1] !== 1;
    const aRow = packs ? innerBlock : aStrides[0];
    const bytes = (n: number) => i32.const(n * 4);
    const plus = (...terms: Code[]) => terms.reduce(i32.add);
    const scaled = (index: number, by: number) => i32.mul(get(index), bytes(by));
    const inBlock = i32.sub(get(k), get(block));
    /** The address of a tile's first row, at step k. */
    const aAt = (row: number) =>
      packs
        ? plus(i32.const(scratch + packedAt), scaled(row, aRow), i32.shl(inBlock, i32.const(2)))
        : plus(get(a), i32.mul(i32.add(get(first), get(row)), bytes(aRow)), scaled(k, 1));
    const sumsOf = plus(i32.const(scratch + sumsAt), i32.mul(get(i), i32.const(rowBytes)));
    const everyVector = (vectors: number, f: (offset: number) => Code) =>
      range(tall).flatMap((r) => range(vectors).map((v) => f(r * rowBytes + v * vector)));

    /** Where a row of the tile begins, by a table. */
    const beginning = ({ at }: RowTable, row: number) =>
      i32.load(plus(scaled(first, 1), scaled(i, 1)), at + row * 4);
    /** Sets the pointers to the tile's rows, at step k, which is `known` where a has a table. */
    const point = (known: number) =>
      aTable === undefined
        ? [
          set(pointers[0], aAt(i)),
          ...range(tall - 1).map((r) =>
            set(pointers[r + 1], minimum(i32.add(get(pointers[r]), bytes(aRow)), get(last)))
          ),
        ]
        : pointers.map((pointer, r) =>
          set(pointer, plus(get(a), beginning(aTable, r), bytes(aTable.columns[known])))
        );
    const tile = (steps: number, width: number, known: number) => {
      const vectors = Math.ceil(width / 4);
      const goesOn = inner > mostSteps;
      const columns = aTable && range(steps)
        .map((step) => aTable.columns[known + step] - aTable.columns[known]);
      const kernel = this.#kernel(steps, tall, vectors, scratch, columns);
      const keep = goesOn ? i32.sub(i32.const(0), i32.ne(get(k), get(block))) : i32.const(0);
      const target = plus(
        get(c),
        i32.mul(i32.add(get(first), get(i)), bytes(cStrides[0])),
        scaled(j, cStrides[1]),
      );
      const finish = (add: boolean) =>
        sequence(
          ...range(tall).map((r) => {
            const sums = (v: number) =>
              v128.load(i32.const(0), scratch + r * rowBytes + v * vector);
            const row = cTable === undefined
              ? storeRow(from, r, width, cStrides, sums, add)
              : sequence(
                set(from, plus(get(c), beginning(cTable, r), scaled(j, 1))),
                storeRow(from, 0, width, cStrides, sums, add),
              );
            return r === 0 ? row : when(i32.lt(i32.add(get(i), i32.const(r)), get(count)), row);
          }),
        );
      const final = i32.ge(i32.add(get(k), i32.const(steps)), get(end));
      const ends = sequence(
        cTable === undefined ? set(from, target) : [],
        inner > innerBlock ? when(get(block), finish(true), finish(false)) : finish(layout.adds),
      );
      return sequence(
        ...point(known),
        goesOn
          ? when(
            i32.ne(get(k), get(block)),
            sequence(
              set(from, sumsOf),
              ...everyVector(vectors, (at) =>
                v128.store(i32.const(0), v128.load(get(from), at), scratch + at)),
            ),
          )
          : [],
        call(kernel, ...pointers.map(get), keep, i32.const(0)),
        goesOn
          ? when(
            final,
            ends,
            sequence(
              set(from, sumsOf),
              ...everyVector(vectors, (at) =>
                v128.store(get(from), v128.load(i32.const(0), scratch + at), at)),
            ),
          )
          : ends,
      );
    };
    const pack = (steps: number, width: number) => {
      if (bTable === undefined) {
        const from = plus(get(b), scaled(k, bInner), scaled(j, bColumn));
        return call(this.#packB(steps, width, bInner, bColumn, scratch), from);
      }
      const { at, columns } = bTable;
      const from = plus(i32.const(at), scaled(k, 1));
      const packed = (first: number) => {
        const own = columns.slice(first, first + width);
        const index = this.#packRows(steps, own.map((column) => column - own[0]), scratch);
        return call(index, i32.add(get(b), bytes(own[0])), from);
      };
      // Of panels as wide as this one that which begins at column j.
      return sequence(
        ...range(Math.ceil(columns.length / panelWidth))
          .map((n) => n * panelWidth)
          .filter((first) => Math.min(panelWidth, columns.length - first) === width)
          .map((first) => when(i32.eq(get(j), i32.const(first)), packed(first))),
      );
    };
    /** A panel's share of `steps` steps from k on, which is `known` where a has a table. */
    const share = (steps: number, width: number, known = 0) =>
      sequence(
        pack(steps, width),
        set(i, i32.sub(get(count), i32.const(1))),
        set(last, aAt(i)),
        set(i, i32.const(0)),
        repeat(i, get(count), i32.const(tall), tile(steps, width, known)),
      );
    /** All steps of a block, whose first one is `known` where a has a table. */
    const panel = (width: number, known?: number) => {
      if (known !== undefined) {
        const length = Math.min(innerBlock, inner - known);
        const steps = shareOf(length);
        return sequence(
          ...range(Math.ceil(length / steps)).map((n) => known + n * steps).flatMap((at) => [
            set(k, i32.const(at)),
            share(Math.min(steps, known + length - at), width, at),
          ]),
        );
      }
      const all = (length: number) => {
        const steps = shareOf(length);
        const whole = Math.floor(length / steps) * steps;
        return sequence(
          set(k, get(block)),
          repeat(k, i32.add(get(block), i32.const(whole)), i32.const(steps), share(steps, width)),
          whole < length ? share(length - whole, width) : [],
        );
      };
      const whole = Math.floor(inner / innerBlock) * innerBlock;
      if (whole === 0 || whole === inner) return all(Math.min(inner, innerBlock));
      return when(i32.lt(get(block), i32.const(whole)), all(innerBlock), all(inner - whole));
    };
    const wholeColumns = Math.floor(columns / panelWidth) * panelWidth;
    const oneBlock = (known?: number) =>
      sequence(
        set(end, minimum(i32.add(get(block), i32.const(innerBlock)), i32.const(inner))),
        packs
          ? call(
            this.#packA(aStrides[1]),
            plus(get(a), scaled(first, 1), scaled(block, aStrides[1])),
            i32.const(scratch + packedAt),
            get(count),
            i32.sub(get(end), get(block)),
          )
          : [],
        set(j, i32.const(0)),
        wholeColumns > 0
          ? repeat(j, i32.const(wholeColumns), i32.const(panelWidth), panel(panelWidth, known))
          : [],
        wholeColumns < columns ? panel(columns - wholeColumns, known) : [],
      );
    const blocks = aTable === undefined
      ? [
        set(block, i32.const(0)),
        repeat(block, i32.const(inner), i32.const(innerBlock), oneBlock()),
      ]
      : range(Math.ceil(inner / innerBlock)).map((n) => n * innerBlock).flatMap((known) => [
        set(block, i32.const(known)),
        oneBlock(known),
      ]);
    return sequence(
      set(first, i32.const(0)),
      repeat(
        first,
        i32.const(rows),
        i32.const(rowBlock),
        sequence(
          set(count, minimum(i32.sub(i32.const(rows), get(first)), i32.const(rowBlock))),
          ...blocks,
        ),
      ),
    );
  }

  /**
   * kernel(a0, a1, …, keep, zero): `steps` elements of these rows, which lie where `columns` says,
   * times the panel, added to the tile where `keep` is −1, in place of it where `keep` is 0. An
   * address that adds an argument is not constant, and what is checked is never paired. Of a pair of
   * stores the higher comes first, or V8 keeps the lower one beside the pair; four neighbours of a row
   * are loaded, and so checked, once, of which V8 makes a broadcast of each.
   */
  #kernel(
    steps: number,
    rows: number,
    vectors: number,
    scratch: number,
    columns: readonly number[] = range(steps),
  ): number {
    return this.#once(["kernel", rows, vectors, scratch, ...columns], () => {
      const locals = new Locals(rows + 2);
      const panel = range(vectors).map(() => locals.add("v128"));
      const sums = range(rows).map(() => range(vectors).map(() => locals.add("v128")));
      const x = locals.add("v128");
      const neighbours = range(rows).map(() => locals.add("v128"));
      const keep = locals.add("v128");
      const zero = this.revectorized === false ? get(rows + 1) : i32.const(0);
      const each = (f: (sum: number, at: number) => Code) =>
        sums.flatMap((row, r) =>
          higherFirst(vectors).map((v) => f(row[v], scratch + r * rowBytes + v * vector))
        );
      /** The k-th element of a row in all lanes. */
      const broadcast = (r: number, k: number) => {
        const first = k - k % neighboursLoaded;
        const last = first + neighboursLoaded - 1;
        const together = this.revectorized && columns[last] - columns[first] === last - first;
        if (!together) return v128.loadSplat(get(r), columns[k] * 4);
        const lane = k - first;
        const all = lane === 0
          ? tee(neighbours[r], v128.load(get(r), columns[first] * 4))
          : get(neighbours[r]);
        return v128.shuffle(all, get(neighbours[r]), [lane, lane, lane, lane]);
      };
      // The same in every step.
      const added = sums.map((row) =>
        sequence(...row.map((sum, v) => set(sum, this.madd(get(x), get(panel[v]), get(sum)))))
      );
      const at = scratch + panelAt;
      const body = sequence(
        set(keep, i32x4.splat(get(rows))),
        ...each((sum, at) => set(sum, v128.and(v128.load(zero, at), get(keep)))),
        ...range(steps).flatMap((k) => [
          ...panel.map((b, v) => set(b, v128.load(zero, at + (k * vectors + v) * vector))),
          ...added.flatMap((row, r) => [set(x, broadcast(r, k)), row]),
        ]),
        ...each((sum, at) => v128.store(zero, get(sum), at)),
      );
      return this.module.add(new Array(rows + 2).fill("i32"), locals, body);
    });
  }

  /**
   * packB(b): `steps` rows of `width` columns into the panel. What fills the last vectors goes into
   * columns that are never stored.
   */
  #packB(steps: number, width: number, bInner: number, bColumn: number, scratch: number): number {
    return this.#once(["packB", steps, width, bInner, bColumn, scratch], () => {
      const [b, locals] = [0, new Locals(1)];
      const vectors = Math.ceil(width / 4);
      const to = locals.add("i32");
      const panel = scratch + panelAt;
      const size = vectors * vector;
      const row = range(vectors).map((v) =>
        v128.store(get(to), v128.load(get(b), v * vector), panel + v * vector)
      );
      const four = transposedRows(
        locals,
        (row, v) => v128.load(get(b), Math.min(v * 4 + row, width - 1) * bColumn * 4),
      );
      const whole = Math.floor(steps / 4) * 4;
      const body = bColumn === 1
        ? repeat(
          to,
          i32.const(steps * size),
          i32.const(size),
          sequence(...row, set(b, i32.add(get(b), i32.const(bInner * 4)))),
        )
        : sequence(
          whole > 0
            ? repeat(
              to,
              i32.const(whole * size),
              i32.const(4 * size),
              sequence(
                ...range(vectors).map((v) =>
                  four(v, (value, s) => v128.store(get(to), value, panel + s * size + v * vector))
                ),
                set(b, i32.add(get(b), i32.const(4 * 4))),
              ),
            )
            : [],
          ...range(vectors).map((v) =>
            steps > whole
              ? four(
                v,
                (value, s) =>
                  s < steps - whole
                    ? v128.store(get(to), value, panel + s * size + v * vector)
                    : [],
              )
              : []
          ),
        );
      return this.module.add(["i32"], locals, sequence(set(to, i32.const(0)), body));
    });
  }

  /** packRows(b, table): these columns of `steps` rows, which begin where a table says, into the panel. */
  #packRows(steps: number, columns: readonly number[], scratch: number): number {
    return this.#once(["packRows", steps, scratch, ...columns], () => {
      const [b, table, locals] = [0, 1, new Locals(2)];
      const [row, to] = [locals.add("i32"), locals.add("i32")];
      const vectors = Math.ceil(columns.length / 4);
      const size = vectors * vector;
      const body = repeat(
        to,
        i32.const(steps * size),
        i32.const(size),
        sequence(
          set(row, i32.add(get(b), i32.load(get(table)))),
          ...range(vectors).map((v) =>
            v128.store(
              get(to),
              v128.load(get(row), columns[v * 4] * 4),
              scratch + panelAt + v * vector,
            )
          ),
          set(table, i32.add(get(table), i32.const(4))),
        ),
      );
      return this.module.add(["i32", "i32"], locals, sequence(set(to, i32.const(0)), body));
    });
  }

  /** packA(a, to, rows, inner): columns of a as rows that lie a block's length apart. */
  #packA(aInner: number): number {
    return this.#once(["packA", aInner], () => {
      const [a, to, rows, inner] = range(4);
      const locals = new Locals(4);
      const [row, k, target, last] = range(4).map(() => locals.add("i32"));
      const from = range(4).map(() => locals.add("i32"));
      const bytes = aInner * 4;
      const four = transposedRows(locals, (s) => v128.load(get(from[s])));
      const body = repeat(
        row,
        get(rows),
        i32.const(4),
        sequence(
          set(from[0], i32.add(get(a), i32.shl(get(row), i32.const(2)))),
          set(target, i32.add(get(to), i32.mul(get(row), i32.const(innerBlock * 4)))),
          set(
            last,
            i32.add(get(from[0]), i32.mul(i32.sub(get(inner), i32.const(1)), i32.const(bytes))),
          ),
          set(k, i32.const(0)),
          repeat(
            k,
            get(inner),
            i32.const(4),
            sequence(
              // Beyond the last step it is read again, for sums that are never taken.
              ...from.slice(1).map((local, s) =>
                set(local, minimum(i32.add(get(from[s]), i32.const(bytes)), get(last)))
              ),
              four(0, (value, r) => v128.store(get(target), value, r * innerBlock * 4)),
              set(target, i32.add(get(target), i32.const(vector))),
              set(from[0], i32.add(get(from[3]), i32.const(bytes))),
            ),
          ),
        ),
      );
      return this.module.add(
        new Array(4).fill("i32"),
        locals,
        sequence(set(row, i32.const(0)), body),
      );
    });
  }
}

/** Stores `width` sums as a row, or adds them to it, of the tile of c that begins at an address. */
function storeRow(
  c: number,
  row: number,
  width: number,
  [cRow, cColumn]: Layout["cStrides"],
  sums: (v: number) => Code,
  add: boolean,
): Code {
  const at = (column: number) => (row * cRow + column * cColumn) * 4;
  const total = (before: Code, v: number) => add ? f32x4.add(before, sums(v)) : sums(v);
  return sequence(
    ...range(Math.ceil(width / 4)).map((v) => {
      const first = at(v * 4);
      if (cColumn === 1 && v * 4 + 4 <= width) {
        return v128.store(get(c), total(v128.load(get(c), first), v), first);
      }
      const lanes = range(Math.min(4, width - v * 4)).map((lane) => {
        const each = at(v * 4 + lane);
        return v128.storeLane(get(c), total(v128.loadSplat(get(c), each), v), each, lane);
      });
      return sequence(...lanes);
    }),
  );
}

/** Code that loads four rows of four columns, v-th of its kind, and stores them transposed. */
function transposedRows(
  locals: Locals,
  load: (row: number, v: number) => Code,
): (v: number, store: (value: Code, column: number) => Code) => Code {
  const rows = range(4).map(() => locals.add("v128"));
  return (v, store) =>
    sequence(...rows.map((row, i) => set(row, load(i, v))), ...transposed(rows).map(store));
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

/** Steps of a share of so many: as few shares as there can be, of one length, a last one perhaps shorter. */
function shareOf(steps: number): number {
  const shares = Math.ceil(steps / mostSteps);
  return Math.min(steps, Math.ceil(steps / shares / neighboursLoaded) * neighboursLoaded);
}

/** 0, 1, …, pair by pair with the second one first. */
function higherFirst(count: number): number[] {
  return range(count).map((i) => i % 2 === 1 ? i - 1 : Math.min(i + 1, count - 1));
}

function minimum(a: Code, b: Code): Code {
  return i32.select(a, b, i32.lt(a, b));
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
