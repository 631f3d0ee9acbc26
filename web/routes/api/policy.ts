/** A run's agent or model, and what goes with it, as files. @module */
import { InputError, unknownName } from "../../../lab/core/errors.ts";
import { parts } from "../../file_parts.ts";
import type { State } from "../../state.ts";
import type { Context } from "../../fresh.ts";

const kinds = ["final", "best", "last"] as const;

/**
 * `?run=ID&kind=final` or `?run=ID&checkpoint=12`: bytes that `loadPolicy` opens; with `part=model`
 * or `part=judge` those that `loadModel` opens, with `part=examples` some of its data's test split.
 */
export async function handler(
  { req, url: { searchParams: query }, state: { store, policies } }: Context<State>,
): Promise<Response> {
  const run = store.find(query.get("run") ?? "");
  const checkpoint = query.get("checkpoint");
  const kind = kinds.find((each) => each === (query.get("kind") ?? "final"));
  if (kind === undefined) {
    throw new InputError(
      `Cannot show a policy as its kind must be ${kinds.join(", ")}: ${query.get("kind")}`,
    );
  }
  const asked = query.get("part") ?? "policy";
  const part = parts.find((each) => each === asked);
  if (part === undefined) throw unknownName("show the run", "part", asked, parts);
  const wanted = checkpoint === null ? kind : Number(checkpoint);
  return new Response(await policies.of(run, wanted, part, req.signal), {
    headers: { "content-type": "application/octet-stream" },
  });
}
