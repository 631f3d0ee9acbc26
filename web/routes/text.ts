/** Stored samples of text by content hash. @module */
import { InputError, LabError } from "../../lab/core/errors.ts";
import type { State } from "../state.ts";
import type { Context } from "../fresh.ts";

/** A text, as plain text whatever it may look like; it never changes under its name. */
export async function handler({ params, state }: Context<State>): Promise<Response> {
  const bytes = await state.store.readArtifact(params.hash).catch((error) => {
    if (!(error instanceof LabError)) throw error;
    throw new InputError("Cannot show the text as its file is missing or damaged");
  });
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new InputError("Cannot show the text as its file is none");
  }
  return new Response(bytes as Uint8Array<ArrayBuffer>, {
    headers: {
      "content-type": "text/plain; charset=utf-8",
      "x-content-type-options": "nosniff",
      "cache-control": "public, max-age=31536000, immutable",
    },
  });
}
