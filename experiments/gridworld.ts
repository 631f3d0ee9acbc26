/**
 * Agents on GridWorld-v0.
 *
 * @module
 */
import { type AgentExperiment, defineExperiment } from "../lab/experiment/definition.ts";

/** DQN on the empty 8 × 8 map; the shortest way gives 0.86. */
export const gridworldDqn: AgentExperiment = defineExperiment({
  name: "gridworld-dqn",
  summary: "DQN walks to the goal of a grid",
  tunedOn: 5,
  expectedSeconds: 5,
  environment: { id: "GridWorld-v0", mapName: "empty-8x8" },
  agent: {
    name: "dqn",
    environments: 8,
    learningRate: 1e-3,
    batchSize: 64,
    bufferSize: 20_000,
    learningStarts: 1000,
    trainEvery: 32,
    gradientStepsPerTrain: 8,
    targetUpdateEvery: 128,
    explorationFraction: 0.5,
    loss: "mse",
  },
  budget: 30_000,
  seeds: 3,
  evaluation: { every: 3000, episodes: 20 },
});
