/**
 * Checksums of what a row holds, so that a damaged row is never read as a sound one.
 *
 * @module
 */
import { crc32 } from "node:zlib";

/** A value of a row as SQLite hands it over. */
export type Part = null | number | bigint | string | Uint8Array;

/**
 * CRC-32 (IEEE 802.3) over the parts one after the other, each with its kind and length before it:
 * bytes as they are, everything else as its decimal text.
 */
export function checksum(...parts: readonly Part[]): number {
  return parts.reduce<number>((sum, part) => {
    const content = part instanceof Uint8Array ? part : String(part);
    const head = `${typeof content === "string" ? "text" : "bytes"} ${content.length}\n`;
    return crc32(content, crc32(head, sum));
  }, 0);
}
