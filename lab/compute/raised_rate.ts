/**
 * A learning rate from outside of the trainer: the one hook of the learning-rate range test.
 *
 * @module
 */
import type { Workspace } from "./workspace.ts";

/** A rate that takes the place of a trainer's own. */
export interface RaisedRate {
  /** The rate of the next run of a program; undefined: the trainer's own. */
  value: number | undefined;
  /** Runs of programs that have taken it. */
  taken: number;
}

/**
 * Lets the programs that a workspace compiles from now on learn at another rate: each run of one
 * that declares the scalar `learningRate`, as every gradient step does, takes `rate.value` for it
 * and counts in `rate.taken`.
 */
export function raiseRate(workspace: Workspace, rate: RaisedRate): void {
  const compile = workspace.compile.bind(workspace);
  workspace.compile = (spec, step) => {
    const program = compile(spec, step);
    const scalar = program.scalar as { learningRate?: number };
    if (!spec.scalars?.some((name) => name === "learningRate")) return program;
    const run = program.run.bind(program);
    program.run = (random) => {
      if (rate.value !== undefined) {
        scalar.learningRate = rate.value;
        rate.taken++;
      }
      run(random);
    };
    return program;
  };
}
