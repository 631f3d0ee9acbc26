/**
 * The way of a step from source to WGSL: the same trace, passes, schedule and plan as for
 * WebAssembly, then another lowering.
 *
 * @module
 */
import { optimize } from "../compiler.ts";
import type { Graph } from "../ir.ts";
import { type Plan, plan } from "../plan.ts";
import { type Schedule, schedule } from "../schedule.ts";
import { compileTraced, type Declared, type TracedStep } from "../trace.ts";
import { lower, scratchBytes, type Shader } from "./lower.ts";
import { spread } from "./spread.ts";

/** A step as WGSL and where its values lie. */
export interface CompiledShader {
  /** Kernel calls of the step as it was traced. */
  readonly calls: number;
  readonly graph: Graph;
  readonly schedule: Schedule;
  readonly plan: Plan;
  readonly shader: Shader;
}

/**
 * Compiles a step over declared tensors; its own memory begins at byte `start`.
 *
 * @throws InputError that names a kernel without WGSL, and what the trace refuses.
 */
export function compileShader(
  declared: readonly Declared[],
  step: TracedStep,
  options: {
    readonly start: number;
    /** Where the workspace keeps what it declares: state, inputs, random numbers, scalars. */
    readonly addressOf: (kind: Declared["kind"], name: string) => number;
    /** Most workgroups along one axis of a dispatch. */
    readonly widest: number;
  },
): CompiledShader {
  const compile = (traced: Graph): CompiledShader => {
    const graph = optimize(traced);
    const scheduled = schedule(graph, { spare: false });
    const packed = plan(scheduled, options.start, options.addressOf, scratchBytes(scheduled));
    const planned = spread(packed, scheduled.values);
    return {
      calls: traced.operations.length,
      graph,
      schedule: scheduled,
      plan: planned,
      shader: lower(scheduled, planned, options.widest),
    };
  };
  return compileTraced(declared, step, { compile });
}
