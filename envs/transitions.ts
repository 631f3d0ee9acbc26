/**
 * Finite worlds as tables of transitions, and how Gymnasium draws from them.
 *
 * @module
 */
import type { Transition, TransitionTable } from "../lab/core/environment.ts";
import type { Generator } from "../lab/core/random.ts";

/** `table[state][action]` for `states` × `actions`. */
export function tabulate(
  states: number,
  actions: number,
  outcomes: (state: number, action: number) => Transition[],
): TransitionTable {
  return Array.from(
    { length: states },
    (_, state) => Array.from({ length: actions }, (_, action) => outcomes(state, action)),
  );
}

/** The one transition of an action whose outcome is certain. */
export function certain(state: number, reward: number, terminated: boolean): Transition {
  return { probability: 1, state, reward, terminated };
}

/** The index of the first cumulative probability above one uniform draw; 0 where none is. */
export function drawIndex(probabilities: readonly number[], random: Generator): number {
  const draw = random.random();
  let sum = 0;
  for (let i = 0; i < probabilities.length; i++) {
    sum += probabilities[i];
    if (sum > draw) return i;
  }
  return 0;
}

/** How one of an action's transitions turns out, with one draw even where it is certain. */
export function drawTransition(transitions: readonly Transition[], random: Generator): Transition {
  const draw = random.random();
  let sum = 0;
  for (const transition of transitions) {
    sum += transition.probability;
    if (sum > draw) return transition;
  }
  return transitions[0];
}
