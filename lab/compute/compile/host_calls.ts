/**
 * Host kernels at work: the elements of a program's memory go to TensorFlow.js's cpu backend, its
 * results come back.
 *
 * @module
 */
import { compute } from "./host_kernels.ts";
import { type Dtype, elements } from "./ir.ts";
import type { HostCall } from "./items.ts";
import type { SharedArena } from "./memory.ts";
import type { Plan } from "./plan.ts";
import type { Schedule } from "./schedule.ts";

/** The first kernel of a schedule that is left to the host; undefined where there is none. */
export function hostedOf({ items }: Schedule): HostCall | undefined {
  return items.find((item) => item.kind === "host");
}

/** What machine code calls to run the host kernel that is the schedule's item of an index. */
export function hostCalls(
  { items, values }: Schedule,
  { addresses }: Pick<Plan, "addresses">,
  arena: SharedArena,
): (index: number) => void {
  const run = ({ kernel, attributes, names, inputs, shapes, result, output }: HostCall) => {
    const given = Object.fromEntries(names.map((name, i) => {
      const { dtype } = values[inputs[i]];
      const shape = shapes[i];
      const elementsNow = taken(arena, addresses[inputs[i]]!, elements(shape), dtype);
      return [name, { shape, dtype, values: elementsNow }];
    }));
    compute(kernel, given, attributes, (results, backend) => {
      const found = backend.readSync([results].flat()[result].dataId);
      put(arena, addresses[output]!, values[output].dtype, found);
    });
  };
  return (index) => run(items[index] as HostCall);
}

/** A copy of elements as TensorFlow.js keeps them: truth is 1 there, and all bits here. */
function taken(arena: SharedArena, address: number, size: number, dtype: Dtype) {
  if (dtype === "float32") return arena.floats(address, size).slice();
  const whole = arena.ints(address, size);
  return dtype === "int32" ? whole.slice() : Uint8Array.from(whole, (lane) => lane === 0 ? 0 : 1);
}

function put(arena: SharedArena, address: number, dtype: Dtype, found: ArrayLike<number>): void {
  if (dtype === "float32") return arena.floats(address, found.length).set(found);
  const whole = dtype === "int32" ? found : Int32Array.from(found, (truth) => -truth);
  arena.ints(address, found.length).set(whole);
}
