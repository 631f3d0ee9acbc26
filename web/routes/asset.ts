/** Built and static files. @module */
import { InputError } from "../../lab/core/errors.ts";
import type { State } from "../state.ts";
import { readAsset } from "../assets.ts";
import { encodingFor } from "../compression.ts";
import type { Context } from "../fresh.ts";

/** A file; names with a hash may be kept for good. */
export async function handler({ req, params }: Context<State>): Promise<Response> {
  const encoding = encodingFor(req);
  const file = await readAsset(params.name, encoding);
  if (file === undefined) {
    throw new InputError(`Cannot serve the file as there is none: ${params.name}`);
  }
  const hashed = /-[A-Z0-9]{8}\./.test(params.name);
  return new Response(file.bytes, {
    headers: {
      "content-type": file.mediaType,
      ...file.encoding !== undefined && { "content-encoding": file.encoding },
      "cache-control": hashed ? "public, max-age=31536000, immutable" : "no-cache",
    },
  });
}
