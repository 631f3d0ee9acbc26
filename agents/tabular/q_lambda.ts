/**
 * Watkins's Q(λ): Q-learning whose errors reach back to the pairs visited before, as far as the
 * agent has been greedy since. With λ = 0 it is Q-learning.
 *
 * Watkins, "Learning from delayed rewards" (1989); Sutton, Barto, "Reinforcement Learning: An
 * Introduction" (1998), section 7.6, figure 7.14; (2018), section 12.10.
 *
 * Differs from the book: step size and ε fall linearly; traces below 10⁻⁹ count as 0; an episode
 * that a time limit cut bootstraps from its final state.
 *
 * @module
 */
import { qTarget } from "./q_learning.ts";
import { maximum } from "./tables.ts";
import { tabularAgent, type TabularMethod, type TabularSetup } from "./tabular_trainer.ts";
import { type TraceConfiguration, traceConfiguration, traceMethod } from "./traces.ts";

/**
 * δ = r + γ(1 − terminated) max_a Q(s', a) − Q(s, a); Q ← Q + αδe; e ← γλe where the next action
 * is a greedy one, else 0.
 */
export function qLambdaMethod(setup: TabularSetup<TraceConfiguration>): TabularMethod {
  return traceMethod({
    target: qTarget,
    cuts({ nextState, nextAction }, q, actions) {
      const next = nextState * actions;
      return q[next + nextAction] !== maximum(q, next, actions);
    },
  }, setup);
}

/** Q(λ) over a table. */
export const qLambda = tabularAgent({
  name: "q-lambda",
  summary: "Watkins's Q(λ): Q-learning with eligibility traces",
  configuration: traceConfiguration,
  method: qLambdaMethod,
});
