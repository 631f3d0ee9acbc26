/** A run's agent or model, and what goes with it, as files. @module */
import { InputError, unknownName } from "../../../lab/core/errors.ts";
import { parts } from "../../file_parts.ts";
import type { State } from "../../state.ts";
import type { Context } from "../../fresh.ts";

const kinds = ["final", "best", "last"] as const;

/**
 * `?run=ID&kind=final` or `?run=ID&checkpoint=12`: bytes that `loadPolicy` opens; with `part=model`
 * or `part=judge` those that `loadModel` opens, with `part=examples` some of its data's test split. With
 * `part=settings` the fields that a model may draw its samples by, one of which each
 * `set=model.guidance=2` gives another value.
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
  const settings = query.getAll("set").map((text) => {
    const [path, ...rest] = text.split("=");
    return [path, rest.join("=")] as const;
  });
  return new Response(await policies.of(run, wanted, part, { signal: req.signal, settings }), {
    headers: { "content-type": "application/octet-stream" },
  });
}
