/**
 * Safetensors files whose content was changed and whose hash fits it.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { encodeSafetensors } from "../../../lab/core/safetensors.ts";
import type { NamedTensors } from "../../../lab/core/tensor_data.ts";

const HASH = "reverie.sha256";

/** A changed file with the hash of what it has become, as who means harm would write it. */
export function resealed(
  tensors: NamedTensors,
  { [HASH]: _, ...metadata }: Readonly<Record<string, string>>,
): Uint8Array {
  const hash = createHash("sha256").update(encodeSafetensors(tensors, metadata)).digest("hex");
  return encodeSafetensors(tensors, { ...metadata, [HASH]: hash });
}
