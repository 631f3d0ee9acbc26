/**
 * The groups of rows, by name. Each is a small file that is loaded when it is asked for.
 *
 * @module
 */
import type { Group } from "./group.ts";

/** Every group, in the order of the table. */
export const groups: readonly Group[] = [
  {
    name: "updates",
    summary: "Training steps beside stock TensorFlow.js, and PyTorch with --peers",
    load: async () => (await import("./updates.ts")).updates,
  },
  {
    name: "threads",
    summary: "Training steps on two threads beside one",
    load: async () => (await import("./threads.ts")).threads,
  },
  {
    name: "graphics",
    summary: "Training steps on a graphics device beside stock tfjs-webgpu",
    load: async () => (await import("./graphics.ts")).graphics,
  },
  {
    name: "products",
    summary: "Matrix products, 64 to 1024, plain and transposed",
    load: async () => (await import("./products.ts")).products,
  },
  {
    name: "acting",
    summary: "A 64-64 policy network on one and on eight observations",
    load: async () => (await import("./acting.ts")).acting,
  },
  {
    name: "loop",
    summary: "The whole loop of PPO on CartPole-v1 in CleanRL's set-up",
    load: async () => (await import("./loop.ts")).loop,
  },
  {
    name: "a3c",
    summary: "A3C on CartPole-v1 with one worker and with more",
    load: async () => (await import("./a3c.ts")).asynchronous,
  },
  {
    name: "compilation",
    summary: "From a step to its first run, in a fresh thread; memory of temporaries",
    load: async () => (await import("./compilation.ts")).compilation,
  },
  {
    name: "environments",
    summary: "CartPole-v1 alone; Gymnasium and its vectors with --peers",
    load: async () => (await import("./environments.ts")).environments,
  },
  {
    name: "batches",
    summary: "Environments in batches of 1,024, and what they leave on the heap",
    load: async () => (await import("./environments.ts")).batches,
  },
  {
    name: "workers",
    summary: "An environment whose step takes 0.1 ms, in two workers",
    load: async () => (await import("./workers.ts")).workers,
  },
  {
    name: "pixels",
    summary: "Worlds seen as 84 × 84 pixels",
    load: async () => (await import("./pixels.ts")).pixels,
  },
  {
    name: "training",
    summary: "Agents and models end to end, runner and store included",
    load: async () => (await import("./training.ts")).training,
  },
  {
    name: "functions",
    summary: "The lab's own elementary functions beside the engine's, over whole runs (minutes)",
    load: async () => (await import("./functions.ts")).functions,
    slow: true,
  },
  {
    name: "cores",
    summary: "Two runs on two cores beside one, with a thread each and with two (minutes)",
    load: async () => (await import("./cores.ts")).cores,
    slow: true,
  },
  {
    name: "store",
    summary: "Metric records written and read back",
    load: async () => (await import("./store.ts")).store,
  },
  {
    name: "startup",
    summary: "`deno task -q experiment list`",
    load: async () => (await import("./startup.ts")).startup,
  },
  {
    name: "memory",
    summary: "Memory over 100,000 iterations",
    load: async () => (await import("./memory.ts")).memory,
  },
  {
    name: "endurance",
    summary: "Memory over 1,000,000 PPO updates (minutes)",
    slow: true,
    load: async () => (await import("./memory.ts")).endurance,
  },
  {
    name: "agents",
    summary:
      "Agents in published set-ups; Stable-Baselines3 and PyTorch loops with --peers (minutes)",
    slow: true,
    load: async () => (await import("./agents.ts")).agents,
  },
  {
    name: "dashboard",
    summary: "The dashboard: its table of 10,000 runs, and its pages in Chromium (minutes)",
    slow: true,
    load: async () => (await import("./dashboard.ts")).dashboard,
  },
  {
    name: "live",
    summary: "The dashboard beside fifty runs that train (ten minutes)",
    slow: true,
    load: async () => (await import("./pages.ts")).live,
  },
  {
    name: "solved",
    summary: "From the command to CartPole-v1 solved by PPO (half a minute)",
    slow: true,
    load: async () => (await import("./startup.ts")).solved,
  },
  {
    name: "quick-start",
    summary: "`deno task -q experiment` from start to end (minutes)",
    slow: true,
    load: async () => (await import("./startup.ts")).quickStart,
  },
];
