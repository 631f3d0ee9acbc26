/** `resume RUN…`: goes on from the last checkpoint. @module */
import { object } from "@optique/core/constructs";
import { option } from "@optique/core/primitives";
import {
  budgetOption,
  defineCommand,
  jsonOption,
  memoryLimitOption,
  plain,
  runArguments,
  storeOption,
  threadsOption,
  whereOption,
  workersOption,
} from "../command.ts";
import type { Condition } from "../../lab/experiment/conditions.ts";
import { isComputed } from "../../lab/experiment/untrained.ts";
import { chosenRuns } from "../filter.ts";
import { InputError, LabError } from "../../lab/core/errors.ts";
import { Judge } from "../../lab/experiment/verdict.ts";
import type { Batch, Run, Store } from "../../lab/store/store.ts";
import { runsDocument } from "../run_document.ts";
import { plural } from "../terminal/format.ts";
import { runsTable } from "../terminal/runs_table.ts";
import { dataOption, dataPath } from "../stored_model.ts";
import { commandLine, findRuns, needRuns, openStoreOf } from "../stores.ts";
import { conclude, fresh, tellRefusals, watched } from "../training.ts";
import { trainedBy } from "../waiting.ts";

/** The command `resume`. */
export const resume = defineCommand({
  name: "resume",
  usage: "RUN… | --where CONDITION | --batch [OPTIONS]",
  brief: "Goes on with runs from their last checkpoints",
  description: "Goes on with interrupted or killed runs from their last checkpoints, to the same " +
    "bits as if they had never stopped. Another --budget extends a finished run, and lets one that " +
    "has not finished take more or end earlier.",
  examples: [
    ["resume latest", "the newest run"],
    ["resume 3f2a --budget 200k", "up to a larger budget, a finished run, too"],
    ["resume --where name=cartpole-ppo", "all of them that have not ended"],
    ["resume --batch", "the newest batch of seeds, those that had not begun included"],
  ],
  parser: (known) =>
    object({
      runs: runArguments(known),
      where: whereOption(),
      batch: option("--batch", {
        description: plain(
          "All that was asked for together with RUN, or by the newest `run` of several that has " +
            "not ended and that nothing trains: goes on with what has begun and begins the rest.",
        ),
      }),
      budget: budgetOption("Another total budget, larger for a finished run"),
      data: dataOption(),
      workers: workersOption(),
      threads: threadsOption(),
      memoryLimit: memoryLimitOption(),
      store: storeOption({ isFolder: true }),
      json: jsonOption(),
    }),
  async run(
    { runs: references, where, batch, budget, data, store: location, json, ...values },
    io,
  ) {
    if (!batch && where.length === 0) needRuns("resume", references, "--where or --batch");
    const registries = await io.registries();
    const judge = new Judge(registries);
    const { isOpen, resumeAll } = await import("../../lab/experiment/launch.ts");
    using opened = await openStoreOf(io, location, { existing: true });
    const { store } = opened;
    if (batch && (where.length > 0 || budget !== undefined || data !== undefined)) {
      throw new InputError(
        "Cannot resume as --batch takes neither --where nor --budget nor --data",
      );
    }
    const open = (run: Run) =>
      isOpen(run) ||
      (budget !== undefined && !run.active && isComputed(run.manifest.determined.backend));
    const { ids, waiting } = batch
      ? unfinished(store, references, isOpen)
      : { ids: chosen(store, references, where, open), waiting: [] };
    const planned = ids.length + waiting.length;
    if (planned === 0) {
      io.notice("Nothing to go on with: all runs of the batch have ended\n");
      if (json) io.out(runsDocument(store, [], judge));
      return 0;
    }
    if (waiting.length > 0) {
      io.notice(`Going on with ${plural(ids.length, "run")}, beginning ${waiting.length}\n`);
    }
    const workers = Math.min(values.workers ?? io.cores, planned);
    const { result: { runs: trained, refused }, interrupted } = await watched(
      io,
      planned,
      (watch) =>
        resumeAll(ids, waiting, {
          ...{ store, registries, workers, budget, isolated: io.isolated },
          ...{ threads: values.threads, memoryLimit: values.memoryLimit },
          ...dataPath(io, data),
          ...watch,
        }),
      judge,
      { kept: { store, registries } },
    );
    const refusal = tellRefusals(io, refused);
    if (refused.length > 0 && waiting.length > 0) {
      io.error(`To give up what has not begun: ${commandLine("delete --waiting", location)}\n`);
    }
    const runs = fresh(store, trained);
    if (json) io.out(runsDocument(store, runs, judge));
    else if (runs.length > 0) io.out(runsTable(store, runs, io, [], judge));
    const code = conclude(io, runs, {
      ...{ interrupted, planned: planned - refused.length, batch, store: location },
      events: (id) => store.events(id),
    });
    if (code === 0 && !batch) {
      for (const line of batchLines(store, runs, isOpen, location)) io.notice(line);
    }
    return code === 0 ? refusal : code;
  },
});

/** The ids of the runs named, or of those that meet conditions and are open. */
function chosen(
  store: Store,
  references: readonly string[],
  where: readonly Condition[],
  isOpen: (run: Run) => boolean,
): string[] {
  if (where.length === 0) return findRuns(store, references).map(({ id }) => id);
  const found = chosenRuns(store, "resume", references, where);
  const open = found.filter(isOpen);
  if (open.length > 0) return open.map(({ id }) => id);
  throw new InputError(
    `Cannot resume as ${plural(found.length, "run")} met that and none is to go on: all have ` +
      "ended, or are being trained",
  );
}

/** What of a batch is to go on. */
interface Rest {
  readonly ids: readonly string[];
  readonly waiting: readonly number[];
  /** What says that it is being trained now, by a process that begins those that wait. */
  readonly active?: string;
}

/** @param stored All runs. */
function restOf(
  store: Store,
  stored: readonly Run[],
  batch: Batch,
  isOpen: (run: Run) => boolean,
): Rest {
  const open = stored.filter((run) => batch.runs.includes(run.id) && isOpen(run));
  const ids = open.map(({ id }) => id).sort();
  return { ids, waiting: batch.waiting, active: trainedBy(store, stored, batch) };
}

/**
 * What has not ended of the batches of the runs named, or of the newest batch that has not; nothing
 * where all of them have ended.
 *
 * @throws {InputError} where there is no batch; {@linkcode LabError} where it is being trained.
 */
function unfinished(
  store: Store,
  references: readonly string[],
  isOpen: (run: Run) => boolean,
): Rest {
  const named = findRuns(store, references).map(({ id }) => id);
  const [batches, stored] = [store.batches(), store.runs()];
  const alone = named.find((id) => batches.every(({ runs }) => !runs.includes(id)));
  if (alone !== undefined) {
    throw new InputError(`Cannot resume a batch as run ${alone} was asked for alone`);
  }
  const rests = batches
    .filter(({ runs }) => named.length === 0 || runs.some((id) => named.includes(id)))
    .map((each) => restOf(store, stored, each, isOpen))
    .filter(({ ids, waiting }) => ids.length + waiting.length > 0);
  const idle = rests.filter(({ active }) => active === undefined);
  const busy = rests.find(({ active }) => active !== undefined);
  if (busy !== undefined && (named.length > 0 || idle.length === 0)) {
    throw new LabError(
      `Cannot resume the batch of ${busy.active}: what waits begins after it`,
    );
  }
  if (rests.length === 0 && (batches.length === 0 || stored.some(({ active }) => active))) {
    throw new InputError("Cannot resume a batch as none is to go on");
  }
  const taken = named.length === 0 ? idle.slice(0, 1) : rests;
  return {
    ids: taken.flatMap(({ ids }) => ids),
    waiting: taken.flatMap(({ waiting }) => waiting),
  };
}

/** For each batch that runs belong to and that has a rest, how to go on with it. */
function batchLines(
  store: Store,
  runs: readonly Run[],
  isOpen: (run: Run) => boolean,
  location: string | undefined,
): string[] {
  const stored = store.runs();
  return store.batches().flatMap((batch) => {
    const member = runs.find(({ id }) => batch.runs.includes(id));
    if (member === undefined) return [];
    const { ids, waiting } = restOf(store, stored, batch, isOpen);
    const left = ids.length + waiting.length;
    if (left === 0) return [];
    return `Of its batch ${plural(left, "run")} did not end. To go on: ` +
      `${commandLine(`resume ${member.id} --batch`, location)}\n`;
  });
}
