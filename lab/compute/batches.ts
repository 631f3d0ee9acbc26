/**
 * Running a program of one static batch size over any number of rows.
 *
 * @module
 */
import type { Generator } from "../core/random.ts";
import { type Column, type RowRange, rowRanges } from "../core/rows.ts";

/** What is needed of a program whose inputs and outputs are [B, …]. */
export interface BatchProgram<Output extends string> {
  /** The views of its inputs. */
  readonly input: Readonly<Record<string, Float32Array | Int32Array>>;
  /** Runs it once over B rows. */
  run(random?: Generator): void;
  /** A copy of an output of the last run. */
  read(output: Output): Promise<Float32Array>;
}

/** Over which rows a program runs. */
export interface Rows {
  /** Rows in all. */
  readonly count: number;
  /** B: rows a run. */
  readonly batch: number;
  /** Columns of `count` rows by the name of the input that they go into. */
  readonly columns?: Readonly<Record<string, Column>>;
  /** Where the program has random inputs: B rows of noise are drawn for each run. */
  readonly random?: Generator;
}

/**
 * Runs a program over all rows, B at a time and in order. In the last, shorter part the inputs'
 * places beyond its rows keep what they held; an input named `mask`, [B], holds 1 for the rows that
 * are there and 0 for the others.
 *
 * @param each Is called after each run, with the rows that it was of.
 */
export async function runOverRows<Output extends string>(
  program: BatchProgram<Output>,
  { count, batch, columns = {}, random }: Rows,
  each?: (rows: RowRange) => Promise<void> | void,
): Promise<void> {
  const { mask } = program.input;
  for (const rows of rowRanges(count, batch)) {
    for (const [name, column] of Object.entries(columns)) {
      const width = column.length / count;
      const last = rows.first + rows.length;
      program.input[name].set(column.subarray(rows.first * width, last * width));
    }
    mask?.fill(1, 0, rows.length).fill(0, rows.length);
    program.run(random);
    await each?.(rows);
  }
}

/**
 * An output of a program for all rows: {@linkcode runOverRows}, with what each run gives put
 * together.
 *
 * @returns [count, …], without what stands in places beyond the rows.
 */
export async function outputOverRows<Output extends string>(
  program: BatchProgram<Output>,
  output: Output,
  rows: Rows,
): Promise<Float32Array> {
  let all = new Float32Array(0);
  await runOverRows(program, rows, async ({ first, length }) => {
    const part = await program.read(output);
    const width = part.length / rows.batch;
    if (first === 0) all = new Float32Array(rows.count * width);
    all.set(part.subarray(0, length * width), first * width);
  });
  return all;
}
