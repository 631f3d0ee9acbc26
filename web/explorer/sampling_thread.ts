/**
 * The thread that draws a model's samples. A page imports this module for its address alone; in a
 * worker it waits for orders.
 *
 * @module
 */
import { type LoadedModel, loadModel } from "../../models/model_file.ts";
import { type Asked, draw, type Told } from "./samples.ts";

/** Where this script lies, for a worker to be made of. */
export const address: string = import.meta.url;

/** What is to be drawn; the first order brings the model's file, and each of another model. */
export type Order = Asked & { readonly bytes?: Uint8Array };

/** What the thread says: that it listens, and what is told of samples. */
export type Said = { readonly kind: "listens" } | Told;

const scope = globalThis as unknown as {
  onmessage: (event: { readonly data: Order }) => void;
  readonly postMessage: (said: Said) => void;
};

if ("WorkerGlobalScope" in globalThis) {
  let model: LoadedModel;
  scope.onmessage = ({ data: { bytes, ...asked } }) => {
    if (bytes !== undefined) model = loadModel(bytes);
    draw(model, asked, (told) => scope.postMessage(told));
  };
  scope.postMessage({ kind: "listens" });
}
