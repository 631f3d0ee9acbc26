/** Stored pictures by content hash. @module */
import type { State } from "../state.ts";
import type { Context } from "../fresh.ts";

/** A picture's bytes, which never change under their name. */
export async function handler({ params, state }: Context<State>): Promise<Response> {
  const bytes = await state.store.readArtifact(params.hash);
  return new Response(bytes as Uint8Array<ArrayBuffer>, {
    headers: {
      "content-type": "image/png",
      "cache-control": "public, max-age=31536000, immutable",
    },
  });
}
