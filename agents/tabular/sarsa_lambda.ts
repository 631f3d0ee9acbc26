/**
 * Sarsa(λ): Sarsa whose errors reach back to the pairs visited before, the less the longer ago.
 * With λ = 0 it is Sarsa; with λ = 1, offline and with accumulating traces, every-visit Monte Carlo.
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
import { sarsaTarget } from "./sarsa.ts";
import { tabularAgent, type TabularMethod, type TabularSetup } from "./tabular_trainer.ts";
import { type TraceConfiguration, traceConfiguration, traceMethod } from "./traces.ts";

/** δ = r + γ(1 − terminated)Q(s', a') − Q(s, a); Q ← Q + αδe; e ← γλe. */
export function sarsaLambdaMethod(setup: TabularSetup<TraceConfiguration>): TabularMethod {
  return traceMethod({ target: sarsaTarget }, setup);
}

/** Sarsa(λ) over a table. */
export const sarsaLambda = tabularAgent({
  name: "sarsa-lambda",
  summary: "Sarsa(λ): a table of action values with eligibility traces",
  configuration: traceConfiguration,
  method: sarsaLambdaMethod,
});
