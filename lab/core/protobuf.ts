/**
 * Messages of Protocol Buffers as they lie in a file, written field by field: formats of others whose
 * few messages need no schema.
 *
 * @module
 */
import { BinaryWriter } from "@bufbuild/protobuf/wire";

/** How a field's value lies in a file. */
const wire = { integer: 0, double: 1, bytes: 2, float: 5 } as const;

/** A message under construction. Fields are added in any order; each method returns the message. */
export class Message {
  readonly #writer = new BinaryWriter();

  #tag(field: number, type: keyof typeof wire): BinaryWriter {
    return this.#writer.uint32(field << 3 | wire[type]);
  }

  /** A whole number (int64, enum, bool). */
  integer(field: number, value: number): this {
    this.#tag(field, "integer").int64(value);
    return this;
  }

  /** Whole numbers, packed into one field. */
  integers(field: number, values: readonly number[]): this {
    const packed = new BinaryWriter();
    for (const value of values) packed.int64(value);
    return this.bytes(field, packed.finish());
  }

  /** A number of eight bytes. */
  double(field: number, value: number): this {
    this.#tag(field, "double").double(value);
    return this;
  }

  /** A number of four bytes. */
  float(field: number, value: number): this {
    this.#tag(field, "float").float(value);
    return this;
  }

  /** Text as UTF-8. */
  text(field: number, value: string): this {
    this.#tag(field, "bytes").string(value);
    return this;
  }

  /** Several texts. */
  texts(field: number, values: readonly string[]): this {
    for (const value of values) this.text(field, value);
    return this;
  }

  /** Bytes as they are. */
  bytes(field: number, value: Uint8Array): this {
    this.#tag(field, "bytes").bytes(value);
    return this;
  }

  /** A message within this one. */
  message(field: number, value: Message): this {
    return this.bytes(field, value.finish());
  }

  /** One message for each value. */
  messages<T>(field: number, values: readonly T[], of: (value: T) => Message): this {
    for (const value of values) this.message(field, of(value));
    return this;
  }

  /** The bytes; nothing may be added after. */
  finish(): Uint8Array {
    return this.#writer.finish();
  }
}
