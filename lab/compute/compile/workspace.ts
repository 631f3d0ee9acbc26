/**
 * A workspace whose programs are compiled: state, inputs and outputs are ranges of one memory, and
 * a run is one call into machine code. No tensor is made.
 *
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import { InputError, unknownName } from "../../core/errors.ts";
import "../gradients.ts";
import { requireLoadable, requireNext, requireStateType } from "../layout.ts";
import type { Generator } from "../../core/random.ts";
import { type NamedTensors, sizeOf } from "../../core/tensor_data.ts";
import type {
  InputSpec,
  Program,
  ProgramSpec,
  RandomSpec,
  Step,
  Tensors,
  Views,
  Workspace,
} from "../workspace.ts";
import { type Compiled, compileStep } from "./compiler.ts";
import type { Dtype } from "./ir.ts";
import { SharedArena } from "./memory.ts";
import { bytesOf, constantsOf } from "./plan.ts";
import type { Declared, TracedStep } from "./trace.ts";
import type { Rounding } from "./wasm/lower.ts";

/** A piece of memory with a meaning. */
interface Range {
  readonly address: number;
  readonly shape: readonly number[];
  readonly dtype: "float32" | "int32";
  readonly size: number;
}

/** State in one memory, and compiled programs over it. */
export class CompiledWorkspace implements Workspace {
  readonly backend: string;
  readonly #arena = new SharedArena();
  readonly #groups = new Map<string, Map<string, Range>>();

  /** An empty workspace. `strict` never fuses multiply-adds: the same bits on every machine. */
  constructor(private readonly rounding: Rounding) {
    this.backend = rounding === "relaxed" ? "wasm" : "wasm-strict";
  }

  define(group: string, tensors: NamedTensors): void {
    const known = this.#groups.get(group);
    const made = new Map<string, Range>();
    for (const [name, { shape, dtype }] of Object.entries(tensors)) {
      requireStateType(group, name, dtype);
      // A group of the same layout stays where it is, so that programs over it stay valid.
      const before = known?.get(name);
      const stays = before?.dtype === dtype && `${before.shape}` === `${shape}`;
      made.set(name, stays ? before : this.#range(shape, dtype));
    }
    this.#groups.set(group, made);
    for (const [name, range] of made) this.#view(range).set(tensors[name].values);
  }

  // deno-lint-ignore require-await
  async read(group: string): Promise<NamedTensors> {
    const copies = [...this.#group(group)].map(([name, range]) => [
      name,
      { shape: range.shape, dtype: range.dtype, values: this.#view(range).slice() },
    ]);
    return Object.fromEntries(copies);
  }

  write(group: string, tensors: NamedTensors): void {
    const current = this.#group(group);
    requireLoadable(group, current, tensors);
    // In the group's own order: a sum over the group must add in the same order after a restore.
    const ordered = [...current.keys()].map((name) => [name, tensors[name]]);
    this.define(group, Object.fromEntries(ordered));
  }

  copy(from: string, to: string): void {
    const source = this.#group(from);
    const target = this.#groups.get(to);
    const same = target !== undefined && target.size === source.size &&
      [...source].every(([name, range]) => `${target.get(name)?.shape}` === `${range.shape}`);
    const made = same
      ? target
      : new Map([...source].map(([name, { shape, dtype }]) => [name, this.#range(shape, dtype)]));
    this.#groups.set(to, made);
    for (const [name, range] of source) this.#view(made.get(name)!).set(this.#view(range));
  }

  compile<
    const Inputs extends Record<string, InputSpec>,
    const Randoms extends Record<string, RandomSpec>,
    const Scalar extends string,
    const Group extends string,
    Output extends string,
  >(
    spec: ProgramSpec<Inputs, Randoms, Scalar, Group>,
    step: Step<Inputs, Randoms, Scalar, Group, Output>,
  ): Program<Inputs, Scalar, Output> {
    const inputs = this.#declare(spec.inputs ?? {}, ([, dtype]) => dtype);
    const randoms = this.#declare(spec.random ?? {}, () => "float32");
    const scalars = new Map(
      (spec.scalars ?? []).map((name) => [name as string, this.#range([], "float32")]),
    );
    const views = Object.fromEntries([...inputs].map(([name, range]) => [name, this.#view(range)]));
    const noise = [...randoms].map(([name, range]) => ({
      name,
      distribution: spec.random![name][1],
      view: this.#view(range) as Float32Array,
    }));
    const scalar = scalarViews(
      [...scalars].map(([name, range]) => [name, this.#view(range) as Float32Array]),
    );
    const given = { input: inputs, random: randoms, scalar: scalars };
    let linked: { compiled: Compiled; run: () => void } | undefined;

    const run = (random?: Generator) => {
      linked ??= this.#link(spec, given, step as unknown as AnyStep);
      for (const { name, distribution, view } of noise) {
        if (random === undefined) {
          throw new InputError(
            `Cannot run "${spec.name}" as its random input "${name}" needs a generator: none given`,
          );
        }
        if (distribution === "uniform") random.fillUniform(view);
        else random.fillStandardNormal(view);
      }
      linked.run();
    };
    const readNow = (name: Output): Float32Array => {
      const outputs = linked?.compiled.plan.outputs ?? [];
      const output = outputs.find((each) => each.name === name);
      if (output === undefined) {
        throw new InputError(
          `Cannot read "${name}" of "${spec.name}" as its outputs are ` +
            `${outputs.map((each) => each.name).join(", ") || "not there before the first run"}`,
        );
      }
      const { dtype } = linked!.compiled.schedule.values[output.value];
      return this.#floats(output.address, sizeOf(output.shape), dtype);
    };
    return {
      input: views as unknown as Views<Inputs>,
      scalar: scalar as { [K in Scalar]: number },
      run,
      readNow,
      // deno-lint-ignore require-await
      read: async (name) => readNow(name),
      dispose: () => {},
    };
  }

  /** The memory goes with the workspace. */
  dispose(): void {
    this.#groups.clear();
  }

  /** Traces, compiles and instantiates a program over the groups as they are now. */
  #link(
    spec: { readonly name: string; readonly state?: readonly string[] },
    given: Record<"input" | "random" | "scalar", ReadonlyMap<string, Range>>,
    step: AnyStep,
  ): { compiled: Compiled; run: () => void } {
    const state = new Map(
      (spec.state ?? []).flatMap((group) =>
        [...this.#group(group)].map(([name, range]): [string, Range] => [`${group}/${name}`, range])
      ),
    );
    const ranges = { ...given, state };
    const declared = (Object.keys(ranges) as Declared["kind"][]).flatMap((kind) =>
      [...ranges[kind]].map(([name, { shape, dtype }]): Declared => ({ kind, name, shape, dtype }))
    );
    const compiled = compileStep(declared, this.#tracedStep(spec, step), {
      start: this.#arena.top,
      addressOf: (kind, name) => ranges[kind].get(name)!.address,
      rounding: this.rounding,
      arena: this.#arena,
    });
    this.#arena.takeUpTo(compiled.plan.end);
    const { values } = compiled.schedule;
    for (const { address, elements } of constantsOf(values, compiled.plan.addresses)) {
      const view = elements instanceof Float32Array
        ? this.#arena.floats(address, elements.length)
        : this.#arena.ints(address, elements.length);
      view.set(elements);
    }
    const instance = new WebAssembly.Instance(new WebAssembly.Module(compiled.binary), {
      env: { memory: this.#arena.memory },
    });
    return { compiled, run: instance.exports.run as () => void };
  }

  /** The step as the trace calls it: tensors by full name in, next state by full name out. */
  #tracedStep(
    spec: { readonly name: string; readonly state?: readonly string[] },
    step: AnyStep,
  ): TracedStep {
    return (tensors) => {
      const context: Record<string, Record<string, unknown>> = {
        input: {},
        random: {},
        scalar: {},
        state: Object.fromEntries((spec.state ?? []).map((group) => [group, {}])),
      };
      for (const [key, tensor] of tensors) {
        const [kind, first, ...rest] = key.split("/");
        if (kind === "state") (context.state[first] as Tensors)[rest.join("/")] = tensor;
        else context[kind][key.slice(kind.length + 1)] = tensor;
      }
      const { outputs, state = {} } = step(context);
      const updates: Record<string, tf.Tensor> = {};
      for (const [group, next] of Object.entries(state)) {
        requireNext(spec, group, this.#groups.get(group) ?? new Map(), next!);
        for (const [name, tensor] of Object.entries(next!)) updates[`${group}/${name}`] = tensor;
      }
      return { outputs, updates };
    };
  }

  #declare<Spec extends readonly [readonly number[], string]>(
    specs: Record<string, Spec>,
    dtypeOf: (spec: Spec) => "float32" | "int32",
  ): Map<string, Range> {
    return new Map(
      Object.entries(specs).map(([name, spec]) => [name, this.#range(spec[0], dtypeOf(spec))]),
    );
  }

  #range(shape: readonly number[], dtype: "float32" | "int32"): Range {
    const size = sizeOf(shape);
    return { address: this.#arena.take(bytesOf(size)), shape, dtype, size };
  }

  #view({ address, size, dtype }: Range): Float32Array | Int32Array {
    return dtype === "float32"
      ? this.#arena.floats(address, size)
      : this.#arena.ints(address, size);
  }

  /** A copy of what lies at an address, as float32 whatever its type. */
  #floats(address: number, size: number, dtype: Dtype): Float32Array {
    if (dtype === "float32") return this.#arena.floats(address, size).slice();
    const lanes = this.#arena.ints(address, size);
    return Float32Array.from(lanes, (lane) => dtype === "bool" ? (lane === 0 ? 0 : 1) : lane);
  }

  #group(name: string): Map<string, Range> {
    const group = this.#groups.get(name);
    if (group !== undefined) return group;
    throw unknownName("use a workspace", "state", name, this.#groups.keys());
  }
}

/** A step whose names are checked at run time. */
type AnyStep = (context: Record<string, unknown>) => {
  outputs: Record<string, tf.Tensor>;
  state?: Record<string, Tensors | undefined>;
};

/** Scalars as properties that read and write their element. */
function scalarViews(views: readonly (readonly [string, Float32Array])[]): Record<string, number> {
  const scalar: Record<string, number> = {};
  for (const [name, view] of views) {
    Object.defineProperty(scalar, name, {
      enumerable: true,
      get: () => view[0],
      set: (value: number) => view[0] = value,
    });
  }
  return scalar;
}
