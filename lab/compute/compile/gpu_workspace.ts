/**
 * A workspace whose programs are WGSL: state, inputs and outputs are ranges of one device buffer,
 * and a run is one upload and one submitted compute pass. Reading waits for the device, so it is
 * asynchronous and only done when asked.
 *
 * @module
 */
import { InputError, unknownName } from "../../core/errors.ts";
import "../gradients.ts";
import type { Generator } from "../../core/random.ts";
import { type NamedTensors, sizeOf } from "../../core/tensor_data.ts";
import { requireLoadable, requireState } from "../layout.ts";
import { PlainWorkspace } from "../plain_workspace.ts";
import { checkDeclaration } from "../declaration.ts";
import { draw, inputViews, noOutput, scalarViews } from "../program.ts";
import type { InputSpec, Program, ProgramSpec, RandomSpec, Step, Workspace } from "../workspace.ts";
import { type AnyStep, declarations, type Range, type Ranges, tracedStep } from "./binding.ts";
import { beginningOf, type Block, extentOf, floats, viewOf } from "./blocks.ts";
import { explain, explainFallback, type Explanation } from "./explain.ts";
import { HostCopies } from "./host_copies.ts";
import { type Beginning, HostStep, Turns } from "./host_steps.ts";
import { NoLowering } from "./ir.ts";
import { bytesOf, constantsOf } from "./plan.ts";
import { type CompiledShader, compileShader } from "./wgsl/compiler.ts";
import { type ComputeDevice, DeviceArena, type Pass } from "./wgsl/device.ts";

/** Outputs up to this many bytes in all are fetched together at the first read after a run. */
const togetherBytes = 1 << 16;

/** A group of state: one block of the arena. */
interface Group {
  readonly ranges: ReadonlyMap<string, Range>;
  readonly from: number;
  readonly bytes: number;
  /** Changes of the group so far. */
  version: number;
}

/** A program made for the groups as they were: on the device, or why it runs on the host. */
type Linked = { readonly groups: readonly Group[] } & (OnDevice | OnHost);

interface OnDevice {
  readonly replaced: readonly Group[];
  readonly pass: Pass;
  readonly compiled: CompiledShader;
}

interface OnHost {
  readonly step: HostStep;
  readonly reason: string;
}

/** State in one device buffer, and compiled programs over it. */
export class GpuWorkspace implements Workspace {
  readonly backend = "webgpu";
  readonly #arena: DeviceArena;
  readonly #groups = new Map<string, Group>();
  readonly #host: HostCopies | undefined;
  readonly #fallback: Workspace;
  readonly #programs: { name: string; linked(): Linked | undefined }[] = [];
  readonly #turns = new Turns();

  /**
   * An empty workspace on a device.
   *
   * @param host Runs the programs that are placed there; without it they run on the device, too.
   * @param fallback Runs the programs that the device cannot.
   */
  constructor(compute: ComputeDevice, host?: Workspace, fallback?: Workspace) {
    compute.check();
    this.#fallback = fallback ?? new PlainWorkspace("cpu");
    this.#arena = new DeviceArena(compute);
    this.#host = host && new HostCopies(host, {
      version: (name) => this.#group(name).version,
      read: (name) => this.read(name),
    });
  }

  define(name: string, tensors: NamedTensors): void {
    requireState(name, tensors);
    const layout = new Map(
      Object.entries(tensors).map(([tensor, { shape, dtype }]) => [tensor, { shape, dtype }]),
    );
    const group = this.#place(name, layout);
    const content = new ArrayBuffer(group.bytes);
    for (const [tensor, range] of group.ranges) {
      viewOf(content, range, group.from).set(tensors[tensor].values);
    }
    this.#turns.take(() => this.#arena.write(group.from, content));
  }

  async read(name: string): Promise<NamedTensors> {
    const group = this.#group(name);
    // Without anything to wait for, the read comes before what is asked for next.
    if (this.#turns.waiting) await this.#turns.settled();
    return await this.#fetch(group);
  }

  async #fetch({ ranges, from, bytes }: Group): Promise<NamedTensors> {
    const content = await this.#arena.read(from, bytes);
    return Object.fromEntries(
      [...ranges].map(([tensor, range]) => {
        const { shape, dtype } = range;
        return [tensor, { shape, dtype, values: viewOf(content, range, from).slice() }];
      }),
    );
  }

  write(name: string, tensors: NamedTensors): void {
    const { ranges } = this.#group(name);
    requireLoadable(name, ranges, tensors);
    // In the group's own order: a sum over the group must add in the same order after a restore.
    this.define(
      name,
      Object.fromEntries([...ranges.keys()].map((tensor) => [tensor, tensors[tensor]])),
    );
  }

  copy(from: string, to: string): void {
    const source = this.#group(from);
    if (from === to) return;
    const target = this.#place(to, source.ranges);
    this.#turns.take(() => this.#arena.copy(source.from, target.from, source.bytes));
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
    const randomSpecs = Object.entries(spec.random ?? {}) as [string, RandomSpec][];
    if (this.#host !== undefined && spec.placement === "host") {
      return this.#host.compile(spec as never, step as unknown as AnyStep) as never;
    }
    const block = this.#block(spec);
    const hostView = (range: Range) => viewOf(block.content, range, block.address);
    const views = (ranges: ReadonlyMap<string, Range>) =>
      [...ranges].map(([name, range]) => [name, hostView(range)] as const);
    const noise = randomSpecs.map(([name, [, distribution]]) => ({
      name,
      distribution,
      view: hostView(block.ranges.random.get(name)!) as Float32Array,
    }));
    let linked: Linked | undefined;
    let fetched: Promise<ArrayBuffer> | undefined;
    this.#programs.push({ name: spec.name, linked: () => linked });

    const run = (random?: Generator) => {
      this.#arena.compute.check();
      this.#turns.check();
      const groups = (spec.state ?? []).map((name) => this.#group(name));
      if (!linked?.groups.every(({ ranges }, i) => ranges === groups[i].ranges)) {
        linked = this.#link(spec, block, groups, step as unknown as AnyStep);
      }
      draw(spec.name, noise, random);
      this.#run(linked, spec.state ?? [], block, () => fetched = undefined);
    };
    const read = async (name: Output) => {
      if (this.#turns.waiting) await this.#turns.settled();
      if (linked !== undefined && "step" in linked) return await linked.step.read(name);
      const outputs = linked?.compiled.plan.outputs ?? [];
      const output = outputs.find((each) => each.name === name);
      if (output === undefined) {
        throw noOutput(spec.name, name, outputs.map((each) => each.name));
      }
      const { dtype } = linked!.compiled.schedule.values[output.value];
      const size = sizeOf(output.shape);
      const { from, bytes } = extentOf(outputs);
      if (bytes > togetherBytes) {
        return floats(await this.#arena.read(output.address, size * 4), 0, size, dtype);
      }
      fetched ??= this.#arena.read(from, bytes);
      return floats(await fetched, output.address - from, size, dtype);
    };
    return {
      input: inputViews(spec.name, spec.inputs, Object.fromEntries(views(block.ranges.input))),
      scalar: scalarViews(
        spec.name,
        views(block.ranges.scalar) as [string, Float32Array][],
      ) as { [K in Scalar]: number },
      run,
      read,
      readNow: (name) => {
        throw new InputError(
          `Cannot read "${name}" of "${spec.name}" at once as webgpu reads take their time: ` +
            "use read",
        );
      },
      dispose: () => fetched = undefined,
    };
  }

  /** What the programs that have run on the device consist of; a device does not report its times. */
  explain(): Explanation[] {
    return this.#programs.flatMap(({ name, linked }) => {
      const made = linked();
      if (made === undefined) return [];
      if ("step" in made) return [explainFallback(name, made.step.backend, made.reason)];
      const binary = new TextEncoder().encode(made.compiled.shader.map(({ code }) => code).join());
      return [explain(name, this.backend, { ...made.compiled, binary, cached: false })];
    });
  }

  /** Runs a program on what its block holds now; `begun` is called when its turn has come. */
  #run(linked: Linked, names: readonly string[], block: Block, begun: () => void): void {
    // Later work finds the block overwritten.
    const later = "step" in linked || this.#turns.waiting;
    const content = later ? block.content.slice(0) : block.content;
    if ("step" in linked) {
      const { groups, step } = linked;
      this.#turns.take(() => this.#runOnHost(step, names, groups, beginningOf(block, content)));
      for (const group of groups) group.version++;
    } else {
      this.#turns.take(() => {
        begun();
        this.#arena.write(block.address, content);
        this.#arena.run(linked.pass);
      });
      for (const group of linked.replaced) group.version++;
    }
  }

  /** Takes state from the device, runs a step on it, and puts it back. */
  async #runOnHost(
    step: HostStep,
    names: readonly string[],
    groups: readonly Group[],
    beginning: Beginning,
  ): Promise<void> {
    const tensors = await Promise.all(groups.map((group) => this.#fetch(group)));
    const state = Object.fromEntries(names.map((name, i) => [name, tensors[i]]));
    const next = await step.run(state, beginning);
    groups.forEach(({ ranges, from, bytes }, i) => {
      const content = new ArrayBuffer(bytes);
      for (const [tensor, range] of ranges) {
        viewOf(content, range, from).set(next[names[i]][tensor].values);
      }
      this.#arena.write(from, content);
    });
  }

  dispose(): void {
    this.#groups.clear();
    this.#host?.dispose();
    this.#fallback.dispose();
    this.#arena.dispose();
  }

  /** A group of this layout, about to change: where it was if it was so before, else anew. */
  #place(name: string, layout: ReadonlyMap<string, Pick<Range, "shape" | "dtype">>): Group {
    const known = this.#groups.get(name);
    const stays = known !== undefined &&
      `${[...known.ranges.keys()]}` === `${[...layout.keys()]}` &&
      [...layout].every(([tensor, { shape, dtype }]) => {
        const before = known.ranges.get(tensor)!;
        return before.dtype === dtype && `${before.shape}` === `${shape}`;
      });
    if (stays) {
      known.version++;
      return known;
    }
    const from = this.#arena.top;
    const ranges = new Map<string, Range>();
    for (const [tensor, { shape, dtype }] of layout) {
      ranges.set(tensor, this.#range(shape, dtype));
    }
    const version = (known?.version ?? 0) + 1;
    const group = { ranges, from, bytes: this.#arena.top - from, version };
    this.#groups.set(name, group);
    return group;
  }

  /** Places what the caller and the generator write before each run. */
  #block(
    spec: {
      readonly inputs?: Record<string, InputSpec>;
      readonly random?: Record<string, RandomSpec>;
      readonly scalars?: readonly string[];
    },
  ): Block {
    const address = this.#arena.top;
    const placed = (specs: [string, readonly [readonly number[], unknown]][]) =>
      new Map(
        specs.map(([name, [shape, kind]]) => [
          name,
          this.#range(shape, kind === "int32" ? "int32" : "float32"),
        ]),
      );
    const ranges = {
      input: placed(Object.entries(spec.inputs ?? {})),
      random: placed(Object.entries(spec.random ?? {})),
      scalar: placed((spec.scalars ?? []).map((name) => [name, [[], "float32"]])),
    };
    return { address, content: new ArrayBuffer(this.#arena.top - address), ranges };
  }

  /** A program over the groups as they are now: on the host where it cannot be compiled. */
  #link(
    spec: ProgramSpec<Record<string, InputSpec>, Record<string, RandomSpec>, string, string>,
    block: Block,
    groups: readonly Group[],
    step: AnyStep,
  ): Linked {
    try {
      return { groups, ...this.#compile(spec, block, groups, step) };
    } catch (error) {
      if (!(error instanceof NoLowering)) throw error;
      return { groups, step: new HostStep(this.#fallback, spec, step), reason: error.message };
    }
  }

  /**
   * Traces and compiles a program.
   *
   * @throws NoLowering where it has a kernel without WGSL.
   */
  #compile(
    spec: { readonly name: string; readonly state?: readonly string[] },
    block: Block,
    groups: readonly Group[],
    step: AnyStep,
  ): OnDevice {
    const names = spec.state ?? [];
    const state = new Map(
      groups.flatMap(({ ranges }, i) =>
        [...ranges].map(([name, range]): [string, Range] => [`${names[i]}/${name}`, range])
      ),
    );
    const ranges: Ranges = { ...block.ranges, state };
    const { compute } = this.#arena;
    const compiled = compileShader(
      declarations(ranges),
      tracedStep(spec, (name) => this.#group(name).ranges, step),
      {
        start: this.#arena.top,
        addressOf: (kind, name) => ranges[kind].get(name)!.address,
        widest: compute.device.limits.maxComputeWorkgroupsPerDimension,
      },
    );
    const { plan, schedule, shader } = compiled;
    this.#arena.takeUpTo(plan.end);
    for (const { address, elements } of constantsOf(schedule.values, plan.addresses)) {
      this.#arena.write(address, elements as Float32Array<ArrayBuffer>);
    }
    const replaced = new Set(
      schedule.updates.map(({ state }) =>
        names.find((name) => schedule.values[state].name!.startsWith(`${name}/`))!
      ),
    );
    return {
      replaced: groups.filter((_, i) => replaced.has(names[i])),
      pass: this.#arena.pass(shader),
      compiled,
    };
  }

  #range(shape: readonly number[], dtype: Range["dtype"]): Range {
    const size = sizeOf(shape);
    return { address: this.#arena.take(bytesOf(size)), shape, dtype, size };
  }

  #group(name: string): Group {
    const group = this.#groups.get(name);
    if (group !== undefined) return group;
    throw unknownName("use a workspace", "state", name, this.#groups.keys());
  }
}
