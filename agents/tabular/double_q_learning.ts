/**
 * Double Q-learning: two tables, of which one chooses the best next action and the other values it,
 * so that noise is not taken for value.
 *
 * Van Hasselt, "Double Q-learning" (2010), algorithm 1; Sutton, Barto, "Reinforcement Learning: An
 * Introduction" (2018), equation 6.10.
 *
 * Differs from the paper: acts by the mean of both tables; step size and ε fall linearly; an
 * episode that a time limit cut bootstraps from its final state.
 *
 * @module
 */
import {
  type DifferenceConfiguration,
  differenceConfiguration,
  epsilonGreedy,
  greedy,
  moveTowards,
  Rates,
} from "./tables.ts";
import {
  type Outcome,
  tabularAgent,
  type TabularMethod,
  type TabularSetup,
} from "./tabular_trainer.ts";

/**
 * r + γ(1 − terminated) · Q₂(s', argmax_a Q₁(s', a)). Sutton and Barto (2018), equation 6.10. With
 * equal tables it is Q-learning's.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert";
 * const [chooses, values] = [Float64Array.of(2, 1), Float64Array.of(0.8, 0.9)];
 * const transition = { reward: 1, nextState: 0, terminated: false };
 * strictEqual(doubleQTarget(transition, chooses, values, 2, 0.99), 1.792);
 * ```
 *
 * @param transition Truncated ones bootstrap: they are not terminated.
 * @param chooses Q₁, [S, A].
 * @param values Q₂, [S, A].
 * @param actions A.
 * @param gamma γ in [0, 1].
 */
export function doubleQTarget(
  { reward, nextState, terminated }: Outcome,
  chooses: Float64Array,
  values: Float64Array,
  actions: number,
  gamma: number,
): number {
  if (terminated) return reward;
  const row = nextState * actions;
  return reward + gamma * values[row + greedy(chooses, row, actions)];
}

/** Learns by {@linkcode doubleQTarget}, either table with equal chance. */
function doubleQMethod(setup: TabularSetup<DifferenceConfiguration>): TabularMethod {
  const { states, actions, configuration: { gamma, initialValue }, random } = setup;
  const table = () => new Float64Array(states * actions).fill(initialValue);
  const [first, second, q] = [table(), table(), table()];
  const rates = new Rates(setup.configuration);
  const meanAt = (index: number) => q[index] = (first[index] + second[index]) / 2;
  return {
    q,
    parameters: { "first/table": first, "second/table": second },
    rates,
    choose: (state) => epsilonGreedy(q, state * actions, actions, rates.epsilon, random),
    learn(transition) {
      const index = transition.state * actions + transition.action;
      const [learns, values] = random.random() < 0.5 ? [first, second] : [second, first];
      const target = doubleQTarget(transition, learns, values, actions, gamma);
      const error = moveTowards(learns, index, target, rates.learningRate);
      meanAt(index);
      return error;
    },
    restore() {
      for (let index = 0; index < q.length; index++) meanAt(index);
    },
  };
}

/** Double Q-learning over tables. */
export const doubleQLearning = tabularAgent({
  name: "double-q-learning",
  summary: "Double Q-learning: two tables that keep each other from overestimating",
  configuration: differenceConfiguration,
  method: doubleQMethod,
});
