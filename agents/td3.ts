/**
 * Twin delayed deep deterministic policy gradient: DDPG with two critics of which the lower one
 * counts, targets smoothed over nearby actions, and a policy renewed less often than its critics.
 *
 * Fujimoto, van Hoof, Meger, "Addressing Function Approximation Error in Actor-Critic Methods" (2018,
 * arXiv 1802.09477): clipped double Q-learning (equation 10), target policy smoothing (equation 14 and
 * the clipped noise below it), algorithm 1.
 *
 * Differs from the paper:
 * - Networks and replay hold actions in [−1, 1]; noise has that unit.
 * - Random actions at the beginning are as many as `learningStarts` says (the paper's 1,000 or 10,000).
 * - Optionally Ornstein-Uhlenbeck exploration noise.
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

// Configuration. Defaults are those of Stable-Baselines3's TD3, with the paper's exploration noise.

const configuration = z.strictObject({
  ...replayFields,
  learningRate: z.number().positive().default(1e-3).meta({
    description: "Adam's step size, for policy and critics",
  }),
  ...noiseFields,
  policyDelay: z.int().min(1).default(2).meta({
    description: "d: gradient steps of the critics for each one of the policy and the targets",
    unit: "gradient steps",
  }),
  targetNoiseStd: z.number().min(0).default(0.2).meta({
    description: "σ̃ of the noise on the target policy's actions, scaled to [−1, 1]",
  }),
  targetNoiseClip: z.number().min(0).default(0.5).meta({
    description: "c: that noise is clipped to [−c, c]",
  }),
  hiddenSizes: z.array(z.int().min(1)).default([400, 300]).meta({
    description: "Widths of the hidden layers of each network",
  }),
});

/** The fields of {@linkcode td3}. */
export type Td3Configuration = z.output<typeof configuration>;

// Targets.

/**
 * ã = clip(μ̄(s') + clip(σ̃ε, −c, c), −1, 1). Section 5.3 and algorithm 1.
 *
 * @param actions μ̄(s'), [B, K].
 * @param noise ε from N(0, 1), [B, K].
 * @param std σ̃ ≥ 0.
 * @param clip c ≥ 0.
 */
export function smoothedActions(
  actions: tf.Tensor,
  noise: tf.Tensor,
  std: number,
  clip: number,
): tf.Tensor {
  const clipped = tf.clipByValue(tf.mul(noise, std), -clip, clip);
  return tf.clipByValue(tf.add(actions, clipped), -1, 1);
}

/**
 * y = r + γ(1 − terminated) · min(Q̄₁, Q̄₂)(s', ã). Equation 10. With equal critics it is DDPG's target.
 *
 * @param rewards r, [B].
 * @param terminated 1 where s' is terminal, [B]; a truncated transition is 0.
 * @param first Q̄₁(s', ã), [B].
 * @param second Q̄₂(s', ã), [B].
 * @param gamma γ in [0, 1].
 */
export function clippedDoubleTargets(
  rewards: tf.Tensor,
  terminated: tf.Tensor,
  first: tf.Tensor,
  second: tf.Tensor,
  gamma: number,
): tf.Tensor1D {
  return bootstrapped(rewards, terminated, tf.minimum(first, second), gamma);
}

// Trainer.

type Context = ReplayContext<Td3Configuration>;
type CompileContext = Pick<Context, "name" | "configuration" | "workspace">;
type Sizes = Pick<WorldShape, "observationSize" | "flatActionSize">;

/** Compiles one gradient step of both critics. */
export function compileCriticUpdate(
  { name, configuration: settings, workspace }: CompileContext,
  shape: Sizes,
) {
  const { activation, batchSize, gamma, targetNoiseStd, targetNoiseClip } = settings;
  const optimizer = adam();
  return workspace.compile(
    {
      name: `${name}/update/critic`,
      inputs: transitionInputs(batchSize, shape),
      random: { noise: [[batchSize, shape.flatActionSize], "normal"] },
      scalars: ["learningRate"],
      state: [PARAMETERS, TARGET, "critic-optimizer"],
    },
    ({ input, random, scalar, state }) => {
      const greedy = deterministicActions(state[TARGET], input.nextObservations, activation);
      const actions = smoothedActions(greedy, random.noise, targetNoiseStd, targetNoiseClip);
      const [first, second] = [0, 1].map((i) =>
        criticValues(state[TARGET], i, input.nextObservations, actions, activation)
      );
      const targets = clippedDoubleTargets(input.rewards, input.terminated, first, second, gamma);
      const critics = descend(
        (parameters) => {
          const [first, second] = [0, 1].map((i) =>
            criticValues(parameters, i, input.observations, input.actions, activation)
          );
          const loss = tf.add(meanSquaredError(first, targets), meanSquaredError(second, targets));
          return { loss, taken: first, errors: tf.sub(targets, first) };
        },
        state[PARAMETERS],
        state["critic-optimizer"],
        { optimizer, learningRate: scalar.learningRate, changes: [CRITIC] },
      );
      const { loss: value, taken, errors } = critics.values;
      return {
        outputs: { value, taken, errors },
        state: { [PARAMETERS]: critics.parameters, "critic-optimizer": critics.optimizer },
      };
    },
  );
}

/** Compiles one gradient step of the policy, with the renewal of all targets. */
export function compilePolicyUpdate(
  { name, configuration: { activation, batchSize, targetRate }, workspace }: CompileContext,
  { observationSize }: Sizes,
) {
  const optimizer = adam();
  return workspace.compile(
    {
      name: `${name}/update/policy`,
      inputs: { observations: [[batchSize, observationSize], "float32"] },
      scalars: ["learningRate"],
      state: [PARAMETERS, TARGET, "policy-optimizer"],
    },
    ({ input: { observations }, scalar, state }) => {
      const policy = descend(
        (parameters) => {
          const actions = deterministicActions(parameters, observations, activation);
          const values = criticValues(parameters, 0, observations, actions, activation);
          return { loss: deterministicPolicyLoss(values) };
        },
        state[PARAMETERS],
        state["policy-optimizer"],
        { optimizer, learningRate: scalar.learningRate, changes: [POLICY] },
      );
      return {
        outputs: { policy: policy.values.loss },
        state: {
          [PARAMETERS]: policy.parameters,
          [TARGET]: movingAverage(state[TARGET], policy.parameters, targetRate),
          "policy-optimizer": policy.optimizer,
        },
      };
    },
  );
}

class Td3Trainer extends ReplayTrainer<Td3Configuration> {
  protected readonly parts;
  protected readonly evaluator: Evaluator;
  readonly #actor: ScoreProgram;
  readonly #criticUpdate: ReturnType<typeof compileCriticUpdate>;
  readonly #policyUpdate: ReturnType<typeof compilePolicyUpdate>;
  /** Whether the iteration had a gradient step of the policy. */
  #policyRenewed = false;

  constructor(context: Context) {
    super(context);
    const { settings, shape, world, replay, exploration } = this;
    const { name, workspace, stream } = context;
    const { environments, hiddenSizes, activation, learningRate } = settings;
    const weights = stream("initial-weights");
    const policy = deterministicPolicyParameters(weights, shape, hiddenSizes);
    const critics = criticParameters(weights, shape, hiddenSizes, 2);
    workspace.define(PARAMETERS, { ...policy, ...critics });
    workspace.define(TARGET, { ...policy, ...critics });
    workspace.define("critic-optimizer", adam().initialState(critics));
    workspace.define("policy-optimizer", adam().initialState(policy));

    const mode: Scores = (parameters, x) => deterministicActions(parameters, x, activation);
    this.#actor = compileScores(
      workspace,
      `${name}/act`,
      environments,
      shape.observationSize,
      mode,
    );
    this.#criticUpdate = compileCriticUpdate(context, shape);
    this.#policyUpdate = compilePolicyUpdate(context, shape);
    this.#criticUpdate.scalar.learningRate = learningRate;
    this.#policyUpdate.scalar.learningRate = learningRate;
    this.evaluator = this.evaluatorOf(mode);
    this.parts = {
      name: context.name,
      workspace,
      groups: [TARGET, "critic-optimizer", "policy-optimizer"],
      resumables: {
        exploration,
        noise: stream("noise"),
        replay: stream("replay"),
        update: stream("update"),
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
    const { replay, update } = this.parts.resumables;
    this.replay.sample(replay, this.#criticUpdate.input);
    this.#criticUpdate.run(update);
    if ((this.progress.gradientSteps + 1) % this.settings.policyDelay !== 0) return;
    this.#policyUpdate.input.observations.set(this.#criticUpdate.input.observations);
    this.#policyUpdate.run();
    this.#policyRenewed = true;
  }

  protected async losses(): Promise<Metrics> {
    const metrics = await criticMetrics(this.#criticUpdate);
    if (!this.#policyRenewed) return metrics;
    this.#policyRenewed = false;
    const [policy] = await this.#policyUpdate.read("policy");
    return { "losses/policy": policy, ...metrics };
  }
}

/** Twin delayed deep deterministic policy gradient with continuous actions. */
export const td3: AgentDefinition<Td3Configuration> = defineAgent({
  name: "td3",
  summary: "Twin delayed DDPG: the lower of two critics, smoothed targets, a slower policy",
  takes: { actions: ["box"] },
  configuration,
  trainer: (context) => new Td3Trainer(context),
});
