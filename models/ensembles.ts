/**
 * What several models of the same data make of it together: their mean, and where they differ.
 *
 * Lakshminarayanan, Pritzel, Blundell, "Simple and Scalable Predictive Uncertainty Estimation using Deep
 * Ensembles" (2017, arXiv 1612.01474): members differ by their random weights and the order of their
 * examples alone, as runs of several seeds do.
 *
 * @module
 */
import type { Trainer } from "../lab/core/trainer.ts";
import type { Json } from "../lab/core/snapshot.ts";
import { reconstructed } from "./anomalies.ts";

/** The mean of several models' outputs, and the deviation of one of them from it. */
export interface Ensemble {
  readonly mean: Float32Array;
  /** √ of the members' mean squared distance from their mean, ≥ 0. */
  readonly deviation: Float32Array;
}

/**
 * Element by element. The mean squared error of the members is that of their mean plus the mean of
 * the squared deviations.
 *
 * @param members Outputs of one length, at least one.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert";
 * const { mean, deviation } = ensembleOf([Float32Array.of(0, 1), Float32Array.of(1, 1)]);
 * deepStrictEqual([...mean, ...deviation], [0.5, 1, 0.5, 0]);
 * ```
 */
export function ensembleOf(members: readonly Float32Array[]): Ensemble {
  const meanOf = (of: (member: Float32Array) => number) =>
    members.reduce((sum, member) => sum + of(member), 0) / members.length;
  const { length } = members[0];
  const [mean, deviation] = [new Float32Array(length), new Float32Array(length)];
  for (let i = 0; i < length; i++) {
    const middle = meanOf((member) => member[i]);
    mean[i] = middle;
    deviation[i] = Math.sqrt(meanOf((member) => (member[i] - middle) * (member[i] - middle)));
  }
  return { mean, deviation };
}

/**
 * What each member of a model makes of examples when it is asked alone: those of an
 * `ensemble-autoencoder`, whose codes end with a number for each, how far it is left out; any other
 * model has one member.
 *
 * @param values [count, D]
 * @param model Its resolved configuration.
 * @returns [count, D] each.
 * @throws InputError where the model gives no codes of examples, or no examples of codes.
 */
export async function membersReconstructions(
  trainer: Pick<Trainer, "encode" | "decode">,
  values: Float32Array,
  count: number,
  { model, labels }: {
    readonly model: Readonly<Record<string, Json>>;
    readonly labels?: ArrayLike<number>;
  },
): Promise<Float32Array[]> {
  if (model.name !== "ensemble-autoencoder") {
    return [await reconstructed(trainer, values, count, labels)];
  }
  const members = model.members as number;
  const codes = await trainer.encode!(values);
  const width = codes.length / count;
  const made: Float32Array[] = [];
  for (let k = 0; k < members; k++) {
    const alone = codes.map((value, i) => {
      const member = i % width - (width - members);
      return member < 0 ? value : Number(member !== k);
    });
    made.push(await trainer.decode!(alone, count));
  }
  return made;
}
