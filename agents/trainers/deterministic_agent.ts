/**
 * What DDPG and TD3 have in common but their gradient steps: world, networks, exploration.
 *
 * @module
 */
import { adam } from "../../lab/compute/optimizers.ts";
import type { AgentContext } from "../define_agent.ts";
import { ActionNoise, type NoiseConfiguration, PerturbedPolicy } from "../exploration/noise.ts";
import { actingGroup } from "../networks/acting.ts";
import { CRITIC } from "../networks/critics.ts";
import { deterministicNetworks, POLICY } from "../networks/deterministic_policy.ts";
import { World } from "../worlds/world.ts";
import { compileScores } from "./evaluation.ts";
import { defineNetworks } from "./programs.ts";
import type { ReplayConfiguration } from "./replay_trainer.ts";

/**
 * All of a deterministic off-policy agent but its gradient step: the networks, `criticCount` critics
 * among them, are defined, each with its target and its optimizer's state.
 */
export function deterministicAgent(
  context: AgentContext<ReplayConfiguration & NoiseConfiguration>,
  criticCount: number,
) {
  const { name, configuration: settings, workspace, stream } = context;
  const { environments } = settings;
  const world = new World(name, context, environments, { actions: ["box"], scaleActions: true });
  const { shape } = world;
  const weights = stream("initial-weights");
  const networks = deterministicNetworks(shape, settings, criticCount, context.body);
  const policy = networks.policy.initialParameters(weights);
  const critics = networks.critics.initialParameters(weights);
  const initial = { [POLICY]: policy, [CRITIC]: critics };
  const groups = defineNetworks(workspace, initial, adam(), { ...policy, ...critics });
  const { policy: { actions: scores } } = networks;
  const { observationSize: size } = shape;
  const actor = compileScores(workspace, `${name}/act`, environments, size, scores, {
    state: actingGroup(settings),
  });
  const [exploration, random] = ["exploration", "noise"].map(stream);
  const noise = new ActionNoise(settings, environments, shape.flatActionSize);
  return {
    networks,
    world,
    scores,
    values: networks.critics.valuesOfFirst,
    explorer: new PerturbedPolicy({ actor, noise, exploration, random }),
    groups,
    resumables: { exploration, noise: random, processes: noise },
  };
}
