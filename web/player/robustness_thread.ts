/**
 * The thread that plays undrawn episodes for the chart of how much a policy bears. A page imports this
 * module for its address alone; in a worker it waits for an order.
 *
 * @module
 */
import type { OwnCode } from "../own/code.ts";
import { disturbancesOf, returnUnder } from "../robustness.ts";
import { opened, openWorld, type WorldOf } from "./world.ts";

/** Where this script lies, for a worker to be made of. */
export const address: string = import.meta.url;

/** What is to be measured. */
export interface Order {
  readonly world: WorldOf;
  /** Where the world stands in a user's file. */
  readonly own?: OwnCode;
  /** Of the policy. */
  readonly bytes: Uint8Array;
  /** The key of the disturbance. */
  readonly disturbance: string;
  /** At each value: the same ones, from these seeds on. */
  readonly episodes: number;
  readonly firstSeed: number;
  /** Of an agent of tables: see `longestOf`. */
  readonly episodeLimit?: number;
}

/** What the thread says: that it listens, the return of an episode at each value, or a line. */
export type Said =
  | { readonly kind: "listens" }
  | { readonly kind: "round"; readonly returns: readonly number[] }
  | { readonly kind: "problem"; readonly line: string };

const scope = globalThis as unknown as {
  onmessage: (event: { readonly data: Order }) => void;
  readonly postMessage: (said: Said) => void;
};

async function measure(order: Order): Promise<void> {
  const world = await openWorld(order.world, order.own);
  const all = disturbancesOf(world.constants, world.make());
  const disturbance = all.find(({ key }) => key === order.disturbance)!;
  const constants = Object.fromEntries(world.constants.map(({ key, value }) => [key, value]));
  const actor = opened(order.bytes);
  const { episodes, firstSeed, episodeLimit } = order;
  for (let i = 0; i < episodes; i++) {
    const returns = disturbance.values.map((value) =>
      returnUnder(world.make, actor, disturbance, value, constants, firstSeed + i, episodeLimit)
    );
    scope.postMessage({ kind: "round", returns });
  }
}

if ("WorkerGlobalScope" in globalThis) {
  scope.onmessage = ({ data }) =>
    void measure(data).catch(({ message }: Error) =>
      scope.postMessage({ kind: "problem", line: message })
    );
  scope.postMessage({ kind: "listens" });
}
