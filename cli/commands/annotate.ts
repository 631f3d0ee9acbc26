/** `annotate RUN…`: names, tags and notes of runs that are there. @module */
import { object } from "@optique/core/constructs";
import { multiple, optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { InputError, unknownName } from "../../lab/core/errors.ts";
import { printableLines, shortened } from "../../lab/core/printable.ts";
import { LONGEST_NAME, LONGEST_TAG, retagged } from "../../lab/experiment/tags.ts";
import type { Run } from "../../lab/store/store.ts";
import {
  defineCommand,
  noteText,
  plain,
  runArguments,
  shortText,
  storeOption,
  whereOption,
} from "../command.ts";
import { chosenRuns } from "../filter.ts";
import { needRuns, openStoreOf } from "../stores.ts";

/** The command `annotate`. */
export const annotate = defineCommand({
  name: "annotate",
  usage: "RUN… | --where CONDITION [OPTIONS]",
  brief: "Renames runs, tags them, adds to their notes",
  description:
    "Changes by what runs are found: their tags, their name, by which compare and report find " +
    "them, and their note, to which lines are added. What runs were trained with stays as it is.",
  examples: [
    ["annotate 3f2a 91bc --tag paper", "a tag more on two runs"],
    ['annotate --where "agent.gamma=0.9" --tag short --untag new', "of all that meet a condition"],
    ['annotate latest --note "Power was out for an hour."', "a line more in the note"],
    ["annotate latest --name baseline", "another name"],
  ],
  parser: (known) =>
    object({
      runs: runArguments(known),
      where: whereOption(),
      tag: multiple(option("--tag", shortText("TAG", LONGEST_TAG), {
        description: plain("Add this tag. Repeatable."),
      })),
      untag: multiple(option("--untag", shortText("TAG", LONGEST_TAG), {
        description: plain("Take this tag away. Repeatable."),
      })),
      note: optional(option("--note", noteText(), {
        description: plain("Add this line to the note."),
      })),
      name: optional(option("--name", shortText("NAME", LONGEST_NAME), {
        description: plain("What to call the runs."),
      })),
      store: storeOption({ isFolder: true }),
    }),
  async run({ runs: references, where, tag, untag, note, name, store: location }, io) {
    if (tag.length === 0 && untag.length === 0 && note === undefined && name === undefined) {
      throw new InputError(
        "Cannot annotate runs as nothing is to change: --tag, --untag, --note or --name is needed",
      );
    }
    const both = tag.find((each) => untag.includes(each));
    if (both !== undefined) {
      throw new InputError(`Cannot annotate runs as --tag and --untag both name ${both}`);
    }
    if (where.length === 0) needRuns("annotate", references, "--where");
    using opened = await openStoreOf(io, location, { existing: true });
    const { store } = opened;
    const found = chosenRuns(store, "annotate", references, where);
    const tags = new Set(found.flatMap((run) => run.tags));
    const unknown = untag.find((each) => !tags.has(each));
    if (unknown !== undefined) throw unknownName("annotate runs", "tag", unknown, tags);
    for (const run of found) {
      const next = {
        name: name ?? run.name,
        tags: retagged(run.tags, tag, untag),
        note: note === undefined ? run.note : [run.note, note].filter(Boolean).join("\n"),
      };
      const changes = differences(run, next);
      if (changes.length > 0) store.update(run.id, next);
      io.out([run.id, ...changes.length > 0 ? changes : ["as it was"]].join("  "));
    }
    return 0;
  },
});

/** In what a run's words are others than before. */
function differences(
  before: Run,
  after: Pick<Run, "name" | "tags" | "note">,
): readonly string[] {
  const words = (tags: readonly string[]) => tags.join(", ") || "none";
  return [
    before.name === after.name ? [] : `name ${before.name} → ${after.name}`,
    words(before.tags) === words(after.tags)
      ? []
      : `tags ${words(before.tags)} → ${words(after.tags)}`,
    before.note === after.note
      ? []
      : `note ${shortened(printableLines(after.note).replaceAll("\n", " ⏎ "))}`,
  ].flat();
}
