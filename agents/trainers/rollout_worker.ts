/**
 * Plays rollouts with the policy as it is, values them and estimates advantages: what PPO, A2C and
 * A3C learn from.
 *
 * @module
 */
import type { Generator } from "../../lab/core/random.ts";
import type { AgentContext, ProgramContext } from "../define_agent.ts";
import { Rollout } from "../memory/rollout.ts";
import { RolloutValues } from "../memory/rollout_values.ts";
import {
  type ActorCritic,
  actorCritic,
  type ActorCriticSettings,
} from "../networks/actor_critic.ts";
import { generalizedAdvantages } from "../returns/advantages.ts";
import type { World } from "../worlds/world.ts";
import { compileScores, type ScoreProgram } from "./evaluation.ts";
import { type OnPolicyConfiguration, onPolicyWorld } from "./on_policy_trainer.ts";

/** What a rollout's shape and its advantages depend on. */
export type RolloutSettings = Pick<
  OnPolicyConfiguration,
  "environments" | "rolloutLength" | "gamma" | "gaeLambda"
>;

/** What is learned from a rollout, time-major: row t, environment n stands at t · N + n. */
export interface EstimatedBatch {
  /** Transitions M in it: T · N, or fewer at the end of the budget. */
  readonly transitions: number;
  /** V(s_t) under the networks that acted, [M]. */
  readonly values: Float64Array;
  /** Â_t, [M]. */
  readonly advantages: Float64Array;
  /** Value targets, [M]. */
  readonly returns: Float64Array;
}

/** A rollout with what is learned from it. */
export interface RolloutBatch extends EstimatedBatch {
  /** Of its columns the first M rows count. */
  readonly rollout: Rollout;
}

/** The environments with the programs that act in them and value what was seen. */
export class RolloutWorker {
  readonly #settings: RolloutSettings;
  readonly #rollout: Rollout;
  readonly #actor: ScoreProgram;
  readonly #values: RolloutValues;

  /**
   * @param context `name` stands in the names of programs.
   * @param random Draws the actions.
   * @param keepInputs Whether rollouts keep the distribution inputs of the policy that acted.
   */
  constructor(
    { name, configuration, workspace }: ProgramContext<RolloutSettings>,
    readonly world: World,
    private readonly networks: ActorCritic,
    readonly random: Generator,
    keepInputs = false,
  ) {
    const { environments, rolloutLength } = configuration;
    const { shape } = world;
    const { policy, values, distribution } = networks;
    const kept = keepInputs ? distribution.inputSize : undefined;
    this.#settings = configuration;
    this.#actor = compileScores(
      workspace,
      `${name}/act`,
      environments,
      shape.observationSize,
      policy,
    );
    this.#rollout = new Rollout(rolloutLength, environments, shape, kept);
    this.#values = new RolloutValues(name, workspace, this.#rollout, values);
  }

  /**
   * The next rollout; the next call overwrites its columns.
   *
   * @param remaining Environment steps that may still be taken, > 0; the last of them are rounded up
   *   to a step of every environment.
   */
  async collect(remaining: number): Promise<RolloutBatch> {
    const { environments, rolloutLength, gamma, gaeLambda } = this.#settings;
    const length = Math.min(rolloutLength, Math.ceil(remaining / environments));
    const transitions = length * environments;
    const rollout = this.#rollout;
    const { distribution } = this.networks;
    await rollout.collect(this.world, this.#actor, distribution, this.random, length);
    const { values, nextValues } = await this.#values.of(transitions, this.world.observations);
    const columns = rollout.columns(transitions, values, nextValues);
    const { advantages, returns } = generalizedAdvantages(columns, gamma, gaeLambda);
    return { transitions, rollout, values, advantages, returns };
  }
}

/**
 * The parts of an on-policy agent that learns from one rollout at a time and forgets it: all but its
 * optimizer and its gradient step. PPO and A2C.
 *
 * @param keepInputs Whether rollouts keep the distribution inputs of the policy that acted.
 */
export function rolloutAgent(
  context: AgentContext<OnPolicyConfiguration & ActorCriticSettings>,
  keepInputs = false,
) {
  const { configuration, stream } = context;
  const world = onPolicyWorld(context);
  const networks = actorCritic(world.shape, configuration, context.body);
  const policy = stream("policy");
  const worker = new RolloutWorker(context, world, networks, policy, keepInputs);
  return {
    networks,
    world,
    evaluated: networks,
    parameters: networks.initialParameters(stream("initial-weights")),
    resumables: { policy },
    collect: (remaining: number) => worker.collect(remaining),
  };
}
