/**
 * Whether a world's transition table is one.
 *
 * @module
 */
import type { TransitionTable } from "./environment.ts";

/** Probabilities of an action add up to 1 within it. */
const ROUNDING = 1e-9;

/**
 * What is wrong with a transition table, "in state 0 action 1 has …"; undefined where nothing is.
 *
 * @param actions Lists that each of its states must have.
 */
export function tableFault(table: TransitionTable, actions: number): string | undefined {
  for (const [state, lists] of table.entries()) {
    if (lists.length !== actions) {
      return `state ${state} has ${lists.length} lists of transitions, but there are ${actions} actions`;
    }
    for (const [action, transitions] of lists.entries()) {
      if (transitions.length === 0) continue;
      const where = `in state ${state} action ${action}`;
      const sum = transitions.reduce((total, { probability }) => total + probability, 0);
      const negative = transitions.find(({ probability }) => probability < 0);
      if (negative !== undefined) return `${where} has the probability ${negative.probability}`;
      if (!(Math.abs(sum - 1) < ROUNDING)) {
        return `${where} has probabilities that add up to ${sum}`;
      }
      for (const { state: next, reward } of transitions) {
        if (table[next] === undefined) return `${where} leads to the unknown state ${next}`;
        if (!Number.isFinite(reward)) return `${where} has the reward ${reward}`;
      }
    }
  }
  return undefined;
}
