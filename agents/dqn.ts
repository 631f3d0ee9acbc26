/**
 * Deep Q-learning: a network learns the value of each action from transitions drawn out of a
 * replay buffer, towards targets that a slowly renewed copy of it gives.
 *
 * Mnih et al., "Human-level control through deep reinforcement learning" (Nature 518, 2015; first as
 * arXiv 1312.5602): algorithm 1; the clipped error of its methods section is the Huber loss. Van
 * Hasselt, Guez, Silver, "Deep Reinforcement Learning with Double Q-learning" (2015, arXiv
 * 1509.06461), equation 4, behind the flag `doubleQ`.
 *
 * Differs from the paper:
 * - Dense networks on flat observations, Adam in place of RMSProp; gradients clipped by global norm.
 * - Several environments may act side by side; `trainEvery`, `targetUpdateEvery` and
 *   `learningStarts` count environment steps over all of them.
 * - An episode that a time limit cut bootstraps from its final observation: only `terminated` masks
 *   the target.
 * - Optionally a Polyak target, θ⁻ ← (1 − τ)θ⁻ + τθ (Lillicrap et al. 2015, arXiv 1509.02971), with
 *   `targetRate` τ < 1.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import type { Environment } from "../lab/core/environment.ts";
import { InputError } from "../lab/core/errors.ts";
import type { Metrics } from "../lab/core/metrics.ts";
import type { Report } from "../lab/core/trainer.ts";
import type { AgentDefinition, TrainerContext } from "../lab/compute/definitions.ts";
import { clipByGlobalNorm, valueAndGradients } from "../lab/compute/gradients.ts";
import { activationNames } from "../lab/compute/networks.ts";
import { adam } from "../lab/compute/optimizers.ts";
import { linear, type Schedule } from "../lab/compute/schedules.ts";
import type { ActionRows } from "./common/actions.ts";
import { actionValueParameters, actionValues } from "./common/action_values.ts";
import { meanAndDeviation } from "./common/advantages.ts";
import { AgentTrainer } from "./common/agent_trainer.ts";
import { PARAMETERS } from "./common/checkpoint.ts";
import { greedyActions, scoresOf } from "./common/distributions.ts";
import {
  compileScores,
  Evaluator,
  greedyActors,
  type ScoreProgram,
  type Scores,
} from "./common/evaluation.ts";
import { meanSquaredError } from "./common/losses.ts";
import { ReplayBuffer } from "./common/replay.ts";
import { TARGET, targetNetwork } from "./common/target_network.ts";
import { World } from "./common/world.ts";

// Configuration. Defaults are those of Stable-Baselines3's DQN where nothing else is said.

const configuration = z.strictObject({
  environments: z.int().min(1).default(1).meta({
    description: "Environments that act side by side",
  }),
  bufferSize: z.int().min(1).default(100_000).meta({
    description: "Transitions that the replay buffer keeps (100 000: rl-baselines3-zoo, CartPole)",
    unit: "transitions",
  }),
  learningStarts: z.int().min(0).default(1000).meta({
    description: "Random actions before the first update (1000: rl-baselines3-zoo, CartPole)",
    unit: "environment steps",
  }),
  batchSize: z.int().min(1).default(32).meta({
    description: "Transitions a gradient step",
    unit: "transitions",
  }),
  trainEvery: z.int().min(1).default(4).meta({
    description: "Environment steps from one training to the next; a multiple of environments",
    unit: "environment steps",
  }),
  gradientStepsPerTrain: z.int().min(1).default(1).meta({
    description: "Gradient steps at each training",
    unit: "gradient steps",
  }),
  targetUpdateEvery: z.int().min(1).default(500).meta({
    description: "Environment steps between renewals of the target network (500: CleanRL)",
    unit: "environment steps",
  }),
  targetRate: z.number().gt(0).max(1).default(1).meta({
    description: "τ: share of the online network in a renewal; 1 copies it",
  }),
  gamma: z.number().min(0).max(1).default(0.99).meta({ description: "Discount γ" }),
  learningRate: z.number().positive().default(1e-4).meta({ description: "Adam's step size" }),
  loss: z.enum(["huber", "mse"]).default("huber").meta({
    description: "Of the TD error: Huber with δ = 1, or its square",
  }),
  doubleQ: z.boolean().default(false).meta({
    description: "The online network chooses the next action, the target network values it",
  }),
  explorationInitial: z.number().min(0).max(1).default(1).meta({
    description: "ε at the start: the share of random actions",
  }),
  explorationFinal: z.number().min(0).max(1).default(0.05).meta({
    description: "ε at the end of its schedule",
  }),
  explorationFraction: z.number().gt(0).max(1).default(0.1).meta({
    description: "Share of the budget over which ε falls linearly",
  }),
  maximumGradientNorm: z.number().positive().default(10).meta({
    description: "Longer gradients are scaled down to this global norm",
  }),
  hiddenSizes: z.array(z.int().min(1)).default([64, 64]).meta({
    description: "Widths of the hidden layers",
  }),
  activation: z.enum(activationNames).default("relu").meta({
    description: "Activation of the hidden layers",
  }),
});

/** The fields of {@linkcode dqn}. */
export type DqnConfiguration = z.output<typeof configuration>;

// Losses and targets.

/**
 * y = r + γ(1 − terminated) · max_a Q(s', a; θ⁻). Algorithm 1 of Mnih et al. (2015). No gradient
 * flows through it.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * await tf.setBackend("cpu");
 * const row = (...values: number[]) => tf.tensor1d(values);
 * const next = tf.tensor2d([[0.8, 0.9], [0.8, 0.9]]);
 * dqnTargets(row(1, 1), row(0, 1), next, 0.99).print(); // [1.891, 1]
 * ```
 *
 * @param rewards r, [B].
 * @param terminated 1 where s' is terminal, [B]; a truncated transition is 0.
 * @param nextScores Q(s', ·; θ⁻), [B, A].
 * @param gamma γ in [0, 1].
 */
export function dqnTargets(
  rewards: tf.Tensor,
  terminated: tf.Tensor,
  nextScores: tf.Tensor,
  gamma: number,
): tf.Tensor1D {
  return bootstrap(rewards, terminated, tf.max(nextScores, 1), gamma);
}

/**
 * y = r + γ(1 − terminated) · Q(s', argmax_a Q(s', a; θ); θ⁻). Equation 4 of van Hasselt et al.
 * (2015). With equal networks it is {@linkcode dqnTargets}.
 *
 * @param rewards r, [B].
 * @param terminated 1 where s' is terminal, [B].
 * @param onlineScores Q(s', ·; θ), [B, A].
 * @param nextScores Q(s', ·; θ⁻), [B, A].
 * @param gamma γ in [0, 1].
 */
export function doubleDqnTargets(
  rewards: tf.Tensor,
  terminated: tf.Tensor,
  onlineScores: tf.Tensor,
  nextScores: tf.Tensor,
  gamma: number,
): tf.Tensor1D {
  const chosen = tf.argMax(onlineScores, 1);
  return bootstrap(rewards, terminated, scoresOf(nextScores, chosen), gamma);
}

function bootstrap(
  rewards: tf.Tensor,
  terminated: tf.Tensor,
  nextValues: tf.Tensor,
  gamma: number,
): tf.Tensor1D {
  return tf.add(rewards, tf.mul(tf.mul(tf.sub(1, terminated), nextValues), gamma));
}

/**
 * mean(½x² where |x| ≤ 1, |x| − ½ elsewhere): the error clipping to [−1, 1] of Mnih et al. (2015),
 * methods. Written with m = min(|x|, 1) as m(|x| − ½m).
 *
 * @param errors TD errors x = y − Q(s, a), [B].
 */
export function huberLoss(errors: tf.Tensor): tf.Scalar {
  const size = tf.abs(errors);
  const small = tf.minimum(size, 1);
  return tf.mean(tf.mul(small, tf.sub(size, tf.mul(small, 0.5))));
}

// Trainer.

/** Environment steps of one iteration at least, so that it takes a tenth of a second. */
const ITERATION = 256;

type Context = TrainerContext<DqnConfiguration> & { makeEnvironment(): Environment };

/** Compiles one gradient step on a batch from the replay buffer of `width` flat observations. */
export function compileUpdate(
  { configuration: settings, workspace }: Pick<Context, "configuration" | "workspace">,
  width: number,
) {
  const { activation, batchSize, gamma, doubleQ } = settings;
  const optimizer = adam();
  return workspace.compile(
    {
      name: "dqn/update",
      inputs: {
        observations: [[batchSize, width], "float32"],
        actions: [[batchSize], "int32"],
        rewards: [[batchSize], "float32"],
        nextObservations: [[batchSize, width], "float32"],
        terminated: [[batchSize], "float32"],
      },
      scalars: ["learningRate"],
      state: [PARAMETERS, TARGET, "optimizer"],
    },
    ({ input, scalar, state }) => {
      const next = actionValues(state[TARGET], input.nextObservations, activation);
      const targets = doubleQ
        ? doubleDqnTargets(
          input.rewards,
          input.terminated,
          actionValues(state[PARAMETERS], input.nextObservations, activation),
          next,
          gamma,
        )
        : dqnTargets(input.rewards, input.terminated, next, gamma);
      const { values, gradients } = valueAndGradients((parameters) => {
        const scores = actionValues(parameters, input.observations, activation);
        const taken = scoresOf(scores, input.actions);
        const errors = tf.sub(targets, taken);
        const loss = settings.loss === "huber"
          ? huberLoss(errors)
          : meanSquaredError(taken, targets);
        return { loss, errors, taken };
      }, state[PARAMETERS]);
      const clipped = clipByGlobalNorm(gradients, settings.maximumGradientNorm);
      const updated = optimizer.update(
        state[PARAMETERS],
        clipped.gradients,
        state.optimizer,
        scalar.learningRate,
      );
      const { loss, errors, taken } = values;
      return {
        outputs: { loss, errors, taken, gradientNorm: clipped.norm },
        state: { [PARAMETERS]: updated.parameters, optimizer: updated.state },
      };
    },
  );
}

class DqnTrainer extends AgentTrainer {
  protected readonly parts;
  protected readonly evaluator: Evaluator;
  readonly #world: World;
  readonly #replay: ReplayBuffer;
  readonly #actor: ScoreProgram;
  readonly #update: ReturnType<typeof compileUpdate>;
  readonly #renewTarget: () => void;
  readonly #epsilon: Schedule;
  readonly #before: Float32Array;
  readonly #actions: Int32Array;

  constructor(private readonly context: Context) {
    super(context.budget);
    const { configuration: settings, workspace, stream } = context;
    const { environments, bufferSize, hiddenSizes, activation } = settings;
    requireFit(settings, context.budget);
    this.#world = new World("dqn", context, environments);
    const { shape } = this.#world;
    const { observationSize, actionCount } = shape;

    const sizes = [observationSize, ...hiddenSizes, actionCount];
    const parameters = actionValueParameters(stream("initial-weights"), sizes);
    workspace.define(PARAMETERS, parameters);
    this.#renewTarget = targetNetwork(workspace, parameters, settings.targetRate);
    workspace.define("optimizer", adam().initialState(parameters));

    const scores: Scores = (parameters, x) => actionValues(parameters, x, activation);
    this.#actor = compileScores(workspace, "dqn/act", environments, observationSize, scores);
    this.#update = compileUpdate(context, observationSize);
    this.#update.scalar.learningRate = settings.learningRate;
    const best = (scores: Float32Array, actions: ActionRows) =>
      greedyActions(scores, actionCount, actions as Int32Array);
    this.evaluator = new Evaluator({
      shape,
      makeEnvironment: context.makeEnvironment,
      actors: greedyActors("dqn", workspace, shape, scores, best),
    });
    const { explorationInitial, explorationFinal, explorationFraction } = settings;
    this.#epsilon = linear(explorationInitial, explorationFinal, explorationFraction);
    this.#replay = new ReplayBuffer(bufferSize, shape);
    this.#before = new Float32Array(environments * observationSize);
    this.#actions = new Int32Array(environments);
    this.parts = {
      workspace,
      groups: ["optimizer", TARGET],
      generators: { exploration: stream("exploration"), replay: stream("replay") },
      world: this.#world,
      replay: this.#replay,
    };
  }

  /** At least 256 environment steps, with the trainings that fall due. */
  async iterate(): Promise<Report> {
    const { trainEvery, environments } = this.context.configuration;
    const trained = this.progress.gradientSteps;
    let taken = 0;
    do {
      const length = this.nextLength(trainEvery / environments, environments);
      for (let t = 0; t < length; t++) await this.#step();
      this.#train();
      taken += trainEvery;
    } while (taken < ITERATION && this.spent < 1);
    this.progress.iterations += 1;
    return {
      metrics: {
        ...this.#world.episodes.metrics(),
        ...this.progress.gradientSteps > trained ? await this.#losses() : {},
        "schedule/epsilon": this.#epsilon(this.spent),
      },
    };
  }

  /** One ε-greedy step of every environment, stored. */
  async #step(): Promise<void> {
    const { learningStarts, targetUpdateEvery } = this.context.configuration;
    const { exploration } = this.parts.generators;
    const { observations, shape } = this.#world;
    const { progress } = this;
    const epsilon = progress.environmentSteps < learningStarts ? 1 : this.#epsilon(this.spent);
    this.#before.set(observations);
    if (epsilon < 1) {
      this.#actor.input.observations.set(observations);
      this.#actor.run();
      greedyActions(await this.#actor.read("scores"), shape.actionCount, this.#actions);
    }
    for (let n = 0; n < this.#actions.length; n++) {
      if (exploration.random() < epsilon) {
        this.#actions[n] = exploration.integers(shape.actionCount);
      }
    }
    const step = this.#world.step(this.#actions);
    for (let n = 0; n < this.#actions.length; n++) {
      const ended = step.terminated[n] || step.truncated[n];
      this.#replay.add(
        this.#before,
        ended ? step.finalObservations : step.observations,
        n,
        this.#actions,
        step.rewards[n],
        step.terminated[n],
      );
    }
    const renewals = Math.floor(progress.environmentSteps / targetUpdateEvery);
    progress.environmentSteps += this.#actions.length;
    if (Math.floor(progress.environmentSteps / targetUpdateEvery) > renewals) this.#renewTarget();
  }

  #train(): void {
    const { learningStarts, gradientStepsPerTrain, batchSize } = this.context.configuration;
    if (this.progress.environmentSteps <= learningStarts) return;
    for (let i = 0; i < gradientStepsPerTrain; i++) {
      this.#replay.sample(this.parts.generators.replay, this.#update.input);
      this.#update.run();
      this.progress.gradientSteps += 1;
      this.progress.examples += batchSize;
    }
  }

  /** What the last gradient step saw. */
  async #losses(): Promise<Metrics> {
    const errors = await this.#update.read("errors");
    const [loss] = await this.#update.read("loss");
    const [gradientNorm] = await this.#update.read("gradientNorm");
    return {
      "losses/value": loss,
      "losses/td_error": meanAndDeviation(errors.map(Math.abs)).mean,
      "losses/action_value": meanAndDeviation(await this.#update.read("taken")).mean,
      "losses/gradient_norm": gradientNorm,
    };
  }
}

/** @throws InputError where the counts do not fit each other or the budget. */
function requireFit(
  { environments, trainEvery, learningStarts }: DqnConfiguration,
  budget: number,
): void {
  if (trainEvery % environments !== 0) {
    throw new InputError(
      `Cannot train dqn as trainEvery must be a multiple of the ${environments} environments: ` +
        `${trainEvery}`,
    );
  }
  if (learningStarts >= budget) {
    throw new InputError(
      `Cannot train dqn as learningStarts must be below the budget of ${budget} environment ` +
        `steps, else nothing is learned: ${learningStarts}`,
    );
  }
}

/** Deep Q-learning with discrete actions. */
export const dqn: AgentDefinition<DqnConfiguration> = {
  name: "dqn",
  summary: "Deep Q-learning: action values from replayed transitions and a target network",
  budgetUnit: "environmentSteps",
  configuration,
  // deno-lint-ignore require-await
  create: async (context) => new DqnTrainer(context),
};
