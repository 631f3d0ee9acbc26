/**
 * Workspaces and programs: named state that several training programs share, and pure steps over
 * it. A step is plain TensorFlow.js with declared inputs, random numbers, scalars, state and
 * outputs, static shapes and nothing read back inside, so that it can be run kernel by kernel
 * (`plain_workspace.ts`) or compiled (`compile/`).
 *
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import type { Generator } from "../core/random.ts";
import type { NamedTensors } from "../core/tensor_data.ts";
import type { Explanation } from "./compile/explain.ts";

/** Tensors by name. */
export type Tensors<Name extends string = string> = Record<Name, tf.Tensor>;

/** Shape and element type of a declared input. */
export type InputSpec = readonly [shape: readonly number[], dtype: "float32" | "int32"];

/** What a random input is drawn from: U[0, 1), N(0, 1), or whatever a function fills a view with. */
export type Distribution = "uniform" | "normal" | ((random: Generator, view: Float32Array) => void);

/** Shape and distribution of a declared random input. */
export type RandomSpec = readonly [shape: readonly number[], distribution: Distribution];

/** What a program declares: everything that its step may see or change. */
export interface ProgramSpec<
  Inputs extends Record<string, InputSpec>,
  Randoms extends Record<string, RandomSpec>,
  Scalar extends string,
  Group extends string,
> {
  /** For messages. */
  readonly name: string;
  /** What the caller writes before each run. */
  readonly inputs?: Inputs;
  /** Filled from the generator that `run` is given. */
  readonly random?: Randoms;
  /** Rank-0 float32 values that change from call to call. */
  readonly scalars?: readonly Scalar[];
  /** Groups of the workspace that the step reads and may replace. */
  readonly state?: readonly Group[];
  /**
   * Where a device workspace runs the program: with the state by default, or on the host, where a
   * small program that only reads state (a policy that acts) is computed without waiting for the
   * device; the state that it reads is copied over once after each change. Elsewhere a hint to no
   * effect.
   */
  readonly placement?: "host";
}

/** What a step is called with. */
export interface StepContext<
  Inputs extends string,
  Randoms extends string,
  Scalar extends string,
  Group extends string,
> {
  /** The declared inputs. */
  readonly input: { readonly [K in Inputs]: tf.Tensor };
  /** The declared random inputs, drawn anew for each run. */
  readonly random: { readonly [K in Randoms]: tf.Tensor };
  /** The declared scalars. */
  readonly scalar: { readonly [K in Scalar]: tf.Scalar };
  /** The declared groups. */
  readonly state: { readonly [K in Group]: Tensors };
}

/** What a step returns: outputs of any shape, and the groups that it replaces. */
export interface StepResult<Group extends string, Output extends string> {
  /** What `read` returns. */
  readonly outputs: Record<Output, tf.Tensor>;
  /** The next tensors of the groups that change, each whole. */
  readonly state?: { readonly [K in Group]?: Tensors };
}

/** A pure function from declared tensors to outputs and next state. */
export type Step<
  Inputs extends Record<string, InputSpec>,
  Randoms extends Record<string, RandomSpec>,
  Scalar extends string,
  Group extends string,
  Output extends string,
> = (
  context: StepContext<keyof Inputs & string, keyof Randoms & string, Scalar, Group>,
) => StepResult<Group, Output>;

/** The typed view of each input. */
export type Views<Inputs extends Record<string, InputSpec>> = {
  -readonly [K in keyof Inputs]: Inputs[K][1] extends "int32" ? Int32Array : Float32Array;
};

/** A step bound to its workspace. */
export interface Program<
  Inputs extends Record<string, InputSpec>,
  Scalar extends string,
  Output extends string,
> {
  /**
   * Row-major views that the next `run` reads: write into them, or assign (`input.x = values`) what
   * is copied into the view. Assignment checks type and length, which are all that a shape asks of
   * plain elements; writing does not. `set` refuses what is too long with a native RangeError, keeps
   * the rest of the view where it is given less, and converts numbers as typed arrays do.
   *
   * @throws InputError (on assignment) that names the input, its shape and type and what was given.
   */
  readonly input: Views<Inputs>;
  /** Values that the next `run` uses; what is no number is refused. */
  readonly scalar: { [K in Scalar]: number };
  /**
   * Runs the step once; `random` is needed where random inputs are declared.
   *
   * @throws InputError for what is no result of a step (a promise, say), for a next state of other
   *   names, shapes or types than the group's, and for a kernel that the backend lacks. Nothing has
   *   changed then.
   */
  run(random?: Generator): void;
  /** A copy of an output of the last run, as float32 whatever its type. */
  read(name: Output): Promise<Float32Array>;
  /** {@linkcode Program.read} at once, on backends that can (cpu and wasm). */
  readNow(name: Output): Float32Array;
  /** Frees the outputs of the last run. */
  dispose(): void;
}

/** Named groups of tensors on one backend, and the programs over them. */
export interface Workspace {
  /** What computes, as manifests name it: `tfjs-cpu`, `tfjs-wasm`, `tfjs-webgpu`, `wasm`, …. */
  readonly backend: string;
  /** Of `native`: name, version and processor type of the library that computes products. */
  readonly library?: string;
  /** Makes a group of state from initial values; a group of that name is replaced. */
  define(group: string, tensors: NamedTensors): void;
  /** Copies of a group's tensors. */
  read(group: string): Promise<NamedTensors>;
  /** Overwrites a group; names and shapes must be those of its definition. */
  write(group: string, tensors: NamedTensors): void;
  /** Makes group `to` equal to group `from` (a target network's hard update). */
  copy(from: string, to: string): void;
  /**
   * Binds a pure step to this workspace.
   *
   * @throws InputError for a declaration that cannot be: element types, shapes, distributions, names.
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
    step: Step<Inputs, Randoms, Scalar, Group, Output>,
  ): Program<Inputs, Scalar, Output>;
  /**
   * Has the programs that `work` runs computed by a thread beside this one, where there is one that
   * is faster: each on what its inputs hold at its run, in their order. What else asks for state,
   * inputs, scalars or outputs of theirs before they have ended waits; a view of an input that was
   * asked for before must not be written until then. Left out: runs compute at once.
   *
   * @param work Runs programs and reads nothing of what they compute.
   * @returns What waits for their end.
   */
  meanwhile?(work: () => void): () => void;
  /**
   * What the programs that have run consist of, on workspaces that compile them.
   *
   * @param measured Whether to time them item by item, as only WebAssembly can; they leave no trace.
   */
  explain?(measured?: boolean): Explanation[];
  /** What has changed in how steps are computed since this was last asked, one line each. */
  notices?(): string[];
  /** Frees all state and outputs. */
  dispose(): void;
}
