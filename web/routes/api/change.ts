/** Changes that a reader makes to runs: tags, the note, the trash and back. @module */
import * as z from "zod";
import { LabError } from "../../../lab/core/errors.ts";
import { printableLines } from "../../../lab/core/printable.ts";
import { MOST_NAMED } from "../../compare_query.ts";
import type { Store } from "../../../lab/store/store.ts";
import type { Context } from "../../fresh.ts";
import type { State } from "../../state.ts";
import {
  isNote,
  isShortLine,
  LONGEST_TAG,
  NOTE_RULE,
  retagged,
  TAG_RULE,
} from "../../../lab/experiment/tags.ts";

/** Characters of a note, at most. */
const LONGEST_NOTE = 10_000;

const tag = z.string().trim().refine((text) => isShortLine(text, LONGEST_TAG), {
  error: `it ${TAG_RULE}`,
});

/** What may be asked for. */
const changeSchema = z.discriminatedUnion("action", [
  z.strictObject({ action: z.literal("tag"), tag }),
  z.strictObject({ action: z.literal("untag"), tag: z.string().trim() }),
  z.strictObject({
    ...{
      action: z.literal("note"),
      note: z.string()
        .max(LONGEST_NOTE, {
          error: `it has more than ${LONGEST_NOTE.toLocaleString("en")} characters`,
        })
        .refine(isNote, { error: `it ${NOTE_RULE}` }),
    },
    /** The note that the page began with: what was written since is not lost. */
    before: z.string(),
  }),
  z.strictObject({ action: z.literal("trash") }),
  z.strictObject({ action: z.literal("restore") }),
]);
const bodySchema = z.strictObject({
  runs: z.array(z.string().max(20)).min(1).max(MOST_NAMED),
  change: changeSchema,
});

/** A change of runs. */
export type Change = z.input<typeof changeSchema>;

/** What became of a change. */
export interface Changed {
  /** Ids of the runs that are other than before. */
  readonly changed: readonly string[];
}

/** Why a note is not changed: another one was written meanwhile. */
export interface OtherNote {
  /** The note that is stored. */
  readonly note: string;
}

class OtherNoteError extends LabError {
  constructor(readonly note: string) {
    super("Cannot change the note as another one was written meanwhile");
  }
}

/**
 * `{ runs: [ID…], change: { action: "tag", tag: "starred" } }`; returns {@linkcode Changed}. Where one
 * run refuses, none is changed: 409 with a line, or with the {@linkcode OtherNote} that is in the way.
 */
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
  const made: { readonly id: string; readonly back: () => void }[] = [];
  try {
    // A store that was replaced has other runs; what is written into the old one would be lost.
    writable.version();
    for (const id of new Set(runs)) {
      const back = apply(writable, id, change);
      if (back !== undefined) made.push({ id, back });
    }
  } catch (error) {
    for (const { back } of made) back();
    if (!(error instanceof OtherNoteError)) throw error;
    const other: OtherNote = { note: error.note };
    return Response.json(other, { status: 409 });
  }
  const changed: Changed = { changed: made.map(({ id }) => id) };
  return Response.json(changed);
}

/**
 * Changes a run.
 *
 * @returns What takes the change back; undefined: the run was so already.
 */
function apply(
  store: Store,
  id: string,
  change: z.output<typeof changeSchema>,
): (() => void) | undefined {
  switch (change.action) {
    case "trash":
    case "restore": {
      const run = store.run(id);
      const isTrash = change.action === "trash";
      if (run !== undefined && isTrash === (run.trashedAt !== null)) return undefined;
      const [there, back] = isTrash
        ? (["trash", "restore"] as const)
        : (["restore", "trash"] as const);
      store[there](id);
      return () => store[back](id);
    }
    case "note": {
      const { note } = store.find(id);
      const shown = printableLines(note);
      if (shown === printableLines(change.note)) return undefined;
      if (shown !== printableLines(change.before)) throw new OtherNoteError(shown);
      store.update(id, { note: change.note });
      return () => store.update(id, { note });
    }
  }
  const { tags } = store.find(id);
  const isAdded = change.action === "tag";
  if (tags.includes(change.tag) === isAdded) return undefined;
  const [added, removed] = isAdded ? [[change.tag], []] : [[], [change.tag]];
  store.update(id, { tags: retagged(tags, added, removed) });
  return () => store.update(id, { tags });
}
