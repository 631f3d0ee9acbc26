/**
 * Text files as text.
 *
 * @module
 */
import { InputError } from "./errors.ts";
import type { ReadBytes } from "./registry.ts";

/** The text of a file. @throws InputError where its bytes are no UTF-8. */
export function utf8Text({ bytes, path }: ReadBytes): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new InputError(`Cannot read ${path} as it must be UTF-8 text: other bytes are in it`);
  }
}
