/**
 * A step that cannot be compiled, run kernel by kernel on the cpu backend over the same memory.
 *
 * @module
 */
import type { Generator } from "../../core/random.ts";
import type { NamedTensors } from "../../core/tensor_data.ts";
import { PlainWorkspace } from "../plain_workspace.ts";
import type { InputSpec, ProgramSpec, RandomSpec, Step } from "../workspace.ts";

/** What the step reads and changes, where the compiled programs have it. */
export interface FallbackMemory {
  readonly input: Readonly<Record<string, Float32Array | Int32Array>>;
  readonly scalar: Readonly<Record<string, number>>;
  /** A copy of a group. */
  read(group: string): NamedTensors;
  write(group: string, tensors: NamedTensors): void;
}

/** A program of the plain workspace between the memory and itself. */
interface Fallback {
  run(random?: Generator): void;
  read(name: string): Float32Array;
  /** Frees all that it holds. */
  dispose(): void;
}

/** Binds a step to the cpu backend: each run takes state and inputs over and hands state back. */
export function fallback<
  const Inputs extends Record<string, InputSpec>,
  const Randoms extends Record<string, RandomSpec>,
  const Scalar extends string,
  const Group extends string,
  Output extends string,
>(
  spec: ProgramSpec<Inputs, Randoms, Scalar, Group>,
  step: Step<Inputs, Randoms, Scalar, Group, Output>,
  memory: FallbackMemory,
): Fallback {
  const plain = new PlainWorkspace("cpu");
  const program = plain.compile(spec, step);
  const groups = spec.state ?? [];
  return {
    run(random) {
      for (const group of groups) plain.define(group, memory.read(group));
      for (const [name, view] of Object.entries(memory.input)) {
        (program.input as Record<string, Float32Array | Int32Array>)[name].set(view);
      }
      Object.assign(program.scalar, memory.scalar);
      program.run(random);
      for (const group of groups) memory.write(group, plain.readNow(group));
    },
    read: (name) => program.readNow(name as Output),
    dispose: () => plain.dispose(),
  };
}
