/**
 * The registry of agents.
 *
 * @module
 */
import type { TrainerEntry } from "../lab/core/registry.ts";
import type { AgentDefinition } from "../lab/compute/definitions.ts";
import { tabularAgents } from "./tabular/mod.ts";

/** Every agent of the lab; `load` brings its code and TensorFlow.js. */
export const agents: readonly TrainerEntry<AgentDefinition>[] = [
  {
    name: "random",
    summary: "Uniformly random actions: the baseline that every return is held against",
    load: async () => (await import("./random.ts")).random,
  },
  {
    name: "dqn",
    summary: "Deep Q-learning: action values from replayed transitions and a target network",
    load: async () => (await import("./dqn.ts")).dqn,
  },
  {
    name: "reinforce",
    summary: "REINFORCE: policy gradient on whole episodes, with or without a learned baseline",
    load: async () => (await import("./reinforce.ts")).reinforce,
  },
  {
    name: "a2c",
    summary: "Advantage actor-critic: one policy-gradient step after every few environment steps",
    load: async () => (await import("./a2c.ts")).a2c,
  },
  {
    name: "a3c",
    summary: "A3C: asynchronous workers that add their gradients to shared parameters",
    load: async () => (await import("./a3c/a3c.ts")).a3c,
  },
  {
    name: "impala",
    summary: "IMPALA: actors with older policies, one learner that corrects for it by V-trace",
    load: async () => (await import("./impala.ts")).impala,
  },
  {
    name: "ppo",
    summary: "Proximal policy optimisation: clipped policy gradient on minibatches of rollouts",
    load: async () => (await import("./ppo.ts")).ppo,
  },
  {
    name: "recurrent-ppo",
    summary: "PPO with memory: an LSTM or GRU before policy and value network",
    load: async () => (await import("./recurrent_ppo.ts")).recurrentPpo,
  },
  {
    name: "sac",
    summary: "Soft actor-critic: a stochastic policy paid for its entropy, two critics, replay",
    load: async () => (await import("./sac.ts")).sac,
  },
  {
    name: "td3",
    summary: "Twin delayed DDPG: the lower of two critics, smoothed targets, a slower policy",
    load: async () => (await import("./td3.ts")).td3,
  },
  {
    name: "ddpg",
    summary: "Deep deterministic policy gradient: a policy ascends a critic learned from replay",
    load: async () => (await import("./ddpg.ts")).ddpg,
  },
  ...tabularAgents,
];
