/** Changes that a reader makes to runs: tags, the note, the trash and back. @module */
import * as z from "zod";
import { InputError, LabError } from "../../../lab/core/errors.ts";
import { printable } from "../../../lab/core/printable.ts";
import type { Store } from "../../../lab/store/store.ts";
import type { Context } from "../../fresh.ts";
import type { State } from "../../state.ts";

const tag = z.string().trim().min(1).max(50).transform(printable);

/** What may be asked for. */
const changeSchema = z.discriminatedUnion("action", [
  z.strictObject({ action: z.literal("tag"), tag }),
  z.strictObject({ action: z.literal("untag"), tag }),
  z.strictObject({ action: z.literal("note"), note: z.string().max(10_000) }),
  z.strictObject({ action: z.literal("trash") }),
  z.strictObject({ action: z.literal("restore") }),
]);
const bodySchema = z.strictObject({
  runs: z.array(z.string().max(20)).min(1).max(1000),
  change: changeSchema,
});

/** A change of runs. */
export type Change = z.input<typeof changeSchema>;

/** `{ runs: [ID…], change: { action: "tag", tag: "starred" } }`; returns `{ changed }`. */
export async function post({ req, state }: Context<State>): Promise<Response> {
  const { writable } = state;
  if (writable === null) {
    return new Response("Cannot change runs as the dashboard was started with --read-only", {
      status: 403,
    });
  }
  const parsed = bodySchema.safeParse(await req.json().catch(() => undefined));
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    return new Response(
      `Cannot change runs as ${path.join(".") || "the body"} is wrong: ${message}`,
      {
        status: 400,
      },
    );
  }
  const { runs, change } = parsed.data;
  let changed = 0;
  try {
    for (const id of runs) {
      apply(writable, id, change);
      changed++;
    }
  } catch (error) {
    if (!(error instanceof LabError || error instanceof InputError)) throw error;
    return new Response(error.message, { status: 409 });
  }
  return Response.json({ changed });
}

function apply(store: Store, id: string, change: z.output<typeof changeSchema>): void {
  switch (change.action) {
    case "trash":
      return store.trash(id);
    case "restore":
      return store.restore(id);
    case "note":
      return store.update(id, { note: change.note });
  }
  const { tags } = store.find(id);
  const others = tags.filter((each) => each !== change.tag);
  store.update(id, { tags: change.action === "tag" ? [...others, change.tag] : others });
}
