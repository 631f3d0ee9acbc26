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
import { requireLoadable, requireStateType } from "../layout.ts";
import { draw, noOutput } from "../program.ts";
import type {
  InputSpec,
  Program,
  ProgramSpec,
  RandomSpec,
  Step,
  Views,
  Workspace,
} from "../workspace.ts";
import {
  type AnyStep,
  declarations,
  type Range,
  type Ranges,
  scalarViews,
  tracedStep,
} from "./binding.ts";
import { explain, type Explanation } from "./explain.ts";
import { HostCopies } from "./host_copies.ts";
import type { Dtype } from "./ir.ts";
import { bytesOf, constantsOf, type Plan } from "./plan.ts";
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

/** A program's inputs, random numbers and scalars: one block of the arena, and its host side. */
interface Block {
  readonly address: number;
  readonly content: ArrayBuffer;
  readonly ranges: Pick<Ranges, "input" | "random" | "scalar">;
}

/** A program made for the groups as they were. */
interface Linked {
  readonly groups: readonly Group[];
  readonly replaced: readonly Group[];
  readonly pass: Pass;
  readonly compiled: CompiledShader;
}

/** State in one device buffer, and compiled programs over it. */
export class GpuWorkspace implements Workspace {
  readonly backend = "webgpu";
  readonly #arena: DeviceArena;
  readonly #groups = new Map<string, Group>();
  readonly #host: HostCopies | undefined;
  readonly #programs: { name: string; compiled(): CompiledShader | undefined }[] = [];

  /**
   * An empty workspace on a device; `host` runs the programs that are placed there. Without it they
   * run on the device, too.
   */
  constructor(compute: ComputeDevice, host?: Workspace) {
    compute.check();
    this.#arena = new DeviceArena(compute);
    this.#host = host && new HostCopies(host, {
      version: (name) => this.#group(name).version,
      read: (name) => this.read(name),
    });
  }

  define(name: string, tensors: NamedTensors): void {
    for (const [tensor, { dtype }] of Object.entries(tensors)) {
      requireStateType(name, tensor, dtype);
    }
    const layout = new Map(
      Object.entries(tensors).map(([tensor, { shape, dtype }]) => [
        tensor,
        { shape, dtype: dtype as Range["dtype"] },
      ]),
    );
    const group = this.#place(name, layout);
    const content = new ArrayBuffer(group.bytes);
    for (const [tensor, range] of group.ranges) {
      viewOf(content, range, group.from).set(tensors[tensor].values);
    }
    this.#arena.write(group.from, content);
  }

  async read(name: string): Promise<NamedTensors> {
    const { ranges, from, bytes } = this.#group(name);
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
    this.#arena.copy(source.from, target.from, source.bytes);
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
    const randomSpecs = Object.entries(spec.random ?? {}) as [string, RandomSpec][];
    if (this.#host !== undefined && spec.placement === "host" && randomSpecs.length === 0) {
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
    this.#programs.push({ name: spec.name, compiled: () => linked?.compiled });

    const run = (random?: Generator) => {
      this.#arena.compute.check();
      const groups = (spec.state ?? []).map((name) => this.#group(name));
      if (!linked?.groups.every(({ ranges }, i) => ranges === groups[i].ranges)) {
        linked = this.#link(spec, block, groups, step as unknown as AnyStep);
      }
      draw(spec.name, noise, random);
      this.#arena.write(block.address, block.content);
      this.#arena.run(linked.pass);
      for (const group of linked.replaced) group.version++;
      fetched = undefined;
    };
    const read = async (name: Output) => {
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
      input: Object.freeze(Object.fromEntries(views(block.ranges.input))) as unknown as Views<
        Inputs
      >,
      scalar: scalarViews(
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

  /** What the programs that have run on the device consist of; a device does not tell its times. */
  explain(): Explanation[] {
    return this.#programs.flatMap(({ name, compiled }) => {
      const made = compiled();
      if (made === undefined) return [];
      const binary = new TextEncoder().encode(made.shader.map(({ code }) => code).join());
      return [explain(name, this.backend, { ...made, binary })];
    });
  }

  dispose(): void {
    this.#groups.clear();
    this.#host?.dispose();
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
    const placed = (specs: [string, readonly [readonly number[], string]][]) =>
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

  /** Traces and compiles a program over the groups as they are now. */
  #link(
    spec: { readonly name: string; readonly state?: readonly string[] },
    block: Block,
    groups: readonly Group[],
    step: AnyStep,
  ): Linked {
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
      groups,
      replaced: groups.filter((_, i) => replaced.has(names[i])),
      pass: { pipelines: compute.pipelines(shader), shader },
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

/** A range's elements in a copy of the arena that begins at `from`. */
function viewOf(
  content: ArrayBuffer,
  { address, size, dtype }: Range,
  from: number,
): Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> {
  return dtype === "float32"
    ? new Float32Array(content, address - from, size)
    : new Int32Array(content, address - from, size);
}

/** The bytes from the first output to the end of the last. */
function extentOf(outputs: Plan["outputs"]): { from: number; bytes: number } {
  const from = Math.min(...outputs.map(({ address }) => address));
  const to = Math.max(...outputs.map(({ address, shape }) => address + sizeOf(shape) * 4));
  return { from, bytes: to - from };
}

/** A copy of elements, as float32 whatever their type. */
function floats(content: ArrayBuffer, offset: number, size: number, dtype: Dtype): Float32Array {
  if (dtype === "float32") return new Float32Array(content, offset, size).slice();
  const each = new Int32Array(content, offset, size);
  return Float32Array.from(each, (lane) => dtype === "bool" ? (lane === 0 ? 0 : 1) : lane);
}
