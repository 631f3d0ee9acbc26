/**
 * The way of a step from source to machine code: trace, passes, schedule, plan, lower. What was
 * compiled before, of the same graph for the same addresses, is taken again after the trace.
 *
 * @module
 */
import { InputError } from "../../core/errors.ts";
import { RecentlyUsed } from "../../core/recently_used.ts";
import { signatureOf } from "./cache.ts";
import { pageBytes } from "./memory.ts";
import { compileTraced, type Declared, type TracedStep } from "./trace.ts";
import type { Graph } from "./ir.ts";
import type { LibraryCall, LibraryShare } from "./library.ts";
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
  readonly module: WebAssembly.Module;
  /** What it leaves to a library. */
  readonly libraryCalls: readonly LibraryCall[];
  /** Whether only the trace was made anew. */
  readonly cached: boolean;
}

/** The programs last compiled in this thread, by all that they depend on. */
export const compiledBefore = new RecentlyUsed<Compiled>(64);

/** The passes in order. Dead code goes first, so that the others have less to look at. */
export function optimize(graph: Graph): Graph {
  return dropDead(shareCommon(simplify(expand(dropDead(graph)))));
}

/** @throws InputError where a step's memory would end behind the last byte that there can be. */
function requireMemory(name: string, { end }: Plan, mostPages: number): void {
  const most = mostPages * pageBytes;
  if (end <= most) return;
  const inMebibytes = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MiB`;
  throw new InputError(
    `Cannot compile "${name}" as steps have at most ${inMebibytes(most)} of memory: it needs ` +
      `${
        inMebibytes(end)
      } (smaller batches, as by batchSize, narrower networks, as by hiddenSizes or ` +
      "filters, or smaller examples need less)",
  );
}

/**
 * Compiles a step over declared tensors; its own memory begins at byte `start`.
 *
 * @throws InputError where that is more than there can be.
 */
export function compileStep(
  declared: readonly Declared[],
  step: TracedStep,
  options: {
    /** The program's, for messages. */
    readonly name: string;
    readonly start: number;
    /** Where the workspace keeps what it declares: state, inputs, random numbers, scalars. */
    readonly addressOf: (kind: Declared["kind"], name: string) => number;
    readonly rounding: Rounding;
    /** Whether V8 pairs vectors: see `Products`. */
    readonly revectorized?: boolean;
    readonly arena: { readonly shared: boolean; readonly mostPages: number };
    /** Threads that memory is laid out for; the binary is that of one. */
    readonly threads: number;
    /** What is left to a library; nothing is where it is left out. */
    readonly native?: LibraryShare;
  },
): Compiled {
  const { name, start, addressOf, rounding, revectorized, native, threads } = options;
  const { shared, mostPages } = options.arena;
  const addresses = declared.map(({ kind, name }) => addressOf(kind, name));
  const built = { start, addresses, rounding, revectorized, shared, mostPages, threads, native };
  let signature: string | undefined;
  const known = (traced: Graph): Compiled | undefined => {
    signature = signatureOf(traced, built);
    const before = signature === undefined ? undefined : compiledBefore.get(signature);
    return before && { ...before, cached: true };
  };
  const compile = (traced: Graph): Compiled => {
    const graph = optimize(traced);
    const scheduled = schedule(graph);
    const planned = plan(scheduled, start, addressOf, scratchBytes(scheduled), threads);
    requireMemory(name, planned, mostPages);
    const { binary, libraryCalls } = lower(scheduled, planned, { ...options, threads: 1 });
    const compiled: Compiled = {
      ...{ calls: traced.operations.length, graph, schedule: scheduled, plan: planned, binary },
      ...{ module: new WebAssembly.Module(binary), libraryCalls },
      cached: false,
    };
    // A host kernel knows the line that asks for it, which another step need not share.
    const hosted = scheduled.items.some(({ kind }) => kind === "host");
    if (signature !== undefined && !hosted) compiledBefore.set(signature, compiled);
    return compiled;
  };
  return compileTraced(declared, step, { compile, known });
}
