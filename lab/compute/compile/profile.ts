/**
 * How long a compiled program takes, as a whole and item by item.
 *
 * @module
 */
import type { Compiled } from "./compiler.ts";
import { alone, type Times } from "./explain.ts";
import { hostCalls } from "./host_calls.ts";
import { type ProductCall, productCalls, type ProductLibrary } from "./library.ts";
import type { SharedArena } from "./memory.ts";
import type { Schedule } from "./schedule.ts";
import { lower, type Rounding } from "./wasm/lower.ts";

/**
 * Milliseconds that a measurement lasts at least, and how many are taken: the fastest counts. Short
 * ones are seldom interrupted.
 */
const shortest = 0.5;
const measurements = 5;

/**
 * Runs a program, and each of its items in a module of its own, on one thread. The memory is as it
 * was afterwards.
 */
export function timesOf(
  compiled: Compiled,
  arena: SharedArena,
  given: { readonly rounding: Rounding; readonly pairs: boolean },
  native?: { readonly library: ProductLibrary; readonly least: number },
): Times {
  const { schedule, plan } = compiled;
  const runOf = (module: WebAssembly.Module, of: Schedule, products: readonly ProductCall[]) => {
    const env = {
      memory: arena.memory,
      host: hostCalls(of, plan, arena),
      product: productCalls(products, native?.library, arena.memory),
    };
    const { exports } = new WebAssembly.Instance(module, { env });
    return exports.run0 as (base: number) => void;
  };
  const memory = new Uint8Array(arena.memory.buffer, 0, arena.top);
  const before = memory.slice();
  try {
    const whole = secondsOf(runOf(compiled.module, schedule, compiled.products));
    const items = schedule.items.map((item) => {
      const build = { ...given, arena, threads: 1, native: native?.least };
      const single = alone(compiled, item);
      const { binary, products } = lower(single, { ...plan, copies: [] }, build);
      return secondsOf(runOf(new WebAssembly.Module(binary), single, products));
    });
    return { whole, items };
  } finally {
    memory.set(before);
  }
}

/** Seconds of one call, the first of which are not counted. */
function secondsOf(run: (base: number) => void): number {
  run(0);
  let best = Infinity;
  for (let i = 0, calls = 1; i < measurements;) {
    const start = performance.now();
    for (let n = 0; n < calls; n++) run(0);
    const elapsed = performance.now() - start;
    if (elapsed < shortest) {
      calls *= 2;
      continue;
    }
    best = Math.min(best, elapsed / calls);
    i++;
  }
  return best / 1000;
}
