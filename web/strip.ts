/**
 * What a policy made of each step of an episode, as numbers to draw: probabilities of choices,
 * their values, or the measured action, and what it took the step to be worth.
 *
 * @module
 */
import type { EpisodeEnd } from "../agents/trainers/evaluated_episodes.ts";
import { Box, Discrete, type Space } from "../lab/core/space.ts";

/** Agents whose scores are what actions are worth; those of the others are logits. */
const valuing = ["dqn"];

/** Colour of the palette that worths begin with: those before are the actions'. */
export const WORTH_COLOR = 4;

/** What is drawn along an episode. */
export interface Strip {
  readonly kind: "probabilities" | "values" | "actions" | "worths";
  /** [steps][lines]; undefined: nothing is known of the step. Values of forbidden actions are −∞. */
  readonly rows: readonly (readonly number[] | undefined)[];
  /** Lowest and highest of all rows. */
  readonly range: readonly [low: number, high: number];
}

/** exp(zᵢ) ÷ Σ exp(zⱼ), from the greatest logit on. */
export function softmax(logits: ArrayLike<number>): number[] {
  const values = Array.from(logits);
  const greatest = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - greatest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/**
 * The strip of an episode; undefined where the policy keeps no scores, as a table, or chooses
 * several things at once.
 *
 * @param scores Of each step; −∞ for actions that were forbidden.
 * @param agent The name of what was trained.
 */
export function stripOf(
  scores: readonly (Float32Array | undefined)[],
  actions: readonly unknown[],
  actionSpace: Space,
  agent: string,
): Strip | undefined {
  if (actionSpace instanceof Box) {
    const rows = actions.map((action) => [...action as Float32Array]);
    return { kind: "actions", rows, range: rangeOf(rows) };
  }
  if (!(actionSpace instanceof Discrete) || !scores.some((each) => each !== undefined)) {
    return undefined;
  }
  if (valuing.includes(agent)) {
    const rows = scores.map((each) => each && [...each]);
    return { kind: "values", rows, range: rangeOf(rows) };
  }
  return {
    kind: "probabilities",
    rows: scores.map((each) => each && softmax(each)),
    range: [0, 1],
  };
}

/**
 * What each step was expected to bring from there on, discounted, and beside it what came, once the
 * episode is over: γ-discounted sums of the rewards. A time limit does not say what would have come:
 * there stands what was expected of the last step. Undefined: the policy does not say.
 *
 * @param end How the episode ended; null: it goes on.
 */
export function worthsOf(
  steps: readonly { readonly value: number | undefined; readonly reward: number }[],
  end: EpisodeEnd | null,
  gamma: number,
): Strip | undefined {
  if (!steps.some(({ value }) => value !== undefined)) return undefined;
  const expected = steps.at(-1)!.value;
  const isStopped = end === "truncated" || end === "cut";
  const isKnown = end === "terminated" || (isStopped && expected !== undefined);
  const came = new Float64Array(steps.length);
  for (let t = steps.length - 1, sum = 0; t >= 0; t--) {
    const isCut = isStopped && t === steps.length - 1;
    came[t] = sum = isCut ? expected! : steps[t].reward + gamma * sum;
  }
  const rows = steps.map(({ value }, t) =>
    value === undefined ? undefined : isKnown ? [value, came[t]] : [value]
  );
  return { kind: "worths", rows, range: rangeOf(rows) };
}

function rangeOf(rows: Strip["rows"]): [number, number] {
  const [low, high] = extremes(rows.flatMap((row) => [...row ?? []]).filter(Number.isFinite));
  return low < high ? [low, high] : low === high ? [low - 1, low + 1] : [0, 1];
}

/** The lowest and the highest. */
export function extremes(values: readonly number[]): [least: number, most: number] {
  return values.reduce<[number, number]>(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [Infinity, -Infinity],
  );
}
