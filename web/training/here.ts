/**
 * The page's side of a training: the thread, what it says, and what the page answers itself.
 *
 * @module
 */
import { type Signal, signal } from "@preact/signals";
import { answeredBy } from "../ask.ts";
import { contentsOf } from "../contents.ts";
import { stateOf } from "../export/answer.ts";
import type { Part } from "../file_parts.ts";
import type { Context } from "../fresh.ts";
import { Grower } from "../growth.ts";
import { hear } from "../live.ts";
import type { Shifts } from "../modes.ts";
import { chosenIteration } from "../moment.ts";
import * as policy from "../routes/api/policy.ts";
import * as series from "../routes/api/series.ts";
import * as sparks from "../routes/api/sparks.ts";
import type { State } from "../state.ts";
import { summarize } from "../summary.ts";
import type { Ahead } from "./ahead.ts";
import type { Asked, Description, Order, Told } from "./protocol.ts";
import { HERE, TrainedRun } from "./trained_run.ts";

/** Milliseconds between two drawings, and the most of the time that they may take. */
const [SHOW_EVERY, SHOW_SHARE] = [250, 0.15];

/** How the page's training stands. */
export type Stand = "idle" | "opening" | "training" | "paused" | "stopping";

/** What the thread says of a setting. */
export interface Answer {
  readonly description?: Description;
  readonly problem?: string;
}

/** Trains in a thread of the page. */
export class TrainingHere implements Disposable {
  /** How it stands. */
  readonly stand: Signal<Stand> = signal("idle");
  /** The run, from when it is open. */
  readonly trained: Signal<TrainedRun | undefined> = signal(undefined);
  /** Why there is none, in a line. */
  readonly problem: Signal<string> = signal("");
  /** How far the data's modes were moved. */
  readonly shifts: Signal<Shifts> = signal({});
  /** Whether the newest run, which goes with the page, was taken away. */
  readonly taken: Signal<boolean> = signal(false);
  readonly #thread: Worker;
  readonly #waiting = new Map<number, (told: Told) => void>();
  #number = 0;
  #attempt = 0;
  #grower: Grower | undefined;
  #showAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param address Of the thread's script. */
  constructor(address: string) {
    this.#thread = new Worker(address, { type: "module" });
    this.#thread.onmessage = ({ data }: MessageEvent<Told>) => this.#hear(data);
    this.#thread.onerror = (event) => {
      event.preventDefault();
      this.#fail(event.message || "The script of the thread cannot be loaded");
    };
    this.#answerPage();
  }

  /** Ends the thread. */
  [Symbol.dispose](): void {
    this.#thread.terminate();
    clearTimeout(this.#timer);
  }

  /** The fields of a setting, and whether it can be trained. */
  async describe(asked: Asked): Promise<Answer> {
    return await this.#ask({ kind: "describe", number: ++this.#number, asked }) as Answer;
  }

  /** What a setting that can be trained begins with. */
  async look(asked: Asked): Promise<Ahead> {
    const told = await this.#ask({ kind: "look", number: ++this.#number, asked });
    return (told as Told & { readonly kind: "looked" }).ahead;
  }

  /** Begins, in the place of what was trained before. */
  train(asked: Asked): void {
    this.problem.value = "";
    this.shifts.value = {};
    this.stand.value = "opening";
    this.#post({ kind: "train", asked });
  }

  /** Whether something goes with the page: what trains, or a run that nobody has taken away. */
  get isAtRisk(): boolean {
    if (this.stand.value !== "idle") return true;
    const trained = this.trained.value;
    return trained !== undefined && trained.run.status !== "failed" && !this.taken.value;
  }

  /** Stands still after the iteration, or goes on. */
  pause(paused: boolean): void {
    this.stand.value = paused ? "paused" : "training";
    this.#post({ kind: "pause", paused });
  }

  /** Has the data's modes elsewhere from the next iteration on. */
  readonly move = (shifts: Shifts): void => {
    this.shifts.value = shifts;
    this.#post({ kind: "move", shifts });
  };

  /** Ends after the iteration. */
  stop(): void {
    this.stand.value = "stopping";
    this.#post({ kind: "stop" });
  }

  /** A file of what is trained. Rejects with a line where there is none. */
  async file(part: Part): Promise<Uint8Array<ArrayBuffer>> {
    const told = await this.#ask({ kind: "file", number: ++this.#number, part });
    if ("bytes" in told) return told.bytes;
    throw new Error((told as { readonly problem: string }).problem);
  }

  #post(order: Order): void {
    this.#thread.postMessage(order);
  }

  #ask(order: Order & { readonly number: number }): Promise<Told> {
    return new Promise((resolve) => {
      this.#waiting.set(order.number, resolve);
      this.#post(order);
    });
  }

  #hear(told: Told): void {
    const trained = this.trained.value;
    switch (told.kind) {
      case "described":
      case "looked":
      case "file":
        this.#waiting.get(told.number)?.(told);
        this.#waiting.delete(told.number);
        return;
      case "opened":
        return this.#open(told);
      case "reports":
        for (const report of told.reports) trained!.add(report);
        return this.#showSoon();
      case "learned":
        trained!.keep(told);
        return this.#showSoon();
      case "ended":
        trained!.end(told);
        // A move after the last iteration came too late.
        if (told.digest !== null) this.shifts.value = {};
        this.stand.value = "idle";
        return this.#show();
      case "failed":
        return this.#fail(told.problem);
    }
  }

  #open(told: Told & { readonly kind: "opened" }): void {
    const trained = new TrainedRun(told, ++this.#attempt);
    const current = () => trained.store;
    this.#grower = new Grower({
      run: (id) => current().run(id),
      series: (id, name, options) => current().series(id, name, options),
    }, HERE);
    chosenIteration.value = undefined;
    this.trained.value = trained;
    this.taken.value = false;
    if (this.stand.value === "opening") this.stand.value = "training";
    this.#show();
  }

  #fail(problem: string): void {
    this.problem.value = problem;
    if (this.stand.value !== "idle" && this.stand.value !== "opening") {
      this.trained.value?.fail(problem);
    }
    this.stand.value = "idle";
    this.#show();
  }

  #showSoon(): void {
    this.#timer ??= setTimeout(() => this.#show(), Math.max(0, this.#showAt - performance.now()));
  }

  /** Tells the page's islands what is new, as a server would. */
  #show(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const trained = this.trained.value;
    if (trained === undefined) return;
    const start = performance.now();
    const { store, run, figures } = trained;
    const contents = contentsOf(store, run);
    hear({
      complete: false,
      removed: [],
      rows: [summarize(run, figures, this.#attempt * 1e9 + run.iterations)],
      contents,
      grown: this.#grower!.next(contents.names),
    });
    const now = performance.now();
    this.#showAt = now + Math.max(SHOW_EVERY, (now - start) / SHOW_SHARE);
  }

  /** What the islands ask for of the page's run is answered here. */
  #answerPage(): void {
    const handlers: Readonly<
      Record<string, (context: Context<State>) => Response | Promise<Response>>
    > = {
      "/api/policy": policy.handler,
      "/api/series": series.handler,
      "/api/sparks": sparks.handler,
    };
    const otherwise = answeredBy(async (path, options) => {
      const url = new URL(path, "http://page");
      const trained = this.trained.value;
      const text = /^\/texts\/(.+)$/.exec(url.pathname)?.[1];
      if (text !== undefined) return new Response(trained?.text(decodeURIComponent(text)) ?? "");
      const handler = handlers[url.pathname];
      if (handler === undefined || trained === undefined) return otherwise(path, options);
      try {
        const state = stateOf(trained.store, {
          of: async (_, wanted, part = "policy") => {
            const kept = typeof wanted === "number" ? trained.file(wanted) : undefined;
            return kept ?? await this.file(part);
          },
        });
        const events = () => new Response(null, { status: 404 });
        return await handler({ req: new Request(url), url, params: {}, state, events });
      } catch (error) {
        return new Response((error as Error).message, { status: 404 });
      }
    });
  }
}
