/**
 * One growing WebAssembly memory that programs and state share.
 *
 * @module
 */
import { LabError } from "../../core/errors.ts";

/** Of a WebAssembly memory. */
export const pageBytes = 65536;

/**
 * Hands out byte ranges that are never taken back. Where the page or worker may share memory, it
 * grows without detaching views; elsewhere all of it is reserved at once.
 */
export class SharedArena {
  /** Whether the memory is shared. */
  readonly shared = typeof SharedArrayBuffer !== "undefined";
  /** Its limit: 1 GiB shared; else what a page can be expected to reserve. */
  readonly mostPages = this.shared ? 16384 : 4096;
  readonly memory = new WebAssembly.Memory({
    initial: this.shared ? 16 : this.mostPages,
    maximum: this.mostPages,
    shared: this.shared,
  });
  // The first bytes are the threads' words; so 0 is no address.
  #top = 64;

  /** The first free byte. */
  get top(): number {
    return this.#top;
  }

  /**
   * Takes everything up to `end`, from `top` on.
   *
   * @throws LabError that says the bytes asked for where the memory cannot grow so far.
   */
  takeUpTo(end: number): void {
    const pages = Math.ceil(end / pageBytes) - this.memory.buffer.byteLength / pageBytes;
    if (pages > 0) {
      try {
        this.memory.grow(pages);
      } catch {
        throw new LabError(
          `Cannot hold the programs in memory as WebAssembly offers at most ${
            this.mostPages * pageBytes
          } bytes here: ${end} asked for`,
        );
      }
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

  /** `length` float32 elements at an address: valid until the memory grows. */
  floats(address: number, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, address, length);
  }

  /** `length` int32 elements at an address: valid until the memory grows. */
  ints(address: number, length: number): Int32Array {
    return new Int32Array(this.memory.buffer, address, length);
  }
}
