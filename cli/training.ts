/**
 * What every command that trains does: progress on standard error, Ctrl-C, the results and the
 * exit code.
 *
 * @module
 */
import { amountOf } from "../lab/core/budget.ts";
import { InputError } from "../lab/core/errors.ts";
import { printable } from "../lab/core/printable.ts";
import { callsBehind } from "../lab/experiment/calls.ts";
import { lineOf } from "../lab/experiment/error_lines.ts";
import { secondsInLanes } from "../lab/experiment/budget.ts";
import type { Plan, RunProgress } from "../lab/experiment/launch.ts";
import type { Registries } from "../lab/experiment/registries.ts";
import type { Evaluated } from "../lab/experiment/sweep/sweep.ts";
import type { Run, Store, StoredEvent } from "../lab/store/store.ts";
import { PROGRAM, programFor } from "./command.ts";
import { Previews } from "./previews.ts";
import { storeFlag } from "../web/program.ts";
import { plural, roughly, wrapped } from "./terminal/format.ts";
import { interruption } from "./terminal/interruption.ts";
import { type Io, styled } from "./terminal/io.ts";
import { ProgressDisplay } from "./terminal/progress.ts";
import type { Judge } from "../lab/experiment/verdict.ts";

/** Where progress goes and where a stop comes from. */
export interface Watch {
  readonly onProgress: (progress: RunProgress) => void;
  readonly signal: AbortSignal;
}

/** From how many seconds on it is said before the start how long training takes. */
const LONG_SECONDS = 60;

/**
 * `Training cartpole-ppo: 5 seeds of 100,000 steps each, about 3 min on 2 cores`; the time where it
 * is over a minute and known.
 */
export function startLine(
  plans: readonly Plan[],
  { workers, cores, elsewhere = false }: {
    readonly workers: number;
    readonly cores: number;
    /** Other machines train, and nobody knows how many. */
    readonly elsewhere?: boolean;
  },
): string {
  const alike = new Map<string, number>();
  for (const plan of plans) {
    const amount = amountOf(plan.facts.configuration.budget as number, plan.unit);
    const key = `${calledOf(plan)}\n${amount}`;
    alike.set(key, (alike.get(key) ?? 0) + 1);
  }
  const parts = [...alike].map(([key, seeds]) => {
    const [name, amount] = key.split("\n");
    return `${name}: ${seeds === 1 ? amount : `${plural(seeds, "seed")} of ${amount} each`}`;
  });
  const known = plans.flatMap(({ expectedSeconds }) => expectedSeconds ?? []);
  const seconds = known.length < plans.length ? 0 : secondsInLanes(known, Math.min(workers, cores));
  const time = seconds > LONG_SECONDS && !elsewhere
    ? `, about ${roughly(seconds)} on ${plural(cores, "core")}`
    : "";
  return `${elsewhere ? "Asking for" : "Training"} ${parts.join("; ")}${time}`;
}

/**
 * Says of runs that a given budget leaves a single evaluation that they have no more, and how they have;
 * undefined where none is so. A preset may mean it, a budget by itself does not.
 */
export function evaluatedOnce(plans: readonly Plan[]): string | undefined {
  const short = plans.find(({ request, facts }) => {
    const { budget, evaluation } = facts.configuration as unknown as Evaluated;
    return request.budget !== undefined && evaluation.every >= budget;
  });
  if (short === undefined) return undefined;
  const { facts, unit } = short;
  const { budget, evaluation } = facts.configuration as unknown as Evaluated;
  return `${calledOf(short)} is evaluated at its end alone, as its evaluations are ` +
    `${amountOf(evaluation.every, unit)} apart and its budget is ${amountOf(budget, unit)}: ` +
    `--set evaluation.every=${Math.ceil(budget / 10)} makes ten`;
}

/** What the runs of a plan are called. */
function calledOf({ request, facts }: Plan): string {
  return request.name ?? facts.experiment;
}

/** Says before runs are trained what will be: {@linkcode startLine}, {@linkcode evaluatedOnce}. */
export function tellStart(
  io: Io,
  plans: readonly Plan[],
  options: Parameters<typeof startLine>[1],
): void {
  for (const line of [startLine(plans, options), evaluatedOnce(plans) ?? []].flat()) {
    io.notice(`${wrapped(line, io.columns()).join("\n")}\n`);
  }
}

/**
 * Trains `total` runs and shows on a terminal where they stand.
 *
 * @param options.kept Where what models among them draw is kept, to show that, too.
 * @param options.elsewhere Whether other machines train them.
 */
export async function watched<T>(
  io: Io,
  total: number,
  work: (watch: Watch, display: ProgressDisplay) => Promise<T>,
  judge?: Judge,
  { kept, elsewhere }: {
    readonly kept?: { readonly store: Store; readonly registries: Registries };
    readonly elsewhere?: boolean;
  } = {},
): Promise<{ result: T; interrupted: boolean }> {
  using display = new ProgressDisplay(io, total, judge);
  using stop = interruption(io, (line) => display.reply(line), { elsewhere });
  const previews = kept && new Previews(display, kept, io);
  const result = await work({
    onProgress: (progress) => {
      display.update(progress);
      previews?.take(progress);
    },
    signal: stop.signal,
  }, display);
  await previews?.end(total === 1);
  return { result, interrupted: stop.signal.aborted };
}

/** A line that says what went wrong. */
export function errorLine(io: Io, line: string): string {
  return `${styled(io.color.error, "red", "error:")} ${line}\n`;
}

/** Says what broke and how to go on with what was stopped, and returns the exit code of trained runs. */
export function conclude(
  io: Io,
  runs: readonly Run[],
  options: {
    readonly interrupted: boolean;
    readonly planned: number;
    /** Whether the store keeps them as a batch; default: where several were planned. */
    readonly batch?: boolean;
    readonly store?: string;
    /** What the store keeps of a run's events. */
    readonly events: Store["events"];
  },
): number {
  const at = storeFlag(options.store);
  const stopped = runs.filter((run) => run.status === "interrupted");
  const never = options.planned - runs.length;
  const { batch = options.planned > 1 } = options;
  if (batch && stopped.length + never > 1) {
    const named = runs.length > 0 ? `${runs[0].id} ` : "";
    io.error(
      `Interrupted. To go on with the ${plural(stopped.length + never, "run")} that did not end: ` +
        `${runs.length > 0 ? programFor(runs[0]) : PROGRAM} resume ${named}--batch${at}\n`,
    );
  } else {
    for (const run of stopped) {
      io.error(`Interrupted. To go on: ${programFor(run)} resume ${run.id}${at}\n`);
    }
  }
  const broken = runs.filter(({ status }) => status === "failed" || status === "diverged");
  for (const { id, name, status, message } of broken) {
    io.error(errorLine(io, `run ${id} (${name}) ${status}: ${message}`));
    if (io.debug) io.error(callsOf(message ?? "", options.events(id)));
  }
  if (never > 0) io.error(`Not started: ${never} of ${options.planned} runs\n`);
  if (options.interrupted || stopped.length > 0) return 130;
  return broken.length > 0 ? 1 : 0;
}

/** The calls that a run's last error came from, a line each. */
function callsOf(message: string, events: readonly StoredEvent[]): string {
  const error = events.findLast(({ level }) => level === "error")?.message ?? "";
  return callsBehind(message, error).map((call) => `    ${printable(call)}\n`).join("");
}

/** Says why some of several runs could not start, each reason once, and returns the exit code of that. */
export function tellRefusals(io: Io, refused: readonly unknown[]): number {
  for (const [line, { length }] of Map.groupBy(refused, lineOf)) {
    io.error(errorLine(io, length === 1 ? line : `${line} (${plural(length, "run")})`));
  }
  if (refused.length === 0) return 0;
  return refused.every((error) => error instanceof InputError) ? 2 : 1;
}

/** The runs as the store has them now, as what a runner returns may be older than its last write. */
export function fresh(store: Store, runs: readonly Run[]): Run[] {
  return runs.map((run) => store.run(run.id) ?? run);
}
