/**
 * The lab in a thread of the page: it says what a setting's fields are, trains it, and hands over what
 * the page shows. It asks no server for anything.
 *
 * @module
 */
import type { Dataset } from "../../lab/core/dataset.ts";
import { InputError, unknownName } from "../../lab/core/errors.ts";
import type { LabEvent } from "../../lab/core/metrics.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import { streamOf } from "../../lab/core/random.ts";
import type { NamedTensors } from "../../lab/core/tensor_data.ts";
import type { ExperimentDefinition } from "../../lab/experiment/definition.ts";
import { digestOf } from "../../lab/experiment/digest.ts";
import { lineOf } from "../../lab/experiment/error_lines.ts";
import type { FieldDescription } from "../../lab/experiment/fields.ts";
import type { Opened } from "../../lab/experiment/protocol.ts";
import { Recording } from "../../lab/experiment/recorder.ts";
import { isOwn, type OwnParts, ownPartsOf, requireOwn } from "../../lab/experiment/own.ts";
import type { Registries } from "../../lab/experiment/registries.ts";
import { resolve, type Resolved } from "../../lab/experiment/resolve.ts";
import type { RunCheckpoint, RunReport } from "../../lab/experiment/runner.ts";
import { runSession, type SessionSink } from "../../lab/experiment/run_session.ts";
import { openSession, parseSeed, type Session } from "../../lab/experiment/session.ts";
import { judgeOf } from "../../models/judge.ts";
import { picturesOf } from "../../models/pictures.ts";
import { isMissingScript, NO_ANSWER } from "../ask.ts";
import { encodeExamples } from "../examples.ts";
import type { Part } from "../file_parts.ts";
import { movedDataset, type Shifts } from "../modes.ts";
import { definitionIn } from "../own/definition.ts";
import { type Ahead, aheadOf } from "./ahead.ts";
import { formOf } from "./form.ts";
import { pageBackends } from "./setting.ts";
import type {
  Asked,
  BaseRun,
  Description,
  Determined,
  Order,
  PageReport,
  Told,
} from "./protocol.ts";

/** Says something to the page. */
export type Tell = (told: Told, transfer?: Transferable[]) => void;

/** Milliseconds between two messages of points; of looks at what is trained, at least. */
const [TELL_EVERY, LOOK_EVERY] = [100, 1000];
/** A look takes at most this share of the time. */
const LOOK_SHARE = 0.1;
/** Samples of a look: as many as a sheet shows; points of a plane. */
const SHOWN = { images: 100, points: 500, sequences: 1, text: 4 } as const;

/** What is said of a run whose data a reader has moved. */
const MOVED = "modes of its data are moved by hand from here on: it learns other data than its " +
  "settings say";

/** What is trained, or was last. */
interface Trained {
  /** Another one from each move of the data on. */
  session: Session;
  readonly determined: Determined;
  /** As its settings say. */
  readonly dataset: Dataset | undefined;
  /** Whether it has learned from data that were moved. */
  isMoved: boolean;
}

/** One page's lab: one training at a time. */
export class Laboratory {
  readonly #registries: Registries;
  readonly #tell: Tell;
  #session: Trained | undefined;
  #stopped = false;
  /** How far the data's modes are to be moved. */
  #shifts: Shifts = {};
  /** Resolves when a pause is over. */
  #pause: PromiseWithResolvers<void> | undefined;

  /** Takes what can be trained, and who is told of it. */
  constructor(registries: Registries, tell: Tell) {
    this.#registries = registries;
    this.#tell = tell;
  }

  /** Does what it is told. */
  async hear(order: Order): Promise<void> {
    switch (order.kind) {
      case "describe":
        this.#tell({
          kind: "described",
          number: order.number,
          ...await this.#describe(order.asked),
        });
        return void await loaded().catch(() => {/* a training says so */});
      case "look":
        return await this.#look(order.number, order.asked);
      case "train":
        return await this.#train(order.asked).catch((error) => {
          this.#tell({ kind: "failed", problem: problemOf(error) });
        });
      case "pause":
        if (!order.paused) this.#goOn();
        else this.#pause ??= Promise.withResolvers();
        return;
      case "move":
        this.#shifts = order.shifts;
        return;
      case "stop":
        this.#stopped = true;
        this.#goOn();
        return;
      case "file":
        return await this.#file(order.number, order.part);
    }
  }

  #goOn(): void {
    this.#pause?.resolve();
    this.#pause = undefined;
  }

  async #describe(
    asked: Asked,
  ): Promise<{ readonly description?: Description; readonly problem?: string }> {
    let description: Description | undefined;
    try {
      const definition = await this.#definitionOf(asked);
      const usual = await resolve(definition, this.#registries);
      description = this.#described(definition, usual, usual);
      const resolved = await this.#resolved(definition, asked);
      return { description: this.#described(definition, resolved, usual) };
    } catch (error) {
      return { problem: problemOf(error), ...description && { description } };
    }
  }

  async #look(number: number, asked: Asked): Promise<void> {
    // What cannot be drawn before may be trained all the same.
    const ahead = await this.#aheadOf(asked).catch(() => ({ isPlane: false }));
    this.#tell({ kind: "looked", number, ahead });
  }

  async #aheadOf(asked: Asked): Promise<Ahead> {
    const definition = await this.#definitionOf(asked);
    const { configuration } = await this.#resolved(definition, asked);
    return await aheadOf(definition, configuration, this.#registries);
  }

  #described(definition: ExperimentDefinition, now: Resolved, usual: Resolved): Description {
    const { environments, agents, models, datasets } = this.#registries;
    const names = (entries: readonly { readonly name: string }[]) =>
      entries.map(({ name }) => name);
    return {
      experiment: definition.name,
      summary: definition.summary ?? "",
      unit: now.unit,
      // Nothing here keeps checkpoints.
      fields: formOf(now.fields.filter(isOfPage), usual.fields, {
        "environment.id": environments.map(({ id }) => id),
        "agent.name": names(agents),
        "model.name": names(models),
        "dataset.name": names(datasets),
      }),
      notes: now.notes,
      seconds: definition.expectedSeconds ?? null,
    };
  }

  /** The setting's configuration, which this page can train. */
  async #resolved(definition: ExperimentDefinition, asked: Asked): Promise<Resolved> {
    const { setting } = asked;
    parseSeed(seedOf(asked));
    const { backend } = setting.set;
    if (backend !== undefined) {
      const those = pageBackends.join(", ");
      throw new InputError(`Cannot train here on "${backend}" as a page's backends are ${those}`);
    }
    const resolved = await resolve(definition, this.#registries, {
      set: Object.entries(setting.set),
    });
    requirePage(resolved.configuration);
    return resolved;
  }

  async #definitionOf({ setting, base }: Asked): Promise<ExperimentDefinition> {
    if (base !== undefined) return await definitionOfRun(base);
    const { experiment } = setting.base as { experiment: string };
    const { experiments } = this.#registries;
    const entry = experiments.find(({ name }) => name === experiment);
    if (entry !== undefined) return await entry.load();
    throw unknownName("train here", "experiment", experiment, experiments.map(({ name }) => name));
  }

  async #train(asked: Asked): Promise<void> {
    this.#stopped = false;
    this.#goOn();
    const definition = await this.#definitionOf(asked);
    const { configuration, unit } = await this.#resolved(definition, asked);
    const { name: experiment, version = 1 } = definition;
    const seed = String(parseSeed(seedOf(asked)));
    const job = {
      experiment,
      module: "",
      // Nothing here could keep a checkpoint.
      configuration: { ...configuration, checkpoint: NO_CHECKPOINTS },
      seed,
      backend: asked.setting.backend,
    };
    let shifts = this.#shifts = {};
    const session = await openSession(job, this.#registries, { definition });
    const { backend, dataset } = session;
    const determined = { experiment, version, configuration, seed, backend };
    // What was trained before can be taken away until another one is open.
    this.#session?.session.dispose();
    const trained: Trained = this.#session = { session, determined, dataset, isMoved: false };
    const looks = new Looks(trained, this.#tell);
    const recording = new Recording();
    const told = new Batches(this.#tell);
    let parameters: NamedTensors = {};
    /** Seconds that training stood still. */
    let paused = 0;
    const breathe = breather();
    /** What the next report says beside its own. */
    let news: readonly LabEvent[] = [];
    let start: RunCheckpoint | undefined;
    const sink: SessionSink = {
      opened: async (opened: Opened) => {
        if (start !== undefined) return;
        this.#tell({ kind: "opened", asked, determined, unit, opened });
        await looks.learned(0, false);
      },
      report: async (report) => {
        recording.add(report);
        const isDue = report.kind === "evaluation" || looks.due();
        const artifacts = isDue ? await looks.look(report) : report.artifacts;
        const events = [...news, ...report.events];
        news = [];
        told.add({ ...report, events, artifacts, wallSeconds: report.wallSeconds - paused });
        await breathe();
        if (this.#pause === undefined) return;
        told.flush();
        const since = performance.now();
        await this.#pause.promise;
        paused += (performance.now() - since) / 1000;
      },
      checkpoint: (checkpoint) => {
        if (checkpoint.kind === "final") parameters = checkpoint.snapshot.parameters;
        if (checkpoint.kind === "last") start = checkpoint;
      },
    };
    const isDue = () => this.#stopped || this.#shifts !== shifts;
    let ending = await runSession(session, { job }, sink, isDue);
    while (ending.status === "interrupted" && !this.#stopped) {
      // It goes on from where it stands, as a run that is resumed, with other data.
      shifts = this.#shifts;
      const there = withDataset(this.#registries, movedDataset(dataset!, shifts));
      const next = await openSession(job, there, { definition });
      trained.session.dispose();
      trained.session = next;
      if (!trained.isMoved) news = [{ level: "info", message: MOVED }];
      trained.isMoved = true;
      ending = await runSession(next, { job, start }, sink, isDue);
    }
    told.flush();
    await looks.learned(ending.progress.iterations, true);
    const isWhole = ending.status === "completed" || ending.status === "stopped";
    const digest = isWhole && !trained.isMoved
      ? digestOf(determined, recording.series(), parameters)
      : null;
    const wallSeconds = ending.wallSeconds - paused;
    this.#tell({ kind: "ended", ending: { ...ending, wallSeconds }, digest });
  }

  async #file(number: number, part: Part): Promise<void> {
    try {
      const bytes = await this.#fileOf(part);
      this.#tell({ kind: "file", number, bytes }, [bytes.buffer]);
    } catch (error) {
      this.#tell({ kind: "file", number, problem: problemOf(error) });
    }
  }

  async #fileOf(part: Part): Promise<Uint8Array<ArrayBuffer>> {
    const { session: { trainer }, dataset } = this.#session!;
    const refused = (reason: string) => new InputError(`Cannot make the file as ${reason}`);
    if (part === "policy") {
      const file = trainer.exportPolicy?.(aboutOf(this.#session!));
      if (file === undefined) throw refused("this agent makes no policy");
      return await file;
    }
    if (part === "weights" || part === "gradients") {
      throw refused(`${part} are read from checkpoints of a store`);
    }
    if (dataset === undefined) throw refused("what is trained is no model");
    if (part === "examples") return encodeExamples(dataset);
    if (part === "settings") throw refused("samples are drawn as the setting has it");
    if (part === "model") {
      if (trainer.exportModel === undefined) throw refused("the model makes none");
      return await trainer.exportModel(aboutOf(this.#session!));
    }
    const judge = dataset.train.labels && dataset.kind === "images"
      ? await judgeOf(dataset, this.#registries.models)
      : undefined;
    if (judge === undefined) throw refused("its data have no judge");
    try {
      return await judge.file();
    } finally {
      judge.dispose();
    }
  }
}

/** Loads what a training begins with, as its server may have gone by then. */
function loaded(): Promise<unknown> {
  return Promise.all([
    import("../../lab/compute/backend.ts"),
    import("../../lab/compute/compile/explain.ts"),
    import("../../lab/core/png.ts"),
    import("@tensorflow/tfjs"),
  ]);
}

/** An error as one line. */
function problemOf(error: unknown): string {
  return isMissingScript(error) ? NO_ANSWER : lineOf(error);
}

const NO_CHECKPOINTS = { everyIterations: 0, everySeconds: Infinity, keepLast: 1 };

/** The seed as it was typed, else the base's, else the first. */
function seedOf({ setting, base }: Asked): string {
  return setting.seed || base?.seed || "1";
}

/** A run's configuration as a definition, with the parts that stand in its module as code. */
async function definitionOfRun(
  { experiment, version, configuration, own }: BaseRun,
): Promise<ExperimentDefinition> {
  const parts = own === undefined ? {} : ownPartsOf(await definitionIn(own));
  const withCode = Object.entries(configuration).map(([kind, part]) => {
    if (!isOwn(part)) return [kind, part];
    const { id, name = id, own: _, ...fields } = part as { readonly [field: string]: Json };
    const code = requireOwn(parts, kind as keyof OwnParts, name as string, own!);
    return [kind, "create" in code && kind !== "body" ? { definition: code, ...fields } : code];
  });
  return { name: experiment, version, ...Object.fromEntries(withCode) };
}

const isOfPage = ({ path }: FieldDescription) => !path.startsWith("checkpoint.");

/** Fields by which the lab's data sets are read from files. */
const fileFields = ["folder", "file", "policy"];

/** @throws InputError where pages lack what the configuration needs. */
function requirePage({ agent, dataset }: { readonly [key: string]: Json }): void {
  const { own = false, ...fields } = (dataset ?? {}) as { readonly [field: string]: Json };
  const read = own ? undefined : fileFields.find((field) => (fields[field] ?? "") !== "");
  if (read !== undefined) {
    throw new InputError(
      `Cannot train on ${fields.name} here as a page reads no files: dataset.${read} ${
        fields[read]
      }`,
    );
  }
  const { name, workers = 1 } = (agent ?? {}) as { name?: string; workers?: number };
  if (workers === 1 || typeof SharedArrayBuffer !== "undefined") return;
  throw new InputError(
    `Cannot train ${name} here as agent.workers must be 1 in a page, whose threads share no ` +
      `memory: ${workers}`,
  );
}

/** What a file says of where it is from. */
function aboutOf({ session: { trainer }, determined, isMoved }: Trained) {
  const { experiment, seed, configuration } = determined;
  const { agent, environment, model, dataset } = configuration as {
    readonly [part: string]: { readonly name: string; readonly id: string } | undefined;
  };
  return {
    ...{ experiment, seed, iteration: String(trainer.progress.iterations) },
    ...agent && { agent: agent.name, environment: environment!.id },
    ...model &&
      { model: model.name, dataset: `${dataset!.name}${isMoved ? ", moved by hand" : ""}` },
  };
}

/** The registries with this data set in the place of the one of its name. */
function withDataset(registries: Registries, dataset: Dataset): Registries {
  const datasets = registries.datasets.map((entry) =>
    entry.name === dataset.name
      ? {
        ...entry,
        load: async () => ({ ...await entry.load(), create: () => Promise.resolve(dataset) }),
      }
      : entry
  );
  return { ...registries, datasets };
}

/** What the page shows of what is trained while it is: the policy, or samples. */
class Looks {
  #nextAt = 0;

  constructor(
    private readonly trained: Trained,
    private readonly tell: Tell,
  ) {}

  /** Whether enough time has passed since the last one. */
  due(): boolean {
    return performance.now() >= this.#nextAt;
  }

  /** Takes one; returns the report's pictures, with new samples where it has none. */
  async look(report: RunReport): Promise<PageReport["artifacts"]> {
    const start = performance.now();
    const { artifacts, progress: { iterations } } = report;
    await this.learned(iterations, false);
    const samples = artifacts.length > 0 ? artifacts : await this.#samples();
    const now = performance.now();
    this.#nextAt = now + Math.max(LOOK_EVERY, (now - start) / LOOK_SHARE);
    return samples;
  }

  /** Hands over the policy of an agent, and a model of points in the plane. */
  async learned(iteration: number, isFinal: boolean): Promise<void> {
    const { trainer, dataset } = this.trained.session;
    const isPlane = dataset?.kind === "points" && dataset.shape[0] === 2;
    const about = aboutOf(this.trained);
    const bytes =
      await (isPlane
        ? trainer.exportModel?.(about)
        : trainer.exportPolicy?.(about, { withValue: true }));
    if (bytes === undefined) return;
    this.tell({ kind: "learned", iteration, isFinal, bytes }, [bytes.buffer]);
  }

  /** From the same noise each time, which no other part of the run draws. */
  async #samples(): Promise<PageReport["artifacts"]> {
    const { session: { trainer, dataset }, determined } = this.trained;
    if (trainer.sample === undefined || dataset === undefined) return [];
    const random = streamOf(parseSeed(determined.seed), "sheet");
    const samples = await trainer.sample({ random, count: SHOWN[dataset.kind] });
    return await picturesOf({}, dataset, samples);
  }
}

/** Reports in few messages. */
class Batches {
  #reports: PageReport[] = [];
  #toldAt = -Infinity;

  constructor(private readonly tell: Tell) {}

  add(report: PageReport): void {
    this.#reports.push(report);
    if (performance.now() - this.#toldAt >= TELL_EVERY) this.flush();
  }

  flush(): void {
    if (this.#reports.length > 0) this.tell({ kind: "reports", reports: this.#reports });
    this.#reports = [];
    this.#toldAt = performance.now();
  }
}

/** Lets messages of the page in, twenty times a second at most. */
function breather(): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < 50) return undefined;
    last = performance.now();
    // A timer would wait some milliseconds more.
    const { port1, port2 } = new MessageChannel();
    return new Promise((resume) => {
      port1.onmessage = () => {
        port1.close();
        resume();
      };
      port2.postMessage(null);
    });
  };
}
