/**
 * Settings of agents whose trainings are short, for the tests.
 *
 * @module
 */
import { definitions, knownFields } from "./laboratory.ts";

/** The small settings of SAC, TD3, DDPG and whatever is not listed below. */
const smallReplay = {
  environments: 4,
  bufferSize: 500,
  learningStarts: 100,
  batchSize: 16,
  trainEvery: 64,
  gradientStepsPerTrain: 3,
  hiddenSizes: [16],
};
/** Settings whose iterations are short, with every part in use within twenty of them. */
export const small: Readonly<Record<string, object>> = {
  ...Object.fromEntries(
    Object.keys(definitions).map((agent) => [agent, knownFields(agent, smallReplay)]),
  ),
  sac: smallReplay,
  td3: { ...smallReplay, noise: "ornstein-uhlenbeck" },
  ddpg: { ...smallReplay, noise: "ornstein-uhlenbeck" },
  dqn: {
    environments: 4,
    bufferSize: 2000,
    learningStarts: 300,
    batchSize: 16,
    trainEvery: 64,
    gradientStepsPerTrain: 2,
    targetUpdateEvery: 128,
    targetRate: 0.5,
    doubleQ: true,
    loss: "mse",
    explorationFraction: 0.5,
    hiddenSizes: [16],
  },
  reinforce: { environments: 3, chunkSize: 64, hiddenSizes: [16] },
  a2c: { environments: 4, rolloutLength: 32, normalizeAdvantages: true, hiddenSizes: [16] },
  ppo: {
    environments: 4,
    rolloutLength: 16,
    minibatchSize: 32,
    epochs: 2,
    annealClipRange: true,
    hiddenSizes: [16],
  },
  "recurrent-ppo": {
    environments: 4,
    rolloutLength: 16,
    sequenceLength: 8,
    minibatchSize: 32,
    epochs: 2,
    annealClipRange: true,
    recurrentSize: 8,
    hiddenSizes: [8],
  },
  a3c: { environments: 4, rolloutLength: 16, hiddenSizes: [16] },
  impala: { actors: 3, environments: 4, rolloutLength: 16, hiddenSizes: [16] },
};
