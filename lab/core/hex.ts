/**
 * Bytes as text.
 *
 * @module
 */

/** Two hexadecimal digits for each byte; `Uint8Array.prototype.toHex`, which Node has from 25 on. */
export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
