/**
 * Programs as data: WebAssembly code over one memory, which runs without what compiled it.
 *
 * @module
 */
import type { TensorData } from "./tensor_data.ts";

/** A tensor and where it lies, in bytes. */
export interface Placed {
  readonly address: number;
  readonly tensor: TensorData;
}

/** Where float32 elements lie. */
export interface Place {
  readonly address: number;
  readonly length: number;
}

/** A compiled program with what its memory holds at the start. */
export interface Machine {
  /** Imports `env.memory`, exports `run0`. */
  readonly binary: Uint8Array<ArrayBuffer>;
  /** Size of its memory in pages of 64 KiB. */
  readonly pages: number;
  /** By group and name: `parameters/policy/0/kernel`. */
  readonly state: Readonly<Record<string, Placed>>;
  readonly constants: readonly Placed[];
  readonly inputs: Readonly<Record<string, Place>>;
  readonly outputs: Readonly<Record<string, Place>>;
}

/** A machine in a memory of its own. */
export class RunningMachine {
  readonly #memory: WebAssembly.Memory;
  readonly #run: (base: number) => void;

  /** @throws WebAssembly.CompileError where the binary is none. */
  constructor(private readonly machine: Machine) {
    const { pages, binary } = machine;
    this.#memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const module = new WebAssembly.Module(binary);
    const { exports } = new WebAssembly.Instance(module, { env: { memory: this.#memory } });
    this.#run = exports.run0 as (base: number) => void;
    this.restart();
  }

  /** State as it was at the start. */
  restart(): void {
    for (
      const { address, tensor } of [...Object.values(this.machine.state), ...this.machine.constants]
    ) {
      const { buffer, byteOffset, byteLength } = tensor.values;
      new Uint8Array(this.#memory.buffer, address, byteLength)
        .set(new Uint8Array(buffer, byteOffset, byteLength));
    }
  }

  /** A view of an input, to be written. */
  input(name: string): Float32Array {
    return this.#view(this.machine.inputs[name]);
  }

  /** A view of an output, valid until the next run. */
  output(name: string): Float32Array {
    return this.#view(this.machine.outputs[name]);
  }

  /** Runs the program once. */
  run(): void {
    this.#run(0);
  }

  #view({ address, length }: Place): Float32Array {
    return new Float32Array(this.#memory.buffer, address, length);
  }
}
