/**
 * Deep Q-learning: a network learns the value of each action from transitions drawn out of a
 * replay buffer, towards targets that a slowly renewed copy of it gives.
 *
 * Mnih et al., "Human-level control through deep reinforcement learning" (Nature 518, 2015; first as
 * arXiv 1312.5602): algorithm 1; the clipped error of its methods section is the Huber loss. Behind
 * flags, each as in its paper and all of them together as in "Rainbow" (Hessel et al. 2018, arXiv
 * 1710.02298):
 * - `doubleQ`: van Hasselt, Guez, Silver (2015, arXiv 1509.06461), equation 4.
 * - `duelling`: Wang et al. (2016, arXiv 1511.06581), equation 9; `networks/action_values.ts`.
 * - `rewardSteps` n: Sutton (1988), as in Rainbow, section 3; `memory/n_step.ts`.
 * - `priorityExponent` α: Schaul et al. (2016, arXiv 1511.05952), algorithm 1, proportional;
 *   `memory/prioritized.ts`.
 * - `noisy`: Fortunato et al. (2018, arXiv 1706.10295), factorised noise; `rainbow/noisy.ts`.
 * - `quantiles` N: QR-DQN, Dabney et al. (2018, arXiv 1710.10044), algorithm 1;
 *   `rainbow/quantiles.ts`.
 *
 * Differs from the papers:
 * - Dense networks on flat observations, Adam in place of RMSProp; gradients clipped by global norm.
 * - Several environments may act side by side; `trainEvery`, `targetUpdateEvery` and
 *   `learningStarts` count environment steps over all of them.
 * - An episode that a time limit cut bootstraps from its final observation: only `terminated` masks
 *   the target.
 * - Optionally a Polyak target, θ⁻ ← (1 − τ)θ⁻ + τθ (Lillicrap et al. 2015, arXiv 1509.02971), with
 *   `targetRate` τ < 1.
 * - Duelling: no gradient is scaled by 1/√2. Priorities: |δ| of the mean where there are quantiles,
 *   and importance weights over the largest of their batch. Noisy: one draw for all environments of
 *   a step and for all rows of a batch; evaluation acts on the means.
 * - Optionally observations are normalised, by moments that are held once learning begins.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Metrics } from "../lab/core/metrics.ts";
import type { Generator } from "../lab/core/random.ts";
import type { Json, Snapshot } from "../lab/core/snapshot.ts";
import type { NamedTensors } from "../lab/core/tensor_data.ts";
import type { Report } from "../lab/core/trainer.ts";
import type { AgentDefinition } from "../lab/compute/definitions.ts";
import { type AgentContext, defineAgent } from "./define_agent.ts";
import type { RandomSpec, Tensors } from "../lab/compute/workspace.ts";
import { descend } from "../lab/compute/descend.ts";
import { adam } from "../lab/compute/optimizers.ts";
import { constant, linear, type Schedule } from "../lab/compute/schedules.ts";
import { actionOutputs, actionValueParameters, actionValues } from "./networks/action_values.ts";
import { meanAndDeviation } from "./returns/advantages.ts";
import { type Body, bodyOf } from "../lab/compute/bodies.ts";
import { AgentTrainer } from "./trainers/agent_trainer.ts";
import { PARAMETERS } from "../lab/core/base_trainer.ts";
import { scoresOf } from "./distributions/distributions.ts";
import { greedyActions } from "./distributions/actions.ts";
import { Evaluator, greedyActors, type Scores } from "./trainers/evaluation.ts";
import { huber } from "./losses.ts";
import { ObservationNormalizer } from "./worlds/normalizer.ts";
import { noiseInputs, noiseParameters, perturbed } from "./rainbow/noisy.ts";
import { quantileHuberLoss, quantilesOf, quantileTargets } from "./rainbow/quantiles.ts";
import { TARGET, targetNetwork } from "./networks/target_network.ts";
import { bootstrapped } from "./returns/targets.ts";
import { TransitionMemory } from "./memory/transition_memory.ts";
import { World } from "./worlds/world.ts";
import { configuration, type DqnConfiguration, requireFit } from "./dqn_configuration.ts";

export type { DqnConfiguration };

// Losses and targets.

/**
 * y = r + γ(1 − terminated) · max_a Q(s', a; θ⁻). Algorithm 1 of Mnih et al. (2015). No gradient
 * flows through it. With rewards R over n steps and γⁿ it is the n-step target.
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
 * @param discounts γ in [0, 1], or one for each transition, [B].
 */
export function dqnTargets(
  rewards: tf.Tensor,
  terminated: tf.Tensor,
  nextScores: tf.Tensor,
  discounts: tf.Tensor | number,
): tf.Tensor1D {
  return bootstrapped(rewards, terminated, tf.max(nextScores, 1), discounts);
}

/**
 * y = r + γ(1 − terminated) · Q(s', argmax_a Q(s', a; θ); θ⁻). Equation 4 of van Hasselt et al.
 * (2015). With equal networks it is {@linkcode dqnTargets}.
 *
 * @param rewards r, [B].
 * @param terminated 1 where s' is terminal, [B].
 * @param onlineScores Q(s', ·; θ), [B, A].
 * @param nextScores Q(s', ·; θ⁻), [B, A].
 * @param discounts γ in [0, 1], or one for each transition, [B].
 */
export function doubleDqnTargets(
  rewards: tf.Tensor,
  terminated: tf.Tensor,
  onlineScores: tf.Tensor,
  nextScores: tf.Tensor,
  discounts: tf.Tensor | number,
): tf.Tensor1D {
  const chosen = tf.argMax(onlineScores, 1);
  return bootstrapped(rewards, terminated, scoresOf(nextScores, chosen), discounts);
}

// Trainer.

/** Environment steps of one iteration at least, so that it takes a tenth of a second. */
const ITERATION = 256;

type Context = AgentContext<DqnConfiguration>;

/** Compiles one gradient step on a batch of transitions between `width` flat observations. */
export function compileUpdate(
  { name, configuration: settings, workspace }: Pick<
    Context,
    "name" | "configuration" | "workspace"
  >,
  width: number,
  parameters: NamedTensors,
  body?: Body,
) {
  const { batchSize, doubleQ, noisy, quantiles } = settings;
  const options = { ...settings, body };
  const optimizer = adam();
  const uses = !noisy ? [] : doubleQ ? ["target", "choice", "online"] : ["target", "online"];
  const random: Record<string, RandomSpec> = {};
  for (const use of uses) Object.assign(random, noiseInputs(parameters, use));
  return workspace.compile(
    {
      name: `${name}/update`,
      inputs: {
        observations: [[batchSize, width], "float32"],
        actions: [[batchSize], "int32"],
        rewards: [[batchSize], "float32"],
        nextObservations: [[batchSize, width], "float32"],
        terminated: [[batchSize], "float32"],
        discounts: [[batchSize], "float32"],
        weights: [[batchSize], "float32"],
      },
      random,
      scalars: ["learningRate"],
      state: [PARAMETERS, TARGET, "optimizer"],
    },
    ({ input, random, scalar, state }) => {
      const { rewards, terminated, discounts, nextObservations } = input;
      const network = (parameters: Tensors, x: tf.Tensor, use: string) =>
        actionOutputs(noisy ? perturbed(parameters, random, use) : parameters, x, options);
      const next = network(state[TARGET], nextObservations, "target");
      const choosing = doubleQ ? network(state[PARAMETERS], nextObservations, "choice") : next;
      const targets = quantiles > 0
        ? quantileTargets(rewards, terminated, choosing, next, discounts)
        : doubleQ
        ? doubleDqnTargets(rewards, terminated, choosing, next, discounts)
        : dqnTargets(rewards, terminated, next, discounts);
      const step = descend(
        (parameters) => {
          const outputs = network(parameters, input.observations, "online");
          const taken = quantiles > 0
            ? quantilesOf(outputs, input.actions)
            : scoresOf(outputs, input.actions);
          const errors = tf.sub(mean(targets), mean(taken));
          const losses = quantiles > 0
            ? quantileHuberLoss(taken, targets)
            : settings.loss === "huber"
            ? huber(errors)
            : tf.square(errors);
          const loss: tf.Scalar = tf.mean(tf.mul(losses, input.weights));
          return { loss, errors, taken: mean(taken) };
        },
        state[PARAMETERS],
        state.optimizer,
        {
          optimizer,
          learningRate: scalar.learningRate,
          maximumGradientNorm: settings.maximumGradientNorm,
        },
      );
      const { loss, errors, taken } = step.values;
      return {
        outputs: { loss, errors, taken, gradientNorm: step.gradientNorm },
        state: { [PARAMETERS]: step.parameters, optimizer: step.optimizer },
      };
    },
  );
}

/** Over the quantiles of [B, N]; values [B] as they are. */
function mean(values: tf.Tensor): tf.Tensor {
  return values.rank === 2 ? tf.mean(values, 1) : values;
}

/** Compiles the action values of a step of all environments; noisy ones are drawn anew each time. */
function compileActor(
  { name, configuration: settings, workspace }: Context,
  width: number,
  parameters: NamedTensors,
  body: Body,
) {
  const { environments, noisy } = settings;
  const options = { ...settings, body };
  return workspace.compile(
    {
      name: `${name}/act`,
      inputs: { observations: [[environments, width], "float32"] },
      random: noisy ? noiseInputs(parameters, "act") : {},
      state: [PARAMETERS],
      // Programs on the host take no noise.
      ...noisy ? {} : { placement: "host" },
    },
    ({ input, random, state }) => {
      const drawn = noisy ? perturbed(state[PARAMETERS], random, "act") : state[PARAMETERS];
      return { outputs: { scores: actionValues(drawn, input.observations, options) } };
    },
  );
}

class DqnTrainer extends AgentTrainer {
  protected readonly parts;
  protected readonly evaluator: Evaluator;
  readonly #world: World;
  readonly #memory: TransitionMemory;
  readonly #actor: ReturnType<typeof compileActor>;
  readonly #update: ReturnType<typeof compileUpdate>;
  readonly #renewTarget: () => void;
  readonly #learningRate: Schedule;
  readonly #epsilon: Schedule;
  readonly #beta: Schedule;
  /** Where noisy weights are drawn from. */
  readonly #noise: Generator | undefined;
  /** Of the observations before `learningStarts`, held from then on. */
  readonly #normalizer: ObservationNormalizer | undefined;
  readonly #before: Float32Array;
  readonly #actions: Int32Array;

  constructor(private readonly context: Context) {
    super(context.budget);
    const { name, configuration: settings, workspace, stream } = context;
    const { environments } = settings;
    requireFit(name, settings, context.budget);
    this.#world = new World(name, context, environments);
    const { shape } = this.#world;
    const { observationSize: width, flatActionSize } = shape;

    const body = bodyOf(shape.observationSpace, settings.convolutions);
    const options = { ...settings, body };

    const means = actionValueParameters(stream("initial-weights"), width, flatActionSize, options);
    const parameters = settings.noisy
      ? { ...means, ...noiseParameters(means, settings.noiseScale) }
      : means;
    workspace.define(PARAMETERS, parameters);
    this.#renewTarget = targetNetwork(workspace, parameters, settings.targetRate);
    workspace.define("optimizer", adam().initialState(parameters));

    this.#actor = compileActor(context, width, parameters, body);
    this.#update = compileUpdate(context, width, parameters, body);
    const scores: Scores = (parameters, x) => actionValues(parameters, x, options);
    if (settings.normalizeObservations) this.#normalizer = new ObservationNormalizer(width);
    this.evaluator = new Evaluator({
      shape,
      makeEnvironment: context.makeEnvironment,
      actors: greedyActors(name, workspace, shape, scores),
      scores,
      normalizer: this.#normalizer,
    });
    const { learningRate, explorationInitial, explorationFinal, explorationFraction } = settings;
    this.#learningRate = settings.annealLearningRate
      ? linear(learningRate, 0)
      : constant(learningRate);
    this.#epsilon = settings.noisy
      ? constant(0)
      : linear(explorationInitial, explorationFinal, explorationFraction);
    this.#beta = linear(settings.importanceExponent, 1);
    this.#memory = new TransitionMemory(shape, settings);
    this.#before = new Float32Array(environments * width);
    this.#actions = new Int32Array(environments);
    this.#noise = settings.noisy ? stream("noise") : undefined;
    this.parts = {
      name: context.name,
      workspace,
      groups: ["optimizer", TARGET],
      resumables: {
        exploration: stream("exploration"),
        replay: stream("replay"),
        world: this.#world,
        ...this.#noise && { noise: this.#noise },
        ...this.#normalizer && { normalizer: this.#normalizer },
      },
      replay: this.#memory,
    };
  }

  /** At least 256 environment steps, with the trainings that fall due. */
  async iterate(): Promise<Report> {
    const { trainEvery, environments, priorityExponent } = this.context.configuration;
    const trained = this.progress.gradientSteps;
    let taken = 0;
    do {
      const length = this.nextLength(trainEvery / environments, environments);
      for (let t = 0; t < length; t++) await this.#step();
      await this.#train();
      taken += trainEvery;
    } while (taken < ITERATION && this.spent < 1);
    this.progress.iterations += 1;
    return {
      metrics: {
        ...this.#world.episodes.metrics(),
        ...this.progress.gradientSteps > trained ? await this.#losses() : {},
        "schedule/learning_rate": this.#learningRate(this.spent),
        "schedule/epsilon": this.#epsilon(this.spent),
        ...priorityExponent > 0 ? { "schedule/beta": this.#beta(this.spent) } : {},
      },
    };
  }

  /** One ε-greedy step of every environment, stored. */
  async #step(): Promise<void> {
    const { learningStarts, targetUpdateEvery } = this.context.configuration;
    const { exploration } = this.parts.resumables;
    const { observations, shape } = this.#world;
    const { progress } = this;
    const epsilon = progress.environmentSteps < learningStarts ? 1 : this.#epsilon(this.spent);
    this.#before.set(observations);
    if (progress.environmentSteps < learningStarts) this.#normalizer?.update(observations);
    if (epsilon < 1) {
      this.#actor.input.observations.set(observations);
      this.#normalize(this.#actor.input.observations);
      this.#actor.run(this.#noise);
      greedyActions(await this.#actor.read("scores"), shape.flatActionSize, this.#actions);
    }
    for (let n = 0; n < this.#actions.length; n++) {
      if (exploration.random() < epsilon) {
        this.#actions[n] = exploration.integers(shape.flatActionSize);
      }
    }
    this.#memory.add(this.#before, this.#actions, this.#world.step(this.#actions));
    const renewals = Math.floor(progress.environmentSteps / targetUpdateEvery);
    progress.environmentSteps += this.#actions.length;
    if (Math.floor(progress.environmentSteps / targetUpdateEvery) > renewals) this.#renewTarget();
  }

  /** In place. The replay holds observations as they are. */
  #normalize(observations: Float32Array): void {
    this.#normalizer?.normalize(observations, observations);
  }

  async #train(): Promise<void> {
    const { learningStarts, gradientStepsPerTrain, batchSize, priorityExponent } =
      this.context.configuration;
    // The first windows of several steps may still be open.
    if (this.progress.environmentSteps <= learningStarts || this.#memory.size === 0) return;
    const { replay } = this.parts.resumables;
    const beta = this.#beta(this.spent);
    this.#update.scalar.learningRate = this.#learningRate(this.spent);
    for (let i = 0; i < gradientStepsPerTrain; i++) {
      this.#memory.sample(replay, this.#update.input, beta);
      this.#normalize(this.#update.input.observations);
      this.#normalize(this.#update.input.nextObservations);
      this.#update.run(this.#noise);
      if (priorityExponent > 0) this.#memory.prioritize(await this.#update.read("errors"));
      this.progress.gradientSteps += 1;
      this.progress.examples += batchSize;
    }
  }

  override async restore(snapshot: Snapshot): Promise<void> {
    await super.restore(snapshot);
    // Environments that could not be kept have begun new episodes.
    const { resumables } = snapshot.values as { resumables: { world: { vector: Json } } };
    if (resumables.world.vector === null) this.#memory.abandon();
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

/** Deep Q-learning with discrete actions. */
export const dqn: AgentDefinition<DqnConfiguration> = defineAgent({
  name: "dqn",
  summary: "Deep Q-learning: action values from replayed transitions and a target network",
  takes: { actions: ["discrete"] },
  configuration,
  trainer: (context) => new DqnTrainer(context),
});
