/**
 * The way of a step from source to machine code: trace, passes, schedule, plan, lower.
 *
 * @module
 */
import { type Declared, trace, type TracedStep } from "./trace.ts";
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
  },
): Compiled {
  const graph = optimize(trace(declared, step));
  const scheduled = schedule(graph);
  const planned = plan(scheduled, options.start, options.addressOf, scratchBytes(scheduled));
  const binary = lower(scheduled, planned, options.rounding, options.arena);
  return { graph, schedule: scheduled, plan: planned, binary };
}
