/**
 * Programs of one kind in several batch sizes, as shapes are static.
 *
 * @module
 */

/** Compiles for each batch size when it is first asked for, and keeps the program. */
export function perBatch<Compiled>(
  compile: (batch: number) => Compiled,
): (batch: number) => Compiled {
  const programs = new Map<number, Compiled>();
  return (batch) => {
    let program = programs.get(batch);
    if (program === undefined) programs.set(batch, program = compile(batch));
    return program;
  };
}
