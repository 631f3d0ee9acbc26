/**
 * The registry of experiments: named, versioned definitions. Loading one brings plain data, no
 * agent and no TensorFlow.js.
 *
 * @module
 */
import { LabError } from "../lab/core/errors.ts";
import type { ExperimentDefinition } from "../lab/experiment/definition.ts";
import type { ExperimentEntry } from "../lab/experiment/registries.ts";

/** A definition called `name` among the exports of `./file`. */
function entry(
  name: string,
  summary: string,
  expectedSeconds: number,
  file: string,
  load: () => Promise<Record<string, unknown>>,
): ExperimentEntry {
  return {
    name,
    summary,
    expectedSeconds,
    module: new URL(file, import.meta.url).href,
    load: async () => {
      const exported = Object.values(await load()) as ExperimentDefinition[];
      const found = exported.find((definition) => definition?.name === name);
      if (found !== undefined) return found;
      throw new LabError(`Cannot load "${name}" as experiments/${file} must export it`);
    },
  };
}

const cartpole = ["./cartpole.ts", () => import("./cartpole.ts")] as const;
const gridworld = ["./gridworld.ts", () => import("./gridworld.ts")] as const;
const glyphs = ["./glyphs.ts", () => import("./glyphs.ts")] as const;
const ring = ["./ring.ts", () => import("./ring.ts")] as const;
const quickAgents = ["./quick_start_agents.ts", () => import("./quick_start_agents.ts")] as const;
const quickModels = ["./quick_start_models.ts", () => import("./quick_start_models.ts")] as const;

/** Every named experiment of the lab. */
export const experiments: readonly ExperimentEntry[] = [
  entry("cartpole-dqn", "DQN balances a pole", 120, ...cartpole),
  entry("cartpole-reinforce", "REINFORCE balances a pole", 60, ...cartpole),
  entry("cartpole-a2c", "A2C balances a pole", 60, ...cartpole),
  entry("cartpole-ppo", "PPO balances a pole", 60, ...cartpole),
  entry("gridworld-dqn", "DQN walks to the goal of a grid", 30, ...gridworld),
  entry("glyphs-autoencoder", "A dense autoencoder compresses drawn digits", 60, ...glyphs),
  entry("glyphs-vae", "A variational autoencoder dreams up digits", 120, ...glyphs),
  entry("glyphs-classifier", "A dense classifier reads drawn digits", 30, ...glyphs),
  entry("ring-wgan-gp", "A Wasserstein GAN covers eight modes on a ring", 120, ...ring),
  entry("quick-start-dqn", "The quick start's DQN on CartPole", 45, ...quickAgents),
  entry("quick-start-reinforce", "The quick start's REINFORCE on CartPole", 15, ...quickAgents),
  entry("quick-start-a2c", "The quick start's A2C on CartPole", 30, ...quickAgents),
  entry("quick-start-ppo", "The quick start's PPO on CartPole", 30, ...quickAgents),
  entry("quick-start-vae", "The quick start's VAE on glyphs", 40, ...quickModels),
  entry("quick-start-wgan-gp", "The quick start's WGAN-GP on ring-8", 60, ...quickModels),
];
