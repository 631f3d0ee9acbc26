/**
 * Cyclic redundancy checks of 32 bits of bytes at hand, where there is no more than the language. Who has
 * `node:zlib` takes that.
 *
 * @module
 */

/** A check by its polynomial, reflected: byte by byte, through a table. */
function checkBy(polynomial: number): (bytes: Uint8Array) => number {
  const table = Uint32Array.from({ length: 256 }, (_, byte) => {
    for (let bit = 0; bit < 8; bit++) byte = byte & 1 ? byte >>> 1 ^ polynomial : byte >>> 1;
    return byte;
  });
  return (bytes) => {
    let check = -1;
    for (const byte of bytes) check = table[(check ^ byte) & 0xff] ^ check >>> 8;
    return ~check >>> 0;
  };
}

/**
 * CRC-32 (IEEE 802.3), as zip, gzip and PNG have it.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert";
 * strictEqual(crc32(new TextEncoder().encode("123456789")), 0xcbf43926);
 * ```
 */
export const crc32: (bytes: Uint8Array) => number = checkBy(0xedb88320);

/** CRC-32C (Castagnoli), as TFRecords have it. */
export const crc32c: (bytes: Uint8Array) => number = checkBy(0x82f63b78);
