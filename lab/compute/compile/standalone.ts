/**
 * A program as data: machine code, the layout of its memory and what lies there from the start. It
 * runs wherever there is WebAssembly, without the lab that compiled it (`lab/core/machine.ts`).
 *
 * @module
 */
import type { Machine } from "../../core/machine.ts";
import { type NamedTensors, sizeOf, type TensorData } from "../../core/tensor_data.ts";
import "../gradients.ts";
import { requireState } from "../layout.ts";
import type { InputSpec, ProgramSpec, RandomSpec, Step } from "../workspace.ts";
import { type AnyStep, declarations, type Range, tracedStep } from "./binding.ts";
import { compileStep } from "./compiler.ts";
import { hostedOf } from "./host_calls.ts";
import { NoLowering } from "./ir.ts";
import { pageBytes } from "./memory.ts";
import { bytesOf, constantsOf, neededValues } from "./plan.ts";

/** Most pages that an imported memory may have. */
const mostPages = 65536;

/**
 * Compiles a step with the state that it begins with. Multiply-adds are never fused: the same bits
 * on every machine. State that the step does not read is left out.
 *
 * @param groups The program's state by group and name.
 * @throws NoLowering where a kernel of the step cannot be compiled.
 */
export function standalone<
  const Inputs extends Record<string, InputSpec>,
  const Group extends string,
  Output extends string,
>(
  spec: Pick<ProgramSpec<Inputs, Record<never, RandomSpec>, never, Group>, "name" | "inputs">,
  groups: Readonly<Record<Group, NamedTensors>>,
  step: Step<Inputs, Record<never, RandomSpec>, never, Group, Output>,
): Machine {
  let top = 64;
  const range = (shape: readonly number[], dtype: "float32" | "int32"): Range => {
    const size = sizeOf(shape);
    const address = top;
    top += bytesOf(size);
    return { address, shape, dtype, size };
  };
  const input = new Map(
    Object.entries(spec.inputs ?? {}).map(([name, [shape, dtype]]) => [name, range(shape, dtype)]),
  );
  const layouts = new Map<string, Map<string, Range>>();
  const state = new Map<string, Range & { readonly tensor: TensorData }>();
  for (const [group, tensors] of Object.entries<NamedTensors>(groups)) {
    requireState(group, tensors);
    const layout = new Map<string, Range>();
    for (const [name, tensor] of Object.entries(tensors)) {
      const placed = range(tensor.shape, tensor.dtype);
      layout.set(name, placed);
      state.set(`${group}/${name}`, { ...placed, tensor });
    }
    layouts.set(group, layout);
  }
  const ranges = { input, random: new Map(), scalar: new Map(), state };
  const compiled = compileStep(
    declarations(ranges),
    tracedStep(
      { name: spec.name, state: [...layouts.keys()] },
      (group) => layouts.get(group)!,
      step as unknown as AnyStep,
    ),
    {
      name: spec.name,
      start: top,
      addressOf: (kind, name) => (ranges[kind].get(name) as Range).address,
      rounding: "strict",
      arena: { shared: false, mostPages },
      threads: 1,
    },
  );
  const { plan, schedule, binary } = compiled;
  const hosted = hostedOf(schedule);
  if (hosted !== undefined) throw new NoLowering(hosted.kernel, hosted.origin);
  const read = new Set([...neededValues(schedule)].map((value) => schedule.values[value].name));
  const used = [...state].filter(([name]) => read.has(name));
  return {
    binary,
    pages: Math.ceil(plan.end / pageBytes),
    state: Object.fromEntries(
      used.map(([name, { address, tensor }]) => [name, { address, tensor }]),
    ),
    constants: constantsOf(schedule.values, plan.addresses).map(({ address, elements }) => ({
      address,
      tensor: {
        shape: [elements.length],
        dtype: elements instanceof Float32Array ? "float32" : "int32",
        values: elements,
      } as TensorData<"float32" | "int32">,
    })),
    inputs: Object.fromEntries(
      [...input].map(([name, { address, size }]) => [name, { address, length: size }]),
    ),
    outputs: Object.fromEntries(
      plan.outputs.map(({ name, address, shape }) => [name, { address, length: sizeOf(shape) }]),
    ),
  };
}
