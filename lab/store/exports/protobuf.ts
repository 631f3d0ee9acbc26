/**
 * The few pieces of the Protocol Buffers wire format that TensorBoard's events are made of.
 *
 * @module
 */

const text = new TextEncoder();
const float = new DataView(new ArrayBuffer(8));

/** A whole number ≥ 0 in base 128, lowest group first. */
export function varint(value: number): number[] {
  const bytes: number[] = [];
  while (value >= 128) {
    bytes.push(value % 128 + 128);
    value = Math.floor(value / 128);
  }
  bytes.push(value);
  return bytes;
}

/** A field that holds a whole number ≥ 0 (int64, enum). */
export function integerField(field: number, value: number): number[] {
  return [field << 3, ...varint(value)];
}

/** A double. */
export function doubleField(field: number, value: number): number[] {
  float.setFloat64(0, value, true);
  return [field << 3 | 1, ...new Uint8Array(float.buffer, 0, 8)];
}

/** A float. */
export function floatField(field: number, value: number): number[] {
  float.setFloat32(0, value, true);
  return [field << 3 | 5, ...new Uint8Array(float.buffer, 0, 4)];
}

/** A message, or text as UTF-8. */
export function bytesField(field: number, content: string | readonly number[]): number[] {
  const bytes = typeof content === "string" ? text.encode(content) : content;
  return [field << 3 | 2, ...varint(bytes.length), ...bytes];
}
