/**
 * Programs on a TensorFlow.js backend, kernel by kernel: what everything compiled is checked
 * against.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { InputError, unknownName } from "../core/errors.ts";
import type { Generator } from "../core/random.ts";
import { allocate, type NamedTensors, sizeOf } from "../core/tensor_data.ts";
import "./gradients.ts";
import { requireLoadable, requireNext, requireState } from "./layout.ts";
import { checkDeclaration, checkedResult } from "./declaration.ts";
import { draw, inputViews, noOutput, scalarViews } from "./program.ts";
import type {
  InputSpec,
  Program,
  ProgramSpec,
  RandomSpec,
  Step,
  Tensors,
  Workspace,
} from "./workspace.ts";

/** A workspace whose programs run kernel by kernel. */
export class PlainWorkspace implements Workspace {
  /** What computes, as manifests name it: `tfjs-cpu`, `tfjs-wasm`, `tfjs-webgpu`. */
  readonly backend: string;
  readonly #groups = new Map<string, Tensors>();
  readonly #programs: { dispose(): void }[] = [];

  /** An empty workspace on a TensorFlow.js backend that is started: see `openWorkspace`. */
  constructor(private readonly engineName: "cpu" | "wasm" | "webgpu") {
    this.backend = `tfjs-${engineName}`;
  }

  /** Makes a group of state from initial values; a group of that name is replaced. */
  define(group: string, tensors: NamedTensors): void {
    requireState(group, tensors);
    this.#activate();
    const made: Tensors = {};
    for (const [name, { shape, dtype, values }] of Object.entries(tensors)) {
      made[name] = tf.keep(this.#tensor(values, shape, dtype));
    }
    release(this.#groups.get(group));
    this.#groups.set(group, made);
  }

  /** Copies of a group's tensors. */
  async read(group: string): Promise<NamedTensors> {
    const tensors = Object.entries(this.#group(group));
    const values = await Promise.all(tensors.map(([, tensor]) => tensor.data()));
    return Object.fromEntries(tensors.map(([name, { shape, dtype }], i) => [name, {
      shape,
      dtype: dtype as "float32" | "int32",
      values: values[i].slice() as Float32Array | Int32Array,
    }]));
  }

  /** Copies of a group's tensors, on backends that can read at once (cpu and wasm). */
  readNow(group: string): NamedTensors {
    return Object.fromEntries(
      Object.entries(this.#group(group)).map(([name, tensor]) => [name, {
        shape: tensor.shape,
        dtype: tensor.dtype as "float32" | "int32",
        values: tensor.dataSync().slice() as Float32Array | Int32Array,
      }]),
    );
  }

  /** Overwrites a group; names and shapes must be those of its definition. */
  write(group: string, tensors: NamedTensors): void {
    const current = this.#group(group);
    const layout = new Map(Object.entries(current));
    requireLoadable(group, layout, tensors);
    const ordered = [...layout.keys()].map((name) => [name, tensors[name]]);
    this.define(group, Object.fromEntries(ordered));
  }

  /** Makes group `to` equal to group `from` (a target network's hard update). */
  copy(from: string, to: string): void {
    this.#activate();
    const copies = own(this.#group(from));
    release(this.#groups.get(to));
    this.#groups.set(to, copies);
  }

  /** {@linkcode Workspace.compile}, run kernel by kernel. */
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
    checkDeclaration(spec);
    const inputs = Object.entries(spec.inputs ?? {}) as [string, InputSpec][];
    const randoms = Object.entries(spec.random ?? {}) as [string, RandomSpec][];
    const views: Record<string, Float32Array | Int32Array> = {};
    for (const [name, [shape, dtype]] of inputs) views[name] = allocate(dtype, sizeOf(shape));
    const noise = randoms.map(([name, [shape, distribution]]) => ({
      name,
      shape,
      distribution,
      view: allocate("float32", sizeOf(shape)),
    }));
    const scalar = scalarViews(spec.name, (spec.scalars ?? []).map((name) => [name, [0]]));
    const groups = spec.state ?? [];
    let outputs: Tensors = {};

    const context = () => {
      const input: Tensors = {}, random: Tensors = {}, scalars: Tensors = {};
      const state: Record<string, Tensors> = {};
      for (const [name, [shape, dtype]] of inputs) {
        input[name] = this.#tensor(views[name], shape, dtype);
      }
      for (const { name, shape, view } of noise) {
        random[name] = this.#tensor(view, shape, "float32");
      }
      for (const name in scalar) scalars[name] = tf.scalar(scalar[name]);
      for (const name of groups) state[name] = this.#group(name);
      return { input, random, scalar: scalars, state } as unknown as Parameters<typeof step>[0];
    };

    const run = (random?: Generator) => {
      this.#activate();
      draw(spec.name, noise, random);
      const next: { outputs: Tensors; state: Record<string, Tensors> } = { outputs: {}, state: {} };
      try {
        tf.tidy(() => {
          const result = checkedResult(spec.name, step(context()));
          const state = Object.entries(result.state ?? {}) as [string, Tensors][];
          for (const [group, tensors] of state) {
            const layout = new Map(Object.entries(this.#groups.get(group) ?? {}));
            requireNext(spec, group, layout, tensors);
          }
          next.outputs = own(result.outputs);
          for (const [group, tensors] of state) next.state[group] = own(tensors);
        });
      } catch (error) {
        throw explained(error, spec.name, this.backend);
      }
      release(outputs);
      outputs = next.outputs;
      for (const group in next.state) {
        release(this.#groups.get(group));
        this.#groups.set(group, next.state[group]);
      }
    };

    const output = (name: Output) => {
      const tensor = outputs[name];
      if (tensor !== undefined) return tensor;
      throw noOutput(spec.name, name, Object.keys(outputs));
    };
    const program: Program<Inputs, Scalar, Output> = {
      input: inputViews(spec.name, spec.inputs, views),
      scalar: scalar as { [K in Scalar]: number },
      run,
      read: async (name) => floats(await output(name).data()),
      readNow: (name) => {
        if (this.engineName !== "webgpu") return floats(output(name).dataSync());
        throw new InputError(
          `Cannot read "${name}" of "${spec.name}" at once as only cpu and wasm can: ${this.backend}`,
        );
      },
      dispose: () => {
        release(outputs);
        outputs = {};
      },
    };
    this.#programs.push(program);
    return program;
  }

  /** Frees all state and outputs. */
  dispose(): void {
    for (const program of this.#programs) program.dispose();
    for (const tensors of this.#groups.values()) release(tensors);
    this.#programs.length = 0;
    this.#groups.clear();
  }

  #activate(): void {
    if (tf.getBackend() !== this.engineName) void tf.setBackend(this.engineName);
  }

  /** A dense tensor of a copy of `values`: cpu and webgpu keep the array that they are given. */
  #tensor(
    values: Float32Array | Int32Array,
    shape: readonly number[],
    dtype: "float32" | "int32",
  ): tf.Tensor {
    return tf.tensor(this.engineName === "wasm" ? values : values.slice(), [...shape], dtype);
  }

  #group(name: string): Tensors {
    const group = this.#groups.get(name);
    if (group !== undefined) return group;
    throw unknownName("use a workspace", "state", name, this.#groups.keys());
  }
}

/** Tensors of a result that outlive the step. One that already does (state, a second name) is cloned. */
function own(tensors: Tensors): Tensors {
  const owned: Tensors = {};
  for (const name in tensors) {
    const tensor = tensors[name];
    owned[name] = tf.keep(tensor.kept ? tf.clone(tensor) : tensor);
  }
  return owned;
}

function release(tensors: Tensors | undefined): void {
  for (const name in tensors) tensors[name].dispose();
}

/** A copy of what a tensor holds, as float32. */
function floats(values: Float32Array | Int32Array | Uint8Array): Float32Array {
  return Float32Array.from(values);
}

/** A kernel that the backend lacks, as one line. */
function explained(error: unknown, program: string, backend: string): unknown {
  const missing = /^Kernel '(\w+)' not registered/.exec(
    error instanceof Error ? error.message : "",
  );
  if (missing === null) return error;
  return new InputError(
    `Cannot run "${program}" on ${backend} as it lacks the kernel ${missing[1]}: use --backend cpu`,
  );
}
