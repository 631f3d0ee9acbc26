/**
 * Running sums of losses that stay on the backend: a step adds its batch to them, and a trainer
 * reads their means once an iteration.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { type NamedTensors, zeros } from "../lab/core/tensor_data.ts";
import type { Tensors, Workspace } from "../lab/compute/workspace.ts";

/** Where {@linkcode initialTotals} keeps the weight of what was added. */
const WEIGHT = "weight";

/** Empty sums for these losses, to define a group with. */
export function initialTotals(names: readonly string[]): NamedTensors {
  return Object.fromEntries([...names, WEIGHT].map((name) => [name, zeros([], "float32")]));
}

/** The sums after one more batch of `weight` examples with these mean losses (scalars). */
export function addToTotals(totals: Tensors, losses: Tensors, weight: tf.Tensor): Tensors {
  const next: Tensors = { [WEIGHT]: tf.add(totals[WEIGHT], weight) };
  for (const [name, loss] of Object.entries(losses)) {
    next[name] = tf.add(totals[name], tf.mul(loss, weight));
  }
  return next;
}

/** Reads the means of a group of sums and empties it; no means where nothing was added. */
export async function takeMeans(
  workspace: Workspace,
  group: string,
): Promise<Record<string, number>> {
  const { [WEIGHT]: weight, ...sums } = await workspace.read(group);
  if (weight.values[0] === 0) return {};
  workspace.write(group, initialTotals(Object.keys(sums)));
  return Object.fromEntries(
    Object.entries(sums).map(([name, sum]) => [name, sum.values[0] / weight.values[0]]),
  );
}
