/**
 * A capsule read as a store is, by the dashboard's own code, while an export is written and in the
 * exported page.
 *
 * @module
 */
import { InputError } from "../../lab/core/errors.ts";
import type {
  DamagedRun,
  Run,
  StoredArtifact,
  StoredCheckpoint,
  StoredEvent,
  StoreReader,
} from "../../lab/store/store.ts";
import { everything, indicesOf, picksOf } from "../curves.ts";
import type { ReadSeries } from "../thinned.ts";
import { axes, type Body, type Head } from "./capsule.ts";

/** Reads what of a capsule is there; the bodies of runs may come later than the head. */
export class CapsuleStore implements StoreReader {
  readonly location = "this page";
  readonly #runs: Map<string, { readonly run: Run; readonly last: Record<string, number> }>;
  readonly #bodies = new Map<string, Body>();

  constructor({ runs }: Pick<Head, "runs">) {
    this.#runs = new Map(runs.map(({ run, last }) => {
      const values = Object.entries(last).map(([name, value]) => [name, Number(value)]);
      return [run.id, { run, last: Object.fromEntries(values) }];
    }));
  }

  /** Takes in what is known of a run. */
  hold(id: string, body: Body): void {
    this.#bodies.set(id, body);
  }

  /** Whether it is there. */
  holds(id: string): boolean {
    return this.#bodies.has(id);
  }

  run(id: string): Run | undefined {
    return this.#runs.get(id)?.run;
  }

  find(reference: string): Run {
    const run = this.run(reference);
    if (run === undefined) {
      throw new InputError(`Cannot show the run as it is not on this page: ${reference}`);
    }
    return run;
  }

  runs({ trashed = false } = {}): Run[] {
    if (trashed) return [];
    return [...this.#runs.values()].map(({ run }) => run).sort((a, b) => b.createdAt - a.createdAt);
  }

  damagedRuns(): DamagedRun[] {
    return [];
  }

  seriesNames(id?: string): string[] {
    const lasts = id === undefined
      ? [...this.#runs.values()].map(({ last }) => last)
      : [this.lastMetrics(id)];
    return [...new Set(lasts.flatMap(Object.keys))].sort();
  }

  series(id: string, name: string, { points = Infinity, after = -Infinity } = {}): ReadSeries {
    const { axes: columns, series } = this.#bodyOf(id);
    const { values = [], axes: places = axes.map(() => -1), total = 0, between } = series[name] ??
      {};
    const numbers = values.map(Number);
    const axis = (of: typeof axes[number]) => columns[places[axes.indexOf(of)]] ?? [];
    const iterations = axis("iterations");
    const range = indicesOf(iterations, everything);
    const wanted = points < numbers.length ? picksOf(numbers, points, range) : numbers.keys();
    const picks = [...wanted].filter((i) => iterations[i] > after);
    const picked = (column: ArrayLike<number>) => Float64Array.from(picks, (i) => column[i]);
    return {
      name,
      iterations: picked(iterations),
      environmentSteps: picked(axis("environmentSteps")),
      gradientSteps: picked(axis("gradientSteps")),
      examples: picked(axis("examples")),
      wallSeconds: picked(axis("wallSeconds")),
      values: picked(numbers),
      total,
      ...between !== undefined && picks.length === numbers.length && { between },
    };
  }

  /** Nothing changes here. */
  seriesMark(): string {
    return "";
  }

  lastMetrics(id: string): Record<string, number> {
    return this.#runs.get(id)?.last ?? {};
  }

  allLastMetrics(): Map<string, Record<string, number>> {
    return new Map([...this.#runs].map(([id, { last }]) => [id, last]));
  }

  lastValues(name: string): Map<string, number> {
    return new Map(
      [...this.#runs].flatMap(([id, { last }]) =>
        Object.hasOwn(last, name) ? [[id, last[name]]] : []
      ),
    );
  }

  events(id: string, { newest = Infinity } = {}): StoredEvent[] {
    const { events } = this.#bodyOf(id);
    return newest < events.length ? events.slice(-newest) : [...events];
  }

  eventCount(id: string): number {
    return this.#bodyOf(id).events.length;
  }

  artifacts(id: string): StoredArtifact[] {
    return [...this.#bodyOf(id).artifacts];
  }

  readArtifact(hash: string): Promise<Uint8Array> {
    throw new InputError(`Cannot read the picture as the page has it under its name: ${hash}`);
  }

  checkpoints(id: string): StoredCheckpoint[] {
    return [...this.#bodyOf(id).checkpoints];
  }

  /** Sweeps stay in the store. */
  sweep(): undefined {
    return undefined;
  }

  sweepNames(): string[] {
    return [];
  }

  version(): number {
    return 0;
  }

  #bodyOf(id: string): Body {
    const body = this.#bodies.get(id);
    if (body === undefined) throw new InputError(`Cannot read the run as it is not here: ${id}`);
    return body;
  }
}
