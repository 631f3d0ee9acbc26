/**
 * Values between two processes, through a pipe: each as V8 writes it, behind its length.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { deserialize, serialize } from "node:v8";

/** Bytes of a length. */
const HEADER = 4;

/** Writes values into a pipe, one after the other. */
export class FrameWriter {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;

  constructor(pipe: WritableStream<Uint8Array>) {
    this.#writer = pipe.getWriter();
  }

  /** Writes a value, whose views of shared memory are copied. Rejects where nobody reads any more. */
  async write(value: unknown): Promise<void> {
    const body = serialize(value);
    const frame = new Uint8Array(HEADER + body.length);
    new DataView(frame.buffer).setUint32(0, body.length);
    frame.set(body, HEADER);
    await this.#writer.write(frame);
  }
}

/** The values that come through a pipe, until it ends. */
export async function* framesOf(pipe: ReadableStream<Uint8Array>): AsyncGenerator<unknown> {
  let parts: Uint8Array[] = [];
  let [held, wanted] = [0, HEADER];
  let isBody = false;
  for await (const part of pipe) {
    parts.push(part);
    held += part.length;
    while (held >= wanted) {
      const whole = parts.length === 1 ? parts[0] : Buffer.concat(parts);
      const taken = whole.subarray(0, wanted);
      parts = [whole.subarray(wanted)];
      held -= wanted;
      if (isBody) {
        yield deserialize(Buffer.from(taken));
        wanted = HEADER;
      } else wanted = new DataView(taken.buffer, taken.byteOffset).getUint32(0);
      isBody = !isBody;
    }
  }
}
