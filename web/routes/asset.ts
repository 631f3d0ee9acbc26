/** Built and static files. @module */
import type { State } from "../app.ts";
import { readAsset } from "../assets.ts";
import type { Context } from "../fresh.ts";

/** Answers a file; names with a hash may be kept for good. */
export async function handler({ params }: Context<State>): Promise<Response> {
  const file = await readAsset(params.name);
  if (file === undefined) return new Response("Not found", { status: 404 });
  const hashed = /-[A-Z0-9]{8}\./.test(params.name);
  return new Response(file.bytes, {
    headers: {
      "content-type": file.mediaType,
      "cache-control": hashed ? "public, max-age=31536000, immutable" : "no-cache",
    },
  });
}
