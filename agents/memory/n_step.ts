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
import { type ActionRows, actionRows } from "../distributions/actions.ts";
import type { WorldShape } from "../worlds/world.ts";
import { type Columns, copied, restoreColumns, tensorsOf } from "./columns.ts";

/** A transition over k ≤ n steps. Arrays and object are used again for the next one. */
export interface Window {
  /** s, [D]. */
  readonly observation: Float32Array;
  /** a, [K]. */
  readonly action: ActionRows;
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
  /** [slots, K]. */
  readonly #actions: ActionRows;
  readonly #rewards: Float64Array;
  /** Steps of each environment, and how many of the last of them have open windows. */
  readonly #steps: Float64Array;
  readonly #open: Int32Array;
  readonly #powers: Float64Array;
  readonly #window: Window;
  /** Length D of an observation. */
  readonly #width: number;

  /**
   * @param environments N.
   * @param shape Length D of a flat observation, and where actions are chosen from.
   * @param rewardSteps n ≥ 1.
   * @param gamma γ in [0, 1].
   */
  constructor(
    environments: number,
    { observationSize, actionSpace }: Pick<WorldShape, "observationSize" | "actionSpace">,
    readonly rewardSteps: number,
    gamma: number,
  ) {
    const slots = environments * rewardSteps;
    this.#width = observationSize;
    this.#observations = new Float32Array(slots * observationSize);
    this.#actions = actionRows(actionSpace, slots);
    this.#rewards = new Float64Array(slots);
    this.#steps = new Float64Array(environments);
    this.#open = new Int32Array(environments);
    this.#powers = Float64Array.from({ length: rewardSteps + 1 }, (_, k) => power(gamma, k));
    this.#window = {
      observation: new Float32Array(observationSize),
      action: actionRows(actionSpace, 1),
      rewards: 0,
      discount: gamma,
    };
  }

  /**
   * Notes a step of environment `n` and hands out the windows that it closes, oldest first: all of
   * them where the episode ended, else the one that has n rewards.
   *
   * @param observations [N, D]: what the actions were chosen from.
   * @param actions [N, K].
   */
  step(
    n: number,
    observations: Float32Array,
    actions: ActionRows,
    reward: number,
    ended: boolean,
    close: (window: Window) => void,
  ): void {
    const { rewardSteps } = this;
    const first = n * rewardSteps;
    const now = this.#steps[n];
    const slot = first + now % rewardSteps;
    copyRow(observations, n, this.#observations, slot, this.#width);
    copyRow(actions, n, this.#actions, slot, this.#window.action.length);
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
    copyRow(this.#observations, slot, window.observation, 0, this.#width);
    copyRow(this.#actions, slot, window.action, 0, window.action.length);
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
      "windows/observations": [this.#observations, this.#width],
      "windows/actions": [this.#actions, this.#window.action.length],
      "windows/rewards": [this.#rewards],
    };
  }

  /** The open windows, copied. */
  snapshot(): { tensors: NamedTensors; values: Json } {
    return {
      tensors: copied(tensorsOf(this.#columns, this.#rewards.length)),
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
    const slots = this.#rewards.length;
    const [kept, width] = tensors["windows/observations"].shape;
    if (kept !== slots || width !== this.#width || steps.length !== this.#steps.length) {
      throw new InputError(
        `Cannot restore open windows as ${this.#steps.length} environments have ` +
          `[${slots},${this.#width}] observations in them: the snapshot has ` +
          `[${kept},${width}] of ${steps.length}`,
      );
    }
    restoreColumns(this.#columns, tensors);
    this.#steps.set(steps);
    this.#open.set(open);
  }
}

/** Writes row `row` of `from`, of `width` numbers, to row `to` of `out`. */
function copyRow(
  from: ActionRows,
  row: number,
  out: ActionRows,
  to: number,
  width: number,
): void {
  for (let i = 0; i < width; i++) out[to * width + i] = from[row * width + i];
}
