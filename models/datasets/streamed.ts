/**
 * Examples that are read as they are needed, for files that memory does not hold: the same splits and
 * batches as if it did, but that few enough are held out for what measures and chooses to stay in
 * memory.
 *
 * @module
 */
import * as z from "zod";
import type { ExampleReader, Split } from "../../lab/core/dataset.ts";
import { InputError } from "../../lab/core/errors.ts";
import type { DatasetContext } from "../../lab/core/registry.ts";
import { sha256 } from "../../lab/core/sha256.ts";
import { bytesOf } from "../../lab/core/tensor_data.ts";

/** The field `streamed`. */
export const streamedField = {
  streamed: z.boolean().optional().meta({
    description: "Training examples are read as they are needed, for more than memory holds",
  }),
};

/** Numbers that are held in memory of examples that are read otherwise. */
const HELD = 2 ** 24;
/** Bounds of how many examples these may be. */
const [FEWEST, MOST] = [1000, 10_000];

/** The most examples of a split in memory beside a streamed one. */
export function mostHeld({ size }: ExampleReader): number {
  return Math.min(MOST, Math.max(FEWEST, Math.floor(HELD / size)));
}

/** A split whose examples are read; the first of them are held once measures ask for them. */
export function streamedSplit(
  own: Omit<Split, "values"> & { readonly reader: ExampleReader },
): Split & { readonly reader: ExampleReader } {
  let values: Float32Array | undefined;
  return {
    ...own,
    get values() {
      return values ??= firstExamples(own.reader, Math.min(own.count, mostHeld(own.reader)));
    },
  };
}

/** The first examples, read into memory. */
export function firstExamples(reader: ExampleReader, count: number): Float32Array {
  const values = new Float32Array(count * reader.size);
  reader.gather(Int32Array.from({ length: count }, (_, i) => i), values);
  return values;
}

/** What tells a file's examples from others: SHA-256 over that of each part, in their order. */
export function digestOfParts(): {
  add(part: ArrayBufferView): Promise<void>;
  digest(): string;
} {
  const digests: string[] = [];
  return {
    add: async (part) => {
      const digest = await crypto.subtle.digest(
        "SHA-256",
        bytesOf(part) as Uint8Array<ArrayBuffer>,
      );
      digests.push(new Uint8Array(digest).toHex());
    },
    digest: () => sha256(new TextEncoder().encode(digests.join())),
  };
}

/** What opens files. @throws InputError where a place has none. */
export function openerOf(
  { openFile }: Pick<DatasetContext<unknown>, "openFile">,
): NonNullable<DatasetContext<unknown>["openFile"]> {
  if (openFile !== undefined) return openFile;
  throw new InputError("Cannot stream examples as this place reads whole files alone");
}
