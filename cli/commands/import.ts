/** `import FILE…`: runs that other programs logged. @module */
import { object } from "@optique/core/constructs";
import { multiple, optional } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { choice, integer, string } from "@optique/core/valueparser";
import { InputError } from "../../lab/core/errors.ts";
import { shortened } from "../../lab/core/printable.ts";
import { stepAxes } from "../../lab/experiment/imports/step_axes.ts";
import { LONGEST_TAG } from "../../web/tags.ts";
import { defaulting, defineCommand, plain, shortText, storeOption } from "../command.ts";
import { openStoreOf } from "../stores.ts";
import { callersPath } from "../terminal/io.ts";

/** The command `import`. */
export const importRuns = defineCommand({
  name: "import",
  usage: "FILE… [OPTIONS]",
  brief: "Adds runs that other programs logged, from their files",
  description: "Adds the runs of each file: JSON lines (.jsonl, as " +
    "docs/dashboard.md#log-from-your-own-code has them), TensorBoard's event files, the monitor " +
    "files of Stable-Baselines3, CSV with a column of steps, and what the page of Weights & Biases " +
    "exports as CSV or JSON. The dashboard and the commands show such runs like the lab's own; " +
    "resume, reproduce and evaluate need the lab's.",
  examples: [
    ["import training.jsonl", "one run"],
    ["import logs/ppo_1/events.out.tfevents.1700000000.host", "a run that TensorBoard shows"],
    ["import monitor.csv wandb_export.csv --tag old", "tables, found again by a tag"],
    ["import logs/*/0.monitor.csv --name ppo-sb3", "seeds of one experiment, compared as such"],
    ["import logs/*.jsonl --store other-runs", "a folder of them, into another store"],
  ],
  parser: () =>
    object({
      files: multiple(argument(string({ metavar: "FILE" }), {
        description: plain("Files that other programs wrote."),
      })),
      steps: defaulting(
        option("--steps", choice(stepAxes, { metavar: "AXIS" }), {
          description: plain("What a file's steps count; JSON lines say it themselves."),
        }),
        "environmentSteps",
      ),
      name: optional(option("--name", string({ metavar: "NAME" }), {
        description: plain("What the runs are called. Default: as the file, or its folder."),
      })),
      seed: optional(option("--seed", integer({ metavar: "N", min: 0 }), {
        description: plain(
          "Seed of the first run; those after it count on. Default: the first one that no run of its " +
            "name has.",
        ),
      })),
      tag: multiple(option("--tag", shortText("TAG", LONGEST_TAG), {
        description: plain("A word to find the runs by. Repeatable."),
      })),
      store: storeOption(),
    }),
  async run({ files, steps: axis, name, seed, tag: tags, store: location }, io) {
    if (files.length === 0) throw new InputError("Cannot import as FILE is missing");
    const { importFileRuns } = await import("../../lab/experiment/imports/mod.ts");
    using opened = await openStoreOf(io, location);
    let next = seed;
    for (const file of files) {
      const bytes = await bytesOf(callersPath(io, file), file);
      const { ids, leftOut } = await importFileRuns(opened.store, bytes, file, {
        ...{ axis, tags, name, seed: next },
      });
      if (next !== undefined) next += ids.length;
      for (const id of ids) io.out(`${id}  ${file}`);
      if (leftOut.length > 0) {
        const columns = shortened(leftOut.join(", "));
        io.notice(`Left out of ${file} as they hold text, no numbers: ${columns}\n`);
      }
    }
    return 0;
  },
});

async function bytesOf(path: string, file: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    throw new InputError(`Cannot import ${file} as it cannot be read: ${(error as Error).name}`);
  }
}
