/**
 * Workspaces and programs: named state that several training programs share, and pure steps over
 * it. A step is plain TensorFlow.js with declared inputs, random numbers, scalars, state and
 * outputs, static shapes and nothing read back inside, so that it can be run kernel by kernel
 * (here) or compiled.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { InputError } from "../core/errors.ts";
import type { Generator } from "../core/random.ts";
import { allocate, type NamedTensors, sizeOf, type TensorData } from "../core/tensor_data.ts";

/** Tensors by name. */
export type Tensors<Name extends string = string> = Record<Name, tf.Tensor>;

/** Shape and element type of a declared input. */
export type InputSpec = readonly [shape: readonly number[], dtype: "float32" | "int32"];

/** Shape and distribution of a declared random input: U[0, 1) or N(0, 1). */
export type RandomSpec = readonly [shape: readonly number[], distribution: "uniform" | "normal"];

/** What a program declares: everything that its step may see or change. */
export interface ProgramSpec<
  Inputs extends Record<string, InputSpec>,
  Randoms extends Record<string, RandomSpec>,
  Scalar extends string,
  Group extends string,
> {
  /** For messages. */
  readonly name: string;
  readonly inputs?: Inputs;
  /** Filled from the generator that `run` is given. */
  readonly random?: Randoms;
  /** Rank-0 float32 values that change from call to call. */
  readonly scalars?: readonly Scalar[];
  /** Groups of the workspace that the step reads and may replace. */
  readonly state?: readonly Group[];
}

/** What a step is called with. */
export interface StepContext<
  Inputs extends string,
  Randoms extends string,
  Scalar extends string,
  Group extends string,
> {
  readonly input: { readonly [K in Inputs]: tf.Tensor };
  readonly random: { readonly [K in Randoms]: tf.Tensor };
  readonly scalar: { readonly [K in Scalar]: tf.Scalar };
  readonly state: { readonly [K in Group]: Tensors };
}

/** What a step returns: outputs of any shape, and the groups that it replaces. */
export interface StepResult<Group extends string, Output extends string> {
  readonly outputs: Record<Output, tf.Tensor>;
  readonly state?: { readonly [K in Group]?: Tensors };
}

/** The typed view of each input. */
type Views<Inputs extends Record<string, InputSpec>> = {
  readonly [K in keyof Inputs]: Inputs[K][1] extends "int32" ? Int32Array : Float32Array;
};

/** A step bound to its workspace. */
export interface Program<
  Inputs extends Record<string, InputSpec>,
  Scalar extends string,
  Output extends string,
> {
  /** Row-major views that the next `run` reads; write into them. */
  readonly input: Views<Inputs>;
  /** Values that the next `run` uses. */
  readonly scalar: { [K in Scalar]: number };
  /** Runs the step once; `random` is needed where random inputs are declared. */
  run(random?: Generator): void;
  /** An output of the last run. */
  read(name: Output): Promise<Float32Array>;
  /** An output of the last run, on backends that can read at once (cpu and wasm). */
  readNow(name: Output): Float32Array;
  dispose(): void;
}

/** Named groups of tensors on one backend, and the programs over them. */
export class Workspace {
  /** What computes, as manifests name it: `tfjs-cpu`, `tfjs-wasm`, `tfjs-webgpu`. */
  readonly backend: string;
  readonly #groups = new Map<string, Tensors>();
  readonly #programs: { dispose(): void }[] = [];

  /** @param engineName Name of the registered TensorFlow.js backend. */
  constructor(private readonly engineName: "cpu" | "wasm" | "webgpu") {
    this.backend = `tfjs-${engineName}`;
  }

  /** Makes a group of state from initial values; a group of that name is replaced. */
  define(group: string, tensors: NamedTensors): void {
    this.#activate();
    const made = Object.fromEntries(
      Object.entries(tensors).map(([name, data]) => [name, toTensor(`${group}/${name}`, data)]),
    );
    tf.dispose(this.#groups.get(group) ?? {});
    this.#groups.set(group, made);
  }

  /** Copies of a group's tensors. */
  async read(group: string): Promise<NamedTensors> {
    const copies: NamedTensors = {};
    for (const [name, tensor] of Object.entries(this.#group(group))) {
      const values = await tensor.data();
      copies[name] = {
        shape: tensor.shape,
        dtype: tensor.dtype as "float32" | "int32",
        values: values.slice() as Float32Array,
      };
    }
    return copies;
  }

  /** Overwrites a group; names and shapes must be those of its definition. */
  write(group: string, tensors: NamedTensors): void {
    const current = this.#group(group);
    const expected = Object.keys(current);
    const given = Object.keys(tensors);
    const differs = expected.find((name) => !(name in tensors)) ??
      given.find((name) => !(name in current));
    if (differs !== undefined) {
      throw new InputError(
        `Cannot load "${group}" as its tensors must be ${expected.join(", ")}: ` +
          `"${differs}" is ${differs in current ? "missing" : "not among them"}`,
      );
    }
    for (const name of expected) {
      if (`${tensors[name].shape}` !== `${current[name].shape}`) {
        throw new InputError(
          `Cannot load "${group}/${name}" as its shape must be [${current[name].shape}]: ` +
            `[${tensors[name].shape}]`,
        );
      }
    }
    this.define(group, Object.fromEntries(expected.map((name) => [name, tensors[name]])));
  }

  /** Makes group `to` equal to group `from` (a target network's hard update). */
  copy(from: string, to: string): void {
    this.#activate();
    const source = this.#group(from);
    const copies = Object.fromEntries(
      Object.entries(source).map(([name, tensor]) => [name, tf.keep(tf.clone(tensor))]),
    );
    tf.dispose(this.#groups.get(to) ?? {});
    this.#groups.set(to, copies);
  }

  /**
   * Binds a pure step to this workspace.
   *
   * @example
   * ```ts ignore
   * const update = workspace.compile(
   *   { name: "update", inputs: { x: [[32, 4], "float32"] }, scalars: ["rate"], state: ["policy"] },
   *   ({ input, scalar, state }) => ({ outputs: { loss }, state: { policy: next } }),
   * );
   * update.input.x.set(observations);
   * update.scalar.rate = 1e-3;
   * update.run();
   * const [loss] = await update.read("loss");
   * ```
   */
  compile<
    const Inputs extends Record<string, InputSpec>,
    const Randoms extends Record<string, RandomSpec>,
    const Scalar extends string,
    const Group extends string,
    Output extends string,
  >(
    spec: ProgramSpec<Inputs, Randoms, Scalar, Group>,
    step: (
      context: StepContext<keyof Inputs & string, keyof Randoms & string, Scalar, Group>,
    ) => StepResult<Group, Output>,
  ): Program<Inputs, Scalar, Output> {
    const inputs = spec.inputs ?? ({} as Inputs);
    const randoms = spec.random ?? ({} as Randoms);
    const views = mapValues(inputs, ([shape, dtype]) => allocate(dtype, sizeOf(shape)));
    const noise = mapValues(randoms, ([shape]) => new Float32Array(sizeOf(shape)));
    const scalar = Object.fromEntries((spec.scalars ?? []).map((name) => [name, 0]));
    let outputs: Tensors = {};

    const run = (random?: Generator) => {
      this.#activate();
      for (const [name, [, distribution]] of Object.entries(randoms)) {
        if (random === undefined) {
          throw new InputError(
            `Cannot run "${spec.name}" as random input "${name}" needs a generator`,
          );
        }
        if (distribution === "uniform") random.fillUniform(noise[name]);
        else random.fillStandardNormal(noise[name]);
      }
      const groups = (spec.state ?? []).map((group) => [group, this.#group(group)] as const);
      const owned = new Set(groups.flatMap(([, tensors]) => Object.values(tensors)));
      // A tensor that stands in two places of the result gets a handle for each.
      const own = (tensor: tf.Tensor) => {
        const handle = owned.has(tensor) ? tf.clone(tensor) : tensor;
        owned.add(handle);
        return handle;
      };
      const result = tf.tidy(() => {
        const given = step(
          {
            input: mapValues(inputs, ([shape, dtype], name) => toDense(views[name], shape, dtype)),
            random: mapValues(randoms, ([shape], name) => toDense(noise[name], shape, "float32")),
            scalar: mapValues(scalar, (value) => tf.scalar(value)),
            state: Object.fromEntries(groups),
          } as unknown as Parameters<typeof step>[0],
        );
        const state: Record<string, Tensors> = {};
        for (const [group, tensors] of Object.entries(given.state ?? {}) as [string, Tensors][]) {
          state[group] = mapValues(this.#group(group), (previous, name) => {
            const next = tensors[name];
            if (next === undefined || `${next.shape}` !== `${previous.shape}`) {
              throw new InputError(
                `Cannot run "${spec.name}" as state "${group}/${name}" must stay ` +
                  `[${previous.shape}]: ${next === undefined ? "missing" : `[${next.shape}]`}`,
              );
            }
            return own(next);
          });
        }
        return { outputs: mapValues(given.outputs as Tensors, own), state };
      });
      tf.dispose(outputs);
      outputs = result.outputs;
      for (const [group, tensors] of Object.entries(result.state)) {
        tf.dispose(this.#groups.get(group) ?? {});
        this.#groups.set(group, tensors);
      }
    };

    const output = (name: Output) => {
      const tensor = outputs[name];
      if (tensor !== undefined) return tensor;
      throw new InputError(
        `Cannot read "${name}" of "${spec.name}" as its outputs are ` +
          `${Object.keys(outputs).join(", ") || "not there before the first run"}`,
      );
    };
    const program: Program<Inputs, Scalar, Output> = {
      input: views as unknown as Views<Inputs>,
      scalar: scalar as { [K in Scalar]: number },
      run,
      read: async (name) => (await output(name).data()) as Float32Array,
      readNow: (name) => output(name).dataSync() as Float32Array,
      dispose: () => {
        tf.dispose(outputs);
        outputs = {};
      },
    };
    this.#programs.push(program);
    return program;
  }

  /** Frees all state and outputs. */
  dispose(): void {
    for (const program of this.#programs) program.dispose();
    for (const tensors of this.#groups.values()) tf.dispose(tensors);
    this.#programs.length = 0;
    this.#groups.clear();
  }

  #activate(): void {
    if (tf.getBackend() !== this.engineName) tf.setBackend(this.engineName);
  }

  #group(name: string): Tensors {
    const group = this.#groups.get(name);
    if (group !== undefined) return group;
    throw new InputError(
      `Cannot use state "${name}" as the workspace holds ${
        [...this.#groups.keys()].join(", ") || "none"
      }`,
    );
  }
}

function mapValues<A, B>(
  record: Record<string, A>,
  map: (value: A, name: string) => B,
): Record<string, B> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, map(value, name)]),
  );
}

/** The cpu backend keeps the array that it is given: hand over a copy. */
function toDense(
  values: Float32Array | Int32Array,
  shape: readonly number[],
  dtype: "float32" | "int32",
): tf.Tensor {
  return tf.tensor(tf.getBackend() === "cpu" ? values.slice() : values, [...shape], dtype);
}

function toTensor(name: string, data: TensorData): tf.Tensor {
  if (data.dtype !== "float32" && data.dtype !== "int32") {
    throw new InputError(`Cannot define "${name}" as state is float32 or int32: ${data.dtype}`);
  }
  return tf.keep(toDense(data.values as Float32Array, data.shape, data.dtype));
}
