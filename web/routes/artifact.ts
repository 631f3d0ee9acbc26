/** Stored artifacts by content hash. @module */
import type { State } from "../app.ts";
import type { Context } from "../fresh.ts";

/** Answers an artifact's bytes, which never change under their name. */
export async function handler({ params, state }: Context<State>): Promise<Response> {
  if (!/^[0-9a-f]{64}$/.test(params.hash)) return new Response("Not found", { status: 404 });
  try {
    const bytes = await state.store.readArtifact(params.hash);
    return new Response(bytes as Uint8Array<ArrayBuffer>, {
      headers: {
        "content-type": "image/png",
        "cache-control": "public, max-age=31536000, immutable",
        "x-content-type-options": "nosniff",
      },
    });
  } catch {
    return new Response("Not found", { status: 404 });
  }
}
