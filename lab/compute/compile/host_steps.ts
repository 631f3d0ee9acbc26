/**
 * Programs of a device workspace that the device cannot run: they run in main memory, and the state
 * goes there and back.
 *
 * @module
 */
import type { NamedTensors } from "../../core/tensor_data.ts";
import type { InputSpec, Program, ProgramSpec, RandomSpec, Workspace } from "../workspace.ts";
import type { AnyStep } from "./binding.ts";

/** A program's declaration when names are checked at run time. */
export type AnySpec = ProgramSpec<
  Record<string, InputSpec>,
  Record<string, RandomSpec>,
  string,
  string
>;

/** What a run begins with, as it was when it was asked for. */
export interface Beginning {
  readonly input: Readonly<Record<string, Float32Array | Int32Array>>;
  /** Drawn already. */
  readonly random: Readonly<Record<string, Float32Array | Int32Array>>;
  readonly scalar: Readonly<Record<string, number>>;
}

/** The input that takes a random input's place. */
export function drawnInput(random: string): string {
  return `random ${random}`;
}

/** The same program with its random inputs as inputs: a run may begin long after it is asked for. */
export function withDrawnInputs(spec: AnySpec, step: AnyStep): { spec: AnySpec; step: AnyStep } {
  const { random = {}, ...rest } = spec;
  const drawn = Object.entries(random)
    .map(([name, [shape]]): [string, InputSpec] => [drawnInput(name), [shape, "float32"]]);
  return {
    spec: { ...rest, inputs: { ...spec.inputs, ...Object.fromEntries(drawn) } },
    step(context) {
      const input = context.input as Record<string, unknown>;
      const numbers = Object.keys(random).map((name) => [name, input[drawnInput(name)]]);
      return step({ ...context, random: Object.fromEntries(numbers) });
    },
  };
}

/** A step of a device workspace on a workspace in main memory. */
export class HostStep {
  readonly #program: Program<Record<string, InputSpec>, string, string>;

  constructor(private readonly host: Workspace, private readonly spec: AnySpec, step: AnyStep) {
    const drawn = withDrawnInputs(spec, step);
    this.#program = host.compile(drawn.spec, drawn.step as never) as never;
  }

  /**
   * Runs once on these groups of state.
   *
   * @returns The groups as they are afterwards.
   */
  async run(
    state: Readonly<Record<string, NamedTensors>>,
    { input, random, scalar }: Beginning,
  ): Promise<Record<string, NamedTensors>> {
    for (const [group, tensors] of Object.entries(state)) this.host.define(group, tensors);
    const views = this.#program.input as Record<string, Float32Array | Int32Array>;
    for (const [name, values] of Object.entries(input)) views[name].set(values);
    for (const [name, values] of Object.entries(random)) {
      views[drawnInput(name)].set(values);
    }
    Object.assign(this.#program.scalar, scalar);
    this.#program.run();
    const next = Object.keys(state).map(async (group) => [group, await this.host.read(group)]);
    return Object.fromEntries(await Promise.all(next));
  }

  /** A copy of an output of the last run. */
  read(name: string): Promise<Float32Array> {
    return this.#program.read(name);
  }

  /** What the host says about it: what it runs on, at least. */
  get backend(): string {
    return this.host.explain?.().find(({ name }) => name === this.spec.name)?.backend ??
      this.host.backend;
  }
}

/** Work in the order in which it was asked for, some of which takes its time. */
export class Turns {
  #last: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  /** Whether anything is under way: what is taken now is done later. */
  get waiting(): boolean {
    return this.#last !== undefined;
  }

  /** Does work: now, if nothing is under way. */
  take(work: () => void | Promise<void>): void {
    const begun = this.#last === undefined ? work() : this.#last.then(work);
    if (begun === undefined) return;
    const last = begun.catch((error) => {
      this.#failure ??= { error };
    }).finally(() => {
      if (this.#last === last) this.#last = undefined;
    });
    this.#last = last;
  }

  /** Waits for what was taken so far. */
  async settled(): Promise<void> {
    await this.#last;
    this.check();
  }

  /** @throws What work that took its time has failed with, the first time. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
