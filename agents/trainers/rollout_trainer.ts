/**
 * The on-policy trainer of agents that learn from one rollout at a time and forget it: PPO, A2C.
 *
 * @module
 */
import type { Optimizer } from "../../lab/compute/optimizers.ts";
import type { AgentContext } from "../define_agent.ts";
import {
  type ActorCritic,
  actorCritic,
  type ActorCriticSettings,
} from "../networks/actor_critic.ts";
import type { World } from "../worlds/world.ts";
import {
  type OnPolicyConfiguration,
  type OnPolicyParts,
  OnPolicyTrainer,
  onPolicyWorld,
} from "./on_policy_trainer.ts";
import { type RolloutBatch, RolloutWorker } from "./rollout_worker.ts";

/** What differs from one agent to the other, beside the gradient step. */
export interface RolloutParts extends Partial<OnPolicyParts> {
  readonly optimizer: Optimizer;
  /** Whether rollouts keep the distribution inputs of the policy that acted. */
  readonly keepInputs?: boolean;
}

/** An on-policy trainer but for its gradient step. */
export abstract class RolloutTrainer<
  Configuration extends OnPolicyConfiguration & ActorCriticSettings,
> extends OnPolicyTrainer<Configuration, RolloutBatch> {
  protected readonly world: World;
  protected readonly networks: ActorCritic;
  readonly #worker: RolloutWorker;

  constructor(
    protected readonly context: AgentContext<Configuration>,
    { keepInputs, resumables, ...parts }: RolloutParts,
  ) {
    const { configuration, stream } = context;
    const world = onPolicyWorld(context);
    const networks = actorCritic(world.shape, configuration, context.body);
    const policy = stream("policy");
    super(context, {
      world,
      evaluated: networks.policy,
      parameters: networks.initialParameters(stream("initial-weights")),
      resumables: { policy, ...resumables },
      ...parts,
    });
    this.world = world;
    this.networks = networks;
    this.#worker = new RolloutWorker(context, world, networks, policy, keepInputs);
  }

  protected collect(remaining: number): Promise<RolloutBatch> {
    return this.#worker.collect(remaining);
  }
}
