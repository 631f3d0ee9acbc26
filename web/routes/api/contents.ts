/** Which series and pictures a run holds by now. @module */
import type { Store } from "../../../lab/store/store.ts";
import type { State } from "../../app.ts";
import type { Context } from "../../fresh.ts";

/** One picture. */
export interface Picture {
  readonly name: string;
  readonly iteration: number;
  readonly hash: string;
}

/** What a run page lists. */
export interface Contents {
  /** Names of series, those that a person asks for first in front. */
  readonly names: readonly string[];
  readonly pictures: readonly Picture[];
}

const order = ["evaluation/", "rollout/", "losses/", "schedule/", "timing/"];

function rank(name: string): number {
  const index = order.findIndex((prefix) => name.startsWith(prefix));
  return index < 0 ? order.length : index;
}

/** Series and pictures of a run. */
export function contentsOf(store: Store, run: string): Contents {
  return {
    names: store.seriesNames(run).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1)),
    pictures: store.artifacts(run)
      .filter((artifact) => artifact.mediaType === "image/png")
      .map(({ name, iteration, hash }) => ({ name, iteration, hash })),
  };
}

/** `?run=ID`. */
export function handler({ url, state: { store } }: Context<State>): Response {
  return Response.json(contentsOf(store, store.find(url.searchParams.get("run") ?? "").id));
}
