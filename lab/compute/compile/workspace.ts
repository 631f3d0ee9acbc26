/**
 * A workspace whose programs are compiled: state, inputs and outputs are ranges of one memory, and
 * a run is one call into machine code. No tensor is made.
 *
 * @module
 */
import { unknownName } from "../../core/errors.ts";
import "../gradients.ts";
import { requireLoadable, requireState } from "../layout.ts";
import type { Generator } from "../../core/random.ts";
import { type NamedTensors, sizeOf } from "../../core/tensor_data.ts";
import { checkDeclaration } from "../declaration.ts";
import { draw, inputViews, noOutput, scalarViews } from "../program.ts";
import type { InputSpec, Program, ProgramSpec, RandomSpec, Step, Workspace } from "../workspace.ts";
import { Background, type Deferrable } from "./background.ts";
import { type AnyStep, declarations, extentOf, type Range, tracedStep } from "./binding.ts";
import { type Compiled, compileStep } from "./compiler.ts";
import { explain, explainFallback, type Explanation } from "./explain.ts";
import { fallback, type FallbackMemory } from "./fallback.ts";
import { hostCalls, hostedOf } from "./host_calls.ts";
import { type Dtype, NoLowering } from "./ir.ts";
import { boundCalls, type LibraryShare, type OpenedLibrary, shareOf } from "./library.ts";
import { SharedArena } from "./memory.ts";
import { bytesOf, constantsOf } from "./plan.ts";
import { timesOf } from "./profile.ts";
import { type FasterRun, fasterRun, ThreadPool, threadsRefused } from "./threads.ts";
import { lower, type Rounding } from "./wasm/lower.ts";
import { partsOf } from "./wasm/parts.ts";

/** A program, bound to the memory. */
interface Linked {
  /** The groups that it was compiled over. */
  readonly over: readonly ReadonlyMap<string, Range>[];
  /** What it was compiled to; or why it runs kernel by kernel. */
  readonly compiled: Compiled | { readonly reason: string };
  run(random?: Generator): void;
  /** What another thread runs after `draw`; undefined where it cannot. */
  readonly deferrable?: Deferrable;
  /** Draws the random numbers of the next run. */
  draw?(random?: Generator): void;
  /** Threads that the last run took; 1 where it is not known. */
  threads?(): number;
  /** An output of the last run; undefined where there is none of that name. */
  read(name: string): Float32Array | undefined;
  /** Frees what it holds beside the memory. */
  dispose?(): void;
}

/** State in one memory, and compiled programs over it. */
export class CompiledWorkspace implements Workspace {
  readonly backend: string;
  readonly library?: string;
  readonly #arena = new SharedArena();
  readonly #groups = new Map<string, Map<string, Range>>();
  readonly #programs: { name: string; linked(): Linked | undefined }[] = [];
  #pool: ThreadPool | undefined;
  readonly #background: Background | undefined;
  #toldOfLoss = false;
  #toldOfBackground = false;
  readonly #fallback: boolean;
  /** What computes large products, and which items it does. */
  readonly #native: (OpenedLibrary & { readonly share: LibraryShare }) | undefined;
  readonly #revectorized: boolean | undefined;
  #toldOfPairs = false;

  /** Threads that steps may use: those asked for, or 1 where there can be no others. */
  readonly threads: number;

  /**
   * An empty workspace. `strict` never fuses multiply-adds: the same bits on every machine.
   *
   * @param options.threads At least 1, the default; more start others once a program has run for a
   *   while, and these run until `dispose`.
   * @param options.revectorized Whether what V8 re-vectorises leaves the same bits; nothing is
   *   written for it where it does not. Undefined: it is not known to be on.
   * @param options.fallback Whether what cannot be compiled, kernels or a whole step, is left to
   *   TensorFlow.js (default) or refused.
   * @param options.library What computes the products and convolutions that are worth it; default: nothing else.
   * @param options.eager Whether `meanwhile` always takes another thread, where there are several;
   *   default: where a trial says that it is faster.
   */
  constructor(
    private readonly rounding: Rounding,
    options: {
      readonly threads?: number;
      readonly revectorized?: boolean;
      readonly fallback?: boolean;
      readonly library?: OpenedLibrary;
      readonly eager?: boolean;
    } = {},
  ) {
    const { threads = 1 } = options;
    this.threads = threads > 1 && threadsRefused() === undefined ? threads : 1;
    this.#fallback = options.fallback ?? true;
    this.#revectorized = options.revectorized;
    const { library } = options;
    if (this.threads > 1) {
      this.#background = new Background(this.#arena, { library, eager: options.eager });
    }
    this.#native = library && { ...library, share: shareOf(library) };
    this.library = library?.library.name;
    this.backend = library !== undefined
      ? "native"
      : rounding === "relaxed"
      ? "wasm"
      : "wasm-strict";
  }

  define(group: string, tensors: NamedTensors): void {
    this.#background?.settle(group);
    requireState(group, tensors);
    const made = this.#place(group, Object.entries(tensors));
    for (const [name, range] of made) this.#view(range).set(tensors[name].values);
  }

  // deno-lint-ignore require-await
  async read(group: string): Promise<NamedTensors> {
    this.#background?.settle(group);
    return this.#copies(group);
  }

  write(group: string, tensors: NamedTensors): void {
    const current = this.#group(group);
    requireLoadable(group, current, tensors);
    // In the group's own order: a sum over the group must add in the same order after a restore.
    const ordered = [...current.keys()].map((name) => [name, tensors[name]]);
    this.define(group, Object.fromEntries(ordered));
  }

  copy(from: string, to: string): void {
    this.#background?.settle(from, to);
    const source = this.#group(from);
    const made = this.#place(to, source);
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
    checkDeclaration(spec);
    const inputs = this.#declare(spec.inputs ?? {}, ([, dtype]) => dtype);
    const randoms = this.#declare(spec.random ?? {}, () => "float32");
    const scalars = new Map(
      (spec.scalars ?? []).map((name) => [name as string, this.#range([], "float32")]),
    );
    const views = Object.fromEntries([...inputs].map(([name, range]) => [name, this.#view(range)]));
    let linked: Linked | undefined;
    const settle = () => {
      if (!this.#background?.records) this.#background?.settle(linked?.deferrable);
    };
    const scalar = scalarViews(
      spec.name,
      [...scalars].map(([name, range]) => [name, this.#view(range) as Float32Array]),
      settle,
    );
    const given = { input: inputs, random: randoms, scalar: scalars };
    const groups = spec.state ?? [];
    this.#programs.push({ name: spec.name, linked: () => linked });

    const link = (): Linked => {
      try {
        return this.#link(spec, given, step as unknown as AnyStep);
      } catch (error) {
        if (!this.#fallback || !(error instanceof NoLowering)) throw error;
        const memory: FallbackMemory = {
          input: views,
          scalar,
          read: (group) => this.#copies(group),
          write: (group, tensors) => this.write(group, tensors),
        };
        const over = groups.map((group) => this.#group(group));
        return { over, compiled: { reason: error.message }, ...fallback(spec, step, memory) };
      }
    };
    const run = (random?: Generator) => {
      if (
        linked === undefined || groups.some((name, i) => this.#groups.get(name) !== linked!.over[i])
      ) {
        linked?.dispose?.();
        linked = link();
      }
      const background = this.#background;
      if (background?.records && linked.deferrable !== undefined) {
        linked.draw!(random);
        background.add(linked.deferrable);
      } else {
        background?.settle(linked.deferrable, ...groups);
        linked.run(random);
      }
    };
    const readNow = (name: Output): Float32Array => {
      this.#background?.settle(linked?.deferrable, ...groups);
      const output = linked?.read(name);
      if (output !== undefined) return output;
      const { compiled } = linked ?? {};
      const names = compiled !== undefined && "plan" in compiled
        ? compiled.plan.outputs.map((each) => each.name)
        : [];
      throw noOutput(spec.name, name, names);
    };
    return {
      input: inputViews(spec.name, spec.inputs, views, settle),
      scalar: scalar as { [K in Scalar]: number },
      run,
      readNow,
      // deno-lint-ignore require-await
      read: async (name) => readNow(name),
      dispose: () => {},
    };
  }

  meanwhile(work: () => void): () => void {
    if (this.#background !== undefined) return this.#background.take(work);
    work();
    return () => {};
  }

  /**
   * What the programs that have run consist of.
   *
   * @param measured Whether to time them, item by item on one thread; they leave no trace.
   */
  explain(measured = false): Explanation[] {
    if (measured) this.#background?.settle();
    return this.#programs.flatMap(({ name, linked }) => {
      const program = linked();
      if (program === undefined) return [];
      const made = program.compiled;
      if ("reason" in made) return [explainFallback(name, "tfjs-cpu", made.reason)];
      const times = measured ? timesOf(made, this.#arena, this.#build, this.#native) : undefined;
      return [explain(name, this.backend, made, {
        threads: program.threads?.(),
        vectorBits: this.#revectorized ? 256 : 128,
        times,
        native: this.#native?.share,
      })];
    });
  }

  notices(): string[] {
    const notices: string[] = [];
    if (this.#revectorized === false && !this.#toldOfPairs) {
      this.#toldOfPairs = true;
      notices.push(
        "Compiled steps keep to vectors of 128 bits as V8's re-vectorised ones differ",
      );
    }
    const behind = this.#background?.lost;
    if (behind !== undefined && !this.#toldOfBackground) {
      this.#toldOfBackground = true;
      notices.push(`Updates and collecting go on in turn as the thread for both failed: ${behind}`);
    }
    const lost = this.#pool?.lost;
    if (lost !== undefined && !this.#toldOfLoss) {
      this.#toldOfLoss = true;
      notices.push(`Steps go on with one thread as another one has failed: ${lost}`);
    }
    return notices;
  }

  /** How modules are built. */
  get #build() {
    return { rounding: this.rounding, revectorized: this.#revectorized };
  }

  /** Ends the threads, frees what steps left to TensorFlow.js; the memory goes with the workspace. */
  dispose(): void {
    this.#background?.close();
    this.#pool?.close();
    this.#pool = undefined;
    for (const { linked } of this.#programs) linked()?.dispose?.();
    this.#groups.clear();
  }

  /**
   * Traces, compiles and instantiates a program over the groups as they are now.
   *
   * @throws NoLowering where a kernel of the step cannot be compiled.
   */
  #link(
    spec: {
      readonly name: string;
      readonly random?: Readonly<Record<string, RandomSpec>>;
      readonly state?: readonly string[];
    },
    given: Record<"input" | "random" | "scalar", ReadonlyMap<string, Range>>,
    step: AnyStep,
  ): Linked {
    const state = new Map(
      (spec.state ?? []).flatMap((group) =>
        [...this.#group(group)].map(([name, range]): [string, Range] => [`${group}/${name}`, range])
      ),
    );
    const ranges = { ...given, state };
    const compiled = compileStep(
      declarations(ranges),
      tracedStep(spec, (group) => this.#group(group), step),
      {
        name: spec.name,
        start: this.#arena.top,
        addressOf: (kind, name) => ranges[kind].get(name)!.address,
        ...this.#build,
        arena: this.#arena,
        threads: this.threads,
        native: this.#native?.share,
      },
    );
    const hosted = hostedOf(compiled.schedule);
    if (hosted !== undefined && !this.#fallback) {
      throw new NoLowering(hosted.kernel, hosted.origin);
    }
    this.#arena.takeUpTo(compiled.plan.end);
    const { values } = compiled.schedule;
    for (const { address, elements } of constantsOf(values, compiled.plan.addresses)) {
      const view = elements instanceof Float32Array
        ? this.#arena.floats(address, elements.length)
        : this.#arena.ints(address, elements.length);
      view.set(elements);
    }
    const instance = new WebAssembly.Instance(compiled.module, {
      env: {
        memory: this.#arena.memory,
        host: hostCalls(compiled.schedule, compiled.plan, this.#arena),
        library: boundCalls(compiled.libraryCalls, this.#native?.library, this.#arena.memory),
      },
    });
    const run0 = instance.exports.run0 as (base: number) => void;
    const { run, threads } = this.#onThreads(compiled, () => run0(0));
    const noise = [...given.random].map(([name, range]) => ({
      name,
      distribution: spec.random![name][1],
      view: this.#view(range) as Float32Array,
    }));
    return {
      over: (spec.state ?? []).map((group) => this.#group(group)),
      compiled,
      deferrable: hosted === undefined
        ? {
          module: compiled.module,
          libraryCalls: compiled.libraryCalls,
          given: extentOf([given.input, given.random, given.scalar]),
          groups: spec.state ?? [],
        }
        : undefined,
      draw: (random) => draw(spec.name, noise, random),
      run: (random) => {
        draw(spec.name, noise, random);
        run();
      },
      threads,
      read: (name) => {
        const output = compiled.plan.outputs.find((each) => each.name === name);
        if (output === undefined) return undefined;
        const { address, shape, value } = output;
        return this.#floats(address, sizeOf(shape), compiled.schedule.values[value].dtype);
      },
    };
  }

  /** `one`, or a run that takes several threads where they gain. */
  #onThreads(compiled: Compiled, one: () => void): FasterRun {
    const { threads } = this;
    const arena = this.#arena;
    const native = this.#native?.share;
    const { items } = compiled.schedule;
    const splits = items.some((item) => partsOf(item, threads) !== undefined);
    // A thread of a pool knows no TensorFlow.js.
    const hosted = hostedOf(compiled.schedule) !== undefined;
    if (threads === 1 || !splits || hosted) return { run: one, threads: () => 1 };
    return fasterRun(
      one,
      () => this.#pool ??= new ThreadPool(this.#arena, threads, { library: this.#native }),
      () => lower(compiled.schedule, compiled.plan, { ...this.#build, arena, threads, native }),
    );
  }

  #declare<Spec extends readonly [readonly number[], unknown]>(
    specs: Record<string, Spec>,
    dtypeOf: (spec: Spec) => "float32" | "int32",
  ): Map<string, Range> {
    return new Map(
      Object.entries(specs).map(([name, spec]) => [name, this.#range(spec[0], dtypeOf(spec))]),
    );
  }

  /** A group of this layout; what has its shape and type already stays where it is. */
  #place(
    group: string,
    layout: Iterable<readonly [string, Pick<Range, "shape" | "dtype">]>,
  ): ReadonlyMap<string, Range> {
    const known = this.#groups.get(group);
    const made = new Map<string, Range>();
    for (const [name, { shape, dtype }] of layout) {
      const before = known?.get(name);
      const stays = before?.dtype === dtype && `${before.shape}` === `${shape}`;
      made.set(name, stays ? before : this.#range(shape, dtype));
    }
    // The same map as long as nothing moves: a program over a group that moved is compiled anew.
    const moved = known?.size !== made.size ||
      [...made].some(([name, range]) => known.get(name) !== range);
    if (moved) this.#groups.set(group, made);
    return made;
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

  #copies(group: string): NamedTensors {
    return Object.fromEntries(
      [...this.#group(group)].map(([name, range]) => [name, {
        shape: range.shape,
        dtype: range.dtype,
        values: this.#view(range).slice(),
      }]),
    );
  }

  #group(name: string): Map<string, Range> {
    const group = this.#groups.get(name);
    if (group !== undefined) return group;
    throw unknownName("use a workspace", "state", name, this.#groups.keys());
  }
}
