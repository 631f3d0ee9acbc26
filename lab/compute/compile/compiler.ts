/**
 * The way of a step from source to machine code: trace, passes, schedule, plan, lower.
 *
 * @module
 */
import { compileTraced, type Declared, type TracedStep } from "./trace.ts";
import type { Graph } from "./ir.ts";
import { shareCommon } from "./passes/common.ts";
import { dropDead } from "./passes/dead.ts";
import { expand } from "./passes/expand.ts";
import { simplify } from "./passes/simplify.ts";
import { type Plan, plan } from "./plan.ts";
import { type Schedule, schedule } from "./schedule.ts";
import { lower, type Rounding, scratchBytes } from "./wasm/lower.ts";

/** A step as machine code and where its values lie. */
export interface Compiled {
  /** Kernel calls of the step as it was traced. */
  readonly calls: number;
  readonly graph: Graph;
  readonly schedule: Schedule;
  readonly plan: Plan;
  readonly binary: Uint8Array<ArrayBuffer>;
}

/** The passes in order. Dead code goes first, so that the others have less to look at. */
export function optimize(graph: Graph): Graph {
  return dropDead(shareCommon(simplify(expand(dropDead(graph)))));
}

/** Compiles a step over declared tensors; its own memory begins at byte `start`. */
export function compileStep(
  declared: readonly Declared[],
  step: TracedStep,
  options: {
    readonly start: number;
    /** Where the workspace keeps what it declares: state, inputs, random numbers, scalars. */
    readonly addressOf: (kind: Declared["kind"], name: string) => number;
    readonly rounding: Rounding;
    readonly arena: { readonly shared: boolean; readonly mostPages: number };
    /** Threads that memory is laid out for; the binary is that of one. */
    readonly threads: number;
  },
): Compiled {
  const { start, addressOf, threads } = options;
  return compileTraced(declared, step, (traced) => {
    const graph = optimize(traced);
    const scheduled = schedule(graph);
    const planned = plan(scheduled, start, addressOf, scratchBytes(scheduled), threads);
    const { binary } = lower(scheduled, planned, { ...options, threads: 1 });
    return { calls: traced.operations.length, graph, schedule: scheduled, plan: planned, binary };
  });
}
