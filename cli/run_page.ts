/**
 * A stored run by itself: what `describe` shows of it.
 *
 * @module
 */
import { amountOf } from "../lab/core/budget.ts";
import { InputError, LabError } from "../lab/core/errors.ts";
import { shownCode } from "../lab/experiment/deciding.ts";
import type { FieldDescription } from "../lab/experiment/fields.ts";
import { isOwnFileGone } from "../lab/experiment/manifest.ts";
import { isComputed, LOGGED } from "../lab/experiment/untrained.ts";
import { earlierStages } from "../lab/experiment/stages.ts";
import type { Registries } from "../lab/experiment/registries.ts";
import { sourceRun } from "../lab/experiment/recorded_run.ts";
import { figuresOf } from "../lab/experiment/score.ts";
import { Judge, type Judgement } from "../lab/experiment/verdict.ts";
import { budgetOf, budgetUnitOf } from "../lab/store/run_budget.ts";
import { shellWord } from "../lab/core/shell.ts";
import { isPruned, statusOf } from "../lab/store/run_status.ts";
import type { Manifest, Run, Store } from "../lab/store/store.ts";
import { isPostgres } from "../lab/store/scheme.ts";
import { programFor } from "./command.ts";
import { commandLine } from "./stores.ts";
import { storeFlag } from "../web/program.ts";
import { fieldTables, trained } from "./configuration_page.ts";
import { runEntry } from "./run_document.ts";
import { headline } from "./terminal/figures.ts";
import { duration, heading, plural, wrapped } from "./terminal/format.ts";
import type { Io } from "./terminal/io.ts";
import { trainedOn, when } from "./terminal/runs_table.ts";

/** The fields of a run's configuration, or why today's lab cannot say them. */
async function fieldsOrReason(
  run: Run,
  registries: Registries,
): Promise<readonly FieldDescription[] | string> {
  const { Describer } = await import("../lab/experiment/describe.ts");
  using describer = new Describer(registries);
  try {
    return await describer.fieldsOf(run.manifest);
  } catch (error) {
    if (error instanceof InputError || error instanceof LabError) return error.message;
    throw error;
  }
}

/** A run as a JSON document. */
export async function runPageDocument(
  store: Store,
  run: Run,
  registries: Registries,
): Promise<string> {
  const fields = await fieldsOrReason(run, registries);
  return JSON.stringify(
    {
      run: runEntry(store, run, new Judge(registries)),
      fields: typeof fields === "string" ? [] : fields,
    },
    null,
    2,
  );
}

/**
 * A run for people: its state, its fields, those that differ from the default first, what to type.
 *
 * @param location Of its store.
 */
export async function runPage(
  store: Store,
  run: Run,
  registries: Registries,
  location: string | undefined,
  io: Io,
): Promise<string> {
  const { configuration } = run.manifest.determined;
  const fields = await fieldsOrReason(run, registries);
  const tables = typeof fields === "string"
    ? [`Its fields as they were stored (${fields}):\n${JSON.stringify(configuration, null, 2)}`]
    : fieldTables(fields, io);
  return [
    heading(`run ${run.id}`, run.name, io),
    stateOf(store, run, new Judge(registries)).flatMap((line) => wrapped(line, io.columns())).join(
      "\n",
    ),
    ...tables,
    nextOf(run, location).map(([does, line]) => `${does}: ${line}`).join("\n"),
  ].join("\n\n");
}

/** A verdict in words, and why where it diverged. */
function worthOf(judgement: Judgement | undefined): string {
  const { verdict = "", reason } = judgement ?? {};
  return verdict === "diverged" && reason !== undefined ? `${verdict} as ${reason}` : verdict;
}

/** A status and why, as a sentence begins; that of a run that was pruned says both. */
function toldOf(status: string, message: string | null): string {
  if (status === "pruned") return message!;
  return `${status === "stopped" ? "early stop" : status}${message ? ` (${message})` : ""}`;
}

/** How it stands, a sentence a line. */
function stateOf(store: Store, run: Run, judge: Judge): string[] {
  const { determined, definition, code, machine, irreproducible } = run.manifest;
  const { unit, total, spent } = budgetOf(run);
  const { seed, backend, from, configuration } = determined;
  const isLogged = backend === LOGGED;
  const status = statusOf(run);
  const metrics = figuresOf(store, run);
  const worth = [
    headline(metrics, (metric) => judge.mark(configuration, metric)),
    worthOf(judge.judged(run, metrics)),
  ].filter((each) => each !== "");
  const earlier = earlierStages(configuration);
  const threads = machine.threads === undefined ? "" : `, ${plural(machine.threads, "thread")}`;
  const changed = code.dirty ? " with changes" : "";
  return [
    isLogged
      ? "Logged by a program of yours, and not trained here."
      : `${trained(configuration)}, seed ${seed}.`,
    `${toldOf(status, run.message)}: ` +
    `${
      isLogged ? trainedOn(run) : `${spent.toLocaleString("en-US")} of ${amountOf(total, unit)}`
    } in ` +
    `${[duration(run.wallSeconds), ...worth].join(", ")}.`,
    ...earlier.map(({ budget, iterations }) =>
      `Up to iteration ${iterations} its budget was ${
        amountOf(budget, budgetUnitOf(run.manifest))
      }.`
    ),
    ...(definition.changes ?? []).map(({ iteration, hash }) =>
      `From iteration ${iteration} on its file was another one: code ${shownCode(hash)}, and ` +
      `${shownCode(definition.hash)} before.`
    ),
    `Started ${when(run.createdAt)}, attempt ${run.attempt}${
      isComputed(backend) ? `, on ${backend}${threads}` : ""
    }` +
    `${code.revision === null ? "" : `, revision ${code.revision.slice(0, 12)}${changed}`}.`,
    ...(from === undefined ? [] : [beganWith(store, from)]),
    ...(irreproducible === undefined ? [] : [`No two runs of it are the same: ${irreproducible}.`]),
    ...(run.tags.length === 0 ? [] : [`Tags: ${run.tags.join(", ")}.`]),
    ...(run.note === "" ? [] : [`Note: ${run.note}`]),
    ...(run.digest === null ? [] : [`Digest: ${run.digest}`]),
  ];
}

function beganWith(store: Store, from: NonNullable<Manifest["determined"]["from"]>): string {
  const source = sourceRun(store, from);
  return source === undefined
    ? `It began with the weights of run ${from.run} (digest ${
      from.digest.slice(0, 12)
    }), which the store ` +
      "does not have as it was then."
    : `It began with the weights of run ${source.id}.`;
}

/** What a person may want of it next. */
function nextOf(run: Run, location: string | undefined): [does: string, line: string][] {
  const { determined } = run.manifest;
  const line = (words: string) => commandLine(words, location);
  /** Of what trains: by the task that may load the run's library. */
  const training = (words: string) => `${programFor(run)} ${words}${storeFlag(location)}`;
  if (determined.backend === LOGGED) return [["To compare it", line(`compare ${run.id}`)]];
  const sweep = line(`sweeps ${shellWord(run.manifest.sweep?.name ?? "")}`);
  if (!isComputed(determined.backend)) return [["To see its sweep", sweep]];
  if (isOwnFileGone(run.manifest)) {
    return [["To use it again", `${run.manifest.definition.module} must lie where it was`]];
  }
  if (isPruned(run)) return [["To see its sweep", sweep]];
  if (run.digest === null && run.status !== "diverged") {
    const resumed = isPostgres(location)
      ? `deno task -q worker${storeFlag(location)}`
      : training(`resume ${run.id}`);
    return [["To go on", resumed]];
  }
  const look: [string, string] = determined.configuration.agent === undefined
    ? ["To draw samples", line(`sample ${run.id} --out samples.png`)]
    : ["To see it at work", line(`evaluate ${run.id} --render`)];
  // It would be stored, and workers alone store runs in a database.
  if (run.digest === null || isPostgres(location)) return [look];
  return [look, ["To train it anew", training(`reproduce ${run.id}`)]];
}
