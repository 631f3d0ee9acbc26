/** Stored pictures by content hash. @module */
import { InputError, LabError } from "../../lab/core/errors.ts";
import type { State } from "../state.ts";
import type { Context } from "../fresh.ts";

/** A picture's bytes, which never change under their name. */
export async function handler({ params, state }: Context<State>): Promise<Response> {
  const bytes = await state.store.readArtifact(params.hash).catch((error) => {
    if (!(error instanceof LabError)) throw error;
    throw new InputError(`Cannot show the picture as its file is missing or damaged`);
  });
  // Whatever else is stored is text or program to a browser, and nothing that it may open here.
  if (!isPng(bytes)) throw new InputError("Cannot show the picture as its file is no PNG");
  return new Response(bytes as Uint8Array<ArrayBuffer>, {
    headers: {
      "content-type": "image/png",
      "cache-control": "public, max-age=31536000, immutable",
    },
  });
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

const isPng = (bytes: Uint8Array) => signature.every((byte, i) => bytes[i] === byte);
