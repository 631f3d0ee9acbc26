/** `resume RUN`: goes on from the last checkpoint. @module */
import { object } from "@optique/core/constructs";
import {
  budgetOption,
  defineCommand,
  jsonOption,
  memoryLimitOption,
  runArgument,
  storeOption,
  threadsOption,
} from "../command.ts";
import { Judge } from "../../lab/experiment/verdict.ts";
import { runsDocument } from "../run_document.ts";
import { runsTable } from "../terminal/runs_table.ts";
import { openStoreOf } from "../stores.ts";
import { conclude, fresh, watched } from "../training.ts";

/** The command `resume`. */
export const resume = defineCommand({
  name: "resume",
  usage: "RUN [OPTIONS]",
  brief: "Goes on with a run from its last checkpoint",
  description: "Goes on with an interrupted or killed run from its last checkpoint, to the same " +
    "bits as if it had never stopped. Another --budget extends a finished run, and lets one that " +
    "has not finished take more or end earlier.",
  examples: [
    ["resume latest", "the newest run"],
    ["resume 3f2a --budget 200k", "up to a larger budget, a finished run, too"],
  ],
  parser: (known) =>
    object({
      run: runArgument(known),
      budget: budgetOption("Another total budget, larger for a finished run"),
      threads: threadsOption(),
      memoryLimit: memoryLimitOption(),
      store: storeOption(),
      json: jsonOption(),
    }),
  async run({ run: reference, budget, threads, memoryLimit, store: location, json }, io) {
    const registries = await io.registries();
    const judge = new Judge(registries);
    const launching = await import("../../lab/experiment/launch.ts");
    using opened = await openStoreOf(io, location);
    const { store } = opened;
    const { id } = store.find(reference);
    const { result, interrupted } = await watched(
      io,
      1,
      (watch) =>
        launching.resume(id, {
          store,
          registries,
          workers: 1,
          budget,
          threads,
          memoryLimit,
          isolated: io.isolated,
          ...watch,
        }),
      judge,
    );
    const runs = fresh(store, [result]);
    io.out(json ? runsDocument(store, runs, judge) : runsTable(store, runs, io, [], judge));
    return conclude(io, runs, { interrupted, planned: 1, store: location });
  },
});
