/**
 * Deep deterministic policy gradient: a critic learns the value of actions from replayed transitions,
 * and the policy climbs the critic.
 *
 * Lillicrap, Hunt, Pritzel, Heess, Erez, Tassa, Silver, Wierstra, "Continuous control with deep
 * reinforcement learning" (2015, arXiv 1509.02971): the critic's loss (equations 4 and 5), the policy's
 * gradient (equation 6), soft targets and algorithm 1.
 *
 * Differs from the paper:
 * - Networks and replay hold actions in [−1, 1]; actions enter the critic at its first layer, all
 *   layers are drawn alike, no weight decay, no batch normalisation.
 * - One learning rate for policy and critic.
 * - Exploration noise is independent from step to step by default, Ornstein-Uhlenbeck on request; the
 *   first actions are random.
 * - An episode that a time limit cut bootstraps from its final observation.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import type { Metrics } from "../lab/core/metrics.ts";
import type { AgentDefinition } from "../lab/compute/definitions.ts";
import { defineAgent } from "./define_agent.ts";
import { descend, movingAverage } from "../lab/compute/descend.ts";
import { adam } from "../lab/compute/optimizers.ts";
import { PARAMETERS } from "../lab/core/base_trainer.ts";
import { CRITIC, criticParameters, criticValues } from "./networks/critics.ts";
import {
  deterministicActions,
  deterministicPolicyLoss,
  deterministicPolicyParameters,
  POLICY,
} from "./networks/deterministic_policy.ts";
import {
  compileScores,
  type Evaluator,
  type ScoreProgram,
  type Scores,
} from "./trainers/evaluation.ts";
import { meanSquaredError } from "./losses.ts";
import { ActionNoise, noiseFields } from "./exploration/noise.ts";
import {
  criticMetrics,
  type ReplayContext,
  replayFields,
  ReplayTrainer,
  transitionInputs,
} from "./trainers/replay_trainer.ts";
import { TARGET } from "./networks/target_network.ts";
import { bootstrapped } from "./returns/targets.ts";
import type { WorldShape } from "./worlds/world.ts";

// Configuration. Defaults are those of Stable-Baselines3's DDPG; noise is N(0, 0.1²).

const configuration = z.strictObject({
  ...replayFields,
  learningRate: z.number().positive().default(1e-3).meta({
    description: "Adam's step size, for policy and critic",
  }),
  ...noiseFields,
  hiddenSizes: z.array(z.int().min(1)).default([400, 300]).meta({
    description: "Widths of the hidden layers of each network",
  }),
});

/** The fields of {@linkcode ddpg}. */
export type DdpgConfiguration = z.output<typeof configuration>;

// Trainer. Its targets are `bootstrapped` of Q̄(s', μ̄(s')): equation 5.

type Context = ReplayContext<DdpgConfiguration>;
type CompileContext = Pick<Context, "name" | "configuration" | "workspace">;

/** Compiles one gradient step of critic and policy, with the targets' renewal. */
export function compileUpdate(
  { name, configuration: settings, workspace }: CompileContext,
  shape: Pick<WorldShape, "observationSize" | "flatActionSize">,
) {
  const { activation, batchSize, gamma, targetRate } = settings;
  const optimizer = adam();
  return workspace.compile(
    {
      name: `${name}/update`,
      inputs: transitionInputs(batchSize, shape),
      scalars: ["learningRate"],
      state: [PARAMETERS, TARGET, "critic-optimizer", "policy-optimizer"],
    },
    ({ input: { observations, nextObservations, ...input }, scalar, state }) => {
      const { learningRate } = scalar;

      const nextActions = deterministicActions(state[TARGET], nextObservations, activation);
      const nextValues = criticValues(state[TARGET], 0, nextObservations, nextActions, activation);
      const targets = bootstrapped(input.rewards, input.terminated, nextValues, gamma);
      const critic = descend(
        (parameters) => {
          const taken = criticValues(parameters, 0, observations, input.actions, activation);
          return { loss: meanSquaredError(taken, targets), taken, errors: tf.sub(targets, taken) };
        },
        state[PARAMETERS],
        state["critic-optimizer"],
        { optimizer, learningRate, changes: [CRITIC] },
      );
      const policy = descend(
        (parameters) => {
          const actions = deterministicActions(parameters, observations, activation);
          const values = criticValues(parameters, 0, observations, actions, activation);
          return { loss: deterministicPolicyLoss(values) };
        },
        critic.parameters,
        state["policy-optimizer"],
        { optimizer, learningRate, changes: [POLICY] },
      );
      const { loss: value, taken, errors } = critic.values;
      return {
        outputs: { policy: policy.values.loss, value, taken, errors },
        state: {
          [PARAMETERS]: policy.parameters,
          [TARGET]: movingAverage(state[TARGET], policy.parameters, targetRate),
          "critic-optimizer": critic.optimizer,
          "policy-optimizer": policy.optimizer,
        },
      };
    },
  );
}

class DdpgTrainer extends ReplayTrainer<DdpgConfiguration> {
  protected readonly parts;
  protected readonly evaluator: Evaluator;
  readonly #actor: ScoreProgram;
  readonly #update: ReturnType<typeof compileUpdate>;

  constructor(context: Context) {
    super(context);
    const { settings, shape, world, replay, exploration } = this;
    const { name, workspace, stream } = context;
    const { environments, hiddenSizes, activation, learningRate } = settings;
    const weights = stream("initial-weights");
    const policy = deterministicPolicyParameters(weights, shape, hiddenSizes);
    const critic = criticParameters(weights, shape, hiddenSizes, 1);
    workspace.define(PARAMETERS, { ...policy, ...critic });
    workspace.define(TARGET, { ...policy, ...critic });
    workspace.define("critic-optimizer", adam().initialState(critic));
    workspace.define("policy-optimizer", adam().initialState(policy));

    const mode: Scores = (parameters, x) => deterministicActions(parameters, x, activation);
    this.#actor = compileScores(
      workspace,
      `${name}/act`,
      environments,
      shape.observationSize,
      mode,
    );
    this.#update = compileUpdate(context, shape);
    this.#update.scalar.learningRate = learningRate;
    this.evaluator = this.evaluatorOf(mode);
    this.parts = {
      name: context.name,
      workspace,
      groups: [TARGET, "critic-optimizer", "policy-optimizer"],
      resumables: {
        exploration,
        noise: stream("noise"),
        replay: stream("replay"),
        world,
        memory: new ActionNoise(settings, environments, shape.flatActionSize),
      },
      replay,
    };
  }

  protected async explore(observations: Float32Array, actions: Float32Array): Promise<void> {
    this.#actor.input.observations.set(observations);
    this.#actor.run();
    actions.set(await this.#actor.read("scores"));
    this.parts.resumables.memory.perturb(actions, this.parts.resumables.noise);
  }

  protected override episodeEnded(n: number): void {
    this.parts.resumables.memory.restart(n);
  }

  protected gradientStep(): void {
    this.replay.sample(this.parts.resumables.replay, this.#update.input);
    this.#update.run();
  }

  protected async losses(): Promise<Metrics> {
    const [policy] = await this.#update.read("policy");
    return { "losses/policy": policy, ...await criticMetrics(this.#update) };
  }
}

/** Deep deterministic policy gradient with continuous actions. */
export const ddpg: AgentDefinition<DdpgConfiguration> = defineAgent({
  name: "ddpg",
  summary: "Deep deterministic policy gradient: a policy climbs a critic learned from replay",
  takes: { actions: ["box"] },
  configuration,
  trainer: (context) => new DdpgTrainer(context),
});
