/** `delete RUN…`: to the trash, back from it, or for good. @module */
import { object } from "@optique/core/constructs";
import { multiple } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { InputError, LabError } from "../../lab/core/errors.ts";
import type { Run, Store } from "../../lab/store/store.ts";
import { defineCommand, named, plain, runArguments, storeOption, whereOption } from "../command.ts";
import type { Condition } from "../../lab/experiment/conditions.ts";
import { isPostgres } from "../../lab/store/scheme.ts";
import { bytes, plural } from "../terminal/format.ts";
import { chosenRuns } from "../filter.ts";
import { commandLine, needRuns, openStoreOf } from "../stores.ts";
import { hubOpener } from "../fleet.ts";
import { trainedBy, waitingIn } from "../waiting.ts";

/** The command `delete`. */
export const deleteRuns = defineCommand({
  name: "delete",
  usage: "RUN… | --where CONDITION | --restore RUN | --purge | --orphans | --waiting [OPTIONS]",
  brief: "Moves runs to the trash; empties it; takes runs back",
  description: "Moves runs to a trash, from which --restore takes them back until --purge " +
    "deletes what is in it for good.",
  examples: [
    ["delete 3f2a 91bc", "two runs to the trash"],
    ["delete --where status=diverged", "all that diverged"],
    ["delete --restore 3f2a", "one of them back"],
    ["delete --purge", "the rest for good"],
    ["delete --orphans", "files that no run has: lists them"],
    ["delete --waiting", "what batches asked for and has not begun"],
  ],
  parser: (known) =>
    object({
      runs: runArguments(known),
      where: whereOption(),
      restore: multiple(option("--restore", named("RUN", []), {
        description: plain("Take this run back from the trash. Repeatable."),
      })),
      purge: option("--purge", { description: plain("Delete what is in the trash for good.") }),
      orphans: option("--orphans", {
        description: plain(
          "List files that no run has, as a lost or older database leaves them; with --purge, " +
            "delete these alone.",
        ),
      }),
      waiting: option("--waiting", {
        description: plain(
          "Give up the runs that batches asked for and that have not begun, of batches that " +
            "nothing trains; of a PostgreSQL store those that no worker has taken.",
        ),
      }),
      store: storeOption(),
    }),
  async run({ runs: references, where, restore, purge, orphans, waiting, store: location }, io) {
    const named = references.length > 0 || where.length > 0;
    const asked = [named, restore.length > 0, purge || orphans, waiting].filter(Boolean).length;
    if (asked > 1) {
      throw new InputError(
        "Cannot delete as RUN… or --where, --restore, --purge or --orphans, and --waiting exclude " +
          "each other",
      );
    }
    if (asked === 0) needRuns("delete", references, "--where");
    if (waiting && isPostgres(location)) {
      const open = await hubOpener(io, location);
      await using hub = await open();
      io.out(`Gave up ${plural(await hub.giveUp(), "run")} that no worker had taken`);
      return 0;
    }
    using opened = await openStoreOf(io, location, { existing: true });
    const { store } = opened;
    const line = (words: string) => commandLine(words, location);
    if (orphans && !purge) {
      const found = store.orphans();
      const total = found.reduce((sum, each) => sum + each.bytes, 0);
      const lines = found.map(({ path, bytes: size }) => `${path}  ${bytes(size)}`);
      io.out([
        ...lines,
        found.length === 0
          ? "No orphans: every file belongs to a run"
          : `${plural(found.length, "orphan")}, ${bytes(total)}. To take runs among them back: ` +
            `${line("recover")}. To delete them for good: ${line("delete --orphans --purge")}`,
      ].join("\n"));
    } else if (waiting) {
      io.out(givenUp(store));
    } else if (orphans) {
      const purged = store.purgeOrphans();
      io.out(`Deleted ${plural(purged.orphans, "orphan")} for good: ${bytes(purged.bytes)} freed`);
    } else if (purge) {
      const purged = store.purge();
      io.out(`Deleted ${plural(purged.runs, "run")} for good: ${bytes(purged.bytes)} freed`);
    } else if (restore.length > 0) {
      const found = [
        ...new Set(restore.map((reference) => store.idOf(reference, { trashed: true }))),
      ];
      for (const id of found) store.restore(id);
      io.out(`Restored ${plural(found.length, "run")}: ${found.join(", ")}`);
    } else {
      const found = chosen(store, references, where);
      const active = found.find((run) => run.active);
      if (active !== undefined) {
        throw new LabError(`Cannot delete ${active.id} as it is training now: stop it first`);
      }
      const ids = found.map(({ id }) => id);
      const gaps = gapsOf(store, ids);
      for (const id of ids) store.trash(id);
      io.out([
        `Moved ${plural(ids.length, "run")} to the trash: ${ids.join(", ")}`,
        ...gaps,
        `To take back: ${line("delete --restore RUN")}`,
        `To free the space: ${line("delete --purge")}`,
      ].join("\n"));
    }
    return 0;
  },
});

/** A line for each sweep that loses some of its runs, but not all, with these. */
function gapsOf(store: Store, ids: readonly string[]): string[] {
  const taken = new Set(ids);
  const sweeps = Map.groupBy(store.runs(), ({ manifest }) => manifest.sweep?.name);
  return [...sweeps].flatMap(([name, runs]) => {
    const lost = runs.filter(({ id }) => taken.has(id)).length;
    if (name === undefined || lost === 0 || lost === runs.length) return [];
    return `The sweep ${name} lacks ${
      lost === 1 ? "it" : `${lost} of them`
    } and trains as much again ` +
      "where it goes on";
  });
}

/**
 * Gives up what waits of batches that nothing trains.
 *
 * @returns What became of them, a line.
 */
function givenUp(store: Store): string {
  const runs = store.runs();
  const batches = store.batches().filter(({ waiting }) => waiting.length > 0);
  const idle = batches.filter((batch) => trainedBy(store, runs, batch) === undefined);
  for (const { id } of idle) store.dropBatch(id);
  const given = waitingIn(idle);
  const left = waitingIn(batches) - given;
  const kept = left === 0 ? "" : `; ${plural(left, "run")} of batches in training stay`;
  return `Gave up ${plural(given, "run")} that had not begun${kept}`;
}

/** The runs to delete; also a damaged one, where it is named. */
function chosen(
  store: Store,
  references: readonly string[],
  where: readonly Condition[],
): Pick<Run, "id" | "active">[] {
  const damaged = store.damagedRuns().filter(({ id }) =>
    references.some((reference) => store.idOf(reference) === id)
  );
  const isSound = (reference: string) => damaged.every(({ id }) => id !== store.idOf(reference));
  const sound = references.filter(isSound);
  if (damaged.length > 0 && where.length > 0) {
    throw new InputError(
      `Cannot delete ${damaged[0].id} by a condition as its record is damaged: give its id alone`,
    );
  }
  if (sound.length === 0 && damaged.length > 0) return damaged;
  return [...damaged, ...chosenRuns(store, "delete", sound, where)];
}
