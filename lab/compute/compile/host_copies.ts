/**
 * Small programs of a device workspace that run in main memory, on copies of the state that they
 * read: acting would else wait for the device at every step. A group is copied over once after each
 * change, when a program next needs it.
 *
 * @module
 */
import { InputError } from "../../core/errors.ts";
import type { NamedTensors } from "../../core/tensor_data.ts";
import type { Generator } from "../../core/random.ts";
import { checkedResult } from "../declaration.ts";
import { draw, inputViews, scalarViews } from "../program.ts";
import type { InputSpec, Program, Workspace } from "../workspace.ts";
import type { AnyStep } from "./binding.ts";
import { type AnySpec, drawnInput, withDrawnInputs } from "./host_steps.ts";

/** What is copied: groups of the device workspace and how often they have changed. */
interface Source {
  version(group: string): number;
  read(group: string): Promise<NamedTensors>;
}

/** A program as it is called when names are checked at run time. */
type AnyProgram = Program<Record<string, InputSpec>, string, string>;

/** A workspace in main memory that follows a device's. */
export class HostCopies {
  readonly #versions = new Map<string, number>();
  /** The copying under way, after which waiting runs come in their order. */
  #queue: Promise<void> | undefined;

  constructor(private readonly host: Workspace, private readonly source: Source) {}

  /** A program that only reads state. */
  compile(given: AnySpec, givenStep: AnyStep): AnyProgram {
    const { spec, step } = withDrawnInputs(given, givenStep);
    const { name, state = [] } = spec;
    const reading: AnyStep = (context) => {
      const result = checkedResult(name, step(context));
      const [replaced] = Object.keys(result.state ?? {});
      if (replaced === undefined) return result;
      throw new InputError(
        `Cannot run "${name}" on the host as it may only read state: it replaces "${replaced}"`,
      );
    };
    let program: AnyProgram | undefined;
    const inner = () => program ??= this.host.compile(spec, reading as never) as AnyProgram;
    const input = Object.fromEntries(
      Object.entries(spec.inputs ?? {}).map(([key, [shape, dtype]]) => {
        const size = shape.reduce((product, length) => product * length, 1);
        return [key, dtype === "float32" ? new Float32Array(size) : new Int32Array(size)];
      }),
    );
    const noise = Object.entries(given.random ?? {}).map(([random, [, distribution]]) => {
      const view = input[drawnInput(random)] as Float32Array;
      return { name: random, distribution, view };
    });
    const scalar = scalarViews(name, (spec.scalars ?? []).map((key) => [key, [0]]));
    let waiting: Promise<void> | undefined;

    const runOn = (inputs: typeof input, scalars: typeof scalar) => {
      const { input: views, scalar: values, run } = inner();
      for (const key in inputs) (views[key] as Float32Array).set(inputs[key]);
      Object.assign(values, scalars);
      run();
    };
    const run = (random?: Generator) => {
      waiting = undefined;
      draw(name, noise, random);
      const stale = state.filter((group) =>
        this.#versions.get(group) !== this.source.version(group)
      );
      if (stale.length === 0 && this.#queue === undefined) return runOn(input, scalar);
      // The state and the inputs as they are now, whatever comes before they are there.
      const inputs = Object.fromEntries(
        Object.entries(input).map(([key, view]) => [key, view.slice()]),
      );
      const scalars = { ...scalar };
      waiting = this.#after(stale, () => runOn(inputs, scalars));
    };
    return {
      input: inputViews(name, given.inputs, input),
      scalar,
      run,
      read: async (output) => {
        await waiting;
        return inner().readNow(output);
      },
      readNow: (output) => {
        throw new InputError(
          `Cannot read "${output}" of "${name}" at once as webgpu reads take their time: use read`,
        );
      },
      dispose: () => program?.dispose(),
    };
  }

  /** Calls `then` when groups have been copied as they are now, after all that waits already. */
  #after(groups: readonly string[], then: () => void): Promise<void> {
    const copies = Promise.all(groups.map(async (group) => {
      this.#versions.set(group, this.source.version(group));
      return { group, tensors: await this.source.read(group) };
    }));
    copies.catch(() => {/* Thrown to whoever reads; nobody may. */});
    const before = this.#queue ?? Promise.resolve();
    const mine = before.then(() => copies).then((copies) => {
      for (const { group, tensors } of copies) this.host.define(group, tensors);
      then();
    });
    const last = mine.catch(() => {
      for (const group of groups) this.#versions.delete(group);
    }).finally(() => {
      if (this.#queue === last) this.#queue = undefined;
    });
    this.#queue = last;
    return mine;
  }

  /** Frees the copies. */
  dispose(): void {
    this.host.dispose();
  }
}
