/**
 * The agents over tables, for the registry of agents. None of them brings TensorFlow.js.
 *
 * @module
 */
import type { AgentDefinition } from "../../lab/compute/definitions.ts";
import type { TrainerEntry } from "../../lab/core/registry.ts";

/** Every agent over tables. */
export const tabularAgents: readonly TrainerEntry<AgentDefinition>[] = [
  {
    name: "value-iteration",
    budgetUnit: "gradientSteps",
    summary: "Value iteration: plans on a world's transition table, sweep by sweep",
    load: async () => (await import("./value_iteration.ts")).valueIteration,
  },
  {
    name: "policy-iteration",
    budgetUnit: "gradientSteps",
    summary: "Policy iteration: plans on a world's transition table, policy by policy",
    load: async () => (await import("./policy_iteration.ts")).policyIteration,
  },
  {
    name: "monte-carlo",
    summary: "Monte Carlo control: a table of mean returns after first visits",
    load: async () => (await import("./monte_carlo.ts")).monteCarlo,
  },
  {
    name: "sarsa",
    summary: "Sarsa: a table of action values, learned on-policy",
    load: async () => (await import("./sarsa.ts")).sarsa,
  },
  {
    name: "expected-sarsa",
    summary: "Expected Sarsa: a table of action values, towards the policy's expectation",
    load: async () => (await import("./expected_sarsa.ts")).expectedSarsa,
  },
  {
    name: "q-learning",
    summary: "Q-learning: a table of action values, learned off-policy",
    load: async () => (await import("./q_learning.ts")).qLearning,
  },
  {
    name: "double-q-learning",
    summary: "Double Q-learning: two tables that keep each other from overestimating",
    load: async () => (await import("./double_q_learning.ts")).doubleQLearning,
  },
  {
    name: "n-step-sarsa",
    summary: "n-step Sarsa: a table of action values from several rewards at once",
    load: async () => (await import("./n_step_sarsa.ts")).nStepSarsa,
  },
  {
    name: "sarsa-lambda",
    summary: "Sarsa(λ): a table of action values with eligibility traces",
    load: async () => (await import("./sarsa_lambda.ts")).sarsaLambda,
  },
  {
    name: "q-lambda",
    summary: "Watkins's Q(λ): Q-learning with eligibility traces",
    load: async () => (await import("./q_lambda.ts")).qLambda,
  },
  {
    name: "dyna-q",
    summary: "Dyna-Q with prioritized sweeping: a learned model, planned with between the steps",
    load: async () => (await import("./dyna_q.ts")).dynaQ,
  },
  {
    name: "epsilon-greedy-bandit",
    summary: "ε-greedy bandit: the mean reward of each action",
    load: async () => (await import("./epsilon_greedy_bandit.ts")).epsilonGreedyBandit,
  },
  {
    name: "gradient-bandit",
    summary: "Gradient bandit: a softmax over preferences",
    load: async () => (await import("./gradient_bandit.ts")).gradientBandit,
  },
  {
    name: "ucb-bandit",
    summary: "UCB bandit: the action that could still be the best",
    load: async () => (await import("./ucb_bandit.ts")).ucbBandit,
  },
  {
    name: "thompson-bandit",
    summary: "Thompson sampling: acts on a draw from what is believed of each action",
    load: async () => (await import("./thompson_bandit.ts")).thompsonBandit,
  },
];
