/**
 * Sarsa(λ): Sarsa whose errors reach back to the pairs visited before, the less the longer ago.
 * With λ = 0 it is Sarsa; with λ = 1, offline, every-visit Monte Carlo.
 *
 * Rummery, Niranjan, "On-line Q-learning using connectionist systems" (1994); Singh, Sutton,
 * "Reinforcement learning with replacing eligibility traces" (1996); Sutton, Barto, "Reinforcement
 * Learning: An Introduction" (2018), section 12.7.
 *
 * Differs from the book: step size and ε fall linearly; traces below 10⁻⁹ count as 0; an episode
 * that a time limit cut bootstraps from its final state.
 *
 * @module
 */
import type { AgentDefinition } from "../../lab/compute/definitions.ts";
import { sarsaTarget } from "./sarsa.ts";
import { epsilonGreedy, Rates } from "./tables.ts";
import { tabularAgent, type TabularMethod, type TabularSetup } from "./tabular_trainer.ts";
import { type TraceConfiguration, traceConfiguration, TraceUpdate } from "./traces.ts";

/** δ = r + γ(1 − terminated)Q(s', a') − Q(s, a); Q ← Q + αδe; e ← γλe. */
export function sarsaLambdaMethod(setup: TabularSetup<TraceConfiguration>): TabularMethod {
  const { states, actions, configuration: { gamma, lambda, initialValue }, random } = setup;
  const q = new Float64Array(states * actions).fill(initialValue);
  const rates = new Rates(setup.configuration);
  const update = new TraceUpdate(q, setup.configuration);
  return {
    q,
    state: update.state,
    rates,
    choosesFirst: true,
    choose: (state) => epsilonGreedy(q, state * actions, actions, rates.epsilon, random),
    learn(transition) {
      const index = transition.state * actions + transition.action;
      const error = sarsaTarget(transition, q, actions, gamma) - q[index];
      update.learn(index, rates.learningRate * error);
      if (transition.terminated || transition.truncated) update.end();
      else update.traces.decay(gamma * lambda);
      return error;
    },
    abandon: () => update.abandon(),
    restore: () => update.traces.restored(),
  };
}

/** Sarsa(λ) over a table. */
export const sarsaLambda: AgentDefinition<TraceConfiguration> = tabularAgent({
  name: "sarsa-lambda",
  summary: "Sarsa(λ): a table of action values with eligibility traces",
  configuration: traceConfiguration,
  method: sarsaLambdaMethod,
});
