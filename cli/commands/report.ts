/** `report NAME…`: a page of an experiment. @module */
import { join } from "node:path";
import { object } from "@optique/core/constructs";
import { multiple, optional } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { InputError, unknownName } from "../../lab/core/errors.ts";
import { matching } from "../../lab/experiment/run_fields.ts";
import {
  againstOption,
  defineCommand,
  named,
  pairedOption,
  plain,
  storeOption,
  whereOption,
} from "../command.ts";
import { requireSeries, whyNone } from "../filter.ts";
import { inFileName, refuseExisting, writeWhole } from "../files.ts";
import { isCalled, openStoreOf } from "../stores.ts";
import { whereSweep } from "../../lab/experiment/sweep/sweep.ts";
import { callersPath } from "../terminal/io.ts";

/** The command `report`. */
export const report = defineCommand({
  name: "report",
  usage: "NAME… | --where CONDITION --out DIR [OPTIONS]",
  brief: "A page of experiments: result, curves, set-up, seeds",
  description: "Writes what stored runs of experiments say as one HTML page that needs nothing " +
    "else, and as Markdown with its figures: the comparison over seeds with what it can tell " +
    "apart, curves along training, the settings, every seed, and the command lines that train and " +
    "reproduce it.",
  examples: [
    ["report cartpole-ppo --out reports", "all runs of an experiment"],
    [
      'report cartpole-ppo cartpole-a2c --question "Which is faster?" --out reports',
      "two experiments side by side",
    ],
    ["report --where sweep=cartpole-a2c-sweep --out reports", "the runs of a sweep"],
  ],
  parser: (known) =>
    object({
      names: multiple(argument(named("NAME", known.names), {
        description: plain("Experiments whose runs are reported, or names of runs (--name)."),
      })),
      where: whereOption(),
      title: optional(option("--title", string({ metavar: "TEXT" }), {
        description: plain("The page's title. Default: the experiments' names."),
      })),
      question: optional(option("--question", string({ metavar: "TEXT" }), {
        description: plain("What was asked. Default: what the experiments say of themselves."),
      })),
      metric: optional(option("--metric", string({ metavar: "NAME" }), {
        description: plain("The series to compare. Default: the evaluation's headline figure."),
      })),
      paired: pairedOption(),
      against: againstOption(),
      out: option("--out", string({ metavar: "DIR" }), {
        description: plain("The folder to write into; made where it is missing."),
      }),
      force: option("--force", { description: plain("Write over files that are there.") }),
      store: storeOption(),
    }),
  async run({ names, where, out, force, store: location, ...options }, io) {
    if (names.length === 0 && where.length === 0) {
      throw new InputError("Cannot report as a NAME or --where is needed: see `runs`");
    }
    using opened = await openStoreOf(io, location, { readOnly: true });
    const { store } = opened;
    const all = store.runs();
    const experimentOf = (run: typeof all[number]) => run.manifest.determined.experiment;
    const missing = names.find((name) => !all.some((run) => isCalled(run, name)));
    if (missing !== undefined && store.sweepNames().includes(missing)) {
      throw new InputError(
        `Cannot report as ${missing} is a sweep, not an experiment: report ${whereSweep(missing)}`,
      );
    }
    if (missing !== undefined) {
      const stored = new Set(all.flatMap((run) => [experimentOf(run), run.name]));
      throw unknownName("report", "stored experiment", missing, stored, "runs");
    }
    const chosen = names.length === 0
      ? all
      : all.filter((run) => names.some((name) => isCalled(run, name)));
    const found = matching(store, chosen, where);
    if (found.length === 0) {
      throw new InputError(`Cannot report as ${whyNone(store, chosen, where)}`);
    }
    if (options.metric !== undefined) requireSeries(store, "report", found, options.metric);
    const words = names.length > 0 ? names : [...new Set(found.map(experimentOf))];
    const file = inFileName(words.slice(0, 3).join("-"));
    const { reportOf } = await import("../report/report.ts");
    const { reportFiles } = await import("../report/blocks.ts");
    const blocks = await reportOf(store, found, await io.registries(), {
      ...options,
      title: options.title ?? words.join(", "),
      file,
      store: location,
    });
    const files = reportFiles(blocks, file)
      .map(([name, content]) => [join(callersPath(io, out), name), content] as const);
    await refuseExisting(files.map(([path]) => path), force);
    for (const [path, content] of files) {
      await writeWhole({ path, force }, [content]);
      io.out(path);
    }
    return 0;
  },
});
