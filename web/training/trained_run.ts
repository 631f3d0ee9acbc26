/**
 * The run that a page trains, kept as a store keeps it, so that the page's own figures, players and
 * galleries show it as any other run.
 *
 * @module
 */
import type {
  Run,
  RunStatus,
  StoredArtifact,
  StoredCheckpoint,
  StoredEvent,
} from "../../lab/store/store.ts";
import type { Metrics } from "../../lab/core/metrics.ts";
import { judgedBy } from "../../lab/experiment/score.ts";
import { axes, type Body, type PackedSeries } from "../export/capsule.ts";
import { CapsuleStore } from "../export/capsule_store.ts";
import { rasters } from "../rasters.ts";
import type { Asked, PageReport, Told } from "./protocol.ts";

/** What the run is called in the page. */
export const HERE = "here";

/** Policies or models, and pictures of a name, that a page keeps, at most. */
const KEPT = 40;

/** The page's run, which grows. */
export class TrainedRun {
  #run: Run;
  readonly #last: Record<string, number> = {};
  readonly #axes: number[][] = [];
  readonly #series: Record<string, { axes: number[]; values: number[]; total: number }> = {};
  readonly #events: StoredEvent[] = [];
  #pictures: StoredArtifact[] = [];
  #learned: readonly StoredCheckpoint[] = [];
  readonly #files = new Map<number, Uint8Array<ArrayBuffer>>();
  readonly #texts = new Map<string, string>();
  #made = 0;
  /** What it was ordered by. */
  readonly asked: Asked;

  /** Begins, in the place of another one; `attempt` tells several runs of one page apart. */
  constructor(
    { asked, determined, unit, opened }: Told & { readonly kind: "opened" },
    attempt: number,
  ) {
    this.asked = asked;
    // Those of the run before went with it.
    rasters.clear();
    this.#run = {
      id: HERE,
      name: determined.experiment,
      status: "running",
      active: true,
      manifest: {
        determined,
        budgetUnit: unit,
        definition: { module: "", hash: "" },
        code: { revision: null, dirty: null, hash: "", lock: "" },
        versions: {},
        machine: {
          adapter: opened.adapter,
          cpuFeatures: [],
          cores: navigator.hardwareConcurrency,
          os: "a page",
        },
        backendReason: opened.backendReason,
      },
      tags: [],
      note: "",
      createdAt: Date.now(),
      endedAt: null,
      trashedAt: null,
      wallSeconds: 0,
      ...{ environmentSteps: 0, gradientSteps: 0, examples: 0, iterations: 0 },
      digest: null,
      message: null,
      attempt,
    };
  }

  /** As it stands. */
  get run(): Run {
    return this.#run;
  }

  /** What it is judged by: the last values of its series, of what is evaluated the score. */
  get figures(): Metrics {
    return judgedBy(this.#run, this.#last);
  }

  /** The run as the dashboard's code reads runs, as it is now. */
  get store(): CapsuleStore {
    const store = new CapsuleStore({ runs: [{ run: this.#run, last: this.#last }] });
    const body: Body = {
      axes: this.#axes,
      series: this.#series as Readonly<Record<string, PackedSeries>>,
      events: this.#events,
      artifacts: this.#pictures,
      checkpoints: this.#learned,
    };
    store.hold(HERE, body);
    return store;
  }

  /** Takes in what the thread reported. */
  add({ progress, metrics, events, artifacts, wallSeconds }: PageReport): void {
    const { iterations, environmentSteps, gradientSteps, examples } = progress;
    const place = { iterations, environmentSteps, gradientSteps, examples, wallSeconds };
    for (const [name, value] of Object.entries(metrics)) {
      const series = this.#series[name] ??= this.#newSeries();
      axes.forEach((axis, i) => this.#axes[series.axes[i]].push(place[axis]));
      series.values.push(value);
      series.total++;
      this.#last[name] = value;
    }
    for (const event of events) {
      this.#events.push({ ...event, at: Date.now(), iteration: iterations });
    }
    for (const artifact of artifacts) this.#keepPicture(artifact, iterations);
    this.#run = { ...this.#run, ...place };
  }

  /** Keeps a policy or a model; of many those on the way are thinned out. */
  keep({ iteration, isFinal, bytes }: Told & { readonly kind: "learned" }): void {
    const id = ++this.#made;
    const kind = isFinal ? "final" : "last";
    const file = { bytes: bytes.length, hash: "", attempt: this.#run.attempt, score: null };
    // The one of an evaluation, and the final one, take the place of another of the same iteration.
    const others = this.#learned.filter((each) => each.iteration !== iteration);
    this.#learned = thinned([...others, { id, kind, iteration, ...file }], KEPT);
    this.#files.set(id, bytes);
    const kept = new Set(this.#learned.map((each) => each.id));
    for (const old of this.#files.keys()) if (!kept.has(old)) this.#files.delete(old);
  }

  /** What is kept, oldest first. */
  get learned(): readonly StoredCheckpoint[] {
    return this.#learned;
  }

  /** The file of a checkpoint; left out: the last one. Undefined where there is none. */
  file(checkpoint = this.#learned.at(-1)?.id): Uint8Array<ArrayBuffer> | undefined {
    return this.#files.get(checkpoint ?? -1);
  }

  /** A text of samples. */
  text(name: string): string | undefined {
    return this.#texts.get(name);
  }

  /** Ends. */
  end({ ending, digest }: Told & { readonly kind: "ended" }): void {
    const { status, progress, wallSeconds, message } = ending;
    this.#close({ status, ...progress, wallSeconds, message, digest });
  }

  /** Breaks off. */
  fail(message: string): void {
    this.#events.push({ at: Date.now(), iteration: this.#run.iterations, level: "error", message });
    this.#close({ status: "failed", message });
  }

  #close(change: Partial<Run> & { readonly status: RunStatus }): void {
    this.#run = { ...this.#run, ...change, active: false, endedAt: Date.now() };
  }

  #newSeries() {
    const places = axes.map((_, i) => this.#axes.length + i);
    for (const _ of axes) this.#axes.push([]);
    return { axes: places, values: [], total: 0 };
  }

  #keepPicture(artifact: PageReport["artifacts"][number], iteration: number): void {
    const { name } = artifact;
    const hash = `${this.#run.attempt}-${name}-${iteration}`;
    const isText = "text" in artifact;
    if (isText) this.#texts.set(hash, artifact.text);
    else rasters.set(hash, artifact.raster);
    const mediaType = isText ? "text/plain" : "image/png";
    const [own, others] = [true, false].map((is) =>
      this.#pictures.filter((each) => (each.name === name) === is && each.hash !== hash)
    );
    const kept = thinned([...own, { name, iteration, mediaType, hash, bytes: 0 }], KEPT);
    for (const { hash: old } of own) {
      if (kept.some((each) => each.hash === old)) continue;
      rasters.delete(old);
      this.#texts.delete(old);
    }
    this.#pictures = [...others, ...kept];
  }
}

/** At most so many, the first and the last among them: of more every second one. */
export function thinned<Each>(all: readonly Each[], most: number): Each[] {
  return all.length <= most ? [...all] : all.filter((_, i) => i % 2 === 0 || i === all.length - 1);
}
