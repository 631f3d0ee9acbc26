/**
 * Samples of a model, drawn aside from the page, which goes on answering meanwhile.
 *
 * @module
 */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { LoadedModel } from "../../models/model_file.ts";
import { reasonOf } from "../ask.ts";
import { startThread } from "../threads.ts";
import type { Asked, Told } from "./samples.ts";
import type { Said } from "./sampling_thread.ts";

/** What draws samples. */
export interface Drawer {
  /** Draws those of the model in a file, in the place of what was asked for before. */
  readonly ask: (bytes: Uint8Array, asked: Asked, hear: (told: Told) => void) => void;
  /** Ends it. */
  readonly close: () => void;
}

/** A model whose samples are drawn, and what draws them. */
export interface Drawing {
  readonly drawer: Drawer;
  readonly model: LoadedModel;
  /** Of its file. */
  readonly bytes: Uint8Array;
}

/** Draws in a thread of its own. */
export function threadDrawer(): Drawer {
  let worker: Worker | undefined;
  /** The file whose model the thread has. */
  let known: Uint8Array | undefined;
  let isDrawing = false;
  /** Differs after every ask and every end. */
  let turn = 0;
  const close = () => {
    turn++;
    worker?.terminate();
    worker = known = undefined;
    isDrawing = false;
  };
  const ask: Drawer["ask"] = async (bytes, asked, hear) => {
    // What is drawn now is wanted no more.
    if (isDrawing) close();
    const own = ++turn;
    isDrawing = true;
    const fail = (line: string) => {
      close();
      hear({ kind: "problem", line });
    };
    const isReady = worker !== undefined;
    if (worker === undefined) {
      try {
        const started = await startThread("sampling");
        if (own !== turn) return started.terminate();
        worker = started;
      } catch (error) {
        if (own === turn) fail(reasonOf(error as Error));
        return;
      }
    }
    const drawing = worker;
    const order = () => {
      drawing.postMessage(known === bytes ? asked : { ...asked, bytes });
      known = bytes;
    };
    drawing.onerror = (event) => {
      event.preventDefault();
      fail(event.message || "The script of the thread cannot be loaded");
    };
    drawing.onmessage = ({ data: said }: MessageEvent<Said>) => {
      if (said.kind === "listens") return order();
      if (said.kind !== "way") isDrawing = false;
      hear(said);
    };
    if (isReady) order();
  };
  return { ask, close };
}

/** What a page knows of samples. */
export interface Samples {
  /** The last that were drawn, and what they were asked as. */
  readonly drawn?: { readonly values: Float32Array; readonly asked: Asked };
  /** How far others are. */
  readonly way?: Pick<Told & { readonly kind: "way" }, "step" | "values">;
  /** Why there are no others. */
  readonly problem?: string;
}

/** Samples as they come; those before stay until others are there. */
export function useSamples(drawer: Drawer, bytes: Uint8Array, asked: Asked): Samples {
  const samples = useSignal<Samples>({});
  useEffect(() => {
    drawer.ask(bytes, asked, (told) => {
      const { drawn } = samples.value;
      samples.value = told.kind === "drawn"
        ? { drawn: { values: told.values, asked } }
        : told.kind === "way"
        ? { drawn, way: told }
        : { drawn, problem: told.line };
    });
  }, [drawer, bytes, asked.count, asked.seed, asked.label, asked.prompt]);
  return samples.value;
}
