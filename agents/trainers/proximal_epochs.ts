/**
 * The epochs of proximal policy optimisation, with and without memory: each passes over the rollout in
 * minibatches of an order of its own, until all are done or the policy has moved too far.
 *
 * Schulman, Wolski, Dhariwal, Radford, Klimov, "Proximal Policy Optimization Algorithms" (2017,
 * arXiv 1707.06347), algorithm 1. Details are numbered as in Huang, Dossa, Raffin, Kanervisto, Wang, "The 37
 * Implementation Details of Proximal Policy Optimization" (ICLR blog track, 2022), "core" list.
 *
 * @module
 */
import { expm1 } from "../../lab/core/elementary.ts";
import type { Generator } from "../../lab/core/random.ts";
import { rowRanges } from "../../lab/core/rows.ts";
import { constant, linear } from "../../lab/compute/schedules.ts";
import { mean } from "../../lab/statistics/scores.ts";
import { requireFit } from "../define_agent.ts";
import { divergenceEstimate } from "../returns/importance_sampling.ts";
import { lossMetrics, type OnPolicyAgent } from "./on_policy_trainer.ts";
import type { EstimatedBatch, RolloutSettings } from "./rollout_worker.ts";

/** The fields that the epochs depend on. */
interface EpochSettings {
  readonly minibatchSize: number;
  readonly epochs: number;
  readonly clipRange: number;
  readonly annealClipRange: boolean;
  readonly targetKl: number;
}

/**
 * @throws FitError where minibatches of whole sequences do not divide the rollout, or where it is too
 * short for any.
 */
export function requireDivisor(
  agent: string,
  { environments, rolloutLength, minibatchSize }:
    & Pick<RolloutSettings, "environments" | "rolloutLength">
    & Pick<EpochSettings, "minibatchSize">,
  sequenceLength = 1,
): void {
  const transitions = environments * rolloutLength;
  const least = Math.max(2, sequenceLength);
  requireFit(
    agent,
    transitions >= least,
    `environments · rolloutLength must be ${least} transitions at least, a minibatch`,
    transitions,
  );
  const sizes = Array.from({ length: transitions }, (_, i) => i + 1)
    .filter((size) => size >= least && size % sequenceLength === 0 && transitions % size === 0);
  const whole = sequenceLength > 1 ? `hold whole sequences of ${sequenceLength} steps and ` : "";
  requireFit(
    agent,
    sizes.includes(minibatchSize),
    `minibatchSize must ${whole}divide the rollout of ${environments} · ${rolloutLength} = ` +
      `${transitions} transitions (${sizes.join(", ")})`,
    minibatchSize,
  );
}

/**
 * How far the policy moved: the estimate mean((ρ − 1) − ln ρ) of KL(π_old ‖ π) (never negative;
 * core detail 12) and the share of ratios outside 1 ± ε.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert";
 * strictEqual(policyChange([0.2, -0.1], [0, 0], 0.2).clipFraction, 0.5);
 * ```
 *
 * @param logProbability ln π(a|s), [B].
 * @param oldLogProbability ln π_old(a|s), [B].
 * @param clipRange ε > 0.
 */
export function policyChange(
  logProbability: ArrayLike<number>,
  oldLogProbability: ArrayLike<number>,
  clipRange: number,
): { approximateKl: number; clipFraction: number } {
  const logRatios = Float64Array.from(logProbability, (value, i) => value - oldLogProbability[i]);
  return {
    approximateKl: mean(logRatios.map(divergenceEstimate)),
    clipFraction: mean(logRatios.map((each) => Math.abs(expm1(each)) > clipRange ? 1 : 0)),
  };
}

/** A gradient step that says which probabilities its actions have. */
type ProximalUpdate = Parameters<typeof lossMetrics>[0] & {
  readonly input: { readonly oldLogProbabilities: Float32Array };
  readonly scalar: { learningRate: number; clipRange: number };
  run(): void;
  read(name: "logProbability"): Promise<Float32Array>;
};

/**
 * The epochs of algorithm 1: `learn` of PPO with and without memory.
 *
 * @param minibatch Draws the order of the rows in each epoch.
 * @param filled The update with chosen rows of a batch in its inputs.
 * @param stepped Called after each gradient step, on `length` of `count` rows, the `first` before it.
 * @param rowLength Transitions of a row: 1, or those of a sequence.
 */
export function proximalEpochs<Batch extends EstimatedBatch, Update extends ProximalUpdate>(
  { epochs, minibatchSize, targetKl, clipRange: initialClipRange, annealClipRange }: EpochSettings,
  minibatch: Generator,
  filled: (batch: Batch, rows: Int32Array) => Update,
  stepped?: (update: Update, first: number, length: number, count: number) => Promise<void>,
  rowLength = 1,
): OnPolicyAgent<Batch>["learn"] {
  const clipRangeAt = annealClipRange ? linear(initialClipRange, 0) : constant(initialClipRange);
  return async (batch, { spent, step }) => {
    const clipRange = clipRangeAt(spent);
    const count = batch.transitions / rowLength;
    let update: Update;
    const change = async () => {
      const { oldLogProbabilities } = update.input;
      return policyChange(await update.read("logProbability"), oldLogProbabilities, clipRange);
    };
    let [epoch, isFar] = [0, false];
    for (; epoch < epochs && !isFar; epoch++) {
      const order = minibatch.permutation(count);
      for (const { first, length } of rowRanges(count, minibatchSize / rowLength)) {
        update = filled(batch, order.subarray(first, first + length));
        update.scalar.clipRange = clipRange;
        step(update, length * rowLength);
        await stepped?.(update, first, length, count);
      }
      isFar = targetKl > 0 && (await change()).approximateKl > targetKl;
    }
    return async () => {
      const { approximateKl, clipFraction } = await change();
      return {
        ...await lossMetrics(update, batch.values, batch.returns),
        "losses/approximate_kl": approximateKl,
        "losses/clip_fraction": clipFraction,
        "schedule/clip_range": clipRange,
        ...targetKl > 0 && { "schedule/epochs": epoch },
      };
    };
  };
}
