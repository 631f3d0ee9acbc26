/** The policy of a run's agent as a file. @module */
import { InputError } from "../../../lab/core/errors.ts";
import type { State } from "../../state.ts";
import type { Context } from "../../fresh.ts";

const kinds = ["final", "best", "last"] as const;

/** `?run=ID&kind=final` or `?run=ID&checkpoint=12`: bytes that `loadPolicy` opens. */
export async function handler(
  { url: { searchParams: query }, state: { store, policies } }: Context<State>,
): Promise<Response> {
  const run = store.find(query.get("run") ?? "");
  const checkpoint = query.get("checkpoint");
  const kind = kinds.find((each) => each === (query.get("kind") ?? "final"));
  if (kind === undefined) {
    throw new InputError(
      `Cannot show a policy as its kind must be ${kinds.join(", ")}: ${query.get("kind")}`,
    );
  }
  return new Response(await policies.of(run, checkpoint === null ? kind : Number(checkpoint)), {
    headers: { "content-type": "application/octet-stream" },
  });
}
