/** `runs`: what is stored. @module */
import { object } from "@optique/core/constructs";
import { multiple, optional } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { integer, string } from "@optique/core/valueparser";
import {
  defaulting,
  defineCommand,
  jsonOption,
  named,
  plain,
  PROGRAM,
  storeOption,
  whereOption,
} from "../command.ts";
import type { Condition } from "../../lab/experiment/conditions.ts";
import { DAMAGED, isOwnKey, matching, readerOf } from "../../lab/experiment/run_fields.ts";
import { runsWith, sorted, whyNone } from "../filter.ts";
import { exists } from "../files.ts";
import { plural } from "../terminal/format.ts";
import { Judge } from "../../lab/experiment/verdict.ts";
import { runsDocument } from "../run_document.ts";
import { runsTable } from "../terminal/runs_table.ts";
import { waitingLines } from "../waiting.ts";
import { commandLine, damagedLines, openStoreOf, storeLocation } from "../stores.ts";

const noRuns = (location: string | undefined) =>
  `No runs yet. To train: ${commandLine("run NAME", location)} (${PROGRAM} list shows the names)`;

/** Runs shown to a person who asks for no number. */
const SHOWN = 30;

/** The command `runs`. */
export const runs = defineCommand({
  name: "runs",
  usage: "[WORD…] [OPTIONS]",
  brief: "Stored runs: filter, sort",
  description:
    "Lists stored runs, newest first. Words keep those that hold them all in their id, name, " +
    "experiment, agent, model, world, data set, status, tags or note.",
  examples: [
    ["runs", "the newest runs"],
    ["runs pendulum sac", "those that have to do with both words"],
    ['runs --where "agent=ppo and status=completed"', "the finished runs of PPO"],
    ['runs --where "evaluation/return_mean>=475 and seed<3"', "by a metric and the seed"],
    ['runs --where "started>=2026-11-20"', "what was started since a day"],
    ["runs --sort evaluation/return_mean --limit 5", "the five best"],
    ["runs --where agent.gamma=0.98 --json", "by a field of the configuration, for a program"],
  ],
  parser: (known) =>
    object({
      words: multiple(argument(named("WORD", known.experiments), {
        description: plain(
          "Only runs that hold these words in id, name, parts, status, tags or note.",
        ),
      })),
      where: whereOption(),
      sort: defaulting(
        option("--sort", string({ metavar: "KEY" }), {
          description: plain(
            "A KEY as of --where, or figure, what the table shows; numbers go from the greatest " +
              "down, those without it stand last.",
          ),
        }),
        "started",
      ),
      reverse: option("--reverse", { description: plain("The other way round.") }),
      limit: optional(option("--limit", integer({ metavar: "N", min: 1 }), {
        description: plain(`At most so many. Default: ${SHOWN}, with --json all.`),
      })),
      trash: option("--trash", { description: plain("The deleted runs instead.") }),
      json: jsonOption(),
      store: storeOption(),
    }),
  async run({ words, where, sort, reverse, limit, trash, json, store: location }, io) {
    if (location === undefined && !await exists(storeLocation(io, undefined))) {
      io.out(json ? JSON.stringify({ runs: [] }, null, 2) : noRuns(location));
      return 0;
    }
    using opened = await openStoreOf(io, location, { readOnly: true });
    const { store } = opened;
    const all = store.runs({ trashed: trash });
    const found = sorted(store, runsWith(matching(store, all, where), words), sort, reverse);
    const shown = found.slice(0, limit ?? (json ? found.length : SHOWN));
    const judge = new Judge(await io.registries());
    const damaged = damagedLines(store, { trashed: trash });
    if (json) {
      io.out(runsDocument(store, shown, judge, damaged.length > 0 ? { damaged } : {}));
    } else if (shown.length === 0 && !(asksDamaged(where) && damaged.length > 0)) {
      const why = whyNone(store, all, where);
      const trashed = store.runs({ trashed: true }).length;
      io.out(
        all.length + damaged.length > 0
          ? `${why[0].toUpperCase()}${why.slice(1)}.`
          : trash
          ? "The trash is empty."
          : trashed > 0
          ? `No runs but ${plural(trashed, "deleted one")}: ${
            commandLine("runs --trash", location)
          }`
          : noRuns(location),
      );
    } else if (shown.length > 0) {
      const ranges = where.filter(({ operator }) => operator !== "=");
      const asked = [sort, ...ranges.map(({ key }) => key)].filter(isOwnKey);
      const more = [...new Set(asked)].map((key) => ({
        title: key,
        read: readerOf(store, all, key, "show runs"),
      }));
      io.out(runsTable(store, shown, io, more, judge));
      const left = found.length - shown.length;
      if (left > 0) io.out(`… and ${plural(left, "run")} more (--limit ${found.length})`);
    }
    // Requests have no fields yet that a filter could ask for.
    const isAll = where.length === 0 && words.length === 0;
    for (const line of json || !isAll ? [] : await waitingLines(opened, location)) io.out(line);
    if (!json && damaged.length > 0) io.out(damaged.join("\n"));
    return 0;
  },
});

/** Whether damaged runs are asked for: those whose record is, whose fields nobody knows, have lines below. */
function asksDamaged(where: readonly Condition[]): boolean {
  return where.some(({ key, operator, wanted }) =>
    key === "status" && operator === "=" && wanted === DAMAGED
  );
}
