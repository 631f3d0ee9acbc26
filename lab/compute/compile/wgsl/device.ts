/**
 * A graphics device that compiled programs share, its pipelines, and the one buffer that a
 * workspace keeps everything in.
 *
 * @module
 */
import { powerOfTwoFrom } from "../../../core/elementary.ts";
import { LabError } from "../../../core/errors.ts";
import type { Graphics } from "../../graphics.ts";
import type { Shader } from "./lower.ts";

/** A device with the pipelines made on it, by shader text. */
export class ComputeDevice {
  readonly device: GPUDevice;
  /** The adapter as manifests name it. */
  readonly name: string;
  /** The arena, and where a dispatch finds what in it. */
  readonly layout: GPUBindGroupLayout;
  readonly #pipelineLayout: GPUPipelineLayout;
  readonly #pipelines = new Map<string, GPUComputePipeline>();
  #failure: LabError | undefined;

  /** Takes a device over; `onFailure` is called when it is lost or refuses something. */
  constructor(graphics: Graphics, private readonly onFailure: () => void = () => {}) {
    const { device, name } = graphics;
    this.device = device;
    this.name = name;
    this.layout = device.createBindGroupLayout({
      entries: [
        { binding: 0, visibility: GPUShaderStage.COMPUTE, buffer: { type: "storage" } },
        {
          binding: 1,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: "uniform", hasDynamicOffset: true },
        },
      ],
    });
    this.#pipelineLayout = device.createPipelineLayout({ bindGroupLayouts: [this.layout] });
    void device.lost.then(({ message, reason }) => {
      this.fail(`the graphics device was lost: ${message || reason}`);
    });
    device.addEventListener("uncapturederror", (event) => {
      this.fail(`the graphics device must accept its programs: ${event.error.message}`);
    });
  }

  /** Bytes that the arena may have. */
  get mostBytes(): number {
    const { maxBufferSize, maxStorageBufferBindingSize } = this.device.limits;
    return Math.min(maxBufferSize, maxStorageBufferBindingSize);
  }

  /** Takes note of a failure that the device reported late: the first one counts. */
  fail(reason: string): void {
    this.#failure ??= new LabError(`Cannot compute on webgpu as ${reason.replace(/\s+/g, " ")}`);
    this.onFailure();
  }

  /** @throws LabError where the device has failed before. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Pipelines of a program's dispatches, in order. */
  pipelines(shader: Shader): readonly GPUComputePipeline[] {
    return shader.map(({ code }) => {
      let pipeline = this.#pipelines.get(code);
      if (pipeline === undefined) {
        const module = this.device.createShaderModule({ code });
        const compute = { module, entryPoint: "main" };
        pipeline = this.device.createComputePipeline({ layout: this.#pipelineLayout, compute });
        this.#pipelines.set(code, pipeline);
      }
      return pipeline;
    });
  }
}

/** A program ready to be encoded. */
export interface Pass {
  readonly pipelines: readonly GPUComputePipeline[];
  readonly shader: Shader;
  /** The addresses of each dispatch, at its offset. */
  readonly addresses: GPUBuffer;
  readonly offsets: readonly number[];
}

/** Addresses that each dispatch sees from its offset on: as many as one has at most. */
function windowOf(shader: Shader): number {
  return 4 *
    Math.ceil(shader.reduce((most, { addresses }) => Math.max(most, addresses.length), 0) / 4);
}

/** Bytes of an arena at first; the first ones stay free, so that 0 is no address. */
const firstBytes = 1 << 20;
const firstAddress = 64;

/** One growing device buffer. Reads go through staging buffers that are used again. */
export class DeviceArena {
  #buffer: GPUBuffer;
  /** By program, for the buffer as it is. */
  readonly #bindGroups = new Map<Pass, GPUBindGroup>();
  readonly #addresses: GPUBuffer[] = [];
  #top = firstAddress;
  /** What a copy within the buffer goes through, as WebGPU has none. */
  #between: GPUBuffer | undefined;
  readonly #staging: GPUBuffer[] = [];
  readonly #mappedBefore = new WeakSet<GPUBuffer>();
  #disposed = false;

  constructor(readonly compute: ComputeDevice) {
    this.#buffer = this.#make(Math.min(firstBytes, compute.mostBytes));
  }

  /** The first free byte. */
  get top(): number {
    return this.#top;
  }

  /**
   * Takes everything up to `end`, from `top` on.
   *
   * @throws LabError that says the bytes asked for where the adapter offers fewer.
   */
  takeUpTo(end: number): void {
    const most = this.compute.mostBytes;
    if (end > most) {
      throw new LabError(
        `Cannot hold the programs in graphics memory as ${this.compute.name} binds at most ` +
          `${most} bytes: ${end} asked for`,
      );
    }
    if (end > this.#buffer.size) {
      const before = this.#buffer;
      this.#buffer = this.#make(Math.min(most, Math.max(end, 2 * before.size)));
      this.#bindGroups.clear();
      const encoder = this.compute.device.createCommandEncoder();
      encoder.copyBufferToBuffer(before, 0, this.#buffer, 0, before.size);
      this.#submit(encoder);
      before.destroy();
    }
    this.#top = Math.max(this.#top, end);
  }

  /**
   * Takes `bytes` bytes.
   *
   * @returns The address.
   */
  take(bytes: number): number {
    const address = this.#top;
    this.takeUpTo(address + bytes);
    return address;
  }

  /** Writes at an address, in order with all other work. */
  write(address: number, content: ArrayBuffer | ArrayBufferView<ArrayBuffer>): void {
    if (content.byteLength === 0) return;
    this.compute.device.queue.writeBuffer(this.#buffer, address, content);
  }

  /** Copies bytes to a place that they do not overlap. */
  copy(from: number, to: number, bytes: number): void {
    if (bytes === 0) return;
    const { device } = this.compute;
    if (this.#between === undefined || this.#between.size < bytes) {
      this.#between?.destroy();
      this.#between = device.createBuffer({
        size: bytes,
        usage: GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
      });
    }
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(this.#buffer, from, this.#between, 0, bytes);
    encoder.copyBufferToBuffer(this.#between, 0, this.#buffer, to, bytes);
    this.#submit(encoder);
  }

  /** Makes a program ready. */
  pass(shader: Shader): Pass {
    const { device } = this.compute;
    const aligned = device.limits.minUniformBufferOffsetAlignment / 4;
    const offsets: number[] = [];
    let size = 0;
    for (const { addresses } of shader) {
      offsets.push(size * 4);
      size += Math.ceil(addresses.length / aligned) * aligned;
    }
    const numbers = new Uint32Array(Math.max(4, size + windowOf(shader)));
    shader.forEach(({ addresses }, i) => numbers.set(addresses, offsets[i] / 4));
    const addresses = device.createBuffer({
      size: numbers.byteLength,
      usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
    device.queue.writeBuffer(addresses, 0, numbers);
    this.#addresses.push(addresses);
    return { pipelines: this.compute.pipelines(shader), shader, addresses, offsets };
  }

  /** Submits a program: one compute pass. */
  run(program: Pass): void {
    const { pipelines, shader, offsets } = program;
    if (shader.length === 0) return;
    const encoder = this.compute.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    const bindGroup = this.#bindGroups.get(program) ?? this.#bind(program);
    shader.forEach(({ grid: [x, y] }, i) => {
      pass.setPipeline(pipelines[i]);
      pass.setBindGroup(0, bindGroup, [offsets[i]]);
      pass.dispatchWorkgroups(x, y);
    });
    pass.end();
    this.#submit(encoder);
  }

  /**
   * The bytes at an address as they are after all work submitted so far.
   *
   * @throws LabError where the device has failed.
   */
  async read(address: number, bytes: number): Promise<ArrayBuffer> {
    this.compute.check();
    if (bytes === 0) return new ArrayBuffer(0);
    const staging = this.#takeStaging(bytes);
    const encoder = this.compute.device.createCommandEncoder();
    encoder.copyBufferToBuffer(this.#buffer, address, staging, 0, bytes);
    this.#submit(encoder);
    const mapped = staging.mapAsync(GPUMapMode.READ, 0, bytes);
    let content = this.#mappedAtOnce(staging, mapped, bytes);
    if (content === undefined) {
      try {
        await mapped;
      } catch (error) {
        staging.destroy();
        this.compute.check();
        throw new LabError(`Cannot read from webgpu as its buffer must be mapped: ${error}`);
      }
      this.#mappedBefore.add(staging);
      content = staging.getMappedRange(0, bytes).slice(0);
    }
    staging.unmap();
    if (this.#disposed) staging.destroy();
    else this.#staging.push(staging);
    this.compute.check();
    return content;
  }

  /**
   * The bytes of a buffer that is being mapped where they are there at once: Deno waits for the device
   * as it begins to map, though its promise resolves 10 ms later. The first time it waits for that, too:
   * it knows no buffer as readable before.
   */
  #mappedAtOnce(staging: GPUBuffer, mapped: Promise<unknown>, bytes: number) {
    if (!this.#mappedBefore.has(staging)) return undefined;
    try {
      const content = staging.getMappedRange(0, bytes).slice(0);
      // Unmapping refuses the promise, which nobody waits for.
      mapped.catch(() => {});
      return content;
    } catch {
      return undefined;
    }
  }

  /** Frees all buffers. */
  dispose(): void {
    this.#disposed = true;
    this.#buffer.destroy();
    this.#between?.destroy();
    for (const addresses of this.#addresses) addresses.destroy();
    for (const staging of this.#staging) staging.destroy();
    this.#staging.length = 0;
  }

  #submit(encoder: GPUCommandEncoder): void {
    this.compute.device.queue.submit([encoder.finish()]);
  }

  #takeStaging(bytes: number): GPUBuffer {
    const at = this.#staging.findIndex(({ size }) => size >= bytes);
    if (at >= 0) return this.#staging.splice(at, 1)[0];
    // A larger one takes the place of a smaller one.
    this.#staging.pop()?.destroy();
    return this.compute.device.createBuffer({
      size: Math.max(4096, powerOfTwoFrom(bytes)),
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
  }

  #make(size: number): GPUBuffer {
    const { device } = this.compute;
    device.pushErrorScope("out-of-memory");
    const buffer = device.createBuffer({
      size,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    });
    device.popErrorScope().then((error) => {
      if (error) this.compute.fail(`its memory must hold the programs: ${size} bytes asked for`);
    }, () => {/* The device is lost: it says so itself. */});
    return buffer;
  }

  #bind(program: Pass): GPUBindGroup {
    const bindGroup = this.compute.device.createBindGroup({
      layout: this.compute.layout,
      entries: [
        { binding: 0, resource: { buffer: this.#buffer } },
        {
          binding: 1,
          resource: { buffer: program.addresses, size: windowOf(program.shader) * 4 },
        },
      ],
    });
    this.#bindGroups.set(program, bindGroup);
    return bindGroup;
  }
}
