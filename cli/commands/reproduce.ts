/** `reproduce RUN`: trains it anew and compares. @module */
import { object } from "@optique/core/constructs";
import { option } from "@optique/core/primitives";
import {
  defineCommand,
  jsonOption,
  plain,
  runArgument,
  storeOption,
  threadsOption,
} from "../command.ts";
import { styled } from "../terminal/io.ts";
import { Judge } from "../../lab/experiment/verdict.ts";
import { runsDocument } from "../run_document.ts";
import { dataOption, dataPath } from "../stored_model.ts";
import { openStoreOf } from "../stores.ts";
import { watched } from "../training.ts";

/** The command `reproduce`. */
export const reproduce = defineCommand({
  name: "reproduce",
  usage: "RUN [OPTIONS]",
  brief: "Trains a run anew and compares the digests",
  description:
    "Trains a run anew from its manifest, with the same seed and backend, and compares " +
    "the digests. Exit code 0 only if they are identical (or close, with --approximately); otherwise it " +
    "says what differed first. " +
    "Stores nothing unless --keep.",
  examples: [
    ["reproduce latest", "the newest run"],
    ["reproduce 3f2a --keep", "and keep the second run"],
  ],
  parser: (known) =>
    object({
      run: runArgument(known),
      keep: option("--keep", { description: plain("Keep the new run in the store.") }),
      approximately: option("--approximately", {
        description: plain(
          "Where bits differ, compare within 0.1 % of a series' or tensor's largest magnitude: " +
            "for another library, processor or version.",
        ),
      }),
      data: dataOption(),
      threads: threadsOption(),
      store: storeOption(),
      json: jsonOption(),
    }),
  async run({ run: reference, keep, approximately, data, threads, store: location, json }, io) {
    const registries = await io.registries();
    const judge = new Judge(registries);
    const launching = await import("../../lab/experiment/launch.ts");
    using opened = await openStoreOf(io, location, { existing: true, readOnly: !keep });
    const { store } = opened;
    const original = store.find(reference);
    const { result, interrupted } = await watched(
      io,
      1,
      (watch) =>
        launching.reproduce(original.id, {
          store,
          registries,
          workers: 1,
          keep,
          approximately,
          threads,
          isolated: io.isolated,
          ...dataPath(io, data),
          ...watch,
        }),
      judge,
    );
    if (interrupted) {
      io.error("Interrupted: nothing is compared.\n");
      return 130;
    }
    const { identical, agrees, lines, run } = result;
    if (json) {
      const kept = keep && run !== null ? [run] : [];
      const found = { identical, agrees, differences: lines };
      io.out(runsDocument(store, [original, ...kept], judge, found));
    } else {
      const verdict = identical
        ? ["green", "identical"] as const
        : agrees
        ? ["yellow", "within 0.1 %"] as const
        : ["red", "different"] as const;
      io.out(
        `${styled(io.color.out, verdict[0], verdict[1])}  run ${original.id}, digest ` +
          `${original.digest}`,
      );
      if (lines.length > 0) io.out(lines.join("\n"));
      if (keep && run !== null) io.out(`kept as run ${run.id}`);
    }
    return agrees ? 0 : 1;
  },
});
