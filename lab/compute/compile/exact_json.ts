/**
 * JSON by which plain values are told apart to the bit.
 *
 * @module
 */

/** JSON that also writes what it has no form for: the bits of arrays, NaN, infinities, −0. */
export function exactJson(value: unknown): string {
  return JSON.stringify(value, exact);
}

function exact(_: string, value: unknown): unknown {
  if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    return `${value.constructor.name} ${bytes.join()}`;
  }
  if (typeof value !== "number" || (Number.isFinite(value) && !Object.is(value, -0))) return value;
  return `number ${Object.is(value, -0) ? "-0" : value}`;
}
