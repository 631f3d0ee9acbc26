/** `compare RUN… | --where …`: statistics over seeds. @module */
import { object } from "@optique/core/constructs";
import { optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { float, string } from "@optique/core/valueparser";
import { InputError } from "../../lab/core/errors.ts";
import {
  againstOption,
  defineCommand,
  jsonOption,
  pairedOption,
  plain,
  runArguments,
  storeOption,
  whereOption,
} from "../command.ts";
import { Judge } from "../../lab/experiment/verdict.ts";
import { chosenRuns, requireSeries } from "../filter.ts";
import { runsDocument } from "../run_document.ts";
import { damagedLines, findNamed, needRuns, openStoreOf } from "../stores.ts";
import { plural } from "../terminal/format.ts";

/** The command `compare`. */
export const compare = defineCommand({
  name: "compare",
  usage: "RUN… | --where CONDITION [OPTIONS]",
  brief: "Statistics over seeds: IQM, intervals, probability of improvement",
  description: "Groups runs that differ in nothing but their seed and shows, over seeds: the " +
    "interquartile mean with its 95 % stratified bootstrap interval (below ten seeds rough, below " +
    "five the lowest and highest), mean and median of the final policy's or model's figure; environment steps and time to the return that counts as solved; and for each " +
    "pair of groups how probable it is that one beats the other, the p of a permutation test of " +
    "their means (corrected for all pairs), and the difference below which so few seeds cannot " +
    "tell them apart.",
  examples: [
    ["compare --where environment=CartPole-v1", "every finished run on CartPole"],
    ["compare cartpole-ppo cartpole-a2c", "the runs of two experiments, or of these names"],
    ["compare 3f2a 91bc 77d0", "these runs"],
    ["compare --where tag=gamma --metric rollout/episode_return_mean", "by another series"],
    ["compare --where tag=gamma --against cartpole-ppo", "each with one, by its label"],
  ],
  parser: (known) =>
    object({
      runs: runArguments(
        { ...known, runs: [...known.runs, ...known.names ?? []] },
        "Runs: ids, unique prefixes of them, latest, or the name of an experiment or of runs (--name).",
      ),
      where: whereOption(),
      metric: optional(option("--metric", string({ metavar: "NAME" }), {
        description: plain("The series to compare. Default: the evaluation's headline figure."),
      })),
      threshold: optional(option("--threshold", float({ metavar: "X" }), {
        description: plain("The evaluation return to reach. Default: the environment's own."),
      })),
      paired: pairedOption(),
      against: againstOption(),
      json: jsonOption(),
      store: storeOption(),
    }),
  async run(
    { runs: references, where, metric, threshold, paired, against, json, store: location },
    io,
  ) {
    if (where.length === 0) needRuns("compare", references, "--where");
    const registries = await io.registries();
    const { compareRuns } = await import("../comparison.ts");
    const { comparisonDocument, comparisonTables } = await import(
      "../terminal/comparison_table.ts"
    );
    using opened = await openStoreOf(io, location, { readOnly: true });
    const { store } = opened;
    const found = chosenRuns(store, "compare", references, where, findNamed);
    if (references.length === 0) { for (const line of damagedLines(store)) io.notice(`${line}\n`); }
    if (metric !== undefined) requireSeries(store, "compare", found, metric);
    const comparison = compareRuns(store, found, registries, {
      metric,
      threshold,
      paired,
      against,
    });
    if (comparison.groups.length === 0) {
      throw new InputError(
        `Cannot compare as finished runs are needed: of ${plural(found.length, "run")} none is`,
      );
    }
    io.out(
      json
        ? runsDocument(store, found, new Judge(registries), comparisonDocument(comparison))
        : comparisonTables(comparison, io),
    );
    return 0;
  },
});
