/**
 * Samples of a model, drawn aside from the page, which goes on answering meanwhile.
 *
 * @module
 */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { LoadedModel } from "../../models/model_file.ts";
import { beginThread, type PageThread } from "../threads.ts";
import type { Asked, Told } from "./samples.ts";
import type { Order, Said } from "./sampling_thread.ts";

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
  /** The class that they are drawn under, where the model looks at classes. */
  readonly label: number;
}

/** Draws in a thread of its own. */
export function threadDrawer(): Drawer {
  let thread: PageThread<Order> | undefined;
  /** The file whose model the thread has. */
  let known: Uint8Array | undefined;
  /** Who waits for what is drawn now. */
  let waits: ((told: Told) => void) | undefined;
  const close = () => {
    thread?.end();
    thread = known = waits = undefined;
  };
  const ask: Drawer["ask"] = (bytes, asked, hear) => {
    // What is drawn now is wanted no more.
    if (waits !== undefined) close();
    waits = hear;
    thread ??= beginThread<Order, Said>("sampling", (told) => {
      const hear = waits;
      if (told.kind !== "way") waits = undefined;
      hear?.(told);
    }, (line) => {
      const hear = waits;
      close();
      hear?.({ kind: "problem", line });
    });
    thread.post(known === bytes ? asked : { ...asked, bytes });
    known = bytes;
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

/** Samples as they come, under the label where the model takes one; those before stay until others are there. */
export function useSamples(
  { drawer, model, bytes, label }: Drawing,
  wanted: Omit<Asked, "label">,
): Samples {
  const samples = useSignal<Samples>({});
  const asked: Asked = { ...wanted, ...model.classes > 0 && { label } };
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
