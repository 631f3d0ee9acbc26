/**
 * Methods over tables in the classic worlds. The values are the lab's own (docs/agents/tabular.md
 * says on which seeds they were found): the books' constant step sizes settle on no policy.
 *
 * @module
 */
import {
  type AgentExperiment,
  defineExperiment,
  type Options,
} from "../lab/experiment/definition.ts";

/** A family of experiments in one world, and what a budget of each is. */
interface World {
  readonly prefix: string;
  readonly goal: string;
  readonly environment: { readonly id: string } & Options;
  readonly budget: number;
  /** Fields of every learning agent there. */
  readonly common: Options;
}

/** Episodes in CliffWalking have no end of their own. */
const cliffWalking: World = {
  prefix: "cliffwalking",
  goal: "walks along a cliff",
  environment: { id: "CliffWalking-v1" },
  budget: 1_000_000,
  common: { gamma: 1, episodeLimit: 200, explorationInitial: 0.5, explorationFinal: 0.1 },
};

const frozenLake: World = {
  prefix: "frozenlake",
  goal: "crosses a slippery lake",
  environment: { id: "FrozenLake-v1" },
  budget: 500_000,
  common: { gamma: 0.99 },
};

const taxi: World = {
  prefix: "taxi",
  goal: "drives a passenger",
  environment: { id: "Taxi-v4" },
  budget: 2_000_000,
  common: { gamma: 0.99 },
};

/** Sutton and Barto (2018), example 6.5. */
const windy: World = {
  prefix: "windy",
  goal: "walks through side wind",
  environment: { id: "GridWorld-v0", mapName: "windy", stepCost: 1, goalReward: 0 },
  budget: 500_000,
  common: { gamma: 1, explorationFinal: 0 },
};

/** A perfect maze: one way leads to the goal, and nothing else is rewarded. */
const maze: World = {
  prefix: "maze",
  goal: "finds the way through a maze",
  environment: { id: "GridWorld-v0", mapName: "maze", timeLimit: 1000 },
  budget: 40_000,
  common: { gamma: 0.99 },
};

function learns(
  world: World,
  agent: string,
  fields: Options = {},
  budget = world.budget,
): AgentExperiment {
  return defineExperiment({
    name: `${world.prefix}-${agent}`,
    summary: `${agent} ${world.goal}`,
    tunedOn: 20,
    expectedSeconds: 1 + Math.ceil(budget / (agent === "monte-carlo" ? 3e6 : 1e6)),
    environment: world.environment,
    agent: { name: agent, ...world.common, ...fields },
    budget,
    seeds: 20,
  });
}

/** Planners draw nothing: one seed is all. The budget is the most sweeps that they may make. */
function plans(world: World, agent: string, gamma: number): AgentExperiment {
  return defineExperiment({
    name: `${world.prefix}-${agent}`,
    summary: `${agent} ${world.goal}`,
    tunedOn: 0,
    expectedSeconds: 1,
    environment: world.environment,
    agent: { name: agent, gamma },
    budget: 100_000,
    seeds: 1,
  });
}

function pulls(name: string, agent: string, fields: Options): AgentExperiment {
  return defineExperiment({
    name: `bandit-${name}`,
    summary: `${agent} pulls one of ten arms`,
    tunedOn: 20,
    expectedSeconds: 1,
    environment: { id: "Bandit-v0" },
    agent: { name: agent, ...fields },
    budget: 1000,
    seeds: 10,
  });
}

/**
 * Another policy is the best one where a tenth of the actions is random (γ 0.99); with a twentieth or
 * less it is the one that is best without. So ε must be small while there is still much to learn.
 */
const onPolicyLake = { explorationFinal: 0.02, explorationFraction: 0.1, learningRateFinal: 0.001 };

const onPolicyTaxi = { explorationFinal: 0, explorationFraction: 0.9 };

/** Every experiment over tables. */
export const tabularExperiments: readonly AgentExperiment[] = [
  plans(frozenLake, "value-iteration", 0.99),
  plans(frozenLake, "policy-iteration", 0.99),
  learns(frozenLake, "monte-carlo", {
    gamma: 1,
    explorationFinal: 0.06,
    explorationFraction: 0.1,
    learningRate: 0.005,
  }, 10_000_000),
  learns(frozenLake, "sarsa", onPolicyLake, 2_000_000),
  learns(frozenLake, "expected-sarsa", onPolicyLake, 2_000_000),
  learns(frozenLake, "n-step-sarsa", { ...onPolicyLake, rewardSteps: 2 }, 2_000_000),
  learns(frozenLake, "sarsa-lambda", { ...onPolicyLake, lambda: 0.5 }, 2_000_000),
  learns(frozenLake, "q-learning"),
  learns(frozenLake, "double-q-learning"),
  learns(frozenLake, "q-lambda", { lambda: 0.5, learningRateFinal: 0.001 }),
  learns(frozenLake, "dyna-q"),
  plans(taxi, "value-iteration", 0.99),
  plans(taxi, "policy-iteration", 0.99),
  learns(taxi, "monte-carlo", { ...onPolicyTaxi, learningRate: 0.02 }, 60_000_000),
  learns(taxi, "sarsa", onPolicyTaxi),
  learns(taxi, "expected-sarsa"),
  learns(taxi, "q-learning"),
  learns(taxi, "double-q-learning"),
  learns(taxi, "n-step-sarsa", { ...onPolicyTaxi, rewardSteps: 2 }),
  learns(taxi, "sarsa-lambda", { ...onPolicyTaxi, lambda: 0.5 }),
  learns(taxi, "q-lambda"),
  learns(taxi, "dyna-q"),
  plans(cliffWalking, "value-iteration", 1),
  learns(cliffWalking, "monte-carlo", {
    explorationInitial: 1,
    learningRate: 0.005,
    learningRateFinal: 0.005,
  }),
  learns(cliffWalking, "sarsa"),
  learns(cliffWalking, "expected-sarsa"),
  learns(cliffWalking, "q-learning"),
  learns(cliffWalking, "double-q-learning"),
  learns(cliffWalking, "q-lambda"),
  learns(cliffWalking, "dyna-q"),
  plans(windy, "value-iteration", 1),
  learns(windy, "monte-carlo", { explorationFraction: 0.9, learningRate: 0.01 }, 20_000_000),
  learns(windy, "sarsa", { explorationFinal: 0.05 }),
  learns(windy, "expected-sarsa"),
  learns(windy, "q-learning"),
  learns(windy, "n-step-sarsa", { explorationFinal: 0.05, rewardSteps: 2 }),
  learns(windy, "sarsa-lambda"),
  learns(windy, "q-lambda"),
  learns(windy, "dyna-q"),
  learns(maze, "q-learning", {
    explorationInitial: 0.1,
    learningRate: 0.5,
    learningRateFinal: 0.5,
  }),
  pulls("epsilon-greedy", "epsilon-greedy-bandit", { epsilon: 0.1 }),
  pulls("gradient", "gradient-bandit", { learningRate: 0.2 }),
  pulls("ucb", "ucb-bandit", { confidence: 1 }),
  pulls("thompson", "thompson-bandit", {}),
];
