/**
 * Who else can train a row: which script of bench/peers, and what it is asked for.
 *
 * @module
 */
import { LabError } from "../lab/core/errors.ts";
import { resolve } from "../lab/experiment/resolve.ts";
import { registries } from "../registries.ts";
import { keyOfOrder } from "./references.ts";
import type { EvidenceRow } from "./row.ts";
import { orderOf } from "./stable_baselines.ts";

/** A peer of a row. */
export interface Peer {
  /** `Stable-Baselines3, PPO`. */
  readonly name: string;
  /** In bench/peers. */
  readonly script: string;
  /** What it reads, but for the seed. */
  readonly order: object;
  /** See {@linkcode keyOfOrder}. */
  readonly key: string;
}

/** The peer of a row; a sentence that says why it has none. */
export async function peerOf({ experiment }: EvidenceRow): Promise<Peer | string> {
  if (experiment.endsWith("-quick")) return "a preset of the lab's own";
  const entry = registries.experiments.find(({ name }) => name === experiment);
  if (entry === undefined) {
    throw new LabError(`Cannot measure ${experiment} as there is no such experiment`);
  }
  const { configuration, fields } = await resolve(await entry.load(), registries);
  const order = orderOf(configuration, fields);
  if (typeof order === "string") return order;
  return {
    name: `Stable-Baselines3, ${order.algorithm}`,
    script: "references.py",
    order,
    key: keyOfOrder(order),
  };
}
