/**
 * The thread of the page that trains: the browser build's second entry.
 *
 * @module
 */
import { registries } from "../../registries.ts";
import { Laboratory, type Tell } from "./laboratory.ts";
import type { Order } from "./protocol.ts";

const scope = globalThis as unknown as {
  onmessage: (event: { readonly data: Order }) => void;
  readonly postMessage: Tell;
};
const laboratory = new Laboratory(
  registries,
  (told, transfer = []) => scope.postMessage(told, transfer),
);
scope.onmessage = ({ data }) => void laboratory.hear(data);
