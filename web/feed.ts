/**
 * The rows of all runs, kept up to date for every page at once. Only what changed is read again,
 * and looking takes at most a twentieth of the time.
 *
 * @module
 */
import { DamageError, unlessDamaged } from "../lab/core/errors.ts";
import type { Metrics } from "../lab/core/metrics.ts";
import { printable } from "../lab/core/printable.ts";
import type { MetricSource } from "../lab/experiment/run_fields.ts";
import { figuresOf } from "../lab/experiment/score.ts";
import { type Contents, contentsOf } from "./contents.ts";
import type { Run, StoreReader } from "../lab/store/store.ts";
import type { Record } from "./runs_table.ts";
import { type RunSummary, summarize, summaryOfDamaged } from "./summary.ts";
import { trashedIn, type TrashedRun } from "./trash.ts";

/** How often the store is looked at while a page listens, in milliseconds. */
const PERIOD = 500;
/** Looking may take one part in so many of the time. */
const SHARE = 20;
/** Of more runs than these, where they are new, the last values are read at once. */
const MOST_ONE_BY_ONE = 50;

/** What changed since a moment of the feed. */
export interface News {
  /** The moment that this brings a reader to. */
  readonly at: number;
  readonly rows: readonly RunSummary[];
  readonly removed: readonly string[];
  /** `rows` are all there are: the reader knew nothing, or comes from an earlier server. */
  readonly complete: boolean;
}

/** What is kept of a run: its row, and what tables read beside it. */
interface Kept {
  /** Differs where the row does. */
  readonly key: string;
  readonly row: RunSummary;
  readonly run: Run | undefined;
  /** Last values; undefined where they are damaged. */
  readonly metrics: Metrics | undefined;
}

/** Rows by run, each with the moment of its last change. */
export class Feed implements MetricSource {
  readonly #store: StoreReader;
  readonly #rows = new Map<string, Kept>();
  readonly #removed = new Map<string, number>();
  #trashed: readonly TrashedRun[] = [];
  readonly #listeners = new Map<() => void, () => void>();
  readonly #began: number;
  #at: number;
  #version = -1;
  #contents: { version: number; runs: Map<string, Contents | undefined> } = {
    version: -1,
    runs: new Map(),
  };
  #records: { at: number; all: readonly Record[] } | undefined;
  /** Why the last look failed, where it did. */
  #failure: string | undefined;
  /** What listeners know. */
  #seen = "";
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Reads from `store`. */
  constructor(store: StoreReader) {
    this.#store = store;
    this.#at = this.#began = Date.now();
  }

  /** What changed since a reader's last moment (0: everything), by the store as it is now. */
  since(moment: number): News {
    this.#look();
    const complete = moment < this.#began;
    const rows = [...this.#rows.values()].map(({ row }) => row);
    return {
      at: this.#at,
      rows: complete ? rows : rows.filter((row) => row.stamp > moment),
      removed: complete ? [] : [...this.#removed].filter(([, at]) => at > moment).map(([id]) => id),
      complete,
    };
  }

  /** All rows, newest first. */
  rows(): RunSummary[] {
    return this.since(0).rows.toSorted((a, b) => b.createdAt - a.createdAt);
  }

  /** Every run as tables take it, newest first; the same array until a row changes. */
  records(): readonly Record[] {
    this.#look();
    if (this.#records?.at === this.#at) return this.#records.all;
    const shown = shownNames();
    const all = [...this.#rows.values()]
      .map(({ row, run, metrics }) => ({ row, run, metrics: shown(metrics ?? {}) }))
      .sort((a, b) => b.row.createdAt - a.row.createdAt || (a.row.id < b.row.id ? 1 : -1));
    this.#records = { at: this.#at, all };
    return all;
  }

  lastMetrics(id: string): Metrics {
    return this.#rows.get(id)?.metrics ?? {};
  }

  lastValues(name: string): Map<string, number> {
    const values = [...this.#rows].flatMap(([id, { metrics }]): [string, number][] =>
      metrics !== undefined && Object.hasOwn(metrics, name) ? [[id, metrics[name]]] : []
    );
    return new Map(values);
  }

  seriesNames(): string[] {
    return [
      ...new Set([...this.#rows.values()].flatMap(({ metrics }) => Object.keys(metrics ?? {}))),
    ].sort();
  }

  /** What lies in the trash, as pages list it; the same array until the store changes. */
  get trashed(): readonly TrashedRun[] {
    this.#look();
    return this.#trashed;
  }

  /** The moment of the last change. */
  get moment(): number {
    this.#look();
    return this.#at;
  }

  /** What a run holds, read once for all its readers; undefined where it cannot be read. */
  contents(id: string): Contents | undefined {
    const version = this.#store.version();
    if (version !== this.#contents.version) this.#contents = { version, runs: new Map() };
    const { runs } = this.#contents;
    if (!runs.has(id)) {
      const run = unlessDamaged(() => this.#store.run(id));
      const known = run !== undefined && !(run instanceof DamageError);
      runs.set(id, known ? contentsOf(this.#store, run) : undefined);
    }
    return runs.get(id);
  }

  /**
   * Calls `listener` after every write to the store, until the returned function is called. What it
   * does before it returns counts as the feed's time, of which there is a twentieth.
   *
   * @param lost Called where the store can be read no more, as a store that was moved or deleted.
   */
  watch(listener: () => void, lost: () => void = () => {}): () => void {
    this.#listeners.set(listener, lost);
    if (this.#timer === undefined) {
      this.#seen = this.#state;
      this.#schedule(PERIOD);
    }
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      clearTimeout(this.#timer);
      this.#timer = undefined;
    };
  }

  /** How many listen. */
  get readers(): number {
    return this.#listeners.size;
  }

  /** Says in the terminal why the store cannot be read, once until it can be again. */
  #fail(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    if (reason !== this.#failure) console.error(reason);
    this.#failure = reason;
    for (const lost of [...this.#listeners.values()]) lost();
  }

  #schedule(pause: number): void {
    this.#timer = setTimeout(() => {
      const start = performance.now();
      try {
        this.#look();
        // Not only what this look found: pages look on their own.
        if (this.#state !== this.#seen) {
          this.#seen = this.#state;
          for (const listener of this.#listeners.keys()) listener();
        }
        this.#failure = undefined;
      } catch (error) {
        this.#fail(error);
      } finally {
        if (this.#listeners.size > 0) {
          this.#schedule(Math.max(PERIOD, SHARE * (performance.now() - start)));
        }
      }
    }, pause);
  }

  /** Differs after every write, and after every row that changed without one. */
  get #state(): string {
    return `${this.#version} ${this.#at}`;
  }

  /** Reads what changed. */
  #look(): void {
    const version = this.#store.version();
    if (version === this.#version && !this.#someEnded()) return;
    const isFirst = this.#version < 0;
    this.#version = version;
    const at = Math.max(Date.now(), this.#at + 1);
    const left = new Set(this.#rows.keys());
    const runs = this.#store.runs();
    const isNew = ({ id }: Run) => !this.#rows.has(id);
    const read = runs.filter(isNew).length > MOST_ONE_BY_ONE
      ? this.#store.allLastMetrics()
      : new Map<string, Metrics>();
    for (const run of runs) {
      left.delete(run.id);
      if (this.#update(run, at, read)) this.#at = at;
    }
    for (const run of this.#store.damagedRuns()) {
      left.delete(run.id);
      const key = run.reason;
      if (this.#rows.get(run.id)?.key === key) continue;
      const row = summaryOfDamaged(run, at);
      this.#keep(run.id, { key, row, run: undefined, metrics: undefined });
      this.#at = at;
    }
    for (const id of left) {
      this.#rows.delete(id);
      this.#removed.set(id, at);
      this.#at = at;
    }
    const before = idsOf(this.#trashed);
    this.#trashed = trashedIn(this.#store);
    // What leaves the trash for good has no row that changes, nor what came there without having had one.
    for (const id of isFirst ? [] : idsOf(this.#trashed).symmetricDifference(before)) {
      if (this.#rows.has(id)) continue;
      this.#removed.set(id, at);
      this.#at = at;
    }
  }

  /** Whether the row of a run changed; `read` are last values that were read already. */
  #update(run: Run, at: number, read: ReadonlyMap<string, Metrics>): boolean {
    const known = this.#rows.get(run.id);
    // The store lists a run whose row did not change as the same object.
    if (run.status !== "running" && known !== undefined && known.run === run) return false;
    const record = JSON.stringify({ ...run, manifest: null });
    // Only a run that goes on gets figures that its record does not show.
    if (run.status !== "running" && known?.key === record) {
      this.#rows.set(run.id, { ...known, run });
      return false;
    }
    const lastMetrics = (id: string) => read.get(id) ?? this.#store.lastMetrics(id);
    const last = unlessDamaged(() => figuresOf({ lastMetrics }, run));
    const key = run.status === "running" ? record + Object.values(last).join() : record;
    if (known?.key === key) return false;
    const metrics = last instanceof DamageError ? undefined : last;
    this.#keep(run.id, { key, row: summarize(run, last, at), run, metrics });
    return true;
  }

  /** A row that is new or other than before. */
  #keep(id: string, kept: Kept): void {
    this.#removed.delete(id);
    this.#rows.set(id, kept);
  }

  /** Whether a process that trained is gone: no write shows that. */
  #someEnded(): boolean {
    for (const { row } of this.#rows.values()) {
      if (row.status !== "running") continue;
      const run = unlessDamaged(() => this.#store.run(row.id));
      if (run instanceof DamageError || !run?.active) return true;
    }
    return false;
  }
}

/** Picks names of metrics that can stand on a page: those without characters that command a terminal. */
function shownNames(): (metrics: Metrics) => string[] {
  const known = new Map<string, boolean>();
  const isShown = (name: string) => {
    if (!known.has(name)) known.set(name, printable(name) === name);
    return known.get(name)!;
  };
  return (metrics) => Object.keys(metrics).filter(isShown);
}

function idsOf(runs: readonly TrashedRun[]): Set<string> {
  return new Set(runs.map(({ id }) => id));
}
