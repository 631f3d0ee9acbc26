/**
 * Runs as a table for people.
 *
 * @module
 */
import { amountOf } from "../../lab/core/budget.ts";
import { headlineMetric, settingsApart } from "../../lab/experiment/comparison.ts";
import { figuresOf } from "../../lab/experiment/score.ts";
import { DamageError, unlessDamaged } from "../../lab/core/errors.ts";
import { usualCount } from "../../lab/store/run_budget.ts";
import type { Run, Store } from "../../lab/store/store.ts";
import { headline } from "./figures.ts";
import { statusOf } from "../../lab/store/run_status.ts";
import { type Column, duration, figureBeside, plural, table } from "./format.ts";
import { type Io, type Style, styled } from "./io.ts";
import type { Judge, Verdict } from "../../lab/experiment/verdict.ts";

const styles: Record<string, Style> = {
  completed: "green",
  stopped: "green",
  pruned: "green",
  running: "cyan",
  interrupted: "yellow",
  killed: "yellow",
  diverged: "red",
  failed: "red",
  damaged: "red",
};

/** A status in its colour. */
function shownStatus(status: string, io: Io): string {
  const words = status === "stopped" ? "early stop" : status;
  return styled(io.color.out && status in styles, styles[status] ?? "dim", words);
}

const verdictStyles: Record<Verdict, Style> = {
  "solved": "green",
  "learning": "cyan",
  "training no better than random": "yellow",
  "no better than random": "yellow",
  "diverged": "red",
};

/** A verdict in its colour; `–` where there is none. */
export function shownVerdict(verdict: Verdict | undefined, io: Io): string {
  return verdict === undefined ? "–" : styled(io.color.out, verdictStyles[verdict], verdict);
}

/** A column of what was asked for: a metric, or a path of the configuration. */
export interface AskedColumn {
  readonly title: string;
  read(run: Run): unknown;
}

/**
 * A line a run: what it is, where it differs from others of its name, how it ended, its headline
 * figure and what that is worth where it is known, what was asked for, what it took. A run with
 * damaged series is shown as such.
 */
export function runsTable(
  store: Store,
  runs: readonly Run[],
  io: Io,
  asked: readonly AskedColumn[] = [],
  judge?: Judge,
): string {
  const shown = runs.map((run) => {
    const read = unlessDamaged(() => figuresOf(store, run));
    const damaged = read instanceof DamageError;
    const metrics = damaged ? {} : read;
    const status = damaged ? "damaged" : statusOf(run);
    const verdict = judge?.run(run, metrics);
    const { configuration } = run.manifest.determined;
    const markOf = (metric: string) => judge?.mark(configuration, metric);
    const headline = headlineMetric(Object.keys(metrics));
    return { run, status, metrics, verdict, markOf, headline };
  });
  const more = asked.filter(({ title }) => shown.some(({ headline }) => headline !== title));
  const wide = io.columns() >= 110;
  const tagged = wide && runs.some(({ tags }) => tags.length > 0);
  const judged = shown.some(({ verdict }) => verdict !== undefined);
  const roomy = wide || more.length === 0;
  const extent = wide || roomy && !judged;
  const apart = settingsApart(runs);
  const parted = [...apart.values()].some((own) => own.length > 0);
  const columns: Column[] = [
    { title: "run" },
    { title: "name", flexible: true, cut: true },
    { title: "seed", align: "right" },
    ...(parted ? [{ title: "settings", flexible: true, optional: 6 }] : []),
    { title: "status" },
    { title: "figure" },
    ...(judged ? [{ title: "verdict", optional: 5 }] : []),
    ...more.map(({ title }) => ({ title, align: "right" as const })),
    ...(extent ? [{ title: "trained on", align: "right", optional: 3 } as const] : []),
    ...(roomy ? [{ title: "time", align: "right", optional: 4 } as const] : []),
    ...(wide ? [{ title: "started", optional: 1 }] : []),
    ...(tagged ? [{ title: "tags", optional: 2 }] : []),
  ];
  return table(
    columns,
    shown.map(({ run, status, metrics, verdict, markOf }) => [
      run.id,
      run.name,
      shortSeed(run.manifest.determined.seed),
      ...(parted ? [apart.get(run)!.join(", ")] : []),
      shownStatus(status, io),
      headline(metrics, markOf),
      ...(judged ? [shownVerdict(verdict, io)] : []),
      ...more.map(({ title, read }) => cell(read(run), markOf(title))),
      ...(extent ? [trainedOn(run)] : []),
      ...(roomy ? [duration(run.wallSeconds)] : []),
      ...(wide ? [when(run.createdAt)] : []),
      ...(tagged ? [run.tags.join(", ")] : []),
    ]),
    io,
  );
}

/** A seed of up to twelve digits, of a longer one its first and last ones. */
export function shortSeed(seed: string): string {
  return seed.length <= 12 ? seed : `${seed.slice(0, 6)}…${seed.slice(-5)}`;
}

/** A value of any kind; numbers as figures beside their mark. */
function cell(value: unknown, mark: number | undefined): string {
  if (value === undefined) return "–";
  return typeof value === "number" ? figureBeside(value, mark) : String(value);
}

/** How far a run came, in what its budget counts; a loop of a user's own in what it counted. */
export function trainedOn(run: Run): string {
  const count = usualCount(run);
  return count === "iterations" ? plural(run.iterations, "iteration") : amountOf(run[count], count);
}

/** `2026-11-20 07:25`, in local time. */
export function when(milliseconds: number): string {
  const date = new Date(milliseconds);
  const pad = (part: number) => String(part).padStart(2, "0");
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ` +
    `${pad(date.getHours())}:${pad(date.getMinutes())}`;
}
