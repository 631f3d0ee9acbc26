/**
 * Running normalisation of observations and rewards over all environments of a world.
 *
 * Huang et al., "The 37 Implementation Details of PPO" (2022), details 6 to 9 for continuous
 * actions.
 *
 * @module
 */
import { InputError } from "../../lab/core/errors.ts";
import { RunningMoments } from "../../lab/core/running_moments.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import { type NamedTensors, tensorOf } from "../../lab/core/tensor_data.ts";
import type { VectorStep } from "../../lab/core/vector.ts";

/** Added to a variance before its root is divided by. */
const EPSILON = 1e-8;

/** Normalised values are clipped to ± this. */
export const LARGEST = 10;

function clipped(value: number): number {
  return Math.min(Math.max(value, -LARGEST), LARGEST);
}

/** (o − mean) ÷ √(variance + 1e-8), clipped to ±10, with the moments of all observations so far. */
export class ObservationNormalizer {
  readonly #moments: RunningMoments;
  /** √(variance + 1e-8), [D]. */
  readonly #deviations: Float64Array;

  /** @param size Length D of a flat observation. */
  constructor(readonly size: number) {
    this.#moments = new RunningMoments(size);
    this.#deviations = new Float64Array(size);
    this.#measure();
  }

  /** Takes the rows of `observations` [N, D] into the moments. */
  update(observations: Float32Array): void {
    for (let row = 0; row < observations.length; row += this.size) {
      this.#moments.update(observations, row);
    }
    this.#measure();
  }

  #measure(): void {
    const { variance } = this.#moments;
    for (let d = 0; d < this.size; d++) this.#deviations[d] = Math.sqrt(variance[d] + EPSILON);
  }

  /** Writes the normalised rows of `observations` [N, D] into `out` [N, D]; the moments stay. */
  normalize(observations: Float32Array, out: Float32Array): void {
    const { mean } = this.#moments;
    for (let row = 0; row < observations.length; row += this.size) {
      for (let d = 0; d < this.size; d++) {
        out[row + d] = clipped((observations[row + d] - mean[d]) / this.#deviations[d]);
      }
    }
  }

  /** What rows are shifted and divided by, [D] each. */
  get tensors(): NamedTensors {
    const { mean } = this.#moments;
    return {
      mean: tensorOf(Float32Array.from(mean), [this.size]),
      deviation: tensorOf(Float32Array.from(this.#deviations), [this.size]),
    };
  }

  /** The moments. */
  snapshot(): Json {
    return this.#moments.snapshot();
  }

  /** Goes on from a snapshot. */
  restore(snapshot: Json): void {
    this.#moments.restore(snapshot);
    this.#measure();
  }

  /** Moments are all that there is. */
  inherit(snapshot: Json): void {
    this.restore(snapshot);
  }
}

/**
 * Takes over what another run had measured of observations.
 *
 * @param kept Its moments; null where it normalised none.
 * @throws InputError where only one of the two runs normalises them.
 */
export function inheritMoments(normalizer: ObservationNormalizer | undefined, kept: Json): void {
  const normalizes = normalizer !== undefined;
  if (normalizes !== (kept !== null)) {
    const say = (normalized: boolean) => `${normalized ? "" : "not "}normalised`;
    throw new InputError(
      `Cannot start from these weights as observations are ${say(normalizes)} ` +
        `(agent.normalizeObservations): for them they were ${say(!normalizes)}`,
    );
  }
  normalizer?.inherit(kept);
}

/** What a step says of rewards and episodes. */
type RewardedStep = Pick<VectorStep, "rewards" | "terminated" | "truncated">;

/**
 * r ÷ √(variance of R + 1e-8), clipped to ±10, where each environment's R ← γR + r starts at 0 with
 * each episode. No mean is subtracted, so that a reward keeps its sign.
 */
export class RewardNormalizer {
  readonly #moments = new RunningMoments(1);
  readonly #discounted: Float64Array;

  /**
   * @param environments Environments N.
   * @param gamma Discount γ in [0, 1].
   */
  constructor(environments: number, private readonly gamma: number) {
    this.#discounted = new Float64Array(environments);
  }

  /** Takes a step's rewards [N] into the moments. */
  update({ rewards, terminated, truncated }: RewardedStep): void {
    for (let n = 0; n < rewards.length; n++) {
      this.#discounted[n] = this.#discounted[n] * this.gamma + rewards[n];
      this.#moments.update(this.#discounted, n);
      if (terminated[n] || truncated[n]) this.#discounted[n] = 0;
    }
  }

  /** What rewards are divided by now; 1 where none but 0 was seen, of which nothing can be measured. */
  get deviation(): number {
    const { isSilent, variance: [variance] } = this.#moments;
    return isSilent ? 1 : Math.sqrt(variance + EPSILON);
  }

  /** Takes a step's rewards [N] in and writes the normalised ones into `out` [N]. */
  normalize(step: RewardedStep, out: Float64Array): void {
    this.update(step);
    const { deviation } = this;
    for (let n = 0; n < out.length; n++) out[n] = clipped(step.rewards[n] / deviation);
  }

  /** Divides rewards, or discounted sums of some, by the deviation; the moments stay. */
  scale(rewards: Float32Array): void {
    const { deviation } = this;
    for (let i = 0; i < rewards.length; i++) rewards[i] /= deviation;
  }

  /** Forgets the episodes under way; the moments stay. */
  abandon(): void {
    this.#discounted.fill(0);
  }

  /** The moments and the running sums. */
  snapshot(): Json {
    return { moments: this.#moments.snapshot(), discounted: [...this.#discounted] };
  }

  /** Goes on from a snapshot. */
  restore(snapshot: Json): void {
    this.inherit(snapshot);
    this.#discounted.set((snapshot as { discounted: number[] }).discounted);
  }

  /** Takes the moments of a snapshot. */
  inherit(snapshot: Json): void {
    this.#moments.restore((snapshot as { moments: Json }).moments);
  }
}
