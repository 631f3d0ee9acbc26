/**
 * n-step transitions: s, a, the next n rewards discounted, and the observation n steps on.
 *
 * Sutton (1988), "Learning to Predict by the Methods of Temporal Differences"; in DQN: Hessel et al.,
 * "Rainbow" (2018, arXiv 1710.02298), section 3, "multi-step learning".
 *
 * @module
 */
import { power } from "../../lab/core/elementary.ts";
import { InputError } from "../../lab/core/errors.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import type { NamedTensors } from "../../lab/core/tensor_data.ts";
import { type Columns, copied, restoreColumns, tensorsOf } from "./columns.ts";

/** A transition over k ≤ n steps. Arrays and object are used again for the next one. */
export interface Window {
  /** s, [D]. */
  readonly observation: Float32Array;
  /** a. */
  action: number;
  /** R = Σᵢ γⁱ r_{t+i} over i < k. */
  rewards: number;
  /** γᵏ, what the value of the following observation counts. */
  discount: number;
}

/**
 * Windows of N environments that are still open. A window closes after n rewards, and with its
 * episode after fewer: none reaches beyond a reset, whether that was a terminal state or a limit.
 */
export class NStepWindows {
  readonly #observations: Float32Array;
  readonly #actions: Int32Array;
  readonly #rewards: Float64Array;
  /** Steps of each environment, and how many of the last of them have open windows. */
  readonly #steps: Float64Array;
  readonly #open: Int32Array;
  readonly #powers: Float64Array;
  readonly #window: Window;

  /**
   * @param environments N.
   * @param observationSize D.
   * @param rewardSteps n ≥ 1.
   * @param gamma γ in [0, 1].
   */
  constructor(
    environments: number,
    readonly observationSize: number,
    readonly rewardSteps: number,
    gamma: number,
  ) {
    this.#observations = new Float32Array(environments * rewardSteps * observationSize);
    this.#actions = new Int32Array(environments * rewardSteps);
    this.#rewards = new Float64Array(environments * rewardSteps);
    this.#steps = new Float64Array(environments);
    this.#open = new Int32Array(environments);
    this.#powers = Float64Array.from({ length: rewardSteps + 1 }, (_, k) => power(gamma, k));
    this.#window = {
      observation: new Float32Array(observationSize),
      action: 0,
      rewards: 0,
      discount: gamma,
    };
  }

  /**
   * Notes a step of environment `n` and hands out the windows that it closes, oldest first: all of
   * them where the episode ended, else the one that has n rewards.
   *
   * @param observations [N, D]: what the action was chosen from.
   */
  step(
    n: number,
    observations: Float32Array,
    action: number,
    reward: number,
    ended: boolean,
    close: (window: Window) => void,
  ): void {
    const { rewardSteps, observationSize: width } = this;
    const first = n * rewardSteps;
    const now = this.#steps[n];
    const slot = first + now % rewardSteps;
    for (let d = 0; d < width; d++) {
      this.#observations[slot * width + d] = observations[n * width + d];
    }
    this.#actions[slot] = action;
    this.#rewards[slot] = 0;
    const oldest = now - this.#open[n];
    for (let begun = oldest; begun <= now; begun++) {
      this.#rewards[first + begun % rewardSteps] += this.#powers[now - begun] * reward;
    }
    const closing = ended ? now : now + 1 - rewardSteps;
    for (let begun = oldest; begun <= closing; begun++) {
      this.#close(first + begun % rewardSteps, now + 1 - begun, close);
    }
    this.#steps[n] = now + 1;
    this.#open[n] = ended ? 0 : Math.min(now + 1 - oldest, rewardSteps - 1);
  }

  #close(slot: number, length: number, close: (window: Window) => void): void {
    const window = this.#window;
    const from = slot * this.observationSize;
    for (let d = 0; d < this.observationSize; d++) {
      window.observation[d] = this.#observations[from + d];
    }
    window.action = this.#actions[slot];
    window.rewards = this.#rewards[slot];
    window.discount = this.#powers[length];
    close(window);
  }

  /** Forgets the open windows: their episodes do not go on. */
  abandon(): void {
    this.#open.fill(0);
  }

  get #columns(): Columns {
    return {
      "windows/observations": [this.#observations, this.observationSize],
      "windows/actions": [this.#actions],
      "windows/rewards": [this.#rewards],
    };
  }

  /** The open windows, copied. */
  snapshot(): { tensors: NamedTensors; values: Json } {
    return {
      tensors: copied(tensorsOf(this.#columns, this.#actions.length)),
      values: { steps: [...this.#steps], open: [...this.#open] },
    };
  }

  /**
   * Goes on from a snapshot of as many environments and steps.
   *
   * @throws InputError for one of others.
   */
  restore(tensors: NamedTensors, values: Json): void {
    const { steps, open } = values as { steps: number[]; open: number[] };
    const slots = this.#actions.length;
    const [kept, width] = tensors["windows/observations"].shape;
    if (kept !== slots || width !== this.observationSize || steps.length !== this.#steps.length) {
      throw new InputError(
        `Cannot restore open windows as ${this.#steps.length} environments have ` +
          `[${slots},${this.observationSize}] observations in them: the snapshot has ` +
          `[${kept},${width}] of ${steps.length}`,
      );
    }
    restoreColumns(this.#columns, tensors);
    this.#steps.set(steps);
    this.#open.set(open);
  }
}
