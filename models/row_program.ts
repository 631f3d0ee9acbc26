/**
 * A model's function of rows as a machine of a file: any number of rows through a program of B.
 *
 * @module
 */
import { fill } from "../lab/compute/program.ts";
import type { Distribution } from "../lab/compute/workspace.ts";
import { InputError } from "../lab/core/errors.ts";
import type { Machine, RunningMachine } from "../lab/core/machine.ts";
import { type FileKind, runningMachine } from "../lab/core/machine_file.ts";
import { show } from "../lab/core/plain.ts";
import type { Generator } from "../lab/core/random.ts";
import { type RowRange, rowRanges } from "../lab/core/rows.ts";
import type { Json } from "../lab/core/snapshot.ts";
import { type NamedTensors, sizeOf } from "../lab/core/tensor_data.ts";
import { sources } from "./flow_matching/sources.ts";

/** What stands before the names of inputs that are drawn. */
export const NOISE = "noise/";
/** What stands before the names of a sampler's numbers. */
export const AT = "at/";
/** The output of every such machine. */
export const ROWS = "rows";

/** Columns by name, of as many rows each. */
export type Columns = Readonly<Record<string, Float32Array>>;

/** Distributions that a file can name. */
export const fileDistributions = { ...sources, uniform: "uniform" } satisfies Record<
  string,
  Distribution
>;

/** Noise that a file can describe: by the names of distributions. */
export type FileNoise = Readonly<
  Record<string, readonly ["normal" | "uniform" | "ring", shape: readonly number[], per?: "batch"]>
>;

/** A function of rows: `x`, `codes`, `labels`, noise and numbers in, {@linkcode ROWS} out. */
export interface RowMachine {
  readonly machine: Machine;
  /** Numbers of each row that it gives. */
  readonly width: number;
  /** What it draws. */
  readonly noise: FileNoise;
}

/** The same in a file's description. */
export interface DescribedRows extends Pick<RowMachine, "width"> {
  readonly program: Json;
  /** Name and specification of each noise, in the order in which they are drawn. */
  readonly noise: readonly (readonly [name: string, noise: FileNoise[string]])[];
}

/** A function of rows, ready to run. */
export class RowProgram {
  readonly width: number;
  readonly noise: FileNoise;
  readonly #machine: RunningMachine;
  readonly #rows: number;

  /**
   * @param rows B: rows a call of the machine.
   * @param columns Numbers of each row by input.
   * @param numbers Inputs of one number.
   * @throws InputError where the machine is none, or reads or writes something else.
   */
  constructor(
    file: FileKind,
    name: string,
    { program, width, noise }: DescribedRows,
    tensors: NamedTensors,
    { rows, columns, numbers }: {
      readonly rows: number;
      readonly columns: Readonly<Record<string, number>>;
      readonly numbers: readonly string[];
    },
  ) {
    this.width = width;
    this.noise = Object.fromEntries(noise);
    this.#rows = rows;
    const drawn = noise.map(([name, [distribution, shape, per]]) => {
      if (!Object.hasOwn(fileDistributions, distribution)) {
        throw new RangeError(`no distribution: ${show(distribution)}`);
      }
      return [NOISE + name, sizeOf(shape) * (per === "batch" ? 1 : rows)];
    });
    const inputs = Object.entries(columns).map(([name, width]) => [name, width * rows]);
    const scalars = numbers.map((name) => [AT + name, 1]);
    this.#machine = runningMachine(file, program, tensors, {
      inputs: Object.fromEntries([...inputs, ...drawn, ...scalars]),
      outputs: { [ROWS]: width * rows },
    }, name);
  }

  /**
   * What the function makes of `count` rows, [count, width].
   *
   * @param columns [count, …] each.
   * @param whole What all rows share, by input.
   */
  run(count: number, columns: Columns, whole: Columns = {}): Float32Array {
    const { width } = this;
    const made = new Float32Array(count * width);
    for (const [name, values] of Object.entries(whole)) this.#machine.input(name).set(values);
    for (const range of rowRanges(count, this.#rows)) {
      for (const [name, values] of Object.entries(rowsOf(columns, count, range))) {
        this.#machine.input(name).set(values);
      }
      this.#machine.run();
      made.set(this.#machine.output(ROWS).subarray(0, range.length * width), range.first * width);
    }
    return made;
  }
}

/** A range of the rows of columns of `count` rows each. */
export function rowsOf(columns: Columns, count: number, { first, length }: RowRange): Columns {
  return Object.fromEntries(
    Object.entries(columns).map(([name, column]) => {
      const width = column.length / count;
      return [name, column.subarray(first * width, (first + length) * width)];
    }),
  );
}

/**
 * Noise for the inputs of a {@linkcode RowProgram}: the rows of a range of that which is given; the
 * rest drawn in order for `drawn` rows, of which the first are taken.
 *
 * @throws InputError where something is to be drawn and nothing draws.
 */
export function drawNoise(
  noise: FileNoise,
  { range, count, drawn, random, given = {} }: {
    readonly range: RowRange;
    /** Rows of what is given. */
    readonly count: number;
    readonly drawn: number;
    readonly random?: Generator;
    readonly given?: Columns;
  },
): { readonly columns: Columns; readonly whole: Columns } {
  const columns: Record<string, Float32Array> = {}, whole: Record<string, Float32Array> = {};
  for (const [name, [distribution, shape, per]] of Object.entries(noise)) {
    const [size, input] = [sizeOf(shape), NOISE + name];
    if (per === "batch") whole[input] = given[name] ?? draw(name, distribution, size, random);
    else if (name in given) columns[input] = rowsOf(given, count, range)[name];
    else {
      const all = draw(name, distribution, drawn * size, random);
      columns[input] = all.subarray(0, range.length * size);
    }
  }
  return { columns, whole };
}

function draw(
  name: string,
  distribution: FileNoise[string][0],
  length: number,
  random: Generator | undefined,
): Float32Array {
  if (random === undefined) {
    throw new InputError(`Cannot sample as the noise "${name}" must be given or drawn by random`);
  }
  const values = new Float32Array(length);
  fill(values, fileDistributions[distribution], random);
  return values;
}
