/**
 * What a run holds by now beside its numbers: names of series, pictures, events, how it ended.
 *
 * @module
 */
import { DamageError, unlessDamaged } from "../lab/core/errors.ts";
import { RETURN, TIMING_PREFIX } from "../lab/core/metrics.ts";
import { printableLines } from "../lab/core/printable.ts";
import { headlineMetric } from "../lab/experiment/comparison.ts";
import { PLANE } from "../models/plane.ts";
import { bySortKey, sortKeyOf } from "./alphabet.ts";
import type { CheckpointChoice } from "../lab/store/chosen_checkpoint.ts";
import type { Run, Series, StoredEvent, StoreReader } from "../lab/store/store.ts";

/** One picture, or samples of text. */
export interface Picture {
  readonly name: string;
  readonly iteration: number;
  readonly hash: string;
  readonly isText?: true;
}

/** A policy that a run has kept. */
export interface KeptPolicy {
  /** Of its checkpoint. */
  readonly id: number;
  readonly kind: CheckpointChoice;
  readonly iteration: number;
  /** The evaluation of these weights, counted from 0; null: they were not evaluated. */
  readonly evaluation: number | null;
  /** The mean return of that evaluation. */
  readonly score: number | null;
}

/** A model that a run has kept. */
export type KeptModel = Pick<KeptPolicy, "id" | "kind" | "iteration">;

/** What a run left to be looked at, oldest first. */
export interface Left {
  readonly pictures: readonly Picture[];
  /** What a model made of the plane, a text of numbers an evaluation. */
  readonly planes: readonly Picture[];
}

/** What a run page lists. */
export interface Contents extends Left {
  /** Names of series, those that a person asks for first in front. */
  readonly names: readonly string[];
  /** One an iteration, oldest first; none of models. */
  readonly policies: readonly KeptPolicy[];
  /** One an iteration, oldest first; none of agents. */
  readonly models: readonly KeptModel[];
  /** The newest ones, at most {@linkcode EVENTS}, and how many there are. */
  readonly events: readonly StoredEvent[];
  readonly eventCount: number;
  /** How it ended, where it did not complete. */
  readonly message: string | null;
  /** What the message is of: a stop that was wanted (a rule, a callback), an interruption, or a fault. */
  readonly tone: "success" | "note" | "problem";
  readonly digest: string | null;
  /** What was written of it, as a page shows it. */
  readonly note: string;
}

/** Events that a page lists, at most. */
export const EVENTS = 200;

const order = ["evaluation/", "score/", "rollout/", "losses/", "schedule/"];

function rank(name: string): number {
  if (name.startsWith(TIMING_PREFIX)) return Infinity;
  const index = order.findIndex((prefix) => name.startsWith(prefix));
  return index < 0 ? order.length : index;
}

/** Names of metrics: first the one that runs are judged by, then by kind, then by name, numbers by size. */
export function inOrder(names: Iterable<string>): string[] {
  const all = [...names];
  const first = headlineMetric(all);
  const placed = (name: string) => name === first ? -1 : rank(name);
  const keys = new Map(all.map((name) => [name, sortKeyOf(name)]));
  const byName = (a: string, b: string) => bySortKey(keys.get(a)!, keys.get(b)!);
  return all.sort((a, b) => placed(a) - placed(b) || byName(a, b));
}

/** What a policy is called that is several of them. */
const kinds = ["final", "best", "last"] as const;

/** Whether a run has kept anything that went well: a diverged one shows what it was before. */
export function hasKept(store: Pick<StoreReader, "checkpoints">, run: string): boolean {
  return store.checkpoints(run).some(({ kind }) => kind !== "diverged");
}

/** What checkpoints hold that went well: one an iteration, oldest first. */
function keptOf(store: StoreReader, { id: run }: Run): KeptModel[] {
  const byIteration = new Map<number, KeptModel>();
  for (const { id, kind, iteration } of store.checkpoints(run)) {
    if (kind === "diverged") continue;
    const known = byIteration.get(iteration);
    if (known !== undefined && kinds.indexOf(known.kind) <= kinds.indexOf(kind)) continue;
    byIteration.set(iteration, { id, kind, iteration });
  }
  return [...byIteration.values()].sort((a, b) => a.iteration - b.iteration);
}

function policiesOf(store: StoreReader, run: Run): KeptPolicy[] {
  const read = unlessDamaged(() => store.series(run.id, RETURN));
  const evaluations = read instanceof DamageError ? [] : [...read.iterations];
  return keptOf(store, run).map((kept) => {
    const evaluation = evaluations.indexOf(kept.iteration);
    return evaluation < 0
      ? { ...kept, evaluation: null, score: null }
      : { ...kept, evaluation, score: (read as Series).values[evaluation] };
  });
}

/** What a run left to be looked at. */
export function leftBy(store: StoreReader, run: string): Left {
  const shown = store.artifacts(run)
    .filter(({ mediaType }) => mediaType === "image/png" || mediaType === "text/plain")
    .map(({ name, iteration, hash, mediaType }) => ({
      ...{ name, iteration, hash },
      ...mediaType === "text/plain" && { isText: true as const },
    }));
  const isPlane = ({ name, isText }: Picture) => isText === true && name === PLANE;
  return { pictures: shown.filter((each) => !isPlane(each)), planes: shown.filter(isPlane) };
}

/** How a run's own words about its end read. */
const tones: Readonly<Record<Run["status"], Contents["tone"]>> = {
  running: "note",
  completed: "note",
  stopped: "success",
  interrupted: "note",
  diverged: "problem",
  failed: "problem",
};

/** What a run holds. */
export function contentsOf(store: StoreReader, run: Run): Contents {
  const { configuration } = run.manifest.determined;
  return {
    names: inOrder(store.seriesNames(run.id)),
    ...leftBy(store, run.id),
    policies: "agent" in configuration ? policiesOf(store, run) : [],
    models: "model" in configuration ? keptOf(store, run) : [],
    events: store.events(run.id, { newest: EVENTS }),
    eventCount: store.eventCount(run.id),
    message: run.status === "interrupted" && run.message !== null
      ? `interrupted ${run.message}`
      : run.message,
    tone: tones[run.status],
    digest: run.digest,
    note: printableLines(run.note),
  };
}

/** What of a run's contents changed: whole fields, but of the events the new ones alone. */
export function newsOf(before: Contents, now: Contents): Partial<Contents> {
  if (before === now) return {};
  const changed = Object.entries(now).filter(([field, value]) =>
    JSON.stringify(value) !== JSON.stringify(before[field as keyof Contents])
  );
  const news: Partial<Contents> = Object.fromEntries(changed);
  const added = now.eventCount - before.eventCount;
  return news.events === undefined
    ? news
    : { ...news, events: added > 0 ? now.events.slice(-added) : now.events };
}

/** Contents after news: `withNews(before, newsOf(before, now))` is `now`. */
export function withNews(before: Contents, news: Partial<Contents>): Contents {
  const { events, ...rest } = news;
  if (events === undefined) return { ...before, ...rest };
  const grown = (rest.eventCount ?? 0) > before.eventCount;
  return {
    ...before,
    ...rest,
    events: grown ? [...before.events, ...events].slice(-EVENTS) : events,
  };
}
