/**
 * How long a compiled program takes, as a whole and item by item.
 *
 * @module
 */
import type { Compiled } from "./compiler.ts";
import type { Times } from "./explain.ts";
import { hostCalls } from "./host_calls.ts";
import { boundCalls, type LibraryShare, type MathLibrary } from "./library.ts";
import { median } from "./median.ts";
import type { SharedArena } from "./memory.ts";
import { lower, type Rounding } from "./wasm/lower.ts";

/** Milliseconds that a program runs before it is measured, so that the engine has optimized it. */
const warmUp = 200;
/** Milliseconds and runs that a measurement takes, at least. */
const [shortest, fewest] = [200, 9];

/**
 * Runs a program, and once more with a look at the clock after each item, on one thread. The median
 * over the runs counts. The memory is as it was afterwards.
 */
export function timesOf(
  { schedule, plan, module, libraryCalls }: Compiled,
  arena: SharedArena,
  build: { readonly rounding: Rounding; readonly revectorized?: boolean },
  native?: { readonly library: MathLibrary; readonly share: LibraryShare },
): Times {
  const memory = new Uint8Array(arena.memory.buffer, 0, arena.top);
  const before = memory.slice();
  const ends = new Float64Array(schedule.items.length);
  const runOf = (module: WebAssembly.Module) => {
    const env = {
      memory: arena.memory,
      host: hostCalls(schedule, plan, arena),
      library: boundCalls(libraryCalls, native?.library, arena.memory),
      mark: (index: number) => ends[index] = performance.now(),
    };
    const { exports } = new WebAssembly.Instance(module, { env });
    return () => {
      const start = performance.now();
      (exports.run0 as (base: number) => void)(0);
      return [start, performance.now()];
    };
  };
  try {
    const run = runOf(module);
    const whole = medians(() => {
      const [start, end] = run();
      return [end - start];
    })[0];
    const marking = { ...build, arena, threads: 1, native: native?.share, marks: true };
    const marked = runOf(new WebAssembly.Module(lower(schedule, plan, marking).binary));
    const items = medians(() => {
      const [start] = marked();
      return Array.from(ends, (end, i) => end - (i === 0 ? start : ends[i - 1]));
    });
    return { whole, items };
  } finally {
    memory.set(before);
  }
}

/** Seconds, each the median of what `measure` gives in milliseconds, once the engine is warm. */
function medians(measure: () => readonly number[]): number[] {
  const begun = performance.now();
  while (performance.now() - begun < warmUp) measure();
  const runs: (readonly number[])[] = [];
  const start = performance.now();
  while (runs.length < fewest || performance.now() - start < shortest) runs.push(measure());
  return runs[0].map((_, i) => median(runs.map((run) => run[i])) / 1000);
}
